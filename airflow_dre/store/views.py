"""Reading the store for the pages. Every view takes the Dags a user may read, and shows nothing of others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select, true

from airflow_dre.store.incidents import LIVE_STATUSES
from airflow_dre.store.monitors import Monitor, read_monitors
from airflow_dre.store.sight import Readable as Readable
from airflow_dre.store.sight import as_seen
from airflow_dre.store.tables import incident, incident_event, outbox, result, sla, suite_run

HISTORY = 30
"""Outcomes that a page shows of one check or suite."""


def recent_runs(
    connection: Connection, readable: Readable, *, dataset: tuple[str, str] | None = None
) -> dict[tuple[str, str], list[Row[Any]]]:
    """Return the last runs of each suite, by dataset, oldest first."""
    nth = func.row_number().over(
        partition_by=(suite_run.c.namespace, suite_run.c.name, suite_run.c.suite),
        order_by=(suite_run.c.measured_at.desc(), suite_run.c.key),
    )
    numbered = select(suite_run, nth.label("nth")).where(readable.only(suite_run.c.dag_id))
    if dataset is not None:
        numbered = numbered.where(suite_run.c.namespace == dataset[0], suite_run.c.name == dataset[1])
    inner = numbered.subquery()
    runs: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(inner).where(inner.c.nth <= HISTORY).order_by(inner.c.measured_at, inner.c.key)):
        runs[row.namespace, row.name].append(row)
    return runs


def _with_run() -> Select[Any]:
    origin = [suite_run.c[name] for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")]
    around = [suite_run.c[name] for name in ("suite", "row_filter", "engine", "measured_at", "seconds")]
    return select(result, *origin, *around, suite_run.c.data_interval_start, suite_run.c.partition_key).join(
        suite_run, suite_run.c.key == result.c.run_key
    )


def histories(connection: Connection, readable: Readable, dataset: tuple[str, str]) -> dict[tuple[str, str], list[Row[Any]]]:
    """Return the last results of each check of a dataset, by suite and check id, oldest first."""
    nth = func.row_number().over(partition_by=(suite_run.c.suite, result.c.check_id), order_by=suite_run.c.measured_at.desc())
    inner = (
        _with_run()
        .add_columns(nth.label("nth"))
        .where(suite_run.c.namespace == dataset[0], suite_run.c.name == dataset[1], readable.only(suite_run.c.dag_id))
        .subquery()
    )
    found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(inner).where(inner.c.nth <= HISTORY).order_by(inner.c.measured_at, inner.c.position)):
        found[row.suite, row.check_id].append(row)
    return found


def runs_of_task(connection: Connection, dag_id: str, run_id: str, task_id: str, map_index: int) -> list[Row[Any]]:
    """Return the suite runs of one task instance, latest try first."""
    condition = and_(
        suite_run.c.dag_id == dag_id,
        suite_run.c.run_id == run_id,
        suite_run.c.task_id == task_id,
        suite_run.c.map_index == map_index,
    )
    order = (suite_run.c.try_number.desc(), suite_run.c.measured_at.desc())
    return list(connection.execute(select(suite_run).where(condition).order_by(*order)).all())


def results_of_run(connection: Connection, run_key: str) -> list[Row[Any]]:
    """Return the results of one suite run in the order of its checks."""
    return list(connection.execute(_with_run().where(result.c.run_key == run_key).order_by(result.c.position)).all())


def incidents(
    connection: Connection, readable: Readable, *, statuses: Sequence[str] = (), limit: int = 50, offset: int = 0
) -> tuple[list[Any], int]:
    """Return one page of incidents, newest first, and how many there are."""
    condition = and_(readable.incidents(), incident.c.status.in_(statuses) if statuses else true())
    total = connection.scalar(select(func.count()).select_from(incident).where(condition)) or 0
    page = select(incident).where(condition).order_by(incident.c.opened_at.desc(), incident.c.id.desc()).limit(limit).offset(offset)
    return as_seen(connection, connection.execute(page).all(), readable), total


def live_incidents(connection: Connection, readable: Readable) -> list[Any]:
    """Return all live incidents, newest first."""
    condition = and_(readable.incidents(), incident.c.status.in_(LIVE_STATUSES))
    rows = connection.execute(select(incident).where(condition).order_by(incident.c.opened_at.desc())).all()
    return as_seen(connection, rows, readable)


def incidents_of_dataset(connection: Connection, readable: Readable, dataset: tuple[str, str]) -> list[Any]:
    """Live incidents of a dataset, then the latest resolved ones."""
    condition = and_(incident.c.namespace == dataset[0], incident.c.name == dataset[1], readable.incidents())
    order = (or_(*[incident.c.status == status for status in LIVE_STATUSES]).desc(), incident.c.opened_at.desc())
    rows = connection.execute(select(incident).where(condition).order_by(*order).limit(HISTORY)).all()
    return as_seen(connection, rows, readable)


def incident_with_story(connection: Connection, incident_id: int) -> tuple[Row[Any], list[Row[Any]], list[Row[Any]]] | None:
    """Return an incident, its timeline and its messages, oldest first; None where there is none."""
    row = connection.execute(select(incident).where(incident.c.id == incident_id)).first()
    if row is None:
        return None
    events = connection.execute(select(incident_event).where(incident_event.c.incident_id == incident_id).order_by(incident_event.c.id))
    messages = connection.execute(select(outbox).where(outbox.c.incident_id == incident_id).order_by(outbox.c.id))
    return row, list(events.all()), list(messages.all())


def monitors(connection: Connection, readable: Readable) -> list[Monitor]:
    """Return the monitors among the Dags that the user may read."""
    return read_monitors(connection, None if readable.dag_ids is None else sorted(readable.dag_ids))


def slas(connection: Connection, readable: Readable, dataset: tuple[str, str] | None = None) -> list[Row[Any]]:
    """Where every SLA stands, missed ones first."""
    query = select(sla).where(readable.only(sla.c.dag_id))
    if dataset is not None:
        query = query.where(sla.c.namespace == dataset[0], sla.c.name == dataset[1])
    worst_first = case({"missed": 0, "unknown": 1}, value=sla.c.state, else_=2)
    return list(connection.execute(query.order_by(worst_first, sla.c.since.desc())).all())
