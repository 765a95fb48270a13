"""Laws that hold for whatever is declared and whatever a warehouse answers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks import metrics as m
from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.declared.registry import CHECK_KINDS
from airflow_dre.checks.judging import Unanswered, evaluate, first_round, score, second_round
from airflow_dre.checks.kinds.metrics import MetricCheck
from airflow_dre.checks.kinds.rows import LimitedCheck
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.outcomes import Judgement, Outcome, Range, worst
from airflow_dre.checks.reasons import foreign
from airflow_dre.checks.thresholds import Bounds, Limit, read_limit
from airflow_dre.values.instants import format_duration, read_duration, to_instant
from airflow_dre.values.numbers import as_count, is_ordered
from airflow_dre.values.scalars import Incomparable
from tests.examples import tries

NOW = datetime(2013, 2, 2, tzinfo=UTC)
EVERY_KIND = [
    c.not_null("a", warn_above="2%", fail_above="5%"),
    c.null("a", fail_above="5%"),
    c.not_empty("a", warn_above=3, fail_above="5%"),
    c.unique("a", "b", fail_above=3),
    c.distinct_count("a", "b", at_least=2),
    c.unique_ratio("a", at_least=0.5, warn_at_least=0.9),
    c.foreign_key("a", "b", to=["p.k", "p.l"], fail_above=3),
    c.between("a", 1, 5, warn_above=1, fail_above="50%"),
    c.between("a", low=date(2013, 1, 1), inclusive="neither"),
    c.in_set("a", [1, "x", True, date(2013, 1, 1)]),
    c.not_in_set("a", [1, "x"], severity="warn"),
    c.tuple_in_set("a", "b", values=[(1, "x"), (2, "y")]),
    c.matches("a", ["^x", "y$"], every=True),
    c.not_matches("a", "x"),
    c.like("a", "x%"),
    c.not_like("a", ["x%", "%y"]),
    c.length("a", at_least=1, at_most=3),
    c.of_type("a", "integer"),
    c.json_valid("a"),
    c.increasing("a", order_by="b"),
    c.decreasing("a", order_by=["b", "c"], strictly=True, fail_above="1%"),
    c.compare("a", "<=", "b"),
    c.sum_equals("a", "b", total=3),
    c.all_differ("a", "b", "c"),
    c.rows("a > b", severity="warn"),
    c.failed_rows_sql("SELECT * FROM t WHERE a > b", fail_above="1%"),
    c.z_scores("a", within=3, fail_above="1%"),
    c.z_scores("a", within=3, two_sided=False),
    c.row_count(at_least=1, warn_at_least=10),
    c.row_count(same_as="p", fail_above="1%"),
    c.column_count(equals=3),
    c.column_min("a", at_least=0),
    c.column_max("a", at_most=date(2013, 1, 1)),
    c.column_max("a", at_most="m", warn_at_least="c"),
    c.mean("a", equals=Decimal("3.5")),
    c.mean("a", more_than=1, less_than=2.5, warn_at_most=2),
    c.total("a", equals=9),
    c.stddev("a", at_most=2),
    c.median("a", at_least=1),
    c.quantile("a", 0.9, at_most=5, interpolate=False),
    c.has_values("a", [1, "x", 7]),
    c.most_common("a", [1, 2.5, "x", date(2013, 1, 1)]),
    c.most_common("a", [1], ties=False),
    c.distribution("a", {"x": 0.25, "y": 0.75, "z": 0}, at_most=0.1),
    c.distribution("a", {"x": 0.25, "y": 0.75}, distance="chi_square", at_most=3),
    c.distribution("a", {"edges": [0, 1, 5], "weights": [1, 3]}, distance="ks", at_most=0.1, warn_at_most=0.05),
    c.no_gaps("a", every="day", fail_above="5%"),
    c.no_gaps("a", every="month", start="2013-01-15", end="2013-12-31"),
    c.schema_is({"a": "integer", "b": ["text", "varchar(5)"], "c": None}, ordered=True),
    c.schema_is(["a", "b"], extra=True),
    c.schema_unchanged(),
    c.metric_sql("SUM(a)", at_most=3.5),
    c.fresh("a", max_age="1d", warn_age="12h"),
]
ORDER = [Outcome.PASSED, Outcome.WARNED, Outcome.FAILED]

HUGE = [2**63, 10**38, -(10**38), 10**400, -(10**400), Decimal("1e400"), Decimal("sNaN"), 1e308, 5e-324]
numbers: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.integers(0, 9), st.integers(), st.floats(), st.decimals(), st.sampled_from(HUGE), st.integers(-3, 10**6)
)
counts = st.integers(0, 9)
some_days = st.sampled_from(["2013-01-01", "2013-01-03", "2013-03-31"])
scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(HUGE),
    st.floats(),
    st.decimals(),
    st.text(),
    st.sampled_from(["NaN", "-inf", "1e999", "0", " 7 ", "5.0", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"]),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])),
    st.binary(),
    st.uuids(),
    st.timedeltas(),
    st.sampled_from([[1, 2], {"a": 1}]),
)
"""Numbers, text, dates, not-a-number and infinities, bytes, lists and dicts: all that a driver has been seen to answer, and more."""
segments = st.sampled_from(["x", "y", "", None, 1]) | scalars


def check_of(declaration: Declaration) -> Check:
    """Return the declared check."""
    (check,) = parse_checks([declaration])
    return check


def test_the_list_has_every_kind() -> None:
    assert {declaration.kind for declaration in EVERY_KIND} == set(CHECK_KINDS)


def rows_of(*cells: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return rows of one cell for each strategy."""
    return st.lists(st.tuples(*cells), max_size=4).map(tuple)


