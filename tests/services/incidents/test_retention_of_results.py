"""Programs that run regularly delete what is older than ``[dre] retention``, and move what an older version wrote."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.clock import now
from airflow_dre.config import Settings
from airflow_dre.errors import StoreBusy
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.incidents import housekeeping
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.store.forgetting import is_forgotten
from airflow_dre.store.reading.runs import latest_runs, recent_runs
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.records import Definition, Delivery, LastEvent, ResultRecord, SuiteRunRecord
from airflow_dre.store.results import run_row
from airflow_dre.store.store import Store
from airflow_dre.store.tables import check_definition, last_event, result, suite_run


def run_of(days: int) -> SuiteRunRecord:
    """Return a run of some days ago."""
    found = ResultRecord(
        check_id="0" * 16,
        definition=Definition(name="row_count", kind="row_count", columns=(), dimension="volume", severity="error"),
        outcome=Outcome.PASSED,
        reason="10 rows",
        expected="at least 1",
        observed="10",
        value=10.0,
        unit="rows",
        violations=None,
        rows=10,
        warn=Range(),
        fail=Range(low=1.0),
        statement="SELECT COUNT(*)",
    )
    return SuiteRunRecord(
        namespace="sqlite:///w",
        name="t",
        suite="s",
        origin=Origin(dag_id="d", run_id=f"{days} days ago", task_id="check", map_index=-1, try_number=1),
        engine="sqlite",
        outcome=Outcome.PASSED,
        score=100.0,
        queries=1,
        measured_at=now() - timedelta(days=days),
        seconds=0.1,
        results=(found,),
    )


@pytest.mark.parametrize(
    ("kept_for", "left"),
    [
        pytest.param(timedelta(days=400), {300, 200, 100, 90, 80}, id="the default"),
        pytest.param(timedelta(days=150), {100, 90, 80}, id="half a year"),
        pytest.param(timedelta(days=1), {100, 90, 80}, id="the latest three runs stay"),
        pytest.param(None, {500, 300, 200, 100, 90, 80}, id="for ever"),
    ],
)
def test_a_flush_deletes_what_is_older(
    store: Store, store_url: str, settings_for: Callable[..., Settings], tmp_path: Path, kept_for: timedelta | None, left: set[int]
) -> None:
    for days in (500, 300, 200, 100, 90, 80):
        store.deliver(Delivery(run=run_of(days)))
    flush(replace(settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool"), retention=kept_for))
    with store.database.read() as connection:
        assert set(connection.scalars(sa.select(suite_run.c.run_id))) == {f"{days} days ago" for days in left}


@pytest.mark.parametrize(
    ("kept_for", "left"),
    [
        pytest.param(timedelta(days=600), {"a500", "a300"}, id="the retention"),
        pytest.param(timedelta(days=1), {"a300"}, id="a year and more at least"),
        pytest.param(None, {"a700", "a500", "a300"}, id="for ever"),
    ],
)
def test_a_flush_deletes_last_events(
    store: Store, store_url: str, settings_for: Callable[..., Settings], tmp_path: Path, kept_for: timedelta | None, left: set[str]
) -> None:
    for days in (700, 500, 300):
        store.deliver(Delivery(last_events=(LastEvent(kind="asset", name=f"a{days}", happened_at=now() - timedelta(days=days)),)))
    flush(replace(settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool"), retention=kept_for))
    with store.database.read() as connection:
        assert set(connection.scalars(sa.select(last_event.c.name))) == left


def test_a_flush_moves_what_an_older_version_wrote(
    store: Store, store_url: str, settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    store.deliver(Delivery(run=run_of(1)))
    own: dict[str, Any] = {"definition": {"name": "old"}, "statement": "SELECT 1", "definition_digest": None, "statement_digest": None}
    with store.database.write() as connection:
        connection.execute(sa.update(result).values(**own))
    flush(settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool"))
    with store.database.read() as connection:
        (found,) = connection.execute(sa.select(result.c.definition, check_definition.c.definition).join_from(
            result, check_definition, check_definition.c.digest == result.c.definition_digest
        ))  # fmt: skip
    assert tuple(found) == ({}, {"name": "old"})


def test_a_flush_shows_a_run_that_an_older_version_wrote_without_a_head(
    store: Store, store_url: str, settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    store.deliver(Delivery(run=run_of(2)))
    with store.database.write() as connection:
        connection.execute(suite_run.insert().values(**run_row(run_of(1))))
    flush(settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool"))
    with store.database.read() as connection:
        assert [run.run_key for run in latest_runs(connection, DagScope(None))] == [run_of_key(connection, 1)]


def run_of_key(connection: sa.Connection, days: int) -> str:
    """Return the key of the run of some days ago."""
    return str(connection.scalar(sa.select(suite_run.c.key).where(suite_run.c.run_id == f"{days} days ago")))


def test_the_first_deletion_of_a_process_names_the_option_the_age_and_the_number(
    store: Store,
    store_url: str,
    settings_for: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(housekeeping._state, "announced", False)
    caplog.set_level(logging.INFO, housekeeping.__name__)
    for days in range(500, 490, -1):
        store.deliver(Delivery(run=run_of(days)))
    settings = settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool")
    flush(settings)
    store.deliver(Delivery(run=run_of(410)))
    flush(settings)
    first = "[dre] retention = 400d: deletes suite runs, signals and resolved incidents that are older, up to 10 suite runs now; "
    assert [record.getMessage() for record in caplog.records if record.name == housekeeping.__name__] == [
        f"airflow-dre: {first}set 0 to keep for ever",
        "airflow-dre: deleted 7 suite runs, 0 resolved incidents and 0 signals older than [dre] retention",
        "airflow-dre: deleted 1 suite runs, 0 resolved incidents and 0 signals older than [dre] retention",
    ]


@pytest.mark.parametrize("step", ["share_texts", "save_missing_heads", "prune"])
def test_a_flush_does_not_fail_because_a_store_is_busy_after_everything_was_sent(
    store: Store,
    store_url: str,
    settings_for: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    step: str,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StoreBusy("others hold a lock")

    for days in range(504, 499, -1):
        store.deliver(Delivery(run=run_of(days)))
    monkeypatch.setattr(housekeeping, step, refuse)
    flush(settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool"))
    assert [record.levelname for record in caplog.records if "later: others hold a lock" in record.getMessage()] == ["WARNING"]
    with store.database.read() as connection:
        left = connection.scalar(sa.select(sa.func.count()).select_from(suite_run))
    assert left == (5 if step == "prune" else 3)


def test_a_suite_that_runs_monthly_is_not_forgotten_where_results_are_kept_for_a_month(
    store: Store, store_url: str, settings_for: Callable[..., Settings], tmp_path: Path
) -> None:
    for days in range(185, 30, -30):
        store.deliver(Delivery(run=run_of(days)))
    settings = settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool")
    flush(replace(settings, retention=timedelta(days=30)))
    with store.database.read() as connection:
        ((_, runs),) = recent_runs(connection, DagScope(None)).items()
    assert len(runs) == 3
    assert not is_forgotten([run.measured_at for run in runs], timedelta(days=30), now())
