"""Checks that bound one number, date or text of a table."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.families import NUMERIC, Families
from airflow_dre.checks.kinds.schema import answered_columns
from airflow_dre.checks.metrics import (
    ColumnMetric,
    DistinctCount,
    KeyCount,
    Mean,
    Metric,
    RowCount,
    Sketch,
    SqlMetric,
    TableColumns,
    Total,
    ValueCount,
    Variance,
)
from airflow_dre.checks.outcomes import Empty, Judgement, Observes, Outcome, Range, number_text
from airflow_dre.checks.reasons import because, observed
from airflow_dre.checks.thresholds import Bounds
from airflow_dre.values.numbers import as_count, as_float, to_float
from airflow_dre.values.scalars import Scalar
from airflow_dre.values.sketches import SHOWN_ERROR, estimate, is_exact, read_hashes

_OPEN = Bounds()
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCheck(Check):
    """A number and the bounds it must keep."""

    counts_rows: ClassVar[bool] = False
    """True if the number is one of rows."""
    fail: Bounds = _OPEN
    warn: Bounds = _OPEN
    if_empty: Empty = Empty.SKIP

    @property
    def default_dimension(self) -> Dimension:
        return Dimension.ACCURACY

    def metric(self) -> Metric:
        """Return the number."""
        raise TypeError(f"{self.kind} is made of several metrics")

    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric(),)

    def observe(self, answers: Answers) -> Scalar:
        """Return the number that is bounded, or None where there was nothing to read."""
        return answers.scalar(self.metric())

    def expected(self) -> str:
        """Return the bounds in words."""
        if not self.warn:
            return str(self.fail)
        return f"{self.fail} (warn unless {self.warn})" if self.fail else f"warn unless {self.warn}"

    def format_observed(self, value: Scalar) -> str:
        """Return the number in words."""
        if not isinstance(value, (float, Decimal)):
            return str(value)
        for digits in range(6, 18):  # six digits may say that 0.3 is not 0.3
            words = number_text(value, digits)
            told = type(value)(words)
            if all(bounds.admits(told) == bounds.admits(value) for bounds in (self.fail, self.warn)):
                return words
        return str(value)

    def keeps(self, bounds: Bounds, value: Scalar, answers: Answers) -> bool:
        """Return whether the number lies within bounds."""
        return bounds.admits(value)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        value = self.observe(answers)
        if value is None:
            return Judgement(outcome=self.if_empty.outcome, reason=because("no value to check"), expected=self.expected())
        shown = observed(self.format_observed(value))
        if not self.keeps(self.fail, value, answers):
            outcome, reason = Outcome.FAILED, because("{value} is not {bounds}", value=shown, bounds=self.fail)
        elif not self.keeps(self.warn, value, answers):
            outcome, reason = Outcome.WARNED, because("{value} is not {bounds}", value=shown, bounds=self.warn)
        else:
            outcome, reason = Outcome.PASSED, because("{value} is within its bounds", value=shown)
        return Judgement(
            outcome=outcome,
            reason=reason,
            expected=self.expected(),
            observed=value,
            unit="rows" if self.counts_rows else "",
            rows=as_count(value) if self.counts_rows else None,
            warn=Range(low=as_float(self.warn.low), high=as_float(self.warn.high)),
            fail=Range(low=as_float(self.fail.low), high=as_float(self.fail.high)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCountCheck(MetricCheck):
    """The number of rows."""

    bounds_are_numbers: ClassVar[bool] = True
    counts_rows: ClassVar[bool] = True
    observes: ClassVar[Observes] = Observes.COUNT
    kind: ClassVar[str] = "row_count"
    default_dimension: ClassVar[Dimension] = Dimension.COVERAGE

    def identity_arguments(self) -> Mapping[str, object]:
        return {}

    def metric(self) -> Metric:
        return RowCount(where=self.options.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCountCheck(MetricCheck):
    """The number of columns."""

    bounds_are_numbers: ClassVar[bool] = True
    refuses_by: ClassVar[str] = "it reads no rows"
    refuses_where: ClassVar[str] = "it reads no rows"
    observes: ClassVar[Observes] = Observes.COUNT
    kind: ClassVar[str] = "column_count"
    default_dimension: ClassVar[Dimension] = Dimension.CONFORMITY

    def identity_arguments(self) -> Mapping[str, object]:
        return {}

    def metric(self) -> Metric:
        return TableColumns()

    def observe(self, answers: Answers) -> Scalar:
        return len(answered_columns(answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCheck(MetricCheck):
    """An aggregate of one column, whose metric the subclass names."""

    measure: ClassVar[type[ColumnMetric]]
    column: str

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column}

    def metric(self) -> Metric:
        return self.measure(column=self.column, where=self.options.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMean(ColumnCheck):
    """The arithmetic mean."""

    kind: ClassVar[str] = "mean"
    measure: ClassVar[type[ColumnMetric]] = Mean

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: NUMERIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTotal(ColumnCheck):
    """The sum."""

    kind: ClassVar[str] = "total"
    measure: ClassVar[type[ColumnMetric]] = Total
    by_kind: bool = False

    def metric(self) -> Metric:
        return Total(column=self.column, where=self.options.where, by_kind=self.by_kind)

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: NUMERIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStddev(ColumnCheck):
    """The standard deviation of a sample, the root of its variance."""

    bounds_are_numbers: ClassVar[bool] = True
    kind: ClassVar[str] = "stddev"
    measure: ClassVar[type[ColumnMetric]] = Variance

    def metrics(self) -> tuple[Metric, ...]:
        return ValueCount(column=self.column, where=self.options.where), self.metric()

    def observe(self, answers: Answers) -> Scalar:
        values, variance = (answers.scalar(metric) for metric in self.metrics())
        if as_count(values) < 2:
            return None
        if variance is None:  # a database without not-a-number means it
            return math.nan
        return math.sqrt(max(to_float(variance), 0.0))  # below 0 only by rounding, where all values are alike

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: NUMERIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctCheck(MetricCheck):
    """The number of different complete keys."""

    bounds_are_numbers: ClassVar[bool] = True
    observes: ClassVar[Observes] = Observes.COUNT
    kind: ClassVar[str] = "distinct_count"
    default_dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    key: tuple[str, ...]
    approximate: bool = False
    """Counted by a sketch, which merges from partition to partition, with a small error."""

    def identity_arguments(self) -> Mapping[str, object]:
        return {"columns": list(self.key), **({"approximate": True} if self.approximate else {})}

    def metric(self) -> Metric:
        kind = Sketch if self.approximate else DistinctCount
        return kind(columns=self.key, where=self.options.where)

    def different(self, answers: Answers) -> int:
        """Return the number of different keys."""
        answer = answers.scalar(self.metric())
        return estimate(read_hashes(answer)) if self.approximate else as_count(answer)

    def expected(self) -> str:
        words = super(DistinctCheck, self).expected()
        return f"{words}, counted to {SHOWN_ERROR}" if self.approximate else words

    def format_observed(self, value: Scalar) -> str:
        if not self.approximate or (isinstance(value, int) and is_exact(value)):
            return super(DistinctCheck, self).format_observed(value)
        return f"about {value:,} ({SHOWN_ERROR})"

    def observe(self, answers: Answers) -> Scalar:
        return self.different(answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueRatio(DistinctCheck):
    """Different complete keys, as a share of the rows that have one."""

    kind: ClassVar[str] = "unique_ratio"

    def metrics(self) -> tuple[Metric, ...]:
        return KeyCount(columns=self.key, where=self.options.where), self.metric()

    def observe(self, answers: Answers) -> Scalar:
        keys, different = as_count(answers.scalar(self.metrics()[0])), self.different(answers)
        return min(different, keys) / keys if keys else None

    def format_observed(self, value: Scalar) -> str:
        words = super(DistinctCheck, self).format_observed(value)
        return f"about {words} ({SHOWN_ERROR})" if self.approximate else words


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSql(MetricCheck):
    """A number that the Dag author asks for in SQL."""

    kind: ClassVar[str] = "metric_sql"
    sql: str

    def identity_arguments(self) -> Mapping[str, object]:
        return {"sql": self.sql}

    def metric(self) -> Metric:
        return SqlMetric(sql=self.sql, where=self.options.where)

    @property
    def sql_words(self) -> tuple[str, ...]:
        return tuple(_WORD.findall(self.sql))
