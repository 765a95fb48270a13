"""QualityCheckOperator on a table that is split into partitions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError, StoreError
from airflow_dre.services.quality.report import render_report
from airflow_dre.store.tables import partition_state, result, suite_run
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
CHECKS = [c.row_count(at_least=1), c.not_null("n", fail_above="60%")]


@pytest.fixture(autouse=True)
def table(world: Path) -> sqlite3.Connection:
    """Return a table of three days with two rows each."""
    connection = sqlite3.connect(world / "w.db", isolation_level=None)
    connection.execute("CREATE TABLE days (day TEXT, n INTEGER)")
    connection.executemany("INSERT INTO days VALUES (?, ?)", [(f"2026-01-0{day}", n) for day in (1, 2, 3) for n in (1, None)])
    return connection


def operator(**arguments: Any) -> QualityCheckOperator:
    """Return the operator, by day."""
    usual = {"task_id": "check", "conn_id": "warehouse", "table": "days", "checks": CHECKS, "partition_by": "day"}
    return QualityCheckOperator(**{**usual, **arguments})


def executed(run_id: str, key: str | None = None, **arguments: Any) -> Any:
    """Return the record of a run."""
    made = operator(**arguments)
    ti = task_instance(run_id=run_id, xcom_push=lambda **_: None)
    made.execute({"ti": ti, "partition_key": key})
    return made.suite_run


def test_a_run_looks_at_its_partition_and_the_store_knows_the_others(table: sqlite3.Connection, rows: Callable[[Any], list[Any]]) -> None:
    assert executed("1", "2026-01-03").partitions == (3, 3), "the first run knows nothing yet"
    table.execute("INSERT INTO days VALUES ('2026-01-04', 7)")
    run = executed("2", "2026-01-04")
    assert (run.partitions, run.results[0].observed, run.results[1].violations) == ((1, 4), "7", 3)
    assert "1 of 4 partitions scanned, 3 from states" in render_report(run)
    assert [(row.run_id, row.partition_key) for row in rows(suite_run)] == [("1", "2026-01-03"), ("2", "2026-01-04")]
    kept = [(state.partition, state.run_id) for state in rows(partition_state) if state.answers == "[2]"]
    assert kept == [(f'"2026-01-0{day}"', "1") for day in (1, 2, 3)]


def test_a_partition_that_is_not_there_fails_the_task_and_names_some_that_are(rows: Callable[[Any], list[Any]]) -> None:
    with pytest.raises(AirflowFailException, match="partition 2026-02-01 has no rows and never had any; the last that have: 2026-01-03, "):
        executed("1", "2026-02-01")
    assert {row.outcome for row in rows(result)} == {"errored"}


def test_a_manual_run_names_no_partition(run_dag: Callable[..., Any]) -> None:
    with pytest.raises(AirflowFailException, match="a run with a partition key, or with a data interval; this one has neither"):
        executed("1")
    assert executed("2", partitions="all").partitions == (3, 3)


def test_the_data_interval_of_a_run_of_airflow_names_its_day(run_dag: Callable[..., Any], rows: Callable[[Any], list[Any]]) -> None:
    with DAG("interval", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        operator(checks=[c.row_count(equals=6)])
    assert run_dag(dag, 2).state == "success"
    assert [row.outcome for row in rows(result)] == ["passed"]


def test_changed_partitions_are_told_by_a_templated_select(table: sqlite3.Connection) -> None:
    changes = "SELECT day, COUNT(*) FROM days GROUP BY day"
    for number, (scanned, total) in enumerate([((3, 3), 6), ((0, 3), 6), ((2, 4), 9)]):
        if number == 2:
            table.executemany("INSERT INTO days VALUES (?, 1)", [("2026-01-01",), ("2026-01-09",), ("2026-01-09",)])
        run = executed(str(number), partitions="changed", changes=changes)
        assert (run.partitions, run.results[0].observed) == (scanned, str(total))


def test_what_is_known_must_be_readable_and_what_was_found_is_spooled(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (world / "a file").write_text("")
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/a file/dre.db")
    with pytest.raises(StoreError, match="cannot be made") as error:
        executed("1", "2026-01-03")
    assert not isinstance(error.value, AirflowFailException), "Airflow tries again"
    assert not (world / "spool").exists(), "the warehouse was not asked"


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ({"partitions": "new"}, ["QualityCheckOperator check: invalid partitions='new'. Allowed: run, changed, all"]),
        ({"partition_by": " "}, ["invalid partition_by=' '. Allowed: a column, or a SQL expression about one row"]),
        ({"partition_by": None, "partitions": "all"}, ["invalid partitions='all'. Allowed: a value only together with partition_by"]),
        (
            {"partition_by": None, "changes": "SELECT 1, 2"},
            ["invalid changes='SELECT 1, 2'. Allowed: a value only together with partition_by"],
        ),
        ({"changes": "SELECT 1, 2"}, ["Allowed: one read-only SELECT of partition and version, together with partitions='changed'"]),
        (
            {"checks": [c.median("n", at_least=1), c.unique("n"), *CHECKS]},
            [
                "2 problems in the definition",
                "- check median(n): invalid partition_by='day'. Allowed: None with this check, which reads every row in a task of its own",
                "the quantile of a table does not follow from those of its partitions",
                "- check unique(n): invalid partition_by='day'",
                "a key with the column day in it merges",
            ],
        ),
        (
            {"mask_columns": ["DAY", "n"], "checks": [c.mean("n", at_least=1), c.column_max("n", at_most=1), *CHECKS]},
            [
                "3 problems in the definition",
                "invalid partition_by='day'. Allowed: without day, which is masked: the values that name partitions are kept and shown",
                "- check mean(n): invalid partition_by='day'. Allowed: None with this check: the states of partitions that are kept",
                "- check column_max(n): invalid partition_by='day'",
            ],
        ),
        (
            {"mask_columns": ["customer*"], "partition_by": "lower(customer_name)"},
            ["QualityCheckOperator check: invalid partition_by='lower(customer_name)'. Allowed: without customer_name, which is masked"],
        ),
    ],
)
def test_mistakes_are_told_when_the_dag_is_parsed(arguments: dict[str, Any], messages: list[str]) -> None:
    with pytest.raises(DefinitionError) as error:
        operator(**arguments)
    assert [message for message in messages if message not in str(error.value)] == []


def test_what_a_template_renders_is_checked_too(run_dag: Callable[..., Any], rows: Callable[[Any], list[Any]]) -> None:
    with DAG("rendered", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), params={"which": "som"}) as dag:
        operator(partitions="{{ params.which }}e", checks=[*CHECKS, c.mean("{{ 'n' }}", at_least=0)])
    assert run_dag(dag, 2).state == "failed"
    assert rows(result) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"mask_columns": ["DAY"]}, "invalid partition_by='day'. Allowed: without day, which is masked", id="the partitions themselves"
        ),
        pytest.param({"partition_by": "substr(email, 1, 1)", "mask_columns": ["e*"]}, "invalid partition_by='substr", id="an expression"),
        pytest.param(
            {"checks": [c.column_max("email", at_most="z"), c.not_null("email")], "mask_columns": ["email"]},
            r"^1 problem in the definition:\n- check column_max\(email\): invalid partition_by='day'. Allowed: None with this check: the",
            id="a largest value",
        ),
        pytest.param(
            {"checks": [c.column_min("api_key", at_least="a")]},
            r"check column_min\(api_key\): invalid partition_by='day'",
            id="masked by its name",
        ),
    ],
)
def test_no_value_of_a_masked_column_is_kept_for_a_partition(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        operator(**arguments)


def test_what_is_masked_by_its_form_is_not_kept_of_a_partition_and_the_verdict_is_that_of_all_rows(
    table: sqlite3.Connection, rows: Callable[[Any], list[Any]]
) -> None:
    table.execute("CREATE TABLE mails (day TEXT, mail TEXT, card INTEGER)")
    planted = [("2026-01-01", "zoe@planted.example", 4012888888881881), ("2026-01-02", "none", 7), ("2026-01-03", "no", 8)]
    table.executemany("INSERT INTO mails VALUES (?, ?, ?)", planted)
    wanted = {"table": "mails", "checks": [c.column_max("mail", at_most="y"), c.column_max("card", at_most=9), c.row_count(equals=3)]}
    for number, day in enumerate(["2026-01-02", "2026-01-03", "2026-01-03"]):
        run = executed(str(number), day, **wanted, fail_on="never")
        assert [result.outcome for result in run.results] == ["failed", "failed", "passed"]
        assert run.partitions == ((3, 3) if number == 0 else (2, 3)), "the one of which a number is not kept is scanned again"
    assert not any(secret in str(rows(partition_state)) for secret in ("planted", "4012888888881881"))
    run = executed("3", "2026-01-03", table="mails", partition_by="mail", fail_on="never")
    assert {result.outcome for result in run.results} == {"errored"}
    assert "e-mail addresses and keys cannot name partitions" in run.results[0].reason
