"""Failures on purpose. Each Dag is one scenario of ``test_scenarios.py``."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, task

from airflow_dre import (
    FreshnessSensor,
    FreshnessSLA,
    QualityCheckOperator,
    SlaMiss,
    dag_deadline,
    open_incident,
    reliability_monitor,
    resolve_incident,
)
from airflow_dre.checks import not_null, row_count

START = datetime(2026, 1, 1, tzinfo=UTC)
TELL: dict[str, Any] = {"severity": "high", "routes": ["oncall"]}


def dag(name: str, **arguments: Any) -> DAG:
    """Return a Dag that runs on request."""
    return DAG(name, schedule=None, start_date=START, catchup=False, **arguments)


with dag("bad_data", on_failure_callback=open_incident(**TELL)):
    QualityCheckOperator(
        task_id="check",
        conn_id="warehouse",
        table="orders",
        suite="orders",
        checks=[not_null("amount"), row_count(at_least=1)],
        retries=2,
        retry_delay=timedelta(seconds=1),
        on_failure_callback=open_incident(**TELL),
        on_success_callback=resolve_incident(),
    )

with dag("bounced"):
    QualityCheckOperator(
        task_id="check",
        conn_id="warehouse",
        table="bounced",
        checks=[not_null("amount")],
        on_failure_callback=open_incident(**TELL),
    )

with dag("shown", params={"last": 100}):
    QualityCheckOperator(
        task_id="check",
        conn_id="warehouse",
        table="shown",
        where="id <= {{ params.last }}",
        suite="shown daily",
        checks=[
            not_null("amount", warn_above="2%", fail_above="5%", description="Not every amount is known", owner="sales"),
            row_count(at_least=10, warn_at_most=1000),
            not_null("amount", by="region", fail_above="50%", name="amounts by region"),
        ],
        on_failure_callback=open_incident(**TELL),
    )

with dag("bad_mapped"):
    QualityCheckOperator.partial(task_id="check", conn_id="warehouse", suite="mapped", checks=[not_null("amount")]).expand(
        table=["good", "bad"]
    )

with dag("no_warehouse"):
    QualityCheckOperator(
        task_id="check", conn_id="gone", table="orders", checks=[row_count(at_least=1)], retries=1, retry_delay=timedelta(seconds=1)
    )


def kill_yourself() -> None:
    """Kill the current process, as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


for name in ("killed", "killed_for_access", "killed_for_pages"):
    with dag(name):
        task(task_id="load")(kill_yourself)()

with dag("killed_and_told", on_failure_callback=open_incident(**TELL)):
    task(task_id="load", on_failure_callback=open_incident(**TELL))(kill_yourself)()

with dag("worker_lost", on_failure_callback=open_incident(**TELL)):

    @task(on_failure_callback=open_incident(**TELL))
    def load() -> None:
        """Take the worker along: Airflow misses the heartbeat and runs callbacks in the Dag processor, more than once."""
        os.kill(os.getppid(), signal.SIGKILL)
        kill_yourself()

    load()

with dag("by_hand", on_failure_callback=open_incident(**TELL)):

    @task(on_failure_callback=open_incident(**TELL))
    def sleep() -> None:
        """Wait for a person."""
        time.sleep(600)

    sleep()

with dag("flaky"):

    @task(retries=1, retry_delay=timedelta(seconds=1), on_failure_callback=open_incident(**TELL), on_success_callback=resolve_incident())
    def sometimes(params: dict[str, object] | None = None) -> None:
        """Fail unless the run has the parameter ``well``."""
        if not (params or {}).get("well"):
            raise ValueError("not well: {{ conn.warehouse.host }}")

    sometimes()

with dag("late", deadline=dag_deadline("4s", name="noon", routes=["oncall"])):

    @task
    def slow() -> None:
        """Sleep past the deadline, then succeed."""
        time.sleep(30)

    slow()

with DAG("fills_stale", schedule=timedelta(minutes=1), start_date=START, catchup=False, is_paused_upon_creation=True):

    @task
    def fill() -> None:
        """Do nothing: the Dag is paused."""

    fill()


with DAG("never_starts", schedule=None, start_date=START, catchup=False, is_paused_upon_creation=True):

    @task
    def start() -> None:
        """Do nothing: the Dag is paused until the test takes it up."""

    start()


def note_call(context: Any) -> None:
    """Leave a trace of each call."""
    miss: SlaMiss = context["sla"]
    with (Path(os.environ["AIRFLOW_HOME"]) / f"calls of {miss.sla}.txt").open("a") as file:
        file.write(f"{miss.kind}{' late' if miss.found_late else ''}\n")


CALLS: dict[str, Any] = {"on_miss": [open_incident(**TELL), note_call], "on_recover": note_call}
OF_TABLE: dict[str, Any] = {"conn_id": "warehouse", "column": "created_at", "max_age": "1h", **CALLS}
monitor = reliability_monitor(
    [
        FreshnessSLA("stale hourly", table="stale", **OF_TABLE),
        FreshnessSLA("kept back", table="kept_back", **OF_TABLE),
        FreshnessSLA("outlived", table="outlived", **OF_TABLE),
        FreshnessSLA("never starts", dag="never_starts", max_age="30s", **CALLS),
    ],
    every="1s",
    look_seconds=5,
    schedule=timedelta(minutes=2),
)


def waiting(task_id: str, table: str, mode: str, **arguments: Any) -> FreshnessSensor:
    """Return a sensor in one of its modes."""
    how = {"deferrable": True} if mode == "deferrable" else {"mode": mode}
    pause = 15 if mode == "reschedule" else 2  # a task that is queued again before its last end was taken in is "killed externally"
    return FreshnessSensor(
        task_id=task_id, conn_id="warehouse", table=table, column="created_at", max_age="1d", poke_interval=pause, **how, **arguments
    )


for mode in ("poke", "reschedule", "deferrable"):
    with dag(f"waits_{mode}"):
        waiting("good", "good", mode, timeout=60)
        waiting("soon", "soon", mode, timeout=900)
        waiting("old", "old", mode, timeout=6, retries=2)
        waiting("soft", "old", mode, timeout=6, soft_fail=True)
        waiting("wrong", "nowhere", mode, timeout=60)
