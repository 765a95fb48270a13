"""Great Expectations' own test cases, read by ``from_gx`` and run by our engine, have the outcomes of Great Expectations.

The cases are data made by others: for each expectation datasets, arguments, and whether it succeeds. Which of them apply to a database,
and with which types its columns are made, is decided as the harness that they were written for decides it. DuckDB is not among its
databases: it takes the cases and the column types of PostgreSQL, whose SQL it speaks. The cases for pandas are asked of DataFrames, which
our engine meets through DuckDB.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from pandas.api.types import infer_dtype

from airflow_dre.checks import from_gx
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.engines.duckdb.connection import DuckDB, opened_duckdb
from airflow_dre.engines.duckdb.frames import register_frame
from airflow_dre.engines.spark.engine import SparkEngine
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.errors import DefinitionError
from airflow_dre.services.quality.run import NamedEngine, Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.tools.gx.reading.suites import NOT_NATIVE
from airflow_dre.values.dataset import DatasetName
from tests.hooks import Hook
from tests.sparks import SMALL

HERE = Path(__file__).resolve()
BAR = 0.97
LISTED: dict[str, Any] = tomllib.loads((HERE.parent / "gx_exceptions.toml").read_text())
NOT_ON_SQL: dict[str, str] = LISTED["not_on_sql"]
EXCEPTIONS: list[dict[str, Any]] = LISTED["exception"]
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres), "duckdb", "pandas", "spark"]

SPOKEN_AS = {"sqlite": "sqlite", "postgres": "postgresql", "duckdb": "postgresql", "pandas": "pandas", "spark": "spark"}
"""How the cases call the database whose cases and types each of ours takes."""
NUMBERED = {"column_map_expectations", "column_pair_map_expectations", "multicolumn_map_expectations"}
"""Folders whose tables get a column ``pk_index`` that numbers their rows."""
NUMBERS = {"INTEGER", "SMALLINT", "BIGINT", "NUMBER", "FLOAT", "DOUBLE", "DOUBLE_PRECISION"}
MOMENTS = {"DATETIME", "TIMESTAMP", "DATE"}
INFERRED = {"floating": "DOUBLE PRECISION", "integer": "BIGINT", "boolean": "BOOLEAN", "datetime64": "TIMESTAMP", "datetime": "TIMESTAMP"}
NOW = datetime(2024, 10, 24)
"""When the cases are from."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table of a dataset."""

    name: str
    data: dict[str, list[Any]]
    schemas: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Case:
    """One test case."""

    expectation: str
    title: str
    kwargs: dict[str, Any]
    expected: bool | str | None
    """True if it succeeds, the error that it ends in, or None where it is not known."""
    tables: tuple[Table, ...]
    """The first is the one that is checked."""
    only_for: frozenset[str]
    not_for: frozenset[str]

    def applies_to(self, database: str) -> bool:
        """Return whether it is a case for a database."""
        names = {SPOKEN_AS[database]} | ({"sqlalchemy"} if database not in ("pandas", "spark") else set())
        return (not self.only_for or bool(self.only_for & names)) and not self.not_for & names


def cases_folder() -> Path:
    """Return the folder of the cases."""
    if given := os.environ.get("DRE_CONFORMANCE_GX"):
        return Path(given)
    return Path(os.environ.get("DRE_CONFORMANCE") or HERE.parents[2].parent / "shared" / "conformance") / "gx"


def words(value: object) -> frozenset[str]:
    """Return one word or a list of them."""
    return frozenset([value] if isinstance(value, str) else value if isinstance(value, list) else [])


def expected_of(test: dict[str, Any]) -> bool | str | None:
    """Return the outcome that a case expects."""
    out = test.get("out", {})
    error = test.get("error", {}).get("traceback_substring") or out.get("traceback_substring")
    return str(error) if error else out.get("success")


