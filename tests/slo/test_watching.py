"""Stories of promises: what each look finds, the calls that follow, and the history that stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow_dre.slo.arguments import read_promise
from airflow_dre.slo.calendars import MarketDays
from airflow_dre.slo.history import Interval, State, attainment, join
from airflow_dre.slo.observation import Observation
from airflow_dre.slo.promise import FreshnessPromise, due_moments
from airflow_dre.slo.watching import Memory, begin, declare_again, look
from airflow_dre.values.calendar import Unit
from tests.slo.promises import BERLIN, state_at

GAP = timedelta(minutes=5)
DAILY = {"due": "08:00", "time_zone": "UTC"}


def at(text: str) -> datetime:
    """Return a moment of the last week of November 2026, whose 23rd is a Monday, for example ``23 08:00``."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=UTC)


class Watch:
    """A promise that was made on Monday 23 November at midnight, and its watch by a look each minute."""

    def __init__(self, **given: Any) -> None:
        self.promise: FreshnessPromise = read_promise("FreshnessSLA", given)
        self.memory: Memory = begin(at("23 00:00"))
        self.intervals: tuple[Interval, ...] = ()
        self.calls: list[str] = []

    def looks(self, until: str, newest: str | None = None, *, unknown: str | None = None, step: int = 1) -> Watch:
        """Look each minute until a moment. ``newest`` is there from now on."""
        found = Observation(newest=None if newest is None else at(newest), unknown=unknown)
        moment = self.memory.at
        while moment < at(until):
            moment = min(moment + timedelta(minutes=step), at(until))
            self._keep(found, moment)
        return self

    def sleeps(self, until: str, newest: str | None = None) -> Watch:
        """Look again after a stretch without a look."""
        self._keep(Observation(newest=None if newest is None else at(newest)), at(until))
        return self

    def _keep(self, found: Observation, moment: datetime) -> None:
        looked = look(self.promise, self.memory, found, moment, gap=GAP)
        self.memory = looked.memory
        self.intervals = join([*self.intervals, *looked.intervals])
        self.calls += [
            f"{call.kind} {call.due:%d %H:%M} at {call.at:%d %H:%M}{' late' if call.late else ''} seen {moment:%d %H:%M}"
            for call in looked.calls
        ]

    def history(self) -> list[str]:
        return [f"{interval.state} {interval.start:%d %H:%M}" for interval in self.intervals]


def test_a_table_that_is_there_in_time_calls_nobody() -> None:
    watch = Watch(**DAILY, warn_before="30m").looks("23 07:00").looks("23 12:00", "23 06:59")
    assert watch.calls == []
    assert watch.history() == ["met 23 00:00"]


def test_a_late_table_warns_misses_and_recovers_once_each() -> None:
    watch = Watch(**DAILY, warn_before="30m", grace="10m").looks("23 09:00", "22 23:59").looks("23 10:00", "23 08:59")
    assert watch.calls == [
        "warn 23 08:00 at 23 07:30 seen 23 07:30",
        "miss 23 08:00 at 23 08:10 seen 23 08:10",
        "recover 23 08:00 at 23 09:01 seen 23 09:01",
    ]
    assert watch.history() == ["met 23 00:00", "warned 23 07:30", "missed 23 08:10", "met 23 09:01"]


def test_a_table_that_comes_during_the_grace_is_not_missed() -> None:
    watch = Watch(**DAILY, grace="10m").looks("23 08:09", "22 23:59").looks("24 07:00", "23 08:09")
    assert (watch.calls, watch.history()) == ([], ["met 23 00:00"])


def test_a_miss_that_lasts_for_days_is_one_miss() -> None:
    watch = Watch(**DAILY).looks("25 09:00", step=5).looks("25 10:00", "25 08:30")
    assert watch.calls == ["miss 23 08:00 at 23 08:00 seen 23 08:00", "recover 23 08:00 at 25 09:01 seen 25 09:01"]


def test_yesterdays_table_does_not_end_a_miss_that_is_due_again() -> None:
    watch = Watch(**DAILY).looks("24 08:30", step=5).looks("24 09:00", "23 12:00").looks("24 09:30", "24 09:00")
    assert watch.calls == ["miss 23 08:00 at 23 08:00 seen 23 08:00", "recover 23 08:00 at 24 09:01 seen 24 09:01"]


def test_yesterdays_table_ends_a_miss_before_it_is_due_again() -> None:
    watch = Watch(**DAILY).looks("23 20:00", step=5).looks("24 09:00", "23 19:00", step=5)
    assert watch.calls == [
        "miss 23 08:00 at 23 08:00 seen 23 08:00",
        "recover 23 08:00 at 23 20:05 seen 23 20:05",
        "miss 24 08:00 at 24 08:00 seen 24 08:00",
    ]


