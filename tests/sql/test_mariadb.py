"""Behavior that only a real server of the MySQL family shows: its session, its catalogue, its collations, its refusals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pymysql
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.errors import QueryFailed, StatementTimeout
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from tests.hooks import RecordingHook

pytestmark = pytest.mark.mariadb
NOW = datetime(2024, 1, 2, tzinfo=UTC)


@pytest.fixture
def hook(mariadb_database: dict[str, Any]) -> Iterator[RecordingHook]:
    """Yield a hook of a database with one table."""
    how = {**mariadb_database, "autocommit": True}
    with pymysql.connect(**how) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (`at` TIMESTAMP, s VARCHAR(9) COLLATE utf8mb4_general_ci, `before` INT, `order` DECIMAL(9, 2))")
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute("INSERT INTO t VALUES ('2024-01-01 23:30:00', 'abc', 1, 1.5), ('2024-01-02 00:30:00', 'ABC', 2, 2.25)")
    found = RecordingHook("mysql", lambda: pymysql.connect(**mariadb_database))
    yield found
    for connection in found.connections:
        if connection.open:
            connection.close()  # or else its transaction keeps the table from being dropped
    with pymysql.connect(**how) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE t")


def run(hook: RecordingHook, *declared: Any, where: str | None = None) -> SuiteRunRecord:
    """Return the results of a suite for the table."""
    warehouse = Warehouse(hook)
    scope = Scope(("t",), where, warehouse.dialect)
    try:
        return run_suite(Suite(name="s", dataset=DatasetName("n", "t"), scope=scope, checks=parse_checks(declared)), warehouse, NOW).record
    finally:
        warehouse.close()


@pytest.mark.parametrize("sql", ["INSERT INTO t VALUES (NULL, NULL, 9, 9)", "DROP TABLE t", "DELETE FROM t", "SELECT nextval(numbers)"])
def test_the_session_refuses_whatever_writes(hook: RecordingHook, sql: str) -> None:
    connection = hook.get_conn()
    connection.cursor().execute("CREATE SEQUENCE IF NOT EXISTS numbers")
    connection.close()
    warehouse = Warehouse(hook)
    warehouse.fetch_row("SELECT 1")
    with pytest.raises(QueryFailed, match="READ ONLY transaction"):
        warehouse.fetch_row(sql)
    assert warehouse.fetch_row("SELECT COUNT(*) FROM t") == (2,)


def test_a_statement_that_takes_too_long_is_ended(hook: RecordingHook) -> None:
    warehouse = Warehouse(hook, timeout=timedelta(milliseconds=300))
    started = time.perf_counter()
    with pytest.raises(StatementTimeout, match="max_statement_time exceeded"):
        warehouse.fetch_row("SELECT COUNT(*) FROM t AS a JOIN t AS b WHERE SLEEP(5) = 0")
    assert time.perf_counter() - started < 4


def test_days_begin_in_utc_whatever_the_server_thinks(hook: RecordingHook) -> None:
    record = run(hook, c.no_gaps("at", every="day"), c.fresh("at", max_age="1h", as_of="2024-01-02 01:00"))
    assert [result.reason for result in record.results] == [
        "all 2 days have rows",
        "the newest row is 30 min old (2024-01-02T00:30:00+00:00)",
    ]


def test_a_server_that_takes_backslashes_literally_is_set_to_escape(hook: RecordingHook) -> None:
    connection = hook.get_conn()
    connection.cursor().execute("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'")
    warehouse = Warehouse(RecordingHook("mysql", lambda: connection))
    assert warehouse.fetch_row("SELECT 'a\\\\b', @@sql_mode") == ("a\\b", "ANSI_QUOTES")


def test_case_matters_to_patterns_but_not_to_a_collation_that_ignores_it(hook: RecordingHook) -> None:
    record = run(hook, c.matches("s", "^[a-z]+$"), c.matches("s", "(?i)^[a-z]+$"), c.in_set("s", ["abc"]), c.unique("s"))
    assert [result.violations for result in record.results] == [1, 0, 0, 2]


def test_what_the_author_writes_for_mysql_runs_on_mariadb(hook: RecordingHook) -> None:
    record = run(hook, c.rows("s RLIKE '^a' AND NOT s REGEXP 'x'"), c.rows("s NOT RLIKE 'x' AND REGEXP_INSTR(s, 'b') = 2"))
    assert [(result.outcome.value, result.violations) for result in record.results] == [("passed", 0), ("passed", 0)], record.results


def test_the_catalogue_names_types_and_reserved_words_are_names(hook: RecordingHook) -> None:
    types = {"at": "timestamp", "s": "varchar", "before": "integer", "order": "decimal"}
    record = run(hook, c.schema_is(types, ordered=True), c.total("before", equals=3), c.increasing("order", order_by="before"))
    assert [result.outcome.value for result in record.results] == ["passed"] * 3, [result.reason for result in record.results]


def test_a_broken_check_does_not_hide_the_others(hook: RecordingHook) -> None:
    record = run(hook, c.row_count(equals=2), c.not_null("nowhere"), c.not_null("s"))
    assert [result.outcome.value for result in record.results] == ["passed", "errored", "passed"]
    assert "Unknown column 'nowhere'" in record.results[1].reason


def test_a_scan_as_wide_as_it_may_be(hook: RecordingHook) -> None:
    widest = find_dialect("mysql").limits.columns
    columns = [f"COUNT(*) + {n}" for n in range(1, widest)]
    assert len(Warehouse(hook).fetch_row(f"SELECT s, {', '.join(columns)} FROM t GROUP BY s")) == widest
