"""Writing suite runs and their results. A repeated delivery is one row."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, false, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.clock import now
from airflow_dre.incidents.signals import Origin
from airflow_dre.store.failing_rows import sample_columns, save_samples
from airflow_dre.store.heads import save_head
from airflow_dre.store.records import ResultRecord, SuiteRunRecord
from airflow_dre.store.shared_texts import References, keep_texts
from airflow_dre.store.slo_events import note_event
from airflow_dre.store.tables import result, suite_run
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.digest import digest

BROKEN = (Outcome.FAILED.value, Outcome.ERRORED.value)


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is there. Whether it was new. RETURNING, since rowcount is -1 with psycopg."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(statement).first() is not None


def origin_values(origin: Origin) -> dict[str, Any]:
    """Return an origin as the five columns that every table spells alike."""
    columns: dict[str, Any] = msgspec.to_builtins(origin)
    return columns


def siblings_of(table: Table, origin: Origin) -> ColumnElement[bool]:
    """Return rows of the other map indexes of a task in the same run."""
    if origin.run_id is None or origin.task_id is None or origin.map_index is None:
        return false()
    same = [table.c[name] == getattr(origin, name) for name in ("dag_id", "run_id", "task_id")]
    return and_(*same, table.c.map_index != origin.map_index)


def save_suite_run(connection: Connection, run: SuiteRunRecord) -> bool:
    """Keep a suite run with all its results. False where it was kept before."""
    new = insert_new(connection, suite_run, run_row(run))
    if new and run.results:
        texts = [(msgspec.to_builtins(record.definition), record.statement) for record in run.results]
        numbered = enumerate(zip(run.results, keep_texts(connection, texts), strict=True))
        rows = [result_row(run.key, position, record, references) for position, (record, references) in numbered]
        connection.execute(result.insert(), rows)
        samples = [(digest(run.key, record.check_id), record.sample) for record in run.results if record.sample is not None]
        if samples:
            save_samples(connection, samples, now())
    if new:
        save_head(connection, run)
        note_event(connection, run)
    return new


def run_row(run: SuiteRunRecord) -> dict[str, Any]:
    """Return a run as the columns of its table."""
    return {
        "key": run.key,
        "namespace": run.namespace,
        "name": run.name,
        "suite": run.suite,
        **origin_values(run.origin),
        "dag_version": run.dag_version,
        "data_interval_start": run.data_interval_start,
        "data_interval_end": run.data_interval_end,
        "partition_key": run.partition_key,
        "row_filter": run.row_filter,
        "engine": run.engine,
        "outcome": run.outcome.value,
        "score": run.score,
        "counts": run.counts,
        "queries": run.queries,
        "measured_at": run.measured_at,
        "seconds": run.seconds,
    }


def result_row(run_key: str, position: int, record: ResultRecord, references: References) -> dict[str, Any]:
    """Return a result as the columns of its table."""
    return {
        "key": digest(run_key, record.check_id),
        "run_key": run_key,
        "position": position,
        "check_id": record.check_id,
        "definition": {},
        "definition_digest": references.definition,
        "outcome": record.outcome.value,
        "reason": record.reason,
        "expected": record.expected,
        "observed": record.observed,
        "value": record.value,
        "unit": record.unit,
        "violations": record.violations,
        "rows": record.rows,
        "warn_low": record.warn.low,
        "warn_high": record.warn.high,
        "fail_low": record.fail.low,
        "fail_high": record.fail.high,
        "statement_digest": references.statement,
        "segments": msgspec.to_builtins(record.segments) if record.segments else None,
        "sample": None if record.sample is None else sample_columns(record.sample),
    }


def last_passed(connection: Connection, dataset: DatasetName, suite: str, check_id: str) -> str | None:
    """Return the value that a check observed in the last run in which it passed. None if it never passed."""
    observed: str | None = connection.scalar(
        select(result.c.observed)
        .join(suite_run, suite_run.c.key == result.c.run_key)
        .where(
            suite_run.c.namespace == dataset.namespace,
            suite_run.c.name == dataset.name,
            suite_run.c.suite == suite,
            result.c.check_id == check_id,
            result.c.outcome == Outcome.PASSED.value,
        )
        .order_by(suite_run.c.measured_at.desc())
        .limit(1)
    )
    return observed
