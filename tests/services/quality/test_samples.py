"""Samples of failing rows: of which checks, with which columns, why one is missing, and without an effect on any outcome."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlalchemy as sa

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import foreign
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.errors import QueryFailed, WarehouseUnreachable
from airflow_dre.privacy.masking import Mask
from airflow_dre.services.quality.redact import Redaction, redacted_result
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.services.quality.samples import SamplePlan
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord, Sample, SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row
from tests.databases import DATABASES
from tests.hooks import Hook

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PLAN = SamplePlan(rows=5, key_columns=("id",))


@pytest.fixture(params=DATABASES)
def hook(request: pytest.FixtureRequest, tmp_path: Path) -> Hook:
    """Return a warehouse with orders, some of them wrong."""
    connect: Callable[[], Any]
    if request.param == "sqlite":
        connect = partial(sqlite3.connect, tmp_path / "w.db")
    elif request.param == "duckdb":
        connect = partial(duckdb.connect, str(tmp_path / "w.duckdb"))
    else:
        url = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql").render_as_string(hide_password=False)
        connect = partial(psycopg.connect, url)
    connection = connect()
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE orders (id INTEGER, amount INTEGER, status TEXT, email TEXT)")
    cursor.execute("CREATE TABLE states (name TEXT)")
    cursor.execute("INSERT INTO states VALUES ('new')")
    for row in ("1, 10, 'new', 'a'", "2, 20, 'paid', 'b'", "2, NULL, 'paid', 'c'", "4, 400, NULL, 'd'"):
        cursor.execute(f"INSERT INTO orders VALUES ({row})")
    connection.commit()
    connection.close()
    return Hook(request.param, connect)


def run(hook: Hook, *declared: Any, plan: SamplePlan | None = PLAN, engine: Any = None, where: str | None = None) -> SuiteRunRecord:
    """Run checks on the orders."""
    with opened(hook) as warehouse:
        scope = Scope(split_table("orders"), where, warehouse.dialect)
        suite = Suite(name="s", dataset=DatasetName("n", "main.orders"), scope=scope, checks=parse_checks(declared))
        return run_suite(suite, warehouse if engine is None else engine(warehouse), NOW, samples=plan).record


def sample(hook: Hook, declared: Any, **arguments: Any) -> Sample:
    """Return the sample of one check."""
    (result,) = run(hook, declared, **arguments).results
    assert result.sample is not None
    return result.sample


CASES: dict[str, tuple[Declaration, tuple[str, ...], list[tuple[str | None, ...]], str | None]] = {
    "not_null": (c.not_null("amount"), ("id", "amount"), [("2", None)], "amount is NULL"),
    "between": (c.between("amount", 0, 50), ("id", "amount"), [("4", "400")], "amount is below 0 or above 50"),
    "a warning": (
        c.between("amount", 0, 50, severity="warn", name="warned"),
        ("id", "amount"),
        [("4", "400")],
        "amount is below 0 or above 50",
    ),
    "a filter": (c.between("amount", 0, 15, where="id < 4"), ("id", "amount"), [("2", "20")], "amount is below 0 or above 15"),
    "in_set": (c.in_set("status", ["new"]), ("id", "status"), [("2", "paid")] * 2, "status is not one of 1 value"),
    "length": (c.length("status", at_most=3), ("id", "status"), [("2", "paid")] * 2, "status has more than 3 characters"),
    "unique": (c.unique("id"), ("id",), [("2",)] * 2, "another row has the same id"),
    "unique by": (c.unique("id", by="status"), ("id", "status"), [("2", "paid")] * 2, "another row of the same status has the same id"),
    "by": (c.between("amount", 0, 15, by="status"), ("id", "status", "amount"), [("2", "paid", "20"), ("4", None, "400")], None),
    "foreign_key": (c.foreign_key("status", to="states.name"), ("id", "status"), [("2", "paid")] * 2, "status is not in states"),
    "rows": (c.rows("amount < 100 OR status = 'x'"), ("id", "amount", "status"), [], None),
    "rows, false": (c.rows("AMOUNT < 100"), ("id", "AMOUNT"), [("4", "400")], "it is false that AMOUNT < 100"),
    "z_scores": (
        c.z_scores("amount", within=1),
        ("id", "amount"),
        [("4", "400")],
        "amount lies 1 standard deviations or more from the mean",
    ),
    "failed_rows_sql": (c.failed_rows_sql("SELECT id, amount AS a FROM orders WHERE amount > 50"), ("id", "a"), [("4", "400")], None),
    "failed_rows_sql of all columns": (c.failed_rows_sql("SELECT * FROM orders WHERE amount > 50"), ("id",), [("4",)], None),
}


def test_what_is_kept(hook: Hook) -> None:
    results = run(hook, *(check for check, *_ in CASES.values())).results
    for (case, (_, columns, rows, reason)), result in zip(CASES.items(), results, strict=True):
        found = result.sample
        if not rows:
            assert (result.outcome.value, found) == ("passed", None), case
            continue
        assert found is not None, case
        assert (found.columns, sorted(found.rows, key=str), found.missing) == (columns, sorted(rows, key=str), None), case
        assert found.expires_at == NOW + timedelta(days=7), case
        assert reason in (None, found.reason), case


def test_as_many_as_asked_for_in_one_statement_that_names_its_columns(hook: Hook) -> None:
    asked: list[str] = []

    class Noting(Warehouse):
        def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
            asked.append(sql)
            return super().fetch_rows(sql, most)

    checks = [c.in_set("status", ["new"]), c.not_null("amount"), c.row_count(at_least=1), c.not_null("id"), c.not_null("nothing")]
    counted = run(hook, *checks, plan=None).queries
    record = run(hook, *checks, plan=replace(PLAN, rows=1), engine=lambda warehouse: Noting(hook, warehouse.dialect))
    assert [None if result.sample is None else len(result.sample.rows) for result in record.results] == [1, 1, None, None, None]
    assert record.queries == counted + 2
    assert all("*" not in sql.replace("COUNT(*)", "") for sql in asked[counted:])
    assert all(sql.endswith("LIMIT 1") for sql in asked[-2:])


def test_nothing_is_asked_unless_asked_for(hook: Hook) -> None:
    for plan in (None, SamplePlan(), SamplePlan(key_columns=("id",))):
        record = run(hook, c.not_null("amount"), plan=plan)
        assert [result.sample for result in record.results] == [None]
        assert record.queries == 1


WHY_MISSING = {
    "a mean": (c.mean("amount", at_most=1), PLAN, "no single row is to blame: the check judges all rows together"),
    "a row count": (c.row_count(at_least=9), PLAN, "no single row is to blame: the check judges all rows together"),
    "steps": (c.decreasing("amount", order_by=["id"]), PLAN, "a step is between two rows: neither of them alone is wrong"),
    "no columns": (
        c.failed_rows_sql("SELECT * FROM orders"),
        SamplePlan(rows=1),
        "its SELECT names no columns: name them, or set key_columns",
    ),
    "a condition without columns": (c.rows("1 = 0"), SamplePlan(rows=1), "the check names no columns: set key_columns"),
}


def test_why_there_are_none(hook: Hook) -> None:
    for case, (check, plan, why) in WHY_MISSING.items():
        found = sample(hook, check, plan=plan)
        assert (found.rows, found.missing) == ((), why), case


def test_a_key_column_that_is_not_there_leaves_the_verdict_alone(hook: Hook) -> None:
    wrong = replace(PLAN, key_columns=("idd",))
    record, plain = run(hook, c.not_null("amount"), c.unique("id"), plan=wrong), run(hook, c.not_null("amount"), c.unique("id"), plan=None)
    for result in record.results:
        assert result.sample is not None
        assert result.sample.missing is not None
        assert result.sample.missing.startswith("the rows could not be read: ")
        assert "idd" in result.sample.missing
    assert tuple(replace(result, sample=None) for result in record.results) == plain.results
    assert (record.outcome, record.score) == (plain.outcome, plain.score)


@pytest.mark.parametrize(("error", "asked"), [(QueryFailed("refused"), 2), (WarehouseUnreachable("gone"), 1)])
def test_a_warehouse_that_is_gone_is_not_asked_again(hook: Hook, error: Exception, asked: int) -> None:
    samples: list[str] = []

    class Breaking(Warehouse):
        def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
            if "LIMIT 5" in sql:
                samples.append(sql)
                raise error
            return super().fetch_rows(sql, most)

    record = run(hook, c.not_null("amount"), c.not_null("status"), engine=lambda warehouse: Breaking(hook, warehouse.dialect))
    assert [result.outcome.value for result in record.results] == ["failed", "failed"]
    assert {_missing(result) for result in record.results} == {f"the rows could not be read: {error}"}
    assert len(samples) == asked


def _missing(result: ResultRecord) -> str | None:
    return None if result.sample is None else result.sample.missing


MASKED = SamplePlan(rows=5, key_columns=("id", "email"), mask=Mask(columns=("EMAIL", "sta*")))


def test_masked_columns_are_hidden_in_every_part_of_a_result(hook: Hook) -> None:
    checks = [
        c.not_null("amount"),
        c.column_max("email", equals="z"),
        c.most_common("status", ["new"]),
        c.between("amount", 0, 15, by="status"),
        c.column_min("email", equals="z", by="status"),
        c.distinct_count("email", equals=1),
        c.failed_rows_sql("SELECT id, lower(mail) AS contact FROM (SELECT id, email AS mail FROM orders) AS o WHERE id = 4"),
        c.failed_rows_sql("SELECT id AS x FROM orders WHERE id = 4 UNION SELECT 5 FROM orders WHERE email = 'd'"),
        c.z_scores("amount", within=0.1),
    ]
    results = run(hook, *checks, plan=MASKED).results
    assert [result.outcome.value for result in results] == ["failed"] * len(checks)
    amounts, highest, common, by, lowest_by, count, selected, union, outside = results
    assert amounts.sample is not None
    assert amounts.sample.rows == (("2", "***", None),)
    for result in (highest, common):
        assert (result.observed, result.value) == ("***", None)
    assert highest.reason == f"*** is not {highest.expected}"
    assert common.reason == "most common: *** is not in the set, expected one of 1 value"
    assert sorted((segment.value for segment in by.segments), key=str) == ["***", "***", None]
    assert by.reason.startswith("2 of 3 values of status do not pass: ")
    assert "paid" not in by.reason
    assert "***: 1 of 1 row" in by.reason
    assert {segment.observed for segment in lowest_by.segments} == {"***"}
    assert "***: *** is not " in lowest_by.reason
    assert count.observed == "4", "a count is no value of the column"
    assert selected.sample is not None
    assert selected.sample.rows == (("4", "***"),)
    assert union.sample is not None
    assert set(union.sample.rows) == {("***",)}, "which branch a value comes from is not known"
    assert outside.statement is None, "it quotes the values that it was made for"
    assert outside.sample is not None
    assert {row[1:] for row in outside.sample.rows} == {("***", "10"), ("***", "20"), ("***", "400")}


def test_what_a_driver_quotes_is_masked(hook: Hook) -> None:
    unlike = [run(hook, c.fresh("status", max_age="1d"), plan=plan).results[0] for plan in (None, MASKED)]
    assert ["'paid' is no timestamp" in result.reason for result in unlike] == [True, False]
    number = Judgement(outcome=Outcome.ERRORED, reason=foreign("400 is no timestamp: expected a date"), expected="")
    redactions = [Redaction(definition=unlike[0].definition, mask=mask, dataset="main.orders") for mask in (Mask(), MASKED.mask)]
    assert [redacted_result("0" * 16, number, None, redaction).reason for redaction in redactions] == [
        "400 is no timestamp: expected a date",
        "*** is no timestamp: expected a date",
    ]
    failing = c.rows("CAST(email AS INTEGER) = 1 OR id = 4", name="casts")
    (plain,) = run(hook, failing, plan=None).results
    (masked,) = run(hook, failing, plan=MASKED).results
    if hook.conn_type == "sqlite":  # it takes every text for a number
        return
    assert (plain.outcome.value, masked.outcome.value) == ("errored", "errored")
    assert "***" in masked.reason
    assert not any(f"{quote}{letter}{quote}" in masked.reason for letter in "abcd" for quote in "'\"")
