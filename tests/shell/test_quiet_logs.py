"""Logs are quiet: one line for one cause, nothing of alembic or OpenLineage, and the address of the incident."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from airflow_dre import FreshnessSLA, QualityCheckOperator, open_incident
from airflow_dre import checks as c
from airflow_dre.services.slo.declaring import declare_slas
from airflow_dre.services.slo.monitoring import Watch
from airflow_dre.services.slo.watching import watch_once
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store import store
from tests.shell.listeners.test_run_ends import end, ti
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
ADDRESS = "http://localhost:8080/plugin/reliability/incidents/"
CHECKS = [c.not_null("amount"), c.unique("id"), c.row_count(equals=7)]
FOREIGN = ("alembic", "openlineage", "airflow.providers.openlineage", "sqlalchemy")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Forget what this process has logged."""
    monkeypatch.setattr(store, "_said", {})
    monkeypatch.setattr(store, "_quiet_until", {})
    caplog.set_level(logging.INFO)


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag whose check fails, with callbacks of its own too."""
    tell = open_incident(routes=["oncall"])
    with DAG(name, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), on_failure_callback=tell) as dag:
        given = {"conn_id": "warehouse", "table": "orders", "checks": CHECKS, "routes": ["oncall"], "on_failure_callback": tell}
        QualityCheckOperator(task_id="check", **{**given, **arguments})
    return dag


def ours(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return what the package logs, from a level on."""
    return [record.getMessage() for record in caplog.records if "airflow_dre" in record.pathname and record.levelno >= level]


def foreign(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what libraries log for us."""
    found = [record for record in caplog.records if record.name.startswith(FOREIGN) and record.levelno >= logging.INFO]
    return [f"{record.name}: {record.getMessage()}" for record in found]


def test_a_failing_check_is_told_without_a_warning_and_with_its_address(
    run_dag: Callable[..., Any], oncall: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_dag(dag_of("quiet")).state == "failed"
    assert ours(caplog, logging.WARNING) == []
    assert foreign(caplog) == []
    opened = [line for line in ours(caplog, logging.INFO) if line.startswith("airflow-dre: incident 1: open")]
    assert len(opened) == 1 and f"{ADDRESS}1" in opened[0]


def test_a_route_that_cannot_be_reached_is_one_line(
    run_dag: Callable[..., Any], world: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({"oncall": {"channel": "webhook", "url": "http://127.0.0.1:1/?token=s3cret"}}))
    assert run_dag(dag_of("unreachable")).state == "failed"
    (line,) = ours(caplog, logging.WARNING)
    assert line == "airflow-dre: could not notify route 'oncall' about incident 1: no answer from the receiver: ConnectError"
    assert foreign(caplog) == []


def test_a_route_that_many_incidents_wait_for_is_one_line(
    world: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1, 14):
        end("failed", 1, ti(f"load{number}", "failed", 0))
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", json.dumps({"oncall": {"channel": "webhook", "url": "http://127.0.0.1:1/"}}))
    monkeypatch.setenv("AIRFLOW__DRE__DEFAULT_ROUTES", "oncall")
    one = task_instance(run_id="r2", task_id="load1")
    caplog.clear()
    open_incident()({"ti": one, "exception": ValueError("x")})
    (line,) = ours(caplog, logging.WARNING)
    assert line == (
        "airflow-dre: could not notify route 'oncall' about incidents 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 others: "
        "no answer from the receiver: ConnectError"
    )


@pytest.mark.parametrize("address", ["postgresql+psycopg://dre:s3cret@127.0.0.1:1/dre", "sqlite:///{world}/file/dre.db"])
def test_a_store_that_cannot_be_written_is_one_line(
    run_dag: Callable[..., Any], oncall: Any, world: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    (world / "file").touch()
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", address.format(world=world))
    assert run_dag(dag_of("unwritable")).state == "failed"
    lines = ours(caplog, logging.WARNING)
    assert len(lines) == 1, lines
    assert "What was to be written waits in" in lines[0]
    assert foreign(caplog) == []
    assert len(list((world / "spool").iterdir())) > 0


def test_the_listener_logs_the_address(world: Path, caplog: pytest.LogCaptureFixture) -> None:
    end("failed", 1, ti("load", "failed", 0))
    assert ours(caplog, logging.WARNING) == []
    (line,) = [line for line in ours(caplog, logging.INFO) if "incident 1" in line]
    assert f"{ADDRESS}1" in line


@pytest.mark.parametrize("table", ["stale", "none"], ids=["a miss", "an SLA that cannot be evaluated"])
def test_a_look_of_the_monitor_logs_the_address(world: Path, caplog: pytest.LogCaptureFixture, table: str) -> None:
    sla = FreshnessSLA("sla", conn_id="warehouse", table=table, column="created_at", max_age="1h")
    declare_slas("m", [sla.watched()], timedelta(minutes=1), read_wiring())
    watch_once(Watch(dag_id="m", run_id="r", every=timedelta(minutes=1), look_seconds=5.0), None)
    assert len([line for line in ours(caplog, logging.INFO) if f"{ADDRESS}1" in line]) == 1
    assert ours(caplog, logging.WARNING) == []
