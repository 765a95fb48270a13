"""``airflow tasks test`` and ``airflow dags test``: the report is printed, and nothing is kept, changed or sent."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre import QualityCheckOperator
from airflow_dre.checks import not_null
from airflow_dre.listeners import runs
from airflow_dre.services.rehearsal import MARK, mark_start
from airflow_dre.store.database import open_database
from airflow_dre.store.tables import metadata
from tests.databases import sqlite_file
from tests.task_instances import dag_run, task_instance

pytestmark = [pytest.mark.airflow, pytest.mark.usefixtures("fresh_home")]
FILE = """
from datetime import datetime
from airflow.sdk import DAG
from airflow_dre import FreshnessSLA, QualityCheckOperator, QuarantineReleaseOperator, open_incident, reliability_monitor, resolve_incident
from airflow_dre.checks import not_null, schema_unchanged, unique

CALLS = {"on_failure_callback": open_incident(severity="high", routes=["oncall"]), "on_success_callback": resolve_incident()}
with DAG("rehearsed", schedule=None, start_date=datetime(2026, 1, 1), **CALLS):
    bad = QualityCheckOperator(
        task_id="bad", conn_id="warehouse", table="orders", routes=["oncall"],
        checks=[not_null("amount"), unique("id"), schema_unchanged()],
        quarantine_to="orders_bad", quarantine="move", quarantine_limit="100%", sample_rows=5, **CALLS,
    )
    good = QualityCheckOperator(
        task_id="good", conn_id="warehouse", table="good", checks=[not_null("id")], partition_by="id", partitions="all", **CALLS
    )
    ask = QuarantineReleaseOperator(task_id="ask", conn_id="warehouse", table="orders", quarantine_table="orders_bad")
sla = FreshnessSLA("stale", conn_id="warehouse", table="stale", column="created_at", max_age="1h", on_miss=open_incident(routes=["oncall"]))
monitor = reliability_monitor([sla], dag_id="rehearsed_monitor")
"""


@pytest.fixture
def command() -> Iterator[Callable[..., None]]:
    """Run a command of Airflow in this process, as its own ``main`` does."""
    from airflow.cli.cli_parser import get_parser

    file = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]) / "rehearsed.py"
    file.write_text(FILE)

    def run(*words: str) -> None:
        arguments = get_parser().parse_args(words)
        try:
            arguments.func(arguments)
        except SystemExit as ended:
            assert str(ended) == "DagRun failed"
        assert MARK not in os.environ, "the mark goes with the command"

    run("dags", "reserialize")
    yield run
    file.unlink()


def contents(folder: Path) -> dict[str, list[Any]]:
    """Return all rows of the warehouse, and of the results store where there is one."""
    with sqlite_file(folder / "w.db") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    if (folder / "dre.db").exists():
        with open_database(f"sqlite:///{folder}/dre.db").read() as connection:
            found |= {table.name: list(connection.execute(sa.select(table))) for table in metadata.sorted_tables}
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("tasks", "test", "rehearsed", "bad"),
        ("tasks", "test", "rehearsed", "good"),
        ("tasks", "test", "rehearsed", "ask"),
        ("tasks", "test", "rehearsed_monitor", "monitor"),
        ("dags", "test", "rehearsed"),
        ("dags", "test", "rehearsed_monitor"),
    ],
    ids=" ".join,
)
def test_a_test_on_the_command_line_changes_nothing(
    words: tuple[str, ...], command: Callable[..., None], world: Path, oncall: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = contents(world)
    command(*words)
    assert contents(world) == before, "on a fresh home"
    assert not (world / "dre.db").exists()
    _checked("r1", not_null("amount"))
    _checked("r1", not_null("id"), table="good")
    before = contents(world)
    assert [row.status for row in before["dre_incident"]] == ["open"]
    command(*words)
    assert contents(world) == before, "with a live incident and a history"
    assert not (world / "spool").exists() or not list((world / "spool").iterdir())
    assert oncall.requests == []


def test_tests_are_kept_where_the_administrator_says_so(
    command: Callable[..., None], world: Path, oncall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__KEEP_TESTS", "True")
    command("tasks", "test", "rehearsed", "bad")
    found = contents(world)
    assert [row.status for row in found["dre_incident"]] == ["open"]
    assert len(found["orders_bad"]) == 2
    assert [message["receiver"] for message in oncall.messages] == ["oncall"]


def test_the_report_and_a_word_about_the_test_are_printed(
    command: Callable[..., None], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    command("tasks", "test", "rehearsed", "bad")
    shown = "".join(capfd.readouterr()) + caplog.text
    assert "rehearsed.bad: failed" in shown
    assert "this is a test: no result is kept, no incident changes and no one is notified" in shown
    assert "no row is written; otherwise move to orders_bad the rows that break not_null(amount), unique(id)" in shown


def test_the_end_of_a_tested_run_is_no_news(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "1")
    ended = dag_run(run_id="manual__1", get_task_instances=lambda **_: [])
    runs.on_dag_run_failed(ended, "task_failure")
    runs.on_dag_run_success(ended, "success")
    assert not (world / "dre.db").exists()
    assert not (world / "spool").exists()


def test_a_temporary_run_leaves_no_trace_even_where_the_command_was_not_recognized(world: Path) -> None:
    _checked("__airflow_temporary_run_2026-01-01T00:00:00__", not_null("amount"))
    assert not (world / "dre.db").exists()


def test_other_commands_are_no_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MARK, raising=False)
    mark_start(sub_command="dag_trigger", user="u")
    assert MARK not in os.environ


def _checked(run: str, check: Any, table: str = "orders") -> None:
    """Check a table as a task of the scheduler would."""
    operator = QualityCheckOperator(task_id="bad", conn_id="warehouse", table=table, suite="rehearsed.bad", checks=[check], fail_on="never")
    ti = task_instance(dag_id="rehearsed", run_id=run, task_id="bad", xcom_push=lambda **_: None)
    operator.execute({"ti": ti})
