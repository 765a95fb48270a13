"""Time limits hold in native code: of a statement, and of the task that asks it."""

from __future__ import annotations

import contextlib
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.engines import callers
from airflow_dre.engines.callers import Caller, CallFailed, NoAnswer
from airflow_dre.engines.sqlite.regexp_cost import longest_quick
from airflow_dre.engines.sqlite.regexps import Regexps
from airflow_dre.engines.transactions import transaction
from airflow_dre.engines.warehouse import Warehouse, opened
from airflow_dre.errors import QueryFailed, StatementTimeout, WarehouseUnreachable
from tests.alarms import TaskTimeout, time_is_up
from tests.hooks import Hook

BACKTRACKS = "SELECT COUNT(*) FROM t WHERE s REGEXP '^(a+)+$'"
LONG = {
    "sqlite": "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT SUM(x) FROM r",
    "duckdb": "SELECT COUNT(*) FROM range(100000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3",
    "postgres": "SELECT pg_sleep(60)",
}


class TaskTerminated(Exception):
    """As an exception of a signal handler that is an ordinary one."""


@pytest.fixture
def hooks(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Hook]:
    """Return a maker of hooks of real databases. The one of SQLite has a table with a text that backtracks."""

    def make(name: str) -> Hook:
        if name == "sqlite":
            with contextlib.closing(sqlite3.connect(tmp_path / "w.db")) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS t (s TEXT)")
                connection.execute("INSERT INTO t VALUES (?)", ["a" * 40 + "!"])
                connection.commit()
            return Hook("sqlite", lambda: sqlite3.connect(tmp_path / "w.db"))
        if name == "duckdb":
            return Hook("duckdb", duckdb.connect)
        url = request.getfixturevalue("postgres_url").replace("+psycopg", "")
        driver: Any = psycopg if name == "psycopg" else psycopg2
        return Hook("postgres", lambda: driver.connect(url))

    return make


@pytest.mark.parametrize("kind", [TaskTimeout, TaskTerminated, KeyboardInterrupt], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("name", "sql"),
    [
        pytest.param("sqlite", BACKTRACKS, id="a regular expression on SQLite"),
        pytest.param("sqlite", LONG["sqlite"], id="SQLite"),
        pytest.param("duckdb", LONG["duckdb"], id="DuckDB"),
        pytest.param("psycopg", LONG["postgres"], id="psycopg", marks=pytest.mark.postgres),
        pytest.param("psycopg2", LONG["postgres"], id="psycopg2", marks=pytest.mark.postgres),
    ],
)
def test_the_exception_of_a_signal_handler_ends_a_statement(hooks: Any, name: str, sql: str, kind: type[BaseException]) -> None:
    with opened(hooks(name)) as warehouse:
        warehouse.fetch_row("SELECT 1")
        started = time.monotonic()
        with pytest.raises(kind), time_is_up(0.3, kind):
            warehouse.fetch_row(sql)
        assert time.monotonic() - started < 5
        assert warehouse.queries == 2, "it is not asked again"


@pytest.mark.parametrize("sql", [BACKTRACKS.replace("SELECT COUNT(*)", "DELETE"), LONG["sqlite"]], ids=["a DELETE", "a SELECT"])
def test_the_exception_of_a_signal_handler_ends_a_transaction_and_nothing_stays(hooks: Any, sql: str) -> None:
    hook = hooks("sqlite")

    def write() -> None:
        with transaction(hook) as (running, _), time_is_up(0.5, TaskTimeout):
            running.write("INSERT INTO t VALUES ('b')")
            running.write(sql)

    with pytest.raises(TaskTimeout):
        write()
    with opened(hook) as warehouse:
        assert list(warehouse.fetch_row("SELECT COUNT(*) FROM t")) == [1]


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(a*)*b", "^(.*a){20}$", "(?:a?){40}a{40}b"])
def test_a_regular_expression_that_backtracks_ends_with_its_statement(hooks: Any, pattern: str) -> None:
    with opened(hooks("sqlite"), timedelta(seconds=0.5)) as warehouse:
        started = time.monotonic()
        with pytest.raises(StatementTimeout, match=r"ended after 0 s, the statement timeout: the regular expression .* 41 characters"):
            warehouse.fetch_row(f"SELECT COUNT(*) FROM t WHERE s REGEXP '{pattern}'")
        assert time.monotonic() - started < 3
        assert list(warehouse.fetch_row("SELECT COUNT(*) FROM t WHERE s REGEXP '^a+!$'")) == [1], "the next statement is answered"


def test_a_search_in_a_long_text_ends_with_its_statement(hooks: Any) -> None:
    hook = hooks("sqlite")
    with contextlib.closing(hook.get_conn()) as connection:
        connection.execute("INSERT INTO t VALUES (?)", ["a" * 1_000_000])
        connection.commit()
    with opened(hook, timedelta(seconds=0.5)) as warehouse:
        started = time.monotonic()
        with pytest.raises(StatementTimeout):
            warehouse.fetch_row("SELECT COUNT(*) FROM t WHERE s REGEXP 'a+b'")
        assert time.monotonic() - started < 3