def test_a_miss_repeats_only_if_asked() -> None:
    watch = Watch(**DAILY, repeat_every="2h").looks("23 13:00").looks("23 14:00", "23 12:30")
    assert watch.calls == [
        "miss 23 08:00 at 23 08:00 seen 23 08:00",
        "repeat 23 08:00 at 23 10:00 seen 23 10:00",
        "repeat 23 08:00 at 23 12:00 seen 23 12:00",
        "recover 23 08:00 at 23 13:01 seen 23 13:01",
    ]


def test_a_monitor_that_slept_tells_a_miss_once_and_marks_it_late() -> None:
    watch = Watch(**DAILY, repeat_every="30m").looks("23 07:50", "22 23:59").sleeps("23 10:10", "22 23:59").looks("23 10:20", "22 23:59")
    assert watch.calls == [
        "miss 23 08:00 at 23 08:00 late seen 23 10:10",
        "repeat 23 08:00 at 23 10:00 late seen 23 10:10",
    ]
    assert watch.history() == ["met 23 00:00", "not_watched 23 07:50", "missed 23 08:00"]


def test_a_sleep_over_a_due_moment_that_was_kept_is_not_watched() -> None:
    watch = Watch(**DAILY).looks("23 07:50", "22 23:59").sleeps("23 09:00", "23 08:30").looks("23 09:10", "23 08:30")
    assert watch.calls == []
    assert watch.history() == ["met 23 00:00", "not_watched 23 07:50", "met 23 09:00"]


def test_a_warehouse_that_does_not_answer_makes_the_state_unknown_and_no_miss() -> None:
    watch = Watch(**DAILY).looks("23 07:50", "22 23:59").looks("23 08:30", unknown="connection refused")
    assert (watch.calls, watch.memory.unknown_looks, watch.memory.unknown) == ([], 40, "connection refused")
    watch.looks("23 09:00", "23 08:10")
    assert (watch.calls, watch.memory.unknown_looks) == ([], 0)
    assert watch.history() == ["met 23 00:00", "unknown 23 07:50", "met 23 08:30"]


def test_a_miss_that_an_unknown_stretch_hid_is_told_with_its_due_moment() -> None:
    watch = Watch(**DAILY).looks("23 07:50", "22 23:59").looks("23 08:30", unknown="connection refused").looks("23 08:35", "22 23:59")
    assert watch.calls == ["miss 23 08:00 at 23 08:00 late seen 23 08:31"]
    assert watch.history() == ["met 23 00:00", "unknown 23 07:50", "missed 23 08:30"]


def test_a_miss_lasts_while_the_warehouse_does_not_answer() -> None:
    watch = Watch(**DAILY).looks("23 08:10", "22 23:59").looks("23 08:30", unknown="connection refused").looks("23 08:40", "23 08:20")
    assert watch.calls == ["miss 23 08:00 at 23 08:00 seen 23 08:00", "recover 23 08:00 at 23 08:31 seen 23 08:31"]


def test_rows_that_vanish_after_the_due_moment_break_no_promise() -> None:
    watch = Watch(**DAILY).looks("23 09:00", "23 07:00").looks("24 07:00", "22 23:59", step=5)
    assert watch.calls == []


def test_rows_that_vanish_make_an_age_too_high_from_that_look_on() -> None:
    watch = Watch(max_age="2h").looks("23 03:00", "23 02:00").looks("23 03:10", "22 12:00")
    assert watch.calls == ["miss 22 14:00 at 23 03:01 seen 23 03:01"]
    assert watch.history() == ["met 23 00:00", "missed 23 03:00"]


def test_an_age_is_missed_after_its_limit_and_not_at_it() -> None:
    watch = Watch(max_age="2h").looks("23 02:00", "23 00:00")
    assert watch.memory.state is State.MET
    assert watch.looks("23 02:01", "23 00:00").calls == ["miss 23 02:00 at 23 02:00 seen 23 02:01"]


def test_an_empty_table_is_missed_its_age_after_the_promise_was_made() -> None:
    assert Watch(max_age="2h").looks("23 03:00").calls == ["miss 23 02:00 at 23 02:00 seen 23 02:01"]


def test_a_weekend_does_not_age_a_table_of_weekdays() -> None:
    watch = Watch(max_age="6h", days="weekdays", grace="1h", warn_before="1h").looks("27 20:00", "27 20:00", step=5)
    watch.looks("30 04:30", "27 20:00", step=5)
    assert watch.calls == [
        "warn 30 02:00 at 30 01:00 seen 30 01:00",
        "miss 30 02:00 at 30 03:00 seen 30 03:05",
    ]
    assert watch.history() == ["met 23 00:00", "not_watched 28 00:00", "met 30 00:00", "warned 30 01:00", "missed 30 03:00"]


