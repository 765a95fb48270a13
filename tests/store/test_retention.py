"""Old records are deleted in small batches, and needed ones never."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_dre.incidents.signals import Signal
from airflow_dre.store.heads import save_missing_heads
from airflow_dre.store.outbox import enqueue
from airflow_dre.store.reading.incidents import page_of_incidents
from airflow_dre.store.reading.runs import latest_runs, recent_runs
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.records import Delivery, PartitionState, PartitionStates, Sample, SuiteRunRecord
from airflow_dre.store.results import last_passed, run_row, save_suite_run
from airflow_dre.store.retention import BATCH, Pruned, prune
from airflow_dre.store.shared_texts import CHUNK, lock_texts
from airflow_dre.store.store import Store
from airflow_dre.store.tables import (
    check_definition,
    failing_row,
    incident,
    incident_event,
    metadata,
    outbox,
    partition_state,
    result,
    statement_text,
    suite_head,
)
from airflow_dre.store.tables import (
    signal as signals,
)
from airflow_dre.store.tables import (
    suite_run as runs,
)
from airflow_dre.values.dataset import DatasetName
from tests.store.conftest import T

Make = Callable[..., SuiteRunRecord]
MakeSignal = Callable[..., Signal]
Rows = Callable[..., list[Any]]
LATER = T + timedelta(days=400)
"""A moment before which everything is old."""


def kept_runs(store: Store) -> set[str]:
    """Return the Dag runs whose suite runs are there."""
    with store.database.read() as connection:
        return set(connection.scalars(sa.select(runs.c.run_id)))


def test_old_runs_go_with_results_rows_definitions_and_statements(store: Store, suite_run: Make, rows: Rows) -> None:
    for number in range(7):
        run = suite_run("passed", at=number, run=f"r{number}")
        (found,) = run.results
        sample = Sample(expires_at=T + timedelta(days=100_000), columns=("a",), rows=(("1",),))
        definition = replace(found.definition, description=f"of run {number}")
        store.deliver(
            Delivery(run=replace(run, results=(replace(found, definition=definition, statement=f"SELECT {number}", sample=sample),)))
        )
    assert len(rows(store, failing_row)) == 7
    assert prune(store.database, LATER) == Pruned(runs=4)
    assert kept_runs(store) == {"r4", "r5", "r6"}
    assert [len(rows(store, table)) for table in (result, failing_row, check_definition, statement_text)] == [3, 3, 3, 3]
    assert {row.text for row in rows(store, statement_text)} == {"SELECT 4", "SELECT 5", "SELECT 6"}
    assert prune(store.database, LATER) == Pruned()


def test_texts_that_another_result_refers_to_stay(store: Store, suite_run: Make, rows: Rows) -> None:
    for number in range(5):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    prune(store.database, LATER)
    assert [len(rows(store, table)) for table in (result, check_definition, statement_text)] == [3, 1, 1]


def test_what_is_younger_stays(store: Store, suite_run: Make) -> None:
    for number in range(5):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    assert prune(store.database, T + timedelta(hours=2)) == Pruned(runs=2)
    assert kept_runs(store) == {"r2", "r3", "r4"}


def test_the_latest_three_runs_of_each_suite_and_dag_stay(store: Store, suite_run: Make) -> None:
    made = [("a", "d")] * 4 + [("b", "d")] * 2 + [("b", "e")] * 4 + [("b", None)] * 4
    for number, (suite, dag) in enumerate(made):
        store.deliver(Delivery(run=replace(suite_run("errored", at=number, run=f"r{number}", dag=dag), suite=suite)))
    assert prune(store.database, LATER) == Pruned(runs=3)
    assert kept_runs(store) == {f"r{number}" for number in range(14)} - {"r0", "r6", "r10"}


def test_runs_of_one_moment_are_of_one_order(store: Store, suite_run: Make) -> None:
    made = [suite_run("errored", run=f"r{number}") for number in range(6)]
    for run in made:
        store.deliver(Delivery(run=run))
    assert prune(store.database, LATER) == Pruned(runs=3)
    assert kept_runs(store) == {run.origin.run_id for run in sorted(made, key=lambda run: run.key)[3:]}


def test_the_run_in_which_a_check_passed_last_stays(store: Store, suite_run: Make) -> None:
    for number, outcome in enumerate(["passed", "passed", "failed", "failed", "failed", "failed"]):
        run = suite_run(outcome, at=number, run=f"r{number}")
        store.deliver(Delivery(run=replace(run, results=(replace(run.results[0], observed=f"seen {number}"),))))
    prune(store.database, LATER)
    assert kept_runs(store) == {"r1", "r3", "r4", "r5"}
    with store.database.read() as connection:
        assert last_passed(connection, DatasetName("sqlite:///w", "main.t"), "s", "0123456789abcdef") == "seen 1"


@pytest.mark.parametrize("status", ["open", "acknowledged"])
def test_all_that_a_live_incident_is_about_stays(store: Store, suite_run: Make, signal: MakeSignal, rows: Rows, status: str) -> None:
    store.deliver(Delivery(run=suite_run("errored", at=0, run="r0")))
    store.deliver(Delivery(run=suite_run("failed", at=1), signals=(signal("checks_failed", at=1),)))
    store.deliver(Delivery(run=suite_run("failed", at=2, run="r2"), signals=(signal("checks_failed", at=2, run="r2"),)))
    other = replace(suite_run("errored", at=3, run="r2"), suite="of the same Dag run")
    store.deliver(Delivery(run=other))
    for number in range(9, 12):
        later = T + timedelta(hours=number)
        store.deliver(Delivery(run=replace(other, measured_at=later, origin=replace(other.origin, run_id=f"r{number}"))))
        store.deliver(Delivery(run=suite_run("errored", at=number, run=f"r{number}")))
    with store.database.write() as connection:
        connection.execute(sa.update(incident).values(status=status))
    before = {table.name: rows(store, table) for table in metadata.sorted_tables}
    assert prune(store.database, LATER) == Pruned()
    assert {table.name: rows(store, table) for table in metadata.sorted_tables} == before


def test_a_resolved_incident_goes_with_its_timeline_and_signals(store: Store, suite_run: Make, signal: MakeSignal, rows: Rows) -> None:
    for number, event in enumerate(["checks_failed", "checks_passed", "checks_failed", "checks_passed"]):
        outcome = event.removeprefix("checks_")
        store.deliver(Delivery(run=suite_run(outcome, at=number, run=f"r{number}"), signals=(signal(event, at=number, run=f"r{number}"),)))
    for number in (4, 5):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    assert [row.status for row in rows(store, incident)] == ["resolved", "resolved"]
    assert prune(store.database, T + timedelta(hours=1, minutes=30)) == Pruned(runs=2, incidents=1, signals=2)
    assert [row.opened_at for row in rows(store, incident)] == [T + timedelta(hours=2)], "one that was resolved later stays"
    assert {row.incident_id for row in rows(store, incident_event)} == {rows(store, incident)[0].id}
    assert prune(store.database, LATER) == Pruned(runs=1, incidents=1, signals=2)
    assert [len(rows(store, table)) for table in (incident, incident_event, signals, outbox)] == [0, 0, 0, 0]


def test_an_incident_stays_while_a_message_about_it_waits(store: Store, signal: MakeSignal, rows: Rows) -> None:
    for number, event in enumerate(["checks_failed", "checks_passed"]):
        store.deliver(Delivery(signals=(signal(event, at=number, run=f"r{number}"),)))
    with store.database.write() as connection:
        enqueue(connection, rows(store, incident)[0].id, ("oncall",), "resolved")
    assert prune(store.database, LATER).incidents == 0
    with store.database.write() as connection:
        connection.execute(sa.update(outbox).values(status="sent"))
    assert prune(store.database, LATER).incidents == 1
    assert rows(store, outbox) == []


def test_states_of_partitions_stay(store: Store, suite_run: Make, rows: Rows) -> None:
    states = (PartitionState(partition='"2026-01-01"', form="f" * 32, answers="[1]", rows=1),)
    found = PartitionStates(split="s" * 32, namespace="sqlite:///w", name="main.t", measured_at=T, run_id="r0", states=states)
    store.deliver(Delivery(run=suite_run("passed", run="r0"), partitions=found))
    for number in range(1, 4):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    before = rows(store, partition_state)
    assert prune(store.database, LATER).runs == 1
    assert rows(store, partition_state) == before
    assert len(before) == 1


def test_a_batch_takes_less_than_a_second(store: Store, suite_run: Make) -> None:
    with store.database.write() as connection:
        for number in range(BATCH + 3):
            run = suite_run("passed", at=number, run=f"r{number}")
            results = [replace(run.results[0], check_id=f"{check:016}", statement=f"SELECT {number}") for check in range(44)]
            save_suite_run(connection, replace(run, results=tuple(results)))
    began = time.process_time(), time.monotonic()
    assert prune(store.database, LATER, seconds=0.001).runs == BATCH, "no batch begins after the time is over"
    assert time.process_time() - began[0] < 1.0
    assert time.monotonic() - began[1] < 10.0, "the machine of a test may be busy"
    assert kept_runs(store) == {f"r{number}" for number in range(BATCH, BATCH + 3)}


def read_latest(connection: sa.Connection) -> dict[str, Any]:
    """Return what must not change: the latest runs, and what each check of each suite observed when it last passed."""
    latest = [run.run_key for run in latest_runs(connection, DagScope(None))]
    suites = [(DatasetName(run.namespace, run.name), run.suite) for run in latest_runs(connection, DagScope(None))]
    return {"latest": latest, "passed": [last_passed(connection, *suite, "0123456789abcdef") for suite in suites]}


@given(
    outcomes=st.lists(st.tuples(st.sampled_from(["passed", "failed", "errored"]), st.sampled_from("ab"), st.integers(0, 50)), max_size=25),
    batch=st.integers(1, 7),
    days=st.integers(0, 55),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_prune_changes_what_is_read_of_now(
    store: Store, suite_run: Make, outcomes: list[tuple[str, str, int]], batch: int, days: int
) -> None:
    before: datetime = T + timedelta(days=days)
    with store.database.write() as connection:
        connection.execute(sa.delete(runs))
        connection.execute(sa.delete(suite_head))
        for number, (outcome, suite, day) in enumerate(outcomes):
            run = suite_run(outcome, run=f"r{number}", at=day * 24 + number / 100)
            observed = (replace(run.results[0], observed=f"seen {number}"),)
            save_suite_run(connection, replace(run, suite=suite, results=observed))
    with store.database.read() as connection:
        facts = read_latest(connection)
        young = {run.key for found in recent_runs(connection, DagScope(None)).values() for run in found if run.measured_at >= before}
    count = prune(store.database, before, batch=batch).runs
    with store.database.write() as connection:
        assert read_latest(connection) == facts
        left = {run.key: run.measured_at for found in recent_runs(connection, DagScope(None)).values() for run in found}
        assert {key for key, moment in left.items() if moment >= before} == young
        assert len(left) == len(outcomes) - count
        assert sum(moment < before for moment in left.values()) <= 8, "of two suites, the latest three and the last that passed"
        heads = connection.execute(sa.select(suite_head).order_by(suite_head.c.key)).all()
        connection.execute(sa.delete(suite_head))
    save_missing_heads(store.database)
    with store.database.read() as connection:
        assert connection.execute(sa.select(suite_head).order_by(suite_head.c.key)).all() == heads


def of_dag(found: Signal, dag: str) -> Signal:
    """Return a signal as another Dag reports it."""
    return msgspec.structs.replace(found, title=f"as {dag} sees it", origin=replace(found.origin, dag_id=dag, run_id=f"of {dag}"))


def seen(store: Store, *dags: str) -> list[tuple[str, str | None]]:
    """Return the title and the Dag of each incident as a user of some Dags sees it."""
    with store.database.read() as connection:
        return [(found.title, found.dag_id) for found in page_of_incidents(connection, DagScope(dags))[0]]


@pytest.mark.parametrize("resolved", [True, False])
def test_who_reported_an_incident_is_known_for_as_long_as_it_stays(store: Store, signal: MakeSignal, rows: Rows, resolved: bool) -> None:
    for number, dag in enumerate(["a", "b"]):
        store.deliver(Delivery(signals=(of_dag(signal("checks_failed", at=number), dag),)))
    if resolved:
        store.deliver(Delivery(signals=(of_dag(signal("checks_passed", at=48), "b"),)))
    before = {dags: seen(store, *dags) for dags in ("a", "b", "ab", "c")}
    assert before["a"] == [("as a sees it", "a")]
    assert before["b"] == [("as b sees it", "b")]
    assert prune(store.database, T + timedelta(hours=24)) == Pruned()
    assert {dags: seen(store, *dags) for dags in before} == before
    assert len(rows(store, signals)) == 2 + resolved


def test_a_signal_of_no_incident_goes_by_age(store: Store, signal: MakeSignal, rows: Rows) -> None:
    for number, event in enumerate(["checks_failed", "checks_passed", "checks_failed"]):
        store.deliver(Delivery(signals=(signal(event, at=number, run=f"r{number}"),)))
    with store.database.write() as connection:
        connection.execute(sa.update(signals).values(incident_id=None))
    assert prune(store.database, T + timedelta(hours=1, minutes=30)).signals == 2
    assert len(rows(store, signals)) == 1


def fill_suites(store: Store, suite_run: Make, count: int) -> None:
    """Write one old run of each of many suites, without results."""
    made = [run_row(replace(suite_run("passed", at=number / 1000), suite=f"s{number}")) for number in range(count)]
    with store.database.write() as connection:
        connection.execute(runs.insert(), made)
    assert save_missing_heads(store.database) == count


def test_thousands_of_needed_runs_do_not_keep_others(store: Store, suite_run: Make) -> None:
    fill_suites(store, suite_run, 2_100)
    for number in range(10):
        store.deliver(Delivery(run=suite_run("passed", at=100 + number, run=f"r{number}")))
    assert prune(store.database, LATER, seconds=0.001).runs == 7
    assert kept_runs(store) == {"r1", "r7", "r8", "r9"}, "r1 of all the others"


def test_runs_do_not_use_up_the_time_of_incidents_and_signals(store: Store, suite_run: Make, signal: MakeSignal) -> None:
    for number, event in enumerate(["checks_failed", "checks_passed"]):
        store.deliver(Delivery(signals=(signal(event, at=number, run=f"r{number}"),)))
    for number in range(6):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    assert prune(store.database, LATER, seconds=0.0, batch=2) == Pruned(runs=2, incidents=1, signals=2)


@pytest.mark.postgres
def test_a_search_waits_for_no_writer_and_holds_none_up(store_url: str, store: Store, suite_run: Make) -> None:
    if not store_url.startswith("postgresql"):
        pytest.skip("SQLite has one writer anyway")
    for number in range(3):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    with store.database.write() as writer:
        lock_texts(writer, shared=True)
        with store.database.in_time(5.0):
            assert prune(store.database, LATER) == Pruned()


def test_the_first_deletion_is_announced(store: Store, suite_run: Make) -> None:
    announced: list[tuple[int, int]] = []

    def announce(count: int) -> None:
        announced.append((count, len(kept_runs(store))))

    for number in range(3):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    prune(store.database, LATER, announce=announce)
    assert announced == [], "nothing is deleted"
    for number in range(3, 8):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    prune(store.database, LATER, batch=2, announce=announce)
    assert announced == [(8, 8)], "once, before anything is deleted"


def test_a_run_is_found_among_the_latest_by_an_index(store: Store) -> None:
    indexes = sa.inspect(store.database.engine).get_indexes("dre_suite_head")
    assert ["run_key"] in [found["column_names"] for found in indexes]


def test_no_condition_names_more_texts_than_a_statement_takes(store: Store, suite_run: Make, rows: Rows) -> None:
    sizes = list[int]()

    def note(*sent: Any) -> None:
        parameters, many = sent[3], sent[5]
        sizes.append(0 if many else len(parameters))

    sa.event.listen(store.database.engine, "before_cursor_execute", note)
    count = CHUNK + 500
    for number in range(4):
        run = suite_run("passed", at=number, run=f"r{number}")
        results = [
            replace(run.results[0], check_id=f"{check:016}", statement=f"SELECT {check} OF {number if number == 0 else 1}")
            for check in range(count)
        ]
        store.deliver(Delivery(run=replace(run, results=tuple(results))))
    assert prune(store.database, LATER).runs == 1
    sa.event.remove(store.database.engine, "before_cursor_execute", note)
    assert len(rows(store, statement_text)) == count
    assert max(sizes) < 2 * CHUNK + 10
