"""Never wrong for speed: a suite with its shared scans finds what one naive look at a time finds."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, note

from airflow_dre.checks.declaration import Declaration
from airflow_dre.checks.parse import parse_checks
from airflow_dre.checks.readers import READERS
from airflow_dre.checks.values import Row
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.lineage.naming import DatasetName
from airflow_dre.services.suite import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from tests.oracle.compare import differences, remembered_columns
from tests.oracle.conftest import ORACLE
from tests.oracle.declared import Example, examples
from tests.oracle.naive import catalogue
from tests.oracle.world import World

NOW = datetime(2013, 1, 6, tzinfo=UTC)


class Hook:
    """The part of a DbApiHook that an engine needs."""

    def __init__(self, conn_type: str, connect: Callable[[], Any]) -> None:
        self.conn_type = conn_type
        self.get_conn = connect


class Recorded(Warehouse):
    """A warehouse that keeps the statements it was asked."""

    def __init__(self, hook: Hook) -> None:
        super().__init__(hook)
        self.asked: list[str] = []
        self.refused = 0

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        self.asked.append(sql)
        try:
            return super().fetch_rows(sql, most)
        except Exception:
            self.refused += 1
            raise


class Memory:
    """A history that remembers one text."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def last_passed(self, check_id: str) -> str | None:
        return self.text


@pytest.fixture(scope="module", params=["sqlite", "duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Both tables in a database of each dialect, whose sessions are not in UTC unless the engine says so."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "w.db"
            plain = sqlite3.connect(path, isolation_level=None)
            plain.execute("PRAGMA synchronous = OFF")
            plain.execute("PRAGMA journal_mode = MEMORY")
            found = World("sqlite", plain, lambda: sqlite3.connect(path))
            found.create()
            yield found
            plain.close()
    elif request.param == "duckdb":
        shared = duckdb.connect(config={"threads": 1})
        shared.execute("SET GLOBAL TimeZone = 'America/New_York'")
        found = World("duckdb", shared, shared.cursor)
        found.create()
        yield found
        shared.close()
    else:
        url = request.getfixturevalue("postgres_address")
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE DATABASE oracle")
            admin.execute("ALTER DATABASE oracle SET timezone = 'America/New_York'")
        own = sa.make_url(url).set(database="oracle").render_as_string(hide_password=False)
        with psycopg.connect(own, autocommit=True) as plain_connection:
            plain_connection.execute("SET timezone = 'UTC'")
            found = World("postgres", plain_connection, lambda: psycopg.connect(own))
            found.create()
            yield found


def run(example: Example, world: World) -> tuple[SuiteRunRecord, Recorded]:
    """Load an example and run its suite."""
    world.load(example.contents)
    world.where = example.where
    dialect = find_dialect(world.dialect)
    suite = Suite(
        name="s",
        dataset=DatasetName("n", "t"),
        scope=Scope(("t",), example.where, dialect),
        checks=parse_checks(example.declared),
    )
    warehouse = Recorded(Hook(world.dialect, world.connect))
    try:
        memory = Memory(remembered_columns(catalogue(world.dialect), example.remembered))
        return run_suite(suite, warehouse, NOW, memory), warehouse
    finally:
        warehouse.close()


def test_results_are_what_a_naive_look_finds(world: World) -> None:
    seen: Counter[str] = Counter()

    @ORACLE
    @given(examples())
    def agree(example: Example) -> None:
        record, warehouse = run(example, world)
        seen.update(declaration.kind for declaration in example.declared)
        problems = [
            f"{declaration!r}: {problem}"
            for declaration, result in zip(example.declared, record.results, strict=True)
            for problem in differences(declaration, world, result, example.remembered)
        ]
        for result in record.results:
            note(f"{result.definition.name}: {result.outcome} {result.observed} {result.reason}\n  {result.statement}")
        assert not problems, "\n".join(problems)
        if not warehouse.refused:
            assert len(set(warehouse.asked)) == len(warehouse.asked), "a statement was asked twice"
            assert record.queries <= most_queries(example.declared, warehouse), warehouse.asked

    agree()
    assert seen.keys() == READERS.keys(), f"never generated: {READERS.keys() - seen.keys()}"


SCANNED_APART = {"failed_rows_sql", "foreign_key", "increasing", "decreasing", "most_common", "no_gaps"}
"""Kinds with a statement of their own."""


def most_queries(declared: Sequence[Declaration], warehouse: Warehouse) -> int:
    """What ADR 2 promises: one scan for each column that splits the rows, one statement for each key and for each list, one for follow-ups."""
    splits, apart, follow_ups = set(), set(), set()
    for declaration in declared:
        given = declaration.arguments
        by, where, kind = given.get("by"), given.get("where"), declaration.kind
        asked = repr(
            {name: given.get(name) for name in ("column", "columns", "to", "order_by", "every", "sql", "at", "interpolate", "strictly")}
        )
        if kind in ("schema_is", "schema_unchanged", "column_count"):
            apart.add("the catalogue")
            continue
        splits.add(by)
        if kind in SCANNED_APART:
            apart.add(f"{kind} {asked} {by} {where}")
        elif kind in ("unique", "distinct_count", "unique_ratio"):
            apart.add(f"key {given.get('columns')} {by} {where}")
        elif kind == "metric_sql" and (where is not None or str(given["sql"]).startswith("SELECT")):
            apart.add(f"{kind} {asked} {by} {where}")
        elif kind in ("quantile", "median") and not warehouse.dialect.quantile_is_aggregate:
            apart.add(f"quantile {given.get('column')} {given.get('at', 0.5)} {given.get('interpolate')} {by} {where}")
        if kind == "z_scores":
            follow_ups.add(by)
        if kind in ("z_scores", "stddev") and by is not None and warehouse.dialect.variance is None:
            apart.add(f"variance {given['column']} {by} {where}")
    return len(splits) + len(apart) + len(follow_ups)


__all__ = ["opened"]
