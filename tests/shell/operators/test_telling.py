"""Checks notify by themselves, independent of ``fail_on``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG, task

from airflow_dre import DbtResultsOperator, GXCheckOperator, QualityCheckOperator, open_incident
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.notifications import record_dbt_results
from airflow_dre.store.tables import suite_run

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
BAD = c.not_null("amount")
WARNING = c.not_null("amount", severity="warn")
HIGH = open_incident(severity="high", routes=["oncall"])


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag with one check task."""
    with DAG(name, schedule=None, start_date=START) as dag:
        options: dict[str, Any] = {"task_id": "check", "conn_id": "warehouse", "table": "orders", "checks": [BAD], **arguments}
        QualityCheckOperator(**options)
    return dag


@pytest.mark.parametrize(
    ("arguments", "severity"),
    [
        pytest.param({"routes": ["oncall"]}, "medium", id="routes of the operator"),
        pytest.param({"routes": "oncall", "incident_severity": "critical"}, "critical", id="a severity of the operator"),
        pytest.param({"on_failure_callback": HIGH}, "high", id="a callback that Airflow never calls"),
        pytest.param({"on_failure_callback": [print, HIGH], "incident_severity": "low"}, "low", id="the operator's severity counts first"),
        pytest.param({"checks": [WARNING], "routes": ["oncall"], "notify_on": "warned"}, "medium", id="warnings that count"),
    ],
)
def test_a_task_that_succeeds_notifies(
    run_dag: Run, incidents: Run, queued: Run, oncall: Any, arguments: dict[str, Any], severity: str
) -> None:
    assert run_dag(dag_of(f"succeeds_{severity}_{len(arguments)}", fail_on="never", **arguments)).state == "success"
    assert [(row.severity, row.status) for row in incidents()] == [(severity, "open")]
    assert queued() == [("oncall", "opened", "sent")]
    assert oncall.messages[0]["commonLabels"]["severity"] == severity


@pytest.mark.parametrize(
    "more", [{}, {"on_failure_callback": open_incident(severity="low")}], ids=["alone", "beside a callback of the task"]
)
def test_a_callback_of_the_dag_counts_for_its_checks(run_dag: Run, incidents: Run, queued: Run, more: dict[str, Any]) -> None:
    with DAG(f"of_dag_{len(more)}", schedule=None, start_date=START, on_failure_callback=[HIGH]) as dag:
        QualityCheckOperator(task_id="check", conn_id="warehouse", table="orders", checks=[BAD], fail_on="never", **more)
    assert run_dag(dag).state == "success"
    assert [row.severity for row in incidents()] == ["high"]
    assert queued() == [("oncall", "opened", "sent")]


@pytest.mark.parametrize("fail_on", ["error", "never"])
def test_never_keeps_results_and_opens_nothing(run_dag: Run, incidents: Run, queued: Run, rows: Run, fail_on: str) -> None:
    run_dag(dag_of(f"silent_{fail_on}", fail_on=fail_on, notify_on="never", on_failure_callback=HIGH))
    assert [row.outcome for row in rows(suite_run)] == ["failed"]
    assert (incidents(), queued()) == ([], [])


def test_never_resolves_what_was_opened_before(run_dag: Run, incidents: Run) -> None:
    run_dag(dag_of("quieted"), day=1)
    run_dag(dag_of("quieted", notify_on="never", checks=[c.row_count(at_least=1)]), day=2)
    assert [row.status for row in incidents()] == ["resolved"]


def test_a_warning_opens_one_incident_that_a_failed_task_joins_and_good_data_resolves(run_dag: Run, incidents: Run) -> None:
    warned = {"notify_on": "warned", "fail_on": "warn", "on_failure_callback": open_incident(severity="high")}
    assert run_dag(dag_of("warned", checks=[WARNING], **warned), day=1).state == "failed"
    (row,) = incidents()
    assert (row.event, row.kind, row.severity) == ("checks_warned", "data", "high")
    assert row.title == "orders: 1 of 1 check warned: not_null(amount)"
    run_dag(dag_of("warned", checks=[c.row_count(at_least=1)], **warned), day=2)
    assert [row.status for row in incidents()] == ["resolved"]


