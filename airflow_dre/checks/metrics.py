"""Metrics of a table, which checks are judged by.

A metric is a frozen value: two checks that need the same number need equal metrics, so the number is asked once.
``airflow_dre.sql`` renders it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Self

from airflow_dre.checks.key_metrics import DistinctCount as DistinctCount
from airflow_dre.checks.key_metrics import DuplicateCount as DuplicateCount
from airflow_dre.checks.key_metrics import KeyCount as KeyCount
from airflow_dre.checks.key_metrics import OrphanCount as OrphanCount
from airflow_dre.checks.key_metrics import RepeatCount as RepeatCount
from airflow_dre.checks.key_metrics import Sketch as Sketch
from airflow_dre.checks.merge import Merge
from airflow_dre.checks.metric import ColumnMetric as ColumnMetric
from airflow_dre.checks.metric import Metric as Metric
from airflow_dre.checks.outside_metrics import LastPassed as LastPassed
from airflow_dre.checks.outside_metrics import OtherRowCount as OtherRowCount
from airflow_dre.checks.outside_metrics import TableColumns as TableColumns
from airflow_dre.checks.outside_metrics import TableConstraints as TableConstraints
from airflow_dre.checks.outside_metrics import Unreadable as Unreadable
from airflow_dre.checks.rule import Rule
from airflow_dre.checks.senses import Columns, Sense
from airflow_dre.values.calendar import Unit
from airflow_dre.values.scalars import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount(Metric):
    """All rows."""

    state_name: ClassVar[str] = "RowCount"
    merge: ClassVar[Merge | None] = Merge.COUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount(ColumnMetric):
    """Rows in which the column is not NULL."""

    state_name: ClassVar[str] = "ValueCount"
    merge: ClassVar[Merge | None] = Merge.COUNT

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, rule=self.rule.as_read(columns))


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

    @property
    def sense(self) -> Sense | None:
        return Sense.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(ColumnMetric):
    """The sum of the values that are not NULL."""

    state_name: ClassVar[str] = "Total"
    merge: ClassVar[Merge | None] = Merge.SUM
    by_kind: bool = False
    """True if the sum of nothing is 0, as in pandas, where the values may have been of a frame."""

    def state_parts(self) -> tuple[Metric, ...]:
        return (ValueCount(column=self.column, where=self.where), Total(column=self.column, where=self.where))

    @property
    def sense(self) -> Sense | None:
        return Sense.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance(ColumnMetric):
    """The variance of a sample, with n - 1 below the line. It is NULL for fewer than two values."""

    state_name: ClassVar[str] = "Variance"
    merge: ClassVar[Merge | None] = Merge.MOMENTS

    def state_parts(self) -> tuple[Metric, ...]:
        return (ValueCount(column=self.column, where=self.where), Total(column=self.column, where=self.where), self)

    @property
    def sense(self) -> Sense | None:
        return Sense.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile(ColumnMetric):
    """The value below which a share of the values lies."""

    unmergeable: ClassVar[str] = "the quantile of a table does not follow from those of its partitions"
    at: Decimal
    interpolate: bool
    """Between two values, as SQL's PERCENTILE_CONT. Otherwise a value of the column, as PERCENTILE_DISC."""

    @property
    def sense(self) -> Sense | None:
        return Sense.NUMBER if self.interpolate else None


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

    @property
    def sense(self) -> Sense | None:
        return Sense.MOMENT


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, metric=self.metric.as_read(columns))
