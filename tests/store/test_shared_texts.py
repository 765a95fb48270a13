"""Definitions and statements are kept once, those of an older store are moved, and nothing is lost on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.errors import StoreUnreachable
from airflow_dre.store import shared_texts
from airflow_dre.store.database import Database
from airflow_dre.store.reading.runs import results_of_run, whole_results
from airflow_dre.store.records import Delivery, SuiteRunRecord
from airflow_dre.store.schema import current_revision, downgrade, head, migrate
from airflow_dre.store.shared_texts import share_texts
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import check_definition, result, statement_text

Make = Callable[..., SuiteRunRecord]
Rows = Callable[..., list[Any]]


@pytest.fixture
def old(store_url: str, tmp_path: Path, suite_run: Make) -> Iterator[Store]:
    """Yield a store of the revision before with 25 results that hold their own definitions and statements."""
    store = Store(Database(store_url), Spool(tmp_path / "spool"))
    migrate(store.database)
    for number in range(5):
        run = suite_run("failed", run=f"r{number}")
        (first,) = run.results
        results = [replace(first, check_id=f"{index:016}", statement=f'SELECT {index} AS "ü\'"') for index in range(4)]
        store.deliver(Delivery(run=replace(run, results=(*results, replace(first, check_id="f" * 16, statement=None)))))
    downgrade(store.database, "0011")
    yield store
    store.database.engine.dispose()


def read_all(store: Store) -> list[dict[str, Any]]:
    """Return every result as readers see it."""
    with store.database.read() as connection:
        keys = [row.run_key for row in connection.execute(sa.select(result.c.run_key).distinct().order_by(result.c.run_key))]
        return [{"key": found.key, "read": found} for key in keys for found in results_of_run(connection, key)]


def inline(store: Store) -> int:
    """Return the number of results that hold their own definition."""
    with store.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).where(result.c.definition_digest.is_(None))) or 0


def upgrade_tables_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring the tables to the newest revision and move nothing."""
    with monkeypatch.context() as patch:
        patch.setattr("airflow_dre.store.schema.share_texts", lambda *_, **__: 0)
        migrate(store.database)


def test_equal_definitions_and_statements_are_one_row(store: Store, suite_run: Make, rows: Rows) -> None:
    for number in range(3):
        store.deliver(Delivery(run=suite_run("failed", run=f"r{number}")))
    assert len(rows(store, result)) == 3
    assert [row.definition["name"] for row in rows(store, check_definition)] == ["not_null(a)"]
    assert [row.text for row in rows(store, statement_text)] == ["SELECT 1"]
    assert {(row.statement, str(row.definition)) for row in rows(store, result)} == {(None, "{}")}
    assert {(found["read"].statement, found["read"].definition.name) for found in read_all(store)} == {("SELECT 1", "not_null(a)")}


def test_a_result_without_a_statement_has_none(store: Store, suite_run: Make, rows: Rows) -> None:
    run = suite_run("skipped")
    store.deliver(Delivery(run=replace(run, results=(replace(run.results[0], statement=None),))))
    assert [found["read"].statement for found in read_all(store)] == [None]
    assert rows(store, statement_text) == []


def test_what_an_older_version_wrote_is_moved_and_reads_the_same(old: Store, monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    upgrade_tables_only(old, monkeypatch)
    before = read_all(old)
    assert len(before) == inline(old) == 25, "an older store is readable before anything is moved"
    assert share_texts(old.database, batch=7) == 25
    assert inline(old) == 0
    assert read_all(old) == before
    assert (len(rows(old, check_definition)), len(rows(old, statement_text))) == (1, 4)
    assert share_texts(old.database) == 0


def test_a_move_that_is_interrupted_half_way_goes_on(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade_tables_only(old, monkeypatch)
    before = read_all(old)
    batches = iter([True, True, False])
    move = shared_texts._share_batch

    def break_off(connection: sa.Connection, batch: int) -> int:
        moved = move(connection, batch)
        if not next(batches):
            raise StoreUnreachable("the server was stopped")
        return moved

    with monkeypatch.context() as patch:
        patch.setattr(shared_texts, "_share_batch", break_off)
        with pytest.raises(StoreUnreachable):
            share_texts(old.database, batch=7)
    assert inline(old) == 11, "the batch that broke off is not half moved"
    assert read_all(old) == before
    migrate(old.database)
    assert inline(old) == 0
    assert read_all(old) == before


def test_a_migration_that_is_interrupted_changes_nothing_and_can_be_repeated(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.Operations.create_index", _stop)
        with pytest.raises(RuntimeError):
            migrate(old.database)
    assert current_revision(old.database) == "0011"
    migrate(old.database)
    assert current_revision(old.database) == head()
    assert len(read_all(old)) == 25


def _stop(*_: Any, **__: Any) -> None:
    raise RuntimeError("the process was stopped")


def test_the_way_back_gives_every_result_its_own(old: Store) -> None:
    columns = sa.text("SELECT key, definition, statement FROM dre_result ORDER BY key")
    with old.database.read() as connection:
        before = [tuple(map(str, row)) for row in connection.execute(columns)]
    migrate(old.database)
    downgrade(old.database, "0011")
    with old.database.read() as connection:
        after = [tuple(map(str, row)) for row in connection.execute(columns)]
    assert after == before
    assert len(after) == 25


def test_writers_of_the_same_new_texts_at_once_are_all_kept(store: Store, suite_run: Make, rows: Rows) -> None:
    start, errors = threading.Barrier(6), list[BaseException]()

    def write(number: int) -> None:
        run = suite_run("failed", run=f"r{number}")
        results = [replace(run.results[0], check_id=f"{index:016}", statement=f"SELECT {index}") for index in range(20)]
        ordered = results if number % 2 else results[::-1]
        start.wait()
        try:
            store.deliver(Delivery(run=replace(run, results=tuple(ordered))))
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert len(rows(store, result)) == 120
    assert len(rows(store, statement_text)) == 20
    with store.database.read() as connection:
        assert all(row.statement and row.definition for row in connection.execute(whole_results()))
