"""The latest run of each suite is found by key, and is the one that a search among all runs finds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from airflow_dre.store.heads import save_missing_heads
from airflow_dre.store.reading.runs import HISTORY, latest_runs, recent_runs
from airflow_dre.store.reading.scope import DagScope, in_scope
from airflow_dre.store.records import Delivery, SuiteRunRecord
from airflow_dre.store.results import run_row, save_suite_run
from airflow_dre.store.schema import migrate
from airflow_dre.store.store import Store
from airflow_dre.store.tables import suite_head
from airflow_dre.store.tables import suite_run as runs
from tests.store.conftest import T

Make = Callable[..., SuiteRunRecord]
SCOPES = [DagScope(None), DagScope({"d0"}), DagScope({"d0", "d1"}), DagScope({"d1"}, orphans=True), DagScope(set())]


def ranked(connection: sa.Connection, scope: DagScope, most: int) -> set[str]:
    """Return the keys of the last runs of each suite the slow way: by ranking all runs."""
    group = (runs.c.namespace, runs.c.name, runs.c.suite)
    nth = func.row_number().over(partition_by=group, order_by=(runs.c.measured_at.desc(), runs.c.key))
    inner = select(runs.c.key, nth.label("nth")).where(in_scope(scope, runs.c.dag_id)).subquery()
    return set(connection.scalars(select(inner.c.key).where(inner.c.nth <= most)))


def fill(connection: sa.Connection, suite_run: Make, number: int, *, seed: int) -> None:
    """Write runs of a few suites, Dags and tables in any order, some of which without a Dag."""
    chance = random.Random(seed)
    for index in range(number):
        dag = chance.choice(["d0", "d1", None])
        run = suite_run(chance.choice(["passed", "failed"]), at=index, run=f"r{index}", dag=dag)
        name = f"main.t{chance.randrange(4)}"
        moment = run.measured_at.replace(year=2020 + chance.randrange(6))
        save_suite_run(connection, replace(run, name=name, suite=chance.choice("ab"), measured_at=moment))


def test_the_overview_shows_what_ranking_all_runs_shows(store: Store, suite_run: Make) -> None:
    with store.database.write() as connection:
        fill(connection, suite_run, 400, seed=1)
    with store.database.read() as connection:
        for scope in SCOPES:
            found = {run.key for of_table in recent_runs(connection, scope).values() for run in of_table}
            assert found == ranked(connection, scope, HISTORY)
            assert {run.run_key for run in latest_runs(connection, scope)} == ranked(connection, scope, 1)


@given(seed=st.integers(0, 10**6), number=st.integers(0, 60))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_heads_that_are_lost_or_stale_are_made_anew(store: Store, suite_run: Make, seed: int, number: int) -> None:
    with store.database.write() as connection:
        connection.execute(sa.delete(runs))
        connection.execute(sa.delete(suite_head))
        fill(connection, suite_run, number, seed=seed)
        query = select(suite_head).order_by(suite_head.c.key)
        kept = [tuple(row) for row in connection.execute(query)]
        chance = random.Random(seed)
        for row in kept:
            match chance.randrange(3):
                case 0:
                    connection.execute(sa.delete(suite_head).where(suite_head.c.key == row[0]))
                case 1:
                    old = {"run_key": "0", "measured_at": T.replace(year=2000), "outcome": "errored", "counts": {}}
                    connection.execute(sa.update(suite_head).where(suite_head.c.key == row[0]).values(**old))
    save_missing_heads(store.database)
    with store.database.read() as connection:
        assert [tuple(row) for row in connection.execute(query)] == kept
    assert save_missing_heads(store.database) == 0


def test_a_run_that_comes_late_is_not_the_latest(store: Store, suite_run: Make) -> None:
    for at in (2, 1):
        store.deliver(Delivery(run=suite_run("failed" if at == 2 else "passed", at=at, run=f"r{at}")))
    with store.database.read() as connection:
        (latest,) = latest_runs(connection, DagScope(None))
    assert latest.run_key == suite_run("failed", at=2, run="r2").key
    assert (latest.outcome.value, latest.counts["failed"], latest.score) == ("failed", 1, 0.0)


def test_a_run_that_was_written_without_a_head_is_shown_after_a_migration(store: Store, suite_run: Make) -> None:
    store.deliver(Delivery(run=suite_run("passed", at=1, run="r1")))
    with store.database.write() as connection:
        connection.execute(runs.insert(), [run_row(suite_run("failed", at=at, run=f"r{at}")) for at in (0, 2)])
        connection.execute(runs.insert(), [run_row(replace(suite_run("errored", run="other", dag=None), suite="other"))])
    migrate(store.database)
    with store.database.read() as connection:
        assert {(run.suite, run.outcome.value) for run in latest_runs(connection, DagScope(None))} == {
            ("s", "failed"),
            ("other", "errored"),
        }


@pytest.mark.postgres
def test_the_start_of_a_trend_is_searched_once_for_a_suite_of_many_dags(store_url: str, store: Store, suite_run: Make) -> None:
    if not store_url.startswith("postgresql"):
        pytest.skip("SQLite does not count what it evaluates")
    with store.database.write() as connection:
        for number in range(20):
            save_suite_run(connection, suite_run("passed", at=number, run=f"r{number}", dag=f"d{number}"))
    sent: list[tuple[str, Any]] = []

    def note(*of_statement: Any) -> None:
        sent.append((of_statement[2], of_statement[3]))

    with store.database.read() as connection:
        sa.event.listen(store.database.engine, "before_cursor_execute", note)
        assert len(recent_runs(connection, DagScope(None))) == 1
        sa.event.remove(store.database.engine, "before_cursor_execute", note)
        statement, parameters = sent[-1]
        plan = str(connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", parameters).scalars().all())
    searches = re.findall(r"SubPlan \d+', '\W+Limit \(actual rows=\S+ loops=(\d+)\)", plan)
    assert searches == ["1"], plan
