"""Messages of definitions that are refused before a database sees them, and of columns that do not exist."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlglot import parse_one

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.judging import first_round
from airflow_dre.checks.metrics import Metric, RowCount, SqlMetric, Violations
from airflow_dre.checks.rules import Holds
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialects import DIALECTS, find_dialect
from airflow_dre.sql.names import TABLE_ALLOWED, quoted_table, split_table
from airflow_dre.sql.plan import plan, probe
from airflow_dre.sql.raw import read_condition, read_metric
from airflow_dre.sql.scope import Scope

OTHER_QUOTES = ("bigquery", "databricks", "mysql", "spark", "tsql")
CONDITION = "one SQL condition without a semicolon"
RE2 = "a regular expression without lookahead, lookbehind and references back, which"
METRIC = "one aggregate expression such as SUM(amount), or one read-only SELECT of one value"

WRITES = [
    pytest.param("INSERT INTO y VALUES (1)", id="an INSERT"),
    pytest.param("UPDATE y SET a = 1", id="an UPDATE"),
    pytest.param("DELETE FROM y", id="a DELETE"),
    pytest.param("MERGE INTO y USING x ON x.a = y.a WHEN MATCHED THEN DELETE", id="a MERGE"),
    pytest.param("CREATE TABLE z (a INT)", id="a CREATE"),
    pytest.param("CREATE TABLE z AS SELECT 1 AS a", id="a CREATE from a SELECT"),
    pytest.param("DROP TABLE y", id="a DROP"),
    pytest.param("ALTER TABLE y ADD COLUMN b INT", id="an ALTER"),
    pytest.param("TRUNCATE TABLE y", id="a TRUNCATE"),
    pytest.param("GRANT SELECT ON y TO u", id="a GRANT"),
    pytest.param("COPY y TO '/tmp/y'", id="a COPY"),
    pytest.param("ATTACH 'x.db' AS x", id="an ATTACH"),
    pytest.param("DETACH x", id="a DETACH"),
    pytest.param("PRAGMA writable_schema = 1", id="a PRAGMA"),
    pytest.param("VACUUM", id="a VACUUM"),
    pytest.param("BEGIN", id="a BEGIN"),
    pytest.param("COMMIT", id="a COMMIT"),
    pytest.param("ROLLBACK", id="a ROLLBACK"),
    pytest.param("SET x = 1", id="a SET"),
    pytest.param("SELECT 1; DROP TABLE y", id="a second statement"),
    pytest.param("WITH x AS (DELETE FROM y RETURNING a) SELECT MAX(a) FROM x", id="a DELETE inside of a SELECT"),
    pytest.param("SELECT MAX(a) FROM y FOR UPDATE", id="a lock"),
    pytest.param("SELECT MAX(a) INTO z FROM y", id="SELECT INTO"),
]


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
@pytest.mark.parametrize("sql", WRITES)
def test_nothing_that_writes_is_a_metric_or_a_condition(dialect: str, sql: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_metric(sql, dialect, "check metric_sql")
    assert str(error.value).startswith(f"1 problem in the definition:\n- check metric_sql: invalid sql={sql!r}. Allowed: {METRIC}")
    with pytest.raises(DefinitionError) as error:
        read_condition(sql, dialect, "check", "where")
    assert str(error.value).startswith(f"1 problem in the definition:\n- check: invalid where={sql!r}. Allowed: {CONDITION}")


@pytest.mark.parametrize(
    ("sql", "allowed"),
    [
        pytest.param("a = 1; b = 2", f"{CONDITION}, that only reads", id="two conditions"),
        pytest.param("a IN (SELECT a FROM y FOR UPDATE)", f"{CONDITION}, that only reads", id="a lock inside"),
        pytest.param("SELECT 1", CONDITION, id="a SELECT"),
        pytest.param("(SELECT 1)", CONDITION, id="a SELECT in parentheses"),
        pytest.param("a AS b", CONDITION, id="a column with another name"),
        pytest.param("(a, b)", CONDITION, id="a row"),
    ],
)
def test_what_is_no_condition(sql: str, allowed: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_condition(sql, "postgres", "suite", "where")
    assert str(error.value) == f"1 problem in the definition:\n- suite: invalid where={sql!r}. Allowed: {allowed}"


@pytest.mark.parametrize("sql", ["", "   ", "-- only words", ")", "(a = 1", "a = 1)", "1 = 1) OR (1 = 1", "a = 'open", "a = = 1", "a, b"])
@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_what_does_not_parse(dialect: str, sql: str) -> None:
    with pytest.raises(
        DefinitionError, match="^1 problem in the definition:\n- suite: invalid where=.*one SQL condition without a semicolon"
    ):
        read_condition(sql, dialect, "suite", "where")


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("a + 1", id="no aggregate"),
        pytest.param("a", id="a column"),
        pytest.param("SUM(a) AS s", id="a name for it"),
        pytest.param("SUM(a), MAX(a)", id="two aggregates"),
        pytest.param("SELECT 1, 2", id="two columns"),
    ],
)
def test_what_is_no_metric(sql: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_metric(sql, "sqlite", "check metric_sql")
    assert str(error.value).startswith(f"1 problem in the definition:\n- check metric_sql: invalid sql={sql!r}. Allowed: {METRIC}")


def test_a_filter_beside_a_whole_select_is_refused() -> None:
    with pytest.raises(DefinitionError) as error:
        plan([SqlMetric(sql="SELECT 1", where="a = 1")], Scope(("t",), None, find_dialect("sqlite")))
    assert str(error.value) == (
        "1 problem in the definition:\n"
        "- check metric_sql: invalid where='a = 1'. Allowed: no where together with a whole SELECT: write it into the SELECT"
    )


@pytest.mark.parametrize("place", ["suite", "check", "rows"])
@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("a = 1 -- and so on", id="a comment to the end of the line"),
        pytest.param("a = 1 -- */ OR 1 = 1 --", id="a comment that would end another"),
        pytest.param("a = 1 /* ; DROP TABLE y */", id="a comment with a statement"),
        pytest.param("a = 1 /* -- */", id="a comment in a comment"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_comment_hides_nothing_of_the_statement(dialect: str, sql: str, place: str, embedded: Any) -> None:
    connection = embedded
    connection.execute("CREATE TABLE t (a INTEGER)")
    connection.execute("CREATE TABLE y (a INTEGER)")
    connection.execute("INSERT INTO t VALUES (1), (2), (3)")
    metric: Metric = Violations(rule=Holds(condition=sql)) if place == "rows" else RowCount(where=sql if place == "check" else None)
    (statement,) = plan([metric], Scope(("t",), sql if place == "suite" else None, find_dialect(dialect)))
    assert connection.execute(statement.sql).fetchone() == (2 if place == "rows" else 1,)
    assert connection.execute("SELECT COUNT(*) FROM y").fetchone() == (0,)


QUOTES = {"bigquery": ("`", "`"), "databricks": ("`", "`"), "mysql": ("`", "`"), "spark": ("`", "`"), "tsql": ("[", "]")}
"""Quotes around names, where they are not double quotes."""


@pytest.mark.parametrize(
    ("text", "parts", "sql"),
    [
        ("flights", ("flights",), '"flights"'),
        ("Shop.Flights", ("Shop", "Flights"), '"Shop"."Flights"'),
        ("cat.shop.flights", ("cat", "shop", "flights"), '"cat"."shop"."flights"'),
        ("table", ("table",), '"table"'),
        ('"a.b".c', ("a.b", "c"), '"a.b"."c"'),
        ('"x""; DROP TABLE y --"', ('x"; DROP TABLE y --',), '"x""; DROP TABLE y --"'),
        ("Prüfung", ("Prüfung",), '"Prüfung"'),
        ('"😀 ; \'"', ("😀 ; '",), '"😀 ; \'"'),
        ("2013-flights$", ("2013-flights$",), '"2013-flights$"'),
    ],
)
@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_a_table_name_is_quoted_part_by_part(text: str, parts: tuple[str, ...], sql: str, dialect: str) -> None:
    assert split_table(text) == parts
    written = quoted_table(parts).sql(dialect=dialect)
    opening, closing = QUOTES.get(dialect, ('"', '"'))
    assert written == (sql if opening == '"' else ".".join(f"{opening}{part.replace(closing, closing * 2)}{closing}" for part in parts))
    read = [part.name for part in parse_one(f"SELECT 1 FROM {written}", read=dialect).args["from_"].this.parts]
    assert read == (".".join(parts).split(".") if dialect == "bigquery" else list(parts)), "BigQuery's names hold no dot"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(" ", id="a space"),
        pytest.param("a.", id="no name after a dot"),
        pytest.param(".a", id="no name before a dot"),
        pytest.param("a..b", id="no name between dots"),
        pytest.param("a.b.c.d", id="four parts"),
        pytest.param("a b", id="a space inside"),
        pytest.param(" a", id="a space before"),
        pytest.param("a;b", id="a semicolon"),
        pytest.param("a; DROP TABLE y", id="a statement"),
        pytest.param('x"; DROP TABLE y --', id="a quote that ends what none began"),
        pytest.param('"open', id="a quote that does not end"),
        pytest.param('""', id="an empty name in quotes"),
        pytest.param('"a"b', id="letters after a quote"),
        pytest.param('"a\x00b"', id="a zero byte"),
        pytest.param("a\n", id="a line end"),
        pytest.param("(SELECT 1)", id="a SELECT"),
        pytest.param("[a]", id="brackets"),
        pytest.param("`a`", id="backticks"),
        pytest.param("a--b;", id="a comment"),
    ],
)
def test_what_is_no_table_name(text: str) -> None:
    with pytest.raises(DefinitionError) as error:
        split_table(text)
    assert str(error.value) == f"1 problem in the definition:\n- suite: invalid table={text!r}. Allowed: {TABLE_ALLOWED}"


@pytest.mark.parametrize(
    ("name", "dialect"), [("sqlite", "sqlite"), ("postgres", "postgres"), ("postgresql", "postgres"), ("duckdb", "duckdb")]
)
def test_a_dialect_is_found_by_its_connection_type(name: str, dialect: str) -> None:
    assert find_dialect(name).name == dialect


UNKNOWN = [
    c.not_null("zz"),
    c.not_null("a", where='"zz" = 1'),
    c.unique("zz"),
    c.unique("a", "zz"),
    c.unique("a", where='"zz" = 1'),
    c.between("zz", 1, 2),
    c.between("zz", "a", "zzz"),
    c.in_set("zz", [1]),
    c.in_set("zz", ["zz"]),
    c.rows('"zz" = 1'),
    c.rows("\"zz\" = 'zz'"),
    c.rows("EXISTS (SELECT 1 FROM o WHERE \"zz\" = 'zz')"),
    c.row_count(at_least=1, where='"zz" = 1'),
    c.column_min("zz", at_least=1),
    c.column_max("zz", at_least=1),
    c.mean("zz", at_least=1),
    c.metric_sql('MAX("zz")', at_least=1),
    c.metric_sql("SUM(a)", at_least=1, where='"zz" = 1'),
    c.metric_sql('SELECT MAX("zz") FROM o', at_least=1),
    c.metric_sql('SELECT MAX(p."zz") FROM o AS p JOIN t ON t.a = p.a', at_least=1),
    c.metric_sql('WITH w AS (SELECT a FROM o) SELECT MAX("zz") FROM w', at_least=1),
    c.fresh("zz", max_age="1d"),
    c.null("zz"),
    c.not_empty("zz"),
    c.distinct_count("zz", at_least=1),
    c.unique_ratio("a", "zz", at_least=1),
    c.foreign_key("zz", to="o.a"),
    c.foreign_key("a", to="o.zz"),
    c.not_in_set("zz", ["zz"]),
    c.tuple_in_set("a", "zz", values=[(1, "zz")]),
    c.matches("zz", "z"),
    c.not_matches("zz", "z"),
    c.like("zz", "z%"),
    c.not_like("zz", "z%"),
    c.length("zz", equals=2),
    c.of_type("zz", "integer"),
    c.json_valid("zz"),
    c.increasing("zz", order_by="a"),
    c.decreasing("a", order_by="zz"),
    c.compare("a", "<", "zz"),
    c.sum_equals("a", "zz", total=1),
    c.all_differ("a", "zz"),
    c.failed_rows_sql('SELECT "zz" FROM o'),
    c.z_scores("zz", within=3),
    c.total("zz", at_least=1),
    c.stddev("zz", at_least=1),
    c.median("zz", at_least=1),
    c.quantile("zz", 0.5, interpolate=False, at_least=1),
    c.has_values("zz", ["zz"]),
    c.most_common("zz", ["zz"]),
    c.distribution("zz", {"zz": 1}, at_most=1),
    c.distribution("zz", {"edges": [0, 1], "weights": [1]}, at_most=1),
    c.no_gaps("zz", every="day"),
    c.no_gaps("zz", every="quarter"),
    c.not_null("a", by="zz"),
    c.unique("a", by="zz"),
    c.increasing("a", order_by="a", by="zz"),
    c.most_common("a", [1], by="zz"),
    c.no_gaps("a", every="day", by="zz"),
    c.foreign_key("a", to="o.a", by="zz"),
    c.median("a", at_least=1, by="zz"),
    c.metric_sql("SUM(a)", at_least=1, by="zz"),
]
LOOKS_AT_NO_COLUMN_OF_ITS_OWN = {"column_count", "schema_is", "schema_unchanged"}


def test_a_missing_column_is_tried_in_every_kind() -> None:
    assert {declaration.kind for declaration in UNKNOWN} == set(CHECK_KINDS) - LOOKS_AT_NO_COLUMN_OF_ITS_OWN


@pytest.mark.parametrize("where", [None, "a = 1"], ids=["no suite filter", "a suite filter"])
@pytest.mark.parametrize("declaration", UNKNOWN, ids=repr)
def test_sqlite_refuses_a_column_that_is_not_there(declaration: Any, where: str | None, memory: sqlite3.Connection) -> None:
    memory.execute("CREATE TABLE t (a INTEGER)")
    memory.execute("CREATE TABLE o (a INTEGER)")
    refusals = []
    for statement in plan(
        [metric for check in parse_checks([declaration]) for metric in first_round(check)], Scope(("t",), where, find_dialect("sqlite"))
    ):
        try:
            memory.execute(statement.sql)
        except sqlite3.OperationalError as error:
            refusals.append(str(error))
    assert refusals
    assert all(said.startswith("no such column: ") and said.endswith("zz") for said in refusals)


@pytest.mark.parametrize(
    ("dialect", "pattern", "allowed"),
    [
        pytest.param(
            "sqlite", r"\p{L}", r"a regular expression that sqlite can run (bad escape \p at position 0)", id="sqlite: Python's re"
        ),
        pytest.param("duckdb", "a(?=b)", f"{RE2} duckdb does not know", id="duckdb: lookahead"),
        pytest.param("duckdb", "(?<!a)b", f"{RE2} duckdb does not know", id="duckdb: lookbehind"),
        pytest.param("duckdb", r"(a)\1", f"{RE2} duckdb does not know", id="duckdb: a reference back"),
    ],
)
def test_a_regular_expression_that_the_database_cannot_run(dialect: str, pattern: str, allowed: str) -> None:
    for declaration in (c.matches("a", pattern), c.not_matches("a", ["x", pattern])):
        with pytest.raises(DefinitionError) as error:
            plan(
                [metric for check in parse_checks([declaration]) for metric in first_round(check)],
                Scope(("t",), None, find_dialect(dialect)),
            )
        assert str(error.value) == (
            f"1 problem in the definition:\n- check {declaration.kind}: invalid pattern={pattern!r}. Allowed: {allowed}"
        )


@pytest.mark.parametrize(("dialect", "pattern"), [("sqlite", "a(?=b)"), ("postgres", r"(a)\1"), ("duckdb", r"a\\1"), ("duckdb", r"\p{L}")])
def test_a_regular_expression_that_it_can_run(dialect: str, pattern: str) -> None:
    (check,) = parse_checks([c.matches("a", pattern)])
    assert len(plan(first_round(check), Scope(("t",), None, find_dialect(dialect)))) == 1


@pytest.mark.parametrize("sql", WRITES)
def test_nothing_that_writes_gives_failed_rows(sql: str) -> None:
    (check,) = parse_checks([c.failed_rows_sql(sql)])
    with pytest.raises(DefinitionError) as error:
        plan(first_round(check), Scope(("t",), None, find_dialect("postgres")))
    assert str(error.value).startswith(
        f"1 problem in the definition:\n- check failed_rows_sql: invalid sql={sql!r}. Allowed: one read-only SELECT"
    )


def test_segments_of_a_whole_select_are_refused() -> None:
    (check,) = parse_checks([c.metric_sql("SELECT 1", at_least=1, by="g")])
    with pytest.raises(DefinitionError, match="invalid by='g'. Allowed: no by together with a whole SELECT: write it into the SELECT"):
        plan(first_round(check), Scope(("t",), None, find_dialect("sqlite")))


def test_sqlite_refuses_a_suite_filter_on_a_column_that_is_not_there(memory: sqlite3.Connection) -> None:
    memory.execute("CREATE TABLE t (a INTEGER)")
    scope = Scope(("t",), '"zz" = 1', find_dialect("sqlite"))
    for sql in (plan([RowCount()], scope)[0].sql, probe(scope)):
        with pytest.raises(sqlite3.OperationalError, match="no such column: zz"):
            memory.execute(sql)


def test_a_subquery_may_speak_of_the_outer_table(memory: sqlite3.Connection) -> None:
    memory.execute("CREATE TABLE t (a INTEGER, k INTEGER)")
    memory.execute("CREATE TABLE o (b INTEGER)")
    memory.execute("INSERT INTO t VALUES (1, 1), (2, 2)")
    memory.execute("INSERT INTO o VALUES (1)")
    for condition in ("EXISTS (SELECT 1 FROM o WHERE o.b = t.k)", 'EXISTS (SELECT 1 FROM o WHERE o."b" = "t"."k")'):
        (statement,) = plan([Violations(rule=Holds(condition=condition))], Scope(("t",), None, find_dialect("sqlite")))
        assert memory.execute(statement.sql).fetchone() == (1,)
