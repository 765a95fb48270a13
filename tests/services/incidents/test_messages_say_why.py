"""The message, the incident and its page say why, who can help and where the log is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Origin, Signal
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.services.incidents.links import log_url, results_url
from airflow_dre.services.incidents.outcomes import failed_task
from airflow_dre.services.quality.signal import delivery_of
from airflow_dre.store.records import Definition, Delivery, ResultRecord, SuiteRunRecord
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident
from tests.task_instances import task_instance

T = datetime(2026, 1, 1, tzinfo=UTC)
Configure = Callable[..., Any]
BASE = "http://airflow.example"
TASK: dict[str, Any] = {
    "dag_id": "shop",
    "run_id": "manual__2026-01-01T00:00:00+00:00",
    "task_id": "group.check",
    "map_index": 3,
    "try_number": 2,
}
LOG = f"{BASE}/dags/shop/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00/tasks/group.check/mapped/3"


def result(number: int, outcome: Outcome = Outcome.FAILED, **traits: Any) -> ResultRecord:
    """Return a result of a check."""
    name = f"not_null(c{number})"
    definition = Definition(name=name, kind="not_null", columns=(), dimension="completeness", severity="error", **traits)
    return ResultRecord(
        check_id=f"c{number}",
        definition=definition,
        outcome=outcome,
        reason=f"reason {number}",
        expected="",
        observed=None,
        value=None,
        unit="",
        violations=1,
        rows=2,
        warn=Range(),
        fail=Range(),
        statement=None,
    )


def run_of(*results: ResultRecord, outcome: Outcome = Outcome.FAILED, run_id: str | None = None, hours: int = 0) -> SuiteRunRecord:
    """Return a run of a suite."""
    return SuiteRunRecord(
        namespace="postgres://db:5432",
        name="shop.public.orders",
        suite="orders",
        origin=Origin(**{**TASK, "run_id": run_id or TASK["run_id"]}),
        engine="x",
        outcome=outcome,
        score=None,
        queries=1,
        measured_at=T + timedelta(hours=hours),
        seconds=0.0,
        results=results,
    )


def told(store: Store, receiver: Any, settings_for: Configure, delivery: Delivery) -> dict[str, str]:
    """Return the annotations of the message about a delivery."""
    signals = tuple(msgspec.structs.replace(signal, routes=("oncall",)) for signal in delivery.signals)
    store.deliver(replace(delivery, signals=signals))
    assert dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}})).sent == 1
    annotations: dict[str, str] = receiver.messages[-1]["alerts"][0]["annotations"]
    return annotations


def explanations(store: Store) -> list[Any]:
    """Return why each incident is live."""
    with store.database.read() as connection:
        return list(connection.scalars(select(incident.c.explanation).order_by(incident.c.id)))


def test_checks_say_the_first_reasons_the_counts_and_who_can_help(store: Store, receiver: Any, settings_for: Configure) -> None:
    broken = [result(number, owner="team-a" if number else None, runbook=f"https://wiki/{number}") for number in range(7)]
    annotations = told(store, receiver, settings_for, delivery_of(run_of(*broken, result(9, Outcome.PASSED, owner="team-b"))))
    assert annotations["summary"] == "orders: 7 of 8 checks failed: not_null(c0), not_null(c1), not_null(c2), ..."
    assert annotations["description"].splitlines() == [f"not_null(c{number}): reason {number}" for number in range(5)]
    assert annotations["broken_checks"] == "7 of 8"
    assert annotations["owner"] == "team-a"
    assert annotations["runbook_url"] == "https://wiki/0"
    assert annotations["log_url"] == f"{LOG}?try_number=2"
    assert annotations["results_url"] == f"{LOG}/plugin/reliability-results"
    (why,) = explanations(store)
    assert (why["reasons"][0], why["broken"], why["checks"], why["owner"]) == ("not_null(c0): reason 0", 7, 8, "team-a")


def test_a_new_occurrence_says_its_own_reasons(store: Store) -> None:
    store.deliver(delivery_of(run_of(result(1), run_id="r1")))
    store.deliver(delivery_of(run_of(result(2), run_id="r2", hours=1)))
    assert [why["reasons"] for why in explanations(store)] == [["not_null(c2): reason 2"]]


def task_failed(error: object) -> Signal:
    """Return a failed task."""
    return failed_task(task_instance(**TASK), T, error=error, options=NotifyOptions(routes=("oncall",)))


def test_a_failed_task_says_its_exception_masked(store: Store, receiver: Any, settings_for: Configure) -> None:
    fact = task_failed(ValueError("no access for jane.doe@planted.example"))
    annotations = told(store, receiver, settings_for, Delivery(signals=(fact,)))
    assert annotations["description"] == "ValueError: no access for ***"
    assert annotations["log_url"] == f"{LOG}?try_number=2"
    assert "results_url" not in annotations


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0)])
def test_the_exception_counts_more_than_that_the_run_ended(store: Store, order: tuple[int, ...]) -> None:
    reports = [task_failed("run ended: task failure"), task_failed(ValueError("no file"))]
    for index in order:
        store.deliver(Delivery(signals=(reports[index],)))
    assert [why["reasons"] for why in explanations(store)] == [["ValueError: no file"]]


def test_a_task_that_failed_because_of_its_checks_leaves_their_reasons(store: Store) -> None:
    store.deliver(delivery_of(run_of(result(1))))
    store.deliver(Delivery(signals=(task_failed(ValueError("1 of 1 checks do not let the task pass")),)))
    assert [why["reasons"] for why in explanations(store)] == [["not_null(c1): reason 1"]]


def test_warnings_beside_failures_are_not_counted_as_failed() -> None:
    run = run_of(result(1, Outcome.WARNED), result(2), result(3, Outcome.PASSED))
    (fact,) = delivery_of(run, notify_options=NotifyOptions(notify_on="warned")).signals
    assert fact.title == "orders: 1 of 3 checks failed: not_null(c2)"
    assert fact.explanation.reasons == ("not_null(c2): reason 2", "not_null(c1): reason 1")


@pytest.mark.parametrize(
    ("origin", "log", "results"),
    [
        pytest.param(TASK, f"{LOG}?try_number=2", f"{LOG}/plugin/reliability-results", id="a mapped task"),
        pytest.param(
            {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1, "try_number": None},
            f"{BASE}/dags/d/runs/r/tasks/t",
            f"{BASE}/dags/d/runs/r/tasks/t/plugin/reliability-results",
            id="a task whose try is not known",
        ),
        pytest.param({"dag_id": "d", "run_id": "r", "task_id": None}, None, None, id="a run"),
        pytest.param({"dag_id": "d"}, None, None, id="a Dag"),
        pytest.param({}, None, None, id="nothing"),
    ],
)
def test_where_the_log_is(origin: dict[str, Any], log: str | None, results: str | None) -> None:
    assert (log_url(BASE, origin), results_url(BASE, origin)) == (log, results)
