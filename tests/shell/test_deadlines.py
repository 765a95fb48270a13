"""Deadlines of runs and tasks: what an author declares, and what Airflow keeps of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, TaskGroup, TriggerRule, task
from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineReference
from airflow.sdk.exceptions import AirflowSkipException
from airflow.serialization.decoders import decode_deadline_reference
from airflow.serialization.encoders import encode_deadline_reference
from airflow.serialization.serialized_objects import DagSerialization

from airflow_dre import (
    FreshnessSensor,
    FreshnessSLA,
    QualityCheckOperator,
    dag_deadline,
    from_sla_miss_callback,
    open_incident,
    task_deadline,
)
from airflow_dre.checks import row_count
from airflow_dre.config import read_settings
from airflow_dre.decorators.quality import quality_check_task
from airflow_dre.errors import DefinitionError
from airflow_dre.services.slo import deadline_calls, deadlines
from airflow_dre.services.wiring import store_of
from airflow_dre.store.deadlines import Claim, claim_call
from airflow_dre.triggers.deadline import settle_deadline
from airflow_dre.triggers.references import IntervalEnd, RunQueued, WallClock

pytestmark = pytest.mark.airflow
NOW = datetime.now(UTC)
PAST, AHEAD = NOW - timedelta(days=3), NOW + timedelta(days=3)


def run_of(**fields: Any) -> SimpleNamespace:
    """Return a run as Airflow's database holds it."""
    given = {"run_type": "scheduled", "queued_at": NOW, "start_date": None, "run_after": NOW, "data_interval_end": None}
    return SimpleNamespace(**{**given, **fields})


@pytest.mark.parametrize("reference", [RunQueued(), IntervalEnd(10800.0), WallClock("08:00", "Europe/Berlin")])
def test_a_reference_survives_serialization(reference: BaseDeadlineReference) -> None:
    kept = encode_deadline_reference(reference)
    again = decode_deadline_reference(kept)
    assert again.inner_ref == reference
    assert encode_deadline_reference(again.inner_ref) == kept


@pytest.mark.parametrize(
    ("reference", "run", "moment"),
    [
        pytest.param(RunQueued(), run_of(), NOW, id="when it was queued"),
        pytest.param(RunQueued(), run_of(queued_at=None, start_date=PAST), PAST, id="a run that was never queued"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=AHEAD), AHEAD, id="the end of its interval"),
        pytest.param(IntervalEnd(60.0, True), run_of(data_interval_end=AHEAD), NOW, id="early: when it was queued"),
        pytest.param(IntervalEnd(60.0), run_of(), NOW, id="without an interval from when it may start"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST), PAST, id="a scheduled run that was made late"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST, run_type="backfill"), None, id="a backfill of the past"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST, run_type="manual"), None, id="the past by hand"),
        pytest.param(IntervalEnd(604800.0), run_of(data_interval_end=PAST, run_type="manual"), PAST, id="by hand and still ahead"),
        pytest.param(
            WallClock("08:00", "Europe/Berlin"),
            run_of(run_after=datetime(2126, 1, 1, 12, tzinfo=UTC)),
            datetime(2126, 1, 2, 7, tzinfo=UTC),
            id="the next time that clocks show",
        ),
        pytest.param(WallClock("08:00"), run_of(run_after=PAST, run_type="backfill"), None, id="a time of the past in a backfill"),
    ],
)
def test_the_moment_from_which_a_deadline_counts(reference: Any, run: SimpleNamespace, moment: datetime | None) -> None:
    assert reference.moment_of(run) == moment


def test_a_deadline_of_a_dag_counts_from_when_the_run_was_queued() -> None:
    assert dag_deadline("2h").reference == RunQueued()
    by_date = dag_deadline("2h", reference=DeadlineReference.DAGRUN_LOGICAL_DATE)
    assert by_date.reference is DeadlineReference.DAGRUN_LOGICAL_DATE


HEARD: list[Any] = []


def note_miss(context: dict[str, Any]) -> None:
    """Keep the value that a callable gets."""
    HEARD.append(context["sla"])


