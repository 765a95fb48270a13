"""The last event of each asset and the last successful run of each Dag, which listeners record.

A look from a triggerer or a worker then needs no access to Airflow's own database.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, tuple_, update

from airflow_dre.store.names import DATASET
from airflow_dre.store.records import LastEvent
from airflow_dre.store.results import insert_new
from airflow_dre.store.tables import last_event

_MOST = 400
"""Most keys of one query."""
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