@cache
def answers_to(metric: Metric, cell: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for answers to a metric by a warehouse or the store: rows for lists, else a cell.

    Hypothesis looks through each strategy before its first draw, so one is made for each metric and not for each example.
    """
    match metric:
        case m.PerSegment(metric=m.TableColumns()):
            raise AssertionError("no check needs the columns of a segment")
        case m.PerSegment(metric=m.MostCommon()):
            return rows_of(segments, cell, counts)
        case m.PerSegment():
            return rows_of(segments, cell)
        case m.TableColumns():
            return rows_of(st.text() | st.sampled_from("abc"), st.text())
        case m.MostCommon():
            return rows_of(cell, counts)
        case m.Periods():
            return rows_of(cell)
        case m.LastPassed():
            return st.none() | st.text() | st.sampled_from(['{"a": "TEXT"}', "[]", "3"])
        case _:
            return cell


def answered(check: Check, draw: Callable[[Metric], Any]) -> dict[Metric, Any]:
    """Return answers to all metrics of a check, in both rounds."""
    found = {metric: draw(metric) for metric in first_round(check)}
    return found | {metric: draw(metric) for metric in second_round(check, found)}


SEGMENTED = [
    Declaration(declaration.kind, {**declaration.arguments, "by": "g"})
    for declaration in EVERY_KIND
    if declaration.kind not in {"column_count", "failed_rows_sql", "schema_is", "schema_unchanged"}
    and "same_as" not in declaration.arguments
]


@pytest.mark.parametrize("declaration", EVERY_KIND + SEGMENTED, ids=repr)
@tries(25)
@given(data=st.data())
def test_evaluating_is_total(declaration: Declaration, data: st.DataObject) -> None:
    check = check_of(declaration)
    judgement = evaluate(check, answered(check, lambda metric: data.draw(answers_to(metric, scalars))), NOW)
    assert judgement.outcome in Outcome
    assert str(judgement.reason)
    assert not (judgement.outcome is Outcome.FAILED and check.options.severity == "warn")
    assert judgement.violations is None or judgement.violations >= 0
    assert judgement.rows is None or judgement.rows >= 0


@pytest.mark.parametrize("declaration", EVERY_KIND + SEGMENTED, ids=repr)
@tries(25)
@given(data=st.data())
def test_evaluating_numbers_is_total(declaration: Declaration, data: st.DataObject) -> None:
    """Numbers reach further into the judging than words do."""
    check = check_of(declaration)
    cell = some_days if declaration.kind in ("fresh", "no_gaps") else numbers
    judgement = evaluate(check, answered(check, lambda metric: data.draw(answers_to(metric, cell))), NOW)
    assert judgement.outcome in Outcome
    assert str(judgement.reason)
    marks = [judgement.reason, *(segment.judgement.reason for segment in judgement.segments)]
    assert "{reason}" not in {reason.template for reason in marks}, "the kind marks the observed value in its reason itself"


@pytest.mark.parametrize("declaration", EVERY_KIND, ids=repr)
def test_a_check_that_lacks_one_answer_is_errored_with_its_reason(declaration: Declaration) -> None:
    check = check_of(declaration)
    for missing in check.metrics():
        answers: dict[Any, Any] = dict.fromkeys(check.metrics(), 1) | {missing: Unanswered("no such column: zz")}
        assert evaluate(check, answers, NOW) == Judgement(
            outcome=Outcome.ERRORED, reason=foreign("no such column: zz"), expected="", observes=check.observes
        )


COUNTS: tuple[type[m.Metric], ...] = (
    m.RowCount,
    m.ValueCount,
    m.KeyCount,
    m.Violations,
    m.DistinctCount,
    m.DuplicateCount,
    m.OrphanCount,
    m.StepCount,
)
COUNTS += (m.OtherRowCount, m.FailedRowCount)


def of_an_empty_table(metric: Metric) -> Any:
    """Return the answer of a warehouse without rows."""
    if isinstance(metric, COUNTS):
        return 0
    if isinstance(metric, m.TableColumns):
        return (("a", "INTEGER"), ("b", "TEXT"), ("c", "DATE"))
    return () if metric.lists_rows else None


EMPTY: list[Any] = [
    pytest.param(c.not_null("a"), "skipped", id="not_null reads every row: skipped"),
    pytest.param(c.null("a"), "skipped", id="null reads every row: skipped"),
    pytest.param(c.not_empty("a"), "skipped", id="not_empty reads every row: skipped"),
    pytest.param(c.unique("a"), "skipped", id="unique reads complete keys: skipped"),
    pytest.param(c.distinct_count("a", at_least=1), "failed", id="distinct_count judges zero keys"),
    pytest.param(c.distinct_count("a", at_most=1), "passed", id="distinct_count may accept zero keys"),
    pytest.param(c.unique_ratio("a", at_least=1), "skipped", id="unique_ratio has no key: skipped"),
    pytest.param(c.foreign_key("a", to="p.k"), "skipped", id="foreign_key reads complete keys: skipped"),
    pytest.param(c.between("a", 1, 2), "skipped", id="between reads values: skipped"),
    pytest.param(c.in_set("a", [1]), "skipped", id="in_set reads values: skipped"),
    pytest.param(c.not_in_set("a", [1]), "skipped", id="not_in_set reads values: skipped"),
    pytest.param(c.tuple_in_set("a", "b", values=[(1, 2)]), "skipped", id="tuple_in_set reads values: skipped"),
    pytest.param(c.matches("a", "x"), "skipped", id="matches reads values: skipped"),
    pytest.param(c.not_matches("a", "x"), "skipped", id="not_matches reads values: skipped"),
    pytest.param(c.like("a", "x"), "skipped", id="like reads values: skipped"),
    pytest.param(c.not_like("a", "x"), "skipped", id="not_like reads values: skipped"),
    pytest.param(c.length("a", at_least=1), "skipped", id="length reads values: skipped"),
    pytest.param(c.of_type("a", "integer"), "skipped", id="of_type reads values: skipped"),
    pytest.param(c.json_valid("a"), "skipped", id="json_valid reads values: skipped"),
    pytest.param(c.increasing("a", order_by="b"), "skipped", id="increasing reads values: skipped"),
    pytest.param(c.decreasing("a", order_by="b"), "skipped", id="decreasing reads values: skipped"),
    pytest.param(c.compare("a", "<", "b"), "skipped", id="compare reads rows with both values: skipped"),
    pytest.param(c.sum_equals("a", "b", total=1), "skipped", id="sum_equals reads rows with all values: skipped"),
    pytest.param(c.all_differ("a", "b"), "skipped", id="all_differ reads rows with all values: skipped"),
    pytest.param(c.rows("a > 1"), "skipped", id="rows reads every row: skipped"),
    pytest.param(c.failed_rows_sql("SELECT 1"), "skipped", id="failed_rows_sql reads every row: skipped"),
    pytest.param(c.z_scores("a", within=3), "skipped", id="z_scores reads values: skipped"),
    pytest.param(c.row_count(at_least=1), "failed", id="row_count judges zero rows"),
    pytest.param(c.row_count(at_most=9), "passed", id="row_count may accept zero rows"),
    pytest.param(c.row_count(same_as="p"), "skipped", id="row_count of two empty tables: skipped"),
    pytest.param(c.column_count(at_most=3), "passed", id="column_count reads no rows: judged"),
    pytest.param(c.column_min("a", at_least=1), "skipped", id="column_min has no value: skipped"),
    pytest.param(c.column_max("a", at_most=1), "skipped", id="column_max has no value: skipped"),
    pytest.param(c.mean("a", at_most=1), "skipped", id="mean has no value: skipped"),
    pytest.param(c.total("a", at_most=1), "skipped", id="total has no value: skipped"),
    pytest.param(c.stddev("a", at_most=1), "skipped", id="stddev has no value: skipped"),
    pytest.param(c.median("a", at_most=1), "skipped", id="median has no value: skipped"),
    pytest.param(c.quantile("a", 0.9, at_most=1), "skipped", id="quantile has no value: skipped"),
    pytest.param(c.has_values("a", [1]), "failed", id="has_values: it is missing, failed"),
    pytest.param(c.most_common("a", [1]), "skipped", id="most_common has no value: skipped"),
    pytest.param(c.distribution("a", {"x": 1}, at_most=1), "skipped", id="distribution has no value: skipped"),
    pytest.param(c.no_gaps("a", every="day"), "skipped", id="no_gaps has no first and last unit: skipped"),
    pytest.param(c.no_gaps("a", every="day", start="2013-01-01"), "skipped", id="no_gaps has no last unit: skipped"),
    pytest.param(
        c.no_gaps("a", every="day", start="2013-01-01", end="2013-01-02"), "failed", id="no_gaps: no unit of start to end is there"
    ),
    pytest.param(c.schema_is(["a", "b", "c"]), "passed", id="schema_is reads no rows: judged"),
    pytest.param(c.schema_unchanged(), "passed", id="schema_unchanged reads no rows: judged"),
    pytest.param(c.metric_sql("SUM(a)", at_most=1), "skipped", id="metric_sql is NULL: skipped"),
    pytest.param(c.fresh("a", max_age="1d"), "failed", id="fresh: nothing arrived, failed"),
]
LOOKS_AT_NO_ROWS = {"column_count", "schema_is", "schema_unchanged"}


def test_every_kind_is_tried_on_an_empty_table() -> None:
    assert {case.values[0].kind for case in EMPTY} == set(CHECK_KINDS)


@pytest.mark.parametrize(("declaration", "outcome"), EMPTY)
def test_an_empty_table(declaration: Declaration, outcome: str) -> None:
    check = check_of(declaration)
    assert evaluate(check, {metric: of_an_empty_table(metric) for metric in check.metrics()}, NOW).outcome == outcome
    if outcome == "skipped":
        assert "A check with nothing to read is skipped, unless its description differs" in " ".join(str(c.__doc__).split())
    elif declaration.kind not in LOOKS_AT_NO_ROWS:
        assert re.search("judged|failed|fails", getattr(c, declaration.kind).__doc__)


limits = st.one_of(
    st.builds(Limit, st.integers(0, 10**6).map(Decimal), percent=st.just(False)),
    st.builds(Limit, st.decimals(0, 100, places=6), percent=st.just(True)),
)


@given(rows=st.integers(1, 10**9), share=st.fractions(0, 1), limit=limits, more=st.decimals(0, 100, places=6), warn=st.none() | limits)
def test_raising_the_limit_never_makes_the_outcome_worse(rows: int, share: Any, limit: Limit, more: Decimal, warn: Limit | None) -> None:
    check = replace(check_of(c.not_null("a")), fail_above=limit, warn_above=warn)  # type: ignore[call-arg]
    raised = Limit(min(limit.amount + more, Decimal(100)) if limit.percent else limit.amount + int(more), percent=limit.percent)
    lax = replace(check, fail_above=raised)  # type: ignore[call-arg]
    answers = dict(zip(check.metrics(), (rows, int(rows * share)), strict=True))
    assert ORDER.index(evaluate(lax, answers, NOW).outcome) <= ORDER.index(evaluate(check, answers, NOW).outcome)


@given(value=st.floats() | st.decimals() | st.integers(), low=st.integers(-100, 100), more=st.integers(0, 100))
def test_widening_the_bounds_never_makes_the_outcome_worse(value: Any, low: int, more: int) -> None:
    def outcome(bound: int) -> Outcome:
        check = check_of(c.mean("a", at_least=bound, at_most=500))
        return evaluate(check, dict.fromkeys(check.metrics(), value), NOW).outcome

    assert ORDER.index(outcome(low - more)) <= ORDER.index(outcome(low))


@given(violations=st.integers(0, 10**12), rows=st.integers(1, 10**12), percent=st.decimals(0, 100, allow_nan=False))
def test_a_percent_is_compared_exactly(violations: int, rows: int, percent: Decimal) -> None:
    numerator, denominator = percent.as_integer_ratio()
    assert Limit(percent, percent=True).exceeded(violations, rows) is (violations * 100 * denominator > numerator * rows)


def test_a_percent_with_many_places_is_not_rounded() -> None:
    limit = read_limit("3.3333333333333333333333333333333333%")
    assert limit is not None
    assert limit.exceeded(1, 30)


asked = st.fixed_dictionaries(
    {
        "column": st.sampled_from(["a", "b", "a, b"]),
        "where": st.sampled_from([None, "x = 1"]),
        "name": st.sampled_from([None, "n", "not_null(a)"]),
    }
)
strictness = st.fixed_dictionaries(
    {
        "fail_above": st.sampled_from([None, 0, 3, "5%"]),
        "severity": st.sampled_from([None, "warn", "error"]),
        "description": st.sampled_from([None, "d"]),
        "owner": st.sampled_from([None, "o"]),
        "tags": st.sampled_from([None, ["t"]]),
        "dimension": st.sampled_from([None, "accuracy"]),
    }
)


@given(asked, strictness, asked, strictness)
def test_ids_are_equal_exactly_where_question_and_name_are(one: Any, how: Any, other: Any, otherwise: Any) -> None:
    first, second = (check_of(Declaration("not_null", {**what, **rest})) for what, rest in ((one, how), (other, otherwise)))

    def identity(check: Check) -> tuple[object, ...]:
        return (tuple(check.identity_arguments().items()), check.options.where, check.name)

    assert (first.id == second.id) is (identity(first) == identity(second))
    assert len(first.id) == 16
    assert int(first.id, 16) >= 0


@pytest.mark.parametrize(
    ("declaration", "known"),
    [
        (c.not_null("dep_time", fail_above="5%"), "4dc4149d4c3c87be"),
        (c.not_null("a", where="b = 1"), "a01d65101498b309"),
        (c.not_null("a", name="key"), "4d259dac0838f922"),
        (c.not_null("a", previous_name="old"), "8c657587575e3d7c"),
        (c.unique("a"), "e2856a9962412dfe"),
        (c.unique("a", "b", where="x > 1"), "0d6f4ab89dc604cc"),
        (c.between("a", 1, 5), "6cd8c1a992826034"),
        (c.between("a", "2013-01-01", "2013-02-01"), "27778383e34aec2c"),
        (c.between("d", date(2013, 1, 1), datetime(2013, 1, 2, 3, tzinfo=UTC)), "91d17878a6827e06"),
        (c.between("a", Decimal("1.50"), 2.5), "fd26410f67154e14"),
        (c.in_set("a", [1, "x", True, date(2013, 1, 1)]), "0d1b2104ad0c608b"),
        (c.in_set("a", {3, 1}), "f16d503ee8a5bebc"),
        (c.rows("a > b"), "764c56ed6df3e2af"),
        (c.rows("a > b", where="c"), "a93a124dca9e7e03"),
        (c.row_count(at_least=1), "1a525f8dc183b837"),
        (c.row_count(at_least=1, where="a = 1"), "58e0ce041c788fbc"),
        (c.column_min("a", at_least=1), "d494c8027ce4fdf8"),
        (c.column_max("a", at_most=1), "c7cdffa6db5c6f0e"),
        (c.mean("a", equals=3), "854022bdc46d0fcd"),
        (c.metric_sql("SUM(a)", at_most=3), "800ba65336414113"),
        (c.metric_sql("SUM(a)", at_most=3, where="b"), "f3b48845371d2099"),
        (c.fresh("t", max_age="1d"), "e18cac502eef0342"),
        (c.fresh("t", max_age="1d", where="b"), "cabc0fb2cc1bd337"),
    ],
    ids=repr,
)
def test_an_id_is_the_same_in_every_process_and_every_release(declaration: Declaration, known: str) -> None:
    assert check_of(declaration).id == known


@pytest.mark.parametrize("declaration", EVERY_KIND, ids=repr)
def test_the_id_of_every_kind_does_not_depend_on_how_strict_it_is(declaration: Declaration) -> None:
    limits = {"at_least", "at_most", "more_than", "less_than", "equals", "warn_at_least", "warn_at_most", "warn_above", "fail_above"}
    asked = dict(declaration.arguments)
    if declaration.kind != "length":
        asked = {name: value for name, value in asked.items() if name not in limits}
    bounded = isinstance(check_of(declaration), MetricCheck)
    others: dict[str, Any] = {"at_least": 0} if bounded else {"fail_above": 7} if isinstance(check_of(declaration), LimitedCheck) else {}
    traits = {"severity": "warn", "dimension": "accuracy", "description": "d", "tags": ["t"], "owner": "o", "runbook": "https://x"}
    assert check_of(Declaration(declaration.kind, {**asked, **others, **traits})).id == check_of(declaration).id


@pytest.mark.parametrize("declaration", SEGMENTED, ids=repr)
def test_a_check_by_segment_is_another_check(declaration: Declaration) -> None:
    whole = {name: value for name, value in declaration.arguments.items() if name != "by"}
    ids = {check_of(Declaration(declaration.kind, whole | by)).id for by in ({}, {"by": "g"}, {"by": "h"})}
    assert len(ids) == 3


def test_every_kind_asks_something_else() -> None:
    ids = {declaration.kind: check_of(declaration).id for declaration in EVERY_KIND}
    assert len(set(ids.values())) == len(CHECK_KINDS)


@given(st.lists(st.sampled_from(list(Outcome))))
def test_the_worst_outcome_is_one_of_them_and_above_all(outcomes: list[Outcome]) -> None:
    found = worst(outcomes)
    assert found in outcomes or (found is Outcome.SKIPPED and not outcomes)
    assert all(outcome.rank <= found.rank for outcome in outcomes)


def test_outcomes_are_ordered() -> None:
    assert sorted(Outcome, key=lambda outcome: outcome.rank) == ["skipped", "passed", "warned", "errored", "failed"]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], None),
        (["skipped"], None),
        (["passed"], 100.0),
        (["passed", "failed"], 50.0),
        (["passed", "warned"], 75.0),
        (["passed", "errored"], 50.0),
        (["passed", "passed", "failed"], 66.7),
        (["warned", "skipped"], 50.0),
        (["failed", "errored"], 0.0),
    ],
    ids=str,
)
def test_scores(outcomes: list[str], expected: float | None) -> None:
    assert score([Outcome(name) for name in outcomes]) == expected


@pytest.mark.parametrize(
    ("value", "count"), [(None, 0), (0, 0), (7, 7), (7.0, 7), (Decimal(7), 7), (Decimal("1E+3"), 1000), ("7", 7), (10**30, 10**30)]
)
def test_a_count_of_rows_in_each_form_that_drivers_answer(value: Any, count: int) -> None:
    assert as_count(value) == count


@pytest.mark.parametrize("value", [7.5, math.nan, math.inf, Decimal("NaN"), Decimal("Infinity"), "many", date(2013, 1, 1), b"7"], ids=repr)
def test_anything_else_is_no_count_of_rows(value: Any) -> None:
    with pytest.raises(Incomparable, match=r" is no number of rows$"):
        as_count(value)
    check = check_of(c.not_null("a"))
    judgement = evaluate(check, dict.fromkeys(check.metrics(), value), NOW)
    assert (judgement.outcome, str(judgement.reason)) == (Outcome.ERRORED, f"{value!r} is no number of rows")


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (1, "word", "1 and 'word' cannot be compared: one is a number and the other is not"),
        (date(2013, 1, 1), 5, "datetime.date(2013, 1, 1) and 5 cannot be compared as dates"),
    ],
)
def test_what_has_no_order_says_so(low: Any, high: Any, message: str) -> None:
    with pytest.raises(Incomparable) as error:
        is_ordered(low, high)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(at_least=1), "at least 1"),
        (Bounds(at_most=date(2013, 1, 2)), "at most 2013-01-02"),
        (Bounds(at_least=1, at_most=2), "at least 1 and at most 2"),
        (Bounds(at_least=5, at_most=5), "exactly 5"),
        (Bounds(), ""),
    ],
)
def test_bounds_in_words(bounds: Bounds, words: str) -> None:
    assert str(bounds) == words
    assert bool(bounds) is bool(words)


@pytest.mark.parametrize(("given_limit", "words"), [("5%", "5%"), ("2.50 %", "2.5%"), ("100%", "100%"), (1000000, "1000000"), ("0", "0")])
def test_limits_in_words(given_limit: Any, words: str) -> None:
    assert str(read_limit(given_limit)) == words


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        pytest.param(c.not_null("a"), "at most 0 violating", id="the default limit"),
        pytest.param(c.not_null("a", warn_above=2, fail_above="5%"), "at most 5% violating (warn above 2)", id="two limits"),
        pytest.param(c.mean("a", at_least=1, at_most=9), "at least 1 and at most 9", id="a range"),
        pytest.param(c.mean("a", equals=3), "exactly 3", id="one value"),
        pytest.param(c.mean("a", at_most=9, warn_at_most=5), "at most 9 (warn unless at most 5)", id="a range and a warning"),
        pytest.param(c.mean("a", warn_at_most=5), "warn unless at most 5", id="only a warning"),
        pytest.param(c.fresh("a", max_age="1d"), "at most 1 d old", id="an age"),
        pytest.param(c.fresh("a", max_age="36h", warn_age="90m"), "at most 1 d 12 h old (warn above 1 h 30 min)", id="two ages"),
    ],
)
def test_what_is_expected_in_words(declaration: Declaration, expected: str) -> None:
    check = check_of(declaration)
    answers = dict.fromkeys(check.metrics(), "2013-02-02" if declaration.kind == "fresh" else 3)
    assert evaluate(check, answers, NOW).expected == expected


def test_thresholds_to_draw_are_in_the_unit_of_what_was_observed() -> None:
    def ranges(declaration: Declaration, *answers: Any) -> tuple[str, Any, Range, Range]:
        check = check_of(declaration)
        found = evaluate(check, dict(zip(check.metrics(), answers, strict=True)), NOW)
        return found.unit, found.observed, found.warn, found.fail

    assert ranges(c.not_null("a", warn_above=10, fail_above="50%"), 200, 30) == ("%", 15.0, Range(high=5.0), Range(high=50.0))
    assert ranges(c.not_null("a", warn_above=10, fail_above=50), 200, 30) == ("rows", 30, Range(high=10.0), Range(high=50.0))
    assert ranges(c.row_count(at_least=1, warn_at_most=9), 5) == ("rows", 5, Range(high=9.0), Range(low=1.0))
    assert ranges(c.column_max("a", at_most="2013-01-02"), 1, 0, "2013-01-01") == ("", "2013-01-01", Range(), Range())
    assert ranges(c.column_max("a", at_most=date(1970, 1, 2)), 1, 0, "1970-01-01") == ("", "1970-01-01", Range(), Range(high=86400.0))
    assert ranges(c.fresh("a", max_age="1h"), NOW) == ("seconds", 0.0, Range(), Range(high=3600.0))


@given(st.timedeltas(timedelta(0), timedelta(days=10**6)))
def test_a_duration_is_spoken_in_at_most_two_units(duration: timedelta) -> None:
    assert len(format_duration(duration).split()) in (2, 4)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(days=2, minutes=1), "2 d 1 min"),
        (timedelta(days=-1), "-1 d"),
    ],
)
def test_spoken_durations(duration: timedelta, words: str) -> None:
    assert format_duration(duration) == words


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        pytest.param(date(2013, 1, 2), datetime(2013, 1, 2, tzinfo=UTC), id="a date is its midnight"),
        pytest.param("2013-01-02", datetime(2013, 1, 2, tzinfo=UTC), id="text of a date"),
        pytest.param(" 2013-01-02T03:04:05.678 ", datetime(2013, 1, 2, 3, 4, 5, 678000, tzinfo=UTC), id="text of a naive moment is UTC"),
        pytest.param("2013-01-02 03:00+02:00", datetime(2013, 1, 2, 1, tzinfo=UTC), id="text with an offset"),
        pytest.param(datetime(2013, 1, 2, 3, tzinfo=timezone(timedelta(hours=-5))), datetime(2013, 1, 2, 8, tzinfo=UTC), id="another zone"),
        pytest.param("2013-13-01", None, id="no such month"),
        pytest.param("0001-01-01T00:00:00+14:00", None, id="before the year 1 in UTC"),
        pytest.param("9999-12-31T23:00:00-14:00", None, id="after the year 9999 in UTC"),
        pytest.param("infinity", None, id="PostgreSQL's last moment"),
        pytest.param(1356998400, None, id="a number is no moment"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_instants(value: object, instant: datetime | None) -> None:
    assert to_instant(value) == instant


@pytest.mark.parametrize("text", ["999999999999d", "1e5s", "d1", "1 d 2 h", "1.d"])
def test_a_duration_beyond_all_bounds_is_none(text: str) -> None:
    assert read_duration(text) is None


def test_an_empty_text_is_a_bound() -> None:
    check: Any = check_of(c.between("a", "", "z"))
    assert (check.rule.low, check.rule.high) == ("", "z")
