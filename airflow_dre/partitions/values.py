"""The values that name partitions, and which of them a partition key or a data interval means."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from airflow_dre.checks.metrics import Expression, GroupBy
from airflow_dre.values.calendar import Unit, start_of, unit_after
from airflow_dre.values.instants import to_instant
from airflow_dre.values.scalars import Incomparable

Partition = int | Decimal | str | date | datetime | None
"""The value that the rows of a partition share. None: they have none."""

_COLUMN = re.compile(r'\w+|"((?:[^"\x00]|"")+)"')
_FORMATS = (
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "%Y-%m-%d", Unit.DAY),
    (re.compile(r"\d{8}"), "%Y%m%d", Unit.DAY),
    (re.compile(r"\d{4}-\d{2}"), "%Y-%m", Unit.MONTH),
    (re.compile(r"\d{6}"), "%Y%m", Unit.MONTH),
    (re.compile(r"\d{4}"), "%Y", Unit.YEAR),
    (re.compile(r"\d{10}"), "%Y%m%d%H", Unit.HOUR),
    (re.compile(r"\d{4}-\d{2}-\d{2}-\d{2}"), "%Y-%m-%d-%H", Unit.HOUR),
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}"), "%Y-%m-%dT%H", Unit.HOUR),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}"), "%Y-%m-%d %H", Unit.HOUR),
    (re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"), "%Y-%m-%d %H:%M:%S", None),
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"), "%Y-%m-%dT%H:%M:%S", None),
)
"""Formats of texts and whole numbers for a part of the calendar. Each sorts texts as it sorts moments."""


def split_by(partition_by: str) -> GroupBy:
    """Return a column by its exact name, bare or in double quotes, or an expression."""
    found = _COLUMN.fullmatch(partition_by.strip())
    if found is None:
        return Expression(partition_by.strip())
    return found[1].replace('""', '"') if found[1] is not None else found[0]


def as_partition(value: object) -> Partition:
    """Return the value of a partition in its canonical form.

    :raises Incomparable: no partition can be named by it.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, (Decimal, float)) and math.isfinite(value) and value == int(value):
        return int(value)
    if isinstance(value, Decimal) and value.is_finite():
        return Decimal(f"{value:f}".rstrip("0"))  # 1.5 and 1.50 are one partition, however many digits its column shows
    if value is None or isinstance(value, (int, str, date)):
        return value
    raise Incomparable(f"{value!r} names no partition: partition by dates, timestamps, texts or whole numbers")


def format_partition(value: Partition) -> str:
    """Return a partition in words."""
    return "NULL" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def latest_names(values: Iterable[Partition], most: int = 3) -> str:
    """Return the last few partitions in words."""
    ordered = sorted((value for value in values if value is not None), key=_place)
    return ", ".join(format_partition(value) for value in ordered[-most:][::-1]) or "none"


def _place(value: Partition) -> tuple[float, str]:
    if isinstance(value, (int, Decimal)):
        return float(value), ""
    return 0.0, format_partition(value)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The format of moments in the values of partitions."""

    like: Partition
    """One of them."""
    unit: Unit | None
    """Part of the calendar that one holds. None: unknown, and a moment is its beginning."""
    spelling: str = ""

    def begin(self, value: Partition) -> datetime | None:
        """Return the moment at which a partition begins, or None where its value is no moment."""
        if isinstance(value, date) or not self.spelling:
            return to_instant(value)
        try:
            return datetime.strptime(str(value), self.spelling).replace(tzinfo=UTC)
        except ValueError:
            return None

    def partition(self, begin: datetime) -> Partition:
        """Return the partition that begins at a moment."""
        if isinstance(self.like, datetime):
            return begin if self.like.tzinfo is not None else begin.replace(tzinfo=None)
        if isinstance(self.like, date):
            return begin.date()
        text = begin.strftime(self.spelling)
        return int(text) if isinstance(self.like, int) else text

    def from_on(self, moment: datetime) -> datetime:
        """Return the beginning of the first partition that does not begin before a moment."""
        if self.unit is None:
            return moment
        begin = start_of(moment, self.unit)
        return begin if begin == moment else unit_after(begin, self.unit)

    def around(self, moment: datetime) -> datetime:
        """Return the beginning of the partition that holds a moment."""
        return moment if self.unit is None else start_of(moment, self.unit)


def calendar_like(value: Partition) -> Calendar | None:
    """Return the calendar of a partition whose value is a moment, or None for another value."""
    if isinstance(value, date):
        return Calendar(value, None if isinstance(value, datetime) else Unit.DAY)
    for pattern, spelling, unit in _FORMATS:
        if isinstance(value, (int, str)) and pattern.fullmatch(str(value)):
            found = Calendar(value, unit, spelling)
            return found if found.begin(value) is not None else None
    return None


def begin_of_partition(value: object, zone: ZoneInfo | None = None) -> datetime | None:
    """Return the moment at which a partition begins, in UTC, or None where its value is no moment.

    :param zone: the time zone of values without one; None: UTC.
    """
    if isinstance(value, (int, str)) and (calendar := calendar_like(value)) is not None and calendar.spelling:
        begin = calendar.begin(value)
        return None if begin is None else to_instant(begin.replace(tzinfo=None), zone)
    return to_instant(value, zone)


def read_like(text: str, like: Partition) -> Partition:
    """Return a partition key as a value of the kind of a known partition.

    :raises Incomparable: the text is no such value.
    """
    moment = to_instant(text)
    if isinstance(like, datetime) and moment is not None:
        return moment if like.tzinfo is not None else moment.replace(tzinfo=None)
    if isinstance(like, date) and moment is not None and moment.time() == time():
        return moment.date()
    if isinstance(like, (int, Decimal)):
        try:
            return as_partition(Decimal(text.strip()))
        except InvalidOperation:
            pass
    if isinstance(like, str) or like is None:
        return text
    raise Incomparable(f"{text!r} is no {type(like).__name__}, as {format_partition(like)} is")