def cases_of(path: Path) -> Iterator[Case]:
    """Yield the cases of one file."""
    document = json.loads(path.read_text())
    for number, dataset in enumerate(document["datasets"]):
        data = dataset["data"]
        several = (
            data
            if isinstance(data, list)
            else [{"dataset_name": f"{path.stem}_{number}"[-60:], "data": data, "schemas": dataset.get("schemas")}]
        )
        tables = []
        for each in several:
            columns = dict(each["data"])
            if path.parent.name in NUMBERED and not isinstance(data, list):
                columns["pk_index"] = list(range(len(next(iter(columns.values())))))
            tables.append(Table(each["dataset_name"], columns, each.get("schemas") or {}))
        for test in dataset["tests"]:
            yield Case(
                expectation=document["expectation_type"],
                title=test["title"],
                kwargs=test["in"],
                expected=expected_of(test),
                tables=tuple(tables),
                only_for=words(test.get("only_for")),
                not_for=words(test.get("suppress_test_for")) | dataset_suppressed(dataset),
            )


def dataset_suppressed(dataset: dict[str, Any]) -> frozenset[str]:
    """Return the databases that a whole dataset is not for."""
    only = words(dataset.get("only_for"))
    others = {"sqlite", "postgresql", "pandas", "spark"} - only if only else set()
    if "sqlalchemy" in only:
        others -= {"sqlite", "postgresql"}
    return words(dataset.get("suppress_test_for")) | others


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    """Return every case that is there, whatever it applies to."""
    found = [case for path in sorted(cases_folder().glob("*/*.json")) for case in cases_of(path)]
    if not found:
        pytest.skip(f"no test cases of Great Expectations in {cases_folder()}: set DRE_CONFORMANCE or DRE_CONFORMANCE_GX")
    return found


@contextmanager
def opened(database: str, request: pytest.FixtureRequest) -> Iterator[Hook | DuckDB]:
    """Yield an empty database of each kind."""
    if database == "sqlite":
        path = request.getfixturevalue("tmp_path") / "cases.db"
        yield Hook(database, lambda: sqlite3.connect(path))
    elif database == "postgres":
        url = request.getfixturevalue("postgres_url").replace("postgresql+psycopg", "postgresql")
        yield Hook(database, lambda: psycopg.connect(url))
    elif database == "pandas":
        with opened_duckdb("256MB") as frames:
            yield frames
    else:
        with duckdb.connect() as connection:
            yield Hook(database, connection.cursor)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def column_of(values: Sequence[Any], declared: str | None, database: str) -> tuple[str, list[Any]]:
    """Return the type and the values of a column, made as the harness of these cases makes them: through pandas."""
    series = pd.Series(values, dtype=None if values else "float64")  # a column without rows was a float to the pandas of that time
    if declared in NUMBERS:
        series = pd.to_numeric(series)
    elif declared in MOMENTS:
        series = pd.to_datetime(series)
    elif declared in ("VARCHAR", "STRING"):
        series = series.map(str)
    kind = declared or INFERRED.get(infer_dtype(series, skipna=True), "TEXT")
    made = [
        None if value is None or value is pd.NaT or value != value else getattr(value, "item", lambda value=value: value)()
        for value in series.astype(object)
    ]
    if kind in MOMENTS:
        moments = [None if value is None else pd.Timestamp(value).tz_localize(None).to_pydatetime() for value in made]
        made = [None if value is None else value.isoformat(" ") for value in moments] if database == "sqlite" else list(moments)
    if kind in ("INTEGER", "SMALLINT", "BIGINT"):
        made = [None if value is None else int(value) for value in made]
    if kind == "NUMERIC" and database == "duckdb":
        kind = "NUMERIC(38, 18)"  # which holds three decimals only where it does not say how many
    return kind.replace("_", " "), made


SPARK_TYPES = {
    "IntegerType": "INTEGER", "LongType": "BIGINT", "FloatType": "FLOAT", "DecimalType": "NUMERIC", "StringType": "TEXT",
    "BooleanType": "BOOLEAN", "TimestampType": "TIMESTAMP", "NullType": "TEXT",
}  # fmt: skip
ARROW_TYPES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "INTEGER": (pa.int32(), int),
    "BIGINT": (pa.int64(), int),
    "FLOAT": (pa.float32(), float),
    "DOUBLE PRECISION": (pa.float64(), float),
    "NUMERIC": (pa.decimal128(10, 0), lambda value: round(Decimal(value))),
    "BOOLEAN": (pa.bool_(), bool),
    "TIMESTAMP": (pa.timestamp("us"), lambda value: value),
    "TEXT": (pa.string(), str),
}