def test_a_broken_regular_expression_is_refused(hooks: Any) -> None:
    with opened(hooks("sqlite")) as warehouse, pytest.raises(QueryFailed):
        warehouse.fetch_row("SELECT COUNT(*) FROM t WHERE s REGEXP '(a+)+('")


@given(st.text("ab(|)+*?.", max_size=8), st.text("ab", max_size=8))
def test_a_pattern_is_found_alike_in_this_process_and_in_another(pattern: str, text: str) -> None:
    with contextlib.suppress(re.error):
        wanted = re.search(pattern, text) is not None
        regexps = _REGEXPS
        assert regexps.search(pattern, text) == wanted
        assert regexps._search_apart(pattern, text) == wanted


_REGEXPS = Regexps()


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        pytest.param("^(a+)+$", 20, id="a repetition within a repetition"),
        pytest.param("(a|b)*c", 20, id="a choice within a repetition"),
        pytest.param("(a{1,9}){9}", 20, id="counted within counted"),
        pytest.param("a?" * 30, 30, id="many optional parts"),
        pytest.param("(?P<n>a*)*", 20, id="a named group"),
        pytest.param("(?=(a+)+)b", 20, id="a look ahead"),
        pytest.param("((?:ab?)+)+", 20, id="groups in groups"),
        pytest.param(".*.*.*x", 1_000, id="three repetitions in a row"),
    ],
)
def test_what_may_take_long_is_known(pattern: str, length: int) -> None:
    assert longest_quick(pattern) < length


@pytest.mark.parametrize(
    "pattern", ["^N[0-9A-Z]{2,5}$", r"^[\w.+-]+@[\w-]+\.[\w.]+$", "(ab)+", r"[(a+)+]", r"\(a\+\)+", "x{2}{3}", "{", ""]
)
def test_what_is_quick_is_run_in_place(pattern: str) -> None:
    assert longest_quick(pattern) > 100


def test_a_driver_that_never_returns_is_left_behind() -> None:
    caller, started = Caller(grace=0.2), time.monotonic()
    with pytest.raises(NoAnswer):
        caller.run(lambda: time.sleep(30), lambda: None, 0.2)
    assert caller.run(lambda: 1, lambda: None) == 1, "the next call has a thread of its own"
    with pytest.raises(CallFailed, match="refused"):
        caller.run(lambda: (_ for _ in ()).throw(QueryFailed("refused")), lambda: None)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("error", [MemoryError(), RecursionError()], ids=repr)
def test_an_exception_that_is_no_refusal_is_raised_as_it_is(error: Exception) -> None:
    def connect() -> Any:
        raise error

    with pytest.raises(type(error)):
        Warehouse(Hook("sqlite", connect)).fetch_row("SELECT 1")


def test_a_connection_that_was_opened_before_is_used_where_it_belongs() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    with opened(Hook("sqlite", lambda: connection)) as warehouse:
        assert list(warehouse.fetch_row("SELECT a FROM t")) == [1]


@pytest.fixture
def silent() -> Iterator[int]:
    """Yield the port of a server that accepts and stays silent."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize("driver", [psycopg, psycopg2], ids=["psycopg", "psycopg2"])
@pytest.mark.parametrize("what", ["asks", "writes"])
def test_a_server_that_accepts_and_is_silent_is_given_up(driver: Any, what: str, silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "LEAST_CONNECT_SECONDS", 0.5)
    hook = Hook("postgres", lambda: driver.connect(host="127.0.0.1", port=silent, user="u", dbname="d"))
    started = time.monotonic()
    given_up = pytest.raises(WarehouseUnreachable, match="cannot connect to the postgres warehouse: it did not answer within 0.5 s")
    how: Any = opened if what == "asks" else transaction
    with given_up, how(hook, timedelta(seconds=0.1)) as begun:
        begun.fetch_row("SELECT 1")
    assert time.monotonic() - started < 5


def test_a_connection_that_comes_too_late_is_closed() -> None:
    closed, caller = threading.Event(), Caller()

    def connect() -> str:
        time.sleep(0.6)
        return "late"

    with pytest.raises(NoAnswer):
        callers.connect_within(caller, connect, lambda late: closed.set(), 0.1)
    assert closed.wait(5)


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        pytest.param(None, 300.0, id="no limit of a statement"),
        pytest.param(timedelta(seconds=1), 20.0, id="a short one"),
        pytest.param(timedelta(minutes=2), 120.0, id="a longer one"),
        pytest.param(timedelta(hours=2), 300.0, id="a very long one"),
    ],
)
def test_how_long_connecting_may_take(timeout: timedelta | None, seconds: float) -> None:
    assert callers.connect_seconds(timeout) == seconds
