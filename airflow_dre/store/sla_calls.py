"""Calls about SLAs: one for each occurrence and callable, claimed by one caller at a time, and repeated until the callable returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.records import NewCall, StoredCall
from airflow_dre.store.rows import as_packed_records
from airflow_dre.store.tables import sla_call

LEASE = timedelta(minutes=10)
"""A worker that vanished holds its call no longer than this."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_ERROR = 2000
PENDING, DONE, DEAD = "pending", "done", "dead"
_COLUMNS = [sla_call.c[name] for name in StoredCall.__struct_fields__]


def add_calls(connection: Connection, calls: Sequence[NewCall]) -> None:
    """Keep calls that are to be made. One that is there already stays as it is."""
    if not calls:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    common = {"status": PENDING, "attempts": 0}
    rows = [{**msgspec.structs.asdict(call), **common, "not_before": call.created_at} for call in calls]
    connection.execute(dialect.insert(sla_call).on_conflict_do_nothing(index_elements=["key"]), rows)


def count_due(connection: Connection, dag_id: str, now: datetime) -> int:
    """Return how many calls of a monitor are to be made now."""
    return connection.scalar(select(func.count()).select_from(sla_call).where(_is_due(dag_id, now))) or 0


def claim_sla_call(connection: Connection, dag_id: str, now: datetime) -> StoredCall | None:
    """Take the oldest call of a monitor that is due, or return None."""
    due = select(sla_call.c.id).where(_is_due(dag_id, now)).order_by(sla_call.c.id).limit(1)
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    taken = (
        update(sla_call)
        .where(and_(sla_call.c.id == due.scalar_subquery(), sla_call.c.status == PENDING))
        .values(claimed_until=now + LEASE, attempts=sla_call.c.attempts + 1)
        .returning(*_COLUMNS)
    )
    found = as_packed_records(connection.execute(taken), StoredCall)
    return found[0] if found else None


def _is_due(dag_id: str, now: datetime) -> ColumnElement[bool]:
    free = or_(sla_call.c.claimed_until.is_(None), sla_call.c.claimed_until < now)
    return and_(sla_call.c.dag_id == dag_id, sla_call.c.status == PENDING, sla_call.c.not_before <= now, free)


def settle_call(connection: Connection, call: StoredCall, error: str | None, now: datetime, *, final: bool = False) -> str:
    """Keep what became of a call, and return its status.

    :param error: why the callable did not return. None: it did.
    :param final: True if it is not to be called again.
    """
    if error is None:
        values = {"status": DONE, "ended_at": now, "error": None}
    elif final or now - call.created_at >= GIVE_UP_AFTER:
        values = {"status": DEAD, "ended_at": now, "error": error[:LONGEST_ERROR]}
    else:
        pause = min(FIRST_PAUSE * 2 ** min(call.attempts - 1, 10), LONGEST_PAUSE)
        values = {"status": PENDING, "not_before": now + pause, "error": error[:LONGEST_ERROR]}
    connection.execute(update(sla_call).where(sla_call.c.id == call.id).values(claimed_until=None, **values))
    return str(values["status"])


def read_calls(connection: Connection, fingerprints: Sequence[str], *, most: int) -> list[StoredCall]:
    """Return the latest calls about SLAs, latest first."""
    query = select(*_COLUMNS).where(sla_call.c.fingerprint.in_(fingerprints)).order_by(sla_call.c.created_at.desc(), sla_call.c.id.desc())
    return as_packed_records(connection.execute(query.limit(most)), StoredCall)


def failing_calls(connection: Connection, fingerprints: Sequence[str] | None = None) -> list[StoredCall]:
    """Return the calls whose callable raised and has not returned since, latest first. All of them, or those about some SLAs."""
    query = select(*_COLUMNS).where(sla_call.c.error.is_not(None)).order_by(sla_call.c.created_at.desc(), sla_call.c.id.desc())
    if fingerprints is not None:
        query = query.where(sla_call.c.fingerprint.in_(fingerprints))
    return as_packed_records(connection.execute(query), StoredCall)


def drop_waiting(connection: Connection, fingerprint: str, now: datetime) -> None:
    """Drop the calls about an SLA that is no longer declared."""
    waiting = (sla_call.c.fingerprint == fingerprint, sla_call.c.status == PENDING)
    values = {"status": DEAD, "ended_at": now, "error": "the SLA is no longer declared"}
    connection.execute(update(sla_call).where(*waiting).values(**values))


def prune_calls(connection: Connection, before: datetime, most: int) -> int:
    """Delete at most so many calls that ended before a moment, and return their number."""
    old = select(sla_call.c.id).where(sla_call.c.ended_at < before).order_by(sla_call.c.id).limit(most)
    return len(connection.scalars(delete(sla_call).where(sla_call.c.id.in_(old)).returning(sla_call.c.id)).all())
