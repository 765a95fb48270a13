"""The last event of each asset and the last successful run of each Dag, which listeners record.

A look from a triggerer or a worker then needs no access to Airflow's own database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, tuple_, update

from airflow_dre.store.names import DATASET
from airflow_dre.store.records import LastEvent
from airflow_dre.store.results import insert_new
from airflow_dre.store.tables import last_event, sla_declaration

_MOST = 400
"""Most keys of one query."""
EVENTS_KEPT_FOR = timedelta(days=400)
"""How long each event is kept at least: a sensor may wait for an asset, of which the store knows nothing."""
EventKey = tuple[str, str]
"""``asset`` or ``dag``, and the name."""


def save_last_event(connection: Connection, event: LastEvent) -> None:
    """Keep an event unless a later one is kept."""
    values = {"kind": event.kind, "name": event.name, "happened_at": event.happened_at}
    if insert_new(connection, last_event, values):
        return
    known = (last_event.c.kind == event.kind) & (last_event.c.name == event.name) & (last_event.c.happened_at < event.happened_at)
    connection.execute(update(last_event).where(known).values(happened_at=event.happened_at))


def read_last_events(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, datetime]:
    """Return the moments of the last events, without the keys of which no event is kept."""
    wanted = {(kind, DATASET.cut(name)): (kind, name) for kind, name in keys}
    ordered, found = list(wanted), dict[EventKey, datetime]()
    for start in range(0, len(ordered), _MOST):
        some = tuple_(last_event.c.kind, last_event.c.name).in_(ordered[start : start + _MOST])
        found |= {wanted[row.kind, row.name]: row.happened_at for row in connection.execute(select(last_event).where(some))}
    return found


def prune_last_events(connection: Connection, before: datetime, most: int) -> int:
    """Delete at most so many events from before a moment, and return their number. Those that a declared SLA watches stay."""
    old = select(last_event.c.kind, last_event.c.name).where(last_event.c.happened_at < before)
    if connection.execute(old.limit(1)).first() is None:
        return 0
    watched = _watched(connection)
    found = connection.execute(old.order_by(last_event.c.happened_at).limit(most + len(watched)))
    gone: Sequence[EventKey] = [(row.kind, row.name) for row in found if (row.kind, row.name) not in watched][:most]
    deleted = 0
    for start in range(0, len(gone), _MOST):
        some = tuple_(last_event.c.kind, last_event.c.name).in_(gone[start : start + _MOST])
        dropped = delete(last_event).where(some, last_event.c.happened_at < before).returning(last_event.c.name)
        deleted += len(connection.scalars(dropped).all())
    return deleted


def _watched(connection: Connection) -> set[EventKey]:
    """Return the events that declared SLAs are evaluated by."""
    several = [declared.get("arguments", {}) for declared in connection.scalars(select(sla_declaration.c.declared))]
    return {(kind, DATASET.cut(given[kind])) for given in several for kind in ("asset", "dag") if isinstance(given.get(kind), str)}
