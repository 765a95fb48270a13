"""Deadlines at their due moment: what the triggerer asks, reports and calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG, TaskGroup, TriggerRule, task
from airflow.sdk.exceptions import AirflowSkipException

from airflow_dre import dag_deadline, from_sla_miss_callback, open_incident, task_deadline
from airflow_dre.config import read_settings
from airflow_dre.errors import DefinitionError
from airflow_dre.notifications import OpenIncident
from airflow_dre.services.slo import deadline_calls, deadlines
from airflow_dre.services.wiring import store_of
from airflow_dre.slo.miss import SlaMiss
from airflow_dre.store.deadlines import Claim, claim_call
from airflow_dre.triggers.deadline import settle_deadline

pytestmark = pytest.mark.airflow
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


def raise_a_secret(context: dict[str, Any]) -> None:
    """Raise as a driver does that quotes its address."""
    raise ConnectionError("cannot reach postgres://u:hunter2s3cret@db/x")


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


@pytest.mark.parametrize("function", [note_miss, "nowhere.page", 5])
def test_an_old_callback_takes_five_arguments(function: Any) -> None:
    with pytest.raises(DefinitionError, match="from_sla_miss_callback: invalid function="):
        from_sla_miss_callback(function)


def test_each_state_of_a_run_that_airflow_says(run_dag: Any, incidents: Callable[[], list[Any]]) -> None:
    """Evaluate many deadlines within one run, by the same questions that a triggerer asks."""
    ids = ["good", "skipped", "bad", "after_bad", "twice", "part", "group", "never"]
    misspelled = [task_deadline(name, at="08:00", on_miss=note_miss) for name in ("nevr", "group.on", "group.two")]
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
            for deadline in misspelled:
                with pytest.raises(DefinitionError) as refused:
                    settle(deadline, of_run)
                found[deadline.alert.deadline.task] = str(refused.value)
            return {**found, "strict": settle(strict, of_run)}

        @task
        def never() -> None:
            """Wait for the end."""

        done = evaluate()
        bad() >> after_bad() >> done
        [good(), skipped(), twice.expand(number=[1, 2]), part.expand(number=[0, 1]), dag.task_group.children["group"]] >> done >> never()
    run = run_dag(dag)
    found = run.get_task_instance("evaluate").xcom_pull(task_ids="evaluate")
    about = f"1 problem in the definition:\n- task_deadline 08:00 UTC of run {run.run_id} of states: invalid task="
    exist = "after_bad, bad, evaluate, good, group.one, never, part_0, part_1, skipped, twice_0, twice_1"
    assert found.pop("nevr") == f"{about}'nevr'. Allowed: did you mean never? {exist}"
    assert found.pop("group.on") == f"{about}'group.on'. Allowed: did you mean group.one? {exist}"
    assert found.pop("group.two").startswith(f"{about}'group.two'. Allowed: did you mean ")
    assert HEARD == [], "nothing that does not exist is missed"
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
    }
    missed = [(row.task_id, row.deadline, row.title.partition(" missed its deadline ")[2].partition(", due")[0]) for row in incidents()]
    assert sorted(row for row in missed if row[1]) == [
        ("never", "never", "never: not started"),
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
    with pytest.raises(deadline_calls.OnMissFailed, match=r"raise_always raised ConnectionError: no network"):
        settle(task_deadline("load", at="08:00", on_miss=[raise_always, note_later]), context_of())
    assert HEARD == ["d.load"]


def test_the_error_of_a_callable_is_shown_without_its_secrets(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(deadline_calls.OnMissFailed, match=r"raise_a_secret raised ConnectionError: cannot reach") as failed:
        settle(task_deadline("load", at="08:00", on_miss=[raise_a_secret]), context_of())
    assert "hunter2s3cret" not in str(failed.value) + caplog.text


def test_the_error_of_a_module_is_shown_without_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pager_with_a_secret.py").write_text('raise RuntimeError("cannot reach postgres://u:hunter2s3cret@db/x")')
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(DefinitionError, match="cannot reach") as refused:
        task_deadline("load", at="08:00", on_miss="pager_with_a_secret.page")
    assert "hunter2s3cret" not in str(refused.value)


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


def test_a_deadline_of_a_run_calls_beside_its_incident(incidents: Callable[[], list[Any]]) -> None:
    context = context_of()
    for deadline in (dag_deadline("2h", name="noon", on_miss=note_later), dag_deadline("2h", name="noon")):
        kwargs: dict[str, Any] = deadline.callback.kwargs
        done = OpenIncident(**kwargs).async_notify(context) if "deadline" in kwargs else settle_deadline(context, **kwargs)  # type: ignore[arg-type]
        asyncio.run(done)
    (row,) = incidents()
    assert (row.dag_id, row.task_id, row.deadline, row.occurrences) == ("d", None, "noon", 1), "both report one miss"
    assert HEARD == ["d"]


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
    asyncio.run(OpenIncident(**kwargs).async_notify(context))  # type: ignore[arg-type]
    assert len(incidents()) == before
    other = context_of("fails", "another", state="failed", end_date=end)
    asyncio.run(OpenIncident(**kwargs).async_notify(other))  # type: ignore[arg-type]
    assert len(incidents()) == before + 1


def test_a_run_that_failed_before_it_started_is_not_waited_for() -> None:
    started = time.monotonic()
    assert settle(task_deadline("load", after="2h"), context_of(state="failed", start_date=None)) == "missed"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("due", [datetime(2026, 1, 1, 8, tzinfo=UTC), None])
def test_an_old_callback_serves_an_sla_too(due: datetime | None) -> None:
    since = datetime(2026, 1, 1, 8, tzinfo=UTC)
    miss = SlaMiss(kind="miss", sla="orders daily", what="orders", due=due, how_late=timedelta(0), since=since, last_good=None)
    from_sla_miss_callback(old_callback)({"sla": miss})
    assert HEARD == [("orders", "orders daily on 2026-01-01T08:00:00+00:00", "", ["orders daily"], [])]
