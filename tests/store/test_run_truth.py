"""Live is what no later recovery has settled, for all histories of runs and tasks, all orders and all repetitions."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.store.incidents import LIVE_STATUSES
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, recovery
from airflow_dre.store.tables import signal as signal_table
from tests.store.test_incident_machine import migrated_copy

T = datetime(2026, 1, 1, tzinfo=UTC)
MODES = ("no interval", "intervals", "partitions", "one of them manual")


@dataclass(frozen=True)
class Happening:
    """Event in the history of a run."""

    what: str
    run: int


WHAT = ("a task fails", "the run fails", "the run succeeds", "the run succeeds without its teardown")
histories = st.lists(st.builds(Happening, what=st.sampled_from(WHAT), run=st.integers(0, 2)), min_size=1, max_size=6)


def slice_of(run: int, mode: str) -> Slice:
    """Return the data of a run: later runs are of later days, or of other partitions."""
    if mode == "no interval" or (mode == "one of them manual" and run == 1):
        return Slice()
    if mode == "partitions":
        return Slice(partition_key=f"day {run}")
    return Slice(interval_start=T + timedelta(days=run), interval_end=T + timedelta(days=run + 1))


def told(history: list[Happening], mode: str) -> list[Signal]:
    """Return the facts of a history, in its order."""
    return [fact for hour, one in enumerate(history) for fact in facts_of(one, hour, mode)]


def facts_of(one: Happening, hour: int, mode: str) -> list[Signal]:
    """Return the signals of one happening: each is a new try, or a new end of its run."""
    at = T + timedelta(hours=hour)
    later = at + timedelta(minutes=30)
    whole, part = Origin(dag_id="d", run_id=f"r{one.run}"), slice_of(one.run, mode)
    dag = PipelineCause(dag_id="d")
    task = Signal(
        cause=PipelineCause(dag_id="d", task_id="load"),
        event=Event.TASK_FAILED,
        at=at,
        title="load failed",
        origin=Origin(dag_id="d", run_id=f"r{one.run}", task_id="load", map_index=-1, try_number=hour),
        slice=part,
    )
    failed = Signal(cause=dag, event=Event.RUN_FAILED, at=at, title="failed", origin=whole, occurrence_id=at.isoformat(), slice=part)
    well = Signal(cause=dag, event=Event.RUN_SUCCEEDED, at=later, title="well", origin=whole, still_failed=(), slice=part)
    but = Signal(cause=dag, event=Event.RUN_SUCCEEDED, at=later, title="well", origin=whole, still_failed=("load",), slice=part)
    return {WHAT[0]: [task], WHAT[1]: [failed], WHAT[2]: [well], WHAT[3]: [task, but]}[one.what]


def is_live_in_truth(facts: list[Signal]) -> bool:
    """Return whether a problem is left that no later recovery of the same or newer data has ended."""
    ends = [fact for fact in facts if not fact.event.firing]
    return any(not any(ended(problem, end) for end in ends) for problem in facts if problem.event.firing)


def ended(problem: Signal, end: Signal) -> bool:
    """Return whether a successful run ended a problem."""
    teardown = end.still_failed and problem.event is Event.TASK_FAILED and problem.origin.run_id == end.origin.run_id
    return end.at > problem.at and not teardown and end.slice.reaches(problem.slice)


def is_live(store: Store) -> bool:
    """Return whether an incident is live."""
    with store.database.read() as connection:
        return connection.execute(select(incident.c.id).where(incident.c.status.in_(LIVE_STATUSES))).first() is not None


def check(store: Store, history: list[Happening], mode: str, data: st.DataObject) -> None:
    """Deliver everything in any order, some of it again, and compare."""
    facts = told(history, mode)
    order = data.draw(st.permutations(facts))
    again = data.draw(st.lists(st.sampled_from(facts), max_size=3))
    for fact in [*order, *again]:
        store.deliver(Delivery(signals=(fact,)))
    assert is_live(store) is is_live_in_truth(facts)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories, mode=st.sampled_from(MODES), data=st.data())
def test_what_is_live_is_what_is_true(history: list[Happening], mode: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(prefix="dre-truth-") as folder:
        check(migrated_copy(Path(folder)), history, mode, data)


@pytest.mark.postgres
@pytest.mark.parametrize("store_url", ["postgres"], indirect=True)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(history=histories, mode=st.sampled_from(MODES), data=st.data())
def test_the_same_on_a_server(store: Store, history: list[Happening], mode: str, data: st.DataObject) -> None:
    with store.database.write() as connection:
        for table in (signal_table, recovery, incident):
            connection.execute(delete(table))
    check(store, history, mode, data)
