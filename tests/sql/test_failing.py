"""The condition of failing rows holds for exactly as many rows as the check counted."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import psycopg
import pytest
from sqlglot import exp

from airflow_dre.checks import between, failed_rows_sql, foreign_key, increasing, mean, not_null, rows, unique, z_scores
from airflow_dre.checks.aspects.failing import failing_rows_of
from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.judging import AnswersByMetric, first_round
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.answers import NOTHING, CountingEngine
from airflow_dre.services.quality.run import Suite, answer_rows, run_suite
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.quarantine.failing import failing
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES
from tests.hooks import Hook

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = [
    (1, "a", 5, "x"),
    (1, "a", 7, "y"),
    (2, "b", None, "x"),
    (2, None, 100, None),
    (2, None, 100, "z"),
    (3, "b", -4, "z"),
    (3, "b", 6, "w"),
    (4, "a", 5, "x"),
]
CHECKS = [
    not_null("n"),
    between("n", 0, 10),
    between("n", 0, 10, where="k < 3"),
    rows("n > 5 OR k = 2"),
    unique("k"),
    unique("k", "g"),
    unique("g", where="n > 0"),
    unique("k", by="g"),
    between("n", 0, 10, by="g"),
    foreign_key("p", to="parents.name"),
    foreign_key("p", to="parents.name", where="k > 1"),
    z_scores("n", within=1),
    z_scores("n", within=0.5, by="g"),
]


@pytest.fixture(params=DATABASES)
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """Yield two small tables."""
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_url").replace("postgresql+psycopg", "postgresql")
        connection: Any = psycopg.connect(address, autocommit=True)
    else:
        connection = sqlite3.connect(":memory:") if request.param == "sqlite" else duckdb.connect()
    cursor = connection.cursor() if request.param != "duckdb" else connection
    cursor.execute("CREATE TEMPORARY TABLE t (k INTEGER, g VARCHAR(9), n INTEGER, p VARCHAR(9))")
    cursor.execute("CREATE TEMPORARY TABLE parents (name VARCHAR(9))")
    mark = "%s" if request.param == "postgres" else "?"
    cursor.executemany(f"INSERT INTO t VALUES ({', '.join([mark] * 4)})", ROWS)
    cursor.executemany(f"INSERT INTO parents VALUES ({mark})", [("x",), ("z",), (None,)])
    with contextlib.closing(connection):
        yield Warehouse(Hook(request.param, lambda: connection))


@pytest.mark.parametrize("where", [None, "k <> 4"])
@pytest.mark.parametrize("declared", CHECKS, ids=repr)
def test_the_condition_holds_for_the_rows_that_were_counted(warehouse: Warehouse, declared: Declaration, where: str | None) -> None:
    (check,) = parse_checks([declared])
    scope = Scope(("t",), where, warehouse.dialect)
    run = run_suite(Suite(name="s", dataset=DatasetName("n", "t"), scope=scope, checks=(check,)), warehouse, NOW).record
    metric = failing_rows_of(check, _found(check, scope, warehouse))
    assert metric is not None
    condition = failing(metric, scope)
    assert isinstance(condition, exp.Expr)
    counted = warehouse.fetch_row(scope.render(scope.select(exp.Count(this=exp.Star()), extra=[condition])))[0]
    assert counted == run.results[0].violations
    assert counted or where is not None


def _found(check: Check, scope: Scope, warehouse: Warehouse) -> AnswersByMetric:
    return answer_rows([check], scope, CountingEngine(warehouse), NOTHING, None).values


def test_what_is_about_no_single_row_says_so() -> None:
    scope = Scope(("t",), None, find_dialect("duckdb"))
    checks = parse_checks([increasing("n", order_by=["k"]), failed_rows_sql("SELECT 1"), mean("n", at_least=1)])
    metrics = [failing_rows_of(check, dict.fromkeys(first_round(check), 1)) for check in checks]
    refused = [failing(metric, scope) for metric in metrics if metric is not None]
    assert metrics[2] is None
    assert refused == [
        Refusal("a step is between two rows: neither of them alone is wrong"),
        Refusal("failed_rows_sql returns rows of its own SELECT, not of the table"),
    ]
