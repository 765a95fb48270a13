"""Writing to a warehouse, in one transaction of a connection of its own. Until it is committed, nothing has happened.

``airflow_dre.engines.warehouse`` reads and is guarded against writing. Nothing else in the package writes to a user's tables.
"""

from __future__ import annotations

import contextlib
import functools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from airflow_dre.engines.callers import CallFailed, NoAnswer
from airflow_dre.engines.refusals import first_line, is_refusal
from airflow_dre.engines.session import Hook, HookSession, session_statements
from airflow_dre.errors import DefinitionError, Problem, QueryFailed, StatementTimeout, WarehouseUnreachable, WriteConflict
from airflow_dre.sql.dialect import Dialect, Refusal, Writing
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.values.instants import format_duration
from airflow_dre.values.scalars import Row

P = ParamSpec("P")
R = TypeVar("R")
_PAUSES = (0.1, 0.3, 1.0)
"""Seconds before each retry after a conflict."""
_VALUES = (
    (re.compile(r"\b(string|text|value|literal) (?:'(?:[^']|'')*+(?:'|\Z)|\"(?:[^\"]|\"\")*+(?:\"|\Z)|-?\d\S*+)"), r"\1 '...'"),
    (re.compile(r"\(-?\d[^\s(]*+ [-+*/%] -?\d[^\s()]*+\)"), "(...)"),
    (re.compile(r': ".*"'), ': "..."'),
    (re.compile(r'\bkey "[^"]*"'), 'key "..."'),
)
"""Places where drivers quote values of rows: as a string or a number, in a sum, after a colon, and as a key."""


class Transaction:
    """An open transaction."""

    def __init__(self, hook: Hook, dialect: Dialect, timeout: timedelta | None) -> None:
        """Open a connection.

        :raises WarehouseUnreachable: the database does not accept a connection.
        """
        self.dialect = dialect
        self._timeout = timeout
        self._session = HookSession(hook, dialect, timeout, lambda driver, connection: driver.prepare_to_write(connection))
        self._session.open()

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: the warehouse refused the statement; nothing of the transaction is kept.
        :raises StatementTimeout: it took longer than it may.
        :raises WarehouseUnreachable: the connection broke.
        """

        def fetch(cursor: Any) -> Sequence[Row]:
            cursor.execute(sql)
            rows: Sequence[Row] = cursor.fetchmany(most)
            return rows

        return self._call(fetch)

    def write(self, sql: str) -> int:
        """Return the number of rows that an INSERT, UPDATE or DELETE changed. Raises as :meth:`fetch_rows`."""

        def change(cursor: Any) -> int:
            cursor.execute(sql)
            return self._session.driver.count_changed(cursor)

        return self._call(change)

    def define(self, sql: str) -> None:
        """Create a table. Raises as :meth:`fetch_rows`."""
        self._call(lambda cursor: cursor.execute(sql))

    def begin(self, statement: str | None) -> None:
        """Begin the transaction. Raises as :meth:`fetch_rows`."""
        first = [] if statement is None else [statement]
        for sql in [*first, *session_statements(self.dialect, self._timeout)]:
            self.define(sql)

    def commit(self) -> None:
        """Keep what was written.

        :raises QueryFailed: the warehouse refused; nothing is kept.
        :raises WarehouseUnreachable: the connection broke, and it is not known whether everything is kept or nothing.
        """
        self._translate_errors(self._session.commit, "; whether the transaction was kept is not known")

    def close(self) -> None:
        """Roll back what was not committed and close the connection."""
        self._session.close(undo=True)

    def _call(self, work: Callable[[Any], R]) -> R:
        return self._translate_errors(lambda: self._session.call(work))

    def _translate_errors(self, work: Callable[[], R], doubt: str = "") -> R:
        """Translate exceptions, so that a refused statement differs from a warehouse that is gone.

        A driver's message may quote rows at length, so that its exception is not passed on.

        :param doubt: appended to the message where the connection broke.
        """
        started = time.perf_counter()
        try:
            return work()
        except NoAnswer:
            raise WarehouseUnreachable(f"the {self.dialect.name} warehouse does not answer{doubt}") from None
        except CallFailed as failed:
            error, taken = failed.error, time.perf_counter() - started
        if not is_refusal(error):
            raise error from None
        reason = self._session.ended_search or without_values(first_line(error))
        if not self._still_answers():
            raise WarehouseUnreachable(f"the {self.dialect.name} warehouse stopped answering: {reason}{doubt}") from None
        if self._timeout is not None and taken >= self._timeout.total_seconds():
            raise StatementTimeout(f"ended after {format_duration(self._timeout)}, the statement timeout: {reason}") from None
        raise (WriteConflict if self._session.driver.is_conflict(error) else QueryFailed)(reason) from None

    def _still_answers(self) -> bool:
        def query(cursor: Any) -> None:
            cursor.execute("SELECT 1")
            cursor.fetchmany(1)

        try:
            self._session.rollback()
            self._session.call(query)
        except (CallFailed, NoAnswer):
            return False
        return True


@contextlib.contextmanager
def transaction(hook: Hook, timeout: timedelta | None = None) -> Iterator[tuple[Transaction, Writing]]:
    """Yield a transaction of a new connection, committed when the block ends and rolled back when it raises.

    :raises DefinitionError: the database is not one that is written to.
    :raises WarehouseUnreachable: the database does not accept a connection.
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


def retry_on_conflict(work: Callable[P, R]) -> Callable[P, R]:
    """Make a function of one transaction call itself again if others wrote the same rows meanwhile.

    The last conflict is raised.
    """

    @functools.wraps(work)
    def retried(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in _PAUSES:
            try:
                return work(*args, **kwargs)
            except WriteConflict:
                time.sleep(pause)
        return work(*args, **kwargs)

    return retried


def without_values(text: str) -> str:
    """Return a driver's message without the values of rows that it quotes."""
    for pattern, instead in _VALUES:
        text = pattern.sub(instead, text)
    return text
