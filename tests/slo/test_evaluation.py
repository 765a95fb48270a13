"""Objectives at a moment: budgets, alerts sized for rare events, composites, and a history that is shorter than the window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from airflow_dre.slo import SLO, fresh_slices, rows_passed, runs_passed, weighted, worst_of
from airflow_dre.slo.evaluation import SloEvaluation, Unmeasurable, evaluate_slo, source_of
from airflow_dre.slo.series import Series, series_of_events, series_of_states
from airflow_dre.slo.window import from_minute, to_minute

T = datetime(2026, 6, 30, 12, tzinfo=UTC)
NOW = to_minute(T)
DAY = 24 * 60
RUNS = runs_passed("flights")


def events(pause: int, days: int, bad: set[int] | None = None) -> Series:
    """Return one event each ``pause`` minutes up to now. ``bad`` counts back from the newest, which is 0."""
    count = days * DAY // pause
    return series_of_events([(NOW - pause * back, int(back not in (bad or set())), 1) for back in reversed(range(count))], 1)


def look(series: Series, **arguments: Any) -> SloEvaluation:
    """Evaluate one objective now."""
    found = SLO("a", **{"sli": RUNS, "target": "99%", **arguments}).definition
    return evaluate_slo(found, source_of(found, {}, {"a": series}), T)


def test_one_bad_daily_run_spends_more_than_the_budget_of_99_percent() -> None:
    found = look(events(DAY, 30, {5}))
    assert (found.attained, found.events) == (Fraction(29, 30), 30)
    assert round(float(found.burned) * 100, 1) == 333.3
    assert look(events(DAY, 30, {5}), target="95%").burned == Fraction(2, 3)


def test_a_daily_check_has_windows_of_days() -> None:
    found = look(events(DAY, 30), every="1d", min_events=3)
    assert [(state.alert.short, state.alert.long) for state in found.burns][:2] == [(timedelta(days=1), timedelta(days=3))] * 2
    assert all(state.enough for state in found.burns)
    assert [state.alert.long for state in look(events(DAY, 30)).burns] == [state.alert.long for state in found.burns], "read off the events"


def test_too_few_events_leave_it_to_the_budget() -> None:
    found = look(events(DAY, 30, {0}), target="90%")
    assert not any(state.enough for state in found.burns)
    assert [alert.name for alert in found.due] == []
    assert [alert.name for alert in look(events(DAY, 30, {0, 1}), target="90%").due] == ["budget_50"]
    assert [alert.name for alert in look(events(DAY, 30, {0, 1, 9}), target="90%").due] == ["budget_0"]


def test_a_fast_burn_pages_and_the_budget_marks_stay_silent() -> None:
    found = look(events(1, 30, set(range(20))), target="99.9%")
    assert [alert.name for alert in found.due] == ["page_fast", "page_slow", "ticket_fast", "ticket_slow"]
    assert [alert.name for alert in look(events(1, 30, set(range(30))), target="99.9%", alerts="budget").due] == ["budget_50"]


def test_no_events_leave_the_budget_whole() -> None:
    found = look(Series(width=1, stretches=()))
    assert (found.attained, found.remaining, found.due, found.since, found.covered) == (None, Fraction(1), (), None, False)


def test_a_window_longer_than_the_history_is_stated() -> None:
    assert not look(events(60, 3)).covered
    assert look(events(60, 3)).since == T - timedelta(hours=71)
    assert look(events(60, 31)).covered


def test_the_rate_of_late_shows_when_the_budget_is_spent() -> None:
    found = look(events(60, 30, {0, 12}), target="95%")
    assert found.rate == Fraction(2, 24) / Fraction(1, 20)
    assert found.spent_in is not None
    assert round(found.spent_in / timedelta(days=1), 2) == round(30 / (5 / 3) * float(found.remaining), 2)


def states(*bad: tuple[int, int], days: int = 30, width: int = 15) -> Series:
    """Return a promise that was kept, except between hours counted back from now."""
    hour = timedelta(hours=1)
    known = [(T - timedelta(days=days), T, True), *((T - hour * start, T - hour * end, False) for start, end in bad)]
    return series_of_states(known, width)


def test_slices_of_freshness_are_bad_while_it_was_missed() -> None:
    found = look(states((10, 7)), sli=fresh_slices("a"))
    assert (found.events, found.events - found.good) == (30 * 96 - 1, Fraction(12)), "the present slice has just begun"


def test_a_calendar_window_has_the_budget_of_the_whole_month() -> None:
    found = look(states((10, 7), days=40), sli=fresh_slices("a"), window="month")
    slices = 30 * 96
    assert found.burned == Fraction(12, 1) / (slices * Fraction(1, 100))
    assert found.events == 29 * 96 + 48
    assert found.end == datetime(2026, 7, 1, tzinfo=UTC)


def test_an_sla_that_was_not_watched_is_missing() -> None:
    series = series_of_states([(T - timedelta(days=2), T - timedelta(days=1), True)], 15)
    assert look(series, sli=fresh_slices("a")).attained == Fraction(1, 2)
    assert look(series, sli=fresh_slices("a"), missing="ignore").attained == 1
    assert look(series, sli=fresh_slices("a"), missing="good").attained == 1


def two(bad_a: int, bad_b: int) -> dict[str, Series]:
    """Return the events of two objectives, 1000 each, of which some are bad."""
    return {
        name: series_of_events([(NOW - 999 + place, int(place >= bad), 1) for place in range(1000)], 1)
        for name, bad in (("a", bad_a), ("b", bad_b))
    }


@pytest.mark.parametrize(
    ("sli", "target", "attained", "burned"),
    [
        (worst_of("a", "b"), None, Fraction(980, 1000), Fraction(2)),
        (weighted({"a": 3, "b": 1}), "99%", Fraction(3 * 995 + 980, 4000), Fraction(35, 40)),
    ],
)
def test_a_composite(sli: Any, target: str | None, attained: Fraction, burned: Fraction) -> None:
    members = [SLO(name, sli=rows_passed(name), target="99%").definition for name in ("a", "b")]
    whole = SLO("c", sli=sli, target=target).definition
    known = {found.name: found for found in (*members, whole)}
    found = evaluate_slo(whole, source_of(whole, known, two(5, 20)), T)
    assert (found.attained, found.burned) == (attained, burned)


def test_the_worst_component_is_that_with_the_least_budget() -> None:
    a = SLO("a", sli=rows_passed("a"), target="99.9%").definition
    b = SLO("b", sli=rows_passed("b"), target="90%").definition
    whole = SLO("c", sli=worst_of("a", "b")).definition
    known = {found.name: found for found in (a, b, whole)}
    found = evaluate_slo(whole, source_of(whole, known, two(5, 20)), T)
    assert (found.attained, found.burned) == (Fraction(995, 1000), Fraction(5))


def test_a_component_without_events_counts_for_nothing() -> None:
    members = [SLO(name, sli=rows_passed(name), target="99%").definition for name in ("a", "b")]
    whole = SLO("c", sli=weighted({"a": 3, "b": 1}), target="99%").definition
    known = {found.name: found for found in (*members, whole)}
    assert evaluate_slo(whole, source_of(whole, known, {"a": two(5, 0)["a"]}), T).attained == Fraction(995, 1000)


@pytest.mark.parametrize(("names", "reason"), [(("x", "y"), "no SLO is named y"), (("c", "x"), "SLO c is made of itself: c of c")])
def test_a_composite_that_cannot_be_measured_states_the_reason(names: tuple[str, str], reason: str) -> None:
    x = SLO("x", sli=rows_passed("x"), target="99%").definition
    whole = SLO("c", sli=worst_of(*names)).definition
    with pytest.raises(Unmeasurable, match=reason):
        source_of(whole, {"x": x, "c": whole}, {})


def test_an_event_counts_in_the_minute_of_the_look() -> None:
    found = look(series_of_events([(NOW - 30 * DAY, 0, 1), (NOW, 1, 1)], 1))
    assert (found.good, found.events) == (Fraction(1), 1), "the window of 30 days ends with this minute"
    assert from_minute(NOW) == T
