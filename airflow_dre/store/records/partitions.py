"""States of partitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PartitionState:
    """The contribution of one partition to one number about its table."""

    partition: str
    """Its value as JSON."""
    form: str
    """Digest of what was asked, by which all suites of the dataset share it."""
    answers: str
    """Answer of the database, as JSON."""
    rows: int
    """Rows of the partition when it was scanned. States of one partition that differ in it are of different moments."""
    version: str | None = None
    """The version of the partition before it was scanned, where one is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionStates:
    """The states that one scan of some partitions of a table found, kept as one."""

    split: str
    """Digest of dataset, row filter and partition expression."""
    namespace: str
    name: str
    measured_at: datetime
    """When the look began: an earlier one never replaces a later one."""
    run_id: str | None = None
    states: tuple[PartitionState, ...] = ()
    gone: tuple[str, ...] = ()
    """Partitions that are no more."""
