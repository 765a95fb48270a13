"""Old records are deleted in small batches, and needed ones never."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_dre.incidents.signals import Signal
from airflow_dre.store.heads import rebuild_heads
from airflow_dre.store.outbox import enqueue
from airflow_dre.store.reading.runs import latest_runs, recent_runs
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.records import Delivery, PartitionState, PartitionStates, Sample, SuiteRunRecord
from airflow_dre.store.results import last_passed, save_suite_run
from airflow_dre.store.retention import BATCH, Pruned, prune
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
    for number in range(5):
        run = suite_run("passed", at=number, run=f"r{number}")
        (found,) = run.results
        sample = Sample(expires_at=T + timedelta(days=100_000), columns=("a",), rows=(("1",),))
        definition = replace(found.definition, description=f"of run {number}")
        store.deliver(
            Delivery(run=replace(run, results=(replace(found, definition=definition, statement=f"SELECT {number}", sample=sample),)))
        )
    assert len(rows(store, failing_row)) == 5
    assert prune(store.database, LATER) == Pruned(runs=4)
    assert kept_runs(store) == {"r4"}
    assert [len(rows(store, table)) for table in (result, failing_row, check_definition, statement_text)] == [1, 1, 1, 1]
    assert [row.text for row in rows(store, statement_text)] == ["SELECT 4"]
    assert prune(store.database, LATER) == Pruned()


def test_texts_that_another_result_refers_to_stay(store: Store, suite_run: Make, rows: Rows) -> None:
    for number in range(3):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    prune(store.database, LATER)
    assert [len(rows(store, table)) for table in (result, check_definition, statement_text)] == [1, 1, 1]


def test_what_is_younger_stays(store: Store, suite_run: Make) -> None:
    for number in range(4):
        store.deliver(Delivery(run=suite_run("passed", at=number, run=f"r{number}")))
    assert prune(store.database, T + timedelta(hours=2)) == Pruned(runs=2)
    assert kept_runs(store) == {"r2", "r3"}


def test_the_latest_run_of_each_suite_and_dag_stays(store: Store, suite_run: Make) -> None:
    for number, (suite, dag) in enumerate([("a", "d"), ("a", "d"), ("b", "d"), ("b", "e")]):
        store.deliver(Delivery(run=replace(suite_run("errored", at=number, run=f"r{number}", dag=dag), suite=suite)))
    prune(store.database, LATER)
    assert kept_runs(store) == {"r1", "r2", "r3"}


def test_the_run_in_which_a_check_passed_last_stays(store: Store, suite_run: Make) -> None:
    for number, outcome in enumerate(["passed", "passed", "failed", "failed", "failed"]):
        run = suite_run(outcome, at=number, run=f"r{number}")
        store.deliver(Delivery(run=replace(run, results=(replace(run.results[0], observed=f"seen {number}"),))))
    prune(store.database, LATER)
    assert kept_runs(store) == {"r1", "r4"}
    with store.database.read() as connection:
        assert last_passed(connection, DatasetName("sqlite:///w", "main.t"), "s", "0123456789abcdef") == "seen 1"


@pytest.mark.parametrize("status", ["open", "acknowledged"])
def test_all_that_a_live_incident_is_about_stays(store: Store, suite_run: Make, signal: MakeSignal, rows: Rows, status: str) -> None:
    store.deliver(Delivery(run=suite_run("errored", at=0, run="r0")))
    store.deliver(Delivery(run=suite_run("failed", at=1), signals=(signal("checks_failed", at=1),)))
    store.deliver(Delivery(run=suite_run("failed", at=2, run="r2"), signals=(signal("checks_failed", at=2, run="r2"),)))
    other = replace(suite_run("errored", at=3, run="r2"), suite="of the same Dag run")
    store.deliver(Delivery(run=other))
    store.deliver(Delivery(run=replace(other, measured_at=T + timedelta(hours=9), origin=replace(other.origin, run_id="r9"))))
    with store.database.write() as connection:
        connection.execute(sa.update(incident).values(status=status))
    before = {table.name: rows(store, table) for table in metadata.sorted_tables}
    assert prune(store.database, LATER) == Pruned()
    assert {table.name: rows(store, table) for table in metadata.sorted_tables} == before


def test_a_resolved_incident_goes_with_its_timeline_and_signals(store: Store, suite_run: Make, signal: MakeSignal, rows: Rows) -> None:
    for number, event in enumerate(["checks_failed", "checks_passed", "checks_failed", "checks_passed"]):
        outcome = event.removeprefix("checks_")
        store.deliver(Delivery(run=suite_run(outcome, at=number, run=f"r{number}"), signals=(signal(event, at=number, run=f"r{number}"),)))
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
    store.deliver(Delivery(run=suite_run("passed", at=1)))
    before = rows(store, partition_state)
    assert prune(store.database, LATER).runs == 1
    assert rows(store, partition_state) == before
    assert len(before) == 1


def test_a_batch_takes_less_than_a_second(store: Store, suite_run: Make) -> None:
    with store.database.write() as connection:
        for number in range(BATCH + 1):
            run = suite_run("passed", at=number, run=f"r{number}")
            results = [replace(run.results[0], check_id=f"{check:016}", statement=f"SELECT {number}") for check in range(44)]
            save_suite_run(connection, replace(run, results=tuple(results)))
    began = time.process_time(), time.monotonic()
    assert prune(store.database, LATER, seconds=0.001).runs == BATCH, "no batch begins after the time is over"
    assert time.process_time() - began[0] < 1.0
    assert time.monotonic() - began[1] < 10.0, "the machine of a test may be busy"
    assert kept_runs(store) == {f"r{BATCH}"}


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
        assert sum(moment < before for moment in left.values()) <= 4, "of two suites, the latest and the last that passed"
        heads = connection.execute(sa.select(suite_head).order_by(suite_head.c.key)).all()
        rebuild_heads(connection)
        assert connection.execute(sa.select(suite_head).order_by(suite_head.c.key)).all() == heads
