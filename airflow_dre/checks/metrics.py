"""Metrics of a table, which checks are judged by.

A metric is a frozen value: two checks that need the same number need equal metrics, so the number is asked once.
``airflow_dre.sql`` renders it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from airflow_dre.checks.rules import Nulls, Rule
from airflow_dre.values.calendar import Unit
from airflow_dre.values.scalars import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number (or date, or text, or list) about the rows of a table."""

    state_name: ClassVar[str]
    """Name in the keys of stored partition states. It never changes, whatever the class is called. Metrics without a state have none."""
    lists_rows: ClassVar[bool] = False
    """Whether its answer is rows, and not one value."""
    reads_rows: ClassVar[bool] = True
    """Whether it reads rows of the table. The catalogue, another table and earlier results are read anew by each run."""
    reads_catalogue: ClassVar[bool] = False
    """Whether it reads the catalogue only."""
    shares_scan: ClassVar[bool] = True
    """Whether it can be an aggregate in the common scan of a suite."""
    counts_failing_rows: ClassVar[bool] = False
    """Whether it counts rows that break a check, and that can be shown."""
    unmergeable: ClassVar[str] = "how its values in partitions merge is not known"
    """Reason why it does not follow from the states of partitions. It has no effect on a metric that merges."""
    of_no_rows: ClassVar[int | None] = None
    """Its answer for no rows, where it is one value."""
    where: str | None = None
    """SQL condition of the check itself, on top of the row filter of the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount(Metric):
    """All rows."""

    state_name: ClassVar[str] = "RowCount"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMetric(Metric):
    """A metric about one column."""

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount(ColumnMetric):
    """Rows in which the column is not NULL."""

    state_name: ClassVar[str] = "ValueCount"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCount(Metric):
    """Rows in which every column of the key has a value."""

    state_name: ClassVar[str] = "KeyCount"
    columns: tuple[str, ...]
    nulls: Nulls = Nulls.SKIP
    """With ``skip_all`` rows in which any of the columns has a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violations(Metric):
    """Rows that a rule applies to and that break it."""

    state_name: ClassVar[str] = "Violations"
    counts_failing_rows: ClassVar[bool] = True
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(ColumnMetric):
    """The smallest value."""

    state_name: ClassVar[str] = "Minimum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum(ColumnMetric):
    """The largest value."""

    state_name: ClassVar[str] = "Maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaximumOf(Metric):
    """The largest value of a SQL expression about one row."""

    state_name: ClassVar[str] = "MaximumOf"
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean(ColumnMetric):
    """The arithmetic mean of the values that are not NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(ColumnMetric):
    """The sum of the values that are not NULL."""

    state_name: ClassVar[str] = "Total"
    by_kind: bool = False
    """Whether the sum of nothing is 0, as in pandas, where the values may have been of a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance(ColumnMetric):
    """The variance of a sample, with n - 1 below the line. It is NULL for fewer than two values."""

    state_name: ClassVar[str] = "Variance"


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
    shares_scan: ClassVar[bool] = False
    of_no_rows: ClassVar[int | None] = 0
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch(Metric):
    """The smallest different 64-bit hashes of complete keys, as numbers between commas. They need a grouping."""

    state_name: ClassVar[str] = "Sketch"
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
    shares_scan: ClassVar[bool] = False
    counts_failing_rows: ClassVar[bool] = True
    columns: tuple[str, ...]
    incomplete: Nulls = Nulls.SKIP
    """With another word keys with NULL count too, where the values may have been of a frame: two that are missing are the same there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanCount(Metric):
    """Rows whose complete key is missing in another table."""

    shares_scan: ClassVar[bool] = False
    counts_failing_rows: ClassVar[bool] = True
    unmergeable: ClassVar[str] = "the other table changes too, so that rows which were right are wrong now"
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]


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
    """The value that a check observed when it last passed, which the results store answers and not the warehouse."""

    reads_rows: ClassVar[bool] = False
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
