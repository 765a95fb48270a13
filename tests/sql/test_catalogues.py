"""The columns in a catalogue are those that SELECT * returns, in their order, whatever kind of table it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.metrics import TableColumns, TableConstraints
from airflow_dre.engines.warehouse import opened
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.names import quoted_table, split_table
from airflow_dre.sql.plan import one
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES, sqlite_file
from tests.hooks import Hook

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = {
    "sqlite": (
        [
            "CREATE TABLE plain (id INTEGER PRIMARY KEY, price REAL NOT NULL)",
            "CREATE TABLE made (id INTEGER, price REAL, twice REAL GENERATED ALWAYS AS (price * 2), thrice AS (price * 3) STORED)",
            "CREATE TABLE keyed (id INTEGER PRIMARY KEY, half AS (id / 2)) WITHOUT ROWID",
            "CREATE VIEW seen AS SELECT thrice, id AS number, price + 1 FROM made",
            "CREATE VIRTUAL TABLE words USING fts5(title, body)",
            "ATTACH ':memory:' AS shop",
            "CREATE TABLE shop.plain (name TEXT, made AS (name || '!') VIRTUAL)",
            "CREATE TABLE shop.apart (a INTEGER)",
            "CREATE TEMP TABLE hidden (t TEXT)",
            "CREATE TABLE hidden (m INTEGER PRIMARY KEY NOT NULL)",
            'CREATE TABLE "odd ""name" ("a b" INTEGER, "c""d" AS ("a b" + 1))',
        ],
        ["plain", "made", "keyed", "seen", "words", "shop.plain", "shop.apart", "apart", "hidden", "main.hidden", "temp.hidden", "PLAIN"],
    ),
    "duckdb": (
        [
            "CREATE TABLE plain (id INTEGER PRIMARY KEY, price DOUBLE NOT NULL)",
            "CREATE TABLE made (id INTEGER, price DOUBLE, twice DOUBLE GENERATED ALWAYS AS (price * 2) VIRTUAL)",
            "CREATE VIEW seen AS SELECT id AS number, price + 1 FROM made",
            "ATTACH ':memory:' AS shop",
            "CREATE TABLE shop.plain (name VARCHAR)",
            "CREATE SCHEMA other",
            "CREATE TABLE other.plain (o INTEGER)",
            "CREATE TABLE other.further (f INTEGER)",
            "CREATE TABLE hidden (m INTEGER PRIMARY KEY)",
            "CREATE TEMP TABLE hidden (t VARCHAR)",
            "CREATE TEMP VIEW plain_seen AS FROM plain",
            "SET search_path = 'main,other'",
        ],
        [
            "plain",
            "made",
            "seen",
            "shop.plain",
            "shop.main.plain",
            "other.plain",
            "further",
            "hidden",
            "main.hidden",
            "plain_seen",
            "PLAIN",
        ],
    ),
    "postgres": (
        [
            "CREATE TABLE plain (id int PRIMARY KEY, price float NOT NULL, gone int)",
            "ALTER TABLE plain DROP COLUMN gone",
            "CREATE TABLE made (id int GENERATED ALWAYS AS IDENTITY, price float, twice float GENERATED ALWAYS AS (price * 2) STORED)",
            "CREATE VIEW seen AS SELECT id AS number, price + 1 AS more FROM made",
            "CREATE MATERIALIZED VIEW kept AS SELECT twice, id FROM made",
            "CREATE TABLE parted (day date, n int) PARTITION BY RANGE (day)",
            "CREATE TABLE part PARTITION OF parted DEFAULT",
            "CREATE TABLE forebear (a int)",
            "CREATE TABLE heir (more text) INHERITS (forebear)",
            "CREATE SCHEMA other",
            "CREATE TABLE other.further (f int)",
            "CREATE TABLE hidden (m int PRIMARY KEY)",
            "CREATE TEMP TABLE hidden (t text)",
            "SET search_path = public, other",
        ],
        ["plain", "made", "seen", "kept", "parted", "part", "heir", "further", "hidden", "public.hidden", "pg_temp.hidden"],
    ),
}


@dataclass
class World:
    """A session in which everything is there."""

    dialect: str
    connection: Any

    def fetch(self, sql: str) -> list[Any]:
        return [tuple(row) for row in self.connection.execute(sql).fetchall()]

    def starred(self, name: str) -> list[str]:
        scope = Scope(split_table(name), None, find_dialect(self.dialect))
        table = quoted_table(scope.table).sql(dialect=self.dialect)
        return [column[0] for column in self.connection.execute(f"SELECT * FROM {table}").description]


@pytest.fixture(scope="module")
def worlds(request: pytest.FixtureRequest) -> Iterator[Callable[[str], World]]:
    """Yield sessions by the names of their dialects."""
    found: dict[str, World] = {}

    def of(dialect: str) -> World:
        if dialect not in found:
            connect: dict[str, Callable[[], Any]] = {
                "sqlite": lambda: sqlite3.connect(":memory:"),
                "duckdb": duckdb.connect,
                "postgres": lambda: psycopg.connect(request.getfixturevalue("postgres_address").replace("+psycopg", "")),
            }
            found[dialect] = World(dialect, connect[dialect]())
            for statement in TABLES[dialect][0]:
                found[dialect].connection.execute(statement)
        return found[dialect]

    yield of
    for world in found.values():
        world.connection.close()


NAMES = [
    pytest.param(dialect, name, marks=[pytest.mark.postgres] if dialect == "postgres" else [])
    for dialect, (_, names) in TABLES.items()
    for name in [*names, *(['"odd ""name"'] if dialect == "sqlite" else [])]
]


@pytest.mark.parametrize(("dialect", "name"), NAMES)
def test_a_catalogue_tells_what_select_gives(worlds: Any, dialect: str, name: str) -> None:
    world = worlds(dialect)
    found = world.fetch(one(TableColumns(), Scope(split_table(name), None, find_dialect(dialect))).sql)
    assert [column for column, _ in found] == world.starred(name)
    assert all(isinstance(kind, str) for _, kind in found)


@pytest.mark.parametrize("dialect", DATABASES)
def test_constraints_of_a_hidden_table_say_nothing_of_the_one_that_hides_it(worlds: Any, dialect: str) -> None:
    scope = Scope(("hidden",), None, find_dialect(dialect))
    assert worlds(dialect).fetch(one(TableConstraints(), scope).sql) == []


QUALIFIED = [("sqlite", "main.plain"), ("duckdb", "main.plain"), pytest.param("postgres", "public.plain", marks=pytest.mark.postgres)]


@pytest.mark.parametrize(("dialect", "name"), QUALIFIED)
def test_constraints_are_those_of_the_table_that_is_named(worlds: Any, dialect: str, name: str) -> None:
    scope = Scope(split_table(name), None, find_dialect(dialect))
    kinds = {(kind, column) for kind, _, column in worlds(dialect).fetch(one(TableConstraints(), scope).sql)}
    assert ("not_null", "price") in kinds
    assert ("unique", "id") in kinds


def test_an_attached_table_of_sqlite_is_not_taken_for_its_namesake(worlds: Any) -> None:
    scope = Scope(("shop", "plain"), None, find_dialect("sqlite"))
    assert worlds("sqlite").fetch(one(TableConstraints(), scope).sql) == []


def test_generated_columns_are_columns_to_every_check(tmp_path: Path) -> None:
    with sqlite_file(tmp_path / "w.db") as connection:
        connection.execute(TABLES["sqlite"][0][1])
        connection.execute("INSERT INTO made (id, price) VALUES (1, 2.5)")
    declared = [
        c.column_count(equals=4),
        c.schema_is({"id": "integer", "price": "real", "twice": "real", "thrice": None}, ordered=True),
        c.between("twice", 5, 5),
        c.mean("thrice", equals=7.5),
    ]
    with opened(Hook("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))) as warehouse:
        scope = Scope(("made",), None, warehouse.dialect)
        suite = Suite(name="s", dataset=DatasetName("n", "made"), scope=scope, checks=parse_checks(declared))
        assert [
            (result.outcome.value, result.reason)
            for result in run_suite(suite, warehouse, NOW).record.results
            if result.outcome != "passed"
        ] == []
