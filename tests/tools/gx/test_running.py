"""Great Expectations run by our engine: connections, isolation, reasons, and nothing that stays behind."""

from __future__ import annotations

import logging
import sqlite3
import sys
import time
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from airflow_dre.errors import DefinitionError, WarehouseUnreachable
from airflow_dre.tools.gx.running.calls import run_apart
from airflow_dre.tools.gx.running.data import Data, FrameData, QueryData, TableData, read_frame
from airflow_dre.tools.gx.running.expectations import read_expectations
from airflow_dre.tools.gx.running.quiet import require_gx, suppress_gx_output
from airflow_dre.tools.gx.running.reasons import reason_for
from airflow_dre.tools.gx.running.results import Validation
from airflow_dre.tools.gx.running.run import asset_of, new_context, run_expectations
from tests.alarms import TaskTimeout, time_is_up
from tests.databases import sqlite_file
from tests.hooks import Hook


@dataclass
class SqliteHook:
    """A hook that keeps its connections, and refuses more than ``most``."""

    path: Path
    most: int = 99
    given: list[sqlite3.Connection] = field(default_factory=list)
    conn_type: str = "sqlite"

    def get_conn(self) -> sqlite3.Connection:
        if len(self.given) >= self.most:
            raise sqlite3.OperationalError("unable to open database file")
        self.given.append(sqlite3.connect(self.path))
        return self.given[-1]


@pytest.fixture
def hook(tmp_path: Path) -> SqliteHook:
    """Return a hook of a database with a table ``orders``."""
    with sqlite_file(tmp_path / "w.db") as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, amount INTEGER)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(number, number * 10) for number in range(11)])
    return SqliteHook(tmp_path / "w.db")


def found(expectations: list[dict[str, Any]], data: Data) -> tuple[Validation, ...]:
    """Return the validations of declared expectations."""
    return run_expectations(read_expectations(expectations, "test"), data).validations


def quantile(number: float) -> dict[str, Any]:
    """Return an expectation about one quantile of ``amount``."""
    ranges = {"quantiles": [number], "value_ranges": [[None, 1000]]}
    return {"type": "expect_column_quantile_values_to_be_between", "kwargs": {"column": "amount", "quantile_ranges": ranges}}


def test_each_of_several_quantiles_of_a_column_gets_its_own_value() -> None:
    """In one suite, Great Expectations 1.24 uses the value of the first for all of them."""
    data = FrameData(pd.DataFrame({"amount": range(101)}))
    assert [one.observed for one in found([quantile(0.1), quantile(0.9), quantile(0.5)], data)] == ["0.1: 10", "0.9: 90", "0.5: 50"]


def test_validations_come_in_the_order_in_which_they_were_declared(hook: SqliteHook) -> None:
    kinds = ["expect_column_values_to_be_unique", "expect_column_max_to_be_between", "expect_column_values_to_not_be_null"]
    declared: list[dict[str, Any]] = [{"type": kind, "kwargs": {"column": column}} for kind in kinds for column in ("id", "none", "amount")]
    for one in declared:
        if "max" in one["type"]:
            one["kwargs"]["max_value"] = 1
    seen = [(one.kind, one.arguments["column"]) for one in found(declared, TableData(hook, ("orders",)))]
    assert seen == [(one["type"], one["kwargs"]["column"]) for one in declared]


@pytest.mark.parametrize("data", ["table", "query", "missing"])
def test_every_connection_is_given_back(hook: SqliteHook, data: str) -> None:
    asked: Data = (
        QueryData(hook, "SELECT * FROM orders") if data == "query" else TableData(hook, ("nope" if data == "missing" else "orders",))
    )
    (one,) = found([{"type": "expect_table_row_count_to_equal", "kwargs": {"value": 11}}], asked)
    assert (one.success, one.error) == ((False, "no such table: nope") if data == "missing" else (True, None))
    assert hook.given
    for connection in hook.given:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            _ = connection.total_changes  # which any thread may ask for