async def note_later(context: dict[str, Any]) -> None:
    """Do the same without a thread."""
    HEARD.append(context["sla"].what)


def raise_twice(context: dict[str, Any]) -> None:
    """Raise at the first two calls."""
    HEARD.append("raised")
    if HEARD.count("raised") < 3:
        raise ConnectionError("no network")


def raise_always(context: dict[str, Any]) -> None:
    """Raise at each call."""
    raise ConnectionError("no network")


def old_callback(dag: Any, task_list: str, blocking_task_list: str, slas: list[Any], blocking_tis: list[Any]) -> None:
    """Keep what an ``sla_miss_callback`` of Airflow 2 got."""
    HEARD.append((dag.dag_id, task_list, blocking_task_list, [miss.task_id for miss in slas], [tis.state for tis in blocking_tis]))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Wait for nothing, and forget what callables of other tests heard."""
    monkeypatch.setattr(deadlines, "REPORT_SECONDS", (0.0,))
    monkeypatch.setattr(deadline_calls, "AGAIN_SECONDS", (0.0, 0.0, 0.0))
    HEARD.clear()
    yield
    HEARD.clear()


def context_of(dag_id: str = "d", run_id: str = "r1", *, state: str = "running", late: float = 60.0, **fields: Any) -> dict[str, Any]:
    """Return the context that Airflow passes to a Deadline Alert."""
    due = datetime.now(UTC) - timedelta(seconds=late)
    run = {"dag_id": dag_id, "dag_run_id": run_id, "state": state, "start_date": (due - timedelta(hours=9)).isoformat(), **fields}
    return {"dag_run": run, "deadline": {"id": "0f", "deadline_time": due}}


def settle(deadline: Any, context: dict[str, Any]) -> str:
    """Do what the triggerer does."""
    return asyncio.run(settle_deadline(context, **deadline.callback.kwargs))


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no due moment": ({}, "invalid due moment=None. Allowed: exactly one of after, at and after_interval"),
    "two due moments": ({"after": "2h", "at": "08:00"}, "exactly one of after, at and after_interval"),
    "no duration": ({"after": "soon"}, "invalid after='soon'"),
    "no time of day": ({"at": "25:00"}, "invalid at='25:00'. Allowed: a time of day without a zone, such as '08:00'"),
    "a time with a zone": ({"at": "08:00+02:00"}, "the zone is time_zone"),
    "no zone": ({"at": "08:00", "time_zone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
    "skipped": ({"after": "2h", "skipped": "late"}, "invalid skipped='late'. Allowed: fine, missed"),
    "no callback": ({"after": "2h", "on_miss": 5}, "invalid on_miss=5. Allowed: a callback that takes a context"),
    "no brackets": ({"after": "2h", "on_miss": open_incident}, "open_incident(...): call it with brackets"),
    "a lambda": ({"after": "2h", "on_miss": lambda context: None}, "which a lambda, a nested function or a method is not; move it to"),
    "no path": ({"after": "2h", "on_miss": "nowhere.page"}, "invalid on_miss='nowhere.page'. Allowed: the dotted path of a callable"),
    "a path without a callable": ({"after": "2h", "on_miss": "airflow_dre.__version__"}, "it names str"),
    "an empty name": ({"after": "2h", "name": " "}, "invalid name=' '"),
    "a misspelled argument": ({"aftr": "2h"}, "did you mean after"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_refused_with_what_is_allowed(case: str) -> None:
    arguments, text = MISTAKES[case]
    with pytest.raises(DefinitionError) as error:
        task_deadline("load", **arguments)
    assert text in str(error.value)


def test_a_function_of_a_dag_file_is_refused_with_the_way_out() -> None:
    def page(context: object) -> None: ...

    page.__module__, page.__qualname__ = "unusual_prefix_0f_load", "page"
    with pytest.raises(
        DefinitionError, match="cannot import those of a Dag file; move it to the top level of a module that Airflow can import"
    ):
        task_deadline("load", after="2h", on_miss=page)


@pytest.mark.parametrize("function", [note_miss, "nowhere.page", 5])
def test_an_old_callback_takes_five_arguments(function: Any) -> None:
    with pytest.raises(DefinitionError, match="from_sla_miss_callback: invalid function="):
        from_sla_miss_callback(function)


CHECK: dict[str, Any] = {"conn_id": "warehouse", "table": "good", "checks": [row_count(at_least=1)]}


def declare() -> tuple[DAG, list[str]]:
    """Return a Dag whose tasks get deadlines by ``sla``, each in another way, and their names."""
    due = task_deadline(after="2h")
    with DAG("holds", schedule=None, default_args={"sla": due}) as dag:
        QualityCheckOperator(task_id="default", **CHECK)
        QualityCheckOperator(task_id="own", sla=task_deadline(at="08:00", time_zone="Europe/Berlin"), **CHECK)
        with TaskGroup("group"):
            QualityCheckOperator(task_id="inner", sla=due, **CHECK)
            QualityCheckOperator.partial(task_id="mapped", conn_id="warehouse", checks=CHECK["checks"], sla=due).expand(table=["a", "b"])
        FreshnessSensor(task_id="wait", conn_id="warehouse", table="good", column="created_at", max_age="1d", sla=due)
        sla = FreshnessSLA("orders", conn_id="warehouse", table="orders", column="created_at", max_age="1d")
        QualityCheckOperator(task_id="table", sla=sla, **CHECK)

        @quality_check_task(checks=CHECK["checks"], sla=due)
        def rows(number: int) -> list[dict[str, int]]:
            """Return a row."""
            return [{"id": number}]

        rows.expand(number=[1, 2])
    named = QualityCheckOperator(task_id="named", sla=due, dag=dag, **CHECK)
    late = QualityCheckOperator(task_id="late", sla=due, **CHECK)
    mapped = QualityCheckOperator.partial(task_id="mapped_late", conn_id="warehouse", checks=CHECK["checks"], sla=due).expand(table=["a"])
    named >> late >> mapped
    names = ["default", "own", "group.inner", "group.mapped", "wait", "rows", "named", "late", "mapped_late"]
    return dag, names


@pytest.mark.filterwarnings("error:The SLA feature is removed")
def test_an_operator_holds_its_task_to_a_deadline_whenever_it_gets_its_dag() -> None:
    dag, names = declare()
    wanted = [f"{name}: {'08:00 Europe/Berlin' if name == 'own' else '2 h after the start'}" for name in names]
    assert isinstance(dag.deadline, list)
    assert [alert.name for alert in dag.deadline] == wanted
    kept = DagSerialization.to_dict(dag)
    assert [alert["name"] for alert in kept["dag"]["deadline"]] == wanted
    assert '"sla"' not in json.dumps(kept["dag"]["tasks"])
    again = DagSerialization.from_dict(kept).deadline
    assert again is not None
    assert len(again) == len(names)


@pytest.mark.parametrize(
    ("sla", "text"),
    [
        (timedelta(hours=2), "of Airflow 2 is task_deadline(after=datetime.timedelta(seconds=7200))"),
        ("2h", "invalid sla='2h'. Allowed: task_deadline(...) without a task, or a FreshnessSLA"),
        (dag_deadline("2h"), "Allowed: task_deadline(...) without a task, or a FreshnessSLA"),
    ],
)
@pytest.mark.parametrize("how", ["task", "mapped", "default", "mapped by default"])
def test_another_sla_is_refused(how: str, sla: Any, text: str) -> None:
    given = {"sla": sla} if "default" in how else {}
    arguments: dict[str, Any] = {"task_id": "t", "conn_id": "warehouse", "checks": CHECK["checks"], **({} if given else {"sla": sla})}

    def declare() -> None:
        with DAG("d", schedule=None, default_args=given):
            if "mapped" in how:
                QualityCheckOperator.partial(**arguments).expand(table=["a"])
            else:
                QualityCheckOperator(table="a", **arguments)

    with pytest.raises(DefinitionError) as error:
        declare()
    assert text in str(error.value)


def test_a_deadline_without_a_task_is_none_of_a_dag() -> None:
    unbound: Any = task_deadline(after="2h")
    with pytest.raises(TypeError, match="without a task, which is for the argument sla of an operator"):
        DAG("d", schedule=None, deadline=[unbound])


@pytest.mark.parametrize(
    ("deadline", "reference", "interval"),
    [
        (task_deadline("t", after="2h"), RunQueued(), timedelta(hours=2)),
        (task_deadline("t", at="08:00", time_zone="Asia/Tokyo"), WallClock("08:00", "Asia/Tokyo"), timedelta(0)),
        (task_deadline("t", after_interval="3h"), IntervalEnd(10800.0), timedelta(hours=3)),
        (task_deadline("t", after="2h", skipped="missed"), RunQueued(), timedelta(seconds=1)),
        (task_deadline("t", after_interval="3h", skipped="missed"), IntervalEnd(10800.0, True), timedelta(seconds=1)),
        (task_deadline("t", at="08:00", skipped="missed"), WallClock("08:00", "UTC", True), timedelta(seconds=1)),
    ],
)
def test_when_airflow_calls(deadline: Any, reference: BaseDeadlineReference, interval: timedelta) -> None:
    assert (deadline.reference, deadline.interval) == (reference, interval)


def test_each_state_of_a_run_that_airflow_says(run_dag: Any, incidents: Callable[[], list[Any]]) -> None:
    """Evaluate many deadlines within one run, by the same questions that a triggerer asks."""
    ids = ["good", "skipped", "bad", "after_bad", "twice", "part", "group", "never", "nowhere"]
    strict = task_deadline("skipped", at="08:00", skipped="missed")
    wanted = {name: task_deadline(name, at="08:00", name=name) for name in ids}

    with DAG("states", schedule=None) as dag:

        @task
        def good() -> None:
            """Do nothing."""

        @task
        def skipped() -> None:
            """Skip."""
            raise AirflowSkipException

        @task(on_failure_callback=open_incident())
        def bad() -> None:
            """Fail, and be reported."""
            raise ValueError("bad data")

        @task
        def after_bad() -> None:
            """Do nothing."""

        @task
        def twice(number: int) -> None:
            """Do nothing."""

        @task
        def part(number: int) -> None:
            """Skip one of two."""
            if number:
                raise AirflowSkipException

        with TaskGroup("group"):

            @task
            def one() -> None:
                """Do nothing."""

            one()

        @task(trigger_rule=TriggerRule.ALL_DONE)
        def evaluate(**context: Any) -> dict[str, str]:
            """Do what the triggerer does."""
            of_run = context_of("states", context["run_id"], late=3 * 86400)
            found = {name: settle(deadline, of_run) for name, deadline in wanted.items()}
            return {**found, "strict": settle(strict, of_run)}

        @task
        def never() -> None:
            """Wait for the end."""

        done = evaluate()
        bad() >> after_bad() >> done
        [good(), skipped(), twice.expand(number=[1, 2]), part.expand(number=[0, 1]), dag.task_group.children["group"]] >> done >> never()
    run = run_dag(dag)
    found = run.get_task_instance("evaluate").xcom_pull(task_ids="evaluate")
    assert found == {
        "good": "met",
        "skipped": "met",
        "strict": "missed",
        "bad": "reported",
        "after_bad": "reported",
        "twice": "met",
        "part": "met",
        "group": "met",
        "never": "missed",
        "nowhere": "missed",
    }
    missed = [(row.task_id, row.deadline, row.title.partition(" missed its deadline ")[2].partition(", due")[0]) for row in incidents()]
    assert sorted(row for row in missed if row[1]) == [
        ("never", "never", "never: not started"),
        ("nowhere", "nowhere", "nowhere: not started: the run has no such task"),
        ("skipped", "08:00 UTC", "08:00 UTC: skipped"),
    ]


def test_a_miss_calls_each_callable_once_although_one_raises(incidents: Callable[[], list[Any]]) -> None:
    calls = [open_incident(severity="critical", routes=["oncall"]), raise_twice, note_miss, note_later]
    deadline = task_deadline("load", at="08:00", on_miss=calls)
    for _ in range(2):  # a triggerer that starts again runs the callback again
        assert settle(deadline, context_of(state="queued")) == "missed"
    (row,) = incidents()
    assert (row.severity, row.occurrences, row.routes, row.task_id, row.deadline) == ("critical", 1, ["oncall"], "load", "08:00 UTC")
    assert [what for what in HEARD if isinstance(what, str)] == ["raised", "d.load", "raised", "raised"]
    (miss,) = [what for what in HEARD if not isinstance(what, str)]
    assert (miss.dag_id, miss.run_id, miss.task, miss.what, miss.since) == ("d", "r1", "load", "d.load", miss.due)
    assert 60 <= miss.how_late.total_seconds() < 120
    assert miss.links["run"].endswith("/dags/d/runs/r1")
    assert miss.links["incident"].endswith(f"/incidents/{row.id}")


def test_a_callable_that_raises_each_time_is_shown() -> None:
    with pytest.raises(deadline_calls.CallFailed, match=r"raise_always raised ConnectionError: no network"):
        settle(task_deadline("load", at="08:00", on_miss=[raise_always, note_later]), context_of())
    assert HEARD == ["d.load"]


def test_a_call_that_another_triggerer_left_is_made_after_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline, context = task_deadline("load", at="08:00", on_miss=note_later), context_of()
    monkeypatch.setattr(deadline_calls, "LEASE", timedelta(seconds=0.5))
    held: list[Claim] = []
    claim = claim_call

    def claim_first(connection: Any, *arguments: Any) -> Claim:
        if not held:
            claim(connection, *arguments)  # by a triggerer that was killed then
        held.append(claim(connection, *arguments))
        return held[-1]

    monkeypatch.setattr(deadline_calls, "claim_call", claim_first)
    assert settle(deadline, context) == "missed"
    assert (held[0], held[-1], HEARD) == (Claim.HELD, Claim.TAKEN, ["d.load"])


def test_an_old_callback_gets_five_arguments() -> None:
    context = context_of()
    settle(task_deadline("load", at="08:00", on_miss=from_sla_miss_callback(old_callback)), context)
    due = context["deadline"]["deadline_time"].isoformat()
    assert [("d", f"load on {due}", "", ["load"], [])] == HEARD


def test_a_store_that_is_down_holds_no_call_back(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://x:y@127.0.0.1:1/z")
    settle(task_deadline("load", at="08:00", on_miss=[open_incident(), note_later]), context_of())
    assert HEARD == ["d.load"]
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/dre.db")
    assert store_of(read_settings()).replay()


def test_a_run_that_starts_late_has_its_whole_time(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = task_deadline("load", after="2s", on_miss=note_later)
    begun = datetime.now(UTC)
    context = context_of(late=0.0, start_date=begun.isoformat())
    started = time.monotonic()
    assert settle(deadline, context) == "missed"
    assert 1.5 < time.monotonic() - started < 30
    assert HEARD == ["d.load"]


def test_a_run_that_failed_and_is_reported_misses_no_deadline(run_dag: Any, incidents: Callable[[], list[Any]]) -> None:
    with DAG("fails", schedule=None, on_failure_callback=open_incident()) as dag:

        @task(on_failure_callback=open_incident())
        def bad() -> None:
            """Fail."""
            raise ValueError("bad data")

        bad()
    run = run_dag(dag)
    end = run.end_date.isoformat()
    context = context_of("fails", run.run_id, state="failed", end_date=end)
    before = len(incidents())
    kwargs = dag_deadline("2h", name="noon").callback.kwargs
    from airflow_dre.notifications import OpenIncident

    asyncio.run(OpenIncident(**kwargs).async_notify(context))  # type: ignore[arg-type]
    assert len(incidents()) == before
    other = context_of("fails", "another", state="failed", end_date=end)
    asyncio.run(OpenIncident(**kwargs).async_notify(other))  # type: ignore[arg-type]
    assert len(incidents()) == before + 1
