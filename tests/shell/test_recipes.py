"""The recipes of the documentation, run as a reader runs them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from sqlalchemy import select

from airflow_dre.store.tables import incident, result, sla, suite_run
from tests.databases import sqlite_file

pytestmark = pytest.mark.airflow
FOLDER = Path(__file__).parents[2] / "docs" / "recipes"
Rows = Callable[[Any], list[Any]]
RunDag = Callable[..., Any]
NEEDS_DBT = {"dbt"}
"""Recipes whose Dag is loaded here and needs another program to run."""
WITHOUT_DAG = {"index", "move-the-store", "uninstall"}


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[[str], Any]:
    """Load the Dag of a recipe from a file that holds its code."""

    def load(name: str) -> Any:
        (code,) = re.findall(r"^```python\n(.*?)^```$", (FOLDER / f"{name}.md").read_text(), re.MULTILINE | re.DOTALL)
        path = tmp_path / f"{name.replace('-', '_')}.py"
        path.write_text(code)
        bag = DagBag(path, collect_dags=True)
        assert bag.import_errors == {}
        (dag,) = bag.dags.values()
        return dag

    return load


@pytest.fixture
def shop(world: Path) -> Callable[[str], list[Any]]:
    """Run SQL on the warehouse, which has a table ``orders`` with two orders of one id and an amount that is missing."""

    def run(sql: str) -> list[Any]:
        with sqlite_file(world / "w.db") as connection:
            return connection.execute(sql).fetchall()

    run("ALTER TABLE orders ADD COLUMN country TEXT DEFAULT 'DE'")
    return run


def test_every_recipe_is_run() -> None:
    names = {path.stem for path in FOLDER.glob("*.md")} - WITHOUT_DAG
    assert names == {"alert-on-call", "dbt", "gate-a-load", "great-expectations", "quarantine", "table-by-8", "watch-a-table"}


@pytest.mark.parametrize("name", sorted(NEEDS_DBT))
def test_recipe_is_loaded(recipe: Callable[[str], Any], name: str) -> None:
    assert sorted(recipe(name).task_ids) == ["dbt_build", "dbt_results"]


@pytest.mark.parametrize(
    ("values", "state", "published"), [("(1, 10)", "success", 1), ("(1, 10), (1, 20)", "failed", 0)], ids=["good", "bad"]
)
def test_load_is_published_only_if_it_is_good(
    recipe: Callable[[str], Any], shop: Callable[[str], list[Any]], run_dag: RunDag, values: str, state: str, published: int
) -> None:
    shop("DROP TABLE orders")
    shop("CREATE TABLE orders (id INTEGER, amount INTEGER)")
    shop("CREATE TABLE incoming (id INTEGER, amount INTEGER)")
    shop(f"INSERT INTO incoming VALUES {values}")
    assert run_dag(recipe("gate-a-load")).state == state
    assert shop("SELECT COUNT(*) FROM orders") == [(published,)]


def test_on_call_hears_of_a_cause_once_and_of_its_end(
    recipe: Callable[[str], Any], shop: Callable[[str], list[Any]], run_dag: RunDag, oncall: Any
) -> None:
    dag = recipe("alert-on-call")
    run_dag(dag, 1)
    run_dag(dag, 2)
    shop("DELETE FROM orders WHERE amount IS NULL")
    run_dag(dag, 3)
    assert [message["status"] for message in oncall.messages] == ["firing", "resolved"]
    labels, annotations = oncall.messages[0]["alerts"][0]["labels"], oncall.messages[0]["alerts"][0]["annotations"]
    assert (labels["severity"], annotations["owner"], annotations["runbook_url"]) == ("high", "team-shop", "https://wiki.example/orders")


def test_table_is_watched(recipe: Callable[[str], Any], shop: Callable[[str], list[Any]], run_dag: RunDag, oncall: Any, rows: Rows) -> None:
    shop("UPDATE orders SET created_at = '2001-01-01 00:00:00'")
    run_dag(recipe("watch-a-table"))
    (watched,) = rows(sla)
    assert (watched.sla, watched.state) == ("orders hourly", "missed")
    assert oncall.messages[0]["alerts"][0]["labels"]["severity"] == "critical"


def test_table_by_8_is_watched(recipe: Callable[[str], Any], shop: Callable[[str], list[Any]], run_dag: RunDag, rows: Rows) -> None:
    shop("ALTER TABLE orders ADD COLUMN loaded_at TEXT")
    shop("UPDATE orders SET loaded_at = datetime('now')")
    run_dag(recipe("table-by-8"))
    (watched,) = rows(sla)
    assert (watched.sla, watched.promise) == ("orders by 8", "at 08:00")
    assert watched.state in ("met", "not_watched"), "no working day counts as not watched"
    assert watched.newest is not None
    assert rows(incident) == []


def test_bad_rows_are_put_aside(recipe: Callable[[str], Any], shop: Callable[[str], list[Any]], run_dag: RunDag, rows: Rows) -> None:
    dag = recipe("quarantine")
    assert run_dag(dag, mark_success_pattern="review").state == "success"  # the review waits for a person
    assert (shop("SELECT COUNT(*) FROM orders"), shop("SELECT COUNT(*) FROM orders_quarantine")) == ([(1,)], [(2,)])
    assert [row.outcome for row in rows(select(suite_run).order_by(suite_run.c.measured_at))] == ["failed", "passed"]


def test_suite_of_great_expectations_runs_on_this_engine(
    recipe: Callable[[str], Any], shop: Callable[[str], list[Any]], run_dag: RunDag, rows: Rows
) -> None:
    assert run_dag(recipe("great-expectations")).state == "success"
    assert [row.outcome for row in rows(result)] == ["passed"] * 3
    assert rows(incident) == []


def test_store_is_moved(
    world: Path, shop: Callable[[str], list[Any]], recipe: Callable[[str], Any], run_dag: RunDag, commands: Path
) -> None:
    run_dag(recipe("great-expectations"))
    blocks = re.findall(r"^```bash\n(.*?)^```$", (FOLDER / "move-the-store.md").read_text(), re.MULTILINE | re.DOTALL)
    new = world / "new.db"
    environment = {**os.environ, "NEW_STORE": f"sqlite:///{new}", "PATH": f"{commands}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-e"], input="".join(blocks), env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with sqlite_file(new) as connection:
        assert connection.execute(f"SELECT COUNT(*) FROM {result.name}").fetchone() == (3,)
