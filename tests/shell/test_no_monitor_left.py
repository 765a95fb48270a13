"""The end of incidents whose monitor disappeared, with a message to their receivers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.models.dagrun import DagRun
from airflow.sdk import DAG

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.cli.sending import send_waiting
from airflow_dre.config import read_settings
from airflow_dre.listeners import runs, starting
from airflow_dre.services.incidents import listening
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.services.incidents.expiry import record_monitor_run
from airflow_dre.services.slo.question import read_question
from airflow_dre.services.wiring import store_of
from airflow_dre.store.monitors import Monitor
from airflow_dre.store.tables import incident_event, monitor, sla
from tests.services.incidents.test_expiry import suite_run
from tests.slas import evaluate_sla

pytestmark = pytest.mark.airflow
LONG_AGO = timedelta(days=31)
STALE = {"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h"}


def look_then_vanish(ago: timedelta, *, known: bool = True) -> None:
    """Run a monitor that finds a stale table, notifies route ``oncall`` and disappears.

    ``known`` lists it as a monitor beforehand.
    """
    store, at = store_of(read_settings()), datetime.now(UTC) - ago
    question = read_question("SLA", STALE)
    if known:
        watches = (("orders_fresh", question.watched),)
        record_monitor_run(store, Monitor(dag_id="monitor", looked_at=at, due_at=at + timedelta(minutes=5), watches=watches))
    evaluate_sla("orders_fresh", question, store, "monitor", at, routes=("oncall",))
    flush(read_settings())


def run_a_suite(run_dag: Callable[..., Any]) -> None:
    """Check another table by a task of another Dag."""
    with DAG("shop", schedule=None) as dag:
        QualityCheckOperator(task_id="check", conn_id="warehouse", table="good", checks=[c.row_count(at_least=1)])
    assert run_dag(dag).state == "success"


def start_the_scheduler(_: Callable[..., Any]) -> None:
    """Start the scheduler."""
    starting.on_starting(SimpleNamespace(job_type="SchedulerJob"))


def end_a_run(_: Callable[..., Any]) -> None:
    """End a run of any Dag in the scheduler."""
    ended: Any = DagRun(dag_id="d", run_id="r", run_type="manual")
    ended.get_task_instances = lambda state=None, session=None: []
    runs.on_dag_run_success(dag_run=ended, msg="success")


def call_the_command(_: Callable[..., Any]) -> None:
    """Run the command, as a person or cron does."""
    send_waiting(None)


SEERS = [
    pytest.param(run_a_suite, True, id="a suite runs"),
    pytest.param(call_the_command, True, id="airflow dre send"),
    pytest.param(start_the_scheduler, False, id="the scheduler starts"),
    pytest.param(end_a_run, False, id="a run ends"),
]


@pytest.fixture(autouse=True)
def rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reset the time at which the listener last looked."""
    monkeypatch.setattr(listening._state, "housekeeping_at", 0.0)


@pytest.mark.parametrize("known", [True, False], ids=["of a monitor", "of a monitor that only looked"])
@pytest.mark.parametrize(("see", "sends"), SEERS)
def test_the_slas_of_the_last_monitor_are_ended_and_told(
    oncall: Any,
    rows: Any,
    incidents: Any,
    queued: Any,
    run_dag: Callable[..., Any],
    see: Callable[[Callable[..., Any]], None],
    sends: bool,
    known: bool,
) -> None:
    look_then_vanish(LONG_AGO, known=known)
    assert queued() == [("oncall", "opened", "sent")]
    see(run_dag)
    assert (rows(sla), rows(monitor)) == ([], [])
    (ended,) = [row for row in incidents() if row.suite == "orders_fresh"]
    assert ended.status == "resolved"
    assert queued()[1:] == [("oncall", "resolved", "sent" if sends else "pending")]
    flush(read_settings())
    (opened, resolved) = oncall.messages
    assert (opened["status"], resolved["status"]) == ("firing", "resolved")
    see(run_dag)
    assert len(queued()) == 2, "once"


@pytest.mark.parametrize(("see", "_"), SEERS)
def test_a_monitor_that_looked_lately_keeps_its_slas(
    oncall: Any, rows: Any, incidents: Any, run_dag: Callable[..., Any], see: Callable[[Callable[..., Any]], None], _: bool
) -> None:
    look_then_vanish(timedelta(days=29), known=False)
    see(run_dag)
    assert [row.sla for row in rows(sla)] == ["orders_fresh"]
    assert [row.status for row in incidents()] == ["open"]


@pytest.mark.parametrize(("see", "_"), SEERS)
def test_the_incident_of_a_suite_that_does_not_run_any_more_is_ended(
    world: Any, rows: Any, incidents: Any, run_dag: Callable[..., Any], see: Callable[[Callable[..., Any]], None], _: bool
) -> None:
    store = store_of(read_settings())
    for days in (33, 32, 31):
        store.deliver_or_spool(suite_run(datetime.now(UTC) - timedelta(days=days)))
    see(run_dag)
    assert [(row.suite, row.status) for row in incidents()] == [("s", "resolved")]
    assert "it has not run for 31" in rows(incident_event)[-1].summary


def test_a_scheduler_looks_once_in_a_while(oncall: Any, rows: Any, run_dag: Callable[..., Any]) -> None:
    end_a_run(run_dag)
    look_then_vanish(LONG_AGO)
    end_a_run(run_dag)
    assert len(rows(sla)) == 1


def test_the_command_says_what_it_did(oncall: Any, capsys: pytest.CaptureFixture[str]) -> None:
    look_then_vanish(LONG_AGO)
    send_waiting(None)
    assert capsys.readouterr().out == (
        "Deliveries written: 0. Messages sent: 1, waiting: 0, given up: 0. SLAs and suites that are no longer watched: 1.\n"
    )


def test_the_command_says_in_one_line_that_the_store_is_down(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    with pytest.raises(SystemExit) as said:
        send_waiting(None)
    assert str(said.value).startswith("the results store at postgresql+psycopg://dre:***@127.0.0.1:1/dre does not answer")
