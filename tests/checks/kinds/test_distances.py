"""The distance of a distribution from its reference, and the calendar units between two moments."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks.check import Answers
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.judging import evaluate
from airflow_dre.checks.kinds.distribution import Distance, distance_between, same
from airflow_dre.checks.kinds.schema import plain_type, same_type
from airflow_dre.checks.metrics import Periods
from airflow_dre.values.calendar import Unit, periods_between, start_of

NOW = datetime(2013, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("observed", "reference", "kl", "chi_square", "ks"),
    [
        pytest.param([1, 1], [1, 1], 0.0, 0.0, 0.0, id="the same"),
        pytest.param([3, 1], [0.75, 0.25], 0.0, 0.0, 0.0, id="the same shares"),
        pytest.param([1, 3], [1, 1], 0.25 * math.log(0.5) + 0.75 * math.log(1.5), 1.0, 0.25, id="a quarter moved"),
        pytest.param([2, 0], [1, 1], math.log(2), 2.0, 0.5, id="an empty bin"),
        pytest.param([1, 1], [1, 0], math.inf, math.inf, 0.5, id="values where none may be"),
        pytest.param([2, 0], [1, 0], 0.0, 0.0, 0.0, id="no values where none may be"),
        pytest.param([0, 0], [1, 1], None, None, None, id="no values"),
        pytest.param([5], [7], 0.0, 0.0, 0.0, id="one bin"),
        pytest.param([1, 0, 1, 0], [0, 1, 0, 1], math.inf, math.inf, 0.5, id="bins between each other"),
    ],
)
def test_distances(observed: list[int], reference: list[float], kl: float | None, chi_square: float | None, ks: float | None) -> None:
    for distance, expected in ((Distance.KL, kl), (Distance.CHI_SQUARE, chi_square), (Distance.KS, ks)):
        found = distance_between(observed, reference, distance)
        assert found == (None if expected is None else pytest.approx(expected, abs=1e-15))


counts = st.lists(st.tuples(st.integers(0, 10**6), st.floats(1e-6, 1e6)), min_size=1, max_size=12).filter(
    lambda bins: any(count for count, _ in bins)
)


@given(counts)
def test_distances_are_those_of_scipy(bins: list[tuple[int, float]]) -> None:
    stats: Any = pytest.importorskip("scipy.stats")
    observed, reference = [count for count, _ in bins], [weight for _, weight in bins]
    total, weight = sum(observed), math.fsum(reference)
    expected = [part / weight * total for part in reference]
    kl = distance_between(observed, reference, Distance.KL)
    assert kl == pytest.approx(stats.entropy(observed, reference), rel=1e-9, abs=1e-9)
    chi_square = distance_between(observed, reference, Distance.CHI_SQUARE)
    assert chi_square == pytest.approx(stats.chisquare(observed, expected).statistic, rel=1e-9, abs=1e-9)


@given(counts)
def test_distances_have_their_bounds(bins: list[tuple[int, float]]) -> None:
    observed, reference = [count for count, _ in bins], [weight for _, weight in bins]
    for distance in Distance:
        found = distance_between(observed, reference, distance)
        assert found is not None
        assert found >= 0
        assert distance is not Distance.KS or found <= 1 + 1e-9


def observed(declaration: Any, *answers: Any) -> Any:
    """Return the value that a check observes."""
    (check,) = parse_checks([declaration])
    return evaluate(check, dict(zip(check.metrics(), answers, strict=True)), NOW)


def test_what_lies_outside_of_the_bins_is_cumulated_where_it_lies() -> None:
    declaration = c.distribution("a", {"edges": [0, 1, 2], "weights": [1, 1]}, distance="ks", at_most=0.3)
    # Of 4 values 1 lies below, 2 in the first bin, none in the second, 1 above: cumulated 1/4, 3/4, 3/4 against 0, 1/2, 1.
    assert observed(declaration, 4, 2, 4, 1).observed == 0.25
    assert observed(declaration, 4, 4, 4, 4).observed == 1.0


def test_a_table_that_changed_between_two_scans_is_errored() -> None:
    judgement = observed(c.distribution("a", {"x": 1, "y": 1}, at_most=1), 2, 0, 1)
    assert judgement.outcome == "errored"
    assert str(judgement.reason).startswith("2 values, but 3 in the bins: the table changed meanwhile")


@pytest.mark.parametrize(
    ("value", "allowed", "is_same"),
    [
        (1, 1.0, True), (0.1, "0.1", True), (1234567.0, 1234568.0, False), ("2013-01-01", date(2013, 1, 1), True),
        (datetime(2013, 1, 1), date(2013, 1, 1), True), ("x", date(2013, 1, 1), False), ("a", "A", False), (True, 1, True),
        (float("nan"), 1, False), (2, 1, False), ("word", 1, False), (b"a", "a", False),
    ],
    ids=repr,
)  # fmt: skip
def test_whether_a_value_is_the_one_that_was_written(value: Any, allowed: Any, is_same: bool) -> None:
    assert same(value, allowed) is is_same


def day(text: str) -> datetime:
    """Return midnight, or a moment, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "moment", "start"),
    [
        ("hour", "2013-01-31T05:59:59.999999", "2013-01-31T05:00:00"),
        ("day", "2013-01-31T23:59:59", "2013-01-31"),
        ("week", "2013-01-06T12:00:00", "2012-12-31"),
        ("week", "2013-01-07", "2013-01-07"),
        ("month", "2012-02-29", "2012-02-01"),
        ("quarter", "2013-03-31", "2013-01-01"),
        ("quarter", "2013-12-31", "2013-10-01"),
        ("year", "2013-12-31", "2013-01-01"),
        ("week", "0001-01-01", "0001-01-01"),
        ("year", "9999-12-31", "9999-01-01"),
    ],
)
def test_where_a_unit_begins(unit: str, moment: str, start: str) -> None:
    assert start_of(day(moment), Unit(unit)) == day(start)


