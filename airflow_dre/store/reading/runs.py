"""Reading suite runs and results."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, literal, select

from airflow_dre.store.reading.scope import DagScope, in_scope
from airflow_dre.store.records.runs import LatestRun, StoredResult, StoredRun
from airflow_dre.store.rows import as_packed_records, as_record, as_records
from airflow_dre.store.shared_texts import definition_of_result, statement_of_result, with_texts
from airflow_dre.store.tables import UtcDateTime, result, suite_head, suite_run
from airflow_dre.values.dataset import DatasetName

HISTORY = 30
"""Outcomes that a page shows of one check or suite."""
_SUITE = ("namespace", "name", "suite")


def latest_runs(connection: Connection, scope: DagScope, *, dataset: DatasetName | None = None) -> list[LatestRun]:
    """Return the latest run of each suite, in the order of the datasets, without reading any other run.

    :param dataset: only this one; None: all.
    """
    order = (suite_head.c.namespace, suite_head.c.name, suite_head.c.measured_at, suite_head.c.run_key)
    query = select(*[column for column in suite_head.c if column.name != "key"]).where(_heads(scope, dataset))
    latest: dict[tuple[str, str, str], LatestRun] = {}
    for run in as_packed_records(connection.execute(query.order_by(*order)), LatestRun):
        latest[run.namespace, run.name, run.suite] = run
    return list(latest.values())


def recent_runs(connection: Connection, scope: DagScope, *, dataset: DatasetName | None = None) -> dict[DatasetName, list[StoredRun]]:
    """Return the last runs of each suite, by dataset, oldest first.

    :param dataset: only this one; None: all.
    """
    suites = _suites_since(scope, dataset)
    same = and_(*[suite_run.c[name] == suites.c[name] for name in _SUITE], suite_run.c.measured_at >= suites.c.since)
    query = select(suite_run).join(suites, same).where(in_scope(scope, suite_run.c.dag_id))
    by_suite: dict[tuple[str, str, str], list[StoredRun]] = defaultdict(list)
    for run in as_packed_records(connection.execute(query), StoredRun):
        by_suite[run.namespace, run.name, run.suite].append(run)
    runs: dict[DatasetName, list[StoredRun]] = defaultdict(list)
    for (namespace, name, _), found in by_suite.items():
        found.sort(key=lambda run: run.key)
        found.sort(key=lambda run: run.measured_at, reverse=True)
        runs[DatasetName(namespace, name)] += found[:HISTORY]
    for found in runs.values():
        found.sort(key=lambda run: (run.measured_at, run.key))
    return runs


def _suites_since(scope: DagScope, dataset: DatasetName | None) -> Subquery:
    """Return the suites, each with the moment since which it ran :data:`HISTORY` times. However many Dags run one, it is searched once."""
    suites = select(*[suite_head.c[name] for name in _SUITE]).where(_heads(scope, dataset)).distinct().subquery("each")
    run = suite_run.alias("older")
    nth = (
        select(run.c.measured_at)
        .where(*[run.c[name] == suites.c[name] for name in _SUITE], in_scope(scope, run.c.dag_id))
        .order_by(run.c.measured_at.desc())
        .limit(1)
        .offset(HISTORY - 1)
        .scalar_subquery()
    )
    since = func.coalesce(nth, literal(datetime.min.replace(tzinfo=UTC), UtcDateTime()))
    return select(*suites.c, since.label("since")).distinct().subquery("suites")  # else PostgreSQL merges it, and searches for each run


def _heads(scope: DagScope, dataset: DatasetName | None) -> ColumnElement[bool]:
    """Return the condition for the latest runs of the suites of some datasets."""
    conditions = [in_scope(scope, suite_head.c.dag_id)]
    if dataset is not None:
        conditions += [suite_head.c.namespace == dataset.namespace, suite_head.c.name == dataset.name]
    return and_(*conditions)


def whole_results() -> Select[Any]:
    """Return the query for results with their definitions and statements and the facts about their runs."""
    own = [column for column in result.c if column.name not in ("definition", "statement")]
    origin = [suite_run.c[name] for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")]
    facts = [suite_run.c[name] for name in ("suite", "row_filter", "engine", "measured_at", "seconds")]
    part = (suite_run.c.data_interval_start, suite_run.c.partition_key)
    columns: list[Any] = [*own, definition_of_result(), statement_of_result(), *origin, *facts, *part]
    return select(*columns).select_from(with_texts()).join(suite_run, suite_run.c.key == result.c.run_key)


def result_histories(connection: Connection, scope: DagScope, dataset: DatasetName) -> dict[tuple[str, str], list[StoredResult]]:
    """Return the last results of each check of a dataset, by suite and check id, oldest first."""
    nth = func.row_number().over(partition_by=(suite_run.c.suite, result.c.check_id), order_by=suite_run.c.measured_at.desc())
    inner = (
        whole_results()
        .add_columns(nth.label("nth"))
        .where(suite_run.c.namespace == dataset.namespace, suite_run.c.name == dataset.name, in_scope(scope, suite_run.c.dag_id))
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
    return as_packed_records(connection.execute(select(suite_run).where(condition).order_by(*order)), StoredRun)


def results_of_run(connection: Connection, run_key: str) -> list[StoredResult]:
    """Return the results of one suite run in the order of its checks."""
    query = whole_results().where(result.c.run_key == run_key).order_by(result.c.position)
    return as_records(connection.execute(query), StoredResult)
