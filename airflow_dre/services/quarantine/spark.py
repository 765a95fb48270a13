"""Copying failing rows of Spark's tables aside: one INSERT, since they have neither transactions nor DELETE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_dre.engines.spark.engine import SparkEngine
from airflow_dre.engines.spark.session import opened_session
from airflow_dre.errors import QueryFailed, WarehouseError
from airflow_dre.services.quality.answers import Engine
from airflow_dre.services.quarantine.aside import (
    Quarantine,
    Taken,
    columns_of,
    refused,
    require_fit,
    source_columns,
    stop_at_limit,
    taken_of,
)
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.quarantine import statements
from airflow_dre.sql.quarantine.statements import Broken, Mode, Rows, Stamp
from airflow_dre.sql.scope import Scope
from airflow_dre.values.numbers import as_count

_MISSING = "TABLE_OR_VIEW_NOT_FOUND"


def copy_aside(connection: Any, scope: Scope, broken: Sequence[Broken], stamp: Stamp, wanted: Quarantine) -> Taken:
    """Copy the rows that break the checks, in a session of its own; raises as :func:`copy_by`."""
    _refuse_moves(wanted)
    if not broken:
        return taken_of(wanted, stamp)
    with opened_session(connection) as session:
        engine = SparkEngine(session, wanted.timeout)
        try:
            return copy_by(engine, scope, broken, stamp, wanted)
        except WarehouseError as error:
            raise error from None  # Spark's own words may quote a row, and a cause is logged whole
        finally:
            engine.close()


def copy_by(engine: Engine, scope: Scope, broken: Sequence[Broken], stamp: Stamp, wanted: Quarantine) -> Taken:
    """Copy the rows that break the checks in one INSERT, unless the batch is there: what an earlier try copied stays as it is.

    :raises DefinitionError: rows are to be moved, or the quarantine table does not fit.
    :raises QuarantineError: more rows than may go.
    :raises WarehouseError: Spark refused a statement, or does not answer.
    """
    _refuse_moves(wanted)
    writing = scope.dialect.writing
    if isinstance(writing, Refusal):
        raise refused(wanted, "quarantine_to", writing.reason)
    if wanted.target == scope.table:
        raise refused(wanted, "quarantine_to", "another table than the one that is checked")
    columns = source_columns(engine, scope, wanted)
    rows = Rows(source=scope, columns=columns, target=wanted.target, broken=tuple(broken), writing=writing)
    looked_at, counted = map(as_count, engine.fetch_rows(scope.render(statements.count(rows)), 1)[0])
    stop_at_limit(counted, looked_at, rows, wanted)
    if there := _columns_if_there(engine, scope, wanted):
        require_fit(rows, there, wanted)
    else:
        engine.fetch_rows(scope.render(statements.create(rows)), 2)
    engine.fetch_rows(scope.render(statements.copy_once(rows, stamp)), 2)
    copied = as_count(engine.fetch_rows(scope.render(statements.count_batch(rows, stamp)), 1)[0][0])
    return taken_of(wanted, stamp, rows=copied, looked_at=looked_at)


def _refuse_moves(wanted: Quarantine) -> None:
    if wanted.mode is Mode.MOVE:
        raise refused(
            wanted, "quarantine", "copy: the tables of Spark have no transaction in which rows are inserted there and deleted here"
        )


def _columns_if_there(engine: Engine, scope: Scope, wanted: Quarantine) -> tuple[tuple[str, str], ...]:
    try:
        return columns_of(engine, scope, wanted.target)
    except QueryFailed as missing:
        if _MISSING in str(missing):
            return ()
        raise
