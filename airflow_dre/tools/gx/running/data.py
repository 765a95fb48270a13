"""Data for Great Expectations: a table or a query of an Airflow connection, or a DataFrame."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from airflow_dre.engines.callers import CONNECT_SECONDS, Caller, CallFailed, NoAnswer, connect_within
from airflow_dre.engines.session import Hook, no_connection
from airflow_dre.engines.warehouse import opened
from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.tools.gx.running.reasons import gx_reason

_READ_ONLY: dict[str, Any] = {"execution_options": {"postgresql_readonly": True}}
_NO_ROLLBACK: dict[str, Any] = {"pool_reset_on_return": None}
_DRIVERS = {
    "psycopg": ("postgres", "postgresql+psycopg://airflow@hook/", _READ_ONLY),
    "psycopg2": ("postgres", "postgresql+psycopg2://airflow@hook/", _READ_ONLY),
    "sqlite3": ("sqlite", "sqlite://", _NO_ROLLBACK),
}
"""Packages that the connection of a hook may come from: Great Expectations' type of data source, a URL that only names the driver, and
options of SQLAlchemy's engine. On SQLite Great Expectations may drop a connection that is closed by then, where no rollback is due."""


@dataclass(frozen=True, slots=True)
class TableData:
    """A table of a warehouse."""

    hook: Hook
    table: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryData:
    """The rows of a query to a warehouse."""

    hook: Hook
    query: str


@dataclass(frozen=True, slots=True)
class FrameData:
    """A pandas DataFrame."""

    frame: Any


Data = TableData | QueryData | FrameData


@dataclass(slots=True)
class StatementCount:
    """The number of statements that a warehouse answered."""

    statements: int = 0


def read_frame(given: Any) -> FrameData:
    """Return a DataFrame, or make one of a list of dicts, one a row, such as the output of another task.

    :raises DefinitionError: the value is neither.
    """
    from pandas import DataFrame

    if isinstance(given, list) and given and all(isinstance(row, dict) for row in given):
        return FrameData(DataFrame(given))
    if isinstance(given, DataFrame):
        return FrameData(given)
    kind = f"{type(given).__module__}.{type(given).__name__}"
    raise DefinitionError([Problem("GXCheckOperator", "dataframe", kind, "a pandas DataFrame, or a list of dicts, one a row")])


def engine_name(data: Data) -> str:
    """Return the name of the engine, for the provenance of a result."""
    return "gx-pandas" if isinstance(data, FrameData) else f"gx-{find_dialect(data.hook.conn_type).name}"


def require_answer(data: Data) -> None:
    """Refuse to blame a statement if the warehouse is gone.

    :raises WarehouseUnreachable: it does not answer any statement.
    """
    if not isinstance(data, FrameData):
        with opened(data.hook) as warehouse:
            warehouse.fetch_row("SELECT 1")


@contextlib.contextmanager
def open_batch(context: Any, data: Data, count: StatementCount) -> Iterator[Any]:
    """Yield a batch of Great Expectations, and close its connections at the end.

    :raises QueryFailed: the table does not exist, or the query was refused.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    if isinstance(data, FrameData):
        asset = context.data_sources.add_pandas("data").add_dataframe_asset("data")
        yield asset.get_batch(asset.build_batch_request({"dataframe": data.frame}))
        return
    with _data_source(context, data, count) as source:
        try:
            asset = _asset(source, data)
            batch = asset.get_batch(asset.build_batch_request())
        except Exception as error:  # of Great Expectations, SQLAlchemy or the driver, as it happens
            raise QueryFailed(gx_reason(error)) from error
        yield batch


def _asset(source: Any, data: TableData | QueryData) -> Any:
    from sqlalchemy.sql.elements import quoted_name

    if isinstance(data, QueryData):
        return source.add_query_asset("data", query=data.query)
    *schema, table = (quoted_name(part, quote=True) for part in data.table)
    return source.add_table_asset("data", table_name=table, **({"schema_name": schema[0]} if schema else {}))


@contextlib.contextmanager
def _data_source(context: Any, data: TableData | QueryData, count: StatementCount) -> Iterator[Any]:
    """Yield a data source with the connections of a hook, so that Great Expectations has neither address nor password."""
    connections = _Connections(data.hook, count)
    engines: list[Any] = []
    try:
        with connections.counted():
            try:
                source = connections.data_source(context)
                engines += [source.get_engine(), source.get_execution_engine().engine]
            except Exception:  # of Great Expectations, SQLAlchemy or the driver, as it happens
                require_answer(data)
                raise
            yield source
    finally:
        for engine in engines:
            engine.dispose()
        connections.close()


class _Connections:
    """Connections of a hook that cannot write."""

    def __init__(self, hook: Hook, count: StatementCount) -> None:
        self._hook = hook
        self._count = count
        self._given: list[Any] = []
        self._spare: list[Any] = []

    def data_source(self, context: Any) -> Any:
        """Return a data source for the driver that the hook uses."""
        self._spare.append(self._open())
        package = type(self._spare[0]).__module__.partition(".")[0]
        if package not in _DRIVERS:
            raise DefinitionError([Problem("connection", "driver", package, ", ".join(_DRIVERS))])
        kind, url, options = _DRIVERS[package]
        return getattr(context.data_sources, f"add_{kind}")("data", connection_string=url, kwargs={**options, "creator": self.take})

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count the statements on these connections, of any engine."""
        from sqlalchemy import Engine, event

        def count(_: object, cursor: Any, *more: object) -> None:
            self._count.statements += any(cursor.connection is given for given in self._given)

        event.listen(Engine, "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", count)

    def take(self) -> Any:
        """Return the next connection."""
        return self._spare.pop() if self._spare else self._open()

    def close(self) -> None:
        """Close all connections."""
        for connection in self._given:
            connection.close()

    def _open(self) -> Any:
        if self._hook.conn_type == "sqlite":  # its connections belong to the thread that opens them
            self._given.append(self._hook.get_conn())
            self._given[-1].execute(find_dialect("sqlite").session.guard)
        else:
            self._given.append(_connected(self._hook))
        return self._given[-1]


def _connected(hook: Hook) -> Any:
    """Return a connection, and refuse a warehouse that does not answer in time.

    :raises WarehouseUnreachable: it did not answer in time.
    :raises Exception: an exception of the driver.
    """
    caller = Caller()
    try:
        return connect_within(caller, hook.get_conn, lambda late: late.close(), CONNECT_SECONDS)
    except NoAnswer as silent:
        raise no_connection(find_dialect(hook.conn_type).name, CONNECT_SECONDS) from silent
    except CallFailed as failed:
        raise failed.error from None
    finally:
        caller.end(lambda: None)
