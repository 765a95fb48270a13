"""Windows of objectives: a duration up to now, or the present day, week, month, quarter or year in a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from airflow_dre.values.instants import to_instant

MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unit(StrEnum):
    """Unit of the calendar."""

    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window: either a duration up to now, or a unit of the calendar."""

    duration: timedelta | None = None
    unit: Unit | None = None
    time_zone: str = "UTC"
    """IANA name of the time zone in which the calendar counts."""

    def bounds(self, at: datetime) -> tuple[datetime, datetime]:
        """Return the beginning and the end of the window that holds a moment. A duration ends at the moment itself."""
        if self.unit is None:
            return at - (self.duration or timedelta(0)), at
        zone = ZoneInfo(self.time_zone)
        first = _first_day(self.unit, at.astimezone(zone).date())
        return _midnight(first, zone), _midnight(_next_first_day(self.unit, first), zone)

    def length(self, at: datetime) -> timedelta:
        """Return the length of the window that holds a moment."""
        start, end = self.bounds(at)
        return end - start


def to_minute(moment: datetime) -> int:
    """Return the minute that holds a moment, counted from 1970 in UTC."""
    return (moment - _EPOCH) // MINUTE


def minute_after(moment: datetime) -> int:
    """Return the first minute that begins at a moment or after it."""
    return -((_EPOCH - moment) // MINUTE)


def from_minute(minute: int) -> datetime:
    """Return the moment at which a minute begins."""
    return _EPOCH + minute * MINUTE


def _first_day(unit: Unit, day: date) -> date:
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case Unit.YEAR:
            return day.replace(month=1, day=1)


def _next_first_day(unit: Unit, first: date) -> date:
    longest = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.QUARTER: 92, Unit.YEAR: 366}[unit]
    later = first + timedelta(days=longest)
    return _first_day(unit, later)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    moment = to_instant(datetime.combine(day, time()), zone)
    if moment is None:  # before the year 1 or after 9999
        raise OverflowError(f"{day} is out of range")
    return moment
