"""The statements of a plan: golden ones, and the same statements run on real databases."""

from __future__ import annotations

import os
import sqlite3
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.metrics import Maximum, Mean, Metric, Minimum, RowCount, ValueCount
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialects import DIALECTS, find_dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.plan import plan, probe
from airflow_dre.sql.scope import Scope
from tests.databases import REAL_DIALECTS

GOLDEN = Path(__file__).parent / "golden"
SUITE = [
    c.row_count(at_least=1),
    c.not_null("carrier"),
    c.not_null("dep_time", where="origin = 'EWR'"),
    c.unique("year", "month"),
    c.unique("id", where="deleted = 0"),
    c.between("distance", 1, 6000),
    c.between("day", date(2013, 1, 1), datetime(2013, 12, 31, 23)),
    c.in_set("origin", ["EWR", "O'Hare", 3, True]),
    c.rows('arr_time IS NULL OR "dep_time" IS NOT NULL'),
    c.column_min("delay", at_least=0),
    c.column_max("delay", at_most=9, where="delay > 0"),
    c.mean("delay", at_most=9),
    c.metric_sql("COUNT(DISTINCT carrier)", at_least=1),
    c.metric_sql("SUM(a) / COUNT(*)", at_least=1, where="a > 0"),
    c.metric_sql("SELECT MAX(n) FROM other", at_least=1),
    c.fresh("time_hour", max_age="1d"),
]


def metrics_of(*declarations: Any) -> list[Metric]:
    """Return the metrics of checks, including duplicates."""
    return [metric for check in parse_checks(declarations) for metric in check.metrics()]


@pytest.mark.parametrize("dialect", REAL_DIALECTS)
def test_golden_statements(dialect: str) -> None:
    scope = Scope(split_table('shop."odd ""name; x"'), "month = 2 OR month = 3", find_dialect(dialect))
    text = ";\n".join([*(statement.sql for statement in plan(metrics_of(*SUITE), scope)), probe(scope)]) + ";\n"
    path = GOLDEN / f"{dialect}.sql"
    if os.environ.get("DRE_GOLDEN") == "rewrite":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def test_all_shareable_metrics_travel_in_one_select() -> None:
    shareable = [
        check for check in SUITE if check.kind != "unique" and not str(check.arguments.get("sql", "")).startswith(("SELECT", "SUM"))
    ]
    (statement,) = plan(metrics_of(*shareable), Scope(("t",), None, find_dialect("postgres")))
    assert len(statement.metrics) == len(set(metrics_of(*shareable)))


names = st.sampled_from("abcd")
some_metrics = st.one_of(
    st.builds(RowCount),
    *[st.builds(kind, column=names, where=st.sampled_from([None, "a = 1"])) for kind in (ValueCount, Minimum, Maximum, Mean)],
)


@given(st.lists(some_metrics))
def test_every_metric_is_asked_exactly_once(asked: list[Metric]) -> None:
    statements = plan(asked, Scope(("t",), None, find_dialect("sqlite")))
    answered = [metric for statement in statements for metric in statement.metrics]
    assert sorted(map(repr, answered)) == sorted(map(repr, set(asked)))
    assert len(statements) <= 1


def test_a_scan_is_split_at_the_column_limit_and_no_sooner() -> None:
    scope = Scope(("t",), None, find_dialect("postgres"))
    widest = scope.dialect.limits.columns
    metrics = [Minimum(column=f"c{n}") for n in range(widest + 1)]
    assert [len(s.metrics) for s in plan(metrics[:widest], scope)] == [widest]
    assert [len(s.metrics) for s in plan(metrics, scope)] == [widest, 1]


@pytest.mark.parametrize(
    "condition",
    [
        "1 = 1; DROP TABLE y",
        "DROP TABLE y",
        "DELETE FROM y",
        "SELECT 1",
        "1 = 1) OR (1 = 1",
        "a = (DELETE FROM y RETURNING 1)",
        "a, b",
        "a AS b",
        "PRAGMA writable_schema = 1",
        "",
        "a = 'open",
        "1 = 1 UNION SELECT 1",
    ],
)
@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_condition_that_is_more_than_a_condition_is_refused(dialect: str, condition: str) -> None:
    with pytest.raises(DefinitionError, match="suite: invalid where=.*one SQL condition"):
        plan([RowCount()], Scope(("t",), condition, find_dialect(dialect)))


