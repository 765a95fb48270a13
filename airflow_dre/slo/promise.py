"""Promises about the newest value of a table or the newest event: when each would be broken, and its state at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from airflow_dre.slo.calendars import Days, days_from, holds
from airflow_dre.slo.history import Interval, State, join
from airflow_dre.slo.schedule import HORIZON_YEARS, Due, Moment, moments_after
from airflow_dre.values.wall_clock import DAY, day_of, start_of_day

UTC_ZONE = ZoneInfo("UTC")
RESOLUTION = timedelta(microseconds=1)
"""A value that is exactly ``max_age`` old is still fresh: the promise is broken at the next moment that a datetime can hold."""
_EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=366 * HORIZON_YEARS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessPromise:
    """The newest value is at most ``max_age`` old, or something new is there at each due moment.

    Without ``due`` the age counts on the days of ``days`` alone: weekends do not age a table whose days are ``weekdays``. With ``due`` the
    newest value must be at most ``max_age`` old at each due moment. Without ``max_age`` it must have come since the start of the day or
    since the due moment before, whichever is later, and for periods since the start of the period.
    """

    max_age: timedelta | None = None
    due: Due | None = None
    days: Days | None = None
    """The days that count. None: every day."""
    zone: ZoneInfo = UTC_ZONE
    """The time zone of due times and days."""
    warn_before: timedelta | None = None
    grace: timedelta = timedelta(0)
    """How late it may be before it counts as missed."""
    repeat_every: timedelta | None = None

    def __str__(self) -> str:
        from airflow_dre.values.instants import format_duration

        age = "" if self.max_age is None else f"at most {format_duration(self.max_age)} old"
        return f"{age} at {self.due}".strip() if self.due is not None else age


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The newest value as it is known."""

    newest: datetime | None
    declared: datetime
    """When the promise was made. Without a newest value its age counts from here, and due moments before it do not count."""
    settled: datetime
    """Due moments up to this one were judged before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """The moments at which a promise is near to being broken, broken and missed, unless something new comes."""

    due: datetime
    warn_at: datetime | None
    missed_at: datetime
    """The due moment and the grace."""


@lru_cache(maxsize=1 << 16)
def find_breach(promise: FreshnessPromise, evidence: Evidence) -> Breach | None:
    """Return when a promise is broken unless something new comes, which may be in the past.

    None where no due moment comes within nine years.
    """
    newest = None if evidence.newest is None else min(max(evidence.newest, _EARLIEST), _LATEST)
    if promise.due is None:
        return _breach_by_age(promise, evidence.declared if newest is None else newest)
    start = max(evidence.declared, evidence.settled)
    if newest is not None:  # a later due moment demands a newer value
        start = max(start, newest + min(promise.max_age or timedelta(0), _LONGEST))
    for moment in moments_after(promise.due, promise.days, promise.zone, start):
        if newest is None or newest < _needed(promise, moment):
            warn_at = None if promise.warn_before is None else moment.at - promise.warn_before
            return Breach(due=moment.at, warn_at=warn_at, missed_at=moment.at + promise.grace)
    return None


def state_of_promise(promise: FreshnessPromise, evidence: Evidence, at: datetime) -> State:
    """Return the state of a promise at a moment, if nothing new comes before.

    :raises CalendarUnknown: the calendar of its days does not reach that year.
    """
    breach = find_breach(promise, evidence)
    if breach is not None and at >= breach.missed_at:
        return State.MISSED
    if breach is not None and breach.warn_at is not None and at >= breach.warn_at:
        return State.WARNED
    return State.MET if holds(promise.days, day_of(at, promise.zone)) else State.NOT_WATCHED


def timeline(promise: FreshnessPromise, evidence: Evidence, start: datetime, end: datetime) -> tuple[Interval, ...]:
    """Return the states of a promise from ``start`` to ``end``, if nothing new comes before.

    :raises CalendarUnknown: the calendar of its days does not reach so far.
    """
    breach = find_breach(promise, evidence)
    missed_at = end if breach is None else _within(breach.missed_at, start, end)
    warn_at = missed_at if breach is None or breach.warn_at is None else _within(breach.warn_at, start, missed_at)
    return join(
        [
            *_quiet(promise, start, warn_at),
            Interval(warn_at, missed_at, State.WARNED),
            Interval(missed_at, end, State.MISSED),
        ]
    )


def due_moments(promise: FreshnessPromise, after: datetime) -> Iterator[datetime]:
    """Yield the due moments of a promise later than ``after``. A promise without ``due`` is due by its newest value alone."""
    if promise.due is not None:
        yield from (moment.at for moment in moments_after(promise.due, promise.days, promise.zone, after))


def add_counted(start: datetime, length: timedelta, days: Days | None, zone: ZoneInfo) -> datetime | None:
    """Return the moment at which ``length`` has passed on the days that count. None where no such day comes within nine years."""
    if days is None:
        return start + length
    left, last = length, None
    for day in days_from(days, day_of(start, zone), HORIZON_YEARS):
        begin, end = max(start, start_of_day(day, zone)), start_of_day(day + DAY, zone)
        if begin + left <= end and begin <= end:
            return begin + left
        left -= max(end - begin, timedelta(0))
        last = end
    return None if last is None or left > timedelta(0) else last


def _breach_by_age(promise: FreshnessPromise, since: datetime) -> Breach | None:
    max_age = min(promise.max_age or timedelta(0), _LONGEST)
    broken = add_counted(since, max_age + RESOLUTION, promise.days, promise.zone)
    missed_at = add_counted(since, max_age + promise.grace + RESOLUTION, promise.days, promise.zone)
    if broken is None or missed_at is None:
        return None
    before = None if promise.warn_before is None else max(max_age - promise.warn_before, timedelta(0))
    warn_at = None if before is None else add_counted(since, before, promise.days, promise.zone)
    return Breach(due=broken - RESOLUTION, warn_at=warn_at, missed_at=missed_at)


def _needed(promise: FreshnessPromise, moment: Moment) -> datetime:
    """Return the oldest newest value that is enough at a due moment."""
    return moment.since if promise.max_age is None else moment.at - promise.max_age


def _within(at: datetime, start: datetime, end: datetime) -> datetime:
    return min(max(at, start), end)


def _quiet(promise: FreshnessPromise, start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield the days of a stretch in which nothing is near, those that do not count as not watched."""
    if promise.days is None:
        yield Interval(start, end, State.MET)
        return
    while start < end:
        day = day_of(start, promise.zone)
        following = max(start_of_day(day + DAY, promise.zone), start + RESOLUTION)
        yield Interval(start, min(following, end), State.MET if holds(promise.days, day) else State.NOT_WATCHED)
        start = following
