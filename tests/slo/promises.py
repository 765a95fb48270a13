"""Promises, moments and looks that tests of their laws draw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from airflow_dre.slo.calendars import Days, Weekdays
from airflow_dre.slo.history import Interval, State
from airflow_dre.slo.promise import FreshnessPromise
from airflow_dre.slo.schedule import AfterPeriod, Cron, Due, TimesOfDay
from airflow_dre.values.calendar import Unit

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
ZONES = [ZoneInfo("UTC"), BERLIN, NEW_YORK, LORD_HOWE]
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin skips an hour
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin repeats one
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York skips an hour
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York repeats one
    datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe repeats half an hour
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe skips half an hour
    datetime(2028, 2, 29, 0, tzinfo=UTC),
    datetime(2026, 7, 31, 22, tzinfo=UTC),
]

WEEKDAYS = Weekdays(frozenset(range(5)))


def minutes(first: int, last: int) -> st.SearchStrategy[timedelta]:
    return st.integers(first, last).map(lambda number: timedelta(minutes=number))


def moments(around: datetime, hours: int) -> st.SearchStrategy[datetime]:
    """Draw moments at full seconds, at most so many hours away from one."""
    return st.integers(-hours * 3600, hours * 3600).map(lambda seconds: around + timedelta(seconds=seconds))


def dues() -> st.SearchStrategy[Due]:
    times = st.lists(st.times().map(lambda each: each.replace(microsecond=0)), min_size=1, max_size=3, unique=True)
    return st.one_of(
        times.map(lambda each: TimesOfDay(tuple(sorted(each)))),
        st.sampled_from(["*/20 * * * *", "30 2 * * *", "0 8 * * 1-5", "15 1,2,3 1 * 0"]).map(Cron),
        st.tuples(minutes(0, 300), st.sampled_from([Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH])).map(lambda made: AfterPeriod(*made)),
    )


def promises() -> st.SearchStrategy[FreshnessPromise]:
    """Draw promises of every kind, whose times lie within hours."""
    days: list[Days | None] = [None, WEEKDAYS, Weekdays(frozenset({6}))]
    common = {
        "days": st.sampled_from(days),
        "zone": st.sampled_from(ZONES),
        "grace": st.just(timedelta(0)) | minutes(0, 90),
        "repeat_every": st.none() | minutes(1, 120),
    }
    aged = st.builds(FreshnessPromise, max_age=minutes(10, 600), warn_before=st.none() | minutes(1, 10), **common)
    due = st.builds(FreshnessPromise, due=dues(), max_age=st.none() | minutes(10, 1500), warn_before=st.none() | minutes(1, 120), **common)
    return aged | due


def times_of(*texts: str) -> TimesOfDay:
    return TimesOfDay(tuple(time.fromisoformat(text) for text in texts))


def state_at(intervals: Sequence[Interval], at: datetime) -> State | None:
    """Return the state at a moment, or None where no interval holds it."""
    return next((interval.state for interval in intervals if interval.start <= at < interval.end), None)
