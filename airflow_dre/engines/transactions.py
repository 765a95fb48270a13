"""Writing to a warehouse, in one transaction of a connection of its own: what is not committed never happened.

``airflow_dre.engines.warehouse`` asks and is guarded against writing; nothing else in the package writes to a user's tables.
"""

from __future__ import annotations

import contextlib
import functools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from airflow_dre.checks.instants import spoken
from airflow_dre.checks.values import Row
from airflow_dre.engines.warehouse import Hook, add_functions, first_line, interrupted_in_time, session_statements
from airflow_dre.errors import DefinitionError, Problem, QueryFailed, StatementTimeout, WarehouseUnreachable, WriteConflict
from airflow_dre.sql.dialect import Dialect, Refusal, Writing
from airflow_dre.sql.dialects import find_dialect

P = ParamSpec("P")
R = TypeVar("R")
_CONFLICTS = ("40001", "40P01")
"""SQLSTATE of a serialization failure and of a deadlock (PostgreSQL, appendix A)."""
_PAUSES = (0.1, 0.3, 1.0)
"""Seconds before each further try after a conflict."""
_VALUES = (
    (re.compile(r"\b(string|text|value|literal) (?:'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|-?\d\S*)"), r"\1 '...'"),
    (re.compile(r"\(-?\d\S* [-+*/%] -?\d\S*\)"), "(...)"),
    (re.compile(r': ".*"'), ': "..."'),
    (re.compile(r'\bkey "[^"]*"'), 'key "..."'),
)
"""Where drivers quote values of rows: as a string or a number, in a sum, after a colon, and as a key."""


class Transaction:
    """A transaction that is under way."""

    def __init__(self, connection: Any, dialect: Dialect, timeout: timedelta | None) -> None:
        self.dialect = dialect
        self._connection = connection
        self._timeout = timeout
        self._cursor = connection if dialect.name == "duckdb" else connection.cursor()

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """The first ``most`` rows of a statement.

        :raises QueryFailed: the warehouse refused the statement; nothing of the transaction stays.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the connection broke.
        """
        with self._told_apart():
            self._cursor.execute(sql)
            rows: Sequence[Row] = self._cursor.fetchmany(most)
        return rows

    def write(self, sql: str) -> int:
        """The number of rows that an INSERT, UPDATE or DELETE changed; raises as :meth:`fetch_rows`."""
        with self._told_apart():
            self._cursor.execute(sql)
            if self.dialect.name == "duckdb":  # whose result it is
                return int(self._cursor.fetchone()[0])
            return int(self._cursor.rowcount)

    def define(self, sql: str) -> None:
        """Create a table; raises as :meth:`fetch_rows`."""
        with self._told_apart():
            self._cursor.execute(sql)

    def begin(self, statement: str | None) -> None:
        """Begin it; raises as :meth:`fetch_rows`."""
        first = [] if statement is None else [statement]
        for sql in [*first, *session_statements(self.dialect, self._timeout)]:
            self.define(sql)

    def commit(self) -> None:
        """Keep everything.

        :raises QueryFailed: the warehouse refused; nothing stays.
        :raises WarehouseUnreachable: the connection broke, and nobody knows whether everything stays or nothing.
        """
        with self._told_apart("; whether the transaction was kept is not known"):
            self._connection.commit()

    @contextlib.contextmanager
    def _told_apart(self, doubt: str = "") -> Iterator[None]:
        """Tell a refused statement from a warehouse that is gone. What a driver says at length may hold rows: it is not handed on."""
        started = time.perf_counter()
        try:
            with interrupted_in_time(self._connection, self.dialect, self._timeout):
                yield
            return
        except Exception as error:  # every driver has exceptions of its own
            said, taken = without_values(first_line(error)), time.perf_counter() - started
            conflict = _is_conflict(error)
        if not self._still_answers():
            raise WarehouseUnreachable(f"the {self.dialect.name} warehouse stopped answering: {said}{doubt}") from None
        if self._timeout is not None and taken >= self._timeout.total_seconds():
            raise StatementTimeout(f"ended after {spoken(self._timeout)}, the statement timeout: {said}") from None
        raise (WriteConflict if conflict else QueryFailed)(said) from None

    def _still_answers(self) -> bool:
        try:
            self._connection.rollback()
            self._cursor.execute("SELECT 1")
            self._cursor.fetchmany(1)
        except Exception:  # every driver has exceptions of its own
            return False
        return True


@contextlib.contextmanager
def transaction(hook: Hook, timeout: timedelta | None = None) -> Iterator[tuple[Transaction, Writing]]:
    """A transaction of a new connection: kept when the block ends, undone when it raises.

    :raises DefinitionError: the database is not one that is written to.
    :raises WarehouseUnreachable: there is no connection to be had.
    """
    dialect = find_dialect(hook.conn_type)
    if isinstance(dialect.writing, Refusal):
        raise DefinitionError([Problem("connection", "conn_type", hook.conn_type, dialect.writing.reason)])
    if dialect.writing.only_inserts:
        allowed = "a database with transactions: PostgreSQL, SQLite or DuckDB"
        raise DefinitionError([Problem("connection", "conn_type", hook.conn_type, allowed)])
    connection = _connected(hook, dialect)
    try:
        begun = Transaction(connection, dialect, timeout)
        begun.begin(dialect.writing.begin)
        yield begun, dialect.writing
        begun.commit()
    finally:
        with contextlib.suppress(Exception):
            connection.rollback()
        with contextlib.suppress(Exception):
            connection.close()


def again_after_conflict(work: Callable[P, R]) -> Callable[P, R]:
    """``work``, which is one transaction, done anew where others wrote the same rows meanwhile; the last conflict is raised."""

    @functools.wraps(work)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in _PAUSES:
            try:
                return work(*args, **kwargs)
            except WriteConflict:
                time.sleep(pause)
        return work(*args, **kwargs)

    return tried


def _is_conflict(error: Exception) -> bool:
    """Whether a driver says that another transaction stood in the way, or that it ended this one to let another go on."""
    if (getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)) in _CONFLICTS:
        return True
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return True
    return type(error).__name__ == "TransactionException" and "conflict" in str(error).lower()


def _connected(hook: Hook, dialect: Dialect) -> Any:
    try:
        connection = hook.get_conn()
        add_functions(connection, dialect)
        if dialect.name == "sqlite":
            connection.isolation_level = None  # or the module begins transactions of another kind by itself
        elif getattr(connection, "autocommit", False) is True:
            connection.autocommit = False
    except Exception as error:  # every driver has exceptions of its own
        raise WarehouseUnreachable(f"cannot connect to the {dialect.name} warehouse: {first_line(error)}") from error
    return connection


def without_values(text: str) -> str:
    """What a driver says, without values of rows that it quotes."""
    for pattern, instead in _VALUES:
        text = pattern.sub(instead, text)
    return text
