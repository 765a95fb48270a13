"""DuckDB over the data of a task, whose errors never quote a value."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from airflow_dre.engines.callers import connect_seconds
from airflow_dre.engines.duckdb.columns import READ, TextColumns
from airflow_dre.engines.duckdb.connection import DuckDB, opened_duckdb
from airflow_dre.engines.duckdb.files import refusal_of
from airflow_dre.engines.duckdb.interruptible import interruptible
from airflow_dre.engines.duckdb.reasons import spoils_every_scan
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.errors import FilesUnreachable, QueryFailed, StatementTimeout, TypesChanged
from airflow_dre.sql.dialects.duckdb import DUCKDB_VIEW
from airflow_dre.sql.names import quoted
from airflow_dre.sql.scope import Scope
from airflow_dre.values.scalars import Row

NAME = "data"
"""The name of the data in an author's SQL."""
_SCANNED = quoted(NAME).sql(dialect="duckdb")
"""The name of the data in statements that read its rows."""


@dataclass(frozen=True, slots=True)
class DataView:
    """The view of the data, with what DuckDB needs to know of it later."""

    columns: TextColumns | None = None
    """The columns whose types were guessed."""
    explain: Callable[[Exception], str | None] = lambda error: None
    """Returns the value that made a statement fail, or None where it failed for another reason."""
    completes: Callable[[Exception], bool] = lambda error: False
    """Adds the column that a statement lacked to data without a row, and returns whether it did."""


class DataEngine:
    """An engine that answers through DuckDB, and whose reasons never quote the data."""

    def __init__(self, warehouse: Warehouse, files: Sequence[str], refusal: Callable[[str], str | None]) -> None:
        """Answer through a warehouse.

        :param files: names of files, which a reason may quote.
        :param refusal: returns why a statement may not run, or None.
        """
        self.queries = 0
        """Number of statements so far."""
        self._warehouse = warehouse
        self._files = files
        self._refusal = refusal
        self.explain: Callable[[Exception], str | None] = lambda error: None
        """Returns why a statement failed, where a value cannot be read as a check reads it."""
        self.settles: Callable[[Exception], bool] = lambda error: False
        """Corrects guessed types that do not hold a later value, and returns whether such a type made a statement fail."""
        self.completes: Callable[[Exception], bool] = lambda error: False
        """Adds the column that a statement lacked to data without a row, and returns whether it did."""
        self._missing: str | None = None
        """Reason why there is no data to read."""
        self._spoiled: str | None = None
        """Reason why no statement that reads rows can be answered. The catalogue can."""

    @property
    def name(self) -> str:
        """The engine, for the provenance of a result."""
        return self._warehouse.name

    def refuse(self, reason: str) -> None:
        """Refuse every statement from here on."""
        self._missing = reason

    def settle(self, settle: Callable[[], object]) -> None:
        """Make guessed types sure. Where the rows cannot be read, every later statement has the reason."""
        try:
            settle()
        except Exception as gone:  # of DuckDB or of the store of the files
            self.refuse(str(refusal_of(gone, self._files)))

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: it was refused, with a reason that quotes no value of a row.
        :raises StatementTimeout: it took longer than it may.
        :raises FilesUnreachable: the store of the files stopped answering.
        :raises TypesChanged: a guessed type was corrected.
        """
        self.queries += 1
        if self._missing is not None:
            raise QueryFailed(self._missing)
        if self._spoiled is not None and _SCANNED in sql:
            raise QueryFailed(self._spoiled)
        try:
            if (why := self._refusal(sql)) is not None:
                raise QueryFailed(why)
            return self._warehouse.fetch_rows(sql, most)
        except StatementTimeout:
            raise
        except QueryFailed as refused:
            cause = refused.__cause__
            if not isinstance(cause, Exception):
                raise
            if self.completes(cause):
                return self.fetch_rows(sql, most)
            error = self._explained(cause)
            if spoils_every_scan(cause):
                self._spoiled = str(error)
            raise error from cause

    def _explained(self, cause: Exception) -> QueryFailed | FilesUnreachable:
        try:
            if self.settles(cause):
                raise TypesChanged
            reason = self.explain(cause)
        except TypesChanged:
            raise
        except Exception as gone:  # of DuckDB or of the store of the files
            return refusal_of(gone, self._files)
        return refusal_of(cause, self._files) if reason is None else QueryFailed(reason)


@contextlib.contextmanager
def opened_data_engine(
    create: Callable[[DuckDB], DataView],
    scope: Scope,
    memory_limit: str,
    timeout: timedelta | None,
    files: Sequence[str] = (),
    *,
    local: bool = True,
) -> Iterator[tuple[DataEngine, Scope]]:
    """Yield an engine over data, and its scope with the readings of guessed columns.

    :param create: creates the view :data:`NAME` of the data.
    :param timeout: longest time that a statement may take; None: without a limit.
    :param files: names of the files of the data.
    :param local: whether they are on a disk.
    """
    with (
        opened_duckdb(memory_limit) as database,
        interruptible(database, None if local or timeout is None else connect_seconds(timeout)) as call,
        opened(database, timeout, DUCKDB_VIEW) as warehouse,
    ):
        engine = DataEngine(warehouse, files, lambda sql: database.refusal_of(sql, [NAME, READ]))
        try:
            view = call(lambda: create(database))
            engine.completes = lambda error: call(partial(view.completes, error))
            if (columns := view.columns) is not None:
                scope = replace(scope, readings=replace(columns.readings, settle=partial(engine.settle, lambda: call(columns.settle))))
                engine.settles = lambda error: columns.concerned(error) and call(columns.settle)
                engine.explain = lambda error: call(partial(view.explain, error))
        except QueryFailed as refused:
            engine.refuse(str(refused))
        database.seal(files, local=local)
        yield engine, scope
