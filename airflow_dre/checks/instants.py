"""Durations and points in time as people and warehouses write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

DURATION_ALLOWED = "a positive duration such as '90m', '6h', '1d', '2w' or a timedelta"
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|h|d|w)")
_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def read_duration(value: object) -> timedelta | None:
    """Read ``'90m'``, ``'1d'`` (seconds, minutes, hours, days, weeks) or a timedelta; None where it is not positive or neither."""
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        try:
            value = float(found[1]) * _UNITS[found[2]]
        except OverflowError:  # longer than a timedelta can be
            return None
    return value if isinstance(value, timedelta) and value > timedelta(0) else None


def to_instant(value: object) -> datetime | None:
    """The moment that ``value`` names, in UTC: a datetime, a date (its midnight) or ISO 8601 text; naive values are UTC.

    None where it names no moment.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            zoned = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:  # before the year 1 or after the year 9999 in UTC
            return None
        return datetime.combine(zoned.date(), zoned.time(), tzinfo=UTC)  # a plain datetime, whatever subclass came in
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=UTC)
    return None


def spoken(duration: timedelta) -> str:
    """A duration in at most two units, for example ``1 d 3 h`` or ``45 s``."""
    seconds = int(abs(duration).total_seconds())
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, seconds = divmod(seconds, length)
        if amount:
            parts.append(f"{amount} {unit}")
    sign = "-" if duration < timedelta(0) else ""
    return sign + (" ".join(parts[:2]) or "0 s")
