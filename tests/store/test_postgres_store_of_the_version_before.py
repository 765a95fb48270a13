"""A PostgreSQL store of the version before, upgraded and read by this one. It holds the rows of the SQLite store of the same fixture."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.store.database import Database
from airflow_dre.store.reading import incidents, runs, slas
from airflow_dre.store.reading.scope import DagScope
from airflow_dre.store.schema import current_revision, downgrade, head, migrate
from airflow_dre.store.tables import metadata
from airflow_dre.values.dataset import DatasetName
from tests.conftest import database_on

pytestmark = pytest.mark.postgres
KEPT = Path(__file__).parent.parent / "data" / "store_before_the_house"
EXPECTED = json.loads((KEPT / "expected.json").read_text())
EVERYTHING = DagScope(None, orphans=True)
ORIGIN = "dag_id, run_id, task_id, map_index, try_number"
SINCE_MOVED = {
    ("dre_result", "definition"): "SELECT r.key, COALESCE(d.definition, r.definition) AS value FROM dre_result AS r "
    "LEFT JOIN dre_check_definition AS d ON d.digest = r.definition_digest",
    ("dre_result", "statement"): "SELECT r.key, COALESCE(s.text, r.statement) AS value FROM dre_result AS r "
    "LEFT JOIN dre_statement AS s ON s.digest = r.statement_digest",
}
"""Columns that are kept elsewhere now: a query of the key of the row and the value that the column had."""
Rows = dict[str, Counter[str]]


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a store, and close its connections afterwards."""
    database = Database(url)
    try:
        yield database
    finally:
        database.engine.dispose()


@pytest.fixture
def copy(old_postgres_store: str, postgres_address: str) -> Iterator[Database]:
    """Yield a copy of the store to upgrade."""
    with database_on(postgres_address, old_postgres_store) as url, opened(url) as database:
        yield database


@pytest.fixture(scope="module")
def upgraded(old_postgres_store: str, postgres_address: str) -> Iterator[Database]:
    """Yield the store, upgraded. Tests only read it."""
    with database_on(postgres_address, old_postgres_store) as url, opened(url) as database:
        migrate(database)
        yield database


