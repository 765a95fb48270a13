"""Segments of results, the last passed value of a check, and an older store that gains both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from airflow_dre.checks.outcomes import Outcome, Segment
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.results import last_passed
from airflow_dre.store.schema import downgrade, migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import result
from airflow_dre.values.dataset import DatasetName

Make = Callable[..., Any]
Rows = Callable[..., list[Any]]
SEGMENTS = (
    Segment(value="AA", outcome=Outcome.FAILED, reason="bad", observed="5", violations=5, rows=9),
    Segment(value=None, outcome=Outcome.PASSED, reason="good"),
)


def test_segments_are_kept_with_their_result(store: Store, suite_run: Make, rows: Rows) -> None:
    run = suite_run("failed")
    store.deliver(Delivery(run=replace(run, results=(replace(run.results[0], segments=SEGMENTS),))))
    (row,) = rows(store, result)
    assert [(segment["value"], segment["outcome"], segment["rows"]) for segment in row.segments] == [
        ("AA", "failed", 9),
        (None, "passed", None),
    ]


def test_segments_wait_in_the_spool_like_everything_else(store: Store, suite_run: Make, rows: Rows) -> None:
    run = suite_run("failed")
    store.spool.append(Delivery(run=replace(run, results=(replace(run.results[0], segments=SEGMENTS),))))
    assert store.replay() == 1
    assert len(rows(store, result)[0].segments) == 2


def test_a_check_remembers_what_it_observed_when_it_last_passed(store: Store, suite_run: Callable[..., Any]) -> None:
    def remembered(**other: str) -> str | None:
        key = {"namespace": "sqlite:///w", "name": "main.t", "suite": "s", "check_id": "0123456789abcdef", **other}
        with store.database.read() as connection:
            return last_passed(connection, DatasetName(key["namespace"], key["name"]), key["suite"], key["check_id"])

    assert remembered() is None
    for at, outcome, observed in ((0, "passed", "old"), (2, "passed", "new"), (1, "passed", "late"), (3, "failed", "worse")):
        run = suite_run(outcome, at=at, run=f"r{at}")
        store.deliver(Delivery(run=replace(run, results=(replace(run.results[0], observed=observed),))))
    assert remembered() == "new"
    assert [remembered(**{key: "other"}) for key in ("namespace", "name", "suite", "check_id")] == [None] * 4


def test_results_of_an_older_store_stay(store_url: str, tmp_path: Any, suite_run: Make, rows: Rows) -> None:
    database = Database(store_url)
    migrate(database)
    store = Store(database, Spool(tmp_path / "spool"))
    store.deliver(Delivery(run=suite_run("passed")))
    downgrade(database, "0001")
    with database.read() as connection:
        assert "segments" not in {column["name"] for column in sa.inspect(connection).get_columns("dre_result")}
    migrate(database)
    store.deliver(Delivery(run=suite_run("failed", at=1, run="r2")))
    assert [(row.outcome, row.segments) for row in rows(store, result)] in [
        [("passed", None), ("failed", None)],
        [("failed", None), ("passed", None)],
    ]
    database.engine.dispose()
