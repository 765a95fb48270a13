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

from airflow_dre.engines.callers import GRACE, Caller, CallFailed, NoAnswer, connect_seconds, connect_within
from airflow_dre.engines.refusals import is_refusal
from airflow_dre.engines.sqlite.regexps import Regexps
from airflow_dre.engines.warehouse import (
    Hook,
    add_functions,
    belongs_elsewhere,
    first_line,
    interrupt,
    interrupted_in_time,
    no_connection,
    session_statements,
)
from airflow_dre.errors import DefinitionError, Problem, QueryFailed, StatementTimeout, WarehouseUnreachable, WriteConflict
from airflow_dre.sql.dialect import Dialect, Refusal, Writing
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.values.instants import spoken
from airflow_dre.values.scalars import Row

P = ParamSpec("P")
R = TypeVar("R")
_CONFLICTS = ("40001", "40P01")
"""SQLSTATE of a serialization failure and of a deadlock (PostgreSQL, appendix A)."""
_PAUSES = (0.1, 0.3, 1.0)
"""Seconds before each further try after a conflict."""
_VALUES = (
    (re.compile(r"\b(string|text|value|literal) (?:'(?:[^']|'')*+(?:'|\Z)|\"(?:[^\"]|\"\")*+(?:\"|\Z)|-?\d\S*+)"), r"\1 '...'"),
    (re.compile(r"\(-?\d[^\s(]*+ [-+*/%] -?\d[^\s()]*+\)"), "(...)"),
    (re.compile(r': ".*"'), ': "..."'),
    (re.compile(r'\bkey "[^"]*"'), 'key "..."'),
)
"""Where drivers quote values of rows: as a string or a number, in a sum, after a colon, and as a key."""


class Transaction:
    """A transaction that is under way."""

    def __init__(self, hook: Hook, dialect: Dialect, timeout: timedelta | None) -> None:
        """Open a connection.

        :raises WarehouseUnreachable: there is no connection to be had.
        """
        self.dialect = dialect
        self._timeout = timeout
        self._caller = Caller()
        self._regexps = Regexps()
        self._connection, self._cursor = self._opened(hook)

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: the warehouse refused the statement; nothing of the transaction stays.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the connection broke.
        """

        def fetch() -> Sequence[Row]:
            self._cursor.execute(sql)
            rows: Sequence[Row] = self._cursor.fetchmany(most)
            return rows

        return self._told_apart(fetch)

    def write(self, sql: str) -> int:
        """Return the number of rows that an INSERT, UPDATE or DELETE changed; raises as :meth:`fetch_rows`."""

        def change() -> int:
            self._cursor.execute(sql)
            if self.dialect.name == "duckdb":  # whose result it is
                return int(self._cursor.fetchone()[0])
            return int(self._cursor.rowcount)

        return self._told_apart(change)

    def define(self, sql: str) -> None:
        """Create a table; raises as :meth:`fetch_rows`."""
        self._told_apart(lambda: self._cursor.execute(sql))

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
        self._told_apart(self._connection.commit, "; whether the transaction was kept is not known")

    def close(self) -> None:
        """Undo what was not kept and give the connection back."""

        def last() -> None:
            with contextlib.suppress(Exception):
                self._connection.rollback()
            with contextlib.suppress(Exception):
                self._connection.close()

        self._caller.end(last)
        self._regexps.close()

    def _told_apart(self, work: Callable[[], R], doubt: str = "") -> R:
        """Tell a refused statement from a warehouse that is gone. What a driver says at length may hold rows: it is not handed on."""
        started = time.perf_counter()
        try:
            return self._call(work)
        except NoAnswer:
            raise WarehouseUnreachable(f"the {self.dialect.name} warehouse does not answer{doubt}") from None
        except CallFailed as failed:
            error, taken = failed.error, time.perf_counter() - started
        if not is_refusal(error):
            raise error from None
        said = self._regexps.ended or without_values(first_line(error))
        if not self._still_answers():
            raise WarehouseUnreachable(f"the {self.dialect.name} warehouse stopped answering: {said}{doubt}") from None
        if self._timeout is not None and taken >= self._timeout.total_seconds():
            raise StatementTimeout(f"ended after {spoken(self._timeout)}, the statement timeout: {said}") from None
        raise (WriteConflict if _is_conflict(error) else QueryFailed)(said) from None

    def _still_answers(self) -> bool:
        def ask() -> None:
            self._connection.rollback()
            self._cursor.execute("SELECT 1")
            self._cursor.fetchmany(1)

        try:
            self._call(ask)
        except (CallFailed, NoAnswer):
            return False
        return True

    def _call(self, work: Callable[[], R]) -> R:
        """Make a call of the driver within the time of a statement."""
        self._regexps.begin(self._timeout)
        with interrupted_in_time(self._connection, self.dialect, self._timeout):
            return self._caller.run(work, self._interrupt, None if self._timeout is None else self._timeout.total_seconds() + GRACE)

    def _interrupt(self) -> None:
        self._regexps.abort()
        interrupt(self._connection)

    def _opened(self, hook: Hook) -> tuple[Any, Any]:
        seconds = connect_seconds(self._timeout)
        try:
            return connect_within(
                self._caller, lambda: _connected(hook, self.dialect, self._regexps), lambda opened: opened[0].close(), seconds
            )
        except NoAnswer as silent:
            raise no_connection(self.dialect.name, seconds) from silent
        except CallFailed as failed:
            error = failed.error
        if belongs_elsewhere(error) and not self._caller.is_bypassed:
            self._caller.is_bypassed = True
            return self._opened(hook)
        if not is_refusal(error):
            raise error from None
        raise WarehouseUnreachable(f"cannot connect to the {self.dialect.name} warehouse: {first_line(error)}") from error


@contextlib.contextmanager
def transaction(hook: Hook, timeout: timedelta | None = None) -> Iterator[tuple[Transaction, Writing]]:
    """Yield a transaction of a new connection: kept when the block ends, undone when it raises.

    :raises DefinitionError: the database is not one that is written to.
    :raises WarehouseUnreachable: there is no connection to be had.
    """
    dialect = find_dialect(hook.conn_type)
    if isinstance(dialect.writing, Refusal):
        raise DefinitionError([Problem("connection", "conn_type", hook.conn_type, dialect.writing.reason)])
    if dialect.writing.only_inserts:
        allowed = "a database with transactions: PostgreSQL, SQLite or DuckDB"
        raise DefinitionError([Problem("connection", "conn_type", hook.conn_type, allowed)])
    begun = Transaction(hook, dialect, timeout)
    try:
        begun.begin(dialect.writing.begin)
        yield begun, dialect.writing
        begun.commit()
    finally:
        begun.close()


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
    """Return whether a driver says that another transaction stood in the way, or that it ended this one to let another go on."""
    if (getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)) in _CONFLICTS:
        return True
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return True
    return type(error).__name__ == "TransactionException" and "conflict" in str(error).lower()


def _connected(hook: Hook, dialect: Dialect, regexps: Regexps) -> tuple[Any, Any]:
    """Return a connection that begins no transaction by itself, and its cursor; of DuckDB they are the same."""
    connection = hook.get_conn()
    add_functions(connection, dialect, regexps)
    if dialect.name == "sqlite":
        connection.isolation_level = None  # or the module begins transactions of another kind by itself
    elif getattr(connection, "autocommit", False) is True:
        connection.autocommit = False
    return connection, connection if dialect.name == "duckdb" else connection.cursor()


def without_values(text: str) -> str:
    """What a driver says, without values of rows that it quotes."""
    for pattern, instead in _VALUES:
        text = pattern.sub(instead, text)
    return text
