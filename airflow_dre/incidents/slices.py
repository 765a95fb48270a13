"""The part of the data that a signal is about, so that data time counts as well as wall time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The data interval and partition of a run, as far as Airflow names them. A run without a logical date has no interval."""

    interval_start: datetime | None = None
    interval_end: datetime | None = None
    partition_key: str | None = None

    @property
    def order(self) -> datetime | None:
        """Return the moment that orders intervals: the end, since a day outweighs an hour within it, or None without one."""
        return self.interval_end or self.interval_start

    def reaches(self, other: Slice) -> bool:
        """Return whether a recovery of this slice means anything for a problem of ``other``.

        It does for the same partition and the same or an older interval. What names no partition, or no interval, is compared by wall
        time alone.
        """
        if None not in (self.partition_key, other.partition_key) and self.partition_key != other.partition_key:
            return False
        mine, theirs = self.order, other.order
        return mine is None or theirs is None or mine >= theirs

    @property
    def words(self) -> str:
        """Return the slice in words, or an empty text where Airflow does not name it."""
        if self.partition_key is not None:
            return f"partition {self.partition_key}"
        if self.order is None:
            return ""
        start, end = (moment and moment.strftime("%Y-%m-%d %H:%M") for moment in (self.interval_start, self.interval_end))
        return f"data interval {start} to {end} UTC" if start and end and start != end else f"data of {start or end} UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A slice that is broken in a live incident, and when that was last seen."""

    slice: Slice
    at: datetime


MOST_BROKEN = 100
"""Problems that one incident remembers of partitions and intervals. The one seen first is forgotten beyond that."""


def add_broken(broken: tuple[Broken, ...], part: Slice, at: datetime) -> tuple[Broken, ...]:
    """Return ``broken`` with a problem added, and without those that end whenever another one ends."""
    entries = [*broken, Broken(slice=part, at=at)]
    kept = [one for place, one in enumerate(entries) if not any(_ends_with(one, other) for other in entries[:place] + entries[place + 1 :])]
    unique = tuple(dict.fromkeys(kept)) or (entries[-1],)
    return tuple(sorted(unique, key=lambda entry: entry.at)[-MOST_BROKEN:])


def _ends_with(one: Broken, other: Broken) -> bool:
    """Return whether every recovery that ends ``other`` ends ``one`` too, though it is another problem."""
    mine, theirs = one.slice.order, other.slice.order
    same_partition = one.slice.partition_key in (None, other.slice.partition_key)
    older = mine is None or (theirs is not None and mine <= theirs)
    return one != other and one.at <= other.at and same_partition and older


def remove_healthy(broken: tuple[Broken, ...], part: Slice, at: datetime) -> tuple[Broken, ...]:
    """Return what is still broken after ``part`` was found healthy at ``at``."""
    return tuple(entry for entry in broken if not part.reaches(entry.slice) or at < entry.at)
