"""Calendar units and the arithmetic of their beginnings, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """A calendar unit, of which a week begins on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_LENGTHS = {Unit.HOUR: timedelta(hours=1), Unit.DAY: timedelta(days=1), Unit.WEEK: timedelta(weeks=1)}


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


def periods_between(first: datetime, last: datetime, unit: Unit) -> int:
    """Return the number of calendar units from that of ``first`` to that of ``last``, both counted."""
    if unit in _MONTHS:
        return ((last.year - first.year) * 12 + last.month - first.month) // _MONTHS[unit] + 1
    return (last - first) // _LENGTHS[unit] + 1


def start_of(moment: datetime, unit: Unit) -> datetime:
    """Return the beginning of the calendar unit that ``moment`` lies in, in UTC."""
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    match unit:
        case Unit.HOUR:
            return day.replace(hour=moment.hour)
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH | Unit.QUARTER | Unit.YEAR:
            months = _MONTHS[unit]
            return day.replace(day=1, month=(day.month - 1) // months * months + 1)


def unit_after(moment: datetime, unit: Unit) -> datetime:
    """Return the beginning of the calendar unit after the one that begins at ``moment``."""
    if unit in _LENGTHS:
        return moment + _LENGTHS[unit]
    months = moment.month - 1 + _MONTHS[unit]
    return moment.replace(year=moment.year + months // 12, month=months % 12 + 1)
