"""The choice of the partitions that a run scans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from airflow_dre.checks.check import Check
from airflow_dre.declaring.slips import one_of
from airflow_dre.errors import Problem
from airflow_dre.partitions.merging import unmergeable_problems
from airflow_dre.partitions.values import Partition, calendar_like, format_partition, read_like, split_by
from airflow_dre.values.scalars import Incomparable

_WORD = re.compile(r"\w+")


class Choice(StrEnum):
    """Values of ``partitions``."""

    RUN = "run"
    """Those of the run: its partition key, or else its data interval."""
    CHANGED = "changed"
    """Those whose version has changed since they were scanned."""
    ALL = "all"


def find_partition_problems(
    subject: str, checks: Sequence[Check], partition_by: object, partitions: object, changes: object
) -> list[Problem]:
    """Return what is wrong with the partitioning of a task. Templates are checked when they are rendered."""
    allowed = one_of(partitions, [choice.value for choice in Choice])
    later = isinstance(partitions, str) and ("{{" in partitions or "{%" in partitions)
    problems = [] if later or partitions in list(Choice) else [Problem(subject, "partitions", partitions, allowed)]
    if partition_by is None:
        given = {"partitions": None if partitions == Choice.RUN else partitions, "changes": changes}
        alone = [
            Problem(subject, name, value, "a value only together with partition_by") for name, value in given.items() if value is not None
        ]
        return problems or alone
    if not isinstance(partition_by, str) or not partition_by.strip():
        return [*problems, Problem(subject, "partition_by", partition_by, "a column, or a SQL expression about one row")]
    if later:
        return [*problems, *unmergeable_problems(checks, split_by(partition_by))]
    if changes is not None and (partitions != Choice.CHANGED or not isinstance(changes, str)):
        problems.append(
            Problem(subject, "changes", changes, "one read-only SELECT of partition and version, together with partitions='changed'")
        )
    return [*problems, *unmergeable_problems(checks, split_by(partition_by))]


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