def load_spark(tables: Sequence[Table], session: Any) -> None:
    """Make views of tables."""
    for table in tables:
        schema = {name: SPARK_TYPES[kind] for name, kind in table.schemas.get("spark", {}).items()}
        made = {}
        for name, given in table.data.items():
            kind, values = column_of(given, schema.get(name), "spark")
            arrow_type, cast = ARROW_TYPES[kind]
            made[name] = pa.array([None if value is None else cast(value) for value in values], arrow_type)
        session.createDataFrame(pa.table(made)).createOrReplaceTempView(table.name)


def frame_of(table: Table) -> pd.DataFrame:
    """Return a DataFrame, made as the harness of these cases makes it."""
    frame, kinds = pd.DataFrame(table.data), dict[str, Any]()
    for name, kind in table.schemas.get("pandas", {}).items():
        if kind in ("timestamp", "datetime", "datetime64", "datetime64[ns]"):
            frame[name] = pd.to_datetime(frame[name], utc=kind == "timestamp")
        else:
            kinds[name] = getattr(pd, kind)() if kind == "Int64Dtype" else kind
    return frame.astype(kinds)


def load(tables: Sequence[Table], hook: Hook | DuckDB) -> None:
    """Create and fill tables."""
    if isinstance(hook, DuckDB):
        for table in tables:
            register_frame(hook, table.name, frame_of(table), "case")
        return
    database, connection = hook.conn_type, hook.get_conn()
    mark = "%s" if database == "postgres" else "?"
    cursor = connection.cursor()
    for table in tables:
        schema = table.schemas.get(SPOKEN_AS[database], {})
        columns = {name: column_of(values, schema.get(name), database) for name, values in table.data.items()}
        declared = ", ".join(f"{quoted(name)} {kind}" for name, (kind, _) in columns.items())
        cursor.execute(f"DROP TABLE IF EXISTS {quoted(table.name)}")
        cursor.execute(f"CREATE TABLE {quoted(table.name)} ({declared})")
        rows = list(zip(*[values for _, values in columns.values()], strict=True))
        if rows:
            cursor.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({', '.join([mark] * len(columns))})", rows)
    connection.commit()
    connection.close()


def verdict(case: Case, warehouse: NamedEngine, types_of: str | None = None) -> bool | str:
    """Return whether an expectation succeeds, or a text: why it was refused or could not be answered."""
    name, suite = quoted(case.tables[0].name), [{"type": case.expectation, "kwargs": case.kwargs}]
    try:
        checks = parse_checks(from_gx(suite, now=NOW, table=name, order_by="pk_index", types_of=types_of))
        scope = Scope((case.tables[0].name,), None, find_dialect(warehouse.name))
        run = run_suite(Suite(name="gx", dataset=DatasetName("x", "t"), scope=scope, checks=checks), warehouse, datetime.now(UTC)).record
    except DefinitionError as refused:
        return str(refused)
    errors = [result.reason for result in run.results if result.outcome is Outcome.ERRORED]
    return errors[0] if errors else not any(result.outcome is Outcome.FAILED for result in run.results)


def same(case: Case, found: bool | str) -> bool:
    """Return whether a verdict is the one that is expected. An exception that Great Expectations catches is a failure to it."""
    if isinstance(case.expected, str):
        return isinstance(found, str)
    caught = case.expected is False and bool(case.kwargs.get("catch_exceptions"))
    return found == case.expected or (caught and isinstance(found, str))


def entries_for(case: Case, database: str) -> list[int]:
    """Return the entries of the list that a case falls under."""
    return [
        place
        for place, entry in enumerate(EXCEPTIONS)
        if database in entry["databases"]
        and case.expectation in words(entry["expectation"])
        and ("titles" not in entry or case.title in entry["titles"])
        and ("kwargs" not in entry or entry["kwargs"].items() <= case.kwargs.items())
        and entry.get("expected", case.expected) == case.expected
    ]


