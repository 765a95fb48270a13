"""Durations and points in time as people and warehouses write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

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
    """Read ``'90m'``, ``'1d'`` (seconds, minutes, hours, days, weeks) or a timedelta, or return None for anything else."""
    if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
        try:
            value = float(found[1]) * _UNITS[found[2]]
        except OverflowError:  # longer than a timedelta can be
            return None
    return value if isinstance(value, timedelta) and value > timedelta(0) else None


def to_instant(value: object, zone: ZoneInfo | None = None) -> datetime | None:
    """Return the moment that ``value`` names, in UTC: a datetime, a date (its midnight) or ISO 8601 text.

    A naive value is wall-clock time in ``zone``, by default UTC. A time that occurs twice when clocks go back is the first of the two; a
    time that clocks skip is read with the offset that held before. None where ``value`` names no moment.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        return None
    try:
        zoned = (value.replace(tzinfo=zone or UTC, fold=0) if value.tzinfo is None else value).astimezone(UTC)
    except OverflowError:  # before the year 1 or after the year 9999 in UTC
        return None
    return datetime.combine(zoned.date(), zoned.time(), tzinfo=UTC)  # a plain datetime, whatever subclass came in


def is_day(value: object) -> bool:
    """Return whether ``value`` names a day without a time: a date, or such text."""
    if isinstance(value, str):
        try:
            date.fromisoformat(value.strip())
        except ValueError:
            return False
        return True
    return isinstance(value, date) and not isinstance(value, datetime)


def read_zone(name: object) -> ZoneInfo | None:
    """Return the time zone of an IANA name such as ``"Asia/Tokyo"``, or None where there is no such zone."""
    if not isinstance(name, str):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, a path, or a folder of zones such as "America"
        return None


def zone_allowed(name: object) -> str:
    """Say which time zones are allowed, with the name that was probably meant."""
    from difflib import get_close_matches  # a Dag without a slip does not pay for it

    by_lower = {zone.lower(): zone for zone in available_timezones()}
    near = get_close_matches(name.lower().replace(" ", "_"), by_lower, 1, 0.75) if isinstance(name, str) else []
    return f"an IANA time zone such as 'Asia/Tokyo'{f'; did you mean {by_lower[near[0]]!r}?' if near else ''}"


_FAR = re.compile(r"(\d{4,})-(\d{2})-(\d{2})(?P<rest>.*?)(?P<bc> ?\(?BC\)?)?(?P<zone>[+-]\d{2}(?::?\d{2})?)?( ?BC)?")
_ENDS = {"-infinity": (-2, ()), "infinity": (2, ())}
Place = tuple[int, tuple[object, ...]]


def is_far(value: object) -> bool:
    """Return whether a text is a date or a timestamp of a database that Python cannot hold: infinite, before the year 1 or after 9999."""
    return isinstance(value, str) and (place := _far_place(value)) is not None and place[0] != 0


def place_in_time(value: object) -> Place | None:
    """Return the place of a moment among all that a database can hold, for comparisons, or None for another value."""
    if isinstance(value, str) and (far := _far_place(value)) is not None and far[0] != 0:
        return far
    moment = to_instant(value)
    return None if moment is None else (0, (moment,))


def _far_place(text: str) -> Place | None:
    if text in _ENDS:
        return _ENDS[text]
    found = _FAR.fullmatch(text)
    if found is None:
        return None
    year = int(found[1])
    if "BC" in text:
        return -1, (-year, found[2], found[3], found["rest"])
    return (1 if year > 9999 else 0), (year, found[2], found[3], found["rest"])


def format_duration(duration: timedelta) -> str:
    """Return a duration in at most two units, for example ``1 d 3 h`` or ``45 s``."""
    seconds = int(abs(duration).total_seconds())
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, seconds = divmod(seconds, length)
        if amount:
            parts.append(f"{amount} {unit}")
    sign = "-" if duration < timedelta(0) else ""
    return sign + (" ".join(parts[:2]) or "0 s")
