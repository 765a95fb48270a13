"""The states that SLAs were in, as stretches of time. A stretch that goes on has no end, so that it costs no writing while it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from airflow_dre.store.records import StoredInterval
from airflow_dre.store.rows import as_packed_records
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.tables import sla_interval

_COLUMNS = [sla_interval.c[name] for name in StoredInterval.__struct_fields__]


class Stretches(NamedTuple):
    """Stretches that a look adds to the history of an SLA."""

    fingerprint: str
    ends_at: datetime | None
    """When the stretch ends that went on so far. None: it goes on."""
    added: tuple[StoredInterval, ...]
    """The stretches after it, oldest first."""
    replaces_open: bool = False
    """True if the stretch that went on so far has no length, and goes."""


def save_stretches(connection: Connection, several: Sequence[Stretches]) -> None:
    """Keep what a look adds, in at most three statements."""
    going_on = (sla_interval.c.fingerprint == bindparam("of"), sla_interval.c.until.is_(None))
    replaced = [{"of": one.fingerprint} for one in several if one.replaces_open]
    if replaced:
        connection.execute(delete(sla_interval).where(*going_on), replaced)
    ended = [{"of": one.fingerprint, "at": one.ends_at} for one in several if one.ends_at is not None and not one.replaces_open]
    if ended:
        statement = update(sla_interval).where(*going_on)
        connection.execute(statement.values(until=bindparam("at", type_=sla_interval.c.until.type)), ended)
    rows: list[dict[str, Any]] = [
        {"fingerprint": one.fingerprint, **msgspec.structs.asdict(interval)} for one in several for interval in one.added
    ]
    if rows:
        connection.execute(insert(sla_interval), rows)


def read_intervals(connection: Connection, fingerprint: str, begin: datetime, end: datetime) -> list[StoredInterval]:
    """Return the stretches of an SLA that touch a time, oldest first."""
    touches = (sla_interval.c.since < end, or_(sla_interval.c.until.is_(None), sla_interval.c.until > begin))
    query = select(*_COLUMNS).where(sla_interval.c.fingerprint == fingerprint, *touches).order_by(sla_interval.c.since, sla_interval.c.id)
    return as_packed_records(connection.execute(query), StoredInterval)


def read_several(connection: Connection, fingerprints: Sequence[str], begin: datetime, end: datetime) -> dict[str, list[StoredInterval]]:
    """Return the stretches of several SLAs that touch a time, oldest first, by fingerprint."""
    found: dict[str, list[StoredInterval]] = {fingerprint: [] for fingerprint in fingerprints}
    touches = (sla_interval.c.since < end, or_(sla_interval.c.until.is_(None), sla_interval.c.until > begin))
    for some in in_chunks(fingerprints):
        query = select(sla_interval.c.fingerprint, *_COLUMNS).where(sla_interval.c.fingerprint.in_(some), *touches)
        for row in connection.execute(query.order_by(sla_interval.c.since, sla_interval.c.id)):
            found[row.fingerprint].append(StoredInterval(**{name: row._mapping[name] for name in StoredInterval.__struct_fields__}))
    return found


def end_history(connection: Connection, fingerprint: str, at: datetime) -> None:
    """End the stretch that goes on: nothing watches the SLA any more."""
    going_on = (sla_interval.c.fingerprint == fingerprint, sla_interval.c.until.is_(None))
    connection.execute(update(sla_interval).where(*going_on).values(until=at))


def prune_intervals(connection: Connection, before: datetime, most: int) -> int:
    """Delete at most so many stretches that ended before a moment, and return their number."""
    old = select(sla_interval.c.id).where(sla_interval.c.until < before).order_by(sla_interval.c.id).limit(most)
    return len(connection.scalars(delete(sla_interval).where(sla_interval.c.id.in_(old)).returning(sla_interval.c.id)).all())
