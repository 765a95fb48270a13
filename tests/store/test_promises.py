"""An SLA and a suite of one name on one dataset are two causes. Also in a store and a spool that an older version wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.services.slo.targets import TableTarget
from airflow_dre.slo.observation import Observation
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.schema import downgrade, migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, signal, sla
from tests.slas import record_look, sla_of

Make = Callable[..., Any]
T = datetime(2026, 1, 1, 12, tzinfo=UTC)
SUITE = DataCause(namespace="sqlite:///w", name="main.t", suite="orders")
SLA = DataCause(namespace="sqlite:///w", name="main.t", suite="orders", promise=Promise.SLA)


def about(cause: DataCause, event: Event, hours: float = 0, *, occurrence_id: str = "") -> Signal:
    """Return the finding of a suite in a run, or of a monitor in an evaluation."""
    suite = cause.promise is Promise.SUITE
    origin = Origin(dag_id="d", run_id=f"r{hours}", task_id="check", map_index=-1, try_number=1) if suite else Origin(dag_id="monitor")
    return Signal(cause=cause, event=event, at=T + timedelta(hours=hours), title=event, origin=origin, occurrence_id=occurrence_id)


def states(store: Store, rows: Make) -> list[tuple[str, str, int]]:
    """Return promise, status and occurrences of every incident."""
    return [(row.promise, row.status, row.occurrences) for row in rows(store, incident)]


@pytest.mark.parametrize(
    ("first", "second", "recovery"),
    [
        pytest.param((SUITE, Event.CHECKS_FAILED), (SLA, Event.STALE), (SUITE, Event.CHECKS_PASSED), id="the suite passes"),
        pytest.param((SLA, Event.STALE), (SUITE, Event.CHECKS_FAILED), (SLA, Event.FRESH), id="the SLA is met"),
    ],
)
def test_what_one_promise_keeps_says_nothing_about_the_other(
    store: Store, rows: Make, first: tuple[DataCause, Event], second: tuple[DataCause, Event], recovery: tuple[DataCause, Event]
) -> None:
    for hours, (cause, event) in enumerate((first, second, recovery)):
        store.deliver(Delivery(signals=(about(cause, event, hours),)))
    assert states(store, rows) == [(first[0].promise, "resolved", 1), (second[0].promise, "open", 1)]


def test_a_suite_that_passed_does_not_excuse_a_stale_table(store: Store, rows: Make, suite_run: Make) -> None:
    """Nor is an older evaluation of the SLA outweighed by it."""
    store.deliver(Delivery(run=suite_run("passed", at=5)))
    late = DataCause(namespace="sqlite:///w", name="main.t", suite="s", promise=Promise.SLA)
    store.deliver(Delivery(signals=(about(late, Event.STALE, 1),)))
    assert states(store, rows) == [("sla", "open", 1)]


@pytest.mark.parametrize("event", [Event.STALE, Event.FRESH])
def test_a_spooled_signal_of_a_version_without_promises_is_about_its_sla(tmp_path: Path, event: Event) -> None:
    cause = {"cause": "data", "namespace": "sqlite:///w", "name": "main.t", "suite": "orders"}
    common = {"at": T.isoformat(), "title": "t", "detail": "", "origin": {"dag_id": "monitor"}, "routes": [], "episode": ""}
    told = [{**common, "cause": cause, "event": one, "severity": None} for one in (event.value, "checks_failed")]
    (tmp_path / "host-1.jsonl").write_text(json.dumps({"run": None, "signals": told, "partitions": None}) + "\n")
    found: list[Delivery] = []
    assert Spool(tmp_path).replay(found.append) == 1
    assert [fact.cause for fact in found[0].signals] == [SLA, SUITE]


def digest(*parts: object) -> str:
    """Return fingerprints and keys as revision 0004 wrote them."""
    return hashlib.sha256(b"".join(("" if part is None else str(part)).encode() + b"\xff" for part in parts)).hexdigest()


def old_rows(database: Database, opened_by: str, also: str | None, missed: bool = True) -> None:
    """Write a live incident as revision 0004 did, and a missed SLA beside it."""
    table = sa.MetaData()
    fingerprint = digest("data", "sqlite:///w", "main.t", "orders")
    origin = {"stale": ("monitor", None, None, None, None), "checks_failed": ("d", "r1", "check", -1, 1)}
    names = ("dag_id", "run_id", "task_id", "map_index", "try_number")
    with database.write() as connection:
        table.reflect(connection)
        old = table.tables
        common = {"fingerprint": fingerprint, "incident_id": 1}
        values = dict(zip(names, origin[opened_by], strict=True))
        opening = {"kind": "data", "namespace": "sqlite:///w", "name": "main.t", "suite": "orders", "event": opened_by, "status": "open"}
        moments = {"opened_at": T, "last_problem_at": T}
        connection.execute(
            old["dre_incident"].insert(),
            {"fingerprint": fingerprint, "severity": "high", "title": "t", "routes": [], "occurrences": 1}
            | opening | values | moments,
        )  # fmt: skip
        for event in filter(None, (opened_by, also)):
            episode = T.isoformat() if event == "stale" else ""
            row = {"key": digest(fingerprint, event, *origin[event], episode), "event": event, "at": T, **common}
            connection.execute(old["dre_signal"].insert(), {**row, **dict(zip(names, origin[event], strict=True))})
        if missed:
            state = {"fingerprint": fingerprint, "namespace": "sqlite:///w", "name": "main.t", "sla": "orders", "dag_id": "monitor"}
            looked = {"state": "missed", "since": T, "reason": "", "newest": None, "max_age_seconds": 1.0, "evaluated_at": T}
            connection.execute(old["dre_sla"].insert(), {**state, **looked, "called_back": 1})


def looked(store: Store, hours: float, *, missed: bool) -> bool:
    """Look as the monitor does, and return whether it calls back about a miss."""
    at = T + timedelta(hours=hours)
    target = TableTarget(conn_id="w", table="main.t", column="created_at")
    sla = sla_of("orders", target, at, max_age=timedelta(hours=1))
    return "miss" in record_look(sla, SLA, store, "monitor", at, Observation(newest=T - timedelta(hours=9) if missed else at)).calls


@pytest.fixture
def old_store(store_url: str, tmp_path: Path) -> Any:
    """Yield a store at revision 0004."""
    database = Database(store_url)
    migrate(database, "0004")
    yield Store(database, Spool(tmp_path / "spool"))
    database.engine.dispose()


def test_a_live_miss_of_an_older_store_goes_on_as_one_occurrence_and_ends_when_it_is_met(old_store: Store, rows: Make) -> None:
    old_rows(old_store.database, "stale", None)
    for _ in range(2):  # there and back again
        migrate(old_store.database)
        assert [row.fingerprint for row in rows(old_store, incident)] == [SLA.fingerprint]
        downgrade(old_store.database, "0004")
    migrate(old_store.database)
    assert looked(old_store, 1, missed=True) is False
    assert states(old_store, rows) == [("sla", "open", 1)]
    assert [row.fingerprint for row in rows(old_store, sla)] == [row.fingerprint for row in rows(old_store, signal)] == [SLA.fingerprint]
    looked(old_store, 2, missed=False)
    assert states(old_store, rows) == [("sla", "resolved", 1)]


def test_a_live_incident_of_a_suite_stays_what_it_is(old_store: Store, rows: Make) -> None:
    old_rows(old_store.database, "checks_failed", None, missed=False)
    before = digest("data", "sqlite:///w", "main.t", "orders")
    migrate(old_store.database)
    assert [row.fingerprint for row in rows(old_store, incident)] == [row.fingerprint for row in rows(old_store, signal)] == [before]
    old_store.deliver(Delivery(signals=(about(SUITE, Event.CHECKS_PASSED, 1),)))
    assert states(old_store, rows) == [("suite", "resolved", 1)]


@pytest.mark.parametrize("opened_by", ["checks_failed", "stale"])
def test_an_incident_that_both_shared_is_parted_and_who_missed_is_called_back(old_store: Store, rows: Make, opened_by: str) -> None:
    other = {"checks_failed": "stale", "stale": "checks_failed"}[opened_by]
    old_rows(old_store.database, opened_by, other)
    migrate(old_store.database)
    assert looked(old_store, 1, missed=True) is (opened_by == "checks_failed")
    old_store.deliver(Delivery(signals=(about(SUITE, Event.CHECKS_FAILED, 1),)))
    assert sorted(promise for promise, status, _ in states(old_store, rows) if status == "open") == ["sla", "suite"]
    downgrade(old_store.database, "0004")
    with old_store.database.read() as connection:
        found = connection.execute(sa.text("SELECT status, fingerprint FROM dre_incident ORDER BY status")).all()
    assert [row.status for row in found] == ["open", "resolved"]
    assert len({row.fingerprint for row in found}) == 1
