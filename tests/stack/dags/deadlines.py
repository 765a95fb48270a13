"""Tasks that miss their deadlines on purpose. Each Dag is a scenario of ``test_deadlines.py``."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, task

from airflow_dre import dag_deadline, from_sla_miss_callback, open_incident, task_deadline

START = datetime(2026, 1, 1, tzinfo=UTC)
TELL: dict[str, Any] = {"severity": "high", "routes": ["oncall"]}


def wait_for_release() -> None:
    """Wait for a file that the test writes."""
    while not (Path(os.environ["AIRFLOW_HOME"]) / "release").exists():
        time.sleep(0.5)


with DAG(
    "due",
    schedule=None,
    start_date=START,
    catchup=False,
    deadline=[
        task_deadline("hangs", after="40s", name="soon", on_miss=[open_incident(**TELL), "pager.page"]),
        task_deadline("waits", after="40s", name="soon", on_miss=[from_sla_miss_callback("pager.page_as_before")]),
        task_deadline("quick", after="75s", name="later", on_miss="pager.page"),
    ],
):

    @task
    def quick() -> None:
        """Do nothing."""

    @task
    def hangs() -> None:
        """Run until the test has seen the deadline pass."""
        wait_for_release()

    @task
    def waits() -> None:
        """Start after its deadline."""

    quick() >> hangs() >> waits()


with DAG(
    "due_killed",
    schedule=None,
    start_date=START,
    catchup=False,
    deadline=task_deadline("load", after="15s", name="soon", on_miss=[open_incident(**TELL), "pager.page"]),
):

    @task(retries=1, retry_delay=timedelta(seconds=10))
    def load(ti: Any = None) -> None:
        """Kill the own process at the first try, as the kernel does when memory is short."""
        if ti.try_number == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        wait_for_release()

    load()


with DAG(
    "failed_early",
    schedule=None,
    start_date=START,
    catchup=False,
    deadline=[
        dag_deadline("60s", routes=["oncall"]),
        task_deadline("sleeps", after="60s", name="soon", on_miss=[open_incident(**TELL), "pager.page"]),
    ],
):

    @task
    def sleeps() -> None:
        """Wait for a person."""
        time.sleep(200)

    sleeps()
