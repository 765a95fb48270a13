"""Asking a warehouse through an Airflow ``DbApiHook``, so that users' connections, secrets and drivers are used as they are."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Protocol

from airflow_dre.engines.callers import GRACE, Caller, CallFailed, NoAnswer, connect_seconds, connect_within
from airflow_dre.engines.far_values import read_far_values, tell_infinities
from airflow_dre.engines.refusals import is_refusal
from airflow_dre.engines.sqlite.regexps import Regexps
from airflow_dre.errors import QueryFailed, StatementTimeout, WarehouseUnreachable, text_of
from airflow_dre.privacy.masking import masked_line
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.values.instants import spoken
from airflow_dre.values.scalars import Row
from airflow_dre.values.text_limits import REASON


class Hook(Protocol):
    """What is needed of a ``DbApiHook``."""

    conn_type: str

    def get_conn(self) -> Any:
        """Return a DB-API connection."""


class Warehouse:
    """One connection that answers statements, opened on first use and opened again when it broke.

    Every call of the driver is made on a thread of its own, so that the exception of a signal handler, by which Airflow ends a task, is
    neither held back by native code nor taken for a refused statement.
    """

    def __init__(self, hook: Hook, dialect: Dialect | None = None, timeout: timedelta | None = None) -> None:
        self.dialect = dialect or find_dialect(hook.conn_type)
        self.queries = 0
        """Statements asked so far."""
        self._timeout = timeout
        self._hook = hook
        self._caller = Caller()
        self._regexps = Regexps()
        self._connection: Any = None
        self._cursor: Any = None
        """The only one. Of DuckDB it is the connection itself: each of its cursors is a session of its own, which nothing was set for."""

    @property
    def name(self) -> str:
        """What answers, for the provenance of a result."""
        return self.dialect.name

    def fetch_row(self, sql: str) -> Row:
        """Return the first row of a statement, empty where it gives none.

        :raises QueryFailed: the warehouse refused the statement.
        :raises WarehouseUnreachable: it does not answer any statement.
        """
        rows = self.fetch_rows(sql, 1)
        return rows[0] if rows else ()

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: the warehouse refused the statement.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the warehouse does not answer any statement.
        """
        self.queries += 1
        self._open()
        started = time.perf_counter()
        try:
            return self._execute(sql, most)
        except NoAnswer as silent:  # neither the database nor the driver kept the limit
            self.close()
            raise WarehouseUnreachable(f"the {self.name} warehouse does not answer, not even when its statement is to be ended") from silent
        except CallFailed as failed:
            error, taken = failed.error, time.perf_counter() - started
            said = self._regexps.ended or first_line(error)
            self.close()
            if not is_refusal(error):
                raise error from None
        self._make_sure_it_answers(said)
        if self._timeout is not None and taken >= self._timeout.total_seconds():
            raise StatementTimeout(f"ended after {spoken(self._timeout)}, the statement timeout: {said}") from error
        raise QueryFailed(said) from error

    def close(self) -> None:
        """Give the connection back."""
        opened_before, self._connection, self._cursor = (self._cursor, self._connection), None, None
        self._caller.end(lambda: _close(opened_before))
        self._regexps.close()

    def _execute(self, sql: str, most: int) -> Sequence[Row]:
        cursor = self._cursor

        def execute() -> Sequence[Row]:
            cursor.execute(sql)
            rows: Sequence[Row] = cursor.fetchmany(most)
            return tell_infinities(cursor, sql, rows, most) if self.dialect.name == "duckdb" else rows

        self._regexps.begin(self._timeout)
        with interrupted_in_time(self._connection, self.dialect, self._timeout):
            return self._caller.run(execute, self._interrupt, None if self._timeout is None else self._timeout.total_seconds() + GRACE)

    def _interrupt(self) -> None:
        """Make the statement that is under way return."""
        self._regexps.abort()
        interrupt(self._connection)

    def _open(self) -> None:
        """Open the session unless it is open.

        :raises WarehouseUnreachable: there is no session to be had.
        """
        if self._cursor is not None:
            return
        seconds = connect_seconds(self._timeout)
        try:
            self._connection, self._cursor = connect_within(self._caller, self._connected, _close, seconds)
        except NoAnswer as silent:
            raise no_connection(self.name, seconds) from silent
        except CallFailed as failed:
            error = failed.error
            if belongs_elsewhere(error) and not self._caller.is_bypassed:
                self._caller.is_bypassed = True
                self._open()
                return
            self.close()
            if not is_refusal(error):
                raise error from None
            raise WarehouseUnreachable(f"cannot connect to the {self.name} warehouse: {first_line(error)}") from error

    def _connected(self) -> tuple[Any, Any]:
        """Return a connection and its cursor, with everything set."""
        connection = self._hook.get_conn()
        try:
            add_functions(connection, self.dialect, self._regexps)
            read_far_values(connection)
            if self.dialect.guard is not None and getattr(connection, "autocommit", False) is True:
                connection.autocommit = False  # or guard and timeout, which hold for a transaction, would end with it
            cursor = connection if self.dialect.name == "duckdb" else connection.cursor()
            for statement in self._session():
                cursor.execute(statement)
        except BaseException as error:
            if not belongs_elsewhere(error):
                _close((connection,))
            raise
        return connection, cursor

    def _session(self) -> list[str]:
        """Return the statements that a session begins with."""
        guard = [] if self.dialect.guard is None else [self.dialect.guard]
        return [*guard, *session_statements(self.dialect, self._timeout)]

    def _make_sure_it_answers(self, said: str) -> None:
        """Tell a refused statement from a warehouse that is gone: drivers do not agree on the exception."""
        try:
            self._open()
            self._execute("SELECT 1", 1)
        except (CallFailed, NoAnswer, WarehouseUnreachable):  # the first error stands behind it, which may quote a row
            raise WarehouseUnreachable(f"the {self.name} warehouse stopped answering: {said}") from None


