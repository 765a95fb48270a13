"""Data of a task instead of a table: files, frames and rows, each a kind of :data:`KINDS`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from airflow_dre.engines.callers import connect_seconds
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.data_engine import NAME, DataView, opened_data_engine
from airflow_dre.engines.duckdb.files import read_format, view_files
from airflow_dre.engines.duckdb.formats import JSON_LINES
from airflow_dre.engines.duckdb.frames import is_frame, is_rows, load_rows, register_frame
from airflow_dre.engines.duckdb.json_lines import add_column
from airflow_dre.engines.duckdb.locations import Place, find_files, is_paths, read_places
from airflow_dre.engines.duckdb.misfits import explain_misfit
from airflow_dre.engines.duckdb.versions import folder_versions
from airflow_dre.errors import DefinitionError, FilesUnreachable, Problem, WarehouseUnreachable
from airflow_dre.lineage.naming import name_files
from airflow_dre.services.asking import ask_within
from airflow_dre.services.quality.source import DataSpec, Source
from airflow_dre.services.quality.spark_sources import is_spark_frame, opened_spark_frame
from airflow_dre.sql.dialects.duckdb import DUCKDB_VIEW
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName


@dataclass(frozen=True, slots=True)
class DataKind:
    """One kind of data."""

    name: str
    """Its name in messages."""
    holds: Callable[[Any], bool]
    """True if a value is of the kind. It is cheap, and imports nothing heavy."""
    opened: Callable[[Any, DataSpec], AbstractContextManager[Source]]
    """Opens its rows, until they are no longer queried."""


@contextlib.contextmanager
def opened_data(given: Any, spec: DataSpec) -> Iterator[Source]:
    """Yield the rows of a task's data.

    :raises DefinitionError: the data is of no known kind, or it is invalid.
    :raises FilesUnreachable: there are no files, or their store does not answer.
    """
    kind = next((kind for kind in KINDS if kind.holds(given)), None)
    if kind is None:
        whose = f"{type(given).__module__}.{type(given).__qualname__}"
        raise DefinitionError([Problem(spec.subject, "data", whose, "; ".join(kind.name for kind in KINDS))])
    if spec.read_options and kind is not FILES:
        allowed = f"None: read_options is only supported for files, and cannot be combined with {kind.name}"
        raise DefinitionError([Problem(spec.subject, "read_options", dict(spec.read_options), allowed)])
    with kind.opened(given, spec) as source:
        yield source


@contextlib.contextmanager
def _opened_files(given: Any, spec: DataSpec) -> Iterator[Source]:
    places = read_places(given, spec.subject)
    files = _found_files(places, spec)
    readable = read_format(files, spec.read_options, spec.subject)
    dataset = name_files(places[0].scheme, [place.inner for place in places], spec.dataset, spec.task)

    def create(database: DuckDB) -> DataView:
        if places[0].store is not None:
            database.register_store(places[0].store, files)
        columns = view_files(database, NAME, readable)
        if columns is not None:
            return DataView(columns, partial(explain_misfit, database, columns))
        if readable.form is JSON_LINES:  # files without a line, which have no columns
            return DataView(completes=partial(add_column, database, NAME))
        return DataView()

    with _opened(create, dataset, spec, files, local=places[0].store is None) as source:
        yield replace(source, versions=partial(folder_versions, files, places[0].store))


def _found_files(places: Sequence[Place], spec: DataSpec) -> list[str]:
    """Return the files of places, and refuse a store that does not answer in time.

    :raises DefinitionError: a place is a folder, or a name looks like a pattern.
    :raises FilesUnreachable: a place has no file, or their store does not answer in time.
    """
    if places[0].store is None:
        return find_files(places, spec.subject)
    try:
        return ask_within(connect_seconds(spec.timeout), lambda: find_files(places, spec.subject), f"the store of {places[0].shown}")
    except FilesUnreachable:
        raise
    except WarehouseUnreachable as silent:
        raise FilesUnreachable(str(silent)) from silent


@contextlib.contextmanager
def _opened_frame(given: Any, spec: DataSpec) -> Iterator[Source]:
    load = load_rows if is_rows(given) else register_frame
    dataset = DatasetName("dataframe", spec.dataset or spec.task)

    def create(database: DuckDB) -> DataView:
        load(database, NAME, given, spec.subject)
        return DataView()

    with _opened(create, dataset, spec) as source:
        yield source


def _opened_spark(given: Any, spec: DataSpec) -> AbstractContextManager[Source]:
    return opened_spark_frame(given, NAME, DatasetName("dataframe", spec.dataset or spec.task), spec.where, spec.timeout)


FILES = DataKind("files (a path, a pattern, a URL that ObjectStoragePath takes, or a list of these)", is_paths, _opened_files)
KINDS: tuple[DataKind, ...] = (
    FILES,
    DataKind(
        "a pandas or polars DataFrame, a polars LazyFrame, Arrow data (Table, RecordBatch, RecordBatchReader, Dataset)",
        is_frame,
        _opened_frame,
    ),
    DataKind("a list of dicts, one a row", is_rows, _opened_frame),
    DataKind("a Spark DataFrame, also of Spark Connect", is_spark_frame, _opened_spark),
)


@contextlib.contextmanager
def _opened(
    create: Callable[[DuckDB], DataView], dataset: DatasetName, spec: DataSpec, files: Sequence[str] = (), *, local: bool = True
) -> Iterator[Source]:
    scope = Scope((NAME,), spec.where, DUCKDB_VIEW)
    with opened_data_engine(create, scope, spec.memory_limit, spec.timeout, files, local=local) as (engine, scope):
        yield Source(engine, scope, dataset)
