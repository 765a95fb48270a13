"""What a Dag author may write for each argument, and the exact words for everything else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from airflow_dre import checks as c
from airflow_dre.checks.declaration import Declaration
from airflow_dre.checks.parse import READERS, find_problems, parse_checks
from airflow_dre.errors import DefinitionError

LIMIT = "a count of rows such as 0 or 100, or a percent such as '5%'"
DURATION = "a positive duration such as '90m', '6h', '1d', '2w' or a timedelta"
LITERAL = "a finite number, a date or text"
VALUES = "a list of at least one finite number, date, boolean or text, without None"
DIMENSIONS = "accuracy, completeness, conformity, consistency, coverage, timeliness, uniqueness"
METRIC = "at least one of at_least, at_most, more_than, less_than, equals, warn_at_least, warn_at_most"
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
    "distinct_count": {"columns"} | BOUNDS,
    "distribution": {"column", "distance", "others", "reference"} | BOUNDS,
    "failed_rows_sql": {"sql"} | LIMITS,
    "foreign_key": {"columns", "to"} | LIMITS,
    "fresh": {"as_of", "column", "max_age", "warn_age"},
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
    "schema_is": {"columns", "extra", "ordered", "places"},
    "schema_unchanged": set(),
    "stddev": {"column"} | BOUNDS,
    "sum_equals": {"columns", "nulls", "total"} | LIMITS,
    "total": {"column"} | BOUNDS,
    "tuple_in_set": {"columns", "nulls", "values"} | LIMITS,
    "unique": {"columns", "nulls"} | LIMITS,
    "unique_ratio": {"columns"} | BOUNDS,
    "z_scores": {"column", "strictly", "two_sided", "within"} | LIMITS,
}
"""What each kind takes besides the traits."""


def declared(kind: str, /, **arguments: Any) -> Declaration:
    """A declaration with arguments that no type checker would let pass."""
    return Declaration(kind, arguments)


def message(*declarations: Any) -> str:
    """The whole text of the error."""
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
        pytest.param(declared("fresh", column="a"), "max_age=None", DURATION, id="no age"),
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
            id="a moment that is none",
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
    """Arguments that make a declaration of a kind sound."""
    found = {name: value for name, value in USABLE.items() if name in TAKES[kind]}
    if kind in ("like", "matches"):
        found |= {"every": True}
    if kind == "tuple_in_set":
        found |= {"values": [(1, 2)]}
    return found | ({"at_least": 1} if "at_least" in TAKES[kind] else {})


def test_the_table_has_every_kind() -> None:
    assert sorted(TAKES) == sorted(READERS)


@pytest.mark.parametrize("kind", sorted(READERS))
def test_every_kind_can_be_declared(kind: str) -> None:
    (check,) = parse_checks([declared(kind, **sound(kind))])
    assert check.kind == kind


@pytest.mark.parametrize("kind", sorted(READERS))
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
    kinds = ", ".join(READERS)
    assert told == (
        "4 problems in the definition:\n"
        f"- checks[0] not_null: invalid fail_above='5 %%'. Allowed: {LIMIT}\n"
        "- checks[0] not_null: invalid severity='fatal'. Allowed: error, warn\n"
        f"- checks: invalid [2]='not_null'. Allowed: checks made by airflow_dre.checks: {kinds}\n"
        "- checks[4] unique: invalid name='unique(a)'. Allowed: a name of its own: it asks the same as checks[3] unique"
    )


def test_the_sound_checks_beside_a_mistake_are_read() -> None:
    checks, problems = find_problems([c.not_null("a"), c.row_count(), c.not_null("b")])
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
    assert "a name of its own: it asks the same as checks[0]" in message(one, other)


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
        pytest.param(c.not_null("a", where="j = '{\"k\": 1}'"), False, id="one brace is none"),
    ],
)
def test_a_template_anywhere_makes_a_declaration_wait(declaration: Declaration, templated: bool) -> None:
    assert declaration.templated is templated
    assert len(find_problems([declaration])[0]) == (0 if templated else 1)


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
    assert find_problems([declared_once]) == ((), []), "not yet"
    rendered = declared_once.rendered(lambda text: text.replace("params.mark", "a mark"))
    (check,) = parse_checks([rendered])
    assert check.asks() == {"column": "a", "values": ["{{ a mark }}"]}


def test_a_declaration_is_a_value_that_leaves_out_what_was_not_given() -> None:
    one, same, other = (c.not_null("a", where=None), c.not_null("a"), c.not_null("b"))  # type: ignore[typeddict-item]
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
    assert {name: getattr(check.traits, name) for name in traits} == traits
    assert check.traits.severity == "warn"
