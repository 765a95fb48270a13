"""SLAs, deadlines and the Dag that watches: what an author declares, and what a run of the monitor does."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from sqlalchemy import select

from airflow_dre import SLO, FreshnessSLA, QualityCheckOperator, dag_deadline, open_incident, reliability_monitor
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.notifications import OpenIncident
from airflow_dre.operators.monitor import OVERLAP, DispatchOperator, EvaluateSlaOperator, MonitorOperator
from airflow_dre.services.incidents.contexts import SIGNAL
from airflow_dre.slo import runs_passed
from airflow_dre.slo.miss import SlaMiss
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import monitor_run, outbox, sla, sla_call, suite_run
from airflow_dre.tools.openslo.writing import write_openslo
from tests.databases import sqlite_file
from tests.services.slo.objectives import result
from tests.services.slo.objectives import suite_run as bad_run

loose_monitor: Any = reliability_monitor
"""The monitor without the types of its arguments, for values that they refuse."""

pytestmark = pytest.mark.airflow
OBJECTIVE = SLO("in-dag", sli=runs_passed("flights"), target="90%", alerts="budget")
Run = Callable[..., Any]
DURATION = "a positive duration such as '90m', '6h', '1d', '2w' or a timedelta"


def sla_of(name: str = "orders hourly", **arguments: Any) -> FreshnessSLA:
    """Return an SLA on table ``stale``, which is missed."""
    return FreshnessSLA(name, **{"conn_id": "warehouse", "table": "stale", "column": "created_at", "max_age": "1h", **arguments})


def load(world: Path) -> None:
    """Make table ``stale`` fresh."""
    with sqlite_file(world / "w.db") as connection:
        connection.execute("INSERT INTO stale VALUES (2, datetime('now'))")


def unload(world: Path) -> None:
    """Make it stale again."""
    with sqlite_file(world / "w.db") as connection:
        connection.execute("DELETE FROM stale WHERE id = 2")


def test_the_shape_of_the_monitor() -> None:
    dag = reliability_monitor([sla_of("orders hourly"), sla_of("flights/month", max_age=timedelta(days=1))], owner_links={}, tags=["mine"])
    assert (dag.dag_id, dag.is_paused_upon_creation, dag.catchup, dag.max_active_runs) == ("reliability_monitor", False, False, 2)
    assert dag.schedule == timedelta(hours=1), "24 runs a day"
    assert dag.tags == {"mine"}
    (task,) = dag.tasks
    assert isinstance(task, MonitorOperator)
    assert (task.task_id, task.every, [sla.name for sla in task.slas]) == (
        "monitor",
        timedelta(minutes=1),
        ["orders hourly", "flights/month"],
    )
    assert task.execution_timeout is None, "it would count the time in the triggerer"
    assert dag.dagrun_timeout is not None
    assert dag.dagrun_timeout > timedelta(hours=1) + OVERLAP
    again = LazyDeserializedDAG.from_dag(dag)._real_dag
    assert again.task_ids == ["monitor"]
    assert reliability_monitor([], dag_id="another").task_ids == ["monitor"], "without SLAs it still sends what waits"


def test_arguments_of_the_version_before_go_on() -> None:
    dag = reliability_monitor([], schedule="*/5 * * * *", look_seconds=3, max_active_runs=1, dagrun_timeout=timedelta(hours=2))
    (task,) = dag.tasks
    assert isinstance(task, MonitorOperator)
    assert (str(dag.schedule), dag.max_active_runs, dag.dagrun_timeout) == ("*/5 * * * *", 1, timedelta(hours=2))
    assert (task.look_seconds, task.alone) == (3, True)
    for kind in (EvaluateSlaOperator, DispatchOperator):
        kind(task_id="x", sla="a", question=None, on_miss=[], watches=[], schedule=None)


def test_a_monitor_takes_what_its_own_file_made(tmp_path: Path) -> None:
    text = """
