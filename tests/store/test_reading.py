"""Reading for the pages, and the rows that a reader must not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_dre.incidents.identity import DataCause, PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.reading.incidents import incident_story, incidents_of_dataset, live_incidents, page_of_incidents
from airflow_dre.store.reading.runs import HISTORY, recent_runs, result_histories, results_of_run, runs_of_task
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.reading.slas import readable_slas
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.values.dataset import DatasetName
from tests.sla_states import keep_states, sla_state

Make = Callable[..., Any]
T = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = DatasetName("sqlite:///w", "main.t")


@pytest.fixture
def filled(store: Store, suite_run: Make) -> Store:
    """Fill a store with checks of one table by Dags ``a`` and ``b`` and without a Dag. Each has an incident and an SLA."""
    for number, dag in enumerate(("a", "b", None)):
        run = suite_run("failed", at=number, dag=dag)
        cause = DataCause(namespace=run.namespace, name=run.name, suite=f"s{number}")
        data = Signal(cause=cause, event=Event.CHECKS_FAILED, at=run.measured_at, title="bad", origin=run.origin)
        store.deliver(Delivery(run=run, signals=(data,)))
        keep_states(store.database, sla_state(cause, T, dag_id=dag, state="missed" if number == 1 else "met"))
    pipeline = Signal(cause=PipelineCause(dag_id="b", task_id="t"), event=Event.TASK_FAILED, at=T, title="t", origin=Origin(dag_id="b"))
    store.deliver(Delivery(signals=(pipeline,)))
    return store


READERS = [
    pytest.param(None, {"a", "b", None}, id="who may read all sees rows without a Dag too"),
    pytest.param({"a"}, {"a"}, id="of one Dag"),
    pytest.param({"a", "b"}, {"a", "b"}, id="of two Dags"),
    pytest.param({"zzz"}, set(), id="of another Dag"),
    pytest.param(set(), set(), id="of none"),
]
VIEWS: dict[str, Callable[[Any, DagScope], list[Any]]] = {
    "recent_runs": lambda c, r: [row for rows in recent_runs(c, r).values() for row in rows],
    "recent_runs of a dataset": lambda c, r: [row for rows in recent_runs(c, r, dataset=TABLE).values() for row in rows],
    "histories": lambda c, r: [row for rows in result_histories(c, r, TABLE).values() for row in rows],
    "incidents": lambda c, r: page_of_incidents(c, r)[0],
    "live_incidents": live_incidents,
    "incidents_of_dataset": lambda c, r: incidents_of_dataset(c, r, TABLE),
    "slas": readable_slas,
    "slas of a dataset": lambda c, r: readable_slas(c, r, TABLE),
}


@pytest.mark.parametrize(("dags", "seen"), READERS)
def test_every_view_shows_only_dags_that_may_be_read(filled: Store, dags: set[str] | None, seen: set[str | None]) -> None:
    with filled.database.read() as connection:
        shown = {name: {row.dag_id for row in view(connection, DagScope(dags))} for name, view in VIEWS.items()}
    assert shown == dict.fromkeys(VIEWS, seen)


def test_a_count_counts_only_what_may_be_read(filled: Store) -> None:
    with filled.database.read() as connection:
        for dags, count in ((None, 4), ({"a"}, 1), ({"b"}, 2), (set[str](), 0)):
            readable = DagScope(dags)
            page, total = page_of_incidents(connection, readable, limit=1)
            assert (len(page), total) == (min(count, 1), count)
            assert page_of_incidents(connection, readable, statuses=("resolved",)) == ([], 0)


def test_pages_of_incidents_are_newest_first_and_complete(filled: Store) -> None:
    readable = DagScope(None)
    with filled.database.read() as connection:
        pages = [page_of_incidents(connection, readable, limit=3, offset=offset)[0] for offset in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 1, 0]
    opened = [row.opened_at for page in pages for row in page]
    assert opened == sorted(opened, reverse=True)


@pytest.mark.parametrize(("dags", "dag", "admitted"), [(None, None, True), (None, "a", True), ({"a"}, "a", True), ({"a"}, None, False)])
def test_who_is_admitted(dags: set[str] | None, dag: str | None, admitted: bool) -> None:
    assert DagScope(dags).admits(dag) is admitted


def test_the_last_thirty_runs_oldest_first_and_the_latest_last(store: Store, suite_run: Make) -> None:
    for number in range(33):
        outcome = "failed" if number == 32 else "passed"
        store.deliver(Delivery(run=suite_run(outcome, at=(number * 7) % 33, run=f"r{number}")))
    with store.database.read() as connection:
        (runs,) = recent_runs(connection, DagScope(None)).values()
        (history,) = result_histories(connection, DagScope(None), TABLE).values()
    newest = max(range(33), key=lambda number: (number * 7) % 33)
    for found in (runs, history):
        moments = [row.measured_at for row in found]
        assert len(moments) == HISTORY == 30
        assert moments == sorted(moments)
        assert moments[0] == suite_run("passed", at=3).measured_at, "the oldest three are left out"
        assert found[-1].run_id == f"r{newest}"
    assert moments[0].tzinfo is not None


def test_a_task_shows_its_latest_try_first_and_its_results_in_order(store: Store, suite_run: Make) -> None:
    import dataclasses

    for attempt in (1, 2):
        run = suite_run("failed", at=attempt, attempt=attempt)
        second = dataclasses.replace(run.results[0], check_id="f" * 16, unit="", value=None)
        store.deliver(Delivery(run=dataclasses.replace(run, results=(second, run.results[0]))))
    store.deliver(Delivery(run=suite_run("passed", index=3)))
    with store.database.read() as connection:
        runs = runs_of_task(connection, "d", "r1", "check", -1)
        assert [row.try_number for row in runs] == [2, 1]
        results = results_of_run(connection, runs[0].key)
        assert [row.check_id for row in results] == ["f" * 16, "0123456789abcdef"]
        assert (results[1].fail_high, results[1].value, results[1].definition.columns) == (0.0, 1.0, ("a",))
        assert results[1].suite == "s"
        assert runs_of_task(connection, "d", "r1", "check", 3)[0].outcome == "passed"
        assert runs_of_task(connection, "d", "other", "check", -1) == []


def test_a_result_comes_back_as_it_was_measured(store: Store, suite_run: Make) -> None:
    import dataclasses

    moment = T + timedelta(microseconds=123456)
    run = dataclasses.replace(
        suite_run("failed"),
        row_filter="a > 'ü'",
        data_interval_start=T,
        data_interval_end=moment,
        partition_key="2026-01-01",
        measured_at=moment,
        score=66.7,
    )
    store.deliver(Delivery(run=run))
    with store.database.read() as connection:
        (row,) = runs_of_task(connection, "d", "r1", "check", -1)
    assert (row.key, row.row_filter, row.partition_key, row.score) == (run.key, "a > 'ü'", "2026-01-01", 66.7)
    assert (row.data_interval_start, row.data_interval_end, row.measured_at) == (T, moment, moment)
    assert row.counts == {"skipped": 0, "passed": 0, "warned": 0, "errored": 0, "failed": 1}


KEYS = [
    pytest.param({}, True, id="the same delivery"),
    pytest.param({"outcome": "passed"}, True, id="what was found is no part of it"),
    pytest.param({"at": 5}, True, id="nor when"),
    pytest.param({"attempt": 2}, False, id="another try"),
    pytest.param({"index": 0}, False, id="another map index"),
    pytest.param({"run": "r2"}, False, id="another run"),
    pytest.param({"dag": "e"}, False, id="another Dag"),
]


@pytest.mark.parametrize(("changes", "same"), KEYS)
def test_what_makes_a_suite_run_the_same(suite_run: Make, changes: dict[str, Any], same: bool) -> None:
    changed = suite_run(**{"outcome": "failed", **changes})
    assert (changed.key == suite_run("failed").key) is same


def test_missed_slas_stand_first_and_an_incident_tells_its_story(filled: Store) -> None:
    with filled.database.read() as connection:
        assert [row.state for row in readable_slas(connection, DagScope(None))] == ["missed", "met", "met"]
        story = incident_story(connection, 1)
        assert story is not None
        assert [event.kind for event in story.events] == ["open"]
        assert story.messages == ()
        assert incident_story(connection, 999) is None
