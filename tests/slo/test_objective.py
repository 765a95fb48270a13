"""Events, slices of time and slices without events, as each budgeting method counts them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.slo.budget import Budget, allowed_slices, budget_of, slices_until_spent, time_to_exhaust
from airflow_dre.slo.objective import Budgeting, EventCount, Missing, Objective, count_events
from airflow_dre.values.instants import read_duration

TARGET = Fraction(9, 10)
SLICES = [EventCount(10, 10), EventCount(0, 0), EventCount(9, 10), EventCount(0, 1)]


@pytest.mark.parametrize(
    ("budgeting", "missing", "counted"),
    [
        (Budgeting.OCCURRENCES, Missing.IGNORE, (19, 21)),
        (Budgeting.OCCURRENCES, Missing.BAD, (19, 22)),
        (Budgeting.OCCURRENCES, Missing.GOOD, (20, 22)),
        (Budgeting.TIMESLICES, Missing.IGNORE, (2, 3)),
        (Budgeting.TIMESLICES, Missing.BAD, (2, 4)),
        (Budgeting.TIMESLICES, Missing.GOOD, (3, 4)),
        (Budgeting.RATIO_TIMESLICES, Missing.IGNORE, (Fraction(19, 10), 3)),
        (Budgeting.RATIO_TIMESLICES, Missing.BAD, (Fraction(19, 10), 4)),
        (Budgeting.RATIO_TIMESLICES, Missing.GOOD, (Fraction(29, 10), 4)),
    ],
)
def test_events_are_counted_as_the_method_says(budgeting: Budgeting, missing: Missing, counted: tuple[Fraction | int, int]) -> None:
    objective = Objective(target=TARGET, budgeting=budgeting, missing=missing, slice_target=TARGET)
    assert count_events(objective, SLICES) == counted


def test_a_slice_without_a_target_of_its_own_must_be_good_as_a_whole() -> None:
    objective = Objective(target=TARGET, budgeting=Budgeting.TIMESLICES)
    assert count_events(objective, SLICES) == (Fraction(1), 3)


@pytest.mark.parametrize(
    ("good", "remaining", "mark"),
    [
        (1000, 1, None),
        (951, Fraction(51, 100), None),
        (950, Fraction(1, 2), Fraction(1, 2)),
        (926, Fraction(26, 100), Fraction(1, 2)),
        (925, Fraction(1, 4), Fraction(1, 4)),
        (901, Fraction(1, 100), Fraction(1, 4)),
        (900, 0, 0),
        (800, -1, 0),
    ],
)
def test_a_mark_is_reached_when_no_more_than_it_is_left(good: int, remaining: Fraction, mark: Fraction | None) -> None:
    found = budget_of(Objective(target=TARGET), [EventCount(good, 1000)])
    assert (found.remaining, found.mark) == (remaining, mark)


def test_without_events_nothing_is_attained_and_nothing_spent() -> None:
    assert budget_of(Objective(target=TARGET), []) == Budget(attained=None, burned=Fraction(0))
    assert budget_of(Objective(target=TARGET), [EventCount(0, 0)]).remaining == 1


@pytest.mark.parametrize(
    ("usual", "present", "slices"),
    [
        (Fraction(0), Fraction(1), 10),
        (Fraction(0), Fraction(1, 2), 20),
        (Fraction(1, 20), Fraction(1), Fraction(100, 19)),
        (Fraction(1, 10), Fraction(1), 0),
        (Fraction(1, 2), Fraction(1), 0),
        (Fraction(0), Fraction(1, 10), 100),
        (Fraction(0), Fraction(1, 11), None),
        (Fraction(1, 20), Fraction(1, 20), None),
    ],
)
def test_a_budget_lasts_until_its_slices_are_bad(usual: Fraction, present: Fraction, slices: Fraction | None) -> None:
    assert slices_until_spent(Objective(target=TARGET), 100, usual, present) == slices


@pytest.mark.parametrize(("rate", "lasts"), [("1", "30d"), ("2", "15d"), ("10", "3d"), ("14.4", "50h"), ("1000", "2592s"), ("0", None)])
def test_a_full_budget_lasts_as_in_the_workbook(rate: str, lasts: str | None) -> None:
    window = read_duration("30d")
    assert window is not None
    assert time_to_exhaust(window, Fraction(rate)) == (None if lasts is None else read_duration(lasts))


counts = st.integers(0, 20).flatmap(lambda total: st.builds(EventCount, st.integers(0, total), st.just(total)))
objectives = st.builds(
    Objective,
    target=st.fractions(Fraction(1, 100), Fraction(99, 100)),
    budgeting=st.sampled_from(Budgeting),
    slice_target=st.fractions(Fraction(1, 100), Fraction(1)),
    missing=st.sampled_from(Missing),
)


@given(objective=objectives, slices=st.lists(counts), others=st.lists(counts))
def test_counting_parts_and_the_whole_agree(objective: Objective, slices: list[EventCount], others: list[EventCount]) -> None:
    one, other, whole = (count_events(objective, found) for found in (slices, others, slices + others))
    assert (one[0] + other[0], one[1] + other[1]) == whole


@given(objective=objectives, slices=st.lists(counts, min_size=1))
def test_a_budget_is_spent_where_the_target_is_missed(objective: Objective, slices: list[EventCount]) -> None:
    found = budget_of(objective, slices)
    if found.attained is None:
        assert found.burned == 0
    else:
        assert 0 <= found.attained <= 1
        assert (found.attained < objective.target) == (found.burned > 1) == (found.remaining < 0)
        assert found.burned * allowed_slices(objective, len(slices)) == (1 - found.attained) * len(slices)
