"""The judgement of every check by the answers of a warehouse."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.judging import Unanswered, evaluate, first_round, score, second_round, softened
from airflow_dre.checks.kinds.rows import LimitedCheck
from airflow_dre.checks.metrics import Violations
from airflow_dre.checks.outcomes import Judgement, Outcome, worst
from airflow_dre.checks.reasons import because
from tests.checks.test_laws import EVERY_KIND

NOW = datetime(2013, 2, 2, tzinfo=UTC)
NAN = pytest.approx(float("nan"), nan_ok=True)


@cache
def check_of(declaration: Declaration) -> Check:
    """Return the check of a declaration, which is read once for all answers."""
    (check,) = parse_checks([declaration])
    return check


def judged(declaration: Declaration, *answers: Any) -> Any:
    check = check_of(declaration)
    return evaluate(check, dict(zip(check.metrics(), answers, strict=True)), NOW)


@pytest.mark.parametrize(
    ("declaration", "answers", "outcome", "observed"),
    [
        pytest.param(c.not_null("a"), (10, 0), "passed", 0, id="no violation"),
        pytest.param(c.not_null("a"), (10, 1), "failed", 1, id="the default admits no violation"),
        pytest.param(c.not_null("a", warn_above="2%", fail_above="5%"), (27004, 521), "passed", 100 * 521 / 27004, id="below both"),
        pytest.param(c.not_null("a", warn_above="2%", fail_above="5%"), (100, 3), "warned", 3.0, id="between warning and failure"),
        pytest.param(c.not_null("a", warn_above="2%", fail_above="5%"), (24951, 1261), "failed", 126100 / 24951, id="the blizzard"),
        pytest.param(c.not_null("a", severity="warn"), (10, 1), "warned", 1, id="severity warn never fails"),
        pytest.param(c.not_null("a"), (0, 0), "skipped", None, id="an empty table is skipped"),
        pytest.param(c.unique("a"), (0, 0), "skipped", None, id="no complete key is skipped"),
        pytest.param(c.between("a", 1, 2), (0, 0), "skipped", None, id="no value is skipped"),
        pytest.param(c.rows("a"), (3, 1), "failed", 1, id="a broken row rule"),
        pytest.param(c.row_count(at_least=1), (0,), "failed", 0, id="an empty table has zero rows, which are judged"),
        pytest.param(c.row_count(at_least=1, warn_at_least=10), (5,), "warned", 5, id="few rows warn"),
        pytest.param(c.row_count(equals=5), (5,), "passed", 5, id="exactly"),
        pytest.param(c.mean("a", at_most=3), (None,), "skipped", None, id="the mean of nothing is skipped"),
        pytest.param(c.mean("a", at_most=3), (Decimal("3.01"),), "failed", Decimal("3.01"), id="a Decimal mean"),
        pytest.param(c.column_max("a", at_most=date(2013, 1, 1)), (2, 1, "2013-01-02"), "failed", "2013-01-02", id="dates as text"),
        pytest.param(c.column_min("a", at_least=3), ("word",), "errored", None, id="text cannot be held against a number"),
        pytest.param(c.metric_sql("SUM(a)", at_most=1), (float("nan"),), "failed", NAN, id="not-a-number fails"),
        pytest.param(c.fresh("a", max_age="1d"), ("2013-02-01T00:00:00Z",), "passed", 86400.0, id="exactly one day old"),
        pytest.param(c.fresh("a", max_age="1d"), ("2013-01-31",), "failed", 172800.0, id="two days old"),
        pytest.param(c.fresh("a", max_age="1d", warn_age="6h"), (datetime(2013, 2, 1, 12, tzinfo=UTC),), "warned", 43200.0, id="older"),
        pytest.param(c.fresh("a", max_age="1d"), (None,), "failed", None, id="a table without any timestamp is not fresh"),
        pytest.param(c.fresh("a", max_age="1d"), ("word",), "errored", None, id="text is no timestamp"),
        pytest.param(c.fresh("a", max_age="1d"), ("2013-03-01",), "errored", None, id="the future has no age"),
        pytest.param(c.fresh("a", max_age="1d", as_of="2013-01-01"), ("2012-12-31",), "passed", 86400.0, id="as of another moment"),
        pytest.param(c.distinct_count("a", at_least=2), (1,), "failed", 1, id="too few keys"),
        pytest.param(c.unique_ratio("a", at_least=0.5), (4, 2), "passed", 0.5, id="half of the keys are different"),
        pytest.param(c.unique_ratio("a", at_least=0.5), (0, 0), "skipped", None, id="no keys have no ratio"),
        pytest.param(c.mean("a", more_than=1), (1,), "failed", 1, id="an end that does not belong"),
        pytest.param(c.mean("a", more_than=1, less_than=2), (Decimal("1.5"),), "passed", Decimal("1.5"), id="between two such ends"),
        pytest.param(c.mean("a", at_most=1, if_empty="fail"), (None,), "failed", None, id="the mean of nothing may fail"),
        pytest.param(c.stddev("a", at_most=2), (9, Decimal(4)), "passed", 2.0, id="stddev is the root of the variance"),
        pytest.param(c.stddev("a", at_most=2), (9, -1e-30), "passed", 0.0, id="a variance below zero by rounding is zero"),
        pytest.param(c.stddev("a", at_most=2), (9, float("nan")), "failed", NAN, id="stddev of not-a-number fails"),
        pytest.param(c.stddev("a", at_most=2), (9, float("inf")), "failed", float("inf"), id="stddev of infinities fails"),
        pytest.param(c.stddev("a", at_most=2), (9, "word"), "errored", None, id="stddev of a word"),
        pytest.param(c.stddev("a", at_most=2), (9, None), "failed", NAN, id="SQLite has NULL for not-a-number"),
        pytest.param(c.stddev("a", at_most=2), (1, None), "skipped", None, id="stddev of one value"),
        pytest.param(c.column_count(equals=2), ((("a", "INTEGER"), ("b", "TEXT")),), "passed", 2, id="two columns"),
        pytest.param(c.column_count(equals=2), ((),), "errored", None, id="no columns: no table"),
        pytest.param(c.row_count(same_as="p"), (5, 5), "passed", 0, id="as many rows as another table"),
        pytest.param(c.row_count(same_as="p", fail_above="10%"), (100, 91), "passed", 9.0, id="nearly as many, in percent of the other"),
        pytest.param(c.row_count(same_as="p", fail_above="10%"), (100, 111), "failed", 11.0, id="too many"),
        pytest.param(c.row_count(same_as="p", fail_above="10%"), (0, 3), "failed", 300.0, id="another table that is empty"),
        pytest.param(c.row_count(same_as="p"), (0, 0), "skipped", None, id="two empty tables"),
        pytest.param(c.failed_rows_sql("SELECT 1"), (10, 1), "failed", 1, id="one row"),
        pytest.param(c.foreign_key("a", to="p.k", fail_above="10%"), (10, 1), "passed", 10.0, id="an orphan among ten"),
        pytest.param(c.has_values("a", [1, 2]), (3, 2, 3), "failed", 1, id="a value that no row has"),
        pytest.param(c.has_values("a", [1, 2]), (3, 2, 1), "passed", 2, id="every value is there"),
        pytest.param(c.has_values("a", [1, 1, True, 1.0]), (3, 2), "passed", 1, id="the same value again"),
        pytest.param(c.has_values("a", [1]), (0, 0), "failed", 0, id="an empty table has no value"),
        pytest.param(c.most_common("a", [1]), (((1, 3, 1),),), "passed", "1", id="the most common value"),
        pytest.param(c.most_common("a", [1]), (((2, 3, 0),),), "failed", "2", id="another value"),
        pytest.param(c.most_common("a", [1]), (((2, 3, 0), (1, 3, 1)),), "passed", "1", id="one of a tie"),
        pytest.param(c.most_common("a", [1], ties=False), (((2, 3, 0), (1, 3, 1)),), "failed", "1", id="a tie that may not be"),
        pytest.param(c.most_common("a", [date(2013, 1, 1)]), ((("2013-01-01", 3, 1),),), "passed", "2013-01-01", id="a date as text"),
        pytest.param(c.distribution("a", {"x": 1, "y": 1}, at_most=0), (4, 2, 2), "passed", 0.0, id="the same distribution"),
        pytest.param(c.distribution("a", {"x": 1}, at_most=9), (4, 1), "failed", float("inf"), id="a value that may not be"),
        pytest.param(c.schema_is({"a": "int"}), ((("a", "INTEGER"),),), "passed", '{"a": "INTEGER"}', id="the schema"),
        pytest.param(c.schema_is({"a": "text"}), ((("a", "INTEGER"),),), "failed", '{"a": "INTEGER"}', id="another type"),
        pytest.param(c.schema_is({"a": None}), ((("a", "INTEGER"),),), "passed", '{"a": "INTEGER"}', id="any type"),
        pytest.param(c.schema_is(["a"]), ((("a", "X"), ("b", "X")),), "failed", '{"a": "X", "b": "X"}', id="a column too many"),
        pytest.param(
            c.schema_is(["a"], extra=True), ((("a", "X"), ("b", "X")),), "passed", '{"a": "X", "b": "X"}', id="a column that may be"
        ),
        pytest.param(c.schema_is(["a", "b"]), ((("b", "X"), ("a", "X")),), "passed", '{"b": "X", "a": "X"}', id="any order"),
        pytest.param(
            c.schema_is(["a", "b"], ordered=True), ((("b", "X"), ("a", "X")),), "failed", '{"b": "X", "a": "X"}', id="another order"
        ),
        pytest.param(c.schema_is(["a"]), ((),), "errored", None, id="the schema of no table"),
        pytest.param(c.not_null("a"), (-1, 0), "errored", None, id="fewer rows than none"),
        pytest.param(c.not_null("a"), (2**128, 0), "errored", None, id="more rows than are counted"),
        pytest.param(c.not_null("a"), (Unanswered("no such column"), Unanswered("no such column")), "errored", None, id="no answer"),
    ],
)
def test_outcomes(declaration: Declaration, answers: tuple[Any, ...], outcome: str, observed: Any) -> None:
    judgement = judged(declaration, *answers)
    assert judgement.outcome == outcome
    assert str(judgement.reason)
    assert judgement.observed == observed


@pytest.mark.parametrize(
    ("mean", "variance", "values", "outside", "outcome"),
    [
        pytest.param(5, 4, 9, (1,), "failed", id="a value outside"),
        pytest.param(5, 4, 9, (0,), "passed", id="no value outside"),
        pytest.param(5, 0, 9, None, "passed", id="all values are alike"),
        pytest.param(0.1, 1e-35, 9, None, "passed", id="all values are alike but for rounding"),
        pytest.param(0.1, -1e-35, 9, None, "passed", id="a variance below zero by rounding"),
        pytest.param(5, None, 1, None, "passed", id="one value"),
        pytest.param(None, None, 0, None, "skipped", id="no value"),
        pytest.param(float("nan"), float("nan"), 9, None, "errored", id="not-a-number among the values"),
        pytest.param(float("inf"), float("nan"), 9, None, "errored", id="an infinity among the values"),
        pytest.param("word", 1, 9, None, "errored", id="a mean in words"),
        pytest.param(Decimal(5), Decimal(4), 9, (3,), "failed", id="Decimals"),
    ],
)
def test_z_scores_in_two_rounds(mean: Any, variance: Any, values: Any, outside: tuple[int] | None, outcome: str) -> None:
    (check,) = parse_checks([c.z_scores("a", within=2)])
    found: dict[Any, Any] = dict(zip(check.metrics(), (mean, variance, values), strict=True))
    further = second_round(check, found)
    assert len(further) == (0 if outside is None else 1)
    if outside is not None:
        (metric,) = further
        assert isinstance(metric, Violations)
        assert (metric.rule.identity_arguments()["low"], metric.rule.identity_arguments()["high"]) == (1.0, 9.0)
    assert evaluate(check, found | dict(zip(further, outside or (), strict=True)), NOW).outcome == outcome


def by_segment(declaration: Declaration, **answers: Any) -> Any:
    """Return a check by ``g``, answered for each segment."""
    (check,) = parse_checks([Declaration(declaration.kind, {**declaration.arguments, "by": "g"})])
    asked = first_round(check)
    found = {metric: tuple((segment, cells[place]) for segment, cells in answers.items()) for place, metric in enumerate(asked)}
    return evaluate(check, found, NOW)


def test_a_judgement_by_segment_tells_the_worst_first() -> None:
    judgement = by_segment(c.not_null("a", warn_above="10%", fail_above="50%"), x=(10, 0), y=(10, 6), z=(10, 2))
    assert judgement.outcome == "failed"
    assert str(judgement.reason) == (
        "2 of 3 values of g do not pass: y: 6 of 10 rows (60%) break it, more than 50%; z: 2 of 10 rows (20%) break it, more than 10%"
    )
    assert [(segment.value, segment.judgement.outcome) for segment in judgement.segments] == [
        ("y", "failed"),
        ("z", "warned"),
        ("x", "passed"),
    ]
    assert (judgement.violations, judgement.rows, judgement.observed, judgement.unit) == (8, 30, 60.0, "%")


def test_severity_warn_softens_every_segment() -> None:
    judgement = by_segment(c.not_null("a", severity="warn"), x=(10, 0), y=(10, 6))
    assert judgement.outcome == "warned"
    assert [segment.judgement.outcome for segment in judgement.segments] == ["warned", "passed"]


def test_softening_touches_failures_only() -> None:
    for outcome in Outcome:
        softened_outcome = softened(Judgement(outcome=outcome, reason=because("r"), expected="e")).outcome
        assert softened_outcome == ("warned" if outcome == "failed" else outcome)


def test_a_segment_with_an_unfit_answer_is_errored_and_hides_no_other() -> None:
    judgement = by_segment(c.column_min("a", at_least=3), x=(1, "word"), y=(1, 1), z=(1, 5))
    assert judgement.outcome == "failed"
    assert [(segment.value, segment.judgement.outcome) for segment in judgement.segments] == [
        ("y", "failed"),
        ("x", "errored"),
        ("z", "passed"),
    ]


def test_no_rows_have_no_segments() -> None:
    judgement = by_segment(c.not_null("a"))
    assert (judgement.outcome, str(judgement.reason)) == ("skipped", "no rows, so no values of g")
    judgement = by_segment(c.between("a", 1, 2), x=(3, 0, 0), y=(1, 0, 0))
    assert (judgement.outcome, str(judgement.reason)) == ("skipped", "nothing to check for all 2 values of g")


def test_segments_are_named_as_people_read_them() -> None:
    (check,) = parse_checks([c.row_count(at_least=2, by="g")])
    rows: Any = ((None, 1), ("", 1), (date(2013, 1, 1), 1), (float("nan"), 1), ([1, 2], 1))
    judgement = evaluate(check, {first_round(check)[0]: rows}, NOW)
    assert {segment.value for segment in judgement.segments} == {None, "", "2013-01-01", "nan", "[1, 2]"}
    assert "'': 1 is not at least 2" in str(judgement.reason)


def test_a_judgement_tells_its_numbers() -> None:
    judgement = judged(c.not_null("dep_time", warn_above=100, fail_above="5%"), 24951, 1261)
    assert str(judgement.reason) == "1261 of 24951 rows (5.054%) break it, more than 5%"
    assert judgement.expected == "at most 5% violating (warn above 100)"
    assert (judgement.violations, judgement.rows, judgement.unit) == (1261, 24951, "%")
    assert judgement.fail.high == 5.0
    assert judgement.warn.high == pytest.approx(100 * 100 / 24951)


scalars = st.one_of(
    st.none(), st.integers(), st.floats(), st.decimals(), st.text(), st.dates(), st.datetimes(), st.datetimes(timezones=st.just(UTC))
)
counts = st.one_of(st.none(), st.integers(0))


@pytest.mark.parametrize("declaration", EVERY_KIND, ids=repr)
@given(answer=scalars)
def test_judging_any_answer_is_total(declaration: Declaration, answer: Any) -> None:
    assert judged(declaration, *[answer] * len(check_of(declaration).metrics())).outcome in Outcome


@pytest.mark.parametrize("declaration", [each for each in EVERY_KIND if isinstance(parse_checks([each])[0], LimitedCheck)], ids=repr)
@given(data=st.data())
def test_judging_rows_is_total(declaration: Declaration, data: st.DataObject) -> None:
    assert judged(declaration, *[data.draw(counts) for _ in check_of(declaration).metrics()]).outcome in Outcome


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        ([], "skipped"),
        (["skipped", "passed"], "passed"),
        (["passed", "warned"], "warned"),
        (["errored", "warned"], "errored"),
        (["failed", "errored"], "failed"),
    ],
)
def test_a_suite_is_as_bad_as_its_worst_check(outcomes: list[str], whole: str) -> None:
    assert worst([Outcome(name) for name in outcomes]) == whole


def test_the_score_counts_a_warning_half_and_leaves_skipped_checks_out() -> None:
    assert score([Outcome.PASSED, Outcome.WARNED, Outcome.SKIPPED]) == 75.0
    assert score([Outcome.SKIPPED]) is None
