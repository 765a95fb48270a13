"""Failing rows in the store: with their result, through the spool, until they expire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.store.database import Database
from airflow_dre.store.failing_rows import drop_expired, rows_of, sampled_result
from airflow_dre.store.records import Delivery, Sample, SampleNote, SuiteRunRecord
from airflow_dre.store.schema import downgrade, migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import failing_row, result
from airflow_dre.values.digest import digest

Make = Callable[..., Any]
Rows = Callable[..., list[Any]]
NOW = datetime.now(UTC)
SAMPLE = Sample(expires_at=NOW + timedelta(hours=1), columns=("id", "a"), rows=(("1", None), ("2", "it's \x00 ü")), reason="a is NULL")


def sampled(run: SuiteRunRecord, sample: Sample = SAMPLE) -> SuiteRunRecord:
    """Return the run with a sample beside its result."""
    return replace(run, results=(replace(run.results[0], sample=sample),))


def key_of(run: SuiteRunRecord) -> str:
    """Return the key of its result."""
    return digest(run.key, run.results[0].check_id)


@pytest.mark.parametrize("spooled", [False, True])
def test_rows_are_kept_with_their_result_once(store: Store, suite_run: Make, rows: Rows, spooled: bool) -> None:
    run = sampled(suite_run("failed"))
    for _ in range(2):
        if spooled:
            store.spool.append(Delivery(run=run))
            store.replay()
        else:
            store.deliver(Delivery(run=run))
    with store.database.read() as connection:
        assert rows_of(connection, key_of(run), NOW) == [(["1", None], "a is NULL"), (["2", "it's \x00 ü"], "a is NULL")]
        found = sampled_result(connection, key_of(run))
        assert sampled_result(connection, "0" * 64) is None
    assert found is not None
    assert (found.dag_id, found.sample) == (
        "d",
        SampleNote(columns=("id", "a"), rows=2, missing=None, expires_at=SAMPLE.expires_at),
    )
    assert len(rows(store, failing_row)) == 2


def test_why_there_are_none_is_kept_too(store: Store, suite_run: Make, rows: Rows) -> None:
    store.deliver(Delivery(run=sampled(suite_run("failed"), replace(SAMPLE, columns=(), rows=(), missing="no single row"))))
    store.deliver(Delivery(run=suite_run("passed", run="r2")))
    assert sorted(str((row.sample or {}).get("missing")) for row in rows(store, result)) == ["None", "no single row"]
    assert rows(store, failing_row) == []


def test_what_has_expired_is_given_to_nobody_and_then_dropped(store: Store, suite_run: Make, rows: Rows) -> None:
    early, late = sampled(suite_run("failed")), sampled(suite_run("failed", run="r2"), replace(SAMPLE, expires_at=NOW + timedelta(hours=3)))
    for run in (early, late):
        store.deliver(Delivery(run=run))
    with store.database.write() as connection:
        assert len(rows_of(connection, key_of(early), SAMPLE.expires_at - timedelta(seconds=1))) == 2
        assert rows_of(connection, key_of(early), SAMPLE.expires_at) == [], "not even before it is dropped"
        assert drop_expired(connection, SAMPLE.expires_at - timedelta(seconds=1)) == 0
        assert drop_expired(connection, SAMPLE.expires_at) == 2
        assert len(rows_of(connection, key_of(late), SAMPLE.expires_at)) == 2
    assert {row.result_key for row in rows(store, failing_row)} == {key_of(late)}


def test_what_expired_in_the_spool_is_not_written_and_new_samples_drop_old_ones(store: Store, suite_run: Make, rows: Rows) -> None:
    store.spool.append(Delivery(run=sampled(suite_run("failed"), replace(SAMPLE, expires_at=NOW - timedelta(seconds=1)))))
    assert store.replay() == 1
    assert rows(store, failing_row) == []
    with store.database.write() as connection:
        (kept,) = rows(store, result)
        old = {"result_key": kept.key, "position": 0, "row": "[]", "reason": "", "created_at": NOW, "expires_at": NOW}
        connection.execute(failing_row.insert(), [old])
    store.deliver(Delivery(run=sampled(suite_run("failed", run="r2"))))
    assert {row.result_key for row in rows(store, failing_row)} != {kept.key}
    assert len(rows(store, failing_row)) == 2


def test_rows_go_with_their_run(store: Store, suite_run: Make, rows: Rows) -> None:
    store.deliver(Delivery(run=sampled(suite_run("failed"))))
    with store.database.write() as connection:
        connection.execute(sa.text("DELETE FROM dre_suite_run"))
    assert rows(store, failing_row) == []


def test_results_of_an_older_store_stay(store_url: str, tmp_path: Any, suite_run: Make, rows: Rows) -> None:
    database = Database(store_url)
    migrate(database)
    store = Store(database, Spool(tmp_path / "spool"))
    store.deliver(Delivery(run=sampled(suite_run("failed"))))
    downgrade(database, "0002")
    assert "dre_failing_row" not in sa.inspect(database.engine).get_table_names()
    migrate(database)
    store.deliver(Delivery(run=sampled(suite_run("failed", run="r2"))))
    assert [row.sample is None for row in rows(store, result)].count(True) == 1
    assert len(rows(store, failing_row)) == 2
    database.engine.dispose()
