"""Counts, percents and bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.checks.thresholds import Bounds, Limit, read_limit
from airflow_dre.values.instants import format_duration, read_duration, to_instant
from airflow_dre.values.numbers import is_ordered
from airflow_dre.values.scalars import Incomparable, Scalar


@pytest.mark.parametrize(
    ("given_value", "amount", "percent"),
    [
        pytest.param(0, "0", False, id="zero is a count"),
        pytest.param(3, "3", False, id="a number is a count"),
        pytest.param("3", "3", False, id="a numeral is a count"),
        pytest.param("5%", "5", True, id="a percent"),
        pytest.param("5 %", "5", True, id="a percent with one space"),
        pytest.param(" 2.5% ", "2.5", True, id="a fraction of a percent, spaces around"),
        pytest.param("100%", "100", True, id="all rows"),
    ],
)
def test_a_limit_is_a_count_or_a_percent(given_value: object, amount: str, percent: bool) -> None:
    assert read_limit(given_value) == Limit(Decimal(amount), percent=percent)


@pytest.mark.parametrize("refused", ["5 %%", "%", "5%%", "-1", -1, 0.05, True, None, "101%", "five", "", [], "1e3", "5  %"])
def test_anything_else_is_no_limit(refused: object) -> None:
    assert read_limit(refused) is None


@pytest.mark.parametrize(
    ("limit", "violations", "rows", "exceeded"),
    [
        pytest.param("5%", 1261, 24951, True, id="5.05 % is above 5 %"),
        pytest.param("5%", 5, 100, False, id="exactly at the limit is accepted"),
        pytest.param("5%", 6, 100, True, id="one row above"),
        pytest.param("33.3%", 333, 1000, False, id="a decimal percent is exact"),
        pytest.param(0, 1, 10, True, id="no violation allowed"),
        pytest.param(3, 3, 10, False, id="a count at the limit"),
        pytest.param("5%", 0, 0, False, id="no rows is no division by zero"),
    ],
)
def test_a_limit_is_exceeded_only_above_it(limit: object, violations: int, rows: int, exceeded: bool) -> None:
    read = read_limit(limit)
    assert read is not None
    assert read.exceeded(violations, rows) is exceeded


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.decimals(0, 100, places=3))
def test_raising_a_percent_never_makes_it_worse(violations: int, rows: int, percent: Decimal) -> None:
    strict, lax = Limit(percent, percent=True), Limit(min(percent + 1, Decimal(100)), percent=True)
    assert strict.exceeded(violations, rows) or not lax.exceeded(violations, rows)


@pytest.mark.parametrize(
    ("bounds", "value", "admitted"),
    [
        pytest.param(Bounds(at_least=1), 1, True, id="both ends belong to the range"),
        pytest.param(Bounds(at_most=1), Decimal("1.0"), True, id="a Decimal against a whole number"),
        pytest.param(Bounds(at_most=0.1), Decimal("0.1"), True, id="a Decimal against a float as people mean it"),
        pytest.param(Bounds(at_least=1), float("nan"), False, id="not-a-number lies nowhere"),
        pytest.param(Bounds(at_most=1), float("nan"), False, id="not-a-number lies nowhere, from above"),
        pytest.param(Bounds(at_least=date(2013, 1, 1)), "2013-01-01 05:00:00", True, id="text of SQLite against a date"),
        pytest.param(Bounds(at_most="2013-06-01"), date(2013, 7, 1), False, id="a date against ISO text"),
        pytest.param(Bounds(at_least="a", at_most="m"), "k", True, id="text against text"),
        pytest.param(Bounds(at_least="3"), 4, True, id="a numeral against a number"),
    ],
)
def test_bounds(bounds: Bounds, value: Scalar, admitted: bool) -> None:
    assert bounds.admits(value) is admitted


@pytest.mark.parametrize(("low", "high"), [(1, "word"), ("word", 1), (date(2013, 1, 1), 5), (datetime(2013, 1, 1, tzinfo=UTC), "word")])
def test_unlike_values_have_no_order(low: Scalar, high: Scalar) -> None:
    with pytest.raises(Incomparable):
        is_ordered(low, high)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90m", 5400), ("1d", 86400), ("2 w", 1209600), ("1.5h", 5400), ("30s", 30), (timedelta(hours=2), 7200)]
)
def test_durations(text: object, seconds: int) -> None:
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("refused", ["", "1", "d", "-1d", "0s", "1 month", 60, None, timedelta(0)])
def test_no_durations(refused: object) -> None:
    assert read_duration(refused) is None


def test_instants_are_utc_and_naive_ones_are_taken_for_it() -> None:
    expected = datetime(2013, 1, 1, 5, tzinfo=UTC)
    assert to_instant("2013-01-01T05:00:00Z") == to_instant("2013-01-01 05:00:00") == to_instant("2013-01-01T06:00:00+01:00") == expected
    assert to_instant("yesterday") is None
    assert format_duration(timedelta(days=1, hours=3, minutes=5)) == "1 d 3 h"
