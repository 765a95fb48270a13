"""Reading suite runs and results."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from airflow_dre.store.reading.scope import DagScope, in_scope
from airflow_dre.store.records.runs import StoredResult, StoredRun
from airflow_dre.store.rows import as_record, as_records
from airflow_dre.store.tables import result, suite_run

HISTORY = 30
"""Outcomes that a page shows of one check or suite."""


def recent_runs(
    connection: Connection, scope: DagScope, *, dataset: tuple[str, str] | None = None
) -> dict[tuple[str, str], list[StoredRun]]:
    """Return the last runs of each suite, by dataset, oldest first."""
    nth = func.row_number().over(
        partition_by=(suite_run.c.namespace, suite_run.c.name, suite_run.c.suite),
        order_by=(suite_run.c.measured_at.desc(), suite_run.c.key),
    )
    numbered = select(suite_run, nth.label("nth")).where(in_scope(scope, suite_run.c.dag_id))
    if dataset is not None:
        numbered = numbered.where(suite_run.c.namespace == dataset[0], suite_run.c.name == dataset[1])
    inner = numbered.subquery()
    runs: dict[tuple[str, str], list[StoredRun]] = defaultdict(list)
    query = select(inner).where(inner.c.nth <= HISTORY).order_by(inner.c.measured_at, inner.c.key)
    for run in as_records(connection.execute(query), StoredRun):
        runs[run.namespace, run.name].append(run)
    return runs


def _with_run() -> Select[Any]:
    origin = [suite_run.c[name] for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")]
    facts = [suite_run.c[name] for name in ("suite", "row_filter", "engine", "measured_at", "seconds")]
    return select(result, *origin, *facts, suite_run.c.data_interval_start, suite_run.c.partition_key).join(
        suite_run, suite_run.c.key == result.c.run_key
    )


def result_histories(connection: Connection, scope: DagScope, dataset: tuple[str, str]) -> dict[tuple[str, str], list[StoredResult]]:
    """Return the last results of each check of a dataset, by suite and check id, oldest first."""
    nth = func.row_number().over(partition_by=(suite_run.c.suite, result.c.check_id), order_by=suite_run.c.measured_at.desc())
    inner = (
        _with_run()
        .add_columns(nth.label("nth"))
        .where(suite_run.c.namespace == dataset[0], suite_run.c.name == dataset[1], in_scope(scope, suite_run.c.dag_id))
        .subquery()
    )
    found: dict[tuple[str, str], list[StoredResult]] = defaultdict(list)
    for row in connection.execute(select(inner).where(inner.c.nth <= HISTORY).order_by(inner.c.measured_at, inner.c.position)):
        found[row.suite, row.check_id].append(as_record(row, StoredResult))
    return found


def runs_of_task(connection: Connection, dag_id: str, run_id: str, task_id: str, map_index: int) -> list[StoredRun]:
    """Return the suite runs of one task instance, latest try first."""
    condition = and_(
        suite_run.c.dag_id == dag_id,
        suite_run.c.run_id == run_id,
        suite_run.c.task_id == task_id,
        suite_run.c.map_index == map_index,
    )
    order = (suite_run.c.try_number.desc(), suite_run.c.measured_at.desc())
    return as_records(connection.execute(select(suite_run).where(condition).order_by(*order)), StoredRun)


def results_of_run(connection: Connection, run_key: str) -> list[StoredResult]:
    """Return the results of one suite run in the order of its checks."""
    query = _with_run().where(result.c.run_key == run_key).order_by(result.c.position)
    return as_records(connection.execute(query), StoredResult)
