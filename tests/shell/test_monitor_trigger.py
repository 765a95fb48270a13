"""The monitor in the triggerer, in a real event loop: it looks again and again, and wakes a worker only when one is needed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from airflow_dre import FreshnessSLA
from airflow_dre.operators.monitor import MonitorOperator
from airflow_dre.services.wiring import read_wiring
from airflow_dre.slo.miss import SlaMiss
from airflow_dre.store.monitors import find_monitor
from airflow_dre.store.tables import incident, monitor_run, sla_call
from airflow_dre.triggers.monitor import MonitorTrigger
from tests.databases import sqlite_file
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
EVERY = timedelta(seconds=1)


class Monitor:
    """A monitor whose task and trigger run in turn, as Airflow runs them."""

    def __init__(self, *slas: FreshnessSLA, run_type: str = "scheduled") -> None:
        self.operator = MonitorOperator(
            task_id="monitor", slas=[sla.watched() for sla in slas], every=EVERY, look_seconds=5.0, schedule=timedelta(hours=1)
        )
        self.context: Any = {"ti": task_instance(dag_id="m"), "run_id": "r1", "dag_run": SimpleNamespace(run_type=run_type)}
        self.next: tuple[MonitorTrigger, dict[str, Any]] | None = None
        self.returned: Any = None

    def work(self, event: dict[str, Any] | None = None) -> None:
        """Let a worker run the task until it defers or ends."""
        arguments = {} if self.next is None else self.next[1]
        self.next = None
        try:
            if event is None:
                self.returned = self.operator.execute(self.context)
            else:
                self.returned = self.operator.execute_complete(self.context, event, **arguments)
        except TaskDeferred as deferred:
            path, given = deferred.trigger.serialize()
            assert path == "airflow_dre.triggers.monitor.MonitorTrigger"
            self.next = (MonitorTrigger(**json.loads(json.dumps(given))), deferred.kwargs or {})

    @property
    def waits(self) -> bool:
        """True if the task waits for a trigger."""
        return self.next is not None

    @property
    def trigger(self) -> MonitorTrigger:
        """The trigger that the task waits for."""
        assert self.next is not None
        return self.next[0]


async def first_event(trigger: MonitorTrigger) -> dict[str, Any]:
    """Return the event of a trigger, and fail if the event loop is blocked meanwhile."""
    worst = 0.0

    async def measure() -> None:
        nonlocal worst
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.01)
            worst = max(worst, time.monotonic() - began)

    watching = asyncio.create_task(measure())
    try:
        async for event in trigger.run():
            payload: dict[str, Any] = event.payload
            return payload
    finally:
        watching.cancel()
    raise AssertionError("it ended without an event")


def event_of(trigger: MonitorTrigger, seconds: float = 60.0, meanwhile: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Return the event of a trigger while something happens."""

    async def both() -> dict[str, Any]:
        waiting = asyncio.create_task(first_event(trigger))
        await asyncio.sleep(0)
        await asyncio.to_thread(meanwhile)
        return await asyncio.wait_for(waiting, seconds)

    return asyncio.run(both())


def sla_of(**more: Any) -> FreshnessSLA:
    """Return an SLA on table ``good``, which is met."""
    return FreshnessSLA("good", **{"conn_id": "warehouse", "table": "good", "column": "created_at", "max_age": "1h", **more})


def set_newest(world: Path, moment: str) -> None:
    """Let the newest row of table ``good`` be of a moment."""
    with sqlite_file(world / "w.db") as connection:
        connection.execute(f"UPDATE good SET created_at = {moment}")


def test_a_table_that_becomes_late_wakes_a_worker_once_and_so_does_its_return(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    heard: list[SlaMiss] = []
    monitor = Monitor(sla_of(on_miss=lambda context: heard.append(context["sla"])))
    monitor.work()
    looks: list[int] = []

    def become_late() -> None:
        while not (done := rows(monitor_run)) or done[0].looks < 2:
            time.sleep(0.05)
        looks.append(done[0].looks)
        set_newest(world, "'2001-01-01 00:00:00'")

    assert event_of(monitor.trigger, meanwhile=become_late)["calls"] == 1
    assert looks[0] >= 2, "it looked again and again"
    monitor.work({"calls": 1})
    assert [(told.kind, told.sla) for told in heard] == [("miss", "good")]
    assert monitor.waits, "it looks on"
    set_newest(world, "datetime('now')")
    monitor.trigger.until = datetime.now(UTC).isoformat()
    assert event_of(monitor.trigger) == {"over": "the time is over"}
    monitor.work({"over": "the time is over"})
    assert (monitor.returned, monitor.waits) == ({"slas": 1}, False)
    assert [(row.event, row.status) for row in rows(incident)] == [("stale", "resolved")]
    (cost,) = rows(monitor_run)
    assert (cost.wakes, cost.looks >= 3, 0 < cost.worker_seconds < 60) == (3, True, True)


def test_a_run_by_hand_looks_once(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    monitor = Monitor(sla_of(), run_type="manual")
    monitor.work()
    assert monitor.trigger.until is None
    assert event_of(monitor.trigger) == {"over": "looked once"}
    assert [row.looks for row in rows(monitor_run)] == [1]


def test_a_later_run_takes_over_without_a_gap(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    first, second = Monitor(sla_of()), Monitor(sla_of())
    second.context["run_id"] = "r2"
    first.work()
    second.work()

    async def both() -> dict[str, Any]:
        other = asyncio.create_task(first_event(second.trigger))
        ended = await asyncio.wait_for(first_event(first.trigger), 60)
        other.cancel()
        return ended

    assert asyncio.run(both()) == {"over": "a later run of the monitor looks"}
    assert {row.run_id: row.looks > 0 for row in rows(monitor_run)} == {"r1": True, "r2": True}


def test_a_store_that_was_down_hears_of_the_slas_when_it_is_back(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = Monitor(sla_of())
    with monkeypatch.context() as down:
        down.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
        monitor.work()
        waiting = monitor.trigger
    assert event_of(waiting) == {"declare": True}
    monitor.work({"declare": True})
    assert monitor.waits
    with read_wiring().open_store().database.read() as connection:
        found = find_monitor(connection, monitor.operator.dag_id)
    assert found is not None
    assert found.watches == (("good", "warehouse/good"),)


def test_two_triggers_at_once_call_once(world: Path, rows: Callable[[Any], list[Any]]) -> None:
    heard: list[Any] = []
    monitor = Monitor(sla_of(table="stale", on_miss=heard.append))
    monitor.work()
    trigger = monitor.trigger

    async def both() -> list[dict[str, Any]]:
        again = MonitorTrigger(**trigger.serialize()[1])
        return list(await asyncio.gather(first_event(trigger), first_event(again)))

    events = asyncio.run(both())
    assert all("calls" in event for event in events)
    for event in events:
        monitor.next = (trigger, {})
        monitor.work(event)
    assert len(heard) == 1
    assert [row.status for row in rows(sla_call)] == ["done"]
    assert [row.event for row in rows(incident)] == ["stale"]