def test_those_told_of_a_warning_hear_once_that_it_became_a_failure(run_dag: Run, incidents: Run, queued: Run) -> None:
    for day, check in enumerate([WARNING, WARNING, BAD, BAD], 1):
        run_dag(dag_of("worse", checks=[check], suite="s", fail_on="never", routes=["oncall"], notify_on="warned"), day)
    (row,) = incidents()
    assert (row.event, row.status) == ("checks_failed", "open")
    assert queued() == [("oncall", "opened", "sent"), ("oncall", "updated", "sent")]


def test_a_warning_opens_nothing_unless_asked(run_dag: Run, incidents: Run) -> None:
    run_dag(dag_of("mild", checks=[WARNING], routes=["oncall"]))
    assert incidents() == []


def test_a_function_whose_data_is_bad_notifies(run_dag: Run, queued: Run) -> None:
    with DAG("decorated", schedule=None, start_date=START) as dag:

        @task.quality_check(checks=[c.not_null("id")], fail_on="never", routes=["oncall"], incident_severity="high")
        def rows_of_today() -> list[dict[str, Any]]:
            return [{"id": None}]

        rows_of_today()
    assert run_dag(dag).state == "success"
    assert queued() == [("oncall", "opened", "sent")]


def test_great_expectations_notify(run_dag: Run, incidents: Run, queued: Run) -> None:
    pytest.importorskip("great_expectations")
    with DAG("expected", schedule=None, start_date=START) as dag:
        GXCheckOperator(
            task_id="check",
            conn_id="warehouse",
            table="orders",
            expectations=[{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount"}}],
            fail_on="never",
            routes=["oncall"],
            incident_severity="critical",
        )
    assert run_dag(dag).state == "success"
    assert [row.severity for row in incidents()] == ["critical"]
    assert queued() == [("oncall", "opened", "sent")]


@pytest.mark.parametrize("notify_on", ["failed", "never"])
def test_dbt_results_notify(run_dag: Run, incidents: Run, queued: Run, dbt_folder: Path, notify_on: str) -> None:
    with DAG("transformed", schedule=None, start_date=START) as dag:
        DbtResultsOperator(
            task_id="check",
            target_path=dbt_folder / "built",
            namespace="sqlite:///shop.db",
            allow_stale=True,
            fail_on="never",
            routes=["oncall"],
            incident_severity="low",
            notify_on=notify_on,
        )
    assert run_dag(dag).state == "success"
    assert {row.severity for row in incidents()} == ({"low"} if notify_on == "failed" else set())
    assert {route for route, _, _ in queued()} == ({"oncall"} if notify_on == "failed" else set())


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda **more: dag_of("slip", **more), id="QualityCheckOperator"),
        pytest.param(lambda **more: GXCheckOperator(task_id="check", expectations=[], dataframe=[], **more), id="GXCheckOperator"),
        pytest.param(lambda **more: DbtResultsOperator(task_id="check", target_path="t", namespace="n", **more), id="DbtResultsOperator"),
    ],
)
def test_mistakes_are_found_when_the_dag_is_parsed(make: Callable[..., Any]) -> None:
    with pytest.raises(DefinitionError) as error:
        make(routes=[""], incident_severity="hig", notify_on="always")
    assert {problem.argument for problem in error.value.problems} >= {"routes", "incident_severity", "notify_on"}
    assert "did you mean 'high'?" in str(error.value)


def test_a_callback_of_dbt_refuses_mistakes() -> None:
    with pytest.raises(DefinitionError, match=r"record_dbt_results: invalid notify_on='no'. Allowed: failed, warned, never"):
        record_dbt_results(target_path="t", namespace="n", notify_on="no")
