"""Values that a Dag author may write for each argument, and the exact message for any other."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import check_declarations, parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.errors import DefinitionError

LIMIT = "a count of rows such as 0 or 100, or a percent such as '5%'"
DURATION = "a positive duration such as '90m', '6h', '1d', '2w' or a timedelta"
LITERAL = "a finite number, a date or text"
VALUES = "a list of at least one finite number, date, boolean or text, without None"
DIMENSIONS = "accuracy, completeness, conformity, consistency, coverage, timeliness, uniqueness"
METRIC = "at least one of at_least, at_most, more_than, less_than, equals, warn_at_least, warn_at_most"
TWO_NAMES = "two or more different names of columns"
REGEX = "a regular expression, or a list of them"
KINDS = "integer, number, boolean, date, timestamp, uuid"
TUPLES = "a list of tuples of 2 finite numbers, dates, booleans or texts, and None only together with nulls="
REFERENCE = "'table.column', or for several columns a list of them in the same table"
ORDER = "one or more names of columns: the rows of a table have no order of their own"
DEVIATIONS = "a number of standard deviations above 0"
SHARE = "a share from 0 to 1, for example 0.95"
BINS = 'a dict of value: weight, or {"edges": [...], "weights": [...]} with one edge more than weights, rising'
WEIGHTS = f"{BINS}; weights of 0 and more, at least one above 0"
UNITS = "hour, day, week, month, quarter, year"
COLUMNS = "a list of names, or a dict of name: type, list of types, or None"
TRAITS = {"by", "description", "dimension", "name", "owner", "previous_name", "runbook", "severity", "tags", "where"}
LIMITS = {"fail_above", "warn_above"}
BOUNDS = {"at_least", "at_most", "equals", "if_empty", "less_than", "more_than", "warn_at_least", "warn_at_most"}
TAKES = {
    "all_differ": {"columns", "nulls"} | LIMITS,
    "between": {"column", "high", "inclusive", "low"} | LIMITS,
    "column_count": BOUNDS,
    "column_max": {"column"} | BOUNDS,
    "column_min": {"column"} | BOUNDS,
    "compare": {"left", "nulls", "operator", "right"} | LIMITS,
    "decreasing": {"column", "order_by", "strictly"} | LIMITS,
    "distinct_count": {"columns", "approximate"} | BOUNDS,
    "distribution": {"column", "distance", "others", "reference"} | BOUNDS,
    "failed_rows_sql": {"sql"} | LIMITS,
    "foreign_key": {"columns", "to"} | LIMITS,
    "fresh": {"as_of", "column", "expression", "future_tolerance", "max_age", "time_zone", "warn_age"},
    "has_values": {"column", "values"},
    "in_set": {"column", "values"} | LIMITS,
    "increasing": {"column", "order_by", "strictly"} | LIMITS,
    "json_valid": {"column"} | LIMITS,
    "length": {"at_least", "at_most", "column", "equals"} | LIMITS,
    "like": {"column", "every", "pattern"} | LIMITS,
    "matches": {"column", "every", "pattern"} | LIMITS,
    "mean": {"column"} | BOUNDS,
    "median": {"column"} | BOUNDS,
    "metric_sql": {"sql"} | BOUNDS,
    "most_common": {"column", "if_empty", "ties", "values"},
    "no_gaps": {"column", "end", "every", "start"} | LIMITS,
    "not_empty": {"column"} | LIMITS,
    "not_in_set": {"column", "values"} | LIMITS,
    "not_like": {"column", "pattern"} | LIMITS,
    "not_matches": {"column", "pattern"} | LIMITS,
    "not_null": {"column"} | LIMITS,
    "null": {"column"} | LIMITS,
    "of_type": {"column", "kind"} | LIMITS,
    "quantile": {"at", "column", "interpolate"} | BOUNDS,
    "row_count": {"same_as"} | BOUNDS,
    "rows": {"condition"} | LIMITS,
    "schema_is": {"any_case", "columns", "extra", "ordered", "places"},
    "schema_unchanged": set(),
    "stddev": {"column"} | BOUNDS,
    "sum_equals": {"columns", "nulls", "total"} | LIMITS,
    "total": {"column"} | BOUNDS,
    "tuple_in_set": {"columns", "nulls", "values"} | LIMITS,
    "unique": {"columns", "nulls"} | LIMITS,
    "unique_ratio": {"columns", "approximate"} | BOUNDS,
    "z_scores": {"column", "strictly", "two_sided", "within"} | LIMITS,
}
"""The arguments of each kind, without the options of every check."""


def declared(kind: str, /, **arguments: Any) -> Declaration:
    """Return a declaration with arguments that no type checker would let pass."""
    return Declaration(kind, arguments)


def message(*declarations: Any) -> str:
    """Return the whole text of the error."""
    with pytest.raises(DefinitionError) as error:
        parse_checks(declarations)
    return str(error.value)


@pytest.mark.parametrize(
    ("declaration", "wrong", "allowed"),
    [
        pytest.param(declared("not_null", column="a", fail_above="5 %%"), "fail_above='5 %%'", LIMIT, id="two percent signs"),
        pytest.param(declared("not_null", column="a", fail_above=-1), "fail_above=-1", LIMIT, id="a negative count"),
        pytest.param(
            declared("not_null", column="a", fail_above=0.05), "fail_above=0.05", LIMIT, id="a share is neither count nor percent"
        ),
        pytest.param(declared("not_null", column="a", fail_above=True), "fail_above=True", LIMIT, id="yes is no count"),
        pytest.param(declared("not_null", column="a", fail_above="101%"), "fail_above='101%'", LIMIT, id="more than all rows"),
        pytest.param(
            declared("not_null", column="a", warn_above="5%", fail_above="2%"),
            "warn_above='5%'",
            "at most fail_above (2%): a warning comes before a failure",
            id="a warning after the failure",
        ),
        pytest.param(
            declared("not_null", column="a", warn_above=1),
            "fail_above=None",
            f"{LIMIT}; with warn_above it must be given, since its default of 0 fails first",
            id="a warning that the default failure forestalls",
        ),
        pytest.param(declared("not_null"), "column=None", "the name of a column", id="no column"),
        pytest.param(declared("not_null", column=" "), "column=' '", "the name of a column", id="an empty column"),
        pytest.param(declared("not_null", column=7), "column=7", "the name of a column", id="a column that is no text"),
        pytest.param(
            declared("unique", columns=["a", "a"]), "columns=['a', 'a']", "one or more different names of columns", id="a key twice"
        ),
        pytest.param(declared("between", column="a", low=3, high=1), "low=3", "at most high", id="an empty range"),
        pytest.param(
            declared("between", column="a", low=3, high="x"),
            "low=3",
            "bounds of one kind: all numbers, all dates or all text",
            id="unlike ends",
        ),
        pytest.param(declared("between", column="a"), "low=None", f"{LITERAL}; at least one of low and high", id="a range without any end"),
        pytest.param(declared("mean", column="a", at_least=float("nan")), "at_least=nan", LITERAL, id="a bound that is not-a-number"),
        pytest.param(declared("mean", column="a", at_most=float("inf")), "at_most=inf", LITERAL, id="a bound without end"),
        pytest.param(
            declared("mean", column="a", at_most=Decimal("NaN")), "at_most=Decimal('NaN')", LITERAL, id="a Decimal that is not-a-number"
        ),
        pytest.param(declared("mean", column="a", at_most=True), "at_most=True", LITERAL, id="a bound that is yes"),
        pytest.param(declared("mean", column="a", at_most=[1]), "at_most=[1]", LITERAL, id="a bound that is a list"),
        pytest.param(declared("in_set", column="a", values=[]), "values=[]", VALUES, id="no values"),
        pytest.param(declared("in_set", column="a", values=[1, None]), "values=[1, None]", VALUES, id="a value that is missing"),
        pytest.param(declared("in_set", column="a", values="abc"), "values='abc'", VALUES, id="text is no list of letters"),
        pytest.param(declared("in_set", column="a", values=[float("nan")]), "values=[nan]", VALUES, id="a value that is not-a-number"),
        pytest.param(declared("rows", condition=""), "condition=''", "a SQL condition", id="no condition"),
        pytest.param(declared("metric_sql", sql=None, at_least=1), "sql=None", "an aggregate expression or one SELECT", id="no SQL"),
        pytest.param(declared("row_count"), "at_least=None", METRIC, id="a metric that nothing bounds"),
        pytest.param(declared("row_count", at_least=5, at_most=1), "at_least=5", "at most at_most", id="an empty range of a metric"),
        pytest.param(
            declared("row_count", warn_at_least=5, warn_at_most=1),
            "warn_at_least=5",
            "at most warn_at_most",
            id="an empty range of warnings",
        ),
        pytest.param(
            declared("row_count", at_least=5, warn_at_least=1),
            "warn_at_least=1",
            "at least at_least: a warning comes before a failure",
            id="a lower warning after the failure",
        ),
        pytest.param(
            declared("row_count", at_most=5, warn_at_most=9),
            "warn_at_most=9",
            "at most at_most: a warning comes before a failure",
            id="an upper warning after the failure",
        ),
        pytest.param(
            declared("row_count", equals=5, at_least=1),
            "equals=5",
            "equals alone, without at_least, at_most, more_than and less_than",
            id="equals and a bound",
        ),
        pytest.param(declared("unique", columns=[]), "columns=[]", "one or more different names of columns", id="no key"),
        pytest.param(declared("unique", columns=[7]), "columns=[7]", "one or more different names of columns", id="a key of numbers"),
        pytest.param(declared("all_differ", columns=["a"]), "columns=['a']", TWO_NAMES, id="one column differs from nothing"),
        pytest.param(declared("sum_equals", columns=["a"], total=1), "columns=['a']", TWO_NAMES, id="a sum of one column"),
        pytest.param(declared("sum_equals", columns=["a", "b"]), "total=None", LITERAL, id="a sum without a total"),
        pytest.param(
            declared("between", column="a", low=1, high=2, inclusive="left"), "inclusive='left'", "both, low, high, neither", id="an end"
        ),
        pytest.param(
            declared("between", column="a", low=1, high=1, inclusive="neither"),
            "inclusive='neither'",
            "both, or low below high: no value lies between them",
            id="a range without its only value",
        ),
        pytest.param(declared("not_null", column="a", fail_above="100.1%"), "fail_above='100.1%'", LIMIT, id="a little more than all rows"),
        pytest.param(
            declared("row_count", more_than=1, at_least=1),
            "more_than=1",
            "either at_least or more_than: an end belongs to the range or not",
            id="a lower end that belongs and does not",
        ),
        pytest.param(
            declared("row_count", less_than=1, at_most=1),
            "less_than=1",
            "either at_most or less_than: an end belongs to the range or not",
            id="an upper end that belongs and does not",
        ),
        pytest.param(
            declared("row_count", at_least=1, if_empty="pass"), "if_empty='pass'", "skip, fail", id="what an empty table is worth"
        ),
        pytest.param(declared("matches", column="a"), "pattern=None", REGEX, id="no pattern"),
        pytest.param(declared("matches", column="a", pattern=7), "pattern=7", REGEX, id="a pattern that is no text"),
        pytest.param(declared("matches", column="a", pattern=[]), "pattern=[]", REGEX, id="no patterns"),
        pytest.param(
            declared("matches", column="a", pattern="(a"),
            "pattern='(a'",
            f"{REGEX}: '(a' is invalid (missing ), unterminated subpattern)",
            id="a group that does not end",
        ),
        pytest.param(
            declared("not_matches", column="a", pattern=["^x", "[a"]),
            "pattern=['^x', '[a']",
            f"{REGEX}: '[a' is invalid (unterminated character set)",
            id="a set that does not end, among sound patterns",
        ),
        pytest.param(
            declared("matches", column="a", pattern="*a"), "pattern='*a'", f"{REGEX}: '*a' is invalid (nothing to repeat)", id="repeat what"
        ),
        pytest.param(declared("matches", column="a", pattern="a", every="yes"), "every='yes'", "True or False", id="every is yes or no"),
        pytest.param(declared("like", column="a", pattern=""), "pattern=''", "a SQL LIKE pattern, or a list of them", id="like nothing"),
        pytest.param(declared("length", column="a"), "at_least=None", "at least one of at_least, at_most, equals", id="any length"),
        pytest.param(
            declared("length", column="a", at_least=-1), "at_least=-1", "a whole number of characters, 0 or more", id="a negative length"
        ),
        pytest.param(
            declared("length", column="a", at_most=1.5), "at_most=1.5", "a whole number of characters, 0 or more", id="half a character"
        ),
        pytest.param(
            declared("length", column="a", at_least=5, at_most=1), "at_least=5", "at most at_most", id="an empty range of lengths"
        ),
        pytest.param(
            declared("length", column="a", equals=5, at_most=9), "equals=5", "equals alone, without at_least and at_most", id="two lengths"
        ),
        pytest.param(declared("of_type", column="a"), "kind=None", KINDS, id="no type"),
        pytest.param(declared("of_type", column="a", kind="money"), "kind='money'", KINDS, id="a type that no text is read as"),
        pytest.param(
            declared("compare", left="a", operator="=", right="b"), "operator='='", "==, !=, <, <=, >, >=", id="an operator of SQL"
        ),
        pytest.param(declared("compare", left="a", operator="<"), "right=None", "the name of a column", id="compared with nothing"),
        pytest.param(
            declared("tuple_in_set", columns=["a", "b"], values=[(1, 2), (1,)]), "values=[(1, 2), (1,)]", TUPLES, id="a tuple too short"
        ),
        pytest.param(declared("tuple_in_set", columns=["a", "b"], values=[1, 2]), "values=[1, 2]", TUPLES, id="values that are no tuples"),
        pytest.param(
            declared("tuple_in_set", columns=["a", "b"], values=[(1, None)]), "values=[(1, None)]", TUPLES, id="a tuple with a hole"
        ),
        pytest.param(declared("tuple_in_set", columns=["a", "b"]), "values=None", TUPLES, id="no tuples"),
        pytest.param(
            declared("compare", left="a", operator="<", right="b", nulls="ignore"), "nulls='ignore'", "skip, skip_all, keep", id="nulls"
        ),
        pytest.param(declared("foreign_key", columns=["a"]), "to=None", REFERENCE, id="a reference to nothing"),
        pytest.param(declared("foreign_key", columns=["a"], to="airlines"), "to='airlines'", REFERENCE, id="a reference to no column"),
        pytest.param(declared("foreign_key", columns=["a"], to=7), "to=7", REFERENCE, id="a reference to a number"),
        pytest.param(declared("foreign_key", columns=["a"], to=["p.k", 7]), "to=['p.k', 7]", REFERENCE, id="a reference in part"),
        pytest.param(
            declared("foreign_key", columns=["a", "b"], to=["p.k", "q.l"]), "to=['p.k', 'q.l']", REFERENCE, id="a reference to two tables"
        ),
        pytest.param(
            declared("foreign_key", columns=["a", "b"], to="p.k"),
            "to='p.k'",
            f"{REFERENCE}: as many as there are columns (2)",
            id="a reference to fewer columns",
        ),
        pytest.param(declared("increasing", column="a"), "order_by=None", ORDER, id="no order"),
        pytest.param(declared("increasing", column="a", order_by=7), "order_by=7", ORDER, id="an order by a number"),
        pytest.param(declared("decreasing", column="a", order_by=[""]), "order_by=['']", ORDER, id="an order by nothing"),
        pytest.param(declared("z_scores", column="a"), "within=None", DEVIATIONS, id="no distance"),
        pytest.param(declared("z_scores", column="a", within=0), "within=0", DEVIATIONS, id="within nothing"),
        pytest.param(declared("z_scores", column="a", within=10**400), f"within={10**400}", DEVIATIONS, id="within everything"),
        pytest.param(
            declared("z_scores", column="a", within=Decimal("sNaN")), "within=Decimal('sNaN')", DEVIATIONS, id="within a signalling NaN"
        ),
        pytest.param(declared("quantile", column="a", at_least=1), "at=None", SHARE, id="no share"),
        pytest.param(declared("quantile", column="a", at=95, at_least=1), "at=95", SHARE, id="a percent is no share"),
        pytest.param(declared("quantile", column="a", at="0.5", at_least=1), "at='0.5'", SHARE, id="a share in words"),
        pytest.param(declared("quantile", column="a", at=float("nan"), at_least=1), "at=nan", SHARE, id="a share that is not a number"),
        pytest.param(declared("has_values", column="a", values=[]), "values=[]", VALUES, id="no values to have"),
        pytest.param(declared("most_common", column="a"), "values=None", VALUES, id="no most common values"),
        pytest.param(declared("distribution", column="a", at_most=1), "reference=None", BINS, id="no reference"),
        pytest.param(declared("distribution", column="a", at_most=1, reference={}), "reference={}", BINS, id="an empty reference"),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"edges": 5, "weights": [1]}),
            "reference={'edges': 5, 'weights': [1]}",
            BINS,
            id="one edge",
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"edges": [1, 2], "weights": [1, 2]}),
            "reference={'edges': [1, 2], 'weights': [1, 2]}",
            BINS,
            id="as many edges as weights",
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"edges": [2, 1], "weights": [1]}),
            "reference={'edges': [2, 1], 'weights': [1]}",
            BINS,
            id="edges that fall",
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"edges": [1, "x"], "weights": [1]}),
            "reference={'edges': [1, 'x'], 'weights': [1]}",
            BINS,
            id="unlike edges",
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"x": -1}), "reference={'x': -1}", WEIGHTS, id="a negative weight"
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"x": 0}), "reference={'x': 0}", WEIGHTS, id="no weight at all"
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"x": "1"}), "reference={'x': '1'}", WEIGHTS, id="a weight in words"
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"x": 10**400}),
            f"reference={{'x': {10**400}}}",
            WEIGHTS,
            id="a weight beyond all numbers",
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"x": 1}, distance="wasserstein"),
            "distance='wasserstein'",
            "kl, chi_square, ks",
            id="another distance",
        ),
        pytest.param(
            declared("distribution", column="a", at_most=1, reference={"x": 1}, distance="ks"),
            "distance='ks'",
            "kl, chi_square: ks needs bins, which have an order",
            id="ks of values without an order",
        ),
        pytest.param(declared("no_gaps", column="a"), "every=None", UNITS, id="no unit"),
        pytest.param(declared("no_gaps", column="a", every="minute"), "every='minute'", UNITS, id="an unknown unit"),
        pytest.param(
            declared("no_gaps", column="a", every="day", start="soon"),
            "start='soon'",
            "a datetime or ISO 8601 text such as '2013-02-01T00:00:00+00:00'",
            id="a start that is no moment",
        ),
        pytest.param(
            declared("no_gaps", column="a", every="day", start="2013-02-01", end="2013-01-01"),
            "start='2013-02-01'",
            "at most end",
            id="a start after the end",
        ),
        pytest.param(declared("schema_is"), "columns=None", COLUMNS, id="no columns"),
        pytest.param(declared("schema_is", columns=[]), "columns=[]", COLUMNS, id="an empty list of columns"),
        pytest.param(declared("schema_is", columns="a"), "columns='a'", COLUMNS, id="columns in one text"),
        pytest.param(declared("schema_is", columns={"a": 7}), "columns={'a': 7}", COLUMNS, id="a type that is a number"),
        pytest.param(declared("schema_is", columns=["a"], extra="yes"), "extra='yes'", "True or False", id="extra is yes or no"),
        pytest.param(
            declared("schema_unchanged", by="g"), "by='g'", "no by together with schema_unchanged: it reads no rows", id="by, no rows"
        ),
        pytest.param(
            declared("schema_is", columns=["a"], where="b"),
            "where='b'",
            "no where together with schema_is: it reads no rows",
            id="where, no rows",
        ),
        pytest.param(
            declared("column_count", equals=1, by="g"),
            "by='g'",
            "no by together with column_count: it reads no rows",
            id="columns of a segment",
        ),
        pytest.param(
            declared("failed_rows_sql", sql="SELECT 1", where="b"),
            "where='b'",
            "no where together with failed_rows_sql: write it into the SELECT",
            id="where beside a SELECT",
        ),
        pytest.param(
            declared("row_count", same_as="p", by="g"),
            "by='g'",
            "no by together with row_count: the other table is counted whole",
            id="segments of another table",
        ),
        pytest.param(declared("failed_rows_sql"), "sql=None", "one read-only SELECT", id="no SELECT"),
        pytest.param(declared("not_null", column="a", by=["g"]), "by=['g']", "text that is not empty", id="by several columns"),
        pytest.param(declared("row_count", same_as=""), "same_as=''", "the name of another table", id="another table without a name"),
        pytest.param(declared("fresh", column="a"), "max_age=None", DURATION, id="no age"),
        pytest.param(declared("fresh", max_age="1d"), "column=None", "the name of a column", id="no column and no expression"),
        pytest.param(
            declared("fresh", column="a", expression="b", max_age="1d"),
            "expression='b'",
            "either column or expression",
            id="a column and an expression",
        ),
        pytest.param(
            declared("fresh", column="a", max_age="1d", time_zone="asia/tokio"),
            "time_zone='asia/tokio'",
            "an IANA time zone such as 'Asia/Tokyo'; did you mean 'Asia/Tokyo'?",
            id="a misspelled time zone",
        ),
        pytest.param(
            declared("fresh", column="a", max_age="1d", time_zone=9),
            "time_zone=9",
            "an IANA time zone such as 'Asia/Tokyo'",
            id="an offset for a time zone",
        ),
        pytest.param(
            declared("fresh", column="a", max_age="1d", time_zone="America"),
            "time_zone='America'",
            "an IANA time zone such as 'Asia/Tokyo'",
            id="a folder of time zones",
        ),
        pytest.param(
            declared("fresh", column="a", max_age="1d", future_tolerance="soon"),
            "future_tolerance='soon'",
            DURATION,
            id="a tolerance that is no duration",
        ),
        pytest.param(declared("fresh", column="a", max_age=60), "max_age=60", DURATION, id="an age without a unit"),
        pytest.param(declared("fresh", column="a", max_age="-1d"), "max_age='-1d'", DURATION, id="a negative age"),
        pytest.param(
            declared("fresh", column="a", max_age="999999999999d"), "max_age='999999999999d'", DURATION, id="an age beyond all time"
        ),
        pytest.param(
            declared("fresh", column="a", max_age="1d", warn_age="2d"),
            "warn_age='2d'",
            "at most max_age: a warning comes before a failure",
            id="a warning age after the failure",
        ),
        pytest.param(
            declared("fresh", column="a", max_age="1d", as_of="yesterday"),
            "as_of='yesterday'",
            "a datetime or ISO 8601 text such as '2013-02-01T00:00:00+00:00'",
            id="an invalid moment",
        ),
        pytest.param(declared("not_null", column="a", severity="fatal"), "severity='fatal'", "error, warn", id="a severity"),
        pytest.param(declared("not_null", column="a", dimension="taste"), "dimension='taste'", DIMENSIONS, id="a dimension"),
        pytest.param(declared("not_null", column="a", tags="x"), "tags='x'", "a list of texts", id="tags are a list"),
        pytest.param(declared("not_null", column="a", owner=""), "owner=''", "text that is not empty", id="an empty owner"),
        pytest.param(
            declared("not_null", column="a", runbook="javascript:alert(1)"),
            "runbook='javascript:alert(1)'",
            "an address that starts with https:// or http://",
            id="a runbook that is no page",
        ),
    ],
)
def test_a_mistake_is_told_in_these_words(declaration: Declaration, wrong: str, allowed: str) -> None:
    assert message(declaration) == f"1 problem in the definition:\n- checks[0] {declaration.kind}: invalid {wrong}. Allowed: {allowed}"


USABLE: dict[str, Any] = {
    "at": 0.5,
    "column": "a",
    "columns": ["a", "b"],
    "condition": "a",
    "every": "day",
    "kind": "integer",
    "left": "a",
    "low": 1,
    "max_age": "1d",
    "operator": "<",
    "order_by": "b",
    "pattern": "x",
    "reference": {"x": 1},
    "right": "b",
    "sql": "SUM(a)",
    "to": ["p.a", "p.b"],
    "total": 1,
    "values": [1],
    "within": 3,
}
"""Sound values of the arguments that some kinds cannot do without."""


def sound(kind: str) -> dict[str, Any]:
    """Return arguments that make a declaration of a kind sound."""
    found = {name: value for name, value in USABLE.items() if name in TAKES[kind]}
    if kind in ("like", "matches"):
        found |= {"every": True}
    if kind == "tuple_in_set":
        found |= {"values": [(1, 2)]}
    return found | ({"at_least": 1} if "at_least" in TAKES[kind] else {})


def test_the_table_has_every_kind() -> None:
    assert sorted(TAKES) == sorted(CHECK_KINDS)


@pytest.mark.parametrize("kind", sorted(CHECK_KINDS))
def test_every_kind_can_be_declared(kind: str) -> None:
    (check,) = parse_checks([declared(kind, **sound(kind))])
    assert check.kind == kind


@pytest.mark.parametrize("kind", sorted(CHECK_KINDS))
def test_an_unknown_argument_is_refused_with_those_that_the_check_takes(kind: str) -> None:
    takes = ", ".join(sorted(TAKES[kind] | TRAITS))
    assert message(declared(kind, **sound(kind), severty="warn", zzz=1)) == (
        "2 problems in the definition:\n"
        f"- checks[0] {kind}: invalid severty='warn'. Allowed: did you mean severity? This check takes {takes}\n"
        f"- checks[0] {kind}: invalid zzz=1. Allowed: This check takes {takes}"
    )


def test_a_row_count_beside_another_table_takes_limits_and_no_bounds() -> None:
    takes = ", ".join(sorted({"same_as"} | LIMITS | TRAITS))
    assert message(declared("row_count", same_as="p", at_least=1)) == (
        f"1 problem in the definition:\n- checks[0] row_count: invalid at_least=1. Allowed: This check takes {takes}"
    )


def test_all_mistakes_of_a_suite_are_told_in_one_text() -> None:
    told = message(
        c.not_null("a", fail_above="5 %%", severity="fatal"),
        c.row_count(at_least=1),
        "not_null",
        c.unique("a"),
        c.unique("a", fail_above="1%"),
        c.mean("{{ params.column }}", at_most="x", at_least="y", where="{{ broken"),
    )
    kinds = ", ".join(CHECK_KINDS)
    assert told == (
        "4 problems in the definition:\n"
        f"- checks[0] not_null: invalid fail_above='5 %%'. Allowed: {LIMIT}\n"
        "- checks[0] not_null: invalid severity='fatal'. Allowed: error, warn\n"
        f"- checks: invalid [2]='not_null'. Allowed: checks made by airflow_dre.checks: {kinds}\n"
        "- checks[4] unique: invalid name='unique(a)'. Allowed: a unique name: this check is identical to checks[3] unique"
    )


def test_the_sound_checks_beside_a_mistake_are_read() -> None:
    checks, problems = check_declarations([c.not_null("a"), c.row_count(), c.not_null("b")])
    assert [check.name for check in checks] == ["not_null(a)", "not_null(b)"]
    assert [problem.where for problem in problems] == ["checks[1] row_count"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(c.not_null("a"), c.not_null("a", fail_above="5%"), id="only another threshold"),
        pytest.param(c.not_null("a"), c.not_null("a", severity="warn"), id="only another severity"),
        pytest.param(c.mean("a", at_least=1), c.mean("a", at_most=9), id="only other bounds"),
        pytest.param(c.not_null("a", name="n"), c.not_null("a", name="m", previous_name="n"), id="a name that was carried over"),
    ],
)
def test_a_check_declared_twice_is_refused(one: Declaration, other: Declaration) -> None:
    assert "a unique name: this check is identical to checks[0]" in message(one, other)


@pytest.mark.parametrize(
    "other", [c.not_null("a", name="another"), c.not_null("a", where="b > 1"), c.not_null("b"), c.between("a", 1, 2)], ids=repr
)
def test_a_check_that_asks_something_else_may_stand_beside(other: Declaration) -> None:
    assert len(parse_checks([c.not_null("a"), other])) == 2


@pytest.mark.parametrize(
    ("declaration", "templated"),
    [
        pytest.param(c.not_null("a"), False, id="plain"),
        pytest.param(c.not_null("{{ params.column }}"), True, id="in a column"),
        pytest.param(c.not_null("a", where="{% if x %}b{% endif %}"), True, id="in a statement"),
        pytest.param(c.in_set("a", ["x", "{{ y }}"]), True, id="in a list"),
        pytest.param(c.not_null("a", where="j = '{\"k\": 1}'"), False, id="one brace is not a template"),
    ],
)
def test_a_template_anywhere_makes_a_declaration_wait(declaration: Declaration, templated: bool) -> None:
    assert declaration.templated is templated
    assert len(check_declarations([declaration])[0]) == (0 if templated else 1)


@pytest.mark.parametrize(
    ("declaration", "rendered"),
    [
        pytest.param(c.between("a", "{{ x }}", 9), {"column": "a", "low": 3, "high": 9}, id="a bound becomes a number"),
        pytest.param(c.mean("a", at_least="{{ f }}"), {"column": "a", "at_least": -2.5}, id="or a fraction"),
        pytest.param(c.between("a", "3", 9), {"column": "a", "low": "3", "high": 9}, id="but text that was no template stays text"),
        pytest.param(c.not_null("a", fail_above="{{ x }}"), {"column": "a", "fail_above": "3"}, id="a limit reads text anyway"),
        pytest.param(c.column_max("a", at_most="{{ d }}"), {"column": "a", "at_most": "2013-02-01"}, id="a date stays text"),
        pytest.param(c.in_set("a", ("{{ d }}", 1)), {"column": "a", "values": ["2013-02-01", 1]}, id="inside of lists"),
        pytest.param(c.unique("a", "{{ x }}"), {"columns": ["a", "3"]}, id="a column is text"),
        pytest.param(
            c.fresh("a", max_age=timedelta(days=1), as_of="{{ d }}"),
            {"column": "a", "max_age": timedelta(days=1), "as_of": "2013-02-01"},
            id="what is no text stays as it is",
        ),
    ],
)
def test_rendering(declaration: Declaration, rendered: dict[str, Any]) -> None:
    before = repr(declaration)
    values = {"{{ x }}": "3", "{{ f }}": " -2.5 ", "{{ d }}": "2013-02-01"}
    result = declaration.rendered(lambda text: values.get(text, text))
    assert result.arguments == rendered
    assert {name: type(value) for name, value in result.arguments.items()} == {name: type(value) for name, value in rendered.items()}
    assert repr(declaration) == before, "the declared check is shared by all map indexes"


def test_what_was_rendered_is_read_even_if_it_looks_like_a_template() -> None:
    declared_once = c.in_set("a", ["{{ params.mark }}"])
    assert check_declarations([declared_once]) == ((), []), "not yet"
    rendered = declared_once.rendered(lambda text: text.replace("params.mark", "a mark"))
    (check,) = parse_checks([rendered])
    assert check.identity_arguments() == {"column": "a", "values": ["{{ a mark }}"]}


def test_a_declaration_is_a_value_that_leaves_out_what_was_not_given() -> None:
    nothing: dict[str, Any] = {"where": None}
    one, same, other = (c.not_null("a", **nothing), c.not_null("a"), c.not_null("b"))
    assert one == same != other
    assert len({one, same, other}) == 2
    assert repr(one) == "not_null(column='a')"


@pytest.mark.parametrize(
    ("declaration", "name", "dimension", "columns"),
    [
        (c.not_null("a"), "not_null(a)", "completeness", ("a",)),
        (c.unique("a", "b"), "unique(a, b)", "uniqueness", ("a", "b")),
        (c.between("a", date(2013, 1, 1), date(2013, 1, 2)), "between(a)", "conformity", ("a",)),
        (c.in_set("a", {3, 1}), "in_set(a)", "conformity", ("a",)),
        (c.rows("a > b"), "rows(a > b)", "consistency", ()),
        (c.row_count(at_least=1), "row_count()", "coverage", ()),
        (c.column_min("a", at_least=1), "column_min(a)", "accuracy", ("a",)),
        (c.column_max("a", at_most=1), "column_max(a)", "accuracy", ("a",)),
        (c.mean("a", equals=1), "mean(a)", "accuracy", ("a",)),
        (c.metric_sql("SUM(a)", at_least=1), "metric_sql(SUM(a))", "accuracy", ()),
        (c.fresh("a", max_age="1d"), "fresh(a)", "timeliness", ("a",)),
    ],
    ids=lambda value: value.kind if isinstance(value, Declaration) else "",
)
def test_what_a_check_is_called_and_speaks_for(declaration: Declaration, name: str, dimension: str, columns: tuple[str, ...]) -> None:
    (check,) = parse_checks([declaration])
    assert (check.name, check.dimension, check.columns, check.kind) == (name, dimension, columns, declaration.kind)
    named = declared(declaration.kind, **declaration.arguments, name="mine", dimension="coverage")
    (check,) = parse_checks([named])
    assert (check.name, check.dimension) == ("mine", "coverage")


def test_traits_are_kept() -> None:
    traits = {"description": "d", "tags": ("x", "y"), "owner": "o", "runbook": "https://wiki/x", "where": "b = 1", "previous_name": "p"}
    (check,) = parse_checks([declared("not_null", column="a", severity="warn", **traits)])
    assert {name: getattr(check.options, name) for name in traits} == traits
    assert check.options.severity == "warn"
