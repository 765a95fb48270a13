"""An SLA that cannot be evaluated is unknown, and what is no longer watched is ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.incidents.expiry import end_expired, record_monitor_run
from airflow_dre.services.slo.due import next_due
from airflow_dre.services.slo.question import FreshnessQuestion
from airflow_dre.store.forgetting import is_forgotten
from airflow_dre.store.monitors import Monitor, read_monitors
from airflow_dre.store.records import Delivery, SuiteRunRecord
from airflow_dre.store.slas import met_at
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, outbox, sla
from tests.services.slo.test_freshness_sla import NOW, QUESTION, Arrive, arrive, kept
from tests.slas import Evaluated, evaluate_sla, fail_sla

__all__ = ["arrive", "kept"]
ELSEWHERE = replace(QUESTION, table="orders_2")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def look(
    store: Store, at: datetime = NOW, *, name: str = "orders", monitor: str = "m", question: FreshnessQuestion = QUESTION
) -> Evaluated:
    """Return one look, whose incident notifies route ``pager``."""
    return evaluate_sla(name, question, store, monitor, at, routes=("pager",))


def fail(store: Store, at: datetime, *, name: str = "orders", after: int = 1, question: FreshnessQuestion = QUESTION) -> Evaluated:
    """Return one look that fails."""
    return fail_sla(name, question, store, "m", at, "no such table", after=after)


def watch(store: Store, at: datetime, *names: str, monitor: str = "m", every: timedelta | None = HOUR) -> int:
    """Return a monitor begins a run with these SLAs on ``QUESTION``."""
    due_at = None if every is None else at + every
    watches = tuple((name, QUESTION.watched) for name in names)
    return record_monitor_run(store, Monitor(dag_id=monitor, looked_at=at, due_at=due_at, watches=watches))


def slas(store: Store) -> list[tuple[str, str, str]]:
    """Name, state and monitor of each SLA."""
    with store.database.read() as connection:
        return [(row.sla, row.state, row.dag_id) for row in connection.execute(sa.select(sla).order_by(sla.c.sla, sla.c.name))]


def incidents(store: Store) -> list[tuple[str, str, str, int]]:
    """Return suite, event, status and occurrences of each incident."""
    with store.database.read() as connection:
        rows = connection.execute(sa.select(incident).order_by(incident.c.id))
        return [(row.suite, row.event, row.status, row.occurrences) for row in rows]


def messages(store: Store) -> list[tuple[str, str]]:
    """Route and event of each message."""
    with store.database.read() as connection:
        return [(row.route, row.event) for row in connection.execute(sa.select(outbox).order_by(outbox.c.id))]


def test_an_sla_that_was_removed_is_ended_and_its_receivers_hear_it(arrive: Arrive, kept: Store) -> None:
    arrive(NOW - DAY)
    look(kept)
    assert watch(kept, NOW + HOUR, "orders") == 0
    assert watch(kept, NOW + 2 * HOUR, "another") == 1
    assert watch(kept, NOW + 3 * HOUR) == 0
    assert (slas(kept), incidents(kept)) == ([], [("orders", "stale", "resolved", 1)])
    assert messages(kept) == [("pager", "opened"), ("pager", "resolved")]
    look(kept, NOW + 4 * HOUR)
    assert [status for _, _, status, _ in incidents(kept)] == ["resolved", "open"], "it may be watched again"


def test_monitors_with_different_slas_do_not_end_each_others(arrive: Arrive, kept: Store) -> None:
    arrive(NOW - DAY)
    look(kept, name="a", monitor="one")
    look(kept, name="b", monitor="two")
    watch(kept, NOW + HOUR, "a", monitor="one")
    watch(kept, NOW + HOUR, "b", monitor="two")
    assert slas(kept) == [("a", "missed", "one"), ("b", "missed", "two")]


def test_an_sla_that_two_monitors_watch_is_left_to_the_other(arrive: Arrive, kept: Store) -> None:
    arrive(NOW - DAY)
    watch(kept, NOW, "orders", monitor="other")
    look(kept, NOW + timedelta(minutes=1))
    assert watch(kept, NOW + timedelta(minutes=2)) == 0
    assert (slas(kept), incidents(kept)) == ([("orders", "missed", "other")], [("orders", "stale", "open", 1)])


@pytest.mark.parametrize("answers", [True, False], ids=["that answers", "that cannot be evaluated"])
def test_an_sla_that_points_to_another_table_ends_the_incident_of_the_first(arrive: Arrive, kept: Store, answers: bool) -> None:
    arrive(NOW - DAY)
    look(kept)
    arrive(NOW + HOUR)
    if answers:
        look(kept, NOW + HOUR, question=replace(QUESTION, table="more_orders"))
    else:
        fail(kept, NOW + HOUR, question=ELSEWHERE)
    assert incidents(kept)[0] == ("orders", "stale", "resolved", 1)
    assert len(slas(kept)) == 1


def test_an_unknown_sla_is_not_met_and_tells_its_people_after_some_looks(arrive: Arrive, kept: Store) -> None:
    arrive(NOW)
    met = look(kept)
    called = [fail(kept, NOW + n * HOUR, after=3).calls for n in range(1, 6)]
    assert called == [(), (), ("unknown",), (), ()]
    assert slas(kept) == [("orders", "unknown", "m")]
    assert incidents(kept) == [("orders", "sla_unknown", "open", 1)]
    with kept.database.read() as connection:
        (row,) = connection.execute(sa.select(sla)).all()
        assert met_at(connection, met.cause) == NOW, "the last moment at which it was known to be met"
    assert (row.reason, row.since, row.evaluated_at) == ("cannot be evaluated: no such table", NOW + HOUR, NOW)
    assert row.looked_at == NOW + 3 * HOUR, "further looks that fail change nothing"
    arrive(NOW + 6 * HOUR)
    look(kept, NOW + 6 * HOUR)
    assert (slas(kept), incidents(kept)) == ([("orders", "met", "m")], [("orders", "sla_unknown", "resolved", 1)])
    assert fail(kept, NOW + 7 * HOUR).calls == ("unknown",), "another time"


def test_a_miss_goes_on_while_nobody_can_look(arrive: Arrive, kept: Store) -> None:
    arrive(NOW - DAY)
    assert look(kept).calls == ("miss",)
    fail(kept, NOW + HOUR)
    again = look(kept, NOW + 2 * HOUR)
    assert (again.missed, again.calls) == (True, ())
    with kept.database.read() as connection:
        since = connection.execute(sa.select(sla.c.since)).scalar_one()
    assert NOW - since <= timedelta(microseconds=1), "the moment at which the SLA was declared, for a row that is older"
    assert [(event, status) for _, event, status, _ in incidents(kept)] == [("stale", "open")]


def test_a_failed_look_that_comes_late_changes_nothing(arrive: Arrive, kept: Store) -> None:
    arrive(NOW)
    look(kept, NOW + HOUR)
    fail(kept, NOW)
    assert slas(kept) == [("orders", "met", "m")]
    assert incidents(kept) == []


def test_an_sla_that_never_could_be_looked_at_is_named_by_its_connection(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_DRE_WAREHOUSE", raising=False)
    found = fail(kept, NOW)
    assert (found.cause.namespace, found.cause.name) == ("connection://dre_warehouse", "orders")
    assert slas(kept) == [("orders", "unknown", "m")]


def test_the_slas_of_a_monitor_that_is_gone_are_ended_after_a_while(arrive: Arrive, kept: Store) -> None:
    arrive(NOW - DAY)
    watch(kept, NOW, "orders")
    look(kept)
    assert end_expired(kept, 7 * DAY, NOW + 7 * DAY) == 0
    assert incidents(kept) == [("orders", "stale", "open", 1)]
    assert end_expired(kept, 7 * DAY, NOW + 7 * DAY + 2 * HOUR) == 1
    assert (slas(kept), incidents(kept)) == ([], [("orders", "stale", "resolved", 1)])
    with kept.database.read() as connection:
        assert read_monitors(connection) == []


def suite_run(at: datetime, outcome: Outcome = Outcome.FAILED) -> Delivery:
    """Return a run of a suite that fails."""
    origin = Origin(dag_id="d", run_id=f"r{at}", task_id="t", map_index=-1, try_number=1)
    named: dict[str, Any] = {"namespace": "ns", "name": "orders", "suite": "s", "engine": "e", "queries": 1, "seconds": 1.0, "score": 0.0}
    run = SuiteRunRecord(**named, origin=origin, outcome=outcome, measured_at=at)
    cause = DataCause(namespace="ns", name="orders", suite="s")
    signal = Signal(cause=cause, event=Event.CHECKS_FAILED, at=at, title="bad", origin=origin, severity=Severity.HIGH, routes=("pager",))
    return Delivery(run=run, signals=(signal,))


def test_the_incident_of_a_suite_that_does_not_run_any_more_is_ended(kept: Store) -> None:
    for days in (0, 1, 2):
        kept.deliver(suite_run(NOW + days * DAY))
    assert end_expired(kept, 30 * DAY, NOW + 32 * DAY) == 0
    assert end_expired(kept, 30 * DAY, NOW + 32 * DAY + HOUR) == 1
    assert [status for _, _, status, _ in incidents(kept)] == ["resolved"]
    assert messages(kept)[-1] == ("pager", "resolved")


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        pytest.param([0], False, id="it ran today"),
        pytest.param([30], False, id="it ran as long ago as is waited"),
        pytest.param([31], True, id="it ran longer ago"),
        pytest.param([33, 32, 31], True, id="a daily suite that stopped"),
        pytest.param([150, 120, 89], False, id="a monthly suite that is late"),
        pytest.param([153, 123, 94], True, id="a monthly suite that stopped"),
        pytest.param([], False, id="nothing is known"),
    ],
)
def test_what_runs_rarely_is_waited_for_longer(days: list[int], gone: bool) -> None:
    assert is_forgotten([NOW - day * DAY for day in days], 30 * DAY, NOW) is gone


@pytest.mark.parametrize(
    ("schedule", "due_at"),
    [
        pytest.param(timedelta(minutes=5), NOW + timedelta(minutes=5), id="an interval"),
        pytest.param("0 13 * * *", NOW + HOUR, id="cron"),
        pytest.param("@daily", NOW + 12 * HOUR, id="a preset"),
        pytest.param("@once", None, id="once"),
        pytest.param("@continuous", None, id="continuous"),
        pytest.param(None, None, id="by hand"),
    ],
)
def test_when_a_monitor_is_due_again(schedule: object, due_at: datetime | None) -> None:
    assert next_due(schedule, NOW) == due_at


@pytest.mark.parametrize(
    ("after", "every", "overdue"),
    [(HOUR, HOUR, False), (2 * HOUR, HOUR, False), (2 * HOUR + timedelta(seconds=1), HOUR, True), (99 * DAY, None, False)],
)
def test_a_monitor_that_missed_a_whole_look_is_overdue(after: timedelta, every: timedelta | None, overdue: bool) -> None:
    due_at = None if every is None else NOW + every
    assert Monitor(dag_id="m", looked_at=NOW, due_at=due_at, watches=()).is_overdue(NOW + after) is overdue
