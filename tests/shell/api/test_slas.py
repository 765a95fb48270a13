"""SLAs in the API: their states, calls and histories, and who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from airflow_dre import FreshnessSLA
from airflow_dre.api.slo.schemas import SlaDetail, SlaHistory, SlaList
from airflow_dre.config import read_settings
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.services.slo.declaring import declare_slas
from airflow_dre.services.slo.monitoring import Watch, look_once
from airflow_dre.services.wiring import read_wiring, store_of
from airflow_dre.store.monitors import Monitor, save_gap, save_monitor
from airflow_dre.store.records import NewCall, NewSlaState, StoredGap, StoredInterval
from airflow_dre.store.sla_calls import add_calls, claim_sla_call, settle_call
from airflow_dre.store.sla_history import Stretches, save_stretches
from airflow_dre.store.sla_memory import save_states
from tests.databases import sqlite_file
from tests.shell.api.test_api import CLOSED, app, ask

__all__ = ["app", "ask"]
pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
T = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOKED = T + 8 * DAY


def cause_of(name: str) -> DataCause:
    """Return the cause of an SLA."""
    return DataCause(namespace="sqlite:///w", name="main.t", suite=name, promise=Promise.SLA)


OPEN = cause_of("open").fingerprint


def state_of(name: str, dag_id: str) -> NewSlaState:
    """Return an SLA that is missed since Tuesday."""
    cause = cause_of(name)
    return NewSlaState(
        fingerprint=cause.fingerprint,
        namespace=cause.namespace,
        name=cause.name,
        sla=name,
        dag_id=dag_id,
        task_id=None,
        watched="w/t",
        promise="at 08:00",
        max_age_seconds=None,
        state="missed",
        since=T + DAY,
        reason="the newest row is 1 day old",
        newest=T,
        looked_at=T + DAY,
        evaluated_at=T + DAY,
        met_at=T,
        missed_since=T + DAY,
        failed_looks=0,
        told_unknown=0,
        called_back=1,
        declared_at=T,
        memory="{}",
        revision=0,
    )


@pytest.fixture
def watched(world: Path) -> None:
    """Fill the store with an SLA of an open Dag and one of a closed Dag, each met for a day and missed since, and a failing call."""
    with store_of(read_settings()).database.write() as connection:
        for name, dag_id in (("open", "open_dag"), ("closed", CLOSED)):
            state = state_of(name, dag_id)
            save_states(connection, [state])
            met = StoredInterval(state="met", since=T, until=T + DAY)
            missed = StoredInterval(state="missed", since=T + DAY, until=None, due=T + DAY, incident_id=7)
            save_stretches(connection, [Stretches(state.fingerprint, None, (met, missed))])
            save_monitor(connection, Monitor(dag_id=dag_id, looked_at=LOOKED, due_at=None, watches=((name, "w/t"),)))
            save_gap(connection, StoredGap(dag_id=dag_id, since=T + HOUR, until=T + 2 * HOUR))
            call = NewCall(
                key=state.fingerprint,
                fingerprint=state.fingerprint,
                dag_id=dag_id,
                sla=name,
                kind="miss",
                callback="page_oncall",
                place=0,
                details={},
                created_at=T + DAY,
            )
            add_calls(connection, [call])
            claimed = claim_sla_call(connection, dag_id, T + DAY)
            assert claimed is not None
            settle_call(connection, claimed, "ValueError: no route", T + DAY)


def test_slas_of_readable_dags_are_listed_with_their_failing_calls(ask: Run, watched: None) -> None:
    answers = {user: ask("GET", "/api/slas", user) for user in ("viewer", "admin")}
    assert CLOSED not in answers["viewer"].text
    lists = {user: SlaList.model_validate(answer.json()).slas for user, answer in answers.items()}
    assert {user: sorted(sla.name for sla in slas) for user, slas in lists.items()} == {"viewer": ["open"], "admin": ["closed", "open"]}
    (sla,) = lists["viewer"]
    assert (sla.fingerprint, sla.state, sla.promise, sla.declared_at, sla.missed_since) == (OPEN, "missed", "at 08:00", T, T + DAY)
    (call,) = sla.failing_calls
    assert (call.callback, call.kind, call.status, call.attempts, call.error) == (
        "page_oncall",
        "miss",
        "pending",
        1,
        "ValueError: no route",
    )
    assert call.next_attempt_at is not None
    assert call.next_attempt_at > T + DAY


def test_the_page_of_an_sla_shows_its_calls(ask: Run, watched: None) -> None:
    detail = SlaDetail.model_validate(ask("GET", f"/api/slas/{OPEN}", "viewer").json())
    assert [call.callback for call in detail.calls] == [call.callback for call in detail.sla.failing_calls] == ["page_oncall"]


def test_the_history_ends_at_the_latest_look_and_counts_weeks_and_months(ask: Run, watched: None) -> None:
    query = {"begin": T.isoformat(), "end": (T + 30 * DAY).isoformat()}
    found = SlaHistory.model_validate(ask("GET", f"/api/slas/{OPEN}/history", "viewer", params=query).json())
    assert (found.begin, found.end, found.time_zone) == (T, LOOKED, "UTC")
    assert [(one.state, one.since, one.until, one.due, one.incident_id) for one in found.intervals] == [
        ("met", T, T + DAY, None, None),
        ("missed", T + DAY, None, T + DAY, 7),
    ]
    weeks = [(week.first_day, week.met, week.missed, week.share) for week in found.weeks]
    day = DAY.total_seconds()
    assert weeks == [(T.date(), day, 6 * day, pytest.approx(1 / 7)), ((T + 7 * DAY).date(), 0, day, 0)]
    assert [(month.first_day.isoformat(), month.met, month.missed) for month in found.months] == [("2026-03-01", day, 7 * day)]
    assert [(gap.monitor, gap.since, gap.until) for gap in found.gaps] == [("open_dag", T + HOUR, T + 2 * HOUR)]


def test_weeks_are_those_of_the_time_zone(ask: Run, watched: None) -> None:
    query = {"begin": T.isoformat(), "end": (T + DAY).isoformat(), "time_zone": "America/New_York"}
    found = SlaHistory.model_validate(ask("GET", f"/api/slas/{OPEN}/history", params=query).json())
    assert [(week.first_day, week.met) for week in found.weeks] == [
        ((T - 7 * DAY).date(), 5 * 3600),
        (T.date(), 19 * 3600),
    ], "five hours of the first day are Sunday in New York"


def test_a_history_has_a_usual_length(ask: Run, watched: None) -> None:
    found = SlaHistory.model_validate(ask("GET", f"/api/slas/{OPEN}/history").json())
    assert found.begin > T + 100 * DAY
    assert found.end == found.begin, "nothing is known of these weeks"
    assert (found.weeks, found.months) == ([], [])


def test_an_sla_of_a_closed_dag_is_not_there(ask: Run, watched: None) -> None:
    for part in ("", "/history"):
        closed = ask("GET", f"/api/slas/{cause_of('closed').fingerprint}{part}", "viewer")
        assert (closed.status_code, closed.json()) == (404, {"detail": "No such SLA, or none that you may read"})
        assert ask("GET", f"/api/slas/{cause_of('closed').fingerprint}{part}", "admin").status_code == 200


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"begin": "2026-03-02T00:00:00"}, "timezone"),
        ({"begin": "yesterday"}, "valid datetime"),
        ({"begin": "2026-03-03T00:00:00Z", "end": "2026-03-02T00:00:00Z"}, "end must be after begin, by at most 800 days"),
        ({"begin": "2020-01-01T00:00:00Z", "end": "2026-03-02T00:00:00Z"}, "end must be after begin, by at most 800 days"),
        ({"end": "0001-01-02T00:00:00Z"}, "begin and end must be moments after the year 1"),
        ({"time_zone": "Mars/Olympus"}, "time_zone must be"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_history_that_cannot_be_is_refused(ask: Run, watched: None, query: dict[str, str], message: str) -> None:
    answer = ask("GET", f"/api/slas/{OPEN}/history", params=query)
    assert answer.status_code == 422
    assert message in answer.text


def test_the_next_due_moments_follow_from_the_promise(ask: Run, world: Path) -> None:
    of_table: dict[str, Any] = {"conn_id": "warehouse", "table": "good", "column": "created_at"}
    daily = FreshnessSLA("daily", due="08:00", time_zone="Europe/Berlin", **of_table)
    hourly = FreshnessSLA("hourly", max_age="2h", warn_before="119m", **of_table)
    every = timedelta(minutes=1)
    declare_slas("monitor", [daily.watched(), hourly.watched()], every, read_wiring())
    with sqlite_file(world / "w.db") as connection:
        connection.execute("UPDATE good SET created_at = datetime('now', '-30 minutes')")
    look_once(Watch(dag_id="monitor", run_id="r", every=every, look_seconds=5.0), read_wiring(), datetime.now(UTC))
    found = {sla["name"]: sla for sla in ask("GET", "/api/slas").json()["slas"]}
    due = datetime.fromisoformat(found["daily"]["next_due"])
    assert due.astimezone(ZoneInfo("Europe/Berlin")).hour == 8
    assert timedelta(0) < due - datetime.now(UTC) <= timedelta(days=1, hours=1)
    left = datetime.fromisoformat(found["hourly"]["next_due"]) - datetime.now(UTC)
    assert abs(left - timedelta(minutes=90)) < timedelta(minutes=3)
    assert [(found[name]["state"], found[name]["full_state"]) for name in ("daily", "hourly")] == [("met", "met"), ("met", "warned")]
    page = ask("GET", f"/api/slas/{found['daily']['fingerprint']}").json()
    assert (len(page["due"]), page["due"][0]) == (10, found["daily"]["next_due"])
