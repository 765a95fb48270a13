"""The history of a promise: intervals of time, each with one state, and the share of time for which the promise was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from airflow_dre.values.calendar import Unit, start_of, unit_after
from airflow_dre.values.wall_clock import start_of_day

NOTHING = timedelta(0)


class State(StrEnum):
    """State of a promise at a moment."""

    MET = "met"
    WARNED = "warned"
    """Kept so far, and near to being missed. A promise without ``warn_before`` is never in this state."""
    MISSED = "missed"
    UNKNOWN = "unknown"
    """The newest value could not be found out."""
    NOT_WATCHED = "not_watched"
    """No monitor looked, or the day does not count."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time with one state: from ``start`` on, and before ``end``."""

    start: datetime
    end: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Attainment:
    """The time that a promise spent in each state during a day, week or month."""

    first: date
    """Its first day."""
    met: timedelta = NOTHING
    warned: timedelta = NOTHING
    missed: timedelta = NOTHING
    unknown: timedelta = NOTHING
    not_watched: timedelta = NOTHING

    @property
    def kept(self) -> timedelta:
        """The time for which the promise was kept."""
        return self.met + self.warned

    @property
    def share(self) -> float | None:
        """The share of time for which the promise was kept, of the time in which that is known. None: nothing is known."""
        known = self.kept + self.missed
        return self.kept / known if known else None


def join(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return intervals in order, with neighbours of one state made one and empty ones left out."""
    joined: list[Interval] = []
    for interval in intervals:
        if interval.start >= interval.end:
            continue
        last = joined[-1] if joined else None
        if last is not None and last.state is interval.state and last.end == interval.start:
            joined[-1] = replace(last, end=interval.end)
        else:
            joined.append(interval)
    return tuple(joined)


def attainment(intervals: Iterable[Interval], unit: Unit, zone: ZoneInfo) -> tuple[Attainment, ...]:
    """Return how long each state lasted in each day, week, month, quarter or year of ``zone`` that the intervals touch."""
    sums: dict[date, dict[State, timedelta]] = {}
    for interval in intervals:
        for first, start, end in _parts(interval, unit, zone):
            states = sums.setdefault(first, {})
            states[interval.state] = states.get(interval.state, NOTHING) + (end - start)
    return tuple(Attainment(first, **{state.value: length for state, length in states.items()}) for first, states in sorted(sums.items()))


def _parts(interval: Interval, unit: Unit, zone: ZoneInfo) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield the parts of an interval by calendar unit, each with the first day of its unit."""
    local = interval.start.astimezone(zone)
    first = start_of(datetime(local.year, local.month, local.day, tzinfo=UTC), unit)
    start = interval.start
    while start < interval.end:
        following = unit_after(first, unit)
        end = min(interval.end, start_of_day(following.date(), zone))
        if end > start:
            yield first.date(), start, end
            start = end
        first = following
