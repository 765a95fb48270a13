"""Conditions of importers, which read the columns they name in every database."""

from __future__ import annotations

import sqlite3
from typing import Any

import duckdb
import psycopg
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.metrics import RowCount
from airflow_dre.sql.dialects import DIALECTS, find_dialect
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope
from tests.databases import DATABASES

NAMES = {
    "user": "ann", "current_user": "ann", "session_user": "ann", "current_date": "2024-01-01", "current_timestamp": "x", "localtime": "x",
    "order": 1, "group": 1, "select": 2, "end": 1, "desc": "d", "default": 1, "null": "n", "true": "t", "rowid": 7, "Mixed Case": "m",
    'with "quotes"': "q", "it's": "o'clock", "back`tick": "b", "plain": "p",
}  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def where_of(name: str, value: object) -> str:
    """Return the filter that a row condition of Great Expectations becomes."""
    condition = {"type": "comparison", "column": {"name": name}, "operator": "==", "parameter": value}
    (found,) = c.from_gx([{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id", "row_condition": condition}}])
    (check,) = parse_checks([found])
    assert check.options.where is not None
    return check.options.where


@pytest.mark.parametrize("dialect", DATABASES)
def test_a_row_condition_looks_at_the_column_that_it_names(request: pytest.FixtureRequest, dialect: str) -> None:
    if dialect == "postgres":
        connection: Any = psycopg.connect(request.getfixturevalue("postgres_url").replace("+psycopg", ""))
    else:
        connection = sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()
    columns = [f"{quoted(name)} {'TEXT' if isinstance(value, str) else 'INTEGER'}" for name, value in NAMES.items()]
    values = ", ".join("'" + str(value).replace("'", "''") + "'" for value in NAMES.values())
    connection.execute(f"CREATE TABLE visits (id INTEGER, {', '.join(columns)})")
    connection.execute(f"INSERT INTO visits VALUES (1, {values})")
    connection.execute("INSERT INTO visits (id) VALUES (2)")
    for name, value in NAMES.items():
        metrics = [RowCount(where=where_of(name, value)), RowCount(where=where_of(name, "other" if isinstance(value, str) else 9))]
        (statement,) = plan(metrics, Scope(("visits",), None, find_dialect(dialect)))
        assert tuple(connection.execute(statement.sql).fetchone()) == (1, 0), name
    connection.close()


QUOTES = {"mysql": "`user` = 'it''s \\\\ here'", "bigquery": "`user` = 'it\\'s \\\\ here'", "databricks": "`user` = 'it\\'s \\\\ here'"}
QUOTES |= {
    "redshift": "\"user\" = 'it\\'s \\\\ here'",
    "spark": QUOTES["databricks"],
    "tsql": "[user] = 'it''s \\ here'",
    "snowflake": "\"user\" = 'it\\'s \\\\ here'",
}


@pytest.mark.parametrize("dialect", sorted({found.name for found in DIALECTS.values()}))
def test_a_row_condition_is_spelled_as_the_database_reads_it(dialect: str) -> None:
    where = where_of("user", "it's \\ here")
    assert where == "\"user\" = 'it''s \\ here'", "as it is shown"
    found = next(one for one in DIALECTS.values() if one.name == dialect)
    (statement,) = plan([RowCount(where=where)], Scope(("t",), None, found))
    assert (
        QUOTES.get(dialect, "\"user\" = 'it''s \\ here'").replace('"user"', '"t"."user"' if dialect == "sqlite" else '"user"')
        in statement.sql
    )


BOOLEANS = [
    pytest.param([True, False], {"quote": False}, [True, False], id="both, not quoted"),
    pytest.param([True], {"quote": False}, [True], id="one"),
    pytest.param(["true", "FALSE"], {"quote": False}, [True, False], id="as SQL spells them"),
    pytest.param([1, 2.5], {"quote": False}, [1, 2.5], id="numbers"),
    pytest.param(["'a'", "1"], {"quote": False}, ["a", 1], id="texts and numbers as SQL spells them"),
    pytest.param(["true", "a"], {}, ["true", "a"], id="texts"),
]


@pytest.mark.parametrize(("values", "options", "read"), BOOLEANS)
def test_accepted_values_of_dbt(values: list[object], options: dict[str, object], read: list[object]) -> None:
    test = {"accepted_values": {"arguments": {"values": values, **options}}}
    schema = {"models": [{"name": "t", "columns": [{"name": "user", "data_tests": [test]}]}]}
    (found,) = c.from_dbt(schema, model="t")
    assert (found.kind, found.arguments["values"]) == ("in_set", read)


@pytest.mark.parametrize("limit", [{}, {"error_if": "> 1"}], ids=["rows", "values"])
@pytest.mark.parametrize(("rows", "good"), [([True, False, None], True), ([True], True), ([None], True)], ids=str)
def test_accepted_booleans_of_dbt_are_asked(limit: dict[str, str], rows: list[object], good: bool, memory: sqlite3.Connection) -> None:
    test = {"accepted_values": {"arguments": {"values": [True, False], "quote": False}, "config": limit}}
    schema = {"models": [{"name": "t", "columns": [{"name": "user", "data_tests": [test]}]}]}
    memory.execute('CREATE TABLE t ("user" BOOLEAN)')
    memory.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows])
    (check,) = parse_checks(c.from_dbt(schema, model="t"))
    (statement,) = plan([check.metrics()[-1]], Scope(("t",), None, find_dialect("sqlite")))
    assert (memory.execute(statement.sql).fetchone()[0] == 0) is good
