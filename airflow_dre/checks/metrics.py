"""Metrics of a table, which checks are judged by.

A metric is a frozen value: two checks that need the same number need equal metrics, so the number is asked once.
``airflow_dre.sql`` renders it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from airflow_dre.checks.merge import Merge
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.values.calendar import Unit
from airflow_dre.values.scalars import Literal


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount(Metric):
    """All rows."""

    state_name: ClassVar[str] = "RowCount"
    merge: ClassVar[Merge | None] = Merge.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMetric(Metric):
    """A metric about one column."""

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount(ColumnMetric):
    """Rows in which the column is not NULL."""

    state_name: ClassVar[str] = "ValueCount"
    merge: ClassVar[Merge | None] = Merge.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCount(Metric):
    """Rows in which every column of the key has a value."""

    state_name: ClassVar[str] = "KeyCount"
    merge: ClassVar[Merge | None] = Merge.COUNT
    columns: tuple[str, ...]
    nulls: Nulls = Nulls.SKIP
    """With ``skip_all`` rows in which any of the columns has a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations(Metric):
    """Rows that a rule applies to and that break it."""

    state_name: ClassVar[str] = "Violations"
    merge: ClassVar[Merge | None] = Merge.COUNT
    counts_failing_rows: ClassVar[bool] = True
    rule: Rule

    def unmergeable_by(self, column: str | None) -> str | None:
        return self.rule.unmergeable or None

    def row_reason(self, by: str | None) -> str | None:
        return self.rule.row_reason()


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(ColumnMetric):
    """The smallest value."""

    state_name: ClassVar[str] = "Minimum"
    merge: ClassVar[Merge | None] = Merge.SMALLEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum(ColumnMetric):
    """The largest value."""

    state_name: ClassVar[str] = "Maximum"
    merge: ClassVar[Merge | None] = Merge.LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class MaximumOf(Metric):
    """The largest value of a SQL expression about one row."""

    state_name: ClassVar[str] = "MaximumOf"
    merge: ClassVar[Merge | None] = Merge.LARGEST
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean(ColumnMetric):
    """The arithmetic mean of the values that are not NULL."""

    merge: ClassVar[Merge | None] = Merge.SUM
    averages: ClassVar[bool] = True

    def state_parts(self) -> tuple[Metric, ...]:
        return (ValueCount(column=self.column, where=self.where), Total(column=self.column, where=self.where))


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(ColumnMetric):
    """The sum of the values that are not NULL."""

    state_name: ClassVar[str] = "Total"
    merge: ClassVar[Merge | None] = Merge.SUM
    by_kind: bool = False
    """True if the sum of nothing is 0, as in pandas, where the values may have been of a frame."""

    def state_parts(self) -> tuple[Metric, ...]:
        return (ValueCount(column=self.column, where=self.where), Total(column=self.column, where=self.where))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance(ColumnMetric):
    """The variance of a sample, with n - 1 below the line. It is NULL for fewer than two values."""

    state_name: ClassVar[str] = "Variance"
    merge: ClassVar[Merge | None] = Merge.MOMENTS

    def state_parts(self) -> tuple[Metric, ...]:
        return (ValueCount(column=self.column, where=self.where), Total(column=self.column, where=self.where), self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile(ColumnMetric):
    """The value below which a share of the values lies."""

    unmergeable: ClassVar[str] = "the quantile of a table does not follow from those of its partitions"
    at: Decimal
    interpolate: bool
    """Between two values, as SQL's PERCENTILE_CONT. Otherwise a value of the column, as PERCENTILE_DISC."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount(ColumnMetric):
    """Rows whose value steps the wrong way from the row before, without rows that have no value."""

    shares_scan: ClassVar[bool] = False
    counts_failing_rows: ClassVar[bool] = True
    unmergeable: ClassVar[str] = "the row before may lie in another partition"
    order_by: tuple[str, ...]
    rising: bool
    strictly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MostCommon(ColumnMetric):
    """The most common values, as rows of value, count, and whether it is known: more than one where several tie."""

    lists_rows: ClassVar[bool] = True
    shares_scan: ClassVar[bool] = False
    unmergeable: ClassVar[str] = "what is rare in each partition may be most common in all of them"
    known: tuple[Literal, ...] = ()
    """The values that the database looks for, so that it decides for each whether it is one of them, as in a rule for each row."""
    by_kind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods(ColumnMetric):
    """The calendar units in which the column has a value, as rows of one value."""

    state_name: ClassVar[str] = "Periods"
    merge: ClassVar[Merge | None] = Merge.LIST
    lists_rows: ClassVar[bool] = True
    shares_scan: ClassVar[bool] = False
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRowCount(Metric):
    """All rows of another table."""

    reads_rows: ClassVar[bool] = False
    table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRowCount(Metric):
    """The rows that a SELECT of the Dag author returns."""

    shares_scan: ClassVar[bool] = False
    counts_failing_rows: ClassVar[bool] = True
    unmergeable: ClassVar[str] = "its SELECT may read any partition"
    sql: str

    def row_reason(self, by: str | None) -> str | None:
        return "its SELECT returns this row"


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlMetric(Metric):
    """The value of an aggregate expression, or of a whole SELECT."""

    unmergeable: ClassVar[str] = "its values in partitions do not add up in a known way"
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumns(Metric):
    """The columns of the table in their order, as rows of name and type, and a third that is true where the type was guessed."""

    lists_rows: ClassVar[bool] = True
    reads_rows: ClassVar[bool] = False
    reads_catalogue: ClassVar[bool] = True
    shares_scan: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Metric):
    """The number of values of a column whose type was guessed that cannot be read as another type."""

    reads_rows: ClassVar[bool] = False
    column: str
    as_type: str
    """By its usual name, with its parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableConstraints(Metric):
    """The constraints that the database enforces, as rows of kind (``not_null`` or ``unique``), name of the constraint, and column."""

    lists_rows: ClassVar[bool] = True
    reads_rows: ClassVar[bool] = False
    reads_catalogue: ClassVar[bool] = True
    shares_scan: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPassed(Metric):
    """The value that a check observed when it last passed."""

    reads_rows: ClassVar[bool] = False
    reads_history: ClassVar[bool] = True
    check_id: str


@dataclass(frozen=True, slots=True)
class Expression:
    """A SQL expression about one row, by which a Dag author splits rows where no column does."""

    sql: str


GroupBy = str | Expression
"""Criterion that splits rows: a column by its exact name, or an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerSegment(Metric):
    """A metric for each value of a column or an expression, as rows of segment and answer."""

    by: GroupBy
    metric: Metric

    def row_reason(self, by: str | None) -> str | None:
        return self.metric.row_reason(by)


def _key_that_merges(column: str | None) -> str:
    return "a key that holds the partition column would merge" if column is None else f"a key with the column {column} in it merges"
