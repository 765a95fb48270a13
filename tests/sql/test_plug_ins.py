"""Dialects of other packages, which come in by entry points."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.packages import install_package, run_with_packages

PACKAGE = """
from sqlglot import exp

from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Catalogue, Dialect, Limits, Refusal, Texts

CLICKHOUSE = Dialect(
    name="clickhouse",
    limits=Limits(columns=2),
    texts=Texts(regex=lambda value, pattern: exp.Anonymous(this="match", expressions=[value, exp.Literal.string(pattern)]),
                json=Refusal("ClickHouse has no test of JSON that was tried")),
    catalogue=Catalogue(columns=information_schema(default_schema=exp.Anonymous(this="currentDatabase"))),
)
"""
ENTRY_POINTS = """
[airflow_dre.dialects]
clickhouse = acme_dre:CLICKHOUSE
gone = acme_dre.missing:DIALECT
plain = acme_dre:__name__
postgres = acme_dre.replacement:DIALECT
twice = acme_dre:CLICKHOUSE
"""
SCRIPT = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" and "entry_points.txt" in str(args[0]) else None)

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope

opened.clear()
ours = find_dialect("postgres").name
read_for_ours = list(opened)

def sql_of(name, *declared):
    try:
        metrics = [metric for check in parse_checks(declared) for metric in check.metrics()]
        return [statement.sql for statement in plan(metrics, Scope(("shop", "orders"), None, find_dialect(name)))]
    except DefinitionError as error:
        return error.problems[0].allowed

suite = [c.row_count(at_least=1), c.not_null("id"), c.between("amount", 0, 9), c.matches("code", "^A")]
print(json.dumps({
    "ours": ours, "read_for_ours": read_for_ours, "replaced": "acme_dre.replacement" in sys.modules,
    "suite": sql_of("clickhouse", *suite),
    "columns": sql_of("clickhouse", c.column_count() == 2), "json": sql_of("clickhouse", c.json_valid("x")),
    "gone": sql_of("gone", *suite), "plain": sql_of("plain", *suite), "twice": sql_of("twice", *suite), "unknown": sql_of("oracle", *suite),
    "after": sql_of("sqlite", c.row_count(at_least=1)), "read": bool(opened),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a fresh process finds in which two foreign packages are installed."""
    folder = tmp_path_factory.mktemp("site")
    replacement = "raise SystemExit('a dialect of ours was replaced')"
    install_package(folder, "acme-dre", ENTRY_POINTS, {"__init__": PACKAGE, "replacement": replacement})
    install_package(folder, "other-dre", "[airflow_dre.dialects]\ntwice = acme_dre:CLICKHOUSE\n")
    return dict(json.loads(run_with_packages(folder, SCRIPT).stdout))


def test_a_dialect_of_another_package_renders_a_suite(found: dict[str, Any]) -> None:
    assert len(found["suite"]) > 1, "its limit of two columns splits the scan"
    assert "match(" in found["suite"][-1]
    assert all('"shop"."orders"' in sql for sql in found["suite"])
    assert "currentDatabase()" not in found["columns"][0], "the schema was given"
    assert found["json"].endswith("ClickHouse has no test of JSON that was tried")


def test_entry_points_are_read_only_for_an_unknown_type(found: dict[str, Any]) -> None:
    assert found["read_for_ours"] == []
    assert found["read"], "or the test would not notice that they are read"


def test_a_dialect_of_ours_is_not_replaced(found: dict[str, Any]) -> None:
    assert found["ours"] == "postgres"
    assert not found["replaced"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone", "the entry point gone = acme_dre.missing:DIALECT of acme-dre 1.0 does not load: ModuleNotFoundError: No module named"),
        ("plain", "the entry point plain = acme_dre:__name__ of acme-dre 1.0 is no Dialect, but of type str"),
        ("twice", "several packages offer twice as airflow_dre.dialects: acme-dre 1.0, other-dre 1.0; uninstall all but one"),
    ],
)
def test_a_dialect_that_does_not_load_is_named(found: dict[str, Any], name: str, message: str) -> None:
    assert found[name].startswith("one whose dialect loads; ")
    assert message in found[name]


def test_the_others_work_beside_one_that_does_not_load(found: dict[str, Any]) -> None:
    assert found["after"] == ['SELECT COUNT(*) AS m0 FROM "shop"."orders"']


def test_an_unknown_type_is_refused_with_the_installed_ones(found: dict[str, Any]) -> None:
    assert found["unknown"].startswith("one of clickhouse, databricks, duckdb, gcpbigquery, gone, mssql, mysql, plain, postgres, ")
