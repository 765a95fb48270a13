"""The summary of the demo, which reads the results store with SQL of its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery, SuiteRunRecord
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from tests.conftest import migrated

DEMO = Path(__file__).parents[2] / "demo" / "run.py"


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module of the demo, whose files are in the folder of the test."""
    monkeypatch.setenv("DEMO_HOME", str(tmp_path))
    spec = importlib.util.spec_from_file_location("demo_run", DEMO)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_demo_reads_the_months_that_were_checked(demo: Any, tmp_path: Path, suite_run: Callable[..., SuiteRunRecord]) -> None:
    run = suite_run("warned")
    result = replace(run.results[0], definition=replace(run.results[0].definition, name="not_null(dep_time)"), rows=4, value=25.0)
    database = Database(migrated(f"sqlite:///{tmp_path / 'dre.db'}"))
    month = datetime(2013, 2, 1, tzinfo=UTC)
    Store(database, Spool(tmp_path / "spool")).deliver(Delivery(run=replace(run, results=(result,), data_interval_start=month)))
    database.engine.dispose()
    ((start, outcome, score, rows, cancelled, checks),) = demo.checked_months()
    assert str(start).startswith("2013-02-01")
    assert (outcome, score, rows, cancelled, checks) == ("warned", run.score, 4, 25.0, 1)
