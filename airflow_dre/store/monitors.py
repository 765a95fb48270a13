"""Monitors: the Dags that evaluate SLAs, their latest runs and when they are due again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from airflow_dre.store.results import insert_new
from airflow_dre.store.tables import monitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """A Dag that evaluates SLAs."""

    dag_id: str
    looked_at: datetime
    due_at: datetime | None
    """When it is to look again. None where it has no schedule."""
    watches: tuple[tuple[str, str], ...]
    """Name of each SLA, and what it watches: connection and table as they are declared."""

    def is_overdue(self, now: datetime) -> bool:
        """Return whether a whole further look was due since it should have looked."""
        return self.due_at is not None and now > self.due_at + max(self.due_at - self.looked_at, _LEAST)


_LEAST = timedelta(minutes=1)
"""How late a run may begin."""


def save_monitor(connection: Connection, found: Monitor) -> None:
    """Keep the latest look of a monitor."""
    values = {"looked_at": found.looked_at, "due_at": found.due_at, "watches": [list(pair) for pair in found.watches]}
    if not insert_new(connection, monitor, {"dag_id": found.dag_id, **values}):
        connection.execute(update(monitor).where(monitor.c.dag_id == found.dag_id).values(**values))


def read_monitors(connection: Connection, dag_ids: Sequence[str] | None = None) -> list[Monitor]:
    """Return the monitors, by Dag. All of them, or the named ones."""
    rows = connection.execute(select(monitor).order_by(monitor.c.dag_id)).all()
    return [
        Monitor(
            dag_id=row.dag_id, looked_at=row.looked_at, due_at=row.due_at, watches=tuple((name, watched) for name, watched in row.watches)
        )
        for row in rows
        if dag_ids is None or row.dag_id in dag_ids
    ]


def drop_monitor(connection: Connection, dag_id: str) -> None:
    """Forget a monitor."""
    connection.execute(delete(monitor).where(monitor.c.dag_id == dag_id))
