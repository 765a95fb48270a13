"""Signals become incidents: one live incident for each cause, for all messengers, repetitions and orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from airflow_dre.clock import now
from airflow_dre.errors import StoreRefused
from airflow_dre.incidents.signals import Severity
from airflow_dre.store.incidents import resolve_by_hand
from airflow_dre.store.records import Delivery
from airflow_dre.store.results import BROKEN
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, incident_event, outbox, recovery, result
from airflow_dre.store.tables import signal as signals
from airflow_dre.store.tables import suite_run as suite_run_table

Make = Callable[..., Any]


def told(store: Store, rows: Make) -> list[tuple[str, str]]:
    """Route and event of every message, in order."""
    return [(row.route, row.event) for row in rows(store, outbox)]


def test_open_add_resolve_and_open_anew(store: Store, signal: Make, rows: Make) -> None:
    for fact in (
        signal("checks_failed", routes=("a",)),
        signal("checks_failed", at=1, run="r2"),
        signal("checks_passed", at=2, run="r3"),
        signal("checks_failed", at=3, run="r4", routes=("a",)),
    ):
        store.deliver(Delivery(signals=(fact,)))
    found = rows(store, incident)
    assert [(row.status, row.occurrences) for row in found] == [("resolved", 2), ("open", 1)]
    assert told(store, rows) == [("a", "opened"), ("a", "resolved"), ("a", "opened")]
    assert [row.kind for row in rows(store, incident_event)] == ["open", "add", "resolve", "open"]


def test_the_database_itself_admits_one_live_incident_of_a_cause(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("checks_failed"),)))
    (row,) = rows(store, incident)
    again = {key: value for key, value in row._mapping.items() if key != "id"}
    with pytest.raises(StoreRefused) as refused, store.database.write() as connection:
        connection.execute(incident.insert().values(**again))
    assert isinstance(refused.value.__cause__, IntegrityError)
    with store.database.write() as connection:
        connection.execute(incident.insert().values(**{**again, "status": "resolved"}))


def test_a_recovery_that_is_only_remembered_settles_no_problem(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("run_succeeded", "run", at=1, opens=False),)))
    assert [(row.event, row.incident_id) for row in rows(store, signals)] == [("run_succeeded", None)]
    assert rows(store, recovery) == []
    store.deliver(Delivery(signals=(signal("task_failed", "load"),)))
    assert [row.status for row in rows(store, incident)] == ["open"]


def test_two_messengers_count_once_and_each_route_hears_once(store: Store, signal: Make, rows: Make) -> None:
    for more in ({}, {"routes": ("a",), "severity": Severity.HIGH}, {"routes": ("a", "b"), "severity": Severity.LOW}):
        store.deliver(Delivery(signals=(signal("task_failed", "load", **more),)))
    (row,) = rows(store, incident)
    assert (row.occurrences, row.severity, row.routes) == (1, "high", ["a", "b"])
    assert told(store, rows) == [("a", "opened"), ("b", "opened")]


def test_a_task_that_failed_because_of_its_checks_adds_to_the_incident_of_the_data(
    store: Store, signal: Make, suite_run: Make, rows: Make
) -> None:
    store.deliver(Delivery(run=suite_run("failed"), signals=(signal("checks_failed"),)))
    store.deliver(Delivery(signals=(signal("task_failed", "check", routes=("a",), severity=Severity.HIGH),)))
    (row,) = rows(store, incident)
    assert (row.kind, row.event, row.occurrences, row.severity) == ("data", "checks_failed", 1, "high")
    assert told(store, rows) == [("a", "opened")]


def test_a_later_try_that_was_killed_is_a_problem_of_the_task(store: Store, signal: Make, suite_run: Make, rows: Make) -> None:
    store.deliver(Delivery(run=suite_run("failed"), signals=(signal("checks_failed"),)))
    store.deliver(Delivery(signals=(signal("task_failed", "check", attempt=2),)))
    assert [row.kind for row in rows(store, incident)] == ["data", "pipeline"]


@pytest.mark.parametrize("order", [("task_failed", "run_failed"), ("run_failed", "task_failed")])
def test_a_failed_run_and_its_failed_task_are_one_incident(store: Store, signal: Make, rows: Make, order: tuple[str, str]) -> None:
    for event in order:
        store.deliver(Delivery(signals=(signal(event, "load" if event == "task_failed" else "run"),)))
    (row,) = rows(store, incident)
    assert (row.event, row.occurrences) == (order[0], 1)


def test_a_successful_run_ends_what_was_wrong_with_its_dag_but_not_what_failed_within_it(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("task_failed", "load"),)))
    store.deliver(Delivery(signals=(signal("run_failed", "run", run="r0"), signal("deadline_missed", "deadline", run="r2"))))
    store.deliver(Delivery(signals=(signal("task_failed", "optional", at=1, run="r2"), signal("run_succeeded", "run", at=2, run="r2"))))
    states = {(row.task_id, row.deadline): row.status for row in rows(store, incident)}
    assert states == {("load", None): "resolved", (None, None): "resolved", (None, "noon"): "resolved", ("optional", None): "open"}


def test_late_news_changes_nothing(store: Store, signal: Make, suite_run: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("checks_failed", at=2, run="r2"),)))
    store.deliver(Delivery(signals=(signal("checks_passed", at=1, run="r1"),)))
    assert [row.status for row in rows(store, incident)] == ["open"]
    store.deliver(Delivery(run=suite_run("passed", at=5, run="r5"), signals=(signal("checks_passed", at=5, run="r5"),)))
    store.deliver(Delivery(signals=(signal("checks_failed", at=3, run="r3"),)))
    assert [row.status for row in rows(store, incident)] == ["resolved"]


def test_another_map_index_of_the_same_run_does_not_resolve(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("checks_failed", index=0), signal("checks_passed", at=1, index=1))))
    assert [row.status for row in rows(store, incident)] == ["open"]
    store.deliver(Delivery(signals=(signal("checks_passed", at=2, index=1, run="r2"),)))
    assert [row.status for row in rows(store, incident)] == ["resolved"]


def test_a_person_resolves_once(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("checks_failed", routes=("a",)),)))
    with store.database.write() as connection:
        assert resolve_by_hand(connection, 1, actor="vera", note="known", at=now())
        assert not resolve_by_hand(connection, 1, actor="vera", note="again", at=now())
    assert [(row.kind, row.actor, row.detail) for row in rows(store, incident_event)][-1] == ("resolve", "vera", "known")
    assert told(store, rows) == [("a", "opened"), ("a", "resolved")]


def test_a_repeated_delivery_is_one_row_and_another_try_another(store: Store, suite_run: Make, signal: Make, rows: Make) -> None:
    delivery = Delivery(run=suite_run("failed"), signals=(signal("checks_failed"),))
    for _ in range(3):
        store.deliver(delivery)
    assert len(rows(store, suite_run_table)) == len(rows(store, result)) == 1
    assert [row.occurrences for row in rows(store, incident)] == [1]
    store.deliver(Delivery(run=suite_run("failed", attempt=2), signals=(signal("checks_failed", attempt=2),)))
    assert len(rows(store, suite_run_table)) == 2
    assert [row.occurrences for row in rows(store, incident)] == [2]
    assert {row.outcome for row in rows(store, suite_run_table)} <= set(BROKEN)
