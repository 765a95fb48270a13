"""Every metric by itself: its SQL as a golden file, and its answer on real databases."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks import metrics as m
from airflow_dre.checks import rules as r
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.rule import Rule
from airflow_dre.sql.dialect import Limits
from airflow_dre.sql.dialects import DIALECTS, find_dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.plan import plan, scan
from airflow_dre.sql.scope import Scope
from airflow_dre.values.calendar import Unit
from tests.databases import DATABASES, REAL_DIALECTS
from tests.examples import tries

GOLDEN = Path(__file__).parent / "golden"
"""The dialects that run here. The SQL of the other dialects is read in test_dialects.py."""
PAINFUL = ["O'Hare", 'q"q', "back\\slash", "per%cent %s", ":x $1 ?", "new\nline", "Ünï😀", "", " ", "--", "/* */"]
"""Texts that break SQL which is glued together."""

EVERY_METRIC: dict[str, Metric] = {
    "all rows": m.RowCount(),
    "all rows of a filter": m.RowCount(where="b > 1"),
    "rows with a value": m.ValueCount(column="a"),
    "rows with a value of a filter": m.ValueCount(column="a", where="b > 1 OR c"),
    "rows without a value": m.Violations(rule=r.HasValue(column="a")),
    "rows without a value of a filter": m.Violations(rule=r.HasValue(column="a"), where="b > 1 OR c"),
    "values outside of numbers": m.Violations(rule=r.Within(column="a", low=-1.5, high=Decimal("10.25"))),
    "values outside of texts": m.Violations(rule=r.Within(column="a", low="a'b", high="z\\")),
    "values outside of dates": m.Violations(rule=r.Within(column="a", low=date(2013, 1, 1), high=date(2013, 1, 31))),
    "values outside of moments": m.Violations(
        rule=r.Within(column="a", low=datetime(2013, 1, 1, 5), high=datetime(2013, 1, 2, tzinfo=UTC)), where="c"
    ),
    "values not in a set": m.Violations(rule=r.OneOf(column="a", values=(1, "x", True, date(2013, 1, 1)))),
    "values not in a set of a filter": m.Violations(rule=r.OneOf(column="a", values=(1,)), where="c"),
    "values": m.Violations(rule=r.HasNoValue(column="a")),
    "values of a filter": m.Violations(rule=r.HasNoValue(column="a"), where="c"),
    "texts of spaces": m.Violations(rule=r.HasText(column="a")),
    "values up to an end": m.Violations(rule=r.Within(column="a", low=1, low_belongs=False)),
    "values from an end": m.Violations(rule=r.Within(column="a", high=1, high_belongs=False)),
    "values at an end": m.Violations(rule=r.Within(column="a", low=1, high=2, high_belongs=False)),
    "values in a set": m.Violations(rule=r.NoneOf(column="a", values=(1, "O'Hare")), where="c"),
    "texts without a match": m.Violations(rule=r.Matches(column="a", patterns=(r"^O'\d+$",))),
    "texts without one of two matches": m.Violations(rule=r.Matches(column="a", patterns=("^x", "y$"), every=True), where="c"),
    "texts with a match": m.Violations(rule=r.MatchesNot(column="a", patterns=("^x", "y$"))),
    "texts unlike": m.Violations(rule=r.Like(column="a", patterns=("O'%", r"50\%"))),
    "texts alike": m.Violations(rule=r.LikeNot(column="a", patterns=("x%", "_y"), every=False), where="c"),
    "texts too short or long": m.Violations(rule=r.LengthWithin(column="a", low=1, high=3)),
    "texts too long": m.Violations(rule=r.LengthWithin(column="a", high=3)),
    "texts of another length": m.Violations(rule=r.LengthWithin(column="a", low=0, high=0)),
    **{f"texts that are no {kind}": m.Violations(rule=r.ReadableAs(column="a", as_kind=kind)) for kind in r.TextType},
    "texts that are no JSON": m.Violations(rule=r.IsJson(column="a"), where="c"),
    **{f"rows where not a {operator} b": m.Violations(rule=r.Compares(left="a", operator=operator, right="b")) for operator in r.Operator},
    "rows of another sum": m.Violations(rule=r.SumIs(columns=("a", "b", "c"), total=Decimal("1.50"))),
    "rows of other values": m.Violations(rule=r.TupleOneOf(columns=("a", "b"), values=((1, "x"), (2, "O'Hare"))), where="c"),
    "rows with two same values": m.Violations(rule=r.AllDiffer(columns=("a", "b", "c"))),
    "rows that break the rule of their segment": m.Violations(
        rule=r.BySegment(
            by="g",
            rules=((None, r.Within(column="a", low=1, high=2)), ("O'Hare", r.Within(column="a", low=0)), (3, r.Within(column="a", high=9))),
        )
    ),
    "smallest value": m.Minimum(column="a"),
    "smallest value of a filter": m.Minimum(column="a", where="c"),
    "largest value": m.Maximum(column='odd "column"'),
    "largest value of a filter": m.Maximum(column="a", where="c"),
    "largest value of an expression": m.MaximumOf(sql="a + 1"),
    "largest value of an expression of a filter": m.MaximumOf(sql="a + 1", where="c"),
    "mean": m.Mean(column="a"),
    "mean of a filter": m.Mean(column="a", where="c"),
    "rows that break a condition": m.Violations(rule=r.Holds(condition="a > b OR \"c\" LIKE 'x%'")),
    "rows that break a condition of a filter": m.Violations(rule=r.Holds(condition="a > b"), where="c IS NOT NULL"),
    "total": m.Total(column="a"),
    "total of a filter": m.Total(column="a", where="c"),
    "variance": m.Variance(column="a"),
    "variance of a filter": m.Variance(column="a", where="c"),
    "a quantile between values": m.Quantile(column="a", at=Decimal("0.95"), interpolate=True),
    "a quantile that is a value": m.Quantile(column="a", at=Decimal("0.5"), interpolate=False, where="c"),
    "different keys": m.DistinctCount(columns=("a", "b")),
    "different values of a filter": m.DistinctCount(columns=("a",), where="c"),
    "a sketch of values": m.Sketch(columns=("a",)),
    "a sketch of keys of a filter": m.Sketch(columns=("a", 'odd "column"'), where="c"),
    "a sketch of each segment": m.PerSegment(by="g", metric=m.Sketch(columns=("a",))),
    "rows by an expression": m.PerSegment(by=m.Expression("a + 1"), metric=m.RowCount()),
    "each day by an expression": m.PerSegment(by=m.Expression("a + 1"), metric=m.Periods(column="a", unit=Unit.DAY)),
    "keys without a parent": m.OrphanCount(columns=("a", "b"), parent='s."odd p"', parent_columns=("k", 'l"')),
    "keys without a parent of a filter": m.OrphanCount(columns=("a",), parent="p", parent_columns=("k",), where="c"),
    "values that fall": m.StepCount(column="a", order_by=("b",), rising=True, strictly=False),
    "values that do not fall": m.StepCount(column="a", order_by=("b", "c"), rising=False, strictly=True, where="c"),
    "most common values": m.MostCommon(column="a"),
    "most common values of a filter": m.MostCommon(column="a", where="c"),
    **{f"each {unit}": m.Periods(column="a", unit=unit) for unit in Unit},
    "each day of a filter": m.Periods(column="a", unit=Unit.DAY, where="c"),
    "all rows of another table": m.OtherRowCount(table='s."odd p"'),
    "rows that a SELECT gives": m.FailedRowCount(sql="WITH w AS (SELECT a FROM t) SELECT a, 1 FROM w WHERE a > 1 -- too many"),
    "the columns": m.TableColumns(),
    "the constraints": m.TableConstraints(),
    "a proof that no key repeats": m.RepeatCount(columns=("a",)),
    "a proof that no key of two columns repeats": m.RepeatCount(columns=("a", "b"), where="c"),
    "rows of each segment": m.PerSegment(by="g", metric=m.RowCount()),
    "values of each segment of a filter": m.PerSegment(by="g", metric=m.ValueCount(column="a", where="c")),
    "means of each segment": m.PerSegment(by="g", metric=m.Mean(column="a")),
    "variances of each segment": m.PerSegment(by="g", metric=m.Variance(column="a")),
    "quantiles of each segment": m.PerSegment(by="g", metric=m.Quantile(column="a", at=Decimal("0.5"), interpolate=True)),
    "different keys of each segment": m.PerSegment(by="g", metric=m.DistinctCount(columns=("a", "b"))),
    "rows of each segment that share a key": m.PerSegment(by="g", metric=m.DuplicateCount(columns=("a",), where="c")),
    "keys of each segment without a parent": m.PerSegment(by="g", metric=m.OrphanCount(columns=("a",), parent="p", parent_columns=("k",))),
    "values of each segment that fall": m.PerSegment(by="g", metric=m.StepCount(column="a", order_by=("b",), rising=True, strictly=False)),
    "most common values of each segment": m.PerSegment(by="g", metric=m.MostCommon(column="a")),
    "each day of each segment": m.PerSegment(by="g", metric=m.Periods(column="a", unit=Unit.DAY)),
    "an aggregate expression of each segment": m.PerSegment(by="g", metric=m.SqlMetric(sql="SUM(a)", where="c")),
    "rows with a whole key": m.KeyCount(columns=("a", "b")),
    "rows with a whole key of a filter": m.KeyCount(columns=("a",), where="c"),
    "rows that share a key": m.DuplicateCount(columns=("a", "b")),
    "rows that share a key of a filter": m.DuplicateCount(columns=("a",), where="c"),
    "an aggregate expression": m.SqlMetric(sql='SUM("a") / COUNT(*)'),
    "an aggregate expression of a filter": m.SqlMetric(sql="SUM(a)", where="c"),
    "a whole SELECT": m.SqlMetric(sql='SELECT MAX("n") FROM other AS o WHERE k = 1 -- the newest'),
}


def test_the_list_has_every_kind_of_metric() -> None:
    kinds = {kind for kind in vars(m).values() if isinstance(kind, type) and issubclass(kind, Metric)}
    nobody_asks = {Metric, m.ColumnMetric, m.LastPassed, m.Unreadable}  # the store answers one; the other is about columns of files
    assert {type(metric) for metric in EVERY_METRIC.values()} == kinds - nobody_asks
    asked_by_segment = {type(metric.metric) for metric in EVERY_METRIC.values() if isinstance(metric, m.PerSegment)}
    assert {
        m.DistinctCount,
        m.DuplicateCount,
        m.OrphanCount,
        m.StepCount,
        *(kind for kind in vars(m).values() if isinstance(kind, type) and issubclass(kind, m.Metric) and kind.lists_rows),
    } - {
        m.TableColumns,
        m.TableConstraints,
    } <= asked_by_segment


def test_the_list_has_every_rule() -> None:
    kinds = {kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, Rule)}
    asked = {type(metric.rule) for metric in EVERY_METRIC.values() if isinstance(metric, m.Violations)}
    assert asked == {kind for kind in kinds if not kind.__subclasses__() or kind in asked}


@pytest.mark.parametrize("dialect", REAL_DIALECTS)
def test_golden_metrics(dialect: str) -> None:
    scopes = {"": Scope(("t",), None, find_dialect(dialect)), ", the suite too": Scope(("s", "t"), "d = 1 OR e", find_dialect(dialect))}
    blocks = []
    for name, metric in EVERY_METRIC.items():
        if isinstance(metric, m.RepeatCount) and find_dialect(dialect).aggregates.fingerprint is None:
            continue
        for suffix, scope in scopes.items():
            (statement,) = plan([metric], scope)
            blocks.append(f"-- {name}{suffix}\n{statement.sql};\n")
    path = GOLDEN / f"{dialect}_metrics.sql"
    if os.environ.get("DRE_GOLDEN") == "rewrite":
        path.write_text("\n".join(blocks))
    assert path.is_file(), f"{path} is missing: write it with DRE_GOLDEN=rewrite and read it"
    assert "\n".join(blocks) == path.read_text()


class Warehouse:
    """A real database that runs what was planned."""

    def __init__(self, dialect: str, address: str) -> None:
        self.dialect = find_dialect(dialect)
        connection: Any
        if dialect == "sqlite":
            connection = sqlite3.connect(":memory:")
        elif dialect == "duckdb":
            connection = duckdb.connect()
        else:
            connection = psycopg.connect(address)
        self.connection = connection

    def run(self, sql: str) -> Any:
        """Return the first row, if the statement returns any."""
        cursor = self.connection.cursor()
        cursor.execute(sql)
        return cursor.fetchone() if sql.startswith("SELECT") else None

    def answers(self, table: str, *declarations: Any, where: str | None = None) -> dict[Metric, Any]:
        """Return the answers of the metrics of checks."""
        asked = [metric for check in parse_checks(declarations) for metric in check.metrics()]
        found: dict[Metric, Any] = {}
        for statement in plan(asked, Scope(split_table(table), where, self.dialect)):
            found |= dict(zip(statement.metrics, self.run(statement.sql), strict=True))
        return found

    def numbers(self, table: str, declaration: Any, where: str | None = None) -> list[Any]:
        """Return the answers to one check, numbers as floats."""
        (check,) = parse_checks([declaration])
        found = self.answers(table, declaration, where=where)
        return [float(found[each]) if isinstance(found[each], (int, Decimal)) else found[each] for each in check.metrics()]


@pytest.fixture(scope="module", params=DATABASES)
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """Yield a database of each dialect with an ordinary table, an odd one, and one that must outlive every test."""
    address = request.getfixturevalue("postgres_address") if request.param == "postgres" else ""
    found = Warehouse(request.param, address)  # its transaction is never committed
    odd = '"x""; DROP TABLE y --"'
    for statement in (
        "CREATE TABLE y (a INTEGER)",
        "CREATE TABLE t (a INTEGER, f DOUBLE PRECISION, s TEXT, d DATE, b BOOLEAN)",
        "INSERT INTO t VALUES (1, 0.5, 'x', '2013-01-01', TRUE), (2, 1.5, 'x', '2013-01-02', TRUE), (2, NULL, NULL, NULL, FALSE)",
        "INSERT INTO t VALUES (NULL, 4, 'y', '2013-02-01', NULL), (NULL, 4, 'z', '2013-02-01', NULL)",
        f'CREATE TABLE {odd} ("q""; --" INTEGER, "sel ect" TEXT)',
        f"INSERT INTO {odd} VALUES (1, 'a'), (NULL, 'a'), (1, 'O''Hare')",
        "CREATE TABLE void (a INTEGER, s TEXT)",
    ):
        found.run(statement)
    found.run("CREATE TABLE painful (s TEXT)")
    mark = "%s" if request.param == "postgres" else "?"
    for text in PAINFUL:
        found.connection.cursor().execute(f"INSERT INTO painful VALUES ({mark})", (text,))
    yield found
    assert found.run("SELECT COUNT(*) FROM y") == (0,)
    found.connection.close()


ANSWERS = [
    pytest.param(c.row_count(at_least=1), None, [5], id="row_count"),
    pytest.param(c.row_count(at_least=1, where="a = 2"), None, [2], id="row_count of a filter"),
    pytest.param(c.row_count(at_least=1, where="a = 2 OR a = 1"), "s = 'x' OR s = 'y'", [2], id="filters of suite and check both hold"),
    pytest.param(c.not_null("a"), None, [5, 2], id="not_null"),
    pytest.param(c.not_null("a", where="s IS NOT NULL"), None, [4, 2], id="not_null of a filter"),
    pytest.param(c.not_null("a"), "a IS NULL", [2, 2], id="not_null of a suite's filter"),
    pytest.param(c.unique("a"), None, [3, 2], id="unique: NULL equals nothing"),
    pytest.param(c.unique("a", "s"), None, [2, 0], id="unique by two columns: a partly missing key is no key"),
    pytest.param(c.unique("s"), None, [4, 2], id="unique text"),
    pytest.param(c.unique("s", where="a = 1"), None, [1, 0], id="unique within a filter"),
    pytest.param(c.between("a", 1, 1), None, [3, 2], id="between: both ends belong to it, NULL is left out"),
    pytest.param(c.between("f", -1, 1.5), None, [4, 2], id="between fractions"),
    pytest.param(c.between("s", "x", "y"), None, [4, 1], id="between texts"),
    pytest.param(c.between("d", date(2013, 1, 1), date(2013, 1, 31)), None, [4, 2], id="between dates"),
    pytest.param(c.between("a", 2, 9, where="s = 'x'"), None, [2, 1], id="between within a filter"),
    pytest.param(c.in_set("s", ["x", "O'Hare"]), None, [4, 2], id="in_set"),
    pytest.param(c.in_set("a", [1, 7]), None, [3, 2], id="in_set of numbers"),
    pytest.param(c.in_set("b", [True]), None, [3, 1], id="in_set of booleans"),
    pytest.param(c.rows("a < f"), None, [5, 2], id="rows: NULL is not broken"),
    pytest.param(c.rows("a IS NOT NULL AND s IS NOT NULL", where="a IS NOT NULL"), None, [3, 1], id="rows within a filter"),
    pytest.param(c.column_min("a", at_least=1), None, [1], id="column_min"),
    pytest.param(c.column_max("s", at_most="z"), None, [4, 0, "z"], id="column_max of texts"),
    pytest.param(c.column_max("a", at_most=1, where="s = 'y'"), None, [None], id="column_max of nothing"),
    pytest.param(c.mean("f", at_most=9), None, [2.5], id="mean leaves NULL out"),
    pytest.param(c.mean("f", at_most=9, where="a IS NULL"), None, [4], id="mean of a filter"),
    pytest.param(c.metric_sql("COUNT(DISTINCT s)", at_least=1), None, [3], id="metric_sql: an expression"),
    pytest.param(c.metric_sql("COUNT(DISTINCT s)", at_least=1, where="a > 0"), None, [1], id="metric_sql: an expression of a filter"),
    pytest.param(
        c.metric_sql("SELECT COUNT(*) FROM void", at_most=9), "a = 1", [0], id="metric_sql: a SELECT knows no filter of the suite"
    ),
]


@pytest.mark.parametrize(("declaration", "where", "expected"), ANSWERS)
def test_answers(warehouse: Warehouse, declaration: Any, where: str | None, expected: list[Any]) -> None:
    assert warehouse.numbers("t", declaration, where) == expected


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        (c.row_count(at_least=1), [0]),
        (c.not_null("a"), [0, 0]),
        (c.unique("a"), [0, 0]),
        (c.between("a", 1, 2), [0, 0]),
        (c.in_set("a", [1]), [0, 0]),
        (c.rows("a > 1"), [0, 0]),
        (c.column_min("a", at_least=1), [None]),
        (c.column_max("a", at_least=1), [None]),
        (c.mean("a", at_least=1), [None]),
        (c.metric_sql("SUM(a)", at_least=1), [None]),
        (c.fresh("s", max_age="1d"), [None]),
    ],
    ids=str,
)
def test_an_empty_table_answers_everything(warehouse: Warehouse, declaration: Any, expected: list[Any]) -> None:
    assert warehouse.numbers("void", declaration) == expected


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        (c.row_count(at_least=1), [3]),
        (c.not_null('q"; --'), [3, 1]),
        (c.unique('q"; --'), [2, 2]),
        (c.unique('q"; --', "sel ect"), [2, 0]),
        (c.between('q"; --', 2, 3), [2, 2]),
        (c.in_set("sel ect", ["O'Hare"]), [3, 2]),
        (c.rows("\"sel ect\" = 'a'"), [3, 1]),
        (c.column_max("sel ect", at_most="z"), [3, 0, "a"]),
        (c.mean('q"; --', at_most=9), [1]),
        (c.metric_sql('COUNT(DISTINCT "sel ect")', at_least=1), [2]),
    ],
    ids=str,
)
def test_odd_names_are_names(warehouse: Warehouse, declaration: Any, expected: list[Any]) -> None:
    assert warehouse.numbers('"x""; DROP TABLE y --"', declaration) == expected
    assert warehouse.run("SELECT COUNT(*) FROM y") == (0,)


def test_texts_stay_what_they_are(warehouse: Warehouse) -> None:
    for text in PAINFUL:
        assert warehouse.numbers("painful", c.in_set("s", [text])) == [len(PAINFUL), len(PAINFUL) - 1], text
        assert warehouse.numbers("painful", c.between("s", text, text)) == [len(PAINFUL), len(PAINFUL) - 1], text
    assert warehouse.numbers("painful", c.in_set("s", PAINFUL)) == [len(PAINFUL), 0]


def test_numbers_stay_what_they_are(warehouse: Warehouse) -> None:
    for number in (0, -1, 10**12, 1e-7, -2.5, 1.5e300, Decimal("0.1"), Decimal("1E+3"), Decimal("-0.000001")):
        answers = warehouse.answers(
            "t", c.metric_sql(f"MAX({number:f})" if isinstance(number, Decimal) else f"MAX({number!r})", at_least=0)
        )
        (value,) = answers.values()
        assert float(value) == float(number)
        assert warehouse.numbers("t", c.between("f", number, number)) == [4, 4]


def test_all_checks_of_a_table_agree_with_each_alone(warehouse: Warehouse) -> None:
    declared = [case.values[0] for case in ANSWERS if case.values[1] is None]
    together = warehouse.answers("t", *declared)
    for declaration in declared:
        alone = warehouse.answers("t", declaration)
        assert {metric: together[metric] for metric in alone} == alone


columns = st.sampled_from("abc")
filters = st.sampled_from([None, "a = 1"])
any_metric = st.one_of(
    st.builds(m.RowCount, where=filters),
    *[st.builds(kind, column=columns, where=filters) for kind in (m.ValueCount, m.Minimum, m.Maximum, m.Mean)],
    *[
        st.builds(kind, columns=st.lists(columns, min_size=1, max_size=2).map(tuple), where=filters)
        for kind in (m.KeyCount, m.DuplicateCount)
    ],
    st.builds(m.SqlMetric, sql=st.sampled_from(["SUM(a)", "MAX(b) - MIN(b)"]), where=filters),
    st.builds(m.SqlMetric, sql=st.sampled_from(["SELECT 1", "SELECT MAX(a) FROM o"])),
    st.builds(m.Violations, rule=st.builds(r.HasValue, column=columns), where=filters),
    st.builds(m.Violations, rule=st.builds(r.Holds, condition=st.sampled_from(["a > b", "c"])), where=filters),
)


@given(asked=st.lists(any_metric), widest=st.integers(1, 6), dialect=st.sampled_from(sorted(DIALECTS)))
def test_each_metric_is_asked_once_in_as_few_scans_as_fit(asked: list[Metric], widest: int, dialect: str) -> None:
    scope = Scope(("t",), "d = 1", replace(find_dialect(dialect), limits=Limits(columns=widest)))
    statements = plan(asked, scope)
    answered = [metric for statement in statements for metric in statement.metrics]
    assert len(answered) == len(set(answered))
    assert set(answered) == set(asked)
    shared = [metric for metric in set(asked) if not isinstance(metric, (m.DuplicateCount, m.SqlMetric))]
    shared += [metric for metric in set(asked) if isinstance(metric, m.SqlMetric) and metric.where is None and "SELECT" not in metric.sql]
    assert len(statements) == -(-len(shared) // widest) + len(set(asked)) - len(shared)
    assert all(len(statement.metrics) <= widest for statement in statements)


@tries(25)
@given(asked=st.lists(any_metric, min_size=1, unique=True))
def test_the_sql_does_not_depend_on_who_asked_before(asked: list[Metric]) -> None:
    scope = Scope(("t",), None, find_dialect("postgres"))
    shareable = [metric for metric in asked if not isinstance(metric, (m.DuplicateCount, m.SqlMetric))]
    if shareable:
        assert scan(shareable, scope) == scan(shareable, scope)
    assert plan(asked, scope) == plan([*asked, *asked], scope)
