"""Checks of one column that mean the same end the same, whatever its type: the database compares, or a reason explains why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import psycopg2
import pymysql
import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import opened
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.hooks import Hook

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UUIDS = ("11111111111111111111111111111111", "a0000000-0000-0000-0000-000000000001")
NETS = ("9.0.0.0/8", "10.0.0.0/8")

# name: type, the lower and the higher value as SQL, the same as bounds, and what a refusal names where there is one
POSTGRES: dict[str, tuple[str, tuple[str, str], tuple[Any, Any], str | None]] = {
    "money by texts": ("money", ("9", "1000.50"), ("$9.00", "$1,000.50"), None),
    "money by texts of numbers": ("money", ("9", "1000.50"), ("9", "1000.50"), None),
    "money by numbers": ("money", ("9", "1000.50"), (9, 1000.5), "column v is money"),
    "uuid": ("uuid", UUIDS, (UUIDS[0], UUIDS[1].upper()), None),
    "uuid of digits": ("uuid", ("1" * 32, "2" * 32), ("1" * 32, "2" * 32), None),
    "macaddr": ("macaddr", ("08:00:2b:01:02:03", "0a:00:2b:01:02:03"), ("08002b010203", "0a-00-2b-01-02-03"), None),
    "macaddr by numbers": ("macaddr", ("08:00:2b:01:02:03", "0a:00:2b:01:02:03"), (1, 2), "column v is macaddr"),
    "bit": ("bit(3)", ("001", "110"), ("001", "110"), None),
    "bit varying": ("varbit(5)", ("001", "11"), ("001", "11"), None),
    "jsonb numbers": ("jsonb", ("9", "10"), ("9", "10"), None),
    "jsonb objects": ("jsonb", ('{"a":1}', '{"a":2}'), ('{"a": 1}', '{"a": 2}'), None),
    "json": ("json", ("9", "10"), ("9", "10"), "json"),
    "inet": ("inet", ("9.0.0.1", "10.0.0.1"), ("9.0.0.1", "10.0.0.1"), None),
    "cidr": ("cidr", NETS, NETS, None),
    "inet by numbers": ("inet", ("9.0.0.1", "10.0.0.1"), (9, 10), "column v is inet"),
    "interval": ("interval", ("9 days", "10 days"), ("9 days", "240:00:00"), None),
    "time with a zone": ("timetz", ("08:30+00", "12:00+00"), ("08:30+00", "12:00Z"), None),
    "enum": ("mood", ("sad", "happy"), ("sad", "happy"), None),
    "array of numbers": ("int[]", ("{9}", "{10}"), ("{9}", "{10}"), None),
    "array of texts": ("text[]", ("{a}", "{b}"), ("{a}", "{b}"), None),
    "bytes": ("bytea", ("\\x09", "\\x10"), ("\\x09", "\\x10"), None),
    "range": ("int4range", ("[1,2)", "[10,12)"), ("[1,2)", "[10,12)"), None),
    "boolean by words": ("boolean", ("false", "true"), ("false", "true"), None),
    "boolean by numbers": ("boolean", ("false", "true"), (0, 1), None),
    "place in the log": ("pg_lsn", ("0/9", "0/10"), ("0/9", "0/10"), None),
    "point": ("point", ("(1,2)", "(3,4)"), ("(1,2)", "(3,4)"), "point"),
    "char of digits": ("char(4)", ("10", "9"), ("10", "9"), None),
    "text by numbers": ("text", ("9", "10"), (9, 10), "column v is text"),
    "numbers by texts": ("numeric", ("9", "10"), ("9", "10"), None),
    "not-a-number": ("float8", ("9", "NaN"), ("9", "NaN"), None),
}
DUCKDB: dict[str, tuple[str, tuple[str, str], tuple[Any, Any], str | None]] = {
    "hugeint": ("HUGEINT", ("9", str(2**127 - 1)), (9, 2**127 - 1), None),
    "hugeint by texts": ("HUGEINT", ("9", str(2**127 - 1)), ("9", str(2**127 - 1)), None),
    "uuid": ("UUID", UUIDS, (UUIDS[0], UUIDS[1].upper()), None),
    "uuid of digits": ("UUID", ("1" * 32, "2" * 32), ("1" * 32, "2" * 32), None),
    "enum": ("ENUM('sad', 'it''s', 'happy')", ("sad", "happy"), ("sad", "happy"), None),
    "enum of quotes": ("ENUM('sad', 'it''s')", ("sad", "it''s"), ("sad", "it's"), None),
    "interval": ("INTERVAL", ("9 days", "10 days"), ("9 days", "240:00:00"), None),
    "list": ("INTEGER[]", ("[9]", "[10]"), ("[9]", "[10]"), None),
    "array": ("INTEGER[2]", ("[9, 1]", "[10, 1]"), ("[9, 1]", "[10, 1]"), None),
    "struct": ("STRUCT(a INTEGER)", ("{a: 9}", "{a: 10}"), ("{'a': 9}", "{'a': 10}"), None),
    "map": ("MAP(VARCHAR, INTEGER)", ("{a=9}", "{a=10}"), ("{a=9}", "{a=10}"), None),
    "time": ("TIME", ("09:00:00", "24:00:00"), ("09:00:00", "24:00"), None),
    "bit": ("BIT", ("001", "110"), ("001", "110"), None),
    "boolean by numbers": ("BOOLEAN", ("false", "true"), (0, 1), None),
    "texts by numbers": ("VARCHAR", ("9", "10"), (9, 10), "column v is VARCHAR"),
    "nanoseconds": ("TIMESTAMP_NS", ("2024-01-01", "2024-01-01 00:00:00.000000002"), ("2024-01-01", "2024-01-01 00:00:00.000000002"), None),
}
MARIADB: dict[str, tuple[str, tuple[str, str], tuple[Any, Any], str | None]] = {
    "year by numbers": ("YEAR", ("1999", "2024"), (1999, 2024), None),
    "year by texts": ("YEAR", ("1999", "2024"), ("1999", "2024"), None),
    "set": ("SET('a','b','c')", ("a", "b,c"), ("a", "b,c"), None),
    "enum by letters": ("ENUM('sad','happy')", ("happy", "sad"), ("happy", "sad"), None),
    "enum by places": ("ENUM('b','a')", ("b", "a"), (1, 2), None),
    "bit": ("BIT(8)", ("9", "10"), (9, 10), None),
    "time beyond a day": ("TIME", ("09:00:00", "838:59:59"), ("09:00:00", "838:59:59"), None),
    "time below zero": ("TIME", ("-09:00:00", "100:00:00"), ("-9:00", "100:00"), None),
    "float": ("FLOAT", ("0.1", "0.3"), (0.1, 0.3), None),
    "float by texts": ("FLOAT", ("0.25", "0.5"), ("0.25", "0.5"), None),
    "bytes": ("VARBINARY(5)", ("a", "b"), ("a", "b"), None),
    "texts by numbers": ("VARCHAR(9)", ("9", "10"), (9, 10), "column v is varchar"),
}


def checks_of(low: Any, high: Any) -> list[tuple[Any, str]]:
    """Return checks of a column with two values, and how they end."""
    return [
        (c.between("v", low, high, name="between"), "passed"),
        (c.between("v", low, low, name="between low and low"), "failed"),
        (c.in_set("v", [low, high], name="in_set"), "passed"),
        (c.in_set("v", [low], name="in_set of one"), "failed"),
        (c.most_common("v", [low, high], name="most_common"), "passed"),
        (c.most_common("v", [low], ties=False, name="most_common without ties"), "failed"),
        (c.column_max("v", at_most=high, name="max is at most high"), "passed"),
        (c.column_max("v", equals=high, name="max is high"), "passed"),
        (c.column_max("v", at_most=low, name="max is at most low"), "failed"),
        (c.column_max("v", less_than=high, name="max is less than high"), "failed"),
        (c.column_min("v", at_least=low, name="min is at least low"), "passed"),
        (c.column_min("v", at_least=high, name="min is at least high"), "failed"),
        (c.column_min("v", more_than=low, name="min is more than low"), "failed"),
        (c.quantile("v", 1, interpolate=False, equals=high, name="quantile of all"), "passed"),
        (c.quantile("v", 0, interpolate=False, less_than=high, name="quantile of none"), "passed"),
        (c.quantile("v", 0.5, interpolate=False, at_most=low, name="quantile of half"), "passed"),
        (c.quantile("v", 1, interpolate=False, at_most=low, name="quantile at most low"), "failed"),
    ]


def agree(hook: Hook, row: tuple[str, tuple[str, str], tuple[Any, Any], str | None]) -> None:
    """Compare how all checks of a type end with their meaning, with and without a segment of all rows."""
    kind, values, (low, high), refused = row
    connection = hook.get_conn()
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS t")
    cursor.execute(f"CREATE TABLE t (v {kind}, g INTEGER)")
    for value in values:
        cursor.execute(f"INSERT INTO t VALUES ({value if kind == 'BIT(8)' else repr_of(value)}, 1)")
    connection.commit()
    connection.close()
    for by in ({}, {"by": "g"}):
        declared = [(check, wanted) for check, wanted in checks_of(low, high)]
        for check, _ in declared:
            check.arguments.update(by)
        with opened(hook) as warehouse:
            checks = parse_checks([check for check, _ in declared])
            suite = Suite(name="s", dataset=DatasetName("n", "t"), scope=Scope(("t",), None, warehouse.dialect), checks=checks)
            results = run_suite(suite, warehouse, NOW).record.results
        if refused is not None:
            assert {one.outcome.value for one in results} == {"errored"}
            assert all(refused in one.reason for one in results), [one.reason for one in results]
            continue
        found = {one.definition.name: (one.outcome.value, one.reason) for one in results}
        assert {name: seen for name, seen in found.items() if seen[0] != dict(named(declared))[name]} == {}


def named(declared: list[tuple[Any, str]]) -> Iterator[tuple[str, str]]:
    """Return the names of checks with how they end."""
    return ((str(check.arguments["name"]), wanted) for check, wanted in declared)


def repr_of(value: str) -> str:
    """Return a literal of SQL, in which quotes are doubled already."""
    return f"'{value}'"


@pytest.mark.postgres
@pytest.mark.parametrize("driver", [psycopg, psycopg2], ids=["psycopg", "psycopg2"])
@pytest.mark.parametrize("name", POSTGRES)
def test_every_type_of_postgres(postgres_url: str, name: str, driver: Any) -> None:
    hook = Hook("postgres", lambda: driver.connect(postgres_url.replace("+psycopg", "")))
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
    agree(hook, POSTGRES[name])


@pytest.mark.parametrize("name", DUCKDB)
def test_every_type_of_duckdb(tmp_path: Path, name: str) -> None:
    agree(Hook("duckdb", lambda: duckdb.connect(str(tmp_path / "w.duckdb"))), DUCKDB[name])


@pytest.mark.mariadb
@pytest.mark.parametrize("name", MARIADB)
def test_every_type_of_mariadb(mariadb_database: dict[str, Any], name: str) -> None:
    agree(Hook("mysql", lambda: pymysql.connect(**mariadb_database)), MARIADB[name])
    with pymysql.connect(**mariadb_database) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE t")
