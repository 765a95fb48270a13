"""The base of every metric."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from airflow_dre.checks.merge import Merge
from airflow_dre.checks.senses import Columns, Sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number (or date, or text, or list) about the rows of a table."""

    state_name: ClassVar[str]
    """Name in the keys of stored partition states. It never changes, whatever the class is called. Metrics without a state have none."""
    lists_rows: ClassVar[bool] = False
    """True if its answer is rows, and not one value."""
    reads_rows: ClassVar[bool] = True
    """True if it reads rows of the table. The catalogue, another table and earlier results are read anew by each run."""
    reads_catalogue: ClassVar[bool] = False
    """True if it reads the catalogue only."""
    reads_history: ClassVar[bool] = False
    """True if the results store answers it, and not the warehouse."""
    shares_scan: ClassVar[bool] = True
    """True if it can be an aggregate in the common scan of a suite."""
    counts_failing_rows: ClassVar[bool] = False
    """True if it counts rows that break a check, and that can be shown."""
    merge: ClassVar[Merge | None] = None
    """How its states of partitions merge. None: it does not follow from them, for the reason in ``unmergeable``."""
    unmergeable: ClassVar[str] = "how its values in partitions merge is not known"
    """Reason why it does not follow from the states of partitions. It has no effect on a metric that merges."""
    averages: ClassVar[bool] = False
    """True if it is the mean of the values that its state adds up, and not their sum."""
    of_no_rows: ClassVar[int | None] = None
    """Its answer for no rows, where it is one value."""
    where: str | None = None
    """SQL condition of the check itself, on top of the row filter of the suite."""

    def state_parts(self) -> tuple[Metric, ...]:
        """Return the metrics whose answers about a partition are its state. Metrics with the same parts and merge share a state."""
        return (self,)

    def unmergeable_by(self, column: str | None) -> str | None:
        """Return why a metric with a ``merge`` does not follow from these partitions all the same, or None where it does.

        :param column: the column by which the table is partitioned; None: by an expression.
        """
        return None

    def row_reason(self, by: str | None) -> str | None:
        """Return why each row that it counts breaks a check, in words that quote no row, or None where it counts no such rows.

        :param by: the column of segments.
        """
        return None

    def as_read(self, columns: Columns) -> Self:
        """Return the metric about the columns to read, which is the same where no type was guessed."""
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMetric(Metric):
    """A metric about one column."""

    column: str

    def as_read(self, columns: Columns) -> Self:
        sense = self.sense or columns.bound_sense(type(self), self.column)
        return self if sense is None else replace(self, column=columns.name_of(self.column, sense))

    @property
    def sense(self) -> Sense | None:
        """The sense in which it speaks of the values. None: that of the bounds on them."""
        return None
