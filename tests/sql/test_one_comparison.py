"""Checks of one column that say the same never contradict each other: whether a value equals or exceeds a bound is decided in one place."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import psycopg2
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import opened
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.samples import SamplePlan
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.numbers import is_ordered
from airflow_dre.values.scalars import Scalar
from tests.hooks import Hook

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POSTGRES = {
    "real": ("real", ["0.1", "0.3"], 0.1, 0.3),
    "double": ("float8", ["0.1", "0.3"], 0.1, 0.3),
    "numeric": ("numeric(9, 3)", ["0.1", "0.3"], 0.1, 0.3),
    "padded": ("char(5)", ["ab", "b"], "ab", "b"),
    "collated": ('text COLLATE "C"', ["B", "a"], "B", "a"),
    "time": ("time", ["08:30", "24:00"], "08:30", "24:00"),
    "zoned_time": ("timetz", ["08:30+00", "12:00+00"], "08:30+00", "12:00+00"),
    "duration": ("interval", ["90 minutes", "36 hours"], "01:30:00", "1 day 12 hours"),
    "long_duration": ("interval", ["1 day", "100000000 years"], "1 day", "100000000 years"),
    "address": ("inet", ["9.0.0.1", "10.0.0.1"], "9.0.0.1", "10.0.0.1"),
    "net": ("cidr", ["9.0.0.0/8", "10.0.0.0/8"], "9.0.0.0/8", "10.0.0.0/8"),
    "date": ("date", ["2024-01-01", "infinity"], date(2024, 1, 1), "infinity"),
    "far_date": ("date", ["0044-03-15 BC", "20000-01-01"], "0044-03-15 BC", "20000-01-01"),
    "moment": ("timestamptz", ["-infinity", "2024-01-01 00:00+02"], "-infinity", "2023-12-31 22:00+00"),
    "text_dates": ("text", ["2024-01-01", "2024-06-30"], date(2024, 1, 1), date(2024, 6, 30)),
}
DUCKDB = {
    "real": ("FLOAT", ["0.1", "0.3"], 0.1, 0.3),
    "numeric": ("DECIMAL(9, 3)", ["0.1", "0.3"], 0.1, 0.3),
    "time": ("TIME", ["08:30:00", "24:00:00"], "08:30:00", "24:00:00"),
    "duration": ("INTERVAL", ["90 minutes", "36 hours"], "90 minutes", "36 hours"),
    "date": ("DATE", ["2024-01-01", "infinity"], date(2024, 1, 1), "infinity"),
    "far_date": ("DATE", ["2024-01-01", "20000-01-01"], "2024-01-01", "20000-01-01"),
    "text_dates": ("VARCHAR", ["2024-01-01", "2024-06-30"], date(2024, 1, 1), date(2024, 6, 30)),
    "boolean_words": ("BOOLEAN", ["false", "true"], "false", "true"),
}
SQLITE = {
    "real": ("REAL", ["0.1", "0.3"], 0.1, 0.3),
    "caseless": ("TEXT COLLATE NOCASE", ["a", "B"], "A", "b"),
    "date": ("TEXT", ["2024-01-01", "2024-06-30"], date(2024, 1, 1), date(2024, 6, 30)),
    "text": ("TEXT", ["a", "b"], "a", "b"),
}
TABLES: dict[str, dict[str, tuple[str, list[Any], Any, Any]]] = {
    "sqlite": SQLITE,
    "duckdb": DUCKDB,
    "psycopg": POSTGRES,
    "psycopg2": POSTGRES,
}


@pytest.fixture(params=["sqlite", "duckdb", *[pytest.param(name, marks=pytest.mark.postgres) for name in ("psycopg", "psycopg2")]])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Hook]:
    """Return a table with a column of each type, of a lower and a higher value."""
    name = request.param
    columns = TABLES[name]
    types = ", ".join(f"{column} {kind}" for column, (kind, *_) in columns.items())
    rows = ["(" + ", ".join(f"'{values[place]}'" for _, values, *_ in columns.values()) + ")" for place in (0, 1)]
    statements = [f"CREATE TABLE t ({types})", f"INSERT INTO t VALUES {', '.join(rows)}"]
    if name == "sqlite":
        hook = Hook("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))
    elif name == "duckdb":
        hook = Hook("duckdb", lambda: duckdb.connect(str(tmp_path / "w.duckdb")))
    else:
        url, driver = request.getfixturevalue("postgres_url").replace("+psycopg", ""), {"psycopg": psycopg, "psycopg2": psycopg2}[name]
        hook = Hook("postgres", lambda: driver.connect(url))
    connection = hook.get_conn()
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    connection.commit()
    connection.close()
    return name, hook


def ran(hook: Hook, declared: list[Any], samples: SamplePlan | None = None) -> SuiteRunRecord:
    """Return the results of a suite."""
    with opened(hook) as warehouse:
        scope = Scope(("t",), None, warehouse.dialect)
        suite = Suite(name="s", dataset=DatasetName("n", "t"), scope=scope, checks=parse_checks(declared))
        return run_suite(suite, warehouse, NOW, samples=samples).record


def outcomes(hook: Hook, declared: list[Any]) -> dict[str, tuple[str, str]]:
    """Return outcomes and reasons by the names of the checks."""
    return {one.definition.name: (one.outcome.value, one.reason) for one in ran(hook, declared).results}


def test_what_says_the_same_ends_the_same(world: tuple[str, Hook]) -> None:
    name, hook = world
    declared, wanted = [], {}
    for column, (_, _, low, high) in TABLES[name].items():
        for check, outcome in (
            (c.between(column, low, high, name=f"{column}: each lies within"), "passed"),
            (c.in_set(column, [low, high], name=f"{column}: each is listed"), "passed"),
            (c.most_common(column, [low, high], name=f"{column}: the usual is listed"), "passed"),
            (c.most_common(column, [low], ties=False, name=f"{column}: a tie"), "failed"),
            (c.has_values(column, [low, high], name=f"{column}: all are there"), "passed"),
            (c.column_min(column, at_least=low, name=f"{column}: the least is not below"), "passed"),
            (c.column_min(column, more_than=low, name=f"{column}: the least is above"), "failed"),
            (c.column_min(column, equals=low, name=f"{column}: the least equals"), "passed"),
            (c.column_max(column, at_most=high, name=f"{column}: the largest is not above"), "passed"),
            (c.column_max(column, less_than=high, name=f"{column}: the largest is below"), "failed"),
            (c.column_max(column, equals=high, name=f"{column}: the largest equals"), "passed"),
            (c.column_max(column, at_most=low, name=f"{column}: the largest is not above the least"), "failed"),
            (c.between(column, low, high, inclusive="neither", name=f"{column}: no value is an end"), "failed"),
        ):
            declared.append(check)
            wanted[check.arguments["name"]] = outcome
    found = outcomes(hook, declared)
    assert {name: seen for name, seen in found.items() if seen[0] != wanted[name]} == {}


@pytest.mark.parametrize("by", [pytest.param({}, id="of all rows"), pytest.param({"by": "segment"}, id="of each segment")])
def test_each_of_several_lists_of_a_column_is_judged_by_itself(world: tuple[str, Hook], by: dict[str, str]) -> None:
    name, hook = world
    column, (_, _, low, high) = next(iter(TABLES[name].items()))
    lists = {"both": [low, high], "none": [-1], "low": [low], "high": [high]}
    options: Any = dict.fromkeys(by, column)
    run = ran(hook, [c.most_common(column, values, name=told, **options) for told, values in lists.items()])
    found = {one.definition.name: one.outcome.value for one in run.results}
    alone = "failed" if by else "passed"  # all rows are a tie, and a segment is one value
    assert found == {"both": "passed", "none": "failed", "low": alone, "high": alone}
    assert run.queries == 1 + len(by), "the rows of each segment are counted too"


def test_a_value_of_the_column_at_a_share_ends_the_same(world: tuple[str, Hook]) -> None:
    name, hook = world
    declared, wanted = [], {}
    for column in TABLES[name].keys() - {"boolean_words", "padded"}:
        _, _, low, high = TABLES[name][column]
        for at, end in ((0, low), (0.5, low), (0.51, high), (1, high)):
            check = c.quantile(column, at, interpolate=False, equals=end, name=f"{column} at {at}")
            declared.append(check)
            wanted[f"{column} at {at}"] = "passed"
    found = outcomes(hook, declared)
    assert {name: seen for name, seen in found.items() if seen[0] != wanted[name]} == {}


def test_values_that_python_cannot_hold_are_shown_as_segments(world: tuple[str, Hook]) -> None:
    name, hook = world
    columns = [column for column in ("date", "far_date", "moment", "long_duration", "time") if column in TABLES[name]]
    found = outcomes(hook, [c.not_null(column, by=column, name=column) for column in columns])
    assert {outcome for outcome, _ in found.values()} <= {"passed"}
    assert all("2 values" in reason for _, reason in found.values()), found


FAR = ["infinity", "-infinity"]
"""Values of columns that no type of Python holds, and that SQL of both databases spells alike."""


@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP", "TIMESTAMPTZ"])
def test_infinities_are_shown_as_they_are_and_no_day_as_one(world: tuple[str, Hook], kind: str) -> None:
    name, hook = world
    if name == "sqlite":
        pytest.skip("SQLite has no such types")
    connection = hook.get_conn()
    cursor = connection.cursor()
    days = [*FAR, "9999-12-31", "0001-01-01", "2024-01-01"]
    cursor.execute("DROP TABLE t")
    cursor.execute(f"CREATE TABLE t (v {kind}, n INTEGER)")
    cursor.execute("INSERT INTO t VALUES " + ", ".join(f"('{day}', {place})" for place, day in enumerate(days)))
    connection.commit()
    connection.close()
    declared = [
        c.column_max("v", at_most="2025-01-01", name="max"),
        c.column_min("v", at_least="2020-01-01", name="min"),
        c.quantile("v", 1, interpolate=False, at_most="2025-01-01", name="quantile"),
        c.not_null("v", by="v", name="segments"),
        c.between("v", "2020-01-01", "2025-01-01", name="between"),
        c.most_common("v", ["2024-01-01"], name="most_common"),
    ]
    found = {one.definition.name: one for one in ran(hook, declared, samples=SamplePlan(rows=9, key_columns=("n",))).results}
    assert [found[each].observed for each in ("max", "min", "quantile")] == ["infinity", "-infinity", "infinity"]
    assert {"infinity", "-infinity"} <= {segment.value for segment in found["segments"].segments}
    sample = found["between"].sample
    assert sample is not None
    shown = {row[0]: row[1] for row in sample.rows}
    assert (shown["0"], shown["1"]) == ("infinity", "-infinity")
    assert (str(shown["2"])[:10], str(shown["3"])[:10]) == ("9999-12-31", "0001-01-01")
    assert all(word in found["most_common"].reason for word in FAR)


ORDER: list[Scalar] = [
    "-infinity",
    "4713-01-01 BC",
    "0044-03-15 BC",
    date(1, 1, 1),
    datetime(2024, 1, 1),
    date(9999, 12, 31),
    "10000-01-01",
    "20000-01-01",
]


@pytest.mark.parametrize("place", range(len(ORDER)))
def test_moments_beyond_python_have_their_place(place: int) -> None:
    value = ORDER[place]
    assert all(is_ordered(other, value) for other in ORDER[: place + 1])
    assert not any(is_ordered(other, value) for other in [*ORDER[place + 1 :], "infinity"])
