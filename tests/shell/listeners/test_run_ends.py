"""Incidents that the ends of runs open and resolve, as the scheduler, the API server and callbacks report them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.models.dagrun import DagRun
from airflow.sdk import DAG, task

from airflow_dre.listeners import runs
from airflow_dre.notifications import OpenIncident, ResolveIncident
from airflow_dre.store.tables import incident_event, outbox
from tests.task_instances import bare_dag, task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
NOW = datetime.now(UTC) - timedelta(hours=5)
BY_HAND = {"failed": "Dag Run's state was manually set to `failed`.", "success": "Dag Run's state was manually set to `success`."}


def ti(task_id: str, state: str, minute: int, attempt: int = 1, *, index: int = -1, run: str = "r1") -> Any:
    """Return a task instance that ended some minutes after NOW."""
    ended = NOW + timedelta(minutes=minute)
    return task_instance(run_id=run, task_id=task_id, map_index=index, try_number=attempt, state=state, end_date=ended)


def end(
    how: str,
    minute: int | None,
    *tis: Any,
    msg: str | None = None,
    run: str = "r1",
    day: int | None = None,
    partition: str | None = None,
    dag: Any = None,
) -> None:
    """End a run, and call its listener as Airflow does."""
    run_of: Any = DagRun(dag_id="d", run_id=run, run_type="manual", partition_key=partition)
    run_of.end_date = None if minute is None else NOW + timedelta(minutes=minute)
    run_of.dag = dag
    if day is not None:
        run_of.data_interval_start = run_of.data_interval_end = datetime(2026, 1, day, tzinfo=UTC)
    run_of.get_task_instances = lambda state=None, session=None: [one for one in tis if state is None or one.state in state]
    hook = runs.on_dag_run_failed if how == "failed" else runs.on_dag_run_success
    hook(dag_run=run_of, msg=msg or ("task_failure" if how == "failed" else "success"))


def call(task: Any) -> None:
    """Call the failure callback of a task."""
    OpenIncident(severity="low")({"ti": task, "exception": ValueError("x")})


LOAD = ("load", "failed", 0)
STORIES: dict[str, tuple[list[Callable[[], None]], dict[str, str]]] = {
    "a task that was cleared and ended well": (
        [partial(end, "failed", 1, ti(*LOAD)), partial(end, "success", 10, ti("load", "success", 9, 2))],
        {"load": "resolved"},
    ),
    "a task that was reported on each retry": (
        [partial(call, ti("load", "up_for_retry", 0)), partial(end, "success", 10, ti("load", "success", 9, 2))],
        {"load": "resolved"},
    ),
    "a teardown that failed within a good run": (
        [partial(end, "success", 10, ti("load", "success", 1), ti("drop", "failed", 2))],
        {"drop": "open"},
    ),
    "a teardown that failed within a good run and was reported by its callback later": (
        [partial(end, "success", 10, ti("drop", "failed", 2)), partial(call, ti("drop", "failed", 2))],
        {"drop": "open"},
    ),
    "one of two tasks ended well although the run failed again": (
        [
            partial(end, "failed", 1, ti(*LOAD), ti("sum", "failed", 0)),
            partial(end, "failed", 10, ti("load", "success", 8, 2), ti("sum", "failed", 9, 2)),
        ],
        {"load": "resolved", "sum": "open"},
    ),
    "one of two map indexes is failed still": (
        [
            partial(end, "failed", 1, ti(*LOAD, index=0), ti(*LOAD, index=1)),
            partial(end, "failed", 10, ti("load", "success", 8, 2, index=0), ti("load", "failed", 9, 2, index=1)),
        ],
        {"load": "open"},
    ),
    "both map indexes ended well": (
        [
            partial(end, "failed", 1, ti(*LOAD, index=0), ti(*LOAD, index=1)),
            partial(end, "success", 10, ti("load", "success", 8, 2, index=0), ti("load", "success", 9, 2, index=1)),
        ],
        {"load": "resolved"},
    ),
    "a run that was marked failed by hand, cleared and rerun": (
        [partial(end, "failed", 1, msg=BY_HAND["failed"]), partial(end, "success", None, ti("load", "success", 9, 2))],
        {"": "resolved"},
    ),
    "a run that timed out, ended well and timed out again": (
        [partial(end, "failed", 1, msg="timed_out"), partial(end, "success", 10), partial(end, "failed", 20, msg="timed_out")],
        {"": "open"},
    ),
    "a run that failed, ended well and was marked failed by hand": (
        [partial(end, "failed", 1, ti(*LOAD)), partial(end, "success", 10), partial(end, "failed", 10, msg=BY_HAND["failed"])],
        {"load": "resolved", "": "open"},
    ),
    "a run that was marked success by hand although its task failed": (
        [partial(end, "failed", 1, ti(*LOAD)), partial(end, "success", 1, ti(*LOAD), msg=BY_HAND["success"])],
        {"load": "resolved"},
    ),
    "a failure that a worker reports after its run ended well": (
        [partial(end, "success", 10, ti("load", "success", 9, 2)), partial(call, ti(*LOAD))],
        {},
    ),
    "a failure of an older run that is reported after a newer one ended well": (
        [partial(end, "success", 10, run="r2"), partial(call, ti(*LOAD))],
        {},
    ),
    "an older interval that ends well means nothing for a newer one": (
        [partial(end, "failed", 1, ti(*LOAD, run="r2"), run="r2", day=2), partial(end, "success", 10, run="r1", day=1)],
        {"load": "open"},
    ),
    "a newer interval that ends well ends an older one": (
        [partial(end, "failed", 1, ti(*LOAD, run="r1"), day=1), partial(end, "success", 10, run="r2", day=2)],
        {"load": "resolved"},
    ),
    "another partition that ends well means nothing": (
        [partial(end, "failed", 1, ti(*LOAD), partition="a"), partial(end, "success", 10, run="r2", partition="b")],
        {"load": "open"},
    ),
    "a partition that is rerun while another one is broken": (
        [
            partial(end, "failed", 1, ti(*LOAD), partition="a"),
            partial(end, "failed", 2, ti(*LOAD, run="r2"), run="r2", partition="b"),
            partial(end, "success", 10, partition="a"),
        ],
        {"load": "open"},
    ),
}


@pytest.mark.parametrize(("story", "states"), STORIES.values(), ids=STORIES.keys())
def test_what_is_failed_now_is_what_counts(story: list[Callable[[], None]], states: dict[str, str], incidents: Run) -> None:
    for step in story:
        step()
    assert {row.task_id or "": row.status for row in incidents()} == states


def test_the_partitions_that_were_broken_all_end_well(incidents: Run) -> None:
    for run in ("a", "b"):
        end("failed", 1, ti(*LOAD, run=run), run=run, partition=run)
    assert [(row.occurrences, row.title) for row in incidents()] == [(2, "Task d.load was killed or lost (partition b)")]
    for run in ("b", "a"):
        assert incidents()[0].status == "open"
        end("success", 10, run=run, partition=run)
    assert incidents()[0].status == "resolved"


def test_a_backfill_that_fails_says_which_interval(incidents: Run) -> None:
    end("success", 1, run="r9", day=9)
    end("failed", 10, ti("load", "failed", 9, run="r2"), run="r2", day=2)
    (row,) = incidents()
    assert (row.title, row.status) == ("Task d.load was killed or lost (data of 2026-01-02 00:00 UTC)", "open")
    end("success", 20, run="r3", day=3)
    assert incidents()[0].status == "resolved"


@pytest.mark.parametrize("what", ["run", "task"])
def test_a_mark_by_hand_is_in_the_timeline(what: str, incidents: Run, rows: Run) -> None:
    from airflow.models.taskinstance import TaskInstance

    end("failed", 1, ti(*LOAD))
    if what == "run":
        end("success", 1, ti(*LOAD), msg=BY_HAND["success"])
    else:
        assert TaskInstance.__tablename__ == "task_instance", "how Airflow's own class differs from a worker's"
        marked = type("Row", (SimpleNamespace,), {"__tablename__": TaskInstance.__tablename__})
        runs.on_task_instance_success(previous_state=None, task_instance=marked(**vars(ti("load", "success", 0)), dag_run=None))
    assert [row.status for row in incidents()] == ["resolved"]
    assert "by hand" in rows(incident_event)[-1].summary


def marked_by_hand(how: str, *of: Any) -> None:
    """Call the hook of the API server about its own row of a task instance."""
    from airflow.models.taskinstance import TaskInstance

    row = type("Row", (SimpleNamespace,), {"__tablename__": TaskInstance.__tablename__})(**vars(ti(*of)), dag_run=None)
    if how == "failed":
        error = "TaskInstance's state was manually set to `failed`."
        runs.on_task_instance_failed(previous_state=None, task_instance=row, error=error)
    else:
        runs.on_task_instance_success(previous_state=None, task_instance=row)


def test_a_task_that_a_person_marks_failed_opens_an_incident_also_when_its_run_has_ended(incidents: Run) -> None:
    end("success", 1, ti("load", "success", 0))
    for _ in range(2):
        marked_by_hand("failed", "load", "failed", 0)
    assert [(row.status, row.occurrences) for row in incidents()] == [("open", 1)]
    marked_by_hand("success", "load", "success", 0)
    assert [row.status for row in incidents()] == ["resolved"]
    marked_by_hand("failed", "load", "failed", 0)
    assert [row.status for row in incidents()] == ["resolved", "open"]


def test_a_task_that_is_to_be_tried_again_is_not_marked_failed(incidents: Run) -> None:
    """The scheduler calls the same hook where an executor lost a task."""
    from airflow.models.taskinstance import TaskInstance

    end("success", 1, ti("load", "success", 0))
    row = type("Row", (SimpleNamespace,), {"__tablename__": TaskInstance.__tablename__})(**vars(ti("load", "up_for_retry", 0)))
    runs.on_task_instance_failed(previous_state=None, task_instance=row, error="Executor reported that the task finished")
    assert incidents() == []


def test_a_run_that_fails_again_is_told_by_a_callback_that_knows_no_moment(incidents: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__WATCH_DAGS", "other*")
    context: Any = {"dag": bare_dag(), "run_id": "r1", "reason": "task_failure"}
    seen = []
    for _ in range(3):
        OpenIncident().notify(context)
        OpenIncident().notify(context)
        seen.append([(row.status, row.occurrences) for row in incidents()])
        runs.on_dag_run_success(dag_run=_ended_now("r1"), msg="success")
    assert seen[-1] == [("resolved", 1), ("resolved", 1), ("open", 1)]


def _ended_now(run_id: str) -> Any:
    from airflow.models.dagrun import DagRun

    run: Any = DagRun(dag_id="d", run_id=run_id, run_type="manual")
    run.end_date = datetime.now(UTC)
    run.get_task_instances = lambda state=None, session=None: []
    return run


@pytest.mark.parametrize("detached", [False, True], ids=["in a session", "after the session"])
def test_a_row_of_airflow_that_a_person_marks_is_known_as_one(detached: bool, run_dag: Run, incidents: Run) -> None:
    """The API server hands Airflow's own row to the hook."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task(on_failure_callback=OpenIncident())
        def load() -> None:
            raise ValueError("x")

        load()
    run = run_dag(dag)
    assert [row.status for row in incidents()] == ["open"]
    with create_session() as session:
        found = session.scalars(select(TaskInstance).where(TaskInstance.dag_id == "d", TaskInstance.run_id == run.run_id)).one()
        if detached:
            session.expunge(found)
        runs.on_task_instance_success(previous_state=None, task_instance=found)
    assert [row.status for row in incidents()] == ["resolved"]


