"""Data that a task was given instead of a table: files, frames, rows. One entry of :data:`KINDS` for each kind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from airflow_dre.config import read_settings
from airflow_dre.engines.callers import Caller, CallFailed, NoAnswer, connect_seconds
from airflow_dre.engines.duckdb.columns import READ, TextColumns
from airflow_dre.engines.duckdb.connection import DuckDB, opened_duckdb
from airflow_dre.engines.duckdb.files import read_format, refusal_of, view_files
from airflow_dre.engines.duckdb.formats import JSON_LINES
from airflow_dre.engines.duckdb.frames import is_frame, is_rows, load_rows, register_frame
from airflow_dre.engines.duckdb.json_lines import add_column
from airflow_dre.engines.duckdb.locations import Place, find_files, is_paths, read_places
from airflow_dre.engines.duckdb.misfits import explain_misfit
from airflow_dre.engines.duckdb.reasons import spoils_every_scan
from airflow_dre.engines.duckdb.versions import folder_versions
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.errors import DefinitionError, FilesUnreachable, Problem, QueryFailed, StatementTimeout, TypesChanged, WarehouseUnreachable
from airflow_dre.lineage.naming import name_files
from airflow_dre.services.asking import within
from airflow_dre.services.quality.source import DataSpec, Source
from airflow_dre.services.quality.spark_sources import is_spark_frame, opened_spark_frame
from airflow_dre.sql.dialects.duckdb import DUCKDB_VIEW
from airflow_dre.sql.names import quoted
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row

R = TypeVar("R")
NAME = "data"
"""The name of the data in SQL that an author writes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data."""

    name: str
    """What people call it."""
    holds: Callable[[Any], bool]
    """Whether something is of it; cheap, and imports nothing heavy."""
    opened: Callable[[Any, DataSpec], AbstractContextManager[Source]]
    """Opens it, for as long as its rows are asked about."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look at data found beside its rows."""

    columns: TextColumns | None = None
    """Those whose types were guessed."""
    explain: Callable[[Exception], str | None] = lambda error: None
    """Which value made a statement fail; None where it failed for another reason."""
    completes: Callable[[Exception], bool] = lambda error: False
    """Whether a statement lacked a column of data without a row, and has it now."""


@contextlib.contextmanager
def opened_data(given: Any, spec: DataSpec) -> Iterator[Source]:
    """Yield the rows of whatever a task was given.

    :raises DefinitionError: it is of no kind that is known, or it is not what its kind must be.
    :raises FilesUnreachable: there are no files, or their store does not answer.
    """
    kind = next((kind for kind in KINDS if kind.holds(given)), None)
    if kind is None:
        whose = f"{type(given).__module__}.{type(given).__qualname__}"
        raise DefinitionError([Problem(spec.subject, "data", whose, "; ".join(kind.name for kind in KINDS))])
    if spec.read_options and kind is not FILES:
        raise DefinitionError([Problem(spec.subject, "read_options", dict(spec.read_options), f"nothing beside {kind.name}")])
    with kind.opened(given, spec) as source:
        yield source


@contextlib.contextmanager
def _opened_files(given: Any, spec: DataSpec) -> Iterator[Source]:
    places = read_places(given, spec.subject)
    files = _found_files(places, spec)
    readable = read_format(files, spec.read_options, spec.subject)
    dataset = name_files(places[0].scheme, [place.inner for place in places], spec.dataset, spec.task)

    def look(database: DuckDB) -> _Looked:
        if places[0].store is not None:
            database.register_store(places[0].store, files)
        columns = view_files(database, NAME, readable)
        if columns is not None:
            return _Looked(columns, partial(explain_misfit, database, columns))
        if readable.form is JSON_LINES:  # without a line, or else they have columns
            return _Looked(completes=partial(add_column, database, NAME))
        return _Looked()

    with _opened(look, dataset, spec, files, local=places[0].store is None) as source:
        yield replace(source, versions=partial(folder_versions, files, places[0].store))


def _found_files(places: Sequence[Place], spec: DataSpec) -> list[str]:
    """Return the files of places, which a store that does not answer keeps nobody waiting for.

    :raises DefinitionError: a place is a folder, or a name cannot be told from a pattern.
    :raises FilesUnreachable: no file is there for one of the places, or their store does not answer, or not in time.
    """
    if places[0].store is None:
        return find_files(places, spec.subject)
    try:
        return within(connect_seconds(spec.timeout), lambda: find_files(places, spec.subject), f"the store of {places[0].shown}")
    except FilesUnreachable:
        raise
    except WarehouseUnreachable as silent:
        raise FilesUnreachable(str(silent)) from silent


@contextlib.contextmanager
def _opened_frame(given: Any, spec: DataSpec) -> Iterator[Source]:
    look = load_rows if is_rows(given) else register_frame
    dataset = DatasetName("dataframe", spec.dataset or spec.task)

    def look_at(database: DuckDB) -> _Looked:
        look(database, NAME, given, spec.subject)
        return _Looked()

    with _opened(look_at, dataset, spec) as source:
        yield source


