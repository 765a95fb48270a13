"""The quarantine of Spark's tables: one INSERT, since they have neither transactions nor DELETE."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow_dre.engines.spark.engine import SparkEngine
from airflow_dre.engines.spark.session import opened_session
from airflow_dre.errors import QueryFailed, WarehouseError
from airflow_dre.services.quality.answers import Engine
from airflow_dre.services.quarantine.result import QuarantineResult, result_of
from airflow_dre.services.quarantine.spec import QuarantineSpec
from airflow_dre.services.quarantine.tables import catalogue_columns, require_fit, require_other_table, require_within_limit, source_columns
from airflow_dre.services.quarantine.transfer import quarantine_query
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.quarantine import statements
from airflow_dre.sql.quarantine.statements import Mode
from airflow_dre.values.numbers import as_count

_MISSING = "TABLE_OR_VIEW_NOT_FOUND"


def copy_rows(connection: Any, spec: QuarantineSpec, at: datetime) -> QuarantineResult:
    """Copy the rows that break the checks, in a session of its own.

    It raises as :func:`copy_by` does.
    """
    _refuse_moves(spec)
    if not spec.rows.checks:
        return result_of(spec)
    with opened_session(connection) as session:
        engine = SparkEngine(session, spec.timeout)
        try:
            return copy_by(engine, spec, at)
        except WarehouseError as error:
            raise error from None  # Spark's own words may quote a row, and a cause is logged whole
        finally:
            engine.close()


def copy_by(engine: Engine, spec: QuarantineSpec, at: datetime) -> QuarantineResult:
    """Copy the rows that break the checks in one INSERT, unless the batch is there.

    The copies of an earlier try stay as they are.

    :raises DefinitionError: rows are to be moved, or the quarantine table does not fit.
    :raises QuarantineError: more rows than may go.
    :raises WarehouseError: Spark refused a statement, or does not answer.
    """
    _refuse_moves(spec)
    scope = spec.rows.source
    writing = scope.dialect.writing
    if isinstance(writing, Refusal):
        raise spec.refused("quarantine_to", writing.reason)
    require_other_table(spec)
    query = quarantine_query(spec, source_columns(engine, spec), writing, at)
    looked_at, failing = map(as_count, engine.fetch_rows(scope.render(statements.count(query)), 1)[0])
    require_within_limit(failing, looked_at, spec)
    if there := _columns_if_there(engine, spec):
        require_fit(query, there, spec)
    else:
        engine.fetch_rows(scope.render(statements.create(query)), 2)
    engine.fetch_rows(scope.render(statements.copy_once(query)), 2)
    copied = as_count(engine.fetch_rows(scope.render(statements.count_batch(query)), 1)[0][0])
    return result_of(spec, rows=copied, looked_at=looked_at)


def _refuse_moves(spec: QuarantineSpec) -> None:
    if spec.mode is Mode.MOVE:
        raise spec.refused("quarantine", "copy: the tables of Spark have no transaction in which rows are inserted there and deleted here")


def _columns_if_there(engine: Engine, spec: QuarantineSpec) -> tuple[tuple[str, str], ...]:
    try:
        return catalogue_columns(engine, spec.rows.source, spec.target)
    except QueryFailed as missing:
        if _MISSING in str(missing):
            return ()
        raise
