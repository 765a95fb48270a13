"""Suites, tables and results as answers of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from airflow_dre.api.incidents.presenters import present_incident
from airflow_dre.api.presenters import present_dataset, present_origin
from airflow_dre.api.quality import schemas
from airflow_dre.api.slo.presenters import present_monitor, present_sla
from airflow_dre.values.dataset import DatasetName

if TYPE_CHECKING:
    from airflow_dre.services.overview import Overview, TablePage, TableState
    from airflow_dre.services.quality.reading import RunWithResults, StoredFailingRows, StoredResult, StoredRun


def present_result(row: StoredResult) -> schemas.Result:
    """Return one outcome of one check."""
    definition = row.definition
    return schemas.Result(
        key=row.key,
        has_sample=row.sample is not None,
        check_id=row.check_id,
        suite=row.suite,
        name=definition.name,
        kind=definition.kind,
        columns=list(definition.columns),
        dimension=definition.dimension,
        severity="warn" if definition.severity == "warn" else "error",
        description=definition.description,
        owner=definition.owner,
        runbook=definition.runbook,
        tags=list(definition.tags),
        outcome=row.outcome.value,
        reason=row.reason,
        expected=row.expected,
        observed=row.observed,
        value=row.value,
        unit=row.unit,
        violations=row.violations,
        rows=row.rows,
        warn=schemas.Range(low=row.warn_low, high=row.warn_high),
        fail=schemas.Range(low=row.fail_low, high=row.fail_high),
        row_filter=row.row_filter,
        statement=row.statement,
        by=definition.by,
        segments=[schemas.Segment(**msgspec.to_builtins(segment)) for segment in row.segments or ()],
        engine=row.engine,
        measured_at=row.measured_at,
        seconds=row.seconds,
        data_interval_start=row.data_interval_start,
        partition_key=row.partition_key,
        origin=present_origin(row),
    )


def present_suite_run(row: StoredRun) -> schemas.SuiteRun:
    """Return one run of a suite."""
    return schemas.SuiteRun(
        suite=row.suite,
        dataset=present_dataset(DatasetName(row.namespace, row.name)),
        outcome=row.outcome.value,
        score=row.score,
        counts=row.counts,
        measured_at=row.measured_at,
        seconds=row.seconds,
        queries=row.queries,
        data_interval_start=row.data_interval_start,
        origin=present_origin(row),
    )


def present_overview(overview: Overview, why_overdue: str | None = None) -> schemas.Overview:
    """Return the first page.

    :param why_overdue: why monitors that are overdue do not look.
    """
    return schemas.Overview(
        tables=[present_table_state(table) for table in overview.tables],
        slas=[present_sla(sla) for sla in overview.slas],
        live_incidents=[present_incident(incident) for incident in overview.live_incidents],
        monitors=[present_monitor(monitor, why_overdue) for monitor in overview.monitors],
        config_problems=list(overview.config_problems),
        spool_waiting=overview.spool_waiting,
        put_aside=overview.put_aside,
    )


def present_table_state(table: TableState) -> schemas.TableSummary:
    """Return a table on the overview."""
    return schemas.TableSummary(
        dataset=present_dataset(table.dataset),
        outcome=table.outcome.value,
        score=table.score,
        checks=table.counts,
        latest=present_suite_run(table.trend[-1]),
        trend=[present_suite_run(run) for run in table.trend],
        live_incidents=[present_incident(incident) for incident in table.live_incidents],
    )


def present_table(page: TablePage) -> schemas.TableDetail:
    """Return the page of one table."""
    histories = [[present_result(result) for result in results] for results in page.histories]
    return schemas.TableDetail(
        dataset=present_dataset(page.dataset),
        outcome=page.outcome.value,
        score=page.score,
        checks=[schemas.CheckHistory(latest=history[-1], history=history) for history in histories],
        runs=[present_suite_run(run) for run in page.runs],
        slas=[present_sla(sla) for sla in page.slas],
        incidents=[present_incident(incident) for incident in page.incidents],
    )


def present_task_results(runs: Sequence[RunWithResults]) -> schemas.TaskResults:
    """Return the results of one task instance."""
    shown = [
        schemas.TaskSuiteRun(run=present_suite_run(found.run), results=[present_result(result) for result in found.results])
        for found in runs
    ]
    return schemas.TaskResults(runs=shown)


def present_failing_rows(found: StoredFailingRows) -> schemas.FailingRows:
    """Return the failing rows of a result."""
    return schemas.FailingRows(
        columns=list(found.sample.columns),
        rows=[schemas.FailingRow(values=values, reason=reason) for values, reason in found.rows],
        missing=found.sample.missing,
        expires_at=found.sample.expires_at,
        expired=found.expired,
    )
