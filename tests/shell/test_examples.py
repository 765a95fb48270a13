"""The examples are imported as Airflow imports them, quickly, and their Dags are stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from sqlalchemy import select

from airflow_dre.store.tables import partition_state, result, suite_run

pytestmark = pytest.mark.airflow
FOLDER = Path(__file__).parents[2] / "dags_examples"
EXAMPLES = sorted(FOLDER.glob("*.py"))
SECONDS = 3.0
"""Time limit for one file, against 30 seconds in Airflow."""


@pytest.fixture(scope="module", autouse=True)
def warm(airflow_database: None) -> None:
    """Import Airflow first, whose own imports are not measured."""
    DagBag(EXAMPLES[0], collect_dags=True)


def test_there_are_examples() -> None:
    assert {path.name for path in EXAMPLES} >= {
        "deadlines.py",
        "flights_monthly.py",
        "flights_year.py",
        "freshness.py",
        "orders_by_day.py",
        "orders_files.py",
        "table_by_8.py",
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_imported_quickly_and_serialized(path: Path) -> None:
    started = time.perf_counter()
    bag = DagBag(path, collect_dags=True)
    took = time.perf_counter() - started
    assert bag.import_errors == {}
    assert bag.dags
    assert took < SECONDS
    for dag in bag.dags.values():
        again = LazyDeserializedDAG.from_dag(dag)._real_dag
        assert sorted(again.task_ids) == sorted(dag.task_ids)
        assert dag.tags >= {"data reliability"}


def test_the_year_of_flights_is_loaded_checked_and_warned_about(run_dag: Callable[..., Any], rows: Callable[[Any], list[Any]]) -> None:
    finished = run_dag(DagBag(FOLDER / "flights_year.py", collect_dags=True).dags["flights_year"])
    assert finished.state == "success"
    results = [(row.definition["name"], row.outcome, row.violations) for row in rows(result)]
    assert len(results) == 16
    assert {each for each in results if each[1] != "passed"} == {
        ("foreign_key(tailnum)", "warned", 50_094),
        ("matches(tailnum)", "warned", 4),
        ("not_null(dep_time, by=carrier)", "warned", 8_255),
    }


def test_files_are_written_checked_and_checked_together(
    run_dag: Callable[..., Any], rows: Callable[[Any], list[Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_FOLDER", str(tmp_path / "orders"))
    dag = DagBag(FOLDER / "orders_files.py", collect_dags=True).dags["orders_files"]
    for day in (1, 2):
        assert run_dag(dag, day=day).state == "success"
    found = [(row.name, row.outcome) for row in rows(select(suite_run).order_by(suite_run.c.measured_at))]
    assert found == [("orders/day", "passed"), ("orders/month", "passed")] * 2
    assert {row.rows for row in rows(result) if row.rows is not None} >= {24, 48}


def test_a_table_by_day_is_judged_as_a_whole_and_looked_at_by_day(run_dag: Callable[..., Any], rows: Callable[[Any], list[Any]]) -> None:
    dag = DagBag(FOLDER / "orders_by_day.py", collect_dags=True).dags["orders_by_day"]
    for day in (1, 2, 3, 2):
        finished = run_dag(dag, day)
        assert finished.state == "success"
    counts = [row.observed for row in rows(result) if row.definition["kind"] == "row_count"]
    assert sorted(map(int, counts)) == [100, 200, 300, 300]
    assert {state.partition for state in rows(partition_state)} == {f'"2026-01-0{day}"' for day in (1, 2, 3)}


def test_a_mistake_in_a_dag_file_is_shown_whole(tmp_path: Path) -> None:
    path = tmp_path / "mistaken.py"
    path.write_text(
        "from airflow.sdk import DAG\n"
        "from airflow_dre import QualityCheckOperator\n"
        "from airflow_dre.checks import not_null, between\n"
        "with DAG('mistaken'):\n"
        "    QualityCheckOperator(task_id='x', conn_id='w', table='t', checks=[not_null('a', fail_over=1), between('b', 2, 1)])\n"
    )
    (shown,) = DagBag(path, collect_dags=True).import_errors.values()
    assert "DefinitionError: 2 problems in the definition:" in shown
    assert "- checks[0] not_null: invalid fail_over=1. Allowed: did you mean fail_above?" in shown
    assert "- checks[1] between: invalid low=2. Allowed: at most high" in shown


def test_the_snippet_of_the_monitor_is_two_lines(tmp_path: Path) -> None:
    from airflow_dre.monitor import reliability_monitor

    (snippet,) = [part for part in (reliability_monitor.__doc__ or "").split("\n\n") if "from airflow_dre import" in part]
    path = tmp_path / "two_lines.py"
    lines = [line.strip() for line in snippet.splitlines()]
    path.write_text("\n".join(lines))
    assert len(lines) == 2
    bag = DagBag(path, collect_dags=True)
    assert (bag.import_errors, list(bag.dags)) == ({}, ["reliability_monitor"])
