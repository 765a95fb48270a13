"""Callbacks in each place that Airflow runs them in: the right cause, and one incident."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, task
from msgspec.structs import replace
from sqlalchemy import select

from airflow_dre import open_incident, resolve_incident
from airflow_dre.config import read_settings
from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.notifications import OpenIncident, ResolveIncident
from airflow_dre.services.incidents.contexts import SIGNAL
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.store.tables import incident_event
from tests.task_instances import bare_dag, dag_run, task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def ti_of(run_id: str = "r1", task_id: str = "load", **more: Any) -> Any:
    """Return a task instance, as far as a callback reads it."""
    return task_instance(run_id=run_id, task_id=task_id, **more)


def run_of(run_id: str = "r1") -> Any:
    """Return a run."""
    return dag_run(run_id=run_id)


def in_task(run_id: str = "r1", **more: Any) -> dict[str, Any]:
    """Return the context of a task's own callback in the worker."""
    return {
        "ti": ti_of(run_id, **more),
        "task_instance": ti_of(run_id, **more),
        "dag_run": run_of(run_id),
        "exception": ValueError("no file"),
    }


def in_dag(run_id: str = "r1", reason: str = "task_failure", **more: Any) -> dict[str, Any]:
    """Return the context of a Dag's callback in the Dag processor: no exception, and a reason."""
    return {"ti": ti_of(run_id, state=None, **more), "dag_run": run_of(run_id), "reason": reason}


def in_deadline(run_id: str = "r1") -> dict[str, Any]:
    """Return the context of a Deadline Alert in the triggerer: plain dicts."""
    deadline = {"id": "0f", "deadline_time": "2026-01-01T12:00:00Z"}
    return {"dag_run": {"dag_id": "d", "dag_run_id": run_id, "state": "running"}, "deadline": deadline}


def in_sla() -> dict[str, Any]:
    """Return the context that the monitor passes to ``on_miss``."""
    cause = DataCause(namespace="sqlite:///w.db", name="main.orders", suite="orders hourly")
    missed = Signal(
        cause=cause, event=Event.STALE, at=NOON, title="orders is stale", origin=Origin(dag_id="monitor"), occurrence_id="since noon"
    )
    return {**in_task(), SIGNAL: missed}


@pytest.mark.parametrize(
    ("context", "kind", "event", "where", "status"),
    [
        pytest.param(in_task(), "pipeline", "task_failed", ("d", "load", None, None), "sent", id="a task"),
        pytest.param(
            {"task_instance": ti_of(), "exception": "killed"}, "pipeline", "task_failed", ("d", "load", None, None), "sent", id="no ti"
        ),
        pytest.param(in_dag(), "pipeline", "task_failed", ("d", "load", None, None), "pending", id="a Dag whose task failed"),
        pytest.param(
            in_dag(reason="all_tasks_deadlocked"), "pipeline", "run_failed", ("d", None, None, None), "pending", id="a deadlocked Dag"
        ),
        pytest.param(
            {"dag_run": run_of(), "reason": "timed_out"},
            "pipeline",
            "run_failed",
            ("d", None, None, None),
            "pending",
            id="a run without ti",
        ),
        pytest.param(in_deadline(), "pipeline", "deadline_missed", ("d", None, "noon", None), "pending", id="a deadline"),
        pytest.param(
            {"ti": ti_of(state=None), "dag_run": run_of()},
            "pipeline",
            "task_failed",
            ("d", "load", None, None),
            "pending",
            id="a task whose worker was lost",
        ),
        pytest.param(in_sla(), "data", "stale", ("monitor", None, None, "orders hourly"), "sent", id="an SLA"),
    ],
)
def test_each_context_names_its_cause(
    context: dict[str, Any], kind: str, event: str, where: tuple[str | None, ...], status: str, incidents: Run, queued: Run, oncall: Any
) -> None:
    call = OpenIncident(severity="high", routes=["oncall"], deadline="noon")
    for _ in range(2):  # Airflow calls twice after it lost a worker
        call(context)
    (row,) = incidents()
    assert (row.kind, row.event, row.severity, row.occurrences, row.routes) == (kind, event, "high", 1, ["oncall"])
    assert (row.dag_id, row.task_id, row.deadline, row.suite) == where
    assert queued() == [("oncall", "opened", status)], "one message, however often it was called"
    flush(read_settings())
    assert [message["status"] for message in oncall.messages] == ["firing"], "the monitor sends what others must not"


