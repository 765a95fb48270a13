"""``from_column_mapping`` has the verdicts of the operators that its mappings were written for. They run here on SQLite."""

from __future__ import annotations

import copy
import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLTableCheckOperator

from airflow_dre import checks as c
from airflow_dre.checks import from_column_mapping
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.errors import DefinitionError
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from tests.databases import sqlite_file

TABLES = {
    "orders": [(1, 10, "x", "2013-01-01"), (2, None, "y", "2013-01-02"), (3, 30, "y", None), (4, -5, None, "2013-01-02")],
    "no_orders": [],
}


class File:
    """Connections of a SQLite file."""

    conn_type = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def get_conn(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> File:
    """Return a database with a table of every kind of value and an empty one."""
    path = tmp_path_factory.mktemp("mapping") / "w.db"
    with sqlite_file(path) as connection:
        for name, rows in TABLES.items():
            connection.execute(f"CREATE TABLE {name} (id INTEGER, amount INTEGER, kind TEXT, day TEXT)")
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)
    return File(path)


@pytest.fixture(autouse=True)
def connection_id(warehouse: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MAPPED", json.dumps({"conn_type": "sqlite", "host": str(warehouse.path)}))


def ours(declared: list[Declaration], table: str, warehouse: File) -> bool:
    """Return whether a task with these checks passes."""
    scope = Scope((table,), None, find_dialect("sqlite"))
    suite = Suite(name="s", dataset=DatasetName("x", table), scope=scope, checks=parse_checks(declared))
    engine = Warehouse(warehouse)
    run = run_suite(suite, engine, datetime.now(UTC)).record
    engine.close()
    return not any(result.outcome in (Outcome.FAILED, Outcome.ERRORED) for result in run.results)


def theirs(operator: SQLColumnCheckOperator | SQLTableCheckOperator) -> bool:
    """Return whether the operator passes. It fails in exceptions of many kinds."""
    try:
        operator.execute({})
    except Exception:
        return False
    return True


COLUMN_CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("amount", "null_check", {"equal_to": 0}),
    ("amount", "null_check", {"equal_to": 1}),
    ("amount", "null_check", {"leq_to": 1}),
    ("amount", "null_check", {"greater_than": 1}),
    ("id", "null_check", {"equal_to": 0}),
    ("id", "null_check", {"geq_to": 0}),
    ("kind", "distinct_check", {"equal_to": 2}),
    ("kind", "distinct_check", {"geq_to": 3}),
    ("kind", "distinct_check", {"greater_than": 1, "less_than": 3}),
    ("kind", "unique_check", {"equal_to": 0}),
    ("kind", "unique_check", {"equal_to": 1}),
    ("id", "unique_check", {"equal_to": 0}),
    ("id", "unique_check", {"less_than": 1}),
    ("amount", "min", {"equal_to": -5}),
    ("amount", "min", {"greater_than": -5}),
    ("amount", "min", {"greater_than": -5, "tolerance": 0.1}),
    ("amount", "min", {"equal_to": -6, "tolerance": 0.2}),
    ("amount", "min", {"equal_to": -6, "tolerance": 0.1}),
    ("amount", "min", {"less_than": 5}),
    ("amount", "max", {"leq_to": 30}),
    ("amount", "max", {"less_than": 30}),
    ("amount", "max", {"less_than": 30, "tolerance": 0.01}),
    ("amount", "max", {"geq_to": 10, "leq_to": 25, "tolerance": 0.2}),
    ("amount", "max", {"geq_to": 40, "leq_to": 50}),
    ("amount", "max", {"equal_to": 10, "partition_clause": "id < 3"}),
    ("amount", "max", {"equal_to": 10, "partition_clause": "id > 100"}),
    ("amount", "max", {"geq_to": 0, "partition_clause": "id > 100"}),
    ("day", "max", {"equal_to": "2013-01-02"}),
    ("day", "max", {"less_than": "2013-01-02"}),
    ("day", "max", {"geq_to": "2013-01-01", "partition_clause": "id > 100"}),
    ("AMOUNT", "max", {"leq_to": 30}),
    ("missing", "max", {"leq_to": 33}),
    ("amount", "null_check", {"equal_to": 0, "partition_clause": "id = 1 OR id = 3"}),
]


