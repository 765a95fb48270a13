"""Asking a warehouse through an Airflow ``DbApiHook``, so that users' connections, secrets and drivers are used as they are."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Protocol

from airflow_dre.checks.instants import spoken
from airflow_dre.checks.masking import masked
from airflow_dre.checks.values import Row
from airflow_dre.errors import QueryFailed, StatementTimeout, WarehouseUnreachable
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect


class Hook(Protocol):
    """What is needed of a ``DbApiHook``."""

    conn_type: str

    def get_conn(self) -> Any:
        """A DB-API connection."""


class Warehouse:
    """One connection that answers statements, opened on first use and opened again when it broke."""

    def __init__(self, hook: Hook, dialect: Dialect | None = None, timeout: timedelta | None = None) -> None:
        self.dialect = dialect or find_dialect(hook.conn_type)
        self.queries = 0
        """Statements asked so far."""
        self._timeout = timeout
        self._hook = hook
        self._connection: Any = None
        self._cursor: Any = None
        """The only one. Of DuckDB it is the connection itself: each of its cursors is a session of its own, which nothing was set for."""

    @property
    def name(self) -> str:
        """What answers, for the provenance of a result."""
        return self.dialect.name

    def fetch_row(self, sql: str) -> Row:
        """The first row of a statement, empty where it gives none.

        :raises QueryFailed: the warehouse refused the statement.
        :raises WarehouseUnreachable: it does not answer any statement.
        """
        rows = self.fetch_rows(sql, 1)
        return rows[0] if rows else ()

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """The first ``most`` rows of a statement.

        :raises QueryFailed: the warehouse refused the statement.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the warehouse does not answer any statement.
        """
        self.queries += 1
        cursor = self._open()
        started = time.perf_counter()
        try:
            return self._execute(cursor, sql, most)
        except WarehouseUnreachable:
            raise
        except Exception as error:  # every driver has exceptions of its own
            taken = time.perf_counter() - started
            self.close()
            self._make_sure_it_answers(error)
            if self._timeout is not None and taken >= self._timeout.total_seconds():
                raise StatementTimeout(f"ended after {spoken(self._timeout)}, the statement timeout: {first_line(error)}") from error
            raise QueryFailed(first_line(error)) from error

    def close(self) -> None:
        """Give the connection back."""
        for opened_before in (self._cursor, self._connection):
            if opened_before is not None:
                with contextlib.suppress(Exception):
                    opened_before.close()
        self._connection = self._cursor = None

    def _execute(self, cursor: Any, sql: str, most: int) -> Sequence[Row]:
        with interrupted_in_time(self._connection, self.dialect, self._timeout):
            cursor.execute(sql)
            rows: Sequence[Row] = cursor.fetchmany(most)
        return rows

    def _open(self) -> Any:
        """The cursor of the session.

        :raises WarehouseUnreachable: there is no session to be had.
        """
        if self._cursor is None:
            try:
                self._connection = self._hook.get_conn()
                add_functions(self._connection, self.dialect)
                if self.dialect.guard is not None and getattr(self._connection, "autocommit", False) is True:
                    self._connection.autocommit = False  # or guard and timeout, which hold for a transaction, would end with it
                self._cursor = self._connection if self.dialect.name == "duckdb" else self._connection.cursor()
                for statement in self._session():
                    self._cursor.execute(statement)
            except Exception as error:  # every driver has exceptions of its own
                self.close()
                raise WarehouseUnreachable(f"cannot connect to the {self.name} warehouse: {first_line(error)}") from error
        return self._cursor

    def _session(self) -> list[str]:
        """The statements that a session begins with."""
        guard = [] if self.dialect.guard is None else [self.dialect.guard]
        return [*guard, *session_statements(self.dialect, self._timeout)]

    def _make_sure_it_answers(self, cause: Exception) -> None:
        """Tell a refused statement from a warehouse that is gone: drivers do not agree on the exception."""
        try:
            self._execute(self._open(), "SELECT 1", 1)
        except Exception:  # the first error stands behind it, which may quote a row
            raise WarehouseUnreachable(f"the {self.name} warehouse stopped answering: {first_line(cause)}") from None


@contextlib.contextmanager
def opened(hook: Hook, timeout: timedelta | None = None, dialect: Dialect | None = None) -> Iterator[Warehouse]:
    """A warehouse whose connection is closed at the end, and whose statements are ended after ``timeout``.

    :param dialect: how it speaks; None: as its type of connection tells.
    """
    warehouse = Warehouse(hook, dialect, timeout)
    try:
        yield warehouse
    finally:
        warehouse.close()


def session_statements(dialect: Dialect, timeout: timedelta | None) -> list[str]:
    """The statements that set what a server may have set otherwise, and a time limit where the database keeps it itself."""
    limit = None
    if timeout is not None and dialect.timeout is not None:
        limit = dialect.timeout(max(1, round(timeout.total_seconds() * 1000)))
    return [statement for statement in (dialect.session, limit) if statement is not None]


def add_functions(connection: Any, dialect: Dialect) -> None:
    """Bring the functions that a database lacks and conditions may need."""
    if dialect.name == "sqlite":
        connection.create_function("regexp", 2, _regexp, deterministic=True)
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


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _regexp(pattern: str, value: object) -> bool | None:
    """SQLite's REGEXP: whether a pattern of Python's ``re`` is found in a value; NULL for NULL."""
    return None if value is None else _compiled(pattern).search(str(value)) is not None


def _hash(*values: object) -> int:
    """A signed number of 64 bits of values that are not NULL; 1 and 1.0, which SQLite takes for the same, have the same."""
    same = tuple(int(value) if isinstance(value, float) and value.is_integer() else value for value in values)
    return int.from_bytes(hashlib.blake2b(repr(same).encode(errors="surrogatepass"), digest_size=8).digest(), "big", signed=True)


def first_line(error: BaseException) -> str:
    """What a driver says, without the statement and the position that some append, and without the secrets that it may quote of a row."""
    return masked((str(error).strip().splitlines() or [type(error).__name__])[0])
