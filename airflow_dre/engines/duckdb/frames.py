"""Frames in memory, which DuckDB reads without copying them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.reasons import duckdb_reason
from airflow_dre.errors import DefinitionError, Problem, QueryFailed


@dataclass(frozen=True, slots=True)
class FrameKind:
    """A class of frames, recognized by its name, so that its package need not be imported."""

    package: str
    name: str
    columns: Callable[[Any], Iterable[Any]]
    """The names of its columns."""
    register: Callable[[DuckDB, str, Any], None]
    """Creates a view of it."""

    def holds(self, given: object) -> bool:
        """Return whether it is one."""
        return any(kind.__name__ == self.name and kind.__module__.partition(".")[0] == self.package for kind in type(given).__mro__)


def _register(database: DuckDB, name: str, frame: Any) -> None:
    database.register_frame(name, frame)


def _write_to_file(database: DuckDB, name: str, frame: Any) -> None:
    """Run a plan of polars once, and write its result to a file in pieces, so that it is never held as a whole."""
    path = f"{database.folder}/frame.parquet"
    frame.sink_parquet(path)
    database.register_file(name, path)


def _stream(database: DuckDB, name: str, frame: Any) -> None:
    database.store_stream(name, frame)


def _schema_names(frame: Any) -> Iterable[Any]:
    names: Iterable[Any] = frame.schema.names
    return names


KINDS = (
    FrameKind("pandas", "DataFrame", lambda frame: frame.columns, _register),
    FrameKind("polars", "DataFrame", lambda frame: frame.columns, _register),
    FrameKind("polars", "LazyFrame", lambda frame: frame.collect_schema().names(), _write_to_file),
    FrameKind("pyarrow", "Table", _schema_names, _register),
    FrameKind("pyarrow", "RecordBatch", _schema_names, _register),
    FrameKind("pyarrow", "Dataset", _schema_names, _register),
    FrameKind("pyarrow", "RecordBatchReader", _schema_names, _stream),
)


def is_frame(given: object) -> bool:
    """Return whether it is a frame that can be checked."""
    return any(kind.holds(given) for kind in KINDS)


def is_rows(given: object) -> bool:
    """Return whether it is a list of dicts, one a row."""
    return isinstance(given, list) and bool(given) and all(isinstance(row, dict) for row in given)


def register_frame(database: DuckDB, name: str, frame: Any, subject: str) -> None:
    """Create a view of a frame.

    :raises DefinitionError: two of its columns have one name to DuckDB, or it has none.
    :raises QueryFailed: a column holds what DuckDB has no type for.
    """
    kind = next(kind for kind in KINDS if kind.holds(frame))
    _refuse_columns([str(column) for column in kind.columns(frame)], subject)
    _guarded(lambda: kind.register(database, name, frame))


def load_rows(database: DuckDB, name: str, rows: list[dict[Any, Any]], subject: str) -> None:
    """Create a table of dicts, one a row. A key that a row lacks is NULL there.

    :raises DefinitionError: two of their keys are one name to DuckDB.
    :raises QueryFailed: a column holds what DuckDB has no type for.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    _refuse_columns([str(column) for column in columns], subject)
    whole = [{str(column): row.get(column) for column in columns} for row in rows]
    _guarded(lambda: database.create_table(name, "SELECT given.* FROM (SELECT UNNEST($1) AS given)", [whole]))


def _guarded(register: Callable[[], None]) -> None:
    try:
        register()
    except Exception as error:  # of DuckDB, pyarrow or polars, as it happens
        raise QueryFailed(f"the data cannot be read: {duckdb_reason(error)}") from error


def _refuse_columns(columns: list[str], subject: str) -> None:
    counted = Counter(column.casefold() for column in columns)
    same = [column for column in columns if counted[column.casefold()] > 1]
    if same or not columns:
        allowed = "columns whose names differ in more than upper and lower case" if same else "at least one column"
        raise DefinitionError([Problem(subject, "data", f"columns {', '.join(same)}" if same else "no columns", allowed)])
