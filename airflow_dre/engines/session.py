"""A connection of an Airflow ``DbApiHook``, whose calls run in time and end with the task that makes them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from airflow_dre.engines.callers import GRACE, Caller, CallFailed, NoAnswer, connect_seconds, connect_within
from airflow_dre.engines.driver import Driver, driver_of, interrupt, interrupter
from airflow_dre.engines.refusals import first_line, is_refusal
from airflow_dre.engines.sqlite.regexps import Regexps
from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.sql.dialect import Dialect

R = TypeVar("R")


class Hook(Protocol):
    """The part of a ``DbApiHook`` that a session needs."""

    conn_type: str

    def get_conn(self) -> Any:
        """Return a DB-API connection."""


class HookSession:
    """A connection and its only cursor, opened on demand and again after it was closed.

    Every call of the driver is made on a thread of its own. The exception of a signal handler, by which Airflow ends a task, is then
    neither held back by native code nor taken for a refused statement.
    """

    def __init__(
        self,
        hook: Hook,
        dialect: Dialect,
        timeout: timedelta | None,
        prepare: Callable[[Driver, Any], None],
        statements: Sequence[str] = (),
    ) -> None:
        """Prepare to connect.

        :param timeout: longest time that a statement may take; None: without a limit.
        :param prepare: prepares each new connection, before it has a cursor.
        :param statements: run first on each new connection.
        """
        self.driver = driver_of(dialect)
        self._hook = hook
        self._dialect = dialect
        self._timeout = timeout
        self._prepare = prepare
        self._statements = statements
        self._caller = Caller()
        self._regexps = Regexps()
        self._connection: Any = None
        self._cursor: Any = None

    def open(self) -> None:
        """Open the connection unless it is open.

        :raises WarehouseUnreachable: the database does not accept a connection, or not in time.
        """
        if self._cursor is not None:
            return
        seconds = connect_seconds(self._timeout)
        try:
            self._connection, self._cursor = connect_within(self._caller, self._connected, _close, seconds)
        except NoAnswer as silent:
            raise no_connection(self._dialect.name, seconds) from silent
        except CallFailed as failed:
            error = failed.error
            if self.driver.is_of_another_thread(error) and not self._caller.is_bypassed:
                self._caller.is_bypassed = True
                self.open()
                return
            self.close()
            if not is_refusal(error):
                raise error from None
            raise WarehouseUnreachable(f"cannot connect to the {self._dialect.name} warehouse: {first_line(error)}") from error

    def call(self, work: Callable[[Any], R]) -> R:
        """Return the result of a call on the cursor, within the time of a statement.

        :raises CallFailed: the call raised an exception.
        :raises NoAnswer: neither the database nor the driver kept the limit.
        """
        self._regexps.begin(self._timeout)
        with self._interrupted_in_time():
            seconds = None if self._timeout is None else self._timeout.total_seconds() + GRACE
            return self._caller.run(lambda: work(self._cursor), self._interrupt, seconds)

    def commit(self) -> None:
        """Make the call that commits, as :meth:`call` does."""
        self.call(lambda _: self._connection.commit())

    def rollback(self) -> None:
        """Make the call that rolls back, as :meth:`call` does."""
        self.call(lambda _: self._connection.rollback())

    @property
    def ended_search(self) -> str | None:
        """Reason for ending a search for a regular expression, if that made the last call fail."""
        return self._regexps.ended

    def close(self, *, undo: bool = False) -> None:
        """Close the connection.

        :param undo: whether to roll back first.
        """
        connection, cursor = self._connection, self._cursor
        self._connection = self._cursor = None

        def last() -> None:
            if undo:
                with contextlib.suppress(Exception):  # the connection may be lost
                    connection.rollback()
            _close((cursor, connection))

        self._caller.end(last)
        self._regexps.close()

    def _connected(self) -> tuple[Any, Any]:
        """Return a connection and its cursor, with everything set."""
        connection = self._hook.get_conn()
        try:
            self.driver.add_functions(connection, self._regexps)
            self._prepare(self.driver, connection)
            cursor = self.driver.cursor_of(connection)
            for statement in self._statements:
                cursor.execute(statement)
        except BaseException as error:
            if not self.driver.is_of_another_thread(error):
                _close((connection,))
            raise
        return connection, cursor

    def _interrupt(self) -> None:
        """Make the statement that is under way return."""
        self._regexps.abort()
        interrupt(self._connection)

    @contextlib.contextmanager
    def _interrupted_in_time(self) -> Iterator[None]:
        """Interrupt the driver when time is up, where the database keeps no limit itself."""
        end = interrupter(self._connection, self.driver.ends_in_time)
        if self._timeout is None or self._dialect.session.timeout is not None or end is None:
            yield
            return
        timer = threading.Timer(self._timeout.total_seconds(), end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def no_connection(name: str, seconds: float) -> WarehouseUnreachable:
    """Return the error of a warehouse that takes too long to connect to."""
    return WarehouseUnreachable(f"cannot connect to the {name} warehouse: it did not answer within {seconds:g} s")


def session_statements(dialect: Dialect, timeout: timedelta | None) -> list[str]:
    """Return the statements that set what a server may have set otherwise, and a time limit where the database keeps it itself."""
    limit = None
    if timeout is not None and dialect.session.timeout is not None:
        limit = dialect.session.timeout(max(1, round(timeout.total_seconds() * 1000)))
    return [statement for statement in (dialect.session.setup, limit) if statement is not None]


def _close(resources: Sequence[Any]) -> None:
    for each in resources:
        if each is not None:
            with contextlib.suppress(Exception):  # the connection may be lost
                each.close()
