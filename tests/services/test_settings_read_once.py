"""Each use case reads the settings once, as they are when it is called."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred
from sqlalchemy import select

from airflow_dre import FreshnessSLA
from airflow_dre.config import read_settings
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.operators.monitor import DispatchOperator, MonitorOperator
from airflow_dre.services.access import DagScope
from airflow_dre.services.incidents import delivery
from airflow_dre.services.incidents.act import end_unwatched, resolve_manually, send_outbox
from airflow_dre.services.incidents.delivery import deliver
from airflow_dre.services.incidents.listening import record_end, record_in_worker
from airflow_dre.services.incidents.reading import read_incident
from airflow_dre.services.overview import read_overview
from airflow_dre.services.rehearsal import MARK
from airflow_dre.services.slo.monitoring import Watch
from airflow_dre.services.slo.watching import watch_once
from airflow_dre.services.upkeep import send_all, upgrade_store
from airflow_dre.store.database import open_database
from airflow_dre.store.records import Delivery
from airflow_dre.store.tables import incident
from tests.calls import calls_of
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
FAILED = Signal(
    cause=PipelineCause(dag_id="d", task_id="t"),
    event=Event.TASK_FAILED,
    at=datetime.now(UTC),
    title="it failed",
    origin=Origin(dag_id="d", task_id="t", run_id="r"),
)


def declare() -> None:
    """Run the task of a monitor until it leaves the looking to the triggerer."""
    sla = FreshnessSLA("orders", conn_id="warehouse", table="orders", column="created_at", max_age="1h")
    context: Any = {"ti": task_instance(), "run_id": "r", "dag_run": SimpleNamespace(run_type="scheduled")}
    with contextlib.suppress(TaskDeferred):
        MonitorOperator(task_id="monitor", slas=[sla.watched()]).execute(context)


def turn() -> None:
    """Let a monitor look once in the triggerer."""
    watch_once(Watch(dag_id="adhoc_airflow", run_id="r", every=timedelta(minutes=1), look_seconds=5.0), None)


def dispatch() -> None:
    """Run a task that only writes and sends."""
    DispatchOperator(task_id="dispatch").execute({})


USE_CASES: dict[str, Callable[[], object]] = {
    "the overview": lambda: read_overview(DagScope(None)),
    "an incident": lambda: read_incident(1, DagScope(None)),
    "an incident is resolved": lambda: resolve_manually(1, actor="a", note=""),
    "what is no longer watched ends": end_unwatched,
    "messages are sent after an answer": send_outbox,
    "the store is upgraded": upgrade_store,
    "messages are sent by a command": lambda: send_all(1.0),
    "a task fails": lambda: record_in_worker(task_instance(), lambda: FAILED),
    "a run ends": lambda: record_end(task_instance(), lambda: [FAILED]),
    "a monitor begins": declare,
    "a monitor looks": turn,
    "a task sends": dispatch,
}


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a warehouse and an empty results store, both configured."""
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS id, datetime('now') AS created_at")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "w.db")}))
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/dre.db")
    monkeypatch.setenv("AIRFLOW__DRE__SPOOL_FOLDER", str(tmp_path / "spool"))
    monkeypatch.setattr(delivery._state, "down_until", 0.0)
    return tmp_path


@pytest.fixture
def live() -> None:
    """Open an incident."""
    deliver(Delivery(signals=(FAILED,)), read_settings())


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("use_case", USE_CASES.values(), ids=USE_CASES)
def test_a_use_case_reads_the_settings_once(use_case: Callable[[], object]) -> None:
    with calls_of(read_settings) as callers:
        use_case()
    assert [Path(caller).name for caller in callers] == ["wiring.py"]


@pytest.mark.parametrize("use_case", [declare, dispatch], ids=["a monitor begins", "a task sends"])
def test_a_test_on_the_command_line_reads_them_once(use_case: Callable[[], object], world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "1")
    with calls_of(read_settings) as callers:
        use_case()
    assert [Path(caller).name for caller in callers] == ["wiring.py"]
    assert not (world / "dre.db").exists()


@pytest.mark.usefixtures("live")
def test_a_process_that_lives_long_sees_that_a_setting_changes(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_overview(DagScope(None)).live_incidents
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/other.db")
    assert not read_overview(DagScope(None)).live_incidents
    record_end(task_instance(), lambda: [FAILED])
    with open_database(f"sqlite:///{world}/other.db").read() as connection:
        assert len(connection.execute(select(incident)).all()) == 1