def _opened_spark(given: Any, spec: DataSpec) -> AbstractContextManager[Source]:
    return opened_spark_frame(given, NAME, DatasetName("dataframe", spec.dataset or spec.task), spec.where, spec.timeout)


FILES = Kind("files (a path, a pattern, a URL that ObjectStoragePath takes, or a list of these)", is_paths, _opened_files)
KINDS: tuple[Kind, ...] = (
    FILES,
    Kind(
        "a pandas or polars DataFrame, a polars LazyFrame, Arrow data (Table, RecordBatch, RecordBatchReader, Dataset)",
        is_frame,
        _opened_frame,
    ),
    Kind("a list of dicts, one a row", is_rows, _opened_frame),
    Kind("a Spark DataFrame, also of Spark Connect", is_spark_frame, _opened_spark),
)


@contextlib.contextmanager
def _opened(
    look: Callable[[DuckDB], _Looked], dataset: DatasetName, spec: DataSpec, files: Sequence[str] = (), *, local: bool = True
) -> Iterator[Source]:
    scope = Scope((NAME,), spec.where, DUCKDB_VIEW)
    with (
        opened_duckdb(read_settings().duckdb_memory_limit) as database,
        _interruptible(database, None if local or spec.timeout is None else connect_seconds(spec.timeout)) as called,
        opened(database, spec.timeout, DUCKDB_VIEW) as warehouse,
    ):
        engine = DataEngine(warehouse, files, lambda sql: database.refusal_of(sql, [NAME, READ]))
        try:
            looked = called(lambda: look(database))
            engine.completes = lambda error: called(partial(looked.completes, error))
            if (columns := looked.columns) is not None:
                scope = replace(scope, readings=replace(columns.readings, settle=partial(engine.settle, lambda: called(columns.settle))))
                engine.settles = lambda error: columns.concerned(error) and called(columns.settle)
                engine.explain = lambda error: called(partial(looked.explain, error))
        except QueryFailed as refused:
            engine.refuse(str(refused))
        database.seal(files, local=local)
        yield Source(engine, scope, dataset)


class _Called(Protocol):
    """Makes a call that an exception of a signal handler ends at once, also while native code is busy."""

    def __call__(self, work: Callable[[], R], /) -> R:
        """Return the result of a call, or raise its exception."""


@contextlib.contextmanager
def _interruptible(database: DuckDB, seconds: float | None) -> Iterator[_Called]:
    """Make calls of DuckDB that are no statements of a warehouse on a thread of their own.

    :param seconds: longest time of a call, which raises :class:`FilesUnreachable` beyond it; None: without a limit.
    """
    caller = Caller()

    def called(work: Callable[[], R], /) -> R:
        try:
            return caller.run(work, database.interrupt, seconds)
        except NoAnswer as silent:
            raise FilesUnreachable(f"the store of the files did not answer within {seconds:g} s") from silent
        except CallFailed as failed:
            error = failed.error
        raise error

    try:
        yield called
    finally:
        caller.end(lambda: None)


class DataEngine:
    """DuckDB as whoever answers, which says what is wrong with the data and never quotes it."""

    def __init__(self, warehouse: Warehouse, files: Sequence[str], refusal: Callable[[str], str | None]) -> None:
        """Answer through a warehouse.

        :param files: names of files, which a reason may quote.
        :param refusal: why a statement may not run; None where it may.
        """
        self.queries = 0
        """Statements asked so far."""
        self._warehouse = warehouse
        self._files = files
        self._refusal = refusal
        self.explain: Callable[[Exception], str | None] = lambda error: None
        """Why a statement failed, where it is a value that cannot be read as a check reads it."""
        self.settles: Callable[[Exception], bool] = lambda error: False
        """Whether a statement failed since a type was guessed that does not hold a later value, which is put right."""
        self.completes: Callable[[Exception], bool] = lambda error: False
        """Whether a statement lacked a column of data without a row, and has it now."""
        self._missing: str | None = None
        """Why there is no data to look at."""
        self._spoiled: str | None = None
        """Why no statement that reads rows can be answered; the catalogue still can."""

    @property
    def name(self) -> str:
        """What answers, for the provenance of a result."""
        return self._warehouse.name

    def refuse(self, reason: str) -> None:
        """From here on refuse every statement."""
        self._missing = reason

    def settle(self, settle: Callable[[], object]) -> None:
        """Make guessed types sure; where the rows cannot be read, each statement that reads them says why."""
        try:
            settle()
        except Exception as gone:  # of DuckDB or of the store of the files
            self.refuse(str(refusal_of(gone, self._files)))

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: it was refused; says why without a value of a row.
        :raises StatementTimeout: it took longer than it may.
        :raises FilesUnreachable: the store of the files stopped answering.
        :raises TypesChanged: a guessed type was put right.
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
            said = self.explain(cause)
        except TypesChanged:
            raise
        except Exception as gone:  # of DuckDB or of the store of the files
            return refusal_of(gone, self._files)
        return refusal_of(cause, self._files) if said is None else QueryFailed(said)


_SCANNED = quoted(NAME).sql(dialect="duckdb")
"""How a statement that reads rows names them."""
