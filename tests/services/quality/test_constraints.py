"""Constraints that the database enforces answer checks without a scan, and only where they say enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import psycopg
import pytest
import sqlalchemy as sa

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import opened
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES
from tests.hooks import Hook

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TABLES = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, shop INTEGER NOT NULL, number INTEGER NOT NULL, note VARCHAR(9), UNIQUE (shop, number));
INSERT INTO orders VALUES (1, 1, 1, NULL), (2, 1, 2, 'x'), (3, 2, 1, 'x')
"""


@pytest.fixture(params=DATABASES)
def connect(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield a real database of each kind."""
    if request.param == "postgres":
        url = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql").render_as_string(hide_password=False)
        yield "postgres", lambda: psycopg.connect(url)
    elif request.param == "sqlite":
        yield "sqlite", lambda: sqlite3.connect(tmp_path / "w.db")
    else:
        yield "duckdb", lambda: duckdb.connect(str(tmp_path / "w.duckdb"))


def run(connect: tuple[str, Callable[[], Any]], sql: str, *declared: Any, table: str = "orders", trust: bool = True) -> SuiteRunRecord:
    """Make tables and check one of them."""
    kind, opener = connect
    connection = opener()
    for statement in sql.split(";"):
        connection.execute(statement)
    connection.commit()
    connection.close()
    with opened(Hook(kind, opener)) as warehouse:
        scope = Scope(split_table(table), None, warehouse.dialect)
        checks = parse_checks(declared)
        suite = Suite(name="s", dataset=DatasetName("n", table), scope=scope, checks=checks, trust_constraints=trust)
        return run_suite(suite, warehouse, NOW).record


def settled(record: SuiteRunRecord) -> dict[str, bool]:
    """Return the checks that needed no scan."""
    return {result.definition.name: "no scan" in result.reason for result in record.results}


def test_what_the_database_enforces_costs_one_look_at_the_catalogue(connect: Any) -> None:
    keys = [c.unique("id"), c.unique("shop", "number"), c.unique("note", "number", "shop", fail_above="1%")]
    record = run(connect, TABLES, c.not_null("shop"), *keys)
    assert (record.queries, record.lookups) == (0, 1)
    assert set(settled(record).values()) == {True}
    assert [(result.outcome.value, result.violations, result.rows) for result in record.results] == [("passed", 0, None)] * 4
    assert record.results[0].reason == "the database enforces NOT NULL: no scan was needed"
    assert record.results[0].statement is None


def test_what_it_does_not_enforce_is_asked(connect: Any) -> None:
    record = run(connect, TABLES, c.not_null("note"), c.unique("number"), c.unique("shop"), c.null("note"), c.not_null("id"))
    found = settled(record)
    assert [found[name] for name in ("not_null(note)", "unique(number)", "unique(shop)", "null(note)")] == [False] * 4
    assert [result.violations for result in record.results][:4] == [1, 2, 2, 2]


def test_nothing_is_taken_from_the_catalogue_unless_it_is_allowed(connect: Any) -> None:
    record = run(connect, TABLES, c.not_null("shop"), c.unique("id"), trust=False)
    assert not any(settled(record).values())


def test_a_missing_table_is_still_said(connect: Any) -> None:
    record = run(connect, TABLES, c.not_null("shop"), table="ordres")
    assert record.outcome.value == "errored"


def test_a_table_in_a_schema_is_not_taken_for_its_namesake(connect: Any) -> None:
    if connect[0] != "sqlite":  # a file of SQLite has one schema
        sql = f"{TABLES}; CREATE SCHEMA other; CREATE TABLE other.orders (shop INTEGER)"
        assert settled(run(connect, sql, c.not_null("shop"), table="other.orders")) == {"not_null(shop)": False}


@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("CREATE TABLE p (k INTEGER UNIQUE); CREATE TABLE heir () INHERITS (p)", id="a key that heirs do not share"),
        pytest.param("CREATE TABLE p (k INTEGER); CREATE UNIQUE INDEX i ON p (k) WHERE k > 0", id="a partial index"),
        pytest.param("CREATE TABLE p (k INTEGER); CREATE UNIQUE INDEX i ON p (ABS(k))", id="an index of an expression"),
        pytest.param("CREATE TABLE t0 (k INTEGER UNIQUE); CREATE VIEW p AS SELECT k FROM t0 UNION ALL SELECT k FROM t0", id="a view"),
    ],
)
def test_keys_of_postgresql_that_do_not_say_enough(postgres_url: str, sql: str) -> None:
    url = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    record = run(("postgres", lambda: psycopg.connect(url)), sql, c.unique("k"), table="p")
    assert settled(record) == {"unique(k)": False}


@pytest.mark.postgres
def test_a_not_null_that_was_never_validated_says_nothing(postgres_url: str) -> None:
    url = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    sql = "CREATE TABLE p (k INTEGER); INSERT INTO p VALUES (NULL); ALTER TABLE p ADD CONSTRAINT c NOT NULL k NOT VALID"
    record = run(("postgres", lambda: psycopg.connect(url)), sql, c.not_null("k"), table="p")
    assert [(result.outcome.value, result.violations) for result in record.results] == [("failed", 1)]


def test_a_primary_key_of_sqlite_may_be_null(tmp_path: Any) -> None:
    opener = ("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))
    record = run(opener, "CREATE TABLE p (k TEXT PRIMARY KEY); INSERT INTO p VALUES (NULL)", c.not_null("k"), c.unique("k"), table="p")
    assert [(result.outcome.value, result.violations) for result in record.results] == [("failed", 1), ("passed", 0)]
