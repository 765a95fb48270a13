"""Monitors: the Dags that watch SLAs, their latest looks, when they are due again, their gaps and their costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.records import MonitorCost, StoredGap
from airflow_dre.store.results import insert_new
from airflow_dre.store.rows import as_packed_records
from airflow_dre.store.tables import monitor, monitor_gap, monitor_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """A Dag that watches SLAs."""

    dag_id: str
    looked_at: datetime
    due_at: datetime | None
    """When it is to look again. None where it has no schedule."""
    watches: tuple[tuple[str, str], ...]
    """Name of each SLA, and what it watches: connection and table as they are declared."""
    look_seconds: float | None = None
    """How long its latest look took."""
    problems: tuple[str, ...] = ()
    """Mistakes in the files that declare its SLAs."""

    def is_overdue(self, now: datetime) -> bool:
        """Return whether a whole further look was due since it should have looked."""
        return self.due_at is not None and now > self.due_at + max(self.due_at - self.looked_at, _LEAST)


_LEAST = timedelta(minutes=1)
"""How late a run may begin."""


def save_monitor(connection: Connection, found: Monitor) -> None:
    """Keep the latest look of a monitor, and what it watches."""
    values: dict[str, Any] = {"looked_at": found.looked_at, "due_at": found.due_at}
    values |= {"watches": [list(pair) for pair in found.watches], "problems": list(found.problems)}
    if not insert_new(connection, monitor, {"dag_id": found.dag_id, **values}):
        connection.execute(update(monitor).where(monitor.c.dag_id == found.dag_id).values(**values))


def save_look(connection: Connection, dag_id: str, looked_at: datetime, due_at: datetime, look_seconds: float) -> bool:
    """Keep that a monitor looked, and return whether no later look is known, in which case nothing changes."""
    known = (monitor.c.dag_id == dag_id, monitor.c.looked_at < looked_at)
    values = {"looked_at": looked_at, "due_at": due_at, "look_seconds": look_seconds}
    return connection.execute(update(monitor).where(*known).values(**values).returning(monitor.c.dag_id)).first() is not None


def save_watches(connection: Connection, found: Monitor) -> None:
    """Keep what a monitor watches. One that is known keeps the moments of its looks."""
    values: dict[str, Any] = {"watches": [list(pair) for pair in found.watches], "problems": list(found.problems)}
    if not insert_new(connection, monitor, {"dag_id": found.dag_id, "looked_at": found.looked_at, "due_at": found.due_at, **values}):
        connection.execute(update(monitor).where(monitor.c.dag_id == found.dag_id).values(**values))


def read_monitors(connection: Connection, dag_ids: Sequence[str] | None = None) -> list[Monitor]:
    """Return the monitors, by Dag. All of them, or the named ones."""
    rows = connection.execute(select(monitor).order_by(monitor.c.dag_id)).all()
    return [_read(row) for row in rows if dag_ids is None or row.dag_id in dag_ids]


def find_monitor(connection: Connection, dag_id: str) -> Monitor | None:
    """Return a monitor, or None where it never looked."""
    row = connection.execute(select(monitor).where(monitor.c.dag_id == dag_id)).first()
    return None if row is None else _read(row)


def last_look(connection: Connection, dag_id: str) -> datetime | None:
    """Return when a monitor looked last, or None where it never did."""
    moment: datetime | None = connection.scalar(select(monitor.c.looked_at).where(monitor.c.dag_id == dag_id))
    return moment


def last_looks(connection: Connection) -> dict[str, datetime]:
    """Return when each monitor looked last."""
    return {row.dag_id: row.looked_at for row in connection.execute(select(monitor.c.dag_id, monitor.c.looked_at))}


def _read(row: Any) -> Monitor:
    return Monitor(
        dag_id=row.dag_id,
        looked_at=row.looked_at,
        due_at=row.due_at,
        watches=tuple((name, watched) for name, watched in row.watches),
        look_seconds=row.look_seconds,
        problems=tuple(row.problems or ()),
    )


def drop_monitor(connection: Connection, dag_id: str) -> None:
    """Forget a monitor."""
    connection.execute(delete(monitor).where(monitor.c.dag_id == dag_id))


def save_gap(connection: Connection, gap: StoredGap) -> None:
    """Keep that a monitor did not look for a while."""
    connection.execute(insert(monitor_gap).values(**msgspec.structs.asdict(gap)))


def read_gaps(connection: Connection, dag_ids: Sequence[str] | None, begin: datetime, end: datetime) -> list[StoredGap]:
    """Return the gaps of monitors that touch a time, oldest first."""
    columns = [monitor_gap.c[name] for name in StoredGap.__struct_fields__]
    query = select(*columns).where(monitor_gap.c.since < end, monitor_gap.c.until > begin)
    if dag_ids is not None:
        query = query.where(monitor_gap.c.dag_id.in_(dag_ids))
    return as_packed_records(connection.execute(query.order_by(monitor_gap.c.since, monitor_gap.c.id)), StoredGap)


def add_cost(connection: Connection, cost: MonitorCost) -> None:
    """Add to the cost of a Dag run of a monitor."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(monitor_run).values(**msgspec.structs.asdict(cost))
    sums = {name: monitor_run.c[name] + statement.excluded[name] for name in ("worker_seconds", "wakes", "looks", "look_seconds")}
    added = {**sums, "ended_at": statement.excluded.ended_at}
    connection.execute(statement.on_conflict_do_update(index_elements=["dag_id", "run_id"], set_=added))


def read_costs(connection: Connection, since: datetime) -> list[MonitorCost]:
    """Return the costs of the Dag runs of monitors that began at or went on after a moment, oldest first."""
    columns = [monitor_run.c[name] for name in MonitorCost.__struct_fields__]
    recent = or_(monitor_run.c.began_at >= since, monitor_run.c.ended_at >= since)
    query = select(*columns).where(recent).order_by(monitor_run.c.began_at, monitor_run.c.dag_id)
    return as_packed_records(connection.execute(query), MonitorCost)


def is_replaced(connection: Connection, dag_id: str, run_id: str, began_at: datetime) -> bool:
    """Return whether a later Dag run of a monitor looks by now. One look may be of a run by hand, which goes on no further."""
    later = (monitor_run.c.dag_id == dag_id, monitor_run.c.run_id != run_id, monitor_run.c.began_at > began_at, monitor_run.c.looks > 1)
    return connection.scalar(select(monitor_run.c.run_id).where(*later).limit(1)) is not None


def prune_monitors(connection: Connection, before: datetime) -> int:
    """Delete gaps and costs that ended before a moment, and return their number."""
    gaps = connection.scalars(delete(monitor_gap).where(monitor_gap.c.until < before).returning(monitor_gap.c.id)).all()
    runs = connection.scalars(delete(monitor_run).where(monitor_run.c.ended_at < before).returning(monitor_run.c.run_id)).all()
    return len(gaps) + len(runs)