@contextlib.contextmanager
def opened(hook: Hook, timeout: timedelta | None = None, dialect: Dialect | None = None) -> Iterator[Warehouse]:
    """Yield a warehouse whose connection is closed at the end, and whose statements are ended after ``timeout``.

    :param dialect: how it speaks; None: as its type of connection tells.
    """
    warehouse = Warehouse(hook, dialect, timeout)
    try:
        yield warehouse
    finally:
        warehouse.close()


def no_connection(name: str, seconds: float) -> WarehouseUnreachable:
    """Return the error of a warehouse that takes too long to connect to."""
    return WarehouseUnreachable(f"cannot connect to the {name} warehouse: it did not answer within {seconds:g} s")


def session_statements(dialect: Dialect, timeout: timedelta | None) -> list[str]:
    """Return the statements that set what a server may have set otherwise, and a time limit where the database keeps it itself."""
    limit = None
    if timeout is not None and dialect.timeout is not None:
        limit = dialect.timeout(max(1, round(timeout.total_seconds() * 1000)))
    return [statement for statement in (dialect.session, limit) if statement is not None]


def _close(opened_before: Sequence[Any]) -> None:
    for each in opened_before:
        if each is not None:
            with contextlib.suppress(Exception):
                each.close()


def belongs_elsewhere(error: BaseException) -> bool:
    """Return whether SQLite refused a connection because another thread, that of the hook, opened it."""
    return isinstance(error, sqlite3.ProgrammingError) and "thread" in str(error)


def interrupt(connection: Any) -> None:
    """Ask a driver to return early from what it does for a connection, by whichever name it has for that."""
    for name in ("interrupt", "cancel"):
        if callable(end := getattr(connection, name, None)):
            end()
            return


def add_functions(connection: Any, dialect: Dialect, regexps: Regexps) -> None:
    """Bring the functions that a database lacks and conditions may need."""
    if dialect.name == "sqlite":
        connection.create_function("regexp", 2, regexps.search, deterministic=True)
        connection.create_function("dre_hash", -1, _hash, deterministic=True)


@contextlib.contextmanager
def interrupted_in_time(connection: Any, dialect: Dialect, timeout: timedelta | None) -> Iterator[None]:
    """Interrupt the driver when time is up, where the database cannot end a statement itself."""
    interrupt = getattr(connection, "interrupt", None)
    if timeout is None or dialect.timeout is not None or interrupt is None:
        yield
        return
    timer = threading.Timer(timeout.total_seconds(), interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hash(*values: object) -> int:
    """Return a signed number of 64 bits of values that are not NULL; 1 and 1.0, which SQLite takes for the same, have the same."""
    same = tuple(int(value) if isinstance(value, float) and value.is_integer() else value for value in values)
    return int.from_bytes(hashlib.blake2b(repr(same).encode(errors="surrogatepass"), digest_size=8).digest(), "big", signed=True)


def first_line(error: BaseException) -> str:
    """What a driver says, without the statement and the position that some append, and without the secrets that it may quote of a row."""
    return masked_line((text_of(error).strip().splitlines() or [type(error).__name__])[0], REASON)