@pytest.mark.parametrize("accept_none", [True, False])
@pytest.mark.parametrize("clause", [None, "id <> 2", "id = 2 OR id = 3"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("column", "check", "values"), COLUMN_CASES)
def test_a_column_check_as_its_operator_judges_it(
    column: str, check: str, values: dict[str, Any], table: str, clause: str | None, accept_none: bool, warehouse: File
) -> None:
    mapping = {column: {check: values}}
    operator = SQLColumnCheckOperator(
        task_id="t",
        conn_id="mapped",
        table=table,
        column_mapping=copy.deepcopy(mapping),
        partition_clause=clause,
        accept_none=accept_none,
    )
    declared = from_column_mapping(mapping, partition_clause=clause, accept_none=accept_none)
    assert ours(declared, table, warehouse) == theirs(operator)


@pytest.mark.parametrize(("bound", "passes"), [(30, True), (29, False)])
def test_the_operators_do_run_here(bound: int, passes: bool) -> None:
    mapping: Any = {"amount": {"max": {"leq_to": bound}}}
    assert theirs(SQLColumnCheckOperator(task_id="t", conn_id="mapped", table="orders", column_mapping=mapping)) is passes
    checks = {"small": {"check_statement": f"MAX(amount) <= {bound}"}}
    assert theirs(SQLTableCheckOperator(task_id="t", conn_id="mapped", table="orders", checks=checks)) is passes


TABLE_CASES: list[Mapping[str, Any]] = [
    {"check_statement": "COUNT(*) = 4"},
    {"check_statement": "COUNT(*) = 0"},
    {"check_statement": "MIN(id) = 1"},
    {"check_statement": "SUM(amount) > 30 AND COUNT(DISTINCT kind) = 2"},
    {"check_statement": "id > 0"},
    {"check_statement": "id > 1"},
    {"check_statement": "amount > -100"},
    {"check_statement": "amount > -100", "partition_clause": "amount IS NOT NULL"},
    {"check_statement": "kind <> 'SELECT'", "partition_clause": "kind IS NOT NULL"},
    {"check_statement": "kind <> 'max(x)'", "partition_clause": "kind IS NOT NULL"},
    {"check_statement": "max(id, 2) < 5"},
    {"check_statement": "max(id, 2) < 4"},
    {"check_statement": "max(coalesce(amount, 0)) = 30"},
    {"check_statement": "id = 1 OR id > 1"},
    {"check_statement": "id <= (SELECT COUNT(*) FROM orders)"},
    {"check_statement": "id < (SELECT COUNT(*) FROM orders)"},
    {"check_statement": "missing = 1"},
    {"check_statement": "COUNT(*) = 1", "partition_clause": "id > 3"},
]


@pytest.mark.parametrize("clause", [None, "id <> 2"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("values", TABLE_CASES, ids=lambda values: values["check_statement"])
def test_a_table_check_as_its_operator_judges_it(values: Mapping[str, Any], table: str, clause: str | None, warehouse: File) -> None:
    operator = SQLTableCheckOperator(task_id="t", conn_id="mapped", table=table, checks={"holds": dict(values)}, partition_clause=clause)
    declared = from_column_mapping(checks={"holds": values}, partition_clause=clause, table=table)
    assert ours(declared, table, warehouse) == theirs(operator)


def test_both_at_once_with_their_names() -> None:
    mapping: Any = {
        "amount": {"null_check": {"equal_to": 0}, "max": {"leq_to": 30, "tolerance": 0.1}},
        "id": {"unique_check": {"equal_to": 0}},
    }
    found = from_column_mapping(mapping, checks={"enough": {"check_statement": "COUNT(*) > 3"}}, partition_clause="{{ params.where }}")
    assert found == [
        c.not_null("amount", name="amount.null_check", where="{{ params.where }}"),
        c.column_max("amount", at_most=33.0, name="amount.max", where="{{ params.where }}"),
        c.unique("id", name="id.unique_check", where="{{ params.where }}"),
        c.metric_sql("CASE WHEN COUNT(*) > 3 THEN 1 ELSE 0 END", equals=1, if_empty="fail", name="enough", where="{{ params.where }}"),
    ]
    assert all(each.templated for each in found)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (
            {"a": {"nul_check": {"equal_to": 0}}},
            "column_mapping['a']['nul_check']: invalid check='nul_check'. Allowed: did you mean null_check?",
        ),
        ({"a": {"max": {}}}, "invalid equal_to=None. Allowed: at least one of geq_to"),
        ({"a": {"max": {"equal_to": 1, "leq_to": 2}}}, "invalid equal_to=1. Allowed: equal_to alone"),
        ({"a": {"max": {"leq_to": 1, "less_than": 2}}}, "invalid less_than=2. Allowed: one of less_than and leq_to"),
        ({"a": {"max": {"geq_to": 3, "leq_to": 2}}}, "invalid leq_to=2. Allowed: above 3"),
        ({"a": {"max": {"greater_than": 2, "leq_to": 2}}}, "invalid leq_to=2. Allowed: above 2"),
        ({"a": {"max": {"equal_too": 1, "leq_to": 2}}}, "invalid equal_too=1. Allowed: equal_to, geq_to"),
        ({"a": {"max": {"leq_to": 2, "tolerance": "1"}}}, "invalid tolerance='1'. Allowed: a share of the bound"),
        ({"a": {"max": {"leq_to": "x", "tolerance": 0.1}}}, "invalid leq_to='x'. Allowed: a number, which tolerance needs"),
        ({"a": {"max": {"leq_to": None}}}, "at least one of"),
    ],
)
def test_what_the_operator_would_refuse(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError) as error:
        from_column_mapping(mapping)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "invalid check_statement=None. Allowed: a SQL condition"),
        ({"check_statement": "id > 0", "where": "x"}, "invalid where='x'. Allowed: check_statement, partition_clause"),
        ({"check_statement": "id > (SELECT 1)"}, "a condition without SELECT, unless table= names the table"),
    ],
)
def test_what_is_no_table_check(values: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError) as error:
        from_column_mapping(checks={"c": values})
    assert words in str(error.value)
