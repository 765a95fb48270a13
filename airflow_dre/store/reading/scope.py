"""The Dags that a user may read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from airflow_dre.store.tables import incident, signal


class DagScope:
    """The Dags that a user may read: all, or the named ones.

    :param dag_ids: ids of Dags; None: all.
    :param orphans: whether rows that no Dag made may be read as well, which those may who edit every Dag.
    """

    def __init__(self, dag_ids: Collection[str] | None, *, orphans: bool = False) -> None:
        self.dag_ids = None if dag_ids is None else frozenset(dag_ids)
        self.orphans = orphans

    def admits(self, dag_id: str | None) -> bool:
        """Return whether rows of a Dag may be shown."""
        return self.dag_ids is None or (self.orphans if dag_id is None else dag_id in self.dag_ids)


def in_scope(scope: DagScope, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition for rows of the Dags of a scope.

    :param column: the column with the id of the Dag.
    """
    if scope.dag_ids is None:
        return true()
    named = column.in_(scope.dag_ids)
    return or_(named, column.is_(None)) if scope.orphans else named


def incidents_in_scope(scope: DagScope) -> ColumnElement[bool]:
    """Return the condition for incidents that a Dag of the scope opened or reported."""
    if scope.dag_ids is None:
        return true()
    reported = select(signal.c.incident_id).where(signal.c.incident_id.is_not(None), signal.c.dag_id.in_(scope.dag_ids))
    return or_(in_scope(scope, incident.c.dag_id), incident.c.id.in_(reported))
