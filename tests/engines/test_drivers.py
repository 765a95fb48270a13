"""The differences between drivers are in one table, and the engines compare no database by its name."""

from __future__ import annotations

import ast
import inspect
import sqlite3
from dataclasses import replace
from types import ModuleType

import duckdb
import psycopg
import pytest

from airflow_dre.engines import session, transactions, warehouse
from airflow_dre.engines.driver import DRIVERS, Driver, driver_of, interrupter
from airflow_dre.engines.far_values import load_far_values
from airflow_dre.sql.dialect import Writing
from airflow_dre.sql.dialects import DIALECTS
from airflow_dre.sql.dialects.duckdb import DUCKDB_VIEW
from tests.databases import sqlite_file

BUSY = sqlite3.OperationalError("database is locked")
BUSY.sqlite_errorname = "SQLITE_BUSY"
CONFLICTS = {
    "duckdb": duckdb.TransactionException("Conflict on update!"),
    "postgres": psycopg.errors.DeadlockDetected(),
    "sqlite": BUSY,
}
"""An error of each writable database whose reason is that another transaction was in the way."""


def test_every_driver_of_the_table_is_of_a_dialect_and_differs_from_the_usual_one() -> None:
    assert set(DRIVERS) <= set(DIALECTS)
    assert all(driver != Driver() for driver in DRIVERS.values())


def test_every_database_with_transactions_distinguishes_a_conflict_from_a_mistake() -> None:
    writable = [name for name, dialect in DIALECTS.items() if isinstance(dialect.writing, Writing) and not dialect.writing.only_inserts]
    assert sorted(writable) == ["duckdb", "postgres", "sqlite"]
    assert all(driver_of(DIALECTS[name]).is_conflict(CONFLICTS[name]) for name in writable)
    assert not any(driver_of(DIALECTS[name]).is_conflict(ValueError("a mistake")) for name in writable)


def test_the_driver_of_a_dialect_of_another_package_is_that_of_its_connection() -> None:
    driver = driver_of(replace(DIALECTS["postgres"], name="of a foreign package"))
    assert driver.is_conflict(psycopg.errors.SerializationFailure())
    assert driver.is_conflict(psycopg.errors.DeadlockDetected())
    assert not driver.is_conflict(psycopg.errors.UniqueViolation())
    assert driver.load_all_values is load_far_values


def test_a_statement_at_its_limit_is_not_ended_by_a_method_that_may_mean_something_else() -> None:
    class Cancels:
        def cancel(self) -> None:
            raise AssertionError("it may end more than the statement")

    with sqlite_file(":memory:") as connection:
        assert interrupter(connection, Driver().ends_in_time) == connection.interrupt
    assert interrupter(Cancels(), Driver().ends_in_time) is None
    assert interrupter(Cancels(), ("interrupt", "cancel")) is not None


def test_a_variant_of_a_dialect_has_its_driver_and_an_unknown_one_the_usual() -> None:
    assert driver_of(DUCKDB_VIEW) is DRIVERS["duckdb"]
    assert driver_of(replace(DUCKDB_VIEW, name="of a foreign package")) == Driver()


@pytest.mark.parametrize("module", [session, transactions, warehouse], ids=lambda module: str(module.__name__))
def test_no_engine_compares_a_database_by_its_name(module: ModuleType) -> None:
    compared = [ast.unparse(node) for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Compare)]
    assert compared, "the engines compare something"
    assert [each for each in compared if ".name" in each or "conn_type" in each] == []
