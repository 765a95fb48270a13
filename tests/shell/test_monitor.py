"""SLAs, deadlines and the Dag that watches: what an author declares, and what a run of the monitor does."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.definitions._internal.node import validate_key
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from airflow_dre import FreshnessSLA, QualityCheckOperator, dag_deadline, open_incident, reliability_monitor
from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.monitor import task_ids_of
from airflow_dre.notifications import OpenIncident
from airflow_dre.services.incidents.contexts import SIGNAL
from airflow_dre.store.tables import outbox, sla, suite_run
from tests.databases import sqlite_file

loose_monitor: Any = reliability_monitor
"""The monitor without the types of its arguments, for values that they refuse."""

pytestmark = pytest.mark.airflow
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
    assert (dag.dag_id, dag.is_paused_upon_creation, dag.catchup, dag.max_active_runs) == ("reliability_monitor", False, False, 1)
    assert dag.schedule == timedelta(minutes=5)
    assert dag.tags == {"mine"}
    assert sorted(dag.task_ids) == ["dispatch", "dispatch_after_looks", "sla_flights_month", "sla_orders_hourly"]
    assert dag.dagrun_timeout is not None
    first, last = dag.get_task("dispatch"), dag.get_task("dispatch_after_looks")
    assert (first.upstream_task_ids, first.downstream_task_ids) == (set(), set()), "sending waits for no look, and no look for sending"
    assert (last.upstream_task_ids, last.trigger_rule) == ({"sla_flights_month", "sla_orders_hourly"}, "all_done")
    for task in dag.tasks:
        assert task.execution_timeout is not None
        assert (task.execution_timeout + task.retry_delay) * 2 < dag.dagrun_timeout
    again = LazyDeserializedDAG.from_dag(dag)._real_dag
    assert sorted(again.task_ids) == sorted(dag.task_ids)
    assert reliability_monitor(dag_id="another").task_ids == ["dispatch"], "without SLAs it still sends what waits"


@pytest.mark.parametrize("names", [("orders", "orders"), ("a", "b", "a"), ("заказы", "заказы")])
def test_two_slas_of_one_name_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(DefinitionError) as error:
        reliability_monitor([sla_of(name) for name in names])
    text = f"reliability_monitor: invalid slas={names[-1]!r}. Allowed: SLAs with different names"
    assert str(error.value) == f"1 problem in the definition:\n- {text}"


@pytest.mark.parametrize(
    ("names", "task_ids"),
    [
        pytest.param(["orders hourly", "flights/month"], ["sla_orders_hourly", "sla_flights_month"], id="ASCII as ever"),
        pytest.param(["orders_hourly", "orders hourly"], ["sla_orders_hourly", "sla_orders_hourly_25d7eb9b"], id="the exact name first"),
        pytest.param(["a b", "a/b"], ["sla_a_b_c8687a08", "sla_a_b_c14cddc0"], id="two that lost a character"),
        pytest.param(["заказы", "клиенты"], ["sla_заказы", "sla_клиенты"], id="Cyrillic"),
        pytest.param(["注文", "顧客"], ["sla_注文", "sla_顧客"], id="Chinese"),
        pytest.param(["été", "e\u0301te\u0301"], ["sla_été", "sla_e_te__b71a8c52"], id="an accent as one character and as two"),
        pytest.param(["🚚", "🚀"], ["sla__", "sla__"], id="no letter at all"),
    ],
)
def test_names_of_any_script_have_task_ids_of_their_own(names: list[str], task_ids: list[str]) -> None:
    dag = reliability_monitor([sla_of(name) for name in names], dag_id="scripts")
    found = [task_ids_of(names)[name] for name in names]
    assert len(set(found)) == len(names)
    assert all(one.startswith(wanted) for one, wanted in zip(found, task_ids, strict=True)), found
    assert set(found) < set(dag.task_ids)
    assert sorted(LazyDeserializedDAG.from_dag(dag)._real_dag.task_ids) == sorted(dag.task_ids)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=246), unique=True, max_size=8))
def test_task_ids_never_collide(names: list[str]) -> None:
    ids = task_ids_of(names)
    assert len(set(ids.values())) == len(names)
    for task_id in ids.values():
        validate_key(task_id)
        assert len(task_id.encode()) <= 250


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("x" * 247, "at most 246 characters; it has 247"),
        ("two\nlines", "text without control characters and halves of surrogate pairs"),
        ("half \ud83d", "text without control characters and halves of surrogate pairs"),
    ],
)
def test_a_name_that_cannot_be_a_task_id_is_refused_with_the_bound(name: str, allowed: str) -> None:
    with pytest.raises(DefinitionError) as error:
        sla_of(name)
    assert [problem.allowed for problem in error.value.problems] == [allowed]
    assert sla_of("x" * 246).name in task_ids_of(["x" * 246])


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
    heard: list[str] = []
    tell = [open_incident(severity="critical", routes=["oncall"]), lambda context: heard.append(context[SIGNAL].title)]
    dag = reliability_monitor([sla_of(on_miss=tell), sla_of("good", table="good", on_miss=tell)], dag_id="watches")
    found = []
    for day, before in enumerate([None, None, load, None, unload], start=1):
        if before is not None:
            before(world)
        finished = run_dag(dag, day=day)
        assert finished.state == "success"
        found.append(finished.get_task_instance("sla_orders_hourly").xcom_pull(task_ids="sla_orders_hourly"))
    assert [(look["missed"], look["called_back"]) for look in found] == [
        (True, True),
        (True, False),
        (False, False),
        (False, False),
        (True, True),
    ]
    assert len(heard) == 2
    assert heard[0].startswith("stale is stale: the newest row is")
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


def test_a_callback_that_breaks_is_called_again(run_dag: Run, world: Path, incidents: Run) -> None:
    heard: list[str] = []

    def tell(context: Any) -> None:
        heard.append(context[SIGNAL].title)
        if len(heard) == 1:
            raise ValueError("no line")

    dag = reliability_monitor([sla_of(on_miss=tell)], dag_id="breaks")
    dag.get_task("sla_orders_hourly").retries = 0
    finished = run_dag(dag, day=1)
    assert {ti.task_id: ti.state for ti in finished.get_task_instances()} == {
        "sla_orders_hourly": "failed",
        "dispatch": "success",
        "dispatch_after_looks": "success",
    }
    run_dag(dag, day=2)
    run_dag(dag, day=3)
    assert len(heard) == 2
    assert [row.kind for row in incidents()].count("data") == 1


def test_a_warehouse_that_is_down_hides_no_other_sla(run_dag: Run, world: Path, rows: Run, incidents: Run) -> None:
    dag = reliability_monitor([sla_of("gone", conn_id="gone"), sla_of()], dag_id="partly")
    for task_id in ("sla_gone", "sla_orders_hourly"):
        dag.get_task(task_id).retries = 0
    finished = run_dag(dag)
    assert {ti.task_id: ti.state for ti in finished.get_task_instances()} == {
        "sla_gone": "failed",
        "sla_orders_hourly": "success",
        "dispatch": "success",
        "dispatch_after_looks": "success",
    }
    assert sorted((row.sla, row.state) for row in rows(sla)) == [("gone", "unknown"), ("orders hourly", "missed")]
    assert sorted((row.kind, row.event, row.suite) for row in incidents()) == [
        ("data", "sla_unknown", "gone"),
        ("data", "stale", "orders hourly"),
    ]


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
        began = time.monotonic()
        run_dag(reliability_monitor([*hanging, sla_of("z", on_miss=told)], dag_id="hangs", look_seconds=3))
        assert time.monotonic() - began < 60
    assert {row.sla: row.state for row in rows(sla)} == {"a silent one": "unknown", "a runaway": "unknown", "z": "missed"}
    reasons = {row.suite: (row.title, row.severity) for row in incidents()}
    assert "did not answer within 3 s" in reasons["a silent one"][0]
    assert reasons["a runaway"][1] == reasons["z"][1] == "critical"
    assert [(route, event) for route, event, _ in queued()] == [("oncall", "opened")] * 3


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
    finished = run_dag(reliability_monitor(dag_id="sends"), day=1)
    done = finished.get_task_instances()[0].xcom_pull(task_ids="dispatch")
    assert done["written"] >= 2
    assert (done["sent"], done["waiting"], done["dead"]) == (0, 1, 0)
    assert [row.dag_id for row in rows(suite_run)] == ["unlucky"]
    with sqlite_file(world / "dre.db") as connection:  # ten seconds later
        connection.execute("UPDATE dre_outbox SET not_before = '2026-01-01 00:00:00'")
    finished = run_dag(reliability_monitor(dag_id="sends"), day=2)
    done = finished.get_task_instances()[0].xcom_pull(task_ids="dispatch")
    assert (done["sent"], done["waiting"], done["dead"]) == (1, 0, 0)
    assert queued() == [("oncall", "opened", "sent")]
    assert [row.attempts for row in rows(select(outbox))] == [2]
    refused, taken = oncall.messages
    assert refused == taken, "sent again as it was"
    assert taken["alerts"][0]["labels"]["alertname"] == "checks_failed"


def test_a_store_that_is_down_fails_the_look_so_that_it_is_repeated(run_dag: Run, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    heard: list[Any] = []
    dag = reliability_monitor([sla_of(on_miss=heard.append)], dag_id="storeless")
    for task_id in dag.task_ids:
        dag.get_task(task_id).retries = 0
    finished = run_dag(dag)
    assert finished.get_task_instance("sla_orders_hourly").state == "failed"
    assert heard == []
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    run_dag(dag, day=2)
    assert len(heard) == 1
