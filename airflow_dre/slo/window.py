"""Windows of objectives: a duration up to now, or the present day, week, month, quarter or year in a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from airflow_dre.values.calendar import Unit, start_of, unit_after
from airflow_dre.values.instants import to_instant

MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


UNITS = tuple(unit for unit in Unit if unit is not Unit.HOUR)
"""Units of the calendar that a window may be."""


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
        first = start_of(at.astimezone(zone).replace(tzinfo=UTC), self.unit)
        return _in_zone(first, zone), _in_zone(unit_after(first, self.unit), zone)

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


def _in_zone(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which the clocks of a zone show a time."""
    moment = to_instant(wall_clock.replace(tzinfo=None), zone)
    if moment is None:  # before the year 1 or after 9999
        raise OverflowError(f"{wall_clock} is out of range")
    return moment