class Mute(Exception):
    """An error whose text cannot be made."""

    def __str__(self) -> str:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({"ti": ti_of(), "reason": "all_tasks_deadlocked"}, id="a task instance and no run"),
        pytest.param({"dag_run": {"dag_id": "d", "run_id": "r1"}, "reason": "timed_out"}, id="a run as a mapping"),
        pytest.param({"dag_run": {"dag_id": "d", "dag_run_id": "r1"}, "reason": "timed_out"}, id="a run as the API spells it"),
        pytest.param({"dag": bare_dag(), "reason": "timed_out"}, id="no id of a run"),
        pytest.param({"dag_id": "d", "run_id": "r1", "reason": "timed_out"}, id="ids alone"),
        pytest.param({"dag_run": None, "dag": bare_dag(), "run_id": "r1", "reason": None}, id="neither run nor reason"),
        pytest.param({"dag_run": run_of(), "deadline": {}}, id="a deadline without a moment"),
        pytest.param({"dag_run": {"dag_id": "d", "dag_run_id": "r1"}, "deadline": None}, id="no deadline"),
        pytest.param({"ti": ti_of(), "exception": Mute()}, id="an exception without a text"),
        pytest.param({"ti": ti_of(map_index=None, try_number=None)}, id="a task instance that was never mapped or tried"),
    ],
)
def test_whatever_little_a_context_names_it_is_recorded(context: dict[str, Any], incidents: Run) -> None:
    open_incident(severity="critical", routes=["pager"])(context)
    assert [(row.dag_id, row.severity, row.routes) for row in incidents()] == [("d", "critical", ["pager"])]
    resolve_incident()(context)


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Route ``oncall`` leads to a receiver that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({"oncall": {"channel": "webhook", "url": url}}))
        yield


@pytest.mark.parametrize("store", ["answers", "is locked", "is down"])
@pytest.mark.parametrize("process", ["plain", "client"])
def test_a_dozen_dags_that_fail_at_once_are_recorded_within_seconds(
    world: Path, incidents: Run, hanging: None, monkeypatch: pytest.MonkeyPatch, store: str, process: str
) -> None:
    """The Dag processor runs them one after the other, and is killed after 50 seconds."""
    open_incident()(in_task("before"))
    if process == "client":
        monkeypatch.setenv("_AIRFLOW_PROCESS_CONTEXT", "client")
    if store == "is down":
        monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://u:p@127.0.0.1:1/gone")
    with contextlib.closing(sqlite3.connect(world / "dre.db")) as other:
        if store == "is locked":
            other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        for number in range(12):
            ti = ti_of(task_id=f"t{number}", state=None if process == "plain" else "failed")
            context = {"ti": ti, "dag_run": run_of(), **({"reason": "task_failure"} if process == "plain" else {})}
            open_incident(severity="critical", routes=["oncall"])(context)
        took = time.monotonic() - started
        other.rollback()
    assert took < 15  # less than 5 on a machine that does nothing else; waiting for each would take 24 and more
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    flush(read_settings(), seconds=0)
    assert [(row.severity, row.routes) for row in incidents()[1:]] == [("critical", ["oncall"])] * 12


