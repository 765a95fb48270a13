"""Series: stretches count like the slices that they replace, and windows of the calendar begin where a zone's days do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.slo.objective import Budgeting, EventCount, Missing, Objective, count_events
from airflow_dre.slo.series import Series, Stretch, series_of_events, series_of_states
from airflow_dre.slo.window import Window, from_minute, minute_after, to_minute
from airflow_dre.values.calendar import Unit

T = datetime(2026, 3, 1, tzinfo=UTC)
COUNTS = st.integers(0, 3).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
OBJECTIVES = st.builds(
    Objective,
    target=st.just(Fraction(9, 10)),
    budgeting=st.sampled_from(Budgeting),
    slice_target=st.sampled_from([None, Fraction(1, 2)]),
    missing=st.sampled_from(Missing),
)


def number(objective: Objective, series: Series, last: int, present: int) -> tuple[float, int]:
    """Return the events of the first slices."""
    good, total = series.count(objective, (0, last), present)
    return float(good), total


@given(st.lists(COUNTS, max_size=12), OBJECTIVES, st.integers(0, 12), st.integers(0, 12))
def test_a_series_counts_as_its_slices_do(slices: list[tuple[int, int]], objective: Objective, first: int, last: int) -> None:
    stretches: list[Stretch] = []
    for index, (good, total) in enumerate(slices):
        before = stretches[-1] if stretches else None
        if before is not None and (before.first + before.slices, before.good, before.total) == (index, good, total):
            stretches[-1] = Stretch(before.first, before.slices + 1, good, total)
        elif total:
            stretches.append(Stretch(index, 1, good, total))
    series = Series(width=1, stretches=stretches, since=0)
    span = slices[first:last]
    assert tuple(series.count(objective, (first, last), len(slices))) == tuple(
        count_events(objective, [EventCount(*pair) for pair in span])
    )


def test_a_slice_that_is_not_over_is_not_missing_yet() -> None:
    objective = Objective(target=Fraction(1, 2), missing=Missing.BAD)
    series = series_of_events([(0, 1, 1)], 10)
    assert [number(objective, series, 3, present) for present in (1, 2, 3)] == [(1.0, 1), (1.0, 2), (1.0, 3)]


def test_nothing_is_missing_before_the_history_begins() -> None:
    objective = Objective(target=Fraction(1, 2), missing=Missing.BAD)
    assert number(objective, series_of_events([(50, 1, 1)], 10), 7, 7) == (1.0, 2)
    assert number(objective, series_of_events([(50, 1, 1)], 10, from_minute(30)), 7, 7) == (1.0, 4)
    assert number(objective, series_of_events([], 10, from_minute(30)), 7, 7) == (0.0, 4)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50), st.booleans()), max_size=6), st.sampled_from([1, 7, 15]))
def test_a_slice_is_good_if_it_was_never_bad(states: list[tuple[int, int, bool]], width: int) -> None:
    given_states = [(from_minute(start), from_minute(start + length), good) for start, length, good in states]
    series = series_of_states(given_states, width)
    found = {stretch.first + step: bool(stretch.good) for stretch in series.stretches for step in range(stretch.slices)}
    expected: dict[int, bool] = {}
    for start, length, good in states:
        for minute in range(start, start + length):
            expected[minute // width] = expected.get(minute // width, True) and good
    assert found == expected


def test_a_moment_within_a_minute_is_enough_to_be_bad() -> None:
    bad = (T + timedelta(seconds=30), T + timedelta(seconds=31), False)
    series = series_of_states([(T, T + timedelta(minutes=3), True), bad], 1)
    assert [(stretch.slices, stretch.good) for stretch in series.stretches] == [(1, 0), (2, 1)]
    assert (minute_after(T), minute_after(T + timedelta(seconds=1))) == (to_minute(T), to_minute(T) + 1)


@pytest.mark.parametrize(
    ("unit", "zone", "at", "start", "hours"),
    [
        (Unit.DAY, "Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (Unit.DAY, "Europe/Berlin", datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        (Unit.WEEK, "UTC", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 2, 23, tzinfo=UTC), 168),
        (Unit.MONTH, "UTC", datetime(2024, 2, 29, 23, 59, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC), 29 * 24),
        (Unit.MONTH, "Asia/Tokyo", datetime(2026, 3, 31, 15, tzinfo=UTC), datetime(2026, 3, 31, 15, tzinfo=UTC), 30 * 24),
        (Unit.QUARTER, "UTC", datetime(2026, 12, 31, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC), 92 * 24),
        (Unit.YEAR, "UTC", datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), 366 * 24),
    ],
)
def test_a_calendar_window_is_that_of_its_zone(unit: Unit, zone: str, at: datetime, start: datetime, hours: int) -> None:
    assert Window(unit=unit, time_zone=zone).bounds(at) == (start, start + timedelta(hours=hours))
    assert Window(unit=unit, time_zone=zone).length(at) == timedelta(hours=hours)


def test_the_usual_pause_is_the_median() -> None:
    day = 24 * 60
    assert series_of_events([(day * n, 1, 1) for n in (0, 1, 2, 9, 10)], 1).usual_pause == day
    assert series_of_events([(0, 1, 1), (9, 1, 1)], 1).usual_pause is None