def left_out(case: Case, database: str) -> bool:
    """Return whether Great Expectations itself cannot run a case on SQL.

    On DataFrames, we also run the cases that have a native form.
    """
    native = database in ("pandas", "spark") and case.expectation not in NOT_NATIVE
    return case.expectation in NOT_ON_SQL and not native


@dataclass(frozen=True)
class Outcomes:
    """Results of every case that applies to a database."""

    database: str
    found: list[tuple[Case, bool | str]]

    @property
    def different(self) -> list[tuple[Case, bool | str]]:
        return [(case, found) for case, found in self.found if not same(case, found)]


@pytest.fixture(scope="session")
def kept() -> dict[str, Outcomes]:
    """Return outcomes by database, so that each is asked once."""
    return {}


def asked_of_spark(asked: Sequence[Case], session: Any) -> list[tuple[Case, bool | str]]:
    """Run cases on views of a session of their own, set for tables of a dozen rows."""
    own = session.newSession()
    for setting, value in {**SMALL, "spark.sql.session.timeZone": "UTC"}.items():
        own.conf.set(setting, value)
    engine, found = SparkEngine(own), list[tuple[Case, bool | str]]()
    for tables, group in groupby(asked, lambda case: case.tables):
        load_spark(tables, own)
        found += [(case, verdict(case, engine, "spark")) for case in group]
    return found


@pytest.fixture
def outcomes(database: str, cases: list[Case], kept: dict[str, Outcomes], request: pytest.FixtureRequest) -> Outcomes:
    """Run every case that applies to a database and has an expected outcome."""
    if database not in kept:
        asked = [case for case in cases if case.applies_to(database) and case.expected is not None and not left_out(case, database)]
        if database == "spark":
            kept[database] = Outcomes(database, asked_of_spark(asked, request.getfixturevalue("spark")))
            return kept[database]
        types_of = "pandas" if database == "pandas" else None
        with opened(database, request) as hook:
            warehouse, found = Warehouse(hook), list[tuple[Case, bool | str]]()
            for tables, group in groupby(asked, lambda case: case.tables):
                warehouse.close()  # a statement that it asked would keep its tables from being dropped
                load(tables, hook)
                found += [(case, verdict(case, warehouse, types_of)) for case in group]
            warehouse.close()
        kept[database] = Outcomes(database, found)
    return kept[database]


@pytest.mark.parametrize("database", DATABASES)
def test_at_least_97_percent_are_the_same(outcomes: Outcomes, record_property: Callable[[str, object], None]) -> None:
    cases, different = len(outcomes.found), len(outcomes.different)
    share = 1 - different / cases
    figures = f"{outcomes.database}: {cases} cases, {cases - different} the same ({share:.1%}), {different} listed"
    record_property("conformance", figures)
    print(figures)
    assert share >= BAR, [(case.expectation, case.title, case.expected, found) for case, found in outcomes.different]


@pytest.mark.parametrize("database", DATABASES)
def test_every_difference_is_listed_and_every_entry_still_differs(outcomes: Outcomes) -> None:
    different = outcomes.different
    unlisted = [
        (case.expectation, case.title, case.kwargs, case.expected, found)
        for case, found in different
        if not entries_for(case, outcomes.database)
    ]
    assert unlisted == []
    concerned = {place for case, _ in outcomes.found for place in entries_for(case, outcomes.database)}
    needed = {place for case, _ in different for place in entries_for(case, outcomes.database)}
    assert [EXCEPTIONS[place] for place in sorted(concerned - needed)] == [], "an entry that no longer differs must go"


@pytest.mark.parametrize("database", DATABASES)
def test_no_expectation_is_left_out_as_a_whole(outcomes: Outcomes, cases: list[Case]) -> None:
    applicable = {case.expectation for case in cases if case.applies_to(outcomes.database) and case.expected is not None}
    answered = {case.expectation for case, found in outcomes.found if isinstance(found, bool) or same(case, found)}
    assert applicable - answered - NOT_ON_SQL.keys() == set()


def test_each_entry_says_why() -> None:
    assert all(entry["reason"] and set(entry["databases"]) <= set(SPOKEN_AS) for entry in EXCEPTIONS)
    assert all(NOT_ON_SQL.values())