@pytest.fixture(scope="module")
def from_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Yield the SQLite store of the fixture, upgraded."""
    path = tmp_path_factory.mktemp("sqlite") / "store.db"
    path.write_bytes(gzip.decompress((KEPT / "store.db.gz").read_bytes()))
    with opened(f"sqlite:///{path}") as database:
        migrate(database)
        yield database


def query(database: Database, text: str, **values: object) -> list[dict[str, Any]]:
    """Return the rows of a query."""
    with database.read() as connection:
        return [dict(row) for row in connection.execute(sa.text(text), values).mappings()]


def columns_of(database: Database) -> dict[str, list[str]]:
    """Return the names of the columns of each table."""
    inspector = sa.inspect(database.engine)
    tables = [name for name in inspector.get_table_names() if name != "dre_alembic_version"]
    return {table: [column["name"] for column in inspector.get_columns(table)] for table in sorted(tables)}


def held(database: Database, columns: Mapping[str, Sequence[str]]) -> Rows:
    """Return what some columns hold, row by row, for each table."""
    found: Rows = {}
    moved = sa.inspect(database.engine).has_table("dre_check_definition")
    for table, names in columns.items():
        rows = query(database, f"SELECT * FROM {table}")
        for name in names:
            if moved and (table, name) in SINCE_MOVED:
                values = {row["key"]: row["value"] for row in query(database, SINCE_MOVED[table, name])}
                rows = [{**row, name: values[row["key"]]} for row in rows]
        found[table] = Counter(json.dumps([row[name] for name in names], default=str) for row in rows)
    return found


def test_the_script_names_no_machine() -> None:
    script = gzip.decompress((KEPT / "store.sql.gz").read_bytes()).decode()
    assert [name for name in ("/work", "/tmp", "/root", "/home", "/Users", "localhost", "OWNER") if name in script] == []


@pytest.mark.parametrize("revision", [None, "0010", "0008"], ids=lambda revision: f"from {revision or 'the revision it was written at'}")
def test_the_store_is_upgraded_and_nothing_is_lost(copy: Database, revision: str | None) -> None:
    if revision is not None:
        downgrade(copy, revision)
    columns = columns_of(copy)
    before = held(copy, columns)
    migrate(copy)
    assert current_revision(copy) == head()
    assert held(copy, columns) == before
    assert {table: sum(rows.values()) for table, rows in before.items()} == {table: EXPECTED["rows"][table] for table in before}


def test_the_upgraded_store_holds_what_the_one_of_sqlite_holds(upgraded: Database, from_sqlite: Database) -> None:
    for table in metadata.sorted_tables:
        found = []
        for database in (upgraded, from_sqlite):
            with database.read() as connection:
                found.append(sorted(map(repr, connection.execute(sa.select(table)))))
        assert found[0] == found[1], table.name
        assert found[0] or table.name not in EXPECTED["rows"], f"{table.name} has rows"


def everything_read(database: Database) -> dict[str, object]:
    """Return what the reading half of the store returns."""
    with database.read() as connection:
        latest = runs.latest_runs(connection, EVERYTHING)
        datasets = sorted({DatasetName(run.namespace, run.name) for run in latest}, key=str)
        page, number = incidents.page_of_incidents(connection, EVERYTHING)
        return {
            "latest runs": sorted(latest, key=lambda run: run.run_key),
            "recent runs": dict(runs.recent_runs(connection, EVERYTHING)),
            "histories": [dict(runs.result_histories(connection, EVERYTHING, dataset)) for dataset in datasets],
            "results": [runs.results_of_run(connection, run["key"]) for run in EXPECTED["runs"]],
            "incidents": (page, number, incidents.live_incidents(connection, EVERYTHING)),
            "incidents of datasets": [incidents.incidents_of_dataset(connection, EVERYTHING, dataset) for dataset in datasets],
            "stories": [incidents.incident_story(connection, found.id) for found in page],
            "reporters": incidents.reporters_of(connection, [found.id for found in page]),
            "dags": incidents.known_dags(connection),
            "waiting": incidents.oldest_waiting_message(connection),
            "slas": slas.readable_slas(connection, EVERYTHING),
            "monitors": slas.readable_monitors(connection, EVERYTHING),
        }


def test_the_upgraded_store_is_read_as_the_one_of_sqlite(upgraded: Database, from_sqlite: Database) -> None:
    found = everything_read(upgraded)
    assert found == everything_read(from_sqlite)
    assert [name for name, records in found.items() if not records] == []


def test_ids_keys_and_verdicts_are_those_that_were_written(upgraded: Database) -> None:
    found = query(
        upgraded, f"SELECT key, namespace, name, suite, {ORIGIN}, engine, outcome, counts FROM dre_suite_run ORDER BY measured_at"
    )
    results = (
        "SELECT check_id AS id, outcome, observed, value, unit, violations, rows FROM dre_result WHERE run_key = :key ORDER BY position"
    )
    assert [{**run, "results": query(upgraded, results, key=run["key"])} for run in found] == EXPECTED["runs"]
    cause = "kind, namespace, name, suite, promise, deadline"
    kept = f"SELECT fingerprint, {cause}, {ORIGIN}, event, status, severity, occurrences FROM dre_incident ORDER BY id"
    assert query(upgraded, kept) == EXPECTED["incidents"]
    assert query(upgraded, "SELECT incident_id, route, event, status FROM dre_outbox ORDER BY id") == EXPECTED["outbox"]
    for name, columns, table in (
        ("signals", f"key, fingerprint, event, {ORIGIN}", "dre_signal"),
        ("slas", "fingerprint, namespace, name, sla, state", "dre_sla"),
        ("states", "split, form, partition, name", "dre_partition_state"),
        ("aside", "key, host", "dre_aside"),
    ):
        key = itemgetter(*columns.split(", "))
        assert sorted(query(upgraded, f"SELECT {columns} FROM {table}"), key=key) == sorted(EXPECTED[name], key=key), name


class Interrupted(Exception):
    """An upgrade that ends in the middle."""


@contextlib.contextmanager
def ending_after(database: Database, statements: int | None) -> Iterator[list[str]]:
    """Count the statements that a database is sent, and end its work at the one after so many."""
    sent: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)
        if statements is not None and len(sent) > statements:
            raise Interrupted(statement)

    sa.event.listen(database.engine, "before_cursor_execute", count)
    yield sent
    sa.event.remove(database.engine, "before_cursor_execute", count)


def test_an_upgrade_that_is_interrupted_is_run_again(copy: Database, old_postgres_store: str, postgres_address: str) -> None:
    columns = columns_of(copy)
    before = held(copy, columns)
    with ending_after(copy, None) as sent:
        migrate(copy)
    last = max(number for number, statement in enumerate(sent) if statement.startswith("UPDATE dre_alembic_version"))
    """The last statement of the transaction that changes the tables. Others then move the texts of results."""
    for statements, changed in ((last // 2, False), (last, False), ((last + len(sent)) // 2, True)):
        with database_on(postgres_address, old_postgres_store) as url, opened(url) as database:
            with ending_after(database, statements), pytest.raises(Interrupted):
                migrate(database)
            assert (current_revision(database) == head()) is changed
            assert held(database, columns) == before, f"interrupted after {statements} statements"
            migrate(database)
            assert current_revision(database) == head()
            assert held(database, columns) == before
