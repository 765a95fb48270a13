"""Asking a warehouse through an Airflow ``DbApiHook``, so that users' connections, secrets and drivers are used as they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from airflow_dre.checks.metrics import Scalar
from airflow_dre.errors import QueryFailed, WarehouseUnreachable
from airflow_dre.sql.dialect import Dialect, find_dialect


class Hook(Protocol):
    """What is needed of a ``DbApiHook``."""

    conn_type: str

    def get_conn(self) -> Any:
        """A DB-API connection."""


class Warehouse:
    """One connection that answers statements, opened on first use and opened again when it broke."""

    def __init__(self, hook: Hook, dialect: Dialect | None = None) -> None:
        self.dialect = dialect or find_dialect(hook.conn_type)
        self.queries = 0
        """Statements asked so far."""
        self._hook = hook
        self._connection: Any = None

    @property
    def name(self) -> str:
        """What answers, for the provenance of a result."""
        return self.dialect.name

    def fetch_row(self, sql: str) -> Sequence[Scalar]:
        """The first row of a statement.

        :raises QueryFailed: the warehouse refused the statement.
        :raises WarehouseUnreachable: it does not answer any statement.
        """
        self.queries += 1
        try:
            return self._execute(sql)
        except WarehouseUnreachable:
            raise
        except Exception as error:  # every driver has exceptions of its own
            self.close()
            self._make_sure_it_answers(error)
            raise QueryFailed(first_line(error)) from error

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.close()
        self._connection = None

    def _execute(self, sql: str) -> Sequence[Scalar]:
        with contextlib.closing(self._open().cursor()) as cursor:
            cursor.execute(sql)
            row: Sequence[Scalar] | None = cursor.fetchone()
        return row if row is not None else ()

    def _open(self) -> Any:
        if self._connection is None:
            try:
                self._connection = self._hook.get_conn()
                if self.dialect.guard is not None:
                    with contextlib.closing(self._connection.cursor()) as cursor:
                        cursor.execute(self.dialect.guard)
            except Exception as error:  # every driver has exceptions of its own
                raise WarehouseUnreachable(f"cannot connect to the {self.name} warehouse: {first_line(error)}") from error
        return self._connection

    def _make_sure_it_answers(self, cause: Exception) -> None:
        """Tell a refused statement from a warehouse that is gone: drivers do not agree on the exception."""
        try:
            self._execute("SELECT 1")
        except Exception as error:
            raise WarehouseUnreachable(f"the {self.name} warehouse stopped answering: {first_line(cause)}") from error


@contextlib.contextmanager
def opened(hook: Hook) -> Iterator[Warehouse]:
    """A warehouse whose connection is closed at the end."""
    warehouse = Warehouse(hook)
    try:
        yield warehouse
    finally:
        warehouse.close()


def first_line(error: BaseException) -> str:
    """What a driver says, without the statement and the position that some append."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
