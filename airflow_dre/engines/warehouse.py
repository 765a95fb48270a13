"""Statements to a warehouse through an Airflow ``DbApiHook``, so that users' connections, secrets and drivers are used as they are."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from airflow_dre.engines.callers import CallFailed, NoAnswer
from airflow_dre.engines.driver import Driver, end_autocommit
from airflow_dre.engines.refusals import first_line, is_refusal
from airflow_dre.engines.session import Hook, HookSession, session_statements
from airflow_dre.errors import QueryFailed, StatementTimeout, WarehouseUnreachable
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.values.instants import format_duration
from airflow_dre.values.scalars import Row


class Warehouse:
    """One connection that answers statements and writes nothing, opened on first use and opened again when it broke."""

    def __init__(self, hook: Hook, dialect: Dialect | None = None, timeout: timedelta | None = None) -> None:
        self.dialect = dialect or find_dialect(hook.conn_type)
        self.queries = 0
        """Number of statements so far."""
        self._timeout = timeout
        guard = [] if self.dialect.session.guard is None else [self.dialect.session.guard]
        self._session = HookSession(hook, self.dialect, timeout, self._prepare, [*guard, *session_statements(self.dialect, timeout)])

    @property
    def name(self) -> str:
        """The engine, for the provenance of a result."""
        return self.dialect.name

    def fetch_row(self, sql: str) -> Row:
        """Return the first row of a statement, or an empty one if it has no row.

        :raises QueryFailed: the warehouse refused the statement.
        :raises WarehouseUnreachable: the warehouse does not answer any statement.
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
        self._session.open()
        started = time.perf_counter()
        try:
            return self._execute(sql, most)
        except NoAnswer as silent:  # neither the database nor the driver kept the limit
            self.close()
            raise WarehouseUnreachable(f"the {self.name} warehouse does not answer, not even when its statement is to be ended") from silent
        except CallFailed as failed:
            error, taken = failed.error, time.perf_counter() - started
            reason = self._session.ended_search or first_line(error)
            self.close()
            if not is_refusal(error):
                raise error from None
        self._require_answer(reason)
        if self._timeout is not None and taken >= self._timeout.total_seconds():
            raise StatementTimeout(f"ended after {format_duration(self._timeout)}, the statement timeout: {reason}") from error
        raise QueryFailed(reason) from error

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _execute(self, sql: str, most: int) -> Sequence[Row]:
        def execute(cursor: Any) -> Sequence[Row]:
            cursor.execute(sql)
            return self._session.driver.restore_values(cursor, sql, cursor.fetchmany(most), most)

        return self._session.call(execute)

    def _prepare(self, driver: Driver, connection: Any) -> None:
        """Prepare a connection to load all values and to keep its guard against writing."""
        driver.load_all_values(connection)
        if self.dialect.session.guard is not None:
            end_autocommit(connection)

    def _require_answer(self, reason: str) -> None:
        """Refuse to blame a statement if the warehouse is gone, since drivers do not agree on the exception.

        :raises WarehouseUnreachable: the warehouse does not answer any statement.
        """
        try:
            self._session.open()
            self._execute("SELECT 1", 1)
        except (CallFailed, NoAnswer, WarehouseUnreachable):  # the context would be the first error, which may quote a row
            raise WarehouseUnreachable(f"the {self.name} warehouse stopped answering: {reason}") from None


@contextlib.contextmanager
def opened(hook: Hook, timeout: timedelta | None = None, dialect: Dialect | None = None) -> Iterator[Warehouse]:
    """Yield a warehouse whose connection is closed at the end.

    :param timeout: longest time that a statement may take; None: without a limit.
    :param dialect: its dialect; None: that of the type of its connection.
    """
    warehouse = Warehouse(hook, dialect, timeout)
    try:
        yield warehouse
    finally:
        warehouse.close()