def test_the_callback_of_a_task_waits_no_longer_than_it_may(incidents: Run, hanging: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SEND_SECONDS", "1")
    started = time.monotonic()
    open_incident(routes=["oncall", "unknown"])(in_task())
    assert time.monotonic() - started < 10  # about 1.5 on a machine that does nothing else
    assert len(incidents()) == 1


@pytest.mark.parametrize(
    "contexts",
    [
        pytest.param([in_task(), in_dag()], id="task, then Dag"),
        pytest.param([in_dag(), in_task()], id="Dag, then task"),
        pytest.param([in_task(), in_dag(reason="all_tasks_deadlocked")], id="task, then the whole run"),
    ],
)
def test_several_messengers_of_one_failure_make_one_incident(contexts: list[dict[str, Any]], incidents: Run) -> None:
    for context in contexts:
        open_incident()(context)
    assert [(row.event, row.task_id, row.occurrences) for row in incidents()] == [("task_failed", "load", 1)]


def test_occurrences_count_runs_and_a_later_callback_can_raise_severity_and_tell_more_people(incidents: Run, oncall: Any) -> None:
    open_incident(severity="low")(in_task("r1"))
    open_incident(severity="critical", routes=["oncall"])(in_task("r2"))
    open_incident(severity="medium", routes=["oncall"])(in_task("r3"))
    (row,) = incidents()
    assert (row.occurrences, row.severity, row.routes) == (3, "critical", ["oncall"])
    assert len(oncall.messages) == 1


def test_a_task_without_a_word_from_its_process_was_killed(incidents: Run, rows: Run, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    open_incident()({"ti": ti_of(state=None), "dag_run": run_of()})
    (row,) = incidents()
    assert row.title == "Task d.load was killed or lost"
    assert rows(incident_event)[0].detail.startswith("no word came from its process")
    (line,) = [record.getMessage() for record in caplog.records if f"incident {row.id}" in record.getMessage()]
    assert "/incidents/" in line, "the address, also where no receiver is waited for"


def test_what_a_task_said_is_in_the_timeline(rows: Run) -> None:
    open_incident()(in_task())
    (entry,) = rows(incident_event)
    assert (entry.kind, entry.summary, entry.detail) == ("open", "Task d.load failed", "ValueError: no file")


@pytest.mark.parametrize(
    ("opened_by", "resolved_by", "resolved"),
    [
        pytest.param(in_task("r1"), {"ti": ti_of("r2"), "dag_run": run_of("r2")}, True, id="the task ended well"),
        pytest.param(in_task("r1"), {"ti": ti_of("r2", "other"), "dag_run": run_of("r2")}, False, id="another task ended well"),
        pytest.param(in_task("r1"), in_dag("r2", "success"), True, id="a later run ended well"),
        pytest.param(in_deadline("r1"), in_dag("r2", "success"), True, id="a later run ended well after a missed deadline"),
        pytest.param(in_dag("r1", "all_tasks_deadlocked"), in_dag("r2", "success"), True, id="a later run ended well after a failed one"),
        pytest.param(in_sla(), {"ti": ti_of("r2"), "dag_run": run_of("r2")}, False, id="a task means nothing for data"),
        pytest.param(in_sla(), in_dag("r2", "success"), False, id="a run means nothing for data"),
    ],
)
def test_what_resolves_what(opened_by: dict[str, Any], resolved_by: dict[str, Any], resolved: bool, incidents: Run) -> None:
    open_incident()(opened_by)
    for _ in range(2):
        resolve_incident()(resolved_by)
    assert [row.status for row in incidents()] == ["resolved" if resolved else "open"]


def test_a_recovery_without_a_problem_opens_nothing(incidents: Run) -> None:
    resolve_incident()({"ti": ti_of(), "dag_run": run_of()})
    assert incidents() == []


def test_the_triggerer_can_wait_for_both(incidents: Run) -> None:
    async def both() -> None:
        await OpenIncident(deadline="noon").async_notify(in_deadline())  # type: ignore[arg-type]
        await ResolveIncident().async_notify(in_dag("r2", "success"))  # type: ignore[arg-type]

    asyncio.run(both())
    assert [(row.event, row.status) for row in incidents()] == [("deadline_missed", "resolved")]


def test_two_deadlines_of_a_dag_are_two_causes(incidents: Run) -> None:
    for name in ("noon", "evening", "noon"):
        OpenIncident(deadline=name)(in_deadline())
    assert [(row.deadline, row.title.partition(", due at ")[0]) for row in incidents()] == [
        ("noon", "d missed its deadline noon"),
        ("evening", "d missed its deadline evening"),
    ]
    assert all(row.title.endswith(" ago)") for row in incidents()), "how late it is"


def test_a_deadline_without_a_name_is_told_by_its_moment(incidents: Run) -> None:
    OpenIncident()(in_deadline())
    (row,) = incidents()
    assert row.title.startswith("d missed its deadline, due at 20")


TEMPLATE = "{{ conn.warehouse.password }}"


def test_nothing_is_rendered(incidents: Run, rows: Run) -> None:
    for notifier in (open_incident(), resolve_incident()):
        assert tuple(notifier.template_fields) == ()
    failed = {**in_task(), "exception": ValueError(TEMPLATE), "conn": SimpleNamespace(warehouse=SimpleNamespace(password="s3cret"))}
    failed[SIGNAL] = replace(in_sla()[SIGNAL], title=TEMPLATE, detail=TEMPLATE)
    call = OpenIncident(routes=[TEMPLATE], deadline=TEMPLATE)
    call(failed)
    del failed[SIGNAL]
    call(failed)
    assert call.routes == (TEMPLATE,)
    assert [(row.title, row.routes) for row in incidents()] == [(TEMPLATE, [TEMPLATE]), ("Task d.load failed", [TEMPLATE])]
    told = rows(select(incident_event.c.detail).where(incident_event.c.kind == "open"))
    assert [row.detail for row in told] == [TEMPLATE, f"ValueError: {TEMPLATE}"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"severity": "urgent"}, "open_incident: invalid severity='urgent'. Allowed: low, medium, high, critical"),
        ({"severity": Severity.HIGH, "routes": [""]}, "open_incident: invalid routes=['']. Allowed: names of routes"),
        ({"routes": ["oncall", 5]}, "open_incident: invalid routes=['oncall', 5]. Allowed: names of routes"),
    ],
)
def test_mistakes_are_found_when_the_dag_is_parsed(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(DefinitionError) as error:
        open_incident(**arguments)
    assert str(error.value) == f"1 problem in the definition:\n- {text}"


def test_one_route_may_be_written_as_text() -> None:
    assert open_incident(routes="oncall").routes == ("oncall",)


def test_a_dag_and_its_task_call_and_one_incident_opens_and_closes(run_dag: Run, incidents: Run, queued: Run) -> None:
    def dag(broken: bool) -> DAG:
        opens, resolves = open_incident(severity="high", routes=["oncall"]), resolve_incident()
        with DAG("both_levels", schedule=None, start_date=START, on_failure_callback=opens, on_success_callback=resolves) as made:

            @task(on_failure_callback=opens, on_success_callback=resolves)
            def load() -> None:
                if broken:
                    raise ValueError(TEMPLATE)

            load()
        return made

    assert run_dag(dag(True), day=1).state == "failed"
    assert [(row.event, row.task_id, row.occurrences, row.status) for row in incidents()] == [("task_failed", "load", 1, "open")]
    assert run_dag(dag(True), day=2).state == "failed"
    assert run_dag(dag(False), day=3).state == "success"
    assert [(row.event, row.occurrences, row.status) for row in incidents()] == [("task_failed", 2, "resolved")]
    assert queued() == [("oncall", "opened", "sent"), ("oncall", "resolved", "sent")]


def test_a_retry_that_succeeds_opens_nothing(run_dag: Run, incidents: Run) -> None:
    tries: list[int] = []
    with DAG("flaky_once", schedule=None, start_date=START) as dag:

        @task(retries=1, retry_delay=0, on_failure_callback=open_incident(), on_success_callback=resolve_incident())
        def load() -> None:
            tries.append(1)
            if len(tries) == 1:
                raise ValueError("once")

        load()
    assert run_dag(dag).state == "success"
    assert (len(tries), incidents()) == (2, [])


def test_a_receiver_that_refuses_changes_nothing_for_the_task(run_dag: Run, incidents: Run, queued: Run, oncall: Any) -> None:
    oncall.answers.extend([(500, {}), (404, {})])
    with DAG("refused", schedule=None, start_date=START) as dag:

        @task(on_failure_callback=open_incident(routes=["oncall", "unknown"]))
        def load() -> None:
            raise ValueError("x")

        load()
    assert run_dag(dag).state == "failed"
    assert [row.status for row in incidents()] == ["open"]
    assert sorted(queued()) == [("oncall", "opened", "pending"), ("unknown", "opened", "pending")]
