"""Due moments: wall-clock times of days, cron expressions, and times after the end of each hour, day, week or month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from airflow_dre.slo.calendars import LAST_YEAR, Days, days_from
from airflow_dre.values.calendar import Unit, start_of, unit_after
from airflow_dre.values.wall_clock import instant_of, start_of_day

HORIZON_YEARS = 9
"""How far ahead a due moment is looked for. A leap day is at most 8 years away."""
_DAY = timedelta(days=1)
_FIRST = datetime(2, 1, 1, tzinfo=UTC)
"""Earlier moments count as this one, so that each of them has a day before."""
_LAST = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A due moment, and the time since which something new must have arrived."""

    at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class TimesOfDay:
    """Wall-clock times, of each day."""

    times: tuple[time, ...]
    """In ascending order."""

    def __str__(self) -> str:
        return ", ".join(_spell(each) for each in self.times)


@dataclass(frozen=True, slots=True)
class Cron:
    """The wall-clock times of a cron expression with five fields."""

    expression: str

    def __str__(self) -> str:
        return self.expression


@dataclass(frozen=True, slots=True)
class AfterPeriod:
    """A time after the end of each hour, day, week, month, quarter or year."""

    delay: timedelta
    unit: Unit

    def __str__(self) -> str:
        return f"{self.delay} after {self.unit}"


Due = TimesOfDay | Cron | AfterPeriod


def moments_after(due: Due, days: Days | None, zone: ZoneInfo, after: datetime) -> Iterator[Moment]:
    """Yield the due moments later than ``after``, in order.

    A time of day that clocks skip is due at the first instant after the gap. One that they show twice is due at its first occurrence. A
    day that a zone skips as a whole has no due moments.

    :param days: the days that count, None for all: the day of a due moment, or for ``AfterPeriod`` the day that an hour or day lies in.
    """
    after = min(max(after, _FIRST), _LAST)
    if isinstance(due, AfterPeriod) and due.unit not in (Unit.HOUR, Unit.DAY):
        yield from _after_long_periods(due, zone, after)
        return
    delay = due.delay if isinstance(due, AfterPeriod) else timedelta(0)
    first = (after - delay).astimezone(zone).date() - _DAY
    for day in days_from(days, first, HORIZON_YEARS):
        for moment in _moments_of_day(due, day, zone):
            if moment.at > after:
                yield moment


def next_moment(due: Due, days: Days | None, zone: ZoneInfo, after: datetime) -> Moment | None:
    """Return the first due moment later than ``after``, or None where none comes within nine years."""
    return next(moments_after(due, days, zone, after), None)


@lru_cache(maxsize=1 << 15)
def _moments_of_day(due: Due, day: date, zone: ZoneInfo) -> tuple[Moment, ...]:
    start, end = start_of_day(day, zone), start_of_day(day + _DAY, zone)
    if start >= end:
        return ()
    if isinstance(due, AfterPeriod):
        return _after_parts(due, start, end)
    times = due.times if isinstance(due, TimesOfDay) else _times_of_cron(due.expression, day)
    moments: list[Moment] = []
    for each in times:
        at = instant_of(datetime.combine(day, each), zone)
        if not moments or at > moments[-1].at:
            moments.append(Moment(at, moments[-1].at if moments else start))
    return tuple(moments)


def _after_parts(due: AfterPeriod, start: datetime, end: datetime) -> tuple[Moment, ...]:
    """Return the due moments of a day itself, or of its hours, which are 23 or 25 where clocks change."""
    if due.unit is Unit.DAY:
        return (Moment(end + due.delay, start),)
    hour = timedelta(hours=1)
    starts = [start + index * hour for index in range(-((start - end) // hour))]
    return tuple(Moment(min(begin + hour, end) + due.delay, begin) for begin in starts)


def _after_long_periods(due: AfterPeriod, zone: ZoneInfo, after: datetime) -> Iterator[Moment]:
    local = (after - due.delay).astimezone(zone)
    first = start_of(datetime(local.year, local.month, local.day, tzinfo=UTC), due.unit)
    while first.year <= min(local.year + HORIZON_YEARS, LAST_YEAR):
        following = unit_after(first, due.unit)
        at = start_of_day(following.date(), zone) + due.delay
        if at > after:
            yield Moment(at, start_of_day(first.date(), zone))
        first = following


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of a cron expression. None: every value."""

    times: tuple[time, ...]
    days: frozenset[int] | None
    last_day: bool
    months: frozenset[int] | None
    weekdays: frozenset[int] | None
    """Sunday is 0."""
    nth: tuple[tuple[int, frozenset[int | str]], ...]
    """Which of the month's weekdays counts, by weekday, for example the second, or ``"l"`` for the last."""


def has_moments(expression: str) -> bool:
    """Return whether a cron expression has a time on any day, which ``0 8 31 2 *`` has not.

    :raises ValueError: croniter refuses the expression, or it has no five fields.
    """
    fields = _read_cron(expression)
    return any(_matches(fields, date(2024, 1, 1) + index * _DAY) for index in range(366))


@lru_cache(maxsize=1 << 15)
def _times_of_cron(expression: str, day: date) -> tuple[time, ...]:
    fields = _read_cron(expression)
    return fields.times if _matches(fields, day) else ()


@cache
def _read_cron(expression: str) -> _Fields:
    from croniter import croniter

    if len(expression.split()) < 5 and not expression.startswith("@"):
        raise ValueError(f"it has {len(expression.split())} fields")
    columns, nth = croniter.expand(expression)
    if len(columns) != 5:
        raise ValueError(f"it has {len(columns)} fields")
    minutes, hours, days, months, weekdays = columns
    times = [time(hour, minute) for hour in _all(hours, 24) for minute in _all(minutes, 60)]
    return _Fields(
        times=tuple(sorted(times)),
        days=None if days == ["*"] else frozenset(day for day in days if day != "l"),
        last_day="l" in days,
        months=None if months == ["*"] else frozenset(months),
        weekdays=None if weekdays == ["*"] else frozenset(weekday % 7 for weekday in weekdays),
        nth=tuple((weekday % 7, frozenset(numbers)) for weekday, numbers in nth.items()),
    )


def _all(column: list[int | str], count: int) -> list[int]:
    return list(range(count)) if column == ["*"] else [value for value in column if isinstance(value, int)]


def _matches(fields: _Fields, day: date) -> bool:
    """Return whether a day is one of an expression: where it restricts both days and weekdays, one of them is enough."""
    if fields.months is not None and day.month not in fields.months:
        return False
    if fields.days is None:
        return fields.weekdays is None or _is_weekday(fields, day)
    length = monthrange(day.year, day.month)[1]
    of_month = day.day in fields.days or (fields.last_day and day.day == length)
    return of_month or (fields.weekdays is not None and _is_weekday(fields, day))


def _is_weekday(fields: _Fields, day: date) -> bool:
    number = day.isoweekday() % 7
    if fields.weekdays is None or number not in fields.weekdays:
        return False
    numbers = dict(fields.nth).get(number)
    if not numbers:
        return True
    last = day.day + 7 > monthrange(day.year, day.month)[1]
    return (day.day - 1) // 7 + 1 in numbers or ("l" in numbers and last)


def _spell(each: time) -> str:
    return each.isoformat("seconds" if each.second else "minutes")
