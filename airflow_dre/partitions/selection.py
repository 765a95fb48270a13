"""The choice of the partitions that a run scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from airflow_dre.partitions.values import Partition, calendar_like, format_partition, read_like
from airflow_dre.values.scalars import Incomparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The partitions of a run: one by its key, or those that begin within its data interval."""

    key: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def __str__(self) -> str:
        if self.key is not None:
            return self.key
        if self.start is None or self.end is None:
            return "no partition"
        if self.start == self.end:
            return f"the one around {self.start.isoformat()}"
        return f"any from {self.start.isoformat()} to {self.end.isoformat()}"

    def among(self, like: Partition) -> Named | Span:
        """Return the partitions that are meant, where ``like`` is one that exists.

        :raises Incomparable: they cannot be expressed as values of its type.
        """
        if self.key is not None:
            return Named(read_like(self.key, like))
        calendar = calendar_like(like)
        if calendar is None or self.start is None or self.end is None:
            raise Incomparable(
                f"a data interval has no partition among values such as {format_partition(like)}: run with a partition key, "
                "or partition by dates, timestamps or texts such as 2026-01-31"
            )
        if self.start == self.end:
            return Named(calendar.partition(calendar.around(self.start)))
        low, high = (calendar.partition(calendar.from_on(moment)) for moment in (self.start, self.end))
        if low == high:  # no partition begins within the interval: a day is scanned when its first hour is
            return Named(calendar.partition(calendar.around(self.start)))
        return Span(low, high, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Named:
    """One partition."""

    value: Partition

    def holds(self, value: Partition) -> bool:
        """Return whether it is that one."""
        return value == self.value


@dataclass(frozen=True, slots=True)
class Span:
    """The partitions from one up to another."""

    low: Partition
    high: Partition
    start: datetime
    end: datetime

    def holds(self, value: Partition) -> bool:
        """Return whether a partition begins within."""
        calendar = calendar_like(value)
        begin = None if calendar is None else calendar.begin(value)
        return begin is not None and self.start <= begin < self.end
