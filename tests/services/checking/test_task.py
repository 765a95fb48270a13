"""A task that checks data is read without its source, and run without keeping anything."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.errors import DefinitionError
from airflow_dre.services.checking.arguments import CheckArguments
from airflow_dre.services.checking.task import read_task, run_task
from airflow_dre.services.quality.source import GivenData, TableSpec
from airflow_dre.services.run_context import RunContext
from tests.databases import sqlite_file
from tests.hooks import Hook

ARGUMENTS = CheckArguments(
    subject="QualityCheckOperator check",
    task="d.check",
    suite="orders",
    checks=[c.not_null("amount"), c.row_count(at_least=1)],
    conn_id="shop",
    table="orders",
    data=None,
    dataset=None,
    read_options=None,
    where=None,
    statement_timeout="90s",
    trust_constraints=False,
    quarantine_to=None,
    quarantine="copy",
    quarantine_on="error",
    quarantine_limit=None,
    sample_rows=0,
    key_columns=(),
    mask_columns=(),
    partition_by=None,
    partitions="run",
    changes=None,
)


class AirflowHook(Hook):
    """A hook that finds connections of Airflow, as a task needs it."""

    sqlalchemy_url = None

    def get_connection(self, conn_id: str) -> Any:
        """Return the Airflow connection."""
        from airflow.sdk import BaseHook

        return BaseHook.get_connection(conn_id)


@pytest.fixture
def hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AirflowHook:
    """Return the hook of connection ``shop``, with an order that has no amount."""
    path = tmp_path / "shop.db"
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", json.dumps({"conn_type": "sqlite", "host": str(path)}))
    with sqlite_file(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, amount INTEGER)")
        connection.execute("INSERT INTO orders VALUES (1, 10), (2, NULL)")
    return AirflowHook("sqlite", partial(sqlite3.connect, path))


def unopened() -> object:
    """Refuse to open a source."""
    raise AssertionError("a task is read without its source")


def test_a_task_is_read_without_its_source() -> None:
    task = read_task(replace(ARGUMENTS, where="id > 0"), unopened, unopened)
    assert isinstance(task.source, TableSpec)
    assert (task.source.table, task.source.where, task.source.timeout) == ("orders", "id > 0", timedelta(seconds=90))
    assert [check.name for check in task.checks] == ["not_null(amount)", "row_count()"]
    of_files = read_task(replace(ARGUMENTS, conn_id=None, table=None, data="x.csv", dataset="o"), unopened, unopened)
    assert isinstance(of_files.source, GivenData)
    assert (of_files.source.spec.dataset, of_files.source.spec.task) == ("o", "d.check")


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        pytest.param({"partition_by": "day", "partitions": "some"}, "invalid partitions='some'", id="rendered partitions"),
        pytest.param({"partition_by": "day", "mask_columns": ["day"]}, "without day, which is masked", id="a masked partition"),
        pytest.param({"checks": [c.not_null("amount", where=" ")]}, "not_null: invalid where", id="a rendered check"),
    ],
)
def test_rendered_mistakes_are_refused_before_the_source_is_opened(arguments: dict[str, Any], wording: str) -> None:
    with pytest.raises(DefinitionError, match=wording):
        read_task(replace(ARGUMENTS, **arguments), unopened, unopened)


def test_a_run_returns_its_record_and_keeps_nothing(hook: AirflowHook, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    result = run_task(read_task(ARGUMENTS, unopened, lambda: hook), RunContext(partition_key="p"))
    assert [found.outcome.value for found in result.run.results] == ["failed", "passed"]
    assert (result.run.suite, result.run.name, result.run.partition_key) == ("orders", "main.orders", "p")
    assert (result.quarantine, result.incident_note) == (None, "")
    assert sorted(tmp_path.iterdir()) == before


def test_the_rows_to_quarantine_are_planned_and_not_moved(hook: AirflowHook) -> None:
    task = read_task(replace(ARGUMENTS, quarantine_to="orders_bad", quarantine="move"), unopened, lambda: hook)
    result = run_task(task, RunContext())
    assert result.quarantine is not None
    assert [check.name for check in result.quarantine.rows.checks] == ["not_null(amount)"]
    assert result.incident_note.startswith("quarantine: move failing rows to orders_bad as batch ")
    with hook.get_conn() as connection:
        assert connection.execute("SELECT COUNT(*) FROM orders").fetchone() == (2,)
