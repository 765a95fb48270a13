"""Programs that run regularly delete what is older than ``[dre] retention``, and move what an older version wrote."""

from __future__ import annotations

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
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.incidents.delivery import flush
from airflow_dre.store.records import Definition, Delivery, ResultRecord, SuiteRunRecord
from airflow_dre.store.store import Store
from airflow_dre.store.tables import check_definition, result, suite_run


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
        pytest.param(timedelta(days=400), {300, 200, 100}, id="the default"),
        pytest.param(timedelta(days=150), {100}, id="half a year"),
        pytest.param(timedelta(days=1), {100}, id="the latest run stays"),
        pytest.param(None, {500, 300, 200, 100}, id="for ever"),
    ],
)
def test_a_flush_deletes_what_is_older(
    store: Store, store_url: str, settings_for: Callable[..., Settings], tmp_path: Path, kept_for: timedelta | None, left: set[int]
) -> None:
    for days in (500, 300, 200, 100):
        store.deliver(Delivery(run=run_of(days)))
    flush(replace(settings_for({}, store_url=store_url, spool_folder=tmp_path / "spool"), retention=kept_for))
    with store.database.read() as connection:
        assert set(connection.scalars(sa.select(suite_run.c.run_id))) == {f"{days} days ago" for days in left}


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
