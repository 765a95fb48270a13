"""A transaction is kept whole or not at all, and each end of it has its error."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from airflow_dre.engines.transactions import Transaction, transaction, without_values
from airflow_dre.errors import DefinitionError, QueryFailed, StatementTimeout, WarehouseUnreachable
from tests.hooks import Hook


@pytest.fixture
def hook(tmp_path: Path) -> Hook:
    """Return a database with a table of one row."""
    connect = partial(sqlite3.connect, tmp_path / "w.db", timeout=0.1)
    with connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    return Hook("sqlite", connect)


def rows(hook: Hook) -> int:
    """Return the rows of the table."""
    return int(hook.get_conn().execute("SELECT COUNT(*) FROM t").fetchone()[0])


def within(hook: Hook, do: Callable[[Transaction], object], timeout: timedelta | None = None) -> None:
    """Do something in a transaction."""
    with transaction(hook, timeout) as (running, _):
        do(running)


def test_what_the_block_wrote_is_kept_at_its_end_and_undone_when_it_raises(hook: Hook) -> None:
    def write_and_raise(running: Transaction) -> None:
        assert running.write("INSERT INTO t SELECT 2 UNION ALL SELECT 3") == 2
        running.define("CREATE TABLE u (b INTEGER)")
        raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        within(hook, write_and_raise)
    assert rows(hook) == 1
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        hook.get_conn().execute("SELECT * FROM u")
    with transaction(hook) as (running, _):
        running.write("INSERT INTO t VALUES (2)")
        assert list(running.fetch_rows("SELECT a FROM t ORDER BY a", 1)) == [(1,)]
    assert rows(hook) == 2


def test_nobody_else_writes_meanwhile_and_who_waits_too_long_is_told_so(hook: Hook) -> None:
    with transaction(hook), pytest.raises(QueryFailed, match="^database is locked$"):
        within(hook, lambda running: pytest.fail("two transactions write at once"))


def test_a_statement_that_takes_too_long_is_ended_and_nothing_stays(hook: Hook) -> None:
    endless = "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0"

    def write_for_ever(running: Transaction) -> None:
        running.write("INSERT INTO t VALUES (2)")
        running.write(endless)

    with pytest.raises(StatementTimeout, match="^ended after 0 s, the statement timeout: "):
        within(hook, write_for_ever, timedelta(seconds=0.3))
    assert rows(hook) == 1


@pytest.mark.postgres
def test_a_connection_that_breaks_at_the_commit_leaves_a_doubt_that_is_told(postgres_url: str) -> None:
    address = postgres_url.replace("+psycopg", "")
    with psycopg.connect(address) as other:
        other.execute("CREATE TABLE t AS SELECT 1 AS a")

    def write_and_be_ended(running: Transaction) -> None:
        running.write("INSERT INTO t VALUES (2)")
        ((process,),) = running.fetch_rows("SELECT pg_backend_pid()", 1)
        with psycopg.connect(address) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [process])

    with pytest.raises(WarehouseUnreachable, match="stopped answering: .*; whether the transaction was kept is not known$"):
        within(Hook("postgres", partial(psycopg.connect, address)), write_and_be_ended)
    with psycopg.connect(address) as other:
        assert other.execute("SELECT COUNT(*) FROM t").fetchone() == (1,)


@pytest.mark.parametrize(
    ("conn_type", "allowed"),
    [
        ("mysql", "rows can only be quarantined on PostgreSQL, SQLite, DuckDB and Spark"),
        ("databricks", "rows can only be quarantined on PostgreSQL, SQLite, DuckDB and Spark"),
        ("spark", "a database with transactions: PostgreSQL, SQLite or DuckDB"),
    ],
)
def test_a_database_that_is_not_written_to_is_not_even_connected_to(conn_type: str, allowed: str) -> None:
    with pytest.raises(DefinitionError, match=f"invalid conn_type='{conn_type}'. Allowed: {allowed}"):
        within(Hook(conn_type, lambda: pytest.fail("a connection was opened")), lambda running: pytest.fail("a transaction was begun"))


@pytest.mark.parametrize(
    ("message", "blanked"),
    [
        ("Conversion Error: Could not convert string '4111' to INT32", "Conversion Error: Could not convert string '...' to INT32"),
        ('Constraint Error: Duplicate key "card: 4111" violates primary key', 'Constraint Error: Duplicate key "..." violates primary key'),
        ('invalid input syntax for type integer: "4111"', 'invalid input syntax for type integer: "..."'),
        ('null value in column "card" of relation "bad" violates', 'null value in column "card" of relation "bad" violates'),
        ('value "99999999999" is out of range for type integer', "value '...' is out of range for type integer"),
        ("Type INT32 with value 300 can't be cast because", "Type INT32 with value '...' can't be cast because"),
        ("Could not cast value -12345.670000 to DECIMAL(4,1)", "Could not cast value '...' to DECIMAL(4,1)"),
        ("Overflow in addition of INT32 (2147483647 + 1)!", "Overflow in addition of INT32 (...)!"),
        ('Malformed JSON at byte 6 of input.  Input: "{"a": sec"', 'Malformed JSON at byte 6 of input.  Input: "..."'),
        ('Could not parse string "secret" according to', "Could not parse string '...' according to"),
        ("unknown database 'nowhere'", "unknown database 'nowhere'"),
    ],
)
def test_values_are_blanked_and_names_are_not(message: str, blanked: str) -> None:
    assert without_values(message) == blanked
