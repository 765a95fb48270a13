"""Deliveries that arrive late, out of order, or from several map indexes of one run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Severity
from airflow_dre.store.incidents import record_signal, resolve_by_hand
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, incident_event, outbox
from tests.sla_states import keep_states, sla_state

Make = Callable[..., Any]
on_postgres = pytest.mark.parametrize("store_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
"""For races: SQLite has one writer."""


def states(store: Store, rows: Make) -> list[tuple[str, int]]:
    """Return status and occurrences of every incident."""
    return [(row.status, row.occurrences) for row in rows(store, incident)]


def test_a_failed_map_index_counts_although_another_that_passed_began_later(
    store: Store, suite_run: Make, signal: Make, rows: Make
) -> None:
    """Index 1 is measured first but takes longer, so that its failure arrives after the pass of index 0."""
    store.deliver(Delivery(run=suite_run("passed", at=1, index=0), signals=(signal("checks_passed", at=1, index=0),)))
    store.deliver(Delivery(run=suite_run("failed", at=0, index=1), signals=(signal("checks_failed", at=0, index=1),)))
    assert states(store, rows) == [("open", 1)]


def test_the_same_where_the_pass_has_resolved_an_older_incident(store: Store, suite_run: Make, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(run=suite_run("failed", at=0, run="r0"), signals=(signal("checks_failed", at=0, run="r0"),)))
    store.deliver(Delivery(run=suite_run("passed", at=2, index=0), signals=(signal("checks_passed", at=2, index=0),)))
    store.deliver(Delivery(run=suite_run("failed", at=1, index=1), signals=(signal("checks_failed", at=1, index=1),)))
    assert states(store, rows) == [("resolved", 1), ("open", 1)]


def test_a_pass_of_a_later_run_outweighs_a_late_failure_of_any_map_index(store: Store, suite_run: Make, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(run=suite_run("passed", at=2, run="r2", index=0), signals=(signal("checks_passed", at=2, run="r2", index=0),)))
    store.deliver(Delivery(run=suite_run("failed", at=1, run="r1", index=1), signals=(signal("checks_failed", at=1, run="r1", index=1),)))
    assert states(store, rows) == []


@pytest.mark.parametrize("cause", ["data", "load"])
def test_map_indexes_that_failed_and_all_recover_resolve(store: Store, signal: Make, rows: Make, cause: str) -> None:
    broken, healthy = ("checks_failed", "checks_passed") if cause == "data" else ("task_failed", "task_succeeded")
    for index in (0, 1):
        store.deliver(Delivery(signals=(signal(broken, cause, index=index),)))
    store.deliver(Delivery(signals=(signal(healthy, cause, at=1, index=0, attempt=2),)))
    assert states(store, rows) == [("open", 2)], "index 1 is broken still"
    store.deliver(Delivery(signals=(signal(healthy, cause, at=2, index=1, attempt=2),)))
    assert states(store, rows) == [("resolved", 2)]
    assert "resolve" in [row.kind for row in rows(store, incident_event)]


def test_a_map_index_that_recovered_and_broke_again_keeps_the_incident(store: Store, signal: Make, rows: Make) -> None:
    steps = [("checks_failed", 0, 0), ("checks_failed", 0, 1), ("checks_passed", 1, 0), ("checks_failed", 2, 0), ("checks_passed", 3, 1)]
    for attempt, (event, at, index) in enumerate(steps):
        store.deliver(Delivery(signals=(signal(event, at=at, index=index, attempt=attempt),)))
    assert states(store, rows) == [("open", 3)]


def test_a_route_named_twice_hears_once(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("checks_failed", routes=("a", "b", "a")),)))
    store.deliver(Delivery(signals=(signal("checks_failed", at=1, run="r2", routes=("c", "c")),)))
    assert [row.route for row in rows(store, outbox)] == ["a", "b", "c"]
    assert rows(store, incident)[0].routes == ["a", "b", "c"]


def test_severity_only_rises(store: Store, signal: Make, rows: Make) -> None:
    seen = []
    for number, severity in enumerate((Severity.LOW, Severity.HIGH, None, Severity.MEDIUM, Severity.CRITICAL, Severity.LOW)):
        store.deliver(Delivery(signals=(signal("checks_failed", at=number, run=f"r{number}", severity=severity),)))
        seen.append(rows(store, incident)[0].severity)
    assert seen == ["low", "high", "high", "high", "critical", "critical"]


def test_text_that_no_database_takes_is_made_harmless(store: Store, signal: Make, rows: Make) -> None:
    """A message of a driver may quote any bytes of the data."""
    store.deliver(Delivery(signals=(signal("task_failed", "load", detail="a\x00b \ud800 \u202e \U0001f600", routes=("a",)),)))
    (event,) = rows(store, incident_event)
    assert event.detail == "a\\x00b \\ud800 \\u202e \U0001f600"
    assert states(store, rows) == [("open", 1)]


def test_a_look_that_comes_late_does_not_contradict_a_newer_look(store: Store, signal: Make, rows: Make) -> None:
    """Two evaluations of an SLA race: the one that found the table fresh was later, and is kept first."""
    fresh = signal("fresh", at=2)
    assert isinstance(fresh.cause, DataCause)
    keep_states(store.database, sla_state(fresh.cause, fresh.at))
    store.deliver(Delivery(signals=(fresh,)))
    store.deliver(Delivery(signals=(signal("stale", at=1, occurrence_id="e"),)))
    assert states(store, rows) == []


def test_a_repeated_look_renews_the_moment_of_the_last_problem(store: Store, signal: Make, rows: Make) -> None:
    """Otherwise a late look that found the table fresh in between would resolve what is stale now."""
    for at, event in ((1, "stale"), (10, "stale"), (5, "fresh")):
        store.deliver(Delivery(signals=(signal(event, at=at, occurrence_id="since 1" if event == "stale" else ""),)))
    assert states(store, rows) == [("open", 1)]


@on_postgres
def test_a_problem_that_races_with_a_person_who_resolves_is_not_lost(store: Store, signal: Make, rows: Make) -> None:
    """The person's transaction is open while the problem arrives."""
    store.deliver(Delivery(signals=(signal("checks_failed", at=0),)))
    arriving = threading.Thread(target=store.deliver, args=(Delivery(signals=(signal("checks_failed", at=9, run="r9"),)),))
    with store.database.write() as connection:
        assert resolve_by_hand(connection, 1, actor="vera", note="", at=signal("checks_failed", at=5).at)
        arriving.start()
        arriving.join(0.5)
    arriving.join(20)
    assert states(store, rows) == [("resolved", 1), ("open", 1)]


