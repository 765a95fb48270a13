"""What a user sees of an incident that several Dags report: what those of them say that the user may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select, true, union

from airflow_dre.store.tables import incident, incident_event, signal, sla

_ORIGIN = ("dag_id", "run_id", "task_id", "map_index", "try_number")


class Readable:
    """Which Dags a user may read: all, or the named ones.

    :param dag_ids: ids of Dags; None: all.
    :param orphans: whether rows that no Dag made may be read as well, which those may who edit every Dag.
    """

    def __init__(self, dag_ids: Collection[str] | None, *, orphans: bool = False) -> None:
        self.dag_ids = None if dag_ids is None else frozenset(dag_ids)
        self.orphans = orphans

    def admits(self, dag_id: str | None) -> bool:
        """Return whether rows of a Dag may be shown."""
        return self.dag_ids is None or (self.orphans if dag_id is None else dag_id in self.dag_ids)

    def only(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the same as a condition."""
        if self.dag_ids is None:
            return true()
        named = column.in_(self.dag_ids)
        return or_(named, column.is_(None)) if self.orphans else named

    def incidents(self) -> ColumnElement[bool]:
        """Return the condition for incidents that one of the readable Dags opened or reported."""
        if self.dag_ids is None:
            return true()
        reported = select(signal.c.incident_id).where(signal.c.incident_id.is_not(None), signal.c.dag_id.in_(self.dag_ids))
        return or_(self.only(incident.c.dag_id), incident.c.id.in_(reported))


def known_dags(connection: Connection) -> set[str]:
    """Return the Dags that incidents and SLAs belong to, also where Airflow knows them no more."""
    ids = union(select(incident.c.dag_id), select(sla.c.dag_id))
    return {dag_id for dag_id in connection.scalars(ids) if dag_id is not None}


def reporters_of(connection: Connection, incident_ids: Sequence[int]) -> dict[int, set[str | None]]:
    """Return the Dags that opened or reported each incident; None stands for what ran outside a Dag."""
    found: dict[int, set[str | None]] = {incident_id: set() for incident_id in incident_ids}
    opened = select(incident.c.id, incident.c.dag_id).where(incident.c.id.in_(incident_ids))
    told = select(signal.c.incident_id, signal.c.dag_id).where(signal.c.incident_id.in_(incident_ids))
    for incident_id, dag_id in connection.execute(union(opened, told)):
        found[incident_id].add(dag_id)
    return found


def as_seen(connection: Connection, rows: Sequence[Row[Any]], readable: Readable) -> list[Any]:
    """Return incidents with the newest words of a Dag that the user may read, where another Dag reports them too."""
    if readable.dag_ids is None:
        return list(rows)
    reporters = reporters_of(connection, [row.id for row in rows])
    shared = [row.id for row in rows if not all(readable.admits(dag_id) for dag_id in reporters[row.id])]
    told: dict[int, list[Row[Any]]] = defaultdict(list)
    problems = select(incident_event).where(incident_event.c.incident_id.in_(shared), incident_event.c.kind.in_(("open", "add")))
    for event in connection.execute(problems.order_by(incident_event.c.at, incident_event.c.id)):
        told[event.incident_id].append(event)
    return [_as_told(row, told[row.id], readable) if row.id in told else row for row in rows]


def _as_told(row: Row[Any], events: Sequence[Row[Any]], readable: Readable) -> Any:
    """Return one incident in the words of a readable Dag, at the place that it came from."""
    mine = [event for event in events if readable.admits(event.dag_id)]
    values = dict(row._mapping)
    newest = mine[-1] if mine else None
    if newest is not events[-1]:  # the title is another Dag's
        values |= {"title": "" if newest is None else newest.summary, "explanation": None}
        values |= dict.fromkeys(("data_interval_start", "data_interval_end", "partition_key"))
    if not readable.admits(row.dag_id):
        values |= dict.fromkeys(_ORIGIN) if newest is None else {name: getattr(newest, name) for name in _ORIGIN}
    return SimpleNamespace(**values)