from datetime import timedelta
from airflow_dre import FreshnessSLA, reliability_monitor

for name in ("a", "b"):
    FreshnessSLA(name, conn_id="warehouse", table=name, column="at", max_age="1h")
dag = reliability_monitor()
"""
    for _ in range(2):
        names: dict[str, Any] = {"__name__": "unusual_prefix_monitor"}
        exec(compile(text, "monitor.py", "exec"), names)
        (task,) = names["dag"].tasks
        assert [sla.name for sla in task.slas] == ["a", "b"]


def test_a_monitor_takes_the_slos_of_its_own_file() -> None:
    text = """
from airflow_dre import SLO, reliability_monitor
from airflow_dre.slo import rows_passed

SLO("a", sli=rows_passed("flights"), target="99%")
dag = reliability_monitor()
"""
    names: dict[str, Any] = {"__name__": "unusual_prefix_slos"}
    exec(compile(text, "monitor.py", "exec"), names)
    (task,) = names["dag"].tasks
    assert [slo.name for slo in task.slos] == ["a"]
    LazyDeserializedDAG.from_dag(names["dag"])


@pytest.mark.parametrize(
    ("slos", "allowed"),
    [("a", "a list of SLOs"), ([SLO], "SLOs made by SLO(...)"), ([OBJECTIVE, OBJECTIVE], "SLOs with different names")],
)
def test_slos_that_are_not_what_they_must_be_are_refused(slos: Any, allowed: str) -> None:
    with pytest.raises(DefinitionError) as error:
        loose_monitor(slos=slos)
    assert [(problem.argument, problem.allowed.partition(":")[0]) for problem in error.value.problems] == [("slos", allowed)]


def test_the_monitor_evaluates_the_slos_of_its_dag_file_and_of_the_folder(
    run_dag: Run, world: Path, incidents: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "__airflow_dre_made__", [])  # as in a file that is read for the first time
    store = Store(Database(f"sqlite:///{world}/dre.db"), Spool(world / "spool"))
    store.deliver(Delivery(run=bad_run(datetime.now(UTC) - timedelta(hours=1), result("c", 1))))
    (world / "slas").mkdir()
    (world / "slas" / "bad.yaml").write_text("apiVersion: openslo/v1\nkind: SLOO\n")
    in_file = SLO("in-file", sli=runs_passed("flights"), target="90%", alerts="budget")
    (world / "slas" / "slo.yaml").write_text(write_openslo([in_file.definition]).text)
    monkeypatch.setenv("AIRFLOW__DRE__SLAS_FOLDER", str(world / "slas"))
    run_dag(reliability_monitor(slos=[OBJECTIVE], dag_id="m", max_active_runs=1, schedule=None))
    assert sorted((row.suite, row.promise, row.status) for row in incidents()) == [
        ("in-dag", "slo", "open"),
        ("in-file", "slo", "open"),
    ]
    (world / "slas" / "slo.yaml").unlink()
    run_dag(reliability_monitor(slos=[], dag_id="m", max_active_runs=1, schedule=None), day=2)
    assert {row.status for row in incidents()} == {"resolved"}


@pytest.mark.parametrize("names", [("orders", "orders"), ("a", "b", "a"), ("заказы", "заказы")])
def test_two_slas_of_one_name_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(DefinitionError) as error:
        reliability_monitor([sla_of(name) for name in names])
    text = f"reliability_monitor: invalid slas={names[-1]!r}. Allowed: SLAs with different names"
    assert str(error.value) == f"1 problem in the definition:\n- {text}"


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("x" * 247, "at most 246 characters; it has 247"),
        ("two\nlines", "text without control characters and halves of surrogate pairs"),
        ("half \ud83d", "text without control characters and halves of surrogate pairs"),
    ],
)
def test_a_name_that_the_store_cannot_hold_is_refused_with_the_bound(name: str, allowed: str) -> None:
    with pytest.raises(DefinitionError) as error:
        sla_of(name)
    assert [problem.allowed for problem in error.value.problems] == [allowed]
    assert len(sla_of("x" * 246).name) == 246


def test_the_arguments_of_an_sla() -> None:
    with pytest.raises(DefinitionError) as error:
        FreshnessSLA("", conn_id="", table="t", column=5, max_age="-1h", on_miss=["page me"])  # type: ignore[arg-type,list-item]
    assert str(error.value).splitlines() == [
        "5 problems in the definition:",
        "- FreshnessSLA : invalid on_miss='page me'. Allowed: a callback that takes a context",
        "- FreshnessSLA: invalid name=''. Allowed: text that is not empty",
        "- FreshnessSLA : invalid conn_id=''. Allowed: text that is not empty",
        "- FreshnessSLA : invalid column=5. Allowed: text that is not empty",
        f"- FreshnessSLA : invalid max_age='-1h'. Allowed: {DURATION}",
    ]


def test_one_callback_or_many() -> None:
    call = open_incident()
    assert sla_of(on_miss=call).on_miss == (call,)
    assert sla_of(on_miss=[call, print]).on_miss == (call, print)
    assert repr(sla_of()) == "FreshnessSLA('orders hourly', table='stale', max_age=datetime.timedelta(seconds=3600))"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"interval": "tomorrow"}, f"dag_deadline: invalid interval='tomorrow'. Allowed: {DURATION}"),
        ({"interval": timedelta(0)}, f"dag_deadline: invalid interval=datetime.timedelta(0). Allowed: {DURATION}"),
        ({"interval": "1h", "severity": "urgent"}, "open_incident: invalid severity='urgent'. Allowed: low, medium, high, critical"),
        ({"interval": "1h", "routes": [None]}, "open_incident: invalid routes=[None]. Allowed: names of routes"),
    ],
)
def test_the_arguments_of_a_deadline(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(DefinitionError) as error:
        dag_deadline(**arguments)
    assert str(error.value) == f"1 problem in the definition:\n- {text}"


def test_a_deadline_is_an_alert_that_survives_serialization() -> None:
    alert = dag_deadline("2h", name="noon", severity="critical", routes=["oncall"])
    assert isinstance(alert, DeadlineAlert)
    assert (alert.interval, alert.name) == (timedelta(hours=2), "noon")
    assert alert.callback.path == f"{OpenIncident.__module__}.{OpenIncident.__qualname__}"
    assert alert.callback.kwargs == {"severity": "critical", "routes": ["oncall"], "deadline": "noon"}
    by_date = dag_deadline("1d", reference=DeadlineReference.DAGRUN_LOGICAL_DATE)
    with DAG("late", schedule=None, deadline=[alert, by_date]) as dag:
        pass
    assert len(LazyDeserializedDAG.from_dag(dag)._real_dag.deadline) == 2


def test_a_miss_calls_back_once_until_the_table_is_fresh_again(run_dag: Run, world: Path, incidents: Run, rows: Run, queued: Run) -> None:
    heard: list[Any] = []
    tell = [open_incident(severity="critical", routes=["oncall"]), lambda context: heard.append((context[SIGNAL].title, context["sla"]))]
    dag = reliability_monitor([sla_of(on_miss=tell), sla_of("good", table="good", on_miss=tell)], dag_id="watches")
    counts = []
    for day, before in enumerate([None, None, load, None, unload], start=1):
        if before is not None:
            before(world)
        assert run_dag(dag, day=day).state == "success"
        counts.append(len(heard))
    assert counts == [1, 1, 1, 1, 2]
    title, told = heard[0]
    assert title.startswith("stale is stale: the newest row is")
    assert isinstance(told, SlaMiss)
    assert (told.sla, told.what, told.kind, told.incident) == ("orders hourly", "main.stale", "miss", 1)
    first, second = incidents()
    for row, status in ((first, "resolved"), (second, "open")):
        assert (row.kind, row.event, row.name, row.suite, row.severity, row.status) == (
            "data",
            "stale",
            "main.stale",
            "orders hourly",
            "critical",
            status,
        )
        assert (row.dag_id, row.occurrences) == ("watches", 1)
    assert {row.sla: row.state for row in rows(sla)} == {"orders hourly": "missed", "good": "met"}
    assert queued() == [("oncall", "opened", "sent"), ("oncall", "resolved", "sent"), ("oncall", "opened", "sent")]
    costs = rows(monitor_run)
    assert [(row.dag_id, row.looks) for row in costs] == [("watches", 1)] * 5
    assert [row.wakes for row in costs] == [2] * 5, "a worker begins the run, and calls back or ends it"


def test_a_callback_that_breaks_is_called_again(run_dag: Run, world: Path, incidents: Run, rows: Run) -> None:
    heard: list[str] = []

    def tell(context: Any) -> None:
        heard.append(context[SIGNAL].title)
        if len(heard) == 1:
            raise ValueError("no line")

    dag = reliability_monitor([sla_of(on_miss=tell)], dag_id="breaks")
    assert run_dag(dag, day=1).state == "success"
    assert [(row.status, row.error) for row in rows(sla_call)] == [("pending", "ValueError: no line")]
    with sqlite_file(world / "dre.db") as connection:  # half a minute later
        connection.execute("UPDATE dre_sla_call SET not_before = '2026-01-01 00:00:00'")
    run_dag(dag, day=2)
    run_dag(dag, day=3)
    assert len(heard) == 2
    assert [row.kind for row in incidents()] == ["data"]


def test_the_error_of_a_callback_is_shown_without_its_secrets(
    run_dag: Run, world: Path, rows: Run, caplog: pytest.LogCaptureFixture
) -> None:
    def page(context: Any) -> None:
        raise ConnectionError("cannot reach postgres://u:hunter2s3cret@db/x")

    run_dag(reliability_monitor([sla_of(on_miss=page)], dag_id="breaks"), day=1)
    (call,) = rows(sla_call)
    (line,) = [record for record in caplog.records if "raised and is called again later" in record.getMessage()]
    shown = logging.Formatter().format(line)
    assert "in page" in shown and "ConnectionError: cannot reach postgres://" in shown
    assert "hunter2s3cret" not in shown + call.error


def test_a_warehouse_that_never_answers_delays_no_other_sla_and_no_message(
    run_dag: Run, world: Path, rows: Run, incidents: Run, queued: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent, sqlite_file(world / "w.db") as connection:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        connection.execute(f"CREATE VIEW runaway AS {numbers} SELECT datetime('now') AS created_at FROM n")
        parts = {"conn_type": "postgres", "host": "127.0.0.1", "port": silent.getsockname()[1], "login": "u"}
        monkeypatch.setenv("AIRFLOW_CONN_SILENT", json.dumps(parts))
        told = open_incident(severity="critical", routes=["oncall"])
        hanging = [sla_of("a silent one", conn_id="silent", on_miss=told), sla_of("a runaway", table="runaway", on_miss=told)]
        hanging.append(sla_of("gone", conn_id="gone", on_miss=told))
        began = time.monotonic()
        run_dag(reliability_monitor([*hanging, sla_of("z", on_miss=told)], dag_id="hangs", look_seconds=3))
        assert time.monotonic() - began < 60
    states = {row.sla: row.state for row in rows(sla)}
    assert states == {"a silent one": "unknown", "a runaway": "unknown", "gone": "unknown", "z": "missed"}
    reasons = {row.suite: (row.title, row.severity) for row in incidents()}
    assert "did not answer within 3 s" in reasons["a silent one"][0]
    assert reasons["a runaway"][1] == reasons["z"][1] == "critical"
    assert [(route, event) for route, event, _ in queued()] == [("oncall", "opened")] * 4


def test_an_sla_that_was_removed_leaves_the_overview_and_its_receivers_hear_it(
    run_dag: Run, world: Path, rows: Run, incidents: Run, queued: Run
) -> None:
    told = open_incident(routes=["oncall"])
    run_dag(reliability_monitor([sla_of("one", on_miss=told), sla_of("two", on_miss=told)], dag_id="shrinks"))
    run_dag(reliability_monitor([sla_of("two", on_miss=told)], dag_id="shrinks"), day=2)
    assert [row.sla for row in rows(sla)] == ["two"]
    assert sorted((row.suite, row.status) for row in incidents()) == [("one", "resolved"), ("two", "open")]
    assert queued()[-1] == ("oncall", "resolved", "sent")


@pytest.mark.parametrize(
    ("on_unknown", "called"),
    [pytest.param({}, [], id="only those that open incidents"), pytest.param({"on_unknown": print}, ["print"], id="its own")],
)
def test_who_is_called_about_an_sla_that_cannot_be_looked_at(on_unknown: dict[str, Any], called: list[str]) -> None:
    opening = open_incident(routes=["oncall"])
    found = sla_of(on_miss=[opening, str], **on_unknown)
    assert found.on_miss == (opening, str)
    assert [call for call in found.on_unknown if call is not opening] == ([print] if called else [])
    assert (opening in found.on_unknown) is not bool(called)


@pytest.mark.parametrize(
    ("wrong", "argument"),
    [
        (lambda: sla_of(unknown_after=0), "unknown_after"),
        (lambda: sla_of(unknown_after=True), "unknown_after"),
        (lambda: sla_of(on_unknown=["page me"]), "on_unknown"),
        (lambda: reliability_monitor([], look_seconds=0), "look_seconds"),
        (lambda: loose_monitor([], look_seconds="60"), "look_seconds"),
        (lambda: reliability_monitor([], every="500ms"), "every"),
        (lambda: loose_monitor([], every=60), "every"),
    ],
)
def test_wrong_limits_are_refused(wrong: Callable[[], Any], argument: str) -> None:
    with pytest.raises(DefinitionError) as error:
        wrong()
    assert [problem.argument for problem in error.value.problems] == [argument]


def test_the_monitor_writes_what_waits_and_sends_what_waits(
    run_dag: Run, world: Path, rows: Run, queued: Run, oncall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    with DAG("unlucky", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        tell = open_incident(routes=["oncall"])
        QualityCheckOperator(task_id="check", conn_id="warehouse", table="orders", checks=[c.not_null("amount")], on_failure_callback=tell)
    run_dag(dag)
    assert oncall.messages == []
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    oncall.answers.append((503, {}))
    run_dag(reliability_monitor([], dag_id="sends"), day=1)
    assert [row.dag_id for row in rows(suite_run)] == ["unlucky"]
    assert queued() == [("oncall", "opened", "pending")]
    with sqlite_file(world / "dre.db") as connection:  # ten seconds later
        connection.execute("UPDATE dre_outbox SET not_before = '2026-01-01 00:00:00'")
    run_dag(reliability_monitor([], dag_id="sends"), day=2)
    assert queued() == [("oncall", "opened", "sent")]
    assert [row.attempts for row in rows(select(outbox))] == [2]
    refused, taken = oncall.messages
    assert refused == taken, "sent again as it was"
    assert taken["alerts"][0]["labels"]["alertname"] == "checks_failed"


def test_a_store_that_is_down_fails_a_run_that_looks_once(run_dag: Run, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    heard: list[Any] = []
    dag = reliability_monitor([sla_of(on_miss=heard.append)], dag_id="storeless")
    dag.get_task("monitor").retries = 0
    assert run_dag(dag).state == "failed"
    assert heard == []
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    run_dag(dag, day=2)
    assert len(heard) == 1
