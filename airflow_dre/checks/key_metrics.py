"""Counts of keys, which are values of one or several columns. Import them from :mod:`airflow_dre.checks.metrics`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from airflow_dre.checks.merge import Merge
from airflow_dre.checks.metric import Metric
from airflow_dre.checks.rule import Nulls
from airflow_dre.checks.senses import Columns, Sense


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCount(Metric):
    """Rows in which every column of the key has a value."""

    state_name: ClassVar[str] = "KeyCount"
    merge: ClassVar[Merge | None] = Merge.COUNT
    columns: tuple[str, ...]
    nulls: Nulls = Nulls.SKIP
    """With ``skip_all`` rows in which any of the columns has a value."""

    def as_read(self, columns: Columns) -> Self:
        return replace(self, columns=tuple(columns.name_of(name, Sense.TEXT, of_value=False) for name in self.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctCount(Metric):
    """Different complete keys, which need a grouping."""

    state_name: ClassVar[str] = "DistinctCount"
    merge: ClassVar[Merge | None] = Merge.COUNT
    shares_scan: ClassVar[bool] = False
    of_no_rows: ClassVar[int | None] = 0
    columns: tuple[str, ...]

    def unmergeable_by(self, column: str | None) -> str | None:
        reason = f"one key may be in several partitions; approximate=True merges, and {_key_that_merges(column)}"
        return None if column in self.columns else reason

    def as_read(self, columns: Columns) -> Self:
        return replace(self, columns=tuple(map(columns.key_of, self.columns)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch(Metric):
    """The smallest different 64-bit hashes of complete keys, as numbers between commas. They need a grouping."""

    state_name: ClassVar[str] = "Sketch"
    merge: ClassVar[Merge | None] = Merge.HASHES
    shares_scan: ClassVar[bool] = False
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatCount(Metric):
    """Rows with a complete key less the different fingerprints of keys: 0 proves that no key repeats."""

    shares_scan: ClassVar[bool] = False
    columns: tuple[str, ...]

    def as_read(self, columns: Columns) -> Self:
        return replace(self, columns=tuple(map(columns.key_of, self.columns)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateCount(Metric):
    """Rows that share a complete key with at least one other row. They need a grouping."""

    state_name: ClassVar[str] = "DuplicateCount"
    merge: ClassVar[Merge | None] = Merge.COUNT
    shares_scan: ClassVar[bool] = False
    counts_failing_rows: ClassVar[bool] = True
    columns: tuple[str, ...]
    incomplete: Nulls = Nulls.SKIP
    """With another word keys with NULL count too, where the values may have been of a frame: two that are missing are the same there."""

    def unmergeable_by(self, column: str | None) -> str | None:
        reason = f"two rows with one key may lie in different partitions; {_key_that_merges(column)}"
        return None if column in self.columns else reason

    def row_reason(self, by: str | None) -> str | None:
        segment = f" of the same {by}" if by and by not in self.columns else ""
        return f"another row{segment} has the same {', '.join(self.columns)}"

    def as_read(self, columns: Columns) -> Self:
        return replace(self, columns=tuple(map(columns.key_of, self.columns)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanCount(Metric):
    """Rows whose complete key is missing in another table."""

    shares_scan: ClassVar[bool] = False
    counts_failing_rows: ClassVar[bool] = True
    unmergeable: ClassVar[str] = "the other table changes too, so that rows which were right are wrong now"
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]

    def row_reason(self, by: str | None) -> str | None:
        return f"{', '.join(self.columns)} is not in {self.parent}"


def _key_that_merges(column: str | None) -> str:
    return "a key that holds the partition column would merge" if column is None else f"a key with the column {column} in it merges"
