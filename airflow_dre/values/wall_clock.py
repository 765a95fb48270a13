"""Wall-clock times of a time zone, and the instants at which its clocks show them.

A time that clocks show twice, because they go back, is its first occurrence. A time that they skip is the first instant after the gap.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_RESOLUTION = timedelta(seconds=1)
"""Clocks of all time zones change at full seconds."""
DAY = timedelta(days=1)


@lru_cache(maxsize=1 << 15)
def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the clocks of ``zone`` show the naive time ``wall``."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    instant = first.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    before, after = second.astimezone(UTC), instant  # both sides of the change: a skipped time is read with either offset
    offset = after.astimezone(zone).utcoffset()
    while after - before > _RESOLUTION:
        middle = before + ((after - before) / 2 // _RESOLUTION) * _RESOLUTION
        if middle == before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


@lru_cache(maxsize=1 << 15)
def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a day in ``zone``, in UTC, which is not midnight where clocks skip that.

    A day that a zone skips as a whole starts when the day after it starts.
    """
    return instant_of(datetime.combine(day, time()), zone)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day that the calendar of ``zone`` shows at an instant."""
    return instant.astimezone(zone).date()


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Return whether the clocks of ``zone`` show the naive time ``wall``."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


def is_repeated(wall: datetime, zone: ZoneInfo) -> bool:
    """Return whether the clocks of ``zone`` show the naive time ``wall`` twice."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    return exists(wall, zone) and first.utcoffset() != second.utcoffset()