def test_a_worker_that_ends_a_task_well_tells_nothing_by_itself(incidents: Run) -> None:
    end("failed", 1, ti(*LOAD))
    runs.on_task_instance_success(previous_state=None, task_instance=ti("load", "success", 9, 2))
    assert [row.status for row in incidents()] == ["open"]


def test_a_dag_that_is_not_watched_opens_nothing_and_resolves(incidents: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__WATCH_DAGS", "other*")
    end("failed", 1, ti(*LOAD))
    call(ti(*LOAD))
    assert [row.severity for row in incidents()] == ["low"], "the callback's alone"
    end("success", 10, ti("load", "success", 9, 2))
    assert [row.status for row in incidents()] == ["resolved"]


@pytest.mark.parametrize("reason", ["task_failure", "all_tasks_deadlocked", "timed_out"])
def test_a_dag_callback_with_little_context_brings_severity_and_routes(reason: str, incidents: Run, rows: Run, oncall: Any) -> None:
    end("failed", 1, msg=reason)
    context: Any = {"dag": DAG("d", schedule=None), "run_id": "r1", "reason": reason}
    OpenIncident(severity="critical", routes=["oncall"])(context)
    (row,) = incidents()
    assert (row.dag_id, row.run_id, row.severity, row.routes, row.occurrences) == ("d", "r1", "critical", ["oncall"], 1)
    ResolveIncident()({**context, "run_id": "r2", "reason": "success"})
    assert [(one.status, one.title) for one in incidents()] == [("resolved", row.title)]
    assert [message.event for message in rows(outbox)] == ["opened", "resolved"]


@pytest.mark.parametrize(
    ("heard", "title", "detail"),
    [
        pytest.param("", "Task d.load was killed or lost", "no word came from its process", id="no word came"),
        pytest.param("callback", "Task d.load failed", "ValueError: x", id="its callback ran"),
        pytest.param("listener", "Task d.load failed", "ValueError: y", id="it has no callback of ours"),
        pytest.param("both", "Task d.load failed", "ValueError: x", id="its callback ran, and then the listener"),
        pytest.param("interrupt", "Task d.load was killed or lost", "no word came from its process", id="it was stopped from outside"),
        pytest.param("retry", "Task d.load was killed or lost", "no word came from its process", id="only an earlier try reported"),
    ],
)
def test_a_task_that_told_nothing_was_killed(heard: str, title: str, detail: str, incidents: Run, rows: Run) -> None:
    load = ti(*LOAD)
    load.get_template_context = dict
    if heard in ("callback", "both"):
        call(load)
    if heard == "retry":
        load.state = "up_for_retry"
    if heard in ("listener", "both", "retry"):
        runs.on_task_instance_failed("running", load, ValueError("y"))
    if heard == "interrupt":
        runs.on_task_instance_failed("running", load, KeyboardInterrupt())
    load.state = "failed"
    end("failed", 1, load)
    assert [row.title for row in incidents()] == [title]
    (opened,) = [row for row in rows(incident_event) if row.kind == "open"]
    assert opened.detail.startswith(detail)


@pytest.mark.parametrize("watched", [True, False], ids=["watched", "not watched"])
def test_a_task_without_a_callback_says_why_it_failed(watched: bool, run_dag: Run, incidents: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if not watched:
        monkeypatch.setenv("AIRFLOW__DRE__WATCH_DAGS", "other*")
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task
        def load() -> None:
            raise ValueError("the exchange has no rate of 2026-11-28")

        load()
    run_dag(dag)
    told = [(row.title, "has no rate of 2026-11-28" in str(row.explanation)) for row in incidents()]
    assert told == ([("Task d.load failed", True)] if watched else [])


LATE = {"dag": DAG("d", schedule=None), "run_id": "r1", "reason": "task_failure"}


def late_callback() -> None:
    """Call the callback of the Dag, which knows neither task nor moment."""
    OpenIncident(severity="high")(dict(LATE))


def run_ends(how: str) -> None:
    """End the run now, and call its listener."""
    run = _ended_now("r1")
    ended = ti("load", how, 0)
    ended.end_date = run.end_date
    run.get_task_instances = lambda state=None, session=None: [ended] if state is None or how in state else []
    hook = runs.on_dag_run_failed if how == "failed" else runs.on_dag_run_success
    hook(dag_run=run, msg="task_failure" if how == "failed" else "success")


FAILED, WELL = partial(run_ends, "failed"), partial(run_ends, "success")


@pytest.mark.parametrize("watched", [True, False], ids=["watched", "not watched"])
@pytest.mark.parametrize(
    ("story", "live"),
    [
        pytest.param([FAILED, late_callback], True, id="a failure and its callback"),
        pytest.param([FAILED, WELL, late_callback], False, id="repaired before its callback came"),
        pytest.param([FAILED, late_callback, WELL], False, id="repaired after its callback"),
        pytest.param([FAILED, late_callback, WELL, late_callback], False, id="repaired, and called twice"),
        pytest.param([FAILED, WELL, FAILED, late_callback], True, id="repaired and broken again"),
        pytest.param([FAILED, late_callback, WELL, FAILED, late_callback], True, id="reported, repaired, broken and reported again"),
        pytest.param([FAILED, WELL, FAILED, WELL, late_callback], False, id="repaired twice"),
        pytest.param([late_callback], True, id="no other messenger reports"),
    ],
)
def test_a_late_callback_of_a_dag_says_what_is_so_now(
    story: list[Any], live: bool, watched: bool, incidents: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not watched:
        monkeypatch.setenv("AIRFLOW__DRE__WATCH_DAGS", "other*")
    for told in story:
        told()
    assert any(row.status == "open" for row in incidents()) == live