@on_postgres
def test_a_run_and_its_task_that_fail_at_the_same_moment_are_one_incident(store: Store, signal: Make, rows: Make) -> None:
    """Two processes report, and neither sees the other's transaction."""
    arriving = threading.Thread(target=store.deliver, args=(Delivery(signals=(signal("task_failed", "load"),)),))
    with store.database.write() as connection:
        record_signal(store.database, connection, signal("run_failed", "run"))
        arriving.start()
        arriving.join(0.5)
    arriving.join(20)
    assert states(store, rows) == [("open", 1)]


@on_postgres
def test_signals_of_one_dag_in_opposite_order_do_not_deadlock(store: Store, signal: Make, rows: Make) -> None:
    arriving = threading.Thread(
        target=store.deliver, args=(Delivery(signals=(signal("task_failed", "b", run="r2"), signal("task_failed", "a", run="r2"))),)
    )
    with store.database.write() as connection:
        record_signal(store.database, connection, signal("task_failed", "a"))
        arriving.start()
        arriving.join(0.5)
        record_signal(store.database, connection, signal("task_failed", "b"))
    arriving.join(20)
    assert states(store, rows) == [("open", 2), ("open", 2)]


def test_deleting_an_incident_leaves_no_orphans(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("checks_failed", routes=("a",)),)))
    with store.database.write() as connection:
        connection.execute(update(incident).values(status="resolved"))
        connection.execute(incident.delete())
    assert rows(store, outbox) == rows(store, incident_event) == []
