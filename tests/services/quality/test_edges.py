"""Suites at the edge of what data can be: nothing but NULLs in a segment, thousands of segments, nothing at all, no finite number."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES
from tests.hooks import Hook

NOW = datetime(2026, 1, 11, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def hook(request: pytest.FixtureRequest, tmp_path: Path) -> Hook:
    """Return an empty database of each kind. A session of PostgreSQL is in Berlin, where a day of March has 23 hours."""
    if request.param == "sqlite":
        return Hook("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))
    if request.param == "duckdb":
        return Hook("duckdb", duckdb.connect(tmp_path / "w.duckdb").cursor)
    address = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(address, connect_args={"options": "-c timezone=Europe/Berlin"}, poolclass=sa.NullPool)
    return Hook("postgres", engine.raw_connection)


def prepare(hook: Hook, *statements: str) -> None:
    """Run statements and commit."""
    connection = hook.get_conn()
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    connection.commit()
    connection.close()


def result_of(hook: Hook, declaration: Declaration, where: str | None = None) -> ResultRecord:
    """Return the result of one check of table ``t``."""
    scope = Scope(("t",), where, find_dialect(hook.conn_type))
    suite = Suite(name="edges", dataset=DatasetName("test", "t"), scope=scope, checks=parse_checks([declaration]))
    warehouse = Warehouse(hook, timeout=timedelta(seconds=120))
    try:
        (result,) = run_suite(suite, warehouse, NOW).record.results
        return result
    finally:
        warehouse.close()


@pytest.mark.parametrize(
    ("declaration", "outcomes"),
    [
        (c.distinct_count("a", at_least=1, by="g"), {"u": "passed", "v": "failed", None: "failed"}),
        (c.median("a", at_least=1, by="g"), {"u": "passed", "v": "skipped", None: "skipped"}),
        (c.most_common("a", [1], by="g"), {"u": "passed", "v": "skipped", None: "skipped"}),
        (c.no_gaps("d", every="day", by="g"), {"u": "passed", "v": "skipped", None: "skipped"}),
        (c.unique("a", by="g", where="a > 0"), {"u": "passed", "v": "skipped", None: "skipped"}),
        (c.row_count(at_least=1, by="g", where="a > 0"), {"u": "passed", "v": "failed", None: "failed"}),
    ],
    ids=lambda value: value.kind if isinstance(value, Declaration) else "",
)
def test_a_segment_of_nulls_is_judged_like_a_table_of_nulls(hook: Hook, declaration: Declaration, outcomes: dict[str | None, str]) -> None:
    rows = "(1, 'u', '2026-01-01'), (NULL, 'v', NULL), (NULL, NULL, NULL)"
    prepare(hook, "CREATE TABLE t (a INTEGER, g VARCHAR(5), d DATE)", f"INSERT INTO t VALUES {rows}")
    result = result_of(hook, declaration)
    assert {segment.value: segment.outcome.value for segment in result.segments} == outcomes, result.reason


def test_outliers_are_found_in_thousands_of_segments(hook: Hook) -> None:
    rows = ", ".join(f"('g{n}', {value})" for n in range(1500) for value in (0, 1, 2))
    prepare(hook, "CREATE TABLE t (g VARCHAR(5), f DOUBLE PRECISION)", f"INSERT INTO t VALUES {rows}")
    result = result_of(hook, c.z_scores("f", within=0.5, by="g"))
    assert (result.outcome.value, result.violations, result.rows, len(result.segments)) == ("failed", 3000, 4500, 20), result.reason


@pytest.mark.parametrize(
    "declaration", [c.fresh("d", max_age="1d", by="g"), c.has_values("g", ["u"], by="g"), c.row_count(equals=1, by="g")]
)
def test_a_table_without_rows_has_no_segments(hook: Hook, declaration: Declaration) -> None:
    prepare(hook, "CREATE TABLE t (g VARCHAR(5), d TIMESTAMP)")
    assert (result_of(hook, declaration).outcome.value, result_of(hook, declaration).segments) == ("skipped", ())


def test_more_segments_than_anybody_reads_are_not_judged(hook: Hook) -> None:
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x <= 10000) SELECT x, x FROM n"
    prepare(hook, "CREATE TABLE t (g INTEGER, a INTEGER)", f"INSERT INTO t {numbers}")
    result = result_of(hook, c.not_null("a", by="g"))
    assert result.outcome == "errored"
    assert result.reason.startswith("g has more than 10000 values: judge by a column with fewer, or narrow the rows with where")
    assert result_of(hook, c.not_null("a", by="g"), where="g <= 10000").outcome == "passed"


def test_rows_that_a_select_finds_elsewhere_fail_beside_an_empty_table(hook: Hook) -> None:
    prepare(hook, "CREATE TABLE t (a INTEGER)", "CREATE TABLE orphans (a INTEGER)", "INSERT INTO orphans VALUES (1), (2)")
    for limit in ({}, {"fail_above": "5%"}):
        result = result_of(hook, c.failed_rows_sql("SELECT a FROM orphans", **limit))
        assert (result.outcome.value, result.violations) == ("failed", 2), result.reason
    assert result_of(hook, c.failed_rows_sql("SELECT a FROM orphans WHERE a > 2")).outcome == "skipped"


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_outliers_among_what_is_not_finite_cannot_be_judged(hook: Hook, value: str) -> None:
    if hook.conn_type == "sqlite":
        value = "1e999" if value == "Infinity" else "NULL"  # it stores NaN as NULL
    literal = value if hook.conn_type == "sqlite" else f"'{value}'"
    prepare(hook, "CREATE TABLE t (f DOUBLE PRECISION)", f"INSERT INTO t VALUES (1), (2), ({literal})")
    result = result_of(hook, c.z_scores("f", within=1))
    if literal == "NULL":
        assert (result.outcome.value, result.rows) == ("passed", 2)
    else:
        assert result.outcome == "errored"
        assert "no finite mean" in result.reason or "out of range" in result.reason.lower(), result.reason


def test_days_begin_in_utc_wherever_the_session_believes_to_be(hook: Hook) -> None:
    if hook.conn_type == "duckdb":
        pytest.importorskip("pytz", reason="DuckDB hands out timestamps with a zone by pytz only")
    moments = [f"2013-03-{29 + n // 2} {12 * (n % 2):02}:00:00+00:00" for n in range(6)]
    values = ", ".join(f"('{moment}')" for moment in moments)
    zoned = "TEXT" if hook.conn_type == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    prepare(hook, f"CREATE TABLE t (d {zoned})", f"INSERT INTO t VALUES {values}")
    result = result_of(hook, c.no_gaps("d", every="day"))
    assert (result.outcome.value, result.violations, result.rows) == ("passed", 0, 3), result.reason


def test_a_number_that_only_looks_like_its_bound_is_told_in_full(tmp_path: Path) -> None:
    hook = Hook("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))
    prepare(hook, "CREATE TABLE t (a REAL)", "INSERT INTO t VALUES (0.30000000000000004)")
    assert result_of(hook, c.mean("a", equals=0.3)).reason == "0.30000000000000004 is not exactly 0.3"
    assert result_of(hook, c.mean("a", at_most=0.3)).reason == "0.30000000000000004 is not at most 0.3"
    assert result_of(hook, c.mean("a", at_most=0.2)).reason == "0.3 is not at most 0.2"
