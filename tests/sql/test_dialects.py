"""Every check in every dialect as golden SQL, and what a dialect refuses, word for word."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations, parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.judging import first_round
from airflow_dre.checks.metrics import Minimum, Periods, Violations
from airflow_dre.checks.rule import Rule
from airflow_dre.checks.rules import LengthWithin, OneOf, ReadableAs, TextType, Within
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import CONNECTION_TYPES, DIALECTS, find_dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope
from airflow_dre.values.calendar import Unit

GOLDEN = Path(__file__).parent / "golden" / "dialects"
ORDERS = Scope(("shop", "orders"), None, DIALECTS["sqlite"])
CHECKS = [
    c.all_differ("a", "b", "c"),
    c.between("a", 1, Decimal("2.5")),
    c.column_count(at_least=1),
    c.column_max("a", at_most=9),
    c.column_min("a", at_least=0),
    c.compare("a", "<=", "b"),
    c.decreasing("a", order_by="id"),
    c.distinct_count("s", at_least=1),
    c.distribution("s", {"x": 1, "y": 2}, at_most=0.1),
    c.failed_rows_sql("WITH w AS (SELECT id, a + b AS n FROM orders) SELECT id, n FROM w WHERE n < 0"),
    c.foreign_key("a", "b", to=["shop.parents.k", "shop.parents.l"]),
    c.fresh("at", max_age="1d"),
    c.has_values("s", ["x", "y"]),
    c.in_set("s", ["x", "O'Hare", "back\\slash", "Ünï", "new\nline"]),
    c.increasing("a", order_by=["day", "id"], strictly=True),
    c.json_valid("s"),
    c.length("s", at_least=1, at_most=20),
    c.like("s", ["A%", r"50\%", "[x_"]),
    c.matches("s", r"^\w+'\d{2}$"),
    c.mean("a", at_least=0),
    c.median("a", at_least=0),
    c.metric_sql("SUM(a) / NULLIF(COUNT(*), 0)", at_least=0),
    c.most_common("s", ["x"]),
    c.no_gaps("at", every="day"),
    c.not_empty("s"),
    c.not_in_set("a", [1, 2]),
    c.not_like("s", "%x%"),
    c.not_matches("s", "[0-9]"),
    c.not_null("a"),
    c.null("a"),
    c.of_type("s", "number"),
    c.quantile("a", 0.95, interpolate=False, at_most=9),
    c.row_count(at_least=1),
    c.rows("a > 0 OR b IS NULL"),
    c.schema_is({"a": "integer", "s": "text"}),
    c.schema_unchanged(),
    c.stddev("a", at_most=9),
    c.sum_equals("a", "b", total=10),
    c.total("a", at_least=0),
    c.tuple_in_set("a", "s", values=[(1, "x"), (2, "y")]),
    c.unique("a", "s"),
    c.unique_ratio("a", at_least=0.9),
    c.z_scores("a", within=3),
]
RULES: dict[str, Rule] = {
    "dates": Within(column="at", low=date(2013, 1, 1), high=date(2013, 12, 31)),
    "moments": Within(
        column="at", low=datetime(2013, 1, 1, 5, 0, 0, 250000), high=datetime(2013, 1, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    ),
    "booleans": OneOf(column="b", values=(True,)),
    "an exact length": LengthWithin(column="s", low=4, high=4),
    **{f"texts of type {kind}": ReadableAs(column="s", as_kind=kind) for kind in TextType if kind is not TextType.NUMBER},
}


def variants(declaration: Declaration) -> Iterator[tuple[str, Any]]:
    """Yield a check as it is, with a filter, and by segment, as far as it takes these."""
    for suffix, options in {"": {}, " where": {"where": "a > 1 OR b = 2"}, " by": {"by": "region"}}.items():
        found = Declaration(declaration.kind, {**declaration.arguments, **options})
        if not check_declarations([found])[1]:
            yield f"{declaration.kind}{suffix}", parse_checks([found])[0]


def asked(name: str, make: Any) -> Iterator[str]:
    """Return the statements under a name, or why it has no statement."""
    try:
        for statement in make():
            yield f"-- {name}\n{statement.sql};"
    except DefinitionError as refusal:
        yield f"-- {name}\n-- refused: {refusal.problems[0].allowed}"


def statements(dialect: Dialect) -> list[str]:
    """Return the text of the golden file of a dialect."""
    scope = replace(ORDERS, dialect=dialect)
    blocks: list[str] = []
    for declaration in CHECKS:
        for name, check in variants(declaration):
            blocks += asked(name, lambda check=check: plan(first_round(check), scope))
    for name, rule in RULES.items():
        blocks += asked(name, lambda rule=rule: plan([Violations(rule=rule)], scope))
    for unit in Unit:
        blocks += asked(f"each {unit}", lambda unit=unit: plan([Periods(column="at", unit=unit)], scope))
    for table in ("orders", '"cat-1".shop."odd ""name` ]\\"'):
        elsewhere = replace(scope, table=split_table(table))
        blocks += asked(
            f"columns of {table}", lambda elsewhere=elsewhere: plan(first_round(parse_checks([c.schema_unchanged()])[0]), elsewhere)
        )
    before = [
        statement
        for statement in (dialect.session.guard, dialect.session.setup, dialect.session.timeout and dialect.session.timeout(1500))
        if statement
    ]
    return [f"-- a session begins\n{statement};" for statement in before] + blocks


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_golden_sql_of_every_check(name: str) -> None:
    text = "\n".join(statements(DIALECTS[name])) + "\n"
    path = GOLDEN / f"{name}.sql"
    if os.environ.get("DRE_GOLDEN") == "rewrite":
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    assert text == path.read_text()


def test_there_is_golden_sql_for_every_kind_of_check() -> None:
    assert {check.kind for check in CHECKS} == set(CHECK_KINDS)
    assert {path.stem for path in GOLDEN.glob("*.sql")} == set(DIALECTS)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_every_statement_is_one_that_reads_in_its_dialect(name: str) -> None:
    blocks = [block.split("\n", 1)[1] for block in statements(DIALECTS[name]) if not block.startswith("-- a session")]
    asked = [block for block in blocks if not block.startswith("-- refused")]
    assert len(asked) > 100
    for sql in asked:
        (tree,) = [tree for tree in sqlglot.parse(sql, read=name) if tree is not None]
        assert isinstance(tree, (exp.Query, exp.Describe)), sql


NO_REGEX = "nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition"
COLUMNS = "check schema_is, schema_unchanged or column_count"
LOOKAROUND = "a regular expression without lookahead, lookbehind and references back"
REFUSED = [
    ("tsql", c.matches("s", "^x"), "check matches: invalid pattern='^x'. Allowed: " + NO_REGEX),
    ("tsql", c.not_matches("s", "^x"), "check not_matches: invalid pattern='^x'. Allowed: " + NO_REGEX),
    *[
        (
            name,
            c.matches("s", pattern),
            f"check matches: invalid pattern={pattern!r}. Allowed: {LOOKAROUND}, which {name} does not know",
        )
        for name in ("bigquery", "duckdb", "redshift", "snowflake")
        for pattern in ("(?=x)", r"(a)\1")
    ],
]


@pytest.mark.parametrize(("name", "declaration", "message"), REFUSED, ids=lambda value: getattr(value, "kind", None))
def test_what_a_dialect_cannot_do_is_refused_with_the_reason(name: str, declaration: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        plan(first_round(parse_checks([declaration])[0]), Scope(("t",), None, DIALECTS[name]))
    assert str(refused.value) == f"1 problem in the definition:\n- {message}"


def test_nothing_else_is_refused() -> None:
    refused = {(name, declaration.kind) for name, declaration, _ in REFUSED if "lookahead" not in _}
    found = {
        (path.stem, block.split("\n")[0][3:].split(" ")[0])
        for path in GOLDEN.glob("*.sql")
        for block in path.read_text().replace("\n-- refused", " refused").split("\n--")
        if " refused: " in block.split("\n")[0]
        for block in ["-- " + block.strip("- ")]
    }
    assert found == refused


@pytest.mark.parametrize("pattern", ["\\", "a\\", r"\d", r"50\%\x", r"\\\n"])
@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_backslash_before_nothing_special_is_no_like_pattern(name: str, pattern: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        plan(first_round(parse_checks([c.like("s", pattern)])[0]), Scope(("t",), None, DIALECTS[name]))
    assert refused.value.problems[0].allowed == r"a SQL LIKE pattern, in which \ precedes %, _ or another \ only"


@pytest.mark.parametrize("name", sorted(DIALECTS))
@given(
    text=st.text(min_size=1).filter(lambda text: "\x00" not in text),
    column=st.text(min_size=1).filter(lambda text: "\x00" not in text),
)
def test_texts_and_names_stay_within_their_quotes(name: str, text: str, column: str) -> None:
    if name == "bigquery":  # which has no name with a dot and takes a quoted one for a path
        column = column.replace(".", "_")
    (statement,) = plan([Violations(rule=OneOf(column=column, values=(text,)))], Scope(("t",), None, DIALECTS[name]))
    (tree,) = sqlglot.parse(statement.sql, read=name)
    assert isinstance(tree, exp.Select)
    assert [value.this for value in tree.find_all(exp.Literal, exp.National) if value.args.get("is_string", True)] == [text]
    assert {part.this for part in tree.find_all(exp.Identifier) if part.this not in ("m0", "t")} == {column} - {"m0", "t"}


def test_a_scan_that_is_too_long_is_split_and_no_sooner() -> None:
    metrics = [Minimum(column=f"c{n}") for n in range(8)]
    scope = Scope(("t",), None, DIALECTS["bigquery"])
    (whole,) = plan(metrics, scope)
    just = replace(scope, dialect=replace(scope.dialect, limits=replace(scope.dialect.limits, bytes=len(whole.sql))))
    assert [len(one.metrics) for one in plan(metrics, just)] == [8]
    tight = replace(scope, dialect=replace(scope.dialect, limits=replace(scope.dialect.limits, bytes=len(whole.sql) - 1)))
    assert [len(one.metrics) for one in plan(metrics, tight)] == [4, 4]
    none = replace(scope, dialect=replace(scope.dialect, limits=replace(scope.dialect.limits, bytes=1)))
    assert [len(one.metrics) for one in plan(metrics, none)] == [1] * 8, "a metric alone is asked, and the database may refuse it"


@pytest.mark.parametrize(
    ("conn_type", "name"),
    [
        ("sqlite", "sqlite"),
        ("postgres", "postgres"),
        ("postgresql", "postgres"),
        ("duckdb", "duckdb"),
        ("mysql", "mysql"),
        ("mariadb", "mysql"),
        ("snowflake", "snowflake"),
        ("gcpbigquery", "bigquery"),
        ("bigquery", "bigquery"),
        ("databricks", "databricks"),
        ("spark", "spark"),
        ("spark_connect", "spark"),
        ("redshift", "redshift"),
        ("trino", "trino"),
        ("mssql", "tsql"),
        ("tsql", "tsql"),
    ],
)
def test_a_dialect_is_found_by_the_names_that_others_give_it(conn_type: str, name: str) -> None:
    assert find_dialect(conn_type).name == name


def test_an_unknown_kind_of_connection_is_refused_with_those_there_are() -> None:
    with pytest.raises(DefinitionError) as refused:
        find_dialect("oracle")
    assert refused.value.problems[0].allowed == f"one of {', '.join(sorted(CONNECTION_TYPES))}"
    assert set(CONNECTION_TYPES.values()) == set(DIALECTS.values())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("mysql", "s RLIKE '^a'"),
        ("mysql", "s REGEXP '^a' AND NOT s REGEXP 'b'"),
        ("mysql", "REGEXP_LIKE(s, '^a', 'i')"),
        ("mysql", "a DIV 2 = 1 AND s SOUNDS LIKE 'x' AND a <=> b"),
        ("snowflake", "REGEXP_LIKE(s, 'a')"),
        ("snowflake", "v:a.b::int = 1 AND IFF(a, b, c)"),
        ("bigquery", "REGEXP_CONTAINS(s, r'\\d')"),
        ("bigquery", "SAFE_CAST(s AS INT64) IS NOT NULL AND d > DATE_SUB(CURRENT_DATE(), INTERVAL 1 DAY)"),
        ("tsql", "LEN(s) > 2 AND s LIKE N'ü[a-z]%'"),
        ("tsql", "ISNULL(a, 0) = 1 AND DATEDIFF(day, d, GETDATE()) < 2"),
        ("redshift", "NVL(a, b) = 1 AND DATEADD(day, 1, d) > GETDATE()"),
        ("trino", "element_at(m, 'x') = 1 AND try(1 / a) > 0"),
        ("spark", "a <=> b AND s RLIKE '^a' AND percentile(a, 0.5) > 1"),
        ("databricks", "v:a.b::int = 1"),
    ],
)
def test_what_a_dag_author_wrote_stays_as_it_was_written(name: str, written: str) -> None:
    (statement,) = plan(first_round(parse_checks([c.row_count(at_least=1, where=written)])[0]), Scope(("t",), None, DIALECTS[name]))
    assert f"WHEN ({written}) THEN" in statement.sql
