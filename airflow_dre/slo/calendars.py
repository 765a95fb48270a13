"""Sets of days: weekdays, month ends, working days and holidays of countries, trading days of markets, lists, and what is made of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

from airflow_dre.errors import DreError
from airflow_dre.slo import public_calendars

_DAY = timedelta(days=1)
LAST_YEAR = date.max.year - 1


class CalendarUnknown(DreError):
    """A year of which a calendar does not know the days, because its package is older."""


class Days(Protocol):
    """A set of days. Sets that are equal hold the same days."""

    def __hash__(self) -> int: ...

    def of_year(self, year: int) -> frozenset[date]:
        """Return the days of a year.

        :raises CalendarUnknown: the calendar does not reach that year.
        """
        ...


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, of which Monday is 0."""

    numbers: frozenset[int]

    def of_year(self, year: int) -> frozenset[date]:
        return frozenset(day for day in _days_of(year) if day.weekday() in self.numbers)


@dataclass(frozen=True, slots=True)
class EveryDay:
    """All days."""

    def of_year(self, year: int) -> frozenset[date]:
        return frozenset(_days_of(year))


@dataclass(frozen=True, slots=True)
class ListedDays:
    """Days that an author lists."""

    listed: frozenset[date]

    def of_year(self, year: int) -> frozenset[date]:
        return frozenset(day for day in self.listed if day.year == year)


@dataclass(frozen=True, slots=True)
class MonthEdges:
    """The first or the last of other days in each month, for example the last working day."""

    last: bool
    of: Days

    def of_year(self, year: int) -> frozenset[date]:
        edges: dict[int, date] = {}
        for day in sorted(days_of_year(self.of, year), reverse=not self.last):
            edges[day.month] = day
        return frozenset(edges.values())


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Working days of a country or a part of it: neither its weekend nor a public holiday."""

    country: str
    part: str | None = None

    def of_year(self, year: int) -> frozenset[date]:
        return public_calendars.working_days(self.country, self.part, year)


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays of a country or a part of it."""

    country: str
    part: str | None = None

    def of_year(self, year: int) -> frozenset[date]:
        return public_calendars.holidays_of(self.country, self.part, year)


@dataclass(frozen=True, slots=True)
class MarketDays:
    """Days on which a market trades, half days among them."""

    market: str

    def of_year(self, year: int) -> frozenset[date]:
        try:
            return public_calendars.sessions(self.market, year)
        except public_calendars.BeyondRecord as beyond:
            raise CalendarUnknown(f"calendar market_days:{self.market} {beyond}") from None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Days that are in one of several sets."""

    sets: tuple[Days, ...]

    def of_year(self, year: int) -> frozenset[date]:
        return frozenset[date]().union(*(days_of_year(each, year) for each in self.sets))


@dataclass(frozen=True, slots=True)
class AllOf:
    """Days that are in each of several sets."""

    sets: tuple[Days, ...]

    def of_year(self, year: int) -> frozenset[date]:
        first, *others = (days_of_year(each, year) for each in self.sets)
        return first.intersection(*others)


@dataclass(frozen=True, slots=True)
class Except:
    """Days of a set that are not in another."""

    days: Days
    without: Days

    def of_year(self, year: int) -> frozenset[date]:
        return days_of_year(self.days, year) - days_of_year(self.without, year)


@lru_cache(maxsize=4096)
def days_of_year(days: Days, year: int) -> frozenset[date]:
    """Return the days of a year, and keep them.

    :raises CalendarUnknown: the calendar does not reach that year.
    """
    return days.of_year(year)


def holds(days: Days | None, day: date) -> bool:
    """Return whether a set has a day. None has every day.

    :raises CalendarUnknown: the calendar does not reach that year.
    """
    return days is None or day in days_of_year(days, day.year)


def days_from(days: Days | None, first: date, years: int) -> Iterator[date]:
    """Yield the days of a set from ``first`` on, for a number of years at most, or as far as its calendar reaches."""
    last_year = min(first.year + years, LAST_YEAR)
    if days is None:
        day = first
        while day.year <= last_year:
            yield day
            day += _DAY
        return
    for year in range(first.year, last_year + 1):
        try:
            in_order = _in_order(days, year)
        except CalendarUnknown:
            return
        yield from in_order[bisect_left(in_order, first) :]


@lru_cache(maxsize=4096)
def _in_order(days: Days, year: int) -> tuple[date, ...]:
    return tuple(sorted(days_of_year(days, year)))


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + index * _DAY for index in range((date(year, 12, 31) - first).days + 1))