@pytest.mark.parametrize(
    "sql",
    [
        "a + 1",
        "SELECT 1, 2",
        "SELECT 1; SELECT 2",
        "SELECT a INTO b FROM t",
        "SELECT a FROM t FOR UPDATE",
        "WITH x AS (DELETE FROM y RETURNING 1) SELECT * FROM x",
        "INSERT INTO y VALUES (1)",
        "COPY y TO '/tmp/y'",
        "ATTACH 'x' AS y",
        "SET x = 1",
        "CALL f()",
    ],
)
def test_a_metric_that_is_no_reading_select_or_aggregate_is_refused(sql: str) -> None:
    with pytest.raises(DefinitionError, match="check metric_sql: invalid sql="):
        plan(metrics_of(c.metric_sql(sql, at_least=1)), Scope(("t",), None, find_dialect("postgres")))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("flights", ("flights",)),
        ("shop.flights", ("shop", "flights")),
        ("cat.shop.flights", ("cat", "shop", "flights")),
        ('"odd; name"', ("odd; name",)),
        ('shop."x""; DROP TABLE y --"', ("shop", 'x"; DROP TABLE y --')),
        ("Prüfung_1$-a", ("Prüfung_1$-a",)),
    ],
)
def test_table_names(text: str, parts: tuple[str, ...]) -> None:
    assert split_table(text) == parts


@pytest.mark.parametrize(
    "text", ["", "a.", ".a", "a..b", "a.b.c.d", "a b", "a;b", 'x"; DROP TABLE y --', '"open', '""', "a--b;c", "(SELECT 1)"]
)
def test_no_table_names(text: str) -> None:
    with pytest.raises(DefinitionError, match="suite: invalid table=.*each part made of letters"):
        split_table(text)


def test_an_unknown_dialect_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(
        DefinitionError, match="invalid conn_type='oracle'. Allowed: one of databricks, duckdb, gcpbigquery, mssql, mysql, postgres"
    ):
        find_dialect("oracle")


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_malicious_table_name_is_a_name(dialect: str, embedded: Any) -> None:
    connection = embedded
    connection.execute("CREATE TABLE y (a INTEGER)")
    connection.execute('CREATE TABLE "x""; DROP TABLE y --" ("q""c" INTEGER, t TEXT)')
    connection.execute("INSERT INTO \"x\"\"; DROP TABLE y --\" VALUES (1, 'a'), (NULL, 'a'), (1, 'O''Hare')")
    scope = Scope(split_table('"x""; DROP TABLE y --"'), None, find_dialect(dialect))
    asked = metrics_of(c.not_null('q"c'), c.unique('q"c'), c.in_set("t", ["O'Hare"]), c.column_max("t", at_most="z"))
    seen: dict[Metric, Any] = {}
    for statement in plan(asked, scope):
        seen |= zip(statement.metrics, connection.execute(statement.sql).fetchone(), strict=True)
    assert sorted(map(str, seen.values())) == sorted(map(str, [3, 1, 2, 2, 3, 2, "a", 0]))
    assert connection.execute("SELECT COUNT(*) FROM y").fetchone() == (0,)


@pytest.mark.parametrize(
    "declaration",
    [
        c.not_null("zz"),
        c.unique("zz"),
        c.between("zz", 1, 2),
        c.in_set("zz", [1]),
        c.rows('"zz" = 1'),
        c.column_min("zz", at_least=1),
        c.mean("zz", at_least=1),
        c.metric_sql('MAX("zz")', at_least=1),
        c.metric_sql('SELECT MAX("zz") FROM t', at_least=1),
        c.fresh("zz", max_age="1d"),
    ],
    ids=repr,
)
def test_sqlite_does_not_take_a_missing_column_for_a_text(declaration: Any, memory: sqlite3.Connection) -> None:
    memory.execute("CREATE TABLE t (a INTEGER)")
    refused = 0
    for statement in plan(metrics_of(declaration), Scope(("t",), None, find_dialect("sqlite"))):
        try:
            memory.execute(statement.sql)
        except sqlite3.OperationalError as error:
            assert "no such column" in str(error)
            refused += 1
    assert refused