def test_a_connection_cannot_write(hook: SqliteHook) -> None:
    kept_without_a_commit = "CREATE TABLE written AS SELECT 1 AS id"
    asked = [{"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": kept_without_a_commit}}]
    assert found(asked, TableData(hook, ("orders",)))[0].error is not None
    (one,) = found([{"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1}}], TableData(hook, ("written",)))
    assert one.error == "no such table: written"


@pytest.mark.parametrize("most", [0, 1])
def test_a_warehouse_that_is_gone_is_no_broken_expectation(hook: SqliteHook, most: int) -> None:
    hook.most = most
    with pytest.raises(WarehouseUnreachable, match="cannot connect to the sqlite warehouse: unable to open database file"):
        found([{"type": "expect_table_row_count_to_equal", "kwargs": {"value": 11}}], TableData(hook, ("orders",)))


@pytest.mark.postgres
@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_postgresql_answers_through_either_driver(postgres_url: str, driver: str) -> None:
    package = pytest.importorskip(driver)
    url = sa.make_url(postgres_url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE orders AS SELECT 1 AS id UNION ALL SELECT 1")

    hook = Hook("postgres", lambda: package.connect(host=url.query["host"], user=url.username, dbname=url.database))
    declared = [{"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}}]
    (one,) = found(declared, TableData(hook, ("public", "orders")))
    assert (one.success, one.elements, one.unexpected, one.error) == (False, 2, 2, None)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE orders")  # waits for ever where a connection still holds it
    engine.dispose()


def test_nothing_is_written_and_nobody_is_told(hook: SqliteHook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("HOME", str(empty))
    found([quantile(0.5)], TableData(hook, ("orders",)))
    assert list(empty.rglob("*")) == []
    assert new_context().config.analytics_enabled is False


def test_silence_ends_with_the_work(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("great_expectations.somewhere")
    with suppress_gx_output():
        logger.error("lost")
        print("nor this")
    logger.error("heard")
    assert [record.getMessage() for record in caplog.records] == ["heard"]


def test_a_missing_package_is_said_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    with pytest.raises(DefinitionError, match=r"an environment with Great Expectations: pip install 'airflow-dre\[gx\]'"):
        require_gx()


def test_a_validation_has_no_place_for_rows() -> None:
    assert {one.name for one in fields(Validation)} == {
        "id",
        "kind",
        "declared",
        "arguments",
        "by_row",
        "severity",
        "meta",
        "description",
        "success",
        "error",
        "elements",
        "missing",
        "unexpected",
        "observed",
        "nothing",
    }


REASONS = {
    "a driver names the column": (
        "(sqlite3.OperationalError) no such column: x\n[SQL: SELECT]",
        "sqlite3.OperationalError",
        "no such column: x",
    ),
    "a driver quotes a value": (
        '(psycopg.errors.InvalidTextRepresentation) invalid input syntax for type integer: "SECRET"',
        "sqlalchemy.exc.DataError",
        "invalid input syntax for type integer: …",
    ),
    "Great Expectations names the column": (
        'Error: The column "x" in BatchData does not exist.',
        "great_expectations.exceptions.exceptions.X",
        'Error: The column "x" in BatchData does not exist.',
    ),
    "a value after a colon": ("could not convert string to float: 'SECRET'", "ValueError", "could not convert string to float: …"),
    "a value in quotes": ("Could not convert string 'SEC'RET' to numeric", "TypeError", "Could not convert string … to numeric"),
    "only types": (
        "'>=' not supported between instances of 'int' and 'str'",
        "TypeError",
        "'>=' not supported between instances of 'int' and 'str'",
    ),
    "what the author wrote": ("bad pattern 'a[' here", "re.error", "bad pattern 'a[' here"),
    "a key": ("'SECRET'", "KeyError", "…"),
}


@pytest.mark.parametrize(("message", "cause", "reason"), REASONS.values(), ids=REASONS)
def test_a_reason_quotes_no_value_of_a_row(message: str, cause: str, reason: str) -> None:
    trace = f"Traceback (most recent call last):\n  File x\n{cause}: {message}\n"
    assert reason_for(message, trace, {"regex_list": ["a["]}) == reason


def test_rows_as_dicts_become_a_dataframe() -> None:
    assert read_frame([{"a": 1}, {"b": 2}]).frame.columns.tolist() == ["a", "b"]
    for wrong in ([], [1], {"a": [1]}, None, "a"):
        with pytest.raises(DefinitionError, match="a pandas DataFrame, or a list of dicts, one a row"):
            read_frame(wrong)


def test_a_checkpoint_looks_at_one_asset() -> None:
    import great_expectations as gx

    with suppress_gx_output():
        context = new_context()
        suite = context.suites.add(gx.ExpectationSuite(name="suite"))
        source = context.data_sources.add_pandas("frames")
        definitions = [
            gx.ValidationDefinition(
                name=name, suite=suite, data=source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
            )
            for name in ("orders", "people")
        ]
    assert asset_of(gx.Checkpoint(name="one", validation_definitions=definitions[:1])) == "frames.orders"
    with pytest.raises(DefinitionError, match=r"invalid checkpoint='frames.orders, frames.people'. Allowed: a checkpoint of one"):
        asset_of(gx.Checkpoint(name="two", validation_definitions=definitions))


ENDLESS = f"SELECT t0.id AS id FROM {', '.join(f'orders t{place}' for place in range(12))}"
SLOW = {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1}}
BACKTRACKS = {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "s", "regex": "^(a+)+$"}}


@pytest.mark.parametrize(
    ("expectations", "query"),
    [
        pytest.param([SLOW] * 3, ENDLESS, id="statements of SQLite, one after the other"),
        pytest.param([BACKTRACKS], "SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' AS s", id="a regular expression that backtracks"),
    ],
)
def test_the_exception_of_a_signal_handler_ends_a_validation(hook: SqliteHook, expectations: list[dict[str, Any]], query: str) -> None:
    require_gx()
    started = time.monotonic()
    with pytest.raises(TaskTimeout), time_is_up(2):
        found(expectations, QueryData(hook, query))
    assert time.monotonic() - started < 3.5
    assert found([{**SLOW, "kwargs": {"value": 11}}], TableData(hook, ("orders",)))[0].success, "the next run is answered"


@pytest.mark.postgres
@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_the_exception_of_a_signal_handler_ends_a_statement_of_postgresql(postgres_url: str, driver: str) -> None:
    package = pytest.importorskip(driver)
    hook = Hook("postgres", partial(package.connect, postgres_url.replace("postgresql+psycopg", "postgresql")))
    require_gx()
    started = time.monotonic()
    with pytest.raises(TaskTimeout), time_is_up(2):
        found([SLOW], QueryData(hook, "SELECT pg_sleep(60) AS s"))
    assert time.monotonic() - started < 3.5


def test_an_exception_of_the_work_is_raised_as_it_is_and_work_that_never_ends_is_left_behind() -> None:
    names: dict[str, int] = {}
    with pytest.raises(KeyError, match="no such"):
        run_apart(lambda: names["no such"])
    started = time.monotonic()
    with pytest.raises(TaskTimeout), time_is_up(0.2):
        run_apart(lambda: time.sleep(30))
    assert time.monotonic() - started < 1.5
