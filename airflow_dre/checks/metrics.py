"""The questions a check can ask of a table.

A metric is a frozen value: two checks that need the same number need equal metrics, so the number is asked once.
How a metric becomes SQL is the business of ``airflow_dre.sql``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Scalar = int | float | Decimal | str | date | datetime | None
"""What a warehouse may answer to one metric."""

Literal = int | float | Decimal | str | date | datetime | bool
"""What a Dag author may compare a column with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number (or date, or text) about the rows of a table."""

    where: str | None = None
    """SQL condition of the check itself, on top of the row filter of the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount(Metric):
    """All rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMetric(Metric):
    """A metric about one column."""

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount(ColumnMetric):
    """Rows in which the column is not NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NullCount(ColumnMetric):
    """Rows in which the column is NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCount(ColumnMetric):
    """Rows whose value is below ``low`` or above ``high``; NULL is neither."""

    low: Literal
    high: Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class NotInSetCount(ColumnMetric):
    """Rows whose value is none of ``values``; NULL is not counted."""

    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(ColumnMetric):
    """The smallest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum(ColumnMetric):
    """The largest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean(ColumnMetric):
    """The arithmetic mean of the values that are not NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetCount(Metric):
    """Rows in which the SQL condition is false; NULL is not counted, as in a SQL CHECK constraint."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCount(Metric):
    """Rows in which every column of the key has a value."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateCount(Metric):
    """Rows that share a complete key with at least one other row; needs a grouping of its own."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlMetric(Metric):
    """The number that an aggregate expression, or a whole SELECT, gives."""

    sql: str
