"""Results of one task instance, and the failing rows of one result."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_dre.clock import now
from airflow_dre.services.access import DagScope, open_configured_store
from airflow_dre.store.failing_rows import rows_of, sampled_result
from airflow_dre.store.reading.runs import results_of_run, runs_of_task
from airflow_dre.store.records import SampledResult, SampleNote
from airflow_dre.store.records import StoredResult as StoredResult
from airflow_dre.store.records import StoredRun as StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWithResults:
    """One suite run with its results, worst first."""

    run: StoredRun
    results: tuple[StoredResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFailingRows:
    """The failing rows of a result that have not expired, each with its reason."""

    sample: SampleNote
    rows: tuple[tuple[list[str | None], str], ...]
    expired: bool
    """True if there were rows, and their time is over."""


def read_task_results(dag_id: str, run_id: str, task_id: str, map_index: int) -> list[RunWithResults]:
    """Return the suite runs of one task instance, latest try first.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        found = [(run, results_of_run(connection, run.key)) for run in runs_of_task(connection, dag_id, run_id, task_id, map_index)]
    return [RunWithResults(run=run, results=tuple(sorted(results, key=lambda result: -result.outcome.rank))) for run, results in found]


def find_sampled_result(key: str, scope: DagScope) -> SampledResult | None:
    """Return the result of a key if it has a sample and its Dag may be read.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        found = sampled_result(connection, key)
    return found if found is not None and found.sample is not None and scope.admits(found.dag_id) else None


def read_failing_rows(key: str, sample: SampleNote) -> StoredFailingRows:
    """Return the rows of a sample. Whether the user may see them is for the caller to decide first.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    moment = now()
    with open_configured_store().database.read() as connection:
        rows = rows_of(connection, key, moment)
    return StoredFailingRows(sample=sample, rows=tuple(rows), expired=sample.expires_at <= moment and sample.rows > 0)
