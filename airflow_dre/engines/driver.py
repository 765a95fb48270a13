"""Differences between the DB-API drivers of databases, a value each.

The SQL of a database, its time limit and its guard against writing among it, is a value of its dialect. A value here states how the
driver is called.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_dre.engines.far_values import load_far_values, restore_infinities
from airflow_dre.engines.sqlite.functions import add_functions
from airflow_dre.engines.sqlite.regexps import Regexps
from airflow_dre.sql.dialect import Dialect
from airflow_dre.values.scalars import Row

_CONFLICTS = ("40001", "40P01")
"""SQLSTATE of a serialization failure and of a deadlock (PostgreSQL, appendix A)."""


def interrupter(connection: Any, names: Sequence[str]) -> Callable[[], None] | None:
    """Return the method of a connection that ends its statement from another thread, or None where the driver has none.

    :param names: the names that the method may have.
    """
    methods = (getattr(connection, name, None) for name in names)
    return next((method for method in methods if callable(method)), None)


def interrupt(connection: Any) -> None:
    """End the statement of a connection that is given up, where its driver can."""
    if (end := interrupter(connection, ("interrupt", "cancel"))) is not None:
        end()


def end_autocommit(connection: Any) -> None:
    """Let a connection commit only on demand. A guard or a limit of a transaction would end with the first statement."""
    if getattr(connection, "autocommit", False) is True:
        connection.autocommit = False


def _begin_by_statement(connection: Any) -> None:
    """Keep Python's module for SQLite from beginning transactions of another kind."""
    connection.isolation_level = None


def _add_nothing(connection: Any, regexps: Regexps) -> None:
    """Add no function."""


def _unchanged(cursor: Any, sql: str, rows: Sequence[Row], most: int) -> Sequence[Row]:
    """Return rows as the driver returned them."""
    return rows


def _count_of_cursor(cursor: Any) -> int:
    return int(cursor.rowcount)


def _count_of_result(cursor: Any) -> int:
    """Return the number of rows that a statement changed, which is DuckDB's result of it."""
    return int(cursor.fetchone()[0])


def _is_never(error: BaseException) -> bool:
    return False


def _is_of_another_thread(error: BaseException) -> bool:
    return isinstance(error, sqlite3.ProgrammingError) and "thread" in str(error)


def _is_conflict_by_sqlstate(error: BaseException) -> bool:
    return (getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)) in _CONFLICTS


def _is_busy_sqlite(error: BaseException) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")


def _is_conflict_of_duckdb(error: BaseException) -> bool:
    return type(error).__name__ == "TransactionException" and "conflict" in str(error).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Calls of one database's driver."""

    cursor_of: Callable[[Any], Any] = lambda connection: connection.cursor()
    """Returns the only cursor of a connection."""
    add_functions: Callable[[Any, Regexps], None] = _add_nothing
    """Adds the SQL functions that the database lacks and statements need."""
    load_all_values: Callable[[Any], None] = load_far_values
    """Lets a connection load values that Python has no type for, as their text. The default knows psycopg and psycopg2, whatever the
    dialect."""
    ends_in_time: tuple[str, ...] = ("interrupt",)
    """Methods of a connection, of which the first that it has ends a statement at its limit, and the connection stays usable."""
    restore_values: Callable[[Any, str, Sequence[Row], int], Sequence[Row]] = _unchanged
    """Returns the first rows of a statement without the mistakes that the driver made of their values. Takes cursor, statement, rows and
    their limit."""
    prepare_to_write: Callable[[Any], None] = end_autocommit
    """Prepares a connection for a transaction that a statement of the dialect begins."""
    count_changed: Callable[[Any], int] = _count_of_cursor
    """Returns the number of rows that the last statement changed. Takes the cursor."""
    is_of_another_thread: Callable[[BaseException], bool] = _is_never
    """True if a connection refused a call because another thread, that of the hook, opened it."""
    is_conflict: Callable[[BaseException], bool] = _is_conflict_by_sqlstate
    """True if another transaction was in the way, or the database ended this one to let another continue. The default knows the codes of
    the SQL standard and of PostgreSQL."""


DRIVERS: Mapping[str, Driver] = {
    "duckdb": Driver(
        cursor_of=lambda connection: connection,  # each of its cursors is a session of its own, which nothing was set for
        restore_values=restore_infinities,
        count_changed=_count_of_result,
        is_conflict=_is_conflict_of_duckdb,
    ),
    "sqlite": Driver(
        add_functions=add_functions,
        prepare_to_write=_begin_by_statement,
        is_of_another_thread=_is_of_another_thread,
        is_conflict=_is_busy_sqlite,
    ),
}
"""The drivers that differ from :class:`Driver`, by the name of their dialect."""
_USUAL = Driver()


def driver_of(dialect: Dialect) -> Driver:
    """Return the driver of the databases that share a dialect."""
    return DRIVERS.get(dialect.name, _USUAL)
