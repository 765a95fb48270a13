"""Intervals and partitions of suites, incidents that get worse, and what is remembered, in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Severity
from airflow_dre.incidents.slices import Slice
from airflow_dre.store.database import Database
from airflow_dre.store.incidents import resolve_by_hand
from airflow_dre.store.records import Delivery
from airflow_dre.store.recoveries import MOST_REMEMBERED
from airflow_dre.store.schema import downgrade, migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, outbox, recovery

Make = Callable[..., Any]


def day(number: int) -> Slice:
    """Return the data interval of a day."""
    start = datetime(2026, 1, number, tzinfo=UTC)
    return Slice(interval_start=start, interval_end=start + timedelta(days=1))


def part(name: str) -> Slice:
    """Return a partition."""
    return Slice(partition_key=name)


@pytest.fixture
def found(store: Store, suite_run: Make, signal: Make) -> Callable[..., None]:
    """Return the finding of a suite about a slice, some hours after noon, as a task delivers it."""

    def deliver(outcome: str, hours: float, about: Slice, *, keep_run: bool = True, **more: Any) -> None:
        run = replace(
            suite_run(outcome, at=hours, run=f"r{hours}"),
            data_interval_start=about.interval_start,
            data_interval_end=about.interval_end,
            partition_key=about.partition_key,
        )
        fact = signal(f"checks_{outcome}", at=hours, run=f"r{hours}", slice=about, **more)
        store.deliver(Delivery(run=run if keep_run else None, signals=(fact,)))

    return deliver


@pytest.mark.parametrize(
    ("story", "states"),
    [
        pytest.param([("failed", 1, day(3)), ("passed", 2, day(1))], ["open"], id="a backfill that passes resolves nothing newer"),
        pytest.param([("failed", 1, day(3)), ("passed", 2, day(3))], ["resolved"], id="a rerun of the same interval does"),
        pytest.param([("failed", 1, day(3)), ("passed", 2, day(4))], ["resolved"], id="a newer interval does"),
        pytest.param([("failed", 1, day(3)), ("passed", 2, Slice())], ["resolved"], id="a manual run without an interval does"),
        pytest.param([("passed", 2, day(1)), ("failed", 1, day(3))], ["open"], id="nor contradicts it where it is delivered first"),
        pytest.param([("passed", 2, day(4)), ("failed", 1, day(3))], [], id="a newer interval contradicts late news"),
        pytest.param([("passed", 1, day(4)), ("failed", 2, day(3))], ["open"], id="a backfill that fails opens"),
        pytest.param([("passed", 1, day(4)), ("failed", 2, day(3)), ("passed", 3, day(5))], ["resolved"], id="and the next run ends it"),
        pytest.param([("failed", 1, part("a")), ("passed", 2, part("b"))], ["open"], id="another partition proves nothing"),
        pytest.param([("passed", 2, part("b")), ("failed", 1, part("a"))], ["open"], id="also where it is delivered first"),
        pytest.param([("passed", 2, part("a")), ("failed", 1, part("a"))], [], id="the same partition contradicts late news"),
        pytest.param(
            [("failed", 1, part("a")), ("failed", 2, part("b")), ("passed", 3, part("b"))], ["open"], id="one of two partitions is healthy"
        ),
        pytest.param(
            [("failed", 1, part("a")), ("failed", 2, part("b")), ("passed", 3, part("b")), ("passed", 4, part("a"))],
            ["resolved"],
            id="both are",
        ),
        pytest.param(
            [("failed", 1, part("a")), ("passed", 4, part("b")), ("failed", 2, part("b")), ("passed", 5, part("a"))],
            ["resolved"],
            id="a late failure of a partition that is healthy again breaks nothing",
        ),
    ],
)
@pytest.mark.parametrize("keep_run", [True, False], ids=["with the run", "the signal alone"])
def test_data_time_counts(
    store: Store, rows: Make, found: Make, story: list[tuple[str, float, Slice]], states: list[str], keep_run: bool
) -> None:
    for outcome, hours, about in story:
        found(outcome, hours, about, keep_run=keep_run)
    assert [row.status for row in rows(store, incident)] == states


def test_an_incident_says_which_data_it_is_about(store: Store, rows: Make, found: Make) -> None:
    found("failed", 1, day(4))
    assert [(row.title, row.data_interval_end) for row in rows(store, incident)] == [("checks_failed of data", day(4).interval_end)]
    found("failed", 2, day(2))
    (row,) = rows(store, incident)
    assert row.title == "checks_failed of data (data interval 2026-01-02 00:00 to 2026-01-03 00:00 UTC)"
    assert (row.occurrences, row.data_interval_end) == (2, day(2).interval_end)
    found("failed", 3, part("de"))
    assert rows(store, incident)[0].title == "checks_failed of data (partition de)"


def test_an_incident_that_gets_worse_is_told_once(store: Store, rows: Make, found: Make) -> None:
    found("failed", 1, Slice(), parts=("a",), routes=("oncall",))
    found("failed", 2, Slice(), parts=("a",), routes=("oncall",))
    found("failed", 3, Slice(), parts=("a", "b"))
    found("failed", 4, Slice(), parts=("b",), severity=Severity.CRITICAL, routes=("oncall", "boss"))
    found("failed", 5, Slice(), parts=("a", "b"), severity=Severity.LOW)
    found("passed", 6, Slice())
    told = [(row.route, row.event, row.message["severity"]) for row in rows(store, outbox)]
    assert told == [
        ("oncall", "opened", "medium"),
        ("oncall", "updated", "medium"),
        ("oncall", "updated", "critical"),
        ("boss", "opened", "critical"),
        ("oncall", "resolved", "critical"),
        ("boss", "resolved", "critical"),
    ] or told[4:] == [("boss", "resolved", "critical"), ("oncall", "resolved", "critical")]


def test_news_that_comes_late_renews_no_title(store: Store, rows: Make, found: Make) -> None:
    found("failed", 5, part("new"), keep_run=False)
    found("failed", 1, part("old"), keep_run=False)
    (row,) = rows(store, incident)
    assert (row.title, row.occurrences) == ("checks_failed of data (partition new)", 2)


def test_a_success_is_remembered_in_one_row_for_a_dag_and_partitions_in_a_bounded_number(store: Store, signal: Make, rows: Make) -> None:
    for number in range(20):
        fact = signal("run_succeeded", "run", at=number, run=f"r{number}", still_failed=())
        store.deliver(Delivery(signals=(fact, msgspec.structs.replace(fact, slice=day(number + 1)))))
    assert len(rows(store, recovery)) == 2, "the latest without an interval, and the newest interval"
    for number in range(3 * MOST_REMEMBERED):
        store.deliver(Delivery(signals=(signal("run_succeeded", "run", at=30 + number, run=f"p{number}", slice=part(str(number))),)))
    assert len(rows(store, recovery)) == MOST_REMEMBERED


def test_what_a_person_resolved_stays_resolved_when_old_news_come(store: Store, signal: Make, rows: Make) -> None:
    store.deliver(Delivery(signals=(signal("task_failed", "load", slice=day(2)),)))
    with store.database.write() as connection:
        assert resolve_by_hand(connection, 1, actor="vera", note="", at=signal("task_failed", at=5).at)
    store.deliver(Delivery(signals=(signal("task_failed", "load", at=3, attempt=2, slice=day(3)),)))
    assert [row.status for row in rows(store, incident)] == ["resolved"]
    store.deliver(Delivery(signals=(signal("task_failed", "load", at=6, attempt=3, slice=day(3)),)))
    assert [row.status for row in rows(store, incident)] == ["resolved", "open"]


@pytest.fixture
def old_store(store_url: str, tmp_path: Path) -> Any:
    """Yield a store at revision 0008."""
    database = Database(store_url)
    migrate(database, "0008")
    yield Store(database, Spool(tmp_path / "spool"))
    database.engine.dispose()


def test_what_an_older_store_remembered_is_remembered(old_store: Store, signal: Make, rows: Make) -> None:
    """A live incident, one that was resolved, and a recovery that found nothing."""
    noon = signal("task_failed").at
    failed, healthy = PipelineCause(dag_id="d", task_id="load").fingerprint, PipelineCause(dag_id="d", task_id="sum").fingerprint
    common = {"kind": "pipeline", "dag_id": "d", "event": "task_failed", "severity": "high", "title": "t", "routes": [], "occurrences": 1}
    moments = {"opened_at": noon, "last_problem_at": noon}
    tables = sa.MetaData()
    with old_store.database.write() as connection:
        tables.reflect(connection)
        insert = tables.tables["dre_incident"].insert()
        ended = {"status": "resolved", "resolved_at": noon + timedelta(hours=2)}
        connection.execute(insert, {**common, **moments, **ended, "fingerprint": failed, "task_id": "load"})
        live = {"status": "open", "resolved_at": None, "fingerprint": PipelineCause(dag_id="d", task_id="x").fingerprint, "task_id": "x"}
        connection.execute(insert, {**common, **moments, **live})
        told = {"key": "0" * 64, "fingerprint": healthy, "event": "task_succeeded", "at": noon + timedelta(hours=2), "dag_id": "d"}
        connection.execute(tables.tables["dre_signal"].insert(), told)
    migrate(old_store.database)
    downgrade(old_store.database, "0008")
    migrate(old_store.database)
    for task in ("load", "sum"):
        old_store.deliver(Delivery(signals=(signal("task_failed", task, at=1, run="r7"),)))
        assert [row.status for row in rows(old_store, incident)] == ["resolved", "open"], task
    old_store.deliver(Delivery(signals=(signal("task_failed", "load", at=3, run="r8"), signal("task_succeeded", "x", at=3, run="r8"))))
    assert [(row.task_id, row.status) for row in rows(old_store, incident)] == [
        ("load", "resolved"),
        ("x", "resolved"),
        ("load", "open"),
    ]