@pytest.mark.parametrize(
    ("unit", "first", "last", "number"),
    [
        ("hour", "2013-01-01", "2013-01-01", 1),
        ("hour", "2013-01-01T22:00", "2013-01-02T01:00", 4),
        ("day", "2012-02-28", "2012-03-01", 3),
        ("week", "2012-12-31", "2013-01-14", 3),
        ("month", "2012-11-01", "2013-02-01", 4),
        ("quarter", "2012-10-01", "2013-04-01", 3),
        ("year", "1999-01-01", "2013-01-01", 15),
    ],
)
def test_how_many_units_there_are(unit: str, first: str, last: str, number: int) -> None:
    assert periods_between(day(first), day(last), Unit(unit)) == number


moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(st.sampled_from(list(Unit)), moments, st.timedeltas(timedelta(0), timedelta(days=150)))
def test_units_are_counted_as_if_one_by_one(unit: Unit, moment: datetime, length: timedelta) -> None:
    first, last = start_of(moment, unit), start_of(moment + length, unit)
    step = timedelta(hours=1) if unit is Unit.HOUR else timedelta(days=1)
    starts = {start_of(first + n * step, unit) for n in range((last - first) // step + 1)}
    assert first <= moment
    assert periods_between(first, last, unit) == len(starts)


@pytest.mark.parametrize(
    ("every", "found", "outcome", "reason"),
    [
        pytest.param("day", ["2013-01-01", "2013-01-02"], "passed", "all 2 days have rows", id="no gap"),
        pytest.param(
            "day", ["2013-01-04", "2013-01-01"], "failed", "2 of 4 days have no row, the first is 2013-01-02 00:00", id="in any order"
        ),
        pytest.param(
            "hour",
            ["2013-01-01 05:00:00", "2013-01-01 07:00:00"],
            "failed",
            "1 of 3 hours have no row, the first is 2013-01-01 06:00",
            id="an hour",
        ),
        pytest.param(
            "month", ["2012-12-01", "2013-02-01"], "failed", "1 of 3 months have no row, the first is 2013-01-01 00:00", id="a month"
        ),
        pytest.param(
            "quarter", ["2012-10-01", "2013-04-01"], "failed", "1 of 3 quarters have no row, the first is 2013-01-01", id="a quarter"
        ),
        pytest.param("year", ["9998-01-01", "9999-01-01"], "passed", "all 2 years have rows", id="the last years"),
        pytest.param(
            "day", ["2013-03-30T23:00:00Z", "2013-03-31T22:00:00Z"], "passed", "all 2 days have rows", id="days of another zone, in spring"
        ),
        pytest.param("day", [None], "errored", "None is no timestamp", id="no timestamp"),
        pytest.param("day", ["word"], "errored", "'word' is no timestamp", id="a word"),
    ],
)
def test_gaps(every: str, found: list[Any], outcome: str, reason: str) -> None:
    judgement = observed(c.no_gaps("d", every=every), tuple((value,) for value in found))
    assert judgement.outcome == outcome
    assert str(judgement.reason).startswith(reason)


@pytest.mark.parametrize(
    ("start", "end", "outcome", "violations", "units"),
    [
        pytest.param("2012-12-31", None, "failed", 1, 3, id="a start before the first"),
        pytest.param("2013-01-02T12:00:00", None, "passed", 0, 1, id="a start within: its whole unit"),
        pytest.param(None, "2013-01-04T23:00:00", "failed", 2, 4, id="an end after the last"),
        pytest.param("2013-02-01", "2013-02-03", "failed", 3, 3, id="a window without rows"),
        pytest.param("2013-02-01", None, "skipped", 0, 0, id="a start after the last"),
    ],
)
def test_given_ends(start: str | None, end: str | None, outcome: str, violations: int, units: int) -> None:
    judgement = observed(c.no_gaps("d", every="day", start=start, end=end), (("2013-01-01",), ("2013-01-02",)))
    assert (judgement.outcome, judgement.violations, judgement.rows) == (outcome, violations, units)


def test_the_answers_to_a_list_and_to_a_number_are_told_apart() -> None:
    metric = Periods(column="d", unit=Unit.DAY)
    assert Answers({metric: ()}).rows(metric) == ()
    judgement = observed(c.no_gaps("d", every="day"), 7)
    assert (judgement.outcome, str(judgement.reason)) == ("errored", "7 was answered where rows were expected")
    judgement = observed(c.mean("d", at_least=1), ((1,),))
    assert (judgement.outcome, str(judgement.reason)) == ("errored", "1 row was answered where one value was expected")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("INTEGER", ("integer", "")), ("int4", ("integer", "")), ("character varying(20)", ("varchar", "(20)")),
        ("VARCHAR ( 20 )", ("varchar", "(20)")), ("numeric(10, 2)", ("numeric", "(10,2)")), ("DECIMAL(18,3)", ("numeric", "(18,3)")),
        ("timestamp(3) without time zone", ("timestamp", "(3)")), ("timestamp with time zone", ("timestamptz", "")),
        ("TIMESTAMP WITH TIME ZONE", ("timestamptz", "")), ("DOUBLE PRECISION", ("double", "")), ("integer[]", ("integer[]", "")),
        ("INT[]", ("integer[]", "")), ("STRUCT(a DECIMAL(3,1))", ("struct(a decimal(3,1))", "")), ("", ("", "")), ("bit", ("boolean", "")),
    ],
)  # fmt: skip
def test_types_by_their_usual_names(text: str, plain: tuple[str, str]) -> None:
    assert plain_type(text) == plain


@pytest.mark.parametrize(
    ("expected", "found", "is_same"),
    [
        ("varchar", "character varying(20)", True), ("varchar(20)", "character varying(20)", True), ("varchar(20)", "varchar(30)", False),
        ("varchar(20)", "varchar", False), ("int", "BIGINT", False), ("bool", "BOOLEAN", True), ("timestamp", "timestamptz", False),
        ("numeric(10,2)", "DECIMAL(10, 2)", True), ("text", "varchar", False),
    ],
)  # fmt: skip
def test_whether_two_types_are_the_same(expected: str, found: str, is_same: bool) -> None:
    assert same_type(expected, found) is is_same
