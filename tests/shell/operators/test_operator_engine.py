"""The arguments of the operator that reach the engine: a time limit, trusted constraints, segments, and results of earlier runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.config import read_settings
from airflow_dre.errors import DefinitionError
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.services.quality.report import render_report
from airflow_dre.store.database import open_database
from airflow_dre.store.reading.runs import whole_results
from airflow_dre.store.tables import failing_row, result
from tests.databases import sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
SLOW = "SELECT COUNT(*) FROM orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h WHERE a.id + h.id < 0"


def executed(run_id: str = "r", **arguments: Any) -> QualityCheckOperator:
    """Return the operator after ``execute`` outside any run, which decides nothing."""
    operator = QualityCheckOperator(**{"task_id": "check", "conn_id": "warehouse", "table": "orders", "fail_on": "never", **arguments})
    ti = task_instance(run_id=run_id)
    operator.execute({"ti": ti})
    return operator


def test_a_statement_that_takes_too_long_is_ended_and_hides_no_other(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.executemany("INSERT INTO orders VALUES (?, 1, '2026-01-01')", [(n,) for n in range(60)])
    operator = executed(checks=[c.row_count(equals=63), c.metric_sql(SLOW, equals=0, name="slow")], statement_timeout="1s")
    found = {row.definition["name"]: (row.outcome, row.reason) for row in rows(result)}
    assert found["row_count()"][0] == "passed"
    assert found["slow"] == ("errored", "ended after 1 s, the statement timeout: interrupted")
    assert operator.suite_run is not None
    assert operator.suite_run.seconds < 5


@pytest.mark.parametrize("wrong", ["soon", "-1s", 5, timedelta(0)])
def test_a_time_limit_that_is_none_is_refused_when_the_dag_is_parsed(wrong: Any) -> None:
    with pytest.raises(DefinitionError, match="QualityCheckOperator check: invalid statement_timeout=.*a positive duration such as"):
        QualityCheckOperator(task_id="check", conn_id="w", table="t", checks=[c.row_count(at_least=1)], statement_timeout=wrong)


@pytest.mark.parametrize(
    ("argument", "wrong", "allowed"),
    [
        *(("sample_rows", wrong, "a whole number from 0 to 100") for wrong in (101, -1, True, 2.0, "5", None)),
        *((name, wrong, "a list of names of columns") for name in ("key_columns", "mask_columns") for wrong in ("id", [""], [1], None)),
    ],
)
def test_samples_that_cannot_be_are_refused_when_the_dag_is_parsed(argument: str, wrong: Any, allowed: str) -> None:
    arguments: dict[str, Any] = {argument: wrong}
    with pytest.raises(DefinitionError) as error:
        QualityCheckOperator(task_id="check", conn_id="w", table="t", checks=[c.row_count(at_least=1)], **arguments)
    assert str(error.value).endswith(f"- QualityCheckOperator check: invalid {argument}={wrong!r}. Allowed: {allowed}")


def test_samples_live_as_long_as_the_configuration_says(
    world: Path, rows: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SAMPLE_RETENTION", "2h")
    executed(checks=[c.not_null("amount"), c.unique("id")], sample_rows=5, key_columns=["id"], fail_on="never")
    kept = rows(failing_row)
    assert sorted((row.row, row.reason) for row in kept) == [
        ('["2", null]', "amount is NULL"),
        ('["2"]', "another row has the same id"),
        ('["2"]', "another row has the same id"),
    ]
    assert {round((row.expires_at - row.created_at).total_seconds() / 60) for row in kept} == {120}
    with open_database(f"sqlite:///{world}/dre.db").write() as connection:
        connection.execute(failing_row.update().where(failing_row.c.reason == "amount is NULL").values(expires_at=datetime.now(UTC)))
    flush(read_settings())
    assert {row.reason for row in rows(failing_row)} == {"another row has the same id"}


def test_a_retention_that_cannot_be_read_costs_no_result(
    world: Path, rows: Callable[[Any], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SAMPLE_RETENTION", "forever")
    executed(checks=[c.not_null("amount")], sample_rows=5, fail_on="never")
    (kept,) = rows(failing_row)
    assert (kept.expires_at - kept.created_at).total_seconds() == pytest.approx(7 * 86400, abs=60)


def test_constraints_answer_where_they_are_trusted(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    with sqlite_file(world / "w.db") as connection:
        connection.execute("CREATE TABLE kept (id INTEGER NOT NULL UNIQUE)")
    for trusted in (False, True):
        executed(run_id=str(trusted), table="kept", checks=[c.unique("id")], trust_constraints=trusted)
    reasons = {row.outcome: row.reason for row in rows(result)}
    assert reasons == {"skipped": "no rows to check", "passed": "the database enforces a unique key: no scan was needed"}


def test_segments_are_kept_and_reported(rows: Callable[[Any], list[Any]]) -> None:
    operator = executed(checks=[c.not_null("amount", by="id", name="amounts")])
    (row,) = rows(result)
    assert (row.outcome, row.violations, row.rows) == ("failed", 1, 3)
    assert row.definition["by"] == "id"
    assert [(segment["value"], segment["outcome"], segment["violations"]) for segment in row.segments] == [
        ("2", "failed", 1),
        ("1", "passed", 0),
    ]
    assert operator.suite_run is not None
    assert "  FAIL: id 2: 1 of 2 rows (50%) break it, more than 0" in render_report(operator.suite_run)


def test_a_changed_schema_is_told_by_what_changed_since_it_last_passed(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    checks = [c.schema_unchanged()]
    executed(run_id="1", checks=checks)
    executed(run_id="2", checks=checks)
    with sqlite_file(world / "w.db") as connection:
        connection.execute("ALTER TABLE orders ADD COLUMN coupon TEXT")
        connection.execute("ALTER TABLE orders DROP COLUMN amount")
    executed(run_id="3", checks=checks)
    executed(run_id="4", checks=checks)
    found = {row.run_key: row.reason for row in rows(whole_results())}
    assert sorted(found.values()) == [
        "amount INTEGER was dropped; coupon TEXT was added",
        "amount INTEGER was dropped; coupon TEXT was added",
        "first run: 3 columns are remembered",
        "the 3 columns are unchanged",
    ]


def test_a_schema_cannot_be_compared_while_the_store_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://missing@127.0.0.1:1/none")
    operator = executed(checks=[c.schema_unchanged(), c.row_count(equals=3)])
    assert operator.suite_run is not None
    outcomes = [(found.outcome.value, found.reason[:47]) for found in operator.suite_run.results]
    assert outcomes[0] == ("errored", "the results store, which remembers the last run")
    assert outcomes[1][0] == "passed"