def test_a_miss_of_friday_lasts_over_the_weekend_without_repeats() -> None:
    watch = Watch(**DAILY, days="weekdays", repeat_every="12h").looks("26 12:00", "26 07:00", step=5).looks("30 09:00", "26 07:00", step=5)
    assert watch.calls == [
        "miss 27 08:00 at 27 08:00 seen 27 08:00",
        "repeat 27 08:00 at 27 20:00 seen 27 20:00",
        "repeat 27 08:00 at 30 08:00 seen 30 08:00",
    ]
    assert watch.history()[-1] == "missed 27 08:00"


def test_with_a_due_moment_the_age_is_that_at_the_moment() -> None:
    watch = Watch(**DAILY, max_age="9h").looks("23 12:00", "22 23:00")
    assert watch.calls == []
    assert Watch(**DAILY, max_age="9h").looks("23 12:00", "22 22:59").calls == ["miss 23 08:00 at 23 08:00 seen 23 08:00"]


def test_the_second_due_moment_of_a_day_needs_something_newer_than_the_first() -> None:
    watch = Watch(due=["08:00", "20:00"]).looks("23 21:00", "23 07:00", step=5)
    assert watch.calls == ["miss 23 20:00 at 23 20:00 seen 23 20:00"]


def test_each_day_is_due_three_hours_after_its_end() -> None:
    watch = (
        Watch(due="3h after day")
        .looks("24 02:00", "22 10:00", step=5)
        .looks("24 04:00", "23 00:00", step=5)
        .looks("25 04:00", "23 23:59", step=5)
    )
    assert watch.calls == ["miss 25 03:00 at 25 03:00 seen 25 03:00"]


def test_a_promise_that_is_changed_forgets_its_miss_and_earlier_due_moments() -> None:
    watch = Watch(**DAILY).looks("23 09:00", "22 23:00")
    watch.promise = read_promise("FreshnessSLA", {"due": "07:00"})
    watch.memory = declare_again(watch.memory, at("23 09:00"))
    assert watch.looks("24 07:00", "22 23:00", step=5).calls[1:] == ["miss 24 07:00 at 24 07:00 seen 24 07:00"]


def test_a_market_without_a_record_of_a_year_makes_the_state_unknown() -> None:
    watch = Watch(max_age="1h")
    watch.promise = FreshnessPromise(max_age=timedelta(hours=1), days=MarketDays("XSHG"))
    looked = look(watch.promise, begin(datetime(2090, 1, 1, tzinfo=UTC)), Observation(), datetime(2090, 1, 2, tzinfo=UTC), gap=GAP)
    assert looked.memory.state is State.UNKNOWN
    assert "market_days:XSHG ends with the year" in (looked.memory.unknown or "")


def test_due_moments_to_come_skip_days_that_do_not_count() -> None:
    promise = read_promise("FreshnessSLA", {"due": "08:00", "days": "weekdays", "time_zone": "Europe/Berlin"})
    found = due_moments(promise, at("26 08:00"))
    assert [next(found).astimezone(BERLIN).isoformat() for _ in range(2)] == ["2026-11-27T08:00:00+01:00", "2026-11-30T08:00:00+01:00"]


def spans(*texts: str) -> tuple[Interval, ...]:
    """Return intervals, each written as its state, start and end."""
    parts: Iterable[list[str]] = (text.split(" ", 1) for text in texts)
    return tuple(Interval(at(times.split(" - ")[0]), at(times.split(" - ")[1]), State(state)) for state, times in parts)


def test_attainment_counts_by_days_weeks_and_months_of_a_zone() -> None:
    intervals = spans(
        "met 23 00:00 - 24 12:00", "missed 24 12:00 - 24 18:00", "not_watched 24 18:00 - 25 00:00", "warned 25 00:00 - 25 12:00"
    )
    days = attainment(intervals, Unit.DAY, BERLIN)
    assert [(str(day.first), day.kept, day.missed, day.share) for day in days] == [
        ("2026-11-23", timedelta(hours=23), timedelta(0), 1.0),
        ("2026-11-24", timedelta(hours=13), timedelta(hours=6), 13 / 19),
        ("2026-11-25", timedelta(hours=12), timedelta(0), 1.0),
    ]
    (week,) = attainment(intervals, Unit.WEEK, BERLIN)
    (month,) = attainment(intervals, Unit.MONTH, BERLIN)
    assert (str(week.first), str(month.first)) == ("2026-11-23", "2026-11-01")
    assert week.share == month.share == 48 / 54
    assert week.not_watched == timedelta(hours=6)
    assert attainment(spans("unknown 23 00:00 - 24 00:00"), Unit.WEEK, BERLIN)[0].share is None


def test_a_day_with_a_change_of_the_clocks_has_25_hours() -> None:
    year = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), State.MET)
    lengths = {day.met for day in attainment([year], Unit.DAY, BERLIN)[1:-1]}
    assert lengths == {timedelta(hours=hours) for hours in (23, 24, 25)}


def test_the_state_outside_of_the_history_is_not_known() -> None:
    assert state_at(spans("met 23 00:00 - 24 00:00"), at("24 00:00")) is None
