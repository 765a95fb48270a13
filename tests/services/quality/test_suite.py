"""Suites on real warehouses: one scan, five outcomes, and a culprit that hides no other check."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlalchemy as sa

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.errors import DefinitionError, GateError, WarehouseUnreachable
from airflow_dre.services.quality.gate import GATES, check_gates
from airflow_dre.services.quality.report import render_report
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.signal import delivery_of
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES
from tests.hooks import Hook

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def hook_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> Hook:
    """Return a real database of each kind."""
    if kind == "sqlite":
        return Hook(kind, lambda: sqlite3.connect(folder / "w.db"))
    if kind == "duckdb":
        return Hook(kind, lambda: duckdb.connect(str(folder / "w.duckdb")))
    url = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql")
    return Hook("postgres", lambda: psycopg.connect(url.render_as_string(hide_password=False)))


@pytest.fixture(params=DATABASES)
def hook(request: pytest.FixtureRequest, tmp_path: Path) -> Hook:
    """Return a warehouse with a full and an empty table."""
    found = hook_of(request.param, tmp_path, request)
    connection = found.get_conn()
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE orders (id INTEGER, amount INTEGER, status TEXT, created_at TIMESTAMP)")
    cursor.execute("CREATE TABLE empty_orders (id INTEGER, created_at TIMESTAMP)")
    for row in ("1, 10, 'new'", "2, 20, 'paid'", "2, NULL, 'paid'", "4, 40, NULL"):
        cursor.execute(f"INSERT INTO orders VALUES ({row}, '2026-01-01 12:00:00')")
    connection.commit()
    connection.close()
    return found


def run(hook: Hook, *declared: Any, table: str = "orders", where: str | None = None) -> SuiteRunRecord:
    """Run checks on a table."""
    with opened(hook) as warehouse:
        scope = Scope(split_table(table), where, warehouse.dialect)
        suite = Suite(name="s", dataset=DatasetName("n", f"main.{table}"), scope=scope, checks=parse_checks(declared))
        return run_suite(suite, warehouse, NOW).record


def outcomes(record: SuiteRunRecord) -> list[str]:
    """Return the outcome of each check, in order."""
    return [result.outcome.value for result in record.results]


def test_all_shareable_checks_cost_one_query(hook: Hook) -> None:
    record = run(
        hook,
        c.row_count(equals=4),
        c.not_null("amount", fail_above="25%"),
        c.between("amount", 10, 40),
        c.in_set("status", ["new", "paid"]),
        c.rows("amount > 5"),
        c.column_min("amount", at_least=11),
        c.column_max("amount", at_most=40),
        c.mean("amount", at_most=23),
        c.metric_sql("SUM(amount)", equals=70),
        c.fresh("created_at", max_age="1d"),
        c.not_null("amount", where="status = 'paid'", name="paid has an amount", fail_above=0),
    )
    assert outcomes(record) == ["passed"] * 5 + ["failed", "passed", "failed", "passed", "passed", "failed"]
    assert record.queries == 1
    assert record.results[-1].rows == 2
    assert record.results[0].statement is not None
    assert record.results[0].statement.startswith("SELECT COUNT(*)")


def test_uniqueness_takes_a_grouping_of_its_own(hook: Hook) -> None:
    record = run(hook, c.unique("id"), c.unique("id", "amount"), c.row_count(at_least=1), where="id > 0")
    assert outcomes(record) == ["failed", "passed", "passed"]
    assert [result.violations for result in record.results[:2]] == [2, 0]
    assert record.queries == 3
    assert record.row_filter == "id > 0"


def test_a_missing_column_is_errored_and_the_others_are_answered(hook: Hook) -> None:
    declared = [c.not_null("amount", name=f"n{n}", fail_above=4) for n in range(20)]
    distinct = [c.metric_sql(f"SUM(amount) + {n}", at_least=n) for n in range(20)]
    record = run(hook, *declared, *distinct, c.not_null("amuont"))
    assert outcomes(record) == ["passed"] * 40 + ["errored"]
    assert "amuont" in record.results[-1].reason
    assert record.queries <= 2 + 2 * 6, "a culprit among 22 metrics is found by halving"
    assert record.outcome == "errored"


def test_a_missing_table_is_one_reason_and_few_queries(hook: Hook) -> None:
    record = run(hook, *[c.not_null(f"c{n}") for n in range(20)], table="missing")
    assert set(outcomes(record)) == {"errored"}
    assert len({result.reason for result in record.results}) == 1
    assert "missing" in record.results[0].reason
    assert record.queries == 2


def test_an_empty_table_is_skipped_or_judged_as_each_check_says(hook: Hook) -> None:
    record = run(
        hook,
        c.not_null("id", fail_above="1%"),
        c.unique("id"),
        c.between("id", 1, 2),
        c.mean("id", at_most=1),
        c.row_count(at_least=1),
        c.row_count(at_least=0, name="may be empty"),
        c.fresh("created_at", max_age="1d"),
        table="empty_orders",
    )
    assert outcomes(record) == ["skipped"] * 4 + ["failed", "passed", "failed"]


def test_dividing_by_zero_in_sql_hides_nobody(hook: Hook) -> None:
    record = run(hook, c.metric_sql("SUM(amount) / SUM(0)", equals=1), c.row_count(equals=4))
    assert outcomes(record)[0] in ("errored", "skipped", "failed"), "PostgreSQL refuses, SQLite returns NULL, DuckDB infinity"
    assert outcomes(record)[1] == "passed"


def test_a_malicious_table_name_is_refused_before_anything_is_asked(hook: Hook) -> None:
    with pytest.raises(DefinitionError, match="invalid table="):
        run(hook, c.row_count(at_least=1), table='orders"; DROP TABLE orders; --')
    assert outcomes(run(hook, c.row_count(equals=4))) == ["passed"]


@pytest.mark.postgres
def test_a_select_that_writes_through_a_function_is_refused_by_the_warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    hook = hook_of("postgres", tmp_path, request)
    with hook.get_conn() as connection:
        connection.execute("CREATE TABLE y (a INTEGER)")
        connection.execute("CREATE FUNCTION f() RETURNS INTEGER LANGUAGE sql AS 'INSERT INTO y VALUES (1) RETURNING a'")
    record = run(hook, c.metric_sql("SELECT f()", at_least=0), table="y")
    assert outcomes(record) == ["errored"]
    assert "read-only" in record.results[0].reason
    with hook.get_conn() as connection:
        assert connection.execute("SELECT COUNT(*) FROM y").fetchone() == (0,)


def test_a_warehouse_that_is_gone_is_unreachable_and_not_a_failed_check() -> None:
    gone = Hook("postgres", lambda: psycopg.connect("postgresql://u:hunter2@127.0.0.1:1/x"))
    with pytest.raises(WarehouseUnreachable, match="cannot connect to the postgres warehouse") as error:
        run(gone, c.row_count(at_least=1))
    assert "hunter2" not in str(error.value)


@pytest.mark.postgres
def test_a_connection_that_is_cut_is_opened_again(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    hook = hook_of("postgres", tmp_path, request)
    warehouse = Warehouse(hook)
    assert warehouse.fetch_row("SELECT 1") == (1,)
    with hook.get_conn() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    with pytest.raises(Exception, match="terminat"):
        warehouse.fetch_row("SELECT 1")
    assert warehouse.fetch_row("SELECT 1") == (1,)
    warehouse.close()


@pytest.mark.parametrize(
    ("fail_on", "declared", "stops"),
    [
        ("error", c.not_null("amount"), True),
        ("error", c.not_null("amount", severity="warn"), False),
        ("error", c.not_null("amuont"), True),
        ("warn", c.not_null("amount", severity="warn"), True),
        ("never", c.not_null("amount"), False),
        ("never", c.not_null("amuont"), False),
    ],
)
def test_the_gate(tmp_path: Path, request: pytest.FixtureRequest, fail_on: str, declared: Any, stops: bool) -> None:
    hook = hook_of("sqlite", tmp_path, request)
    with hook.get_conn() as connection:
        connection.execute("CREATE TABLE orders (amount INTEGER)")
        connection.execute("INSERT INTO orders VALUES (NULL)")
    record = run(hook, declared)
    assert fail_on in GATES
    if not stops:
        check_gates([record], fail_on)
        return
    with pytest.raises(GateError, match=rf"1 of 1 check of orders does not let the task pass \(fail_on='{fail_on}'\):\n- not_null"):
        check_gates([record], fail_on)


def test_the_log_reads_like_a_report(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    hook = hook_of("sqlite", tmp_path, request)
    with hook.get_conn() as connection:
        connection.execute("CREATE TABLE orders (amount INTEGER)")
        connection.executemany("INSERT INTO orders VALUES (?)", [(1,), (2,), (None,)])
    record = run(hook, c.row_count(at_least=1), c.not_null("amount", warn_above="5%", fail_above="10%"), c.mean("zz", at_most=1))
    report = render_report(record)
    assert report[: report.index(" in 0.")] == "\n".join(
        [
            "s: failed (1 passed, 1 errored, 1 failed; score 33.3)",
            "main.orders in n",
            "",
            "outcome  check             observed  expected                               violations  rows",
            "-------  ----------------  --------  -------------------------------------  ----------  ----",
            "FAIL     not_null(amount)  33.3333%  at most 10% violating (warn above 5%)  1           3",
            "ERROR    mean(zz)          -         -                                      -           -",
            "ok       row_count()       3         at least 1                             -           3",
            "",
            "FAIL: not_null(amount): 1 of 3 rows (33.33%) break it, more than 10%",
            "ERROR: mean(zz): no such column: orders.zz",
            f"{record.queries} queries over 3 rows and 1 look-up",
        ]
    )
    signal = delivery_of(record).signals[0]
    assert signal.title == "orders: 2 of 3 checks failed: not_null(amount), mean(zz)"


def test_words_are_not_averaged_and_texts_not_compared_with_numbers(hook: Hook) -> None:
    record = run(hook, c.mean("status", at_least=0), c.between("status", 1, 9), c.row_count(equals=4))
    assert outcomes(record) == ["errored", "errored", "passed"]
    assert [result.reason.split(", and ")[0] for result in record.results[:2]] == [
        "mean needs numbers or booleans here",
        "between needs numbers or booleans here",
    ]
    assert (record.queries, record.lookups) == (1, 1), "what makes no sense is not asked, and splits no scan"


def test_a_select_of_several_values_is_errored_and_keeps_its_own_limit(hook: Hook) -> None:
    several = c.metric_sql("SELECT id FROM orders ORDER BY id", at_least=0, name="several")
    limited = c.metric_sql("SELECT id FROM orders ORDER BY id DESC LIMIT 1", equals=4, name="limited")
    record = run(hook, several, limited)
    assert [(result.outcome.value, result.observed) for result in record.results] == [("errored", None), ("passed", "4")]
    assert record.results[0].reason == "the query returns more than one row, and one value is expected"
