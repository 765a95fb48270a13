"""Checks that bound one number, date or text of a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check, Dimension
from airflow_dre.checks.metrics import (
    ColumnMetric,
    DistinctCount,
    KeyCount,
    Maximum,
    Mean,
    Metric,
    Minimum,
    Quantile,
    RowCount,
    Sketch,
    SqlMetric,
    TableColumns,
    Total,
    ValueCount,
    Variance,
    Violations,
)
from airflow_dre.checks.outcomes import Empty, Judgement, Outcome, Range, number_text
from airflow_dre.checks.rules import HasNoValue, Within
from airflow_dre.checks.schema_checks import columns_of
from airflow_dre.checks.sketches import SPOKEN_ERROR, estimate, is_exact, read_hashes
from airflow_dre.checks.thresholds import Bound, Bounds, as_count, as_float, as_measure, as_number
from airflow_dre.checks.values import Incomparable, Scalar

_OPEN = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCheck(Check):
    """A number and the bounds it must keep."""

    fail: Bounds = _OPEN
    warn: Bounds = _OPEN
    if_empty: Empty = Empty.SKIP

    @property
    def usual_dimension(self) -> Dimension:
        return Dimension.ACCURACY

    def metric(self) -> Metric:
        """The number."""
        raise TypeError(f"{self.kind} is made of several metrics")

    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric(),)

    def observe(self, answers: Answers) -> Scalar:
        """The number that is bounded; None where there was nothing to look at."""
        return answers.scalar(self.metric())

    def expected(self) -> str:
        """The bounds in words."""
        if not self.warn:
            return str(self.fail)
        return f"{self.fail} (warn unless {self.warn})" if self.fail else f"warn unless {self.warn}"

    def spoken(self, value: Scalar) -> str:
        """The number in words."""
        if not isinstance(value, (float, Decimal)):
            return str(value)
        for digits in range(6, 18):  # six digits may say that 0.3 is not 0.3
            words = number_text(value, digits)
            told = type(value)(words)
            if all(bounds.admits(told) == bounds.admits(value) for bounds in (self.fail, self.warn)):
                return words
        return str(value)

    def keeps(self, bounds: Bounds, value: Scalar, answers: Answers) -> bool:
        """Whether the number lies within bounds."""
        return bounds.admits(value)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        value = self.observe(answers)
        if value is None:
            return Judgement(outcome=self.if_empty.outcome, reason="no value to look at", expected=self.expected())
        spoken = self.spoken(value)
        if not self.keeps(self.fail, value, answers):
            outcome, reason = Outcome.FAILED, f"{spoken} is not {self.fail}"
        elif not self.keeps(self.warn, value, answers):
            outcome, reason = Outcome.WARNED, f"{spoken} is not {self.warn}"
        else:
            outcome, reason = Outcome.PASSED, f"{spoken} is within its bounds"
        return Judgement(
            outcome=outcome,
            reason=reason,
            expected=self.expected(),
            observed=value,
            unit="rows" if self.kind == "row_count" else "",
            rows=as_count(value) if self.kind == "row_count" else None,
            warn=Range(low=as_float(self.warn.low), high=as_float(self.warn.high)),
            fail=Range(low=as_float(self.fail.low), high=as_float(self.fail.high)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCountCheck(MetricCheck):
    """The number of rows."""

    kind: ClassVar[str] = "row_count"
    usual_dimension: ClassVar[Dimension] = Dimension.COVERAGE

    def asks(self) -> Mapping[str, object]:
        return {}

    def metric(self) -> Metric:
        return RowCount(where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCountCheck(MetricCheck):
    """The number of columns."""

    kind: ClassVar[str] = "column_count"
    usual_dimension: ClassVar[Dimension] = Dimension.CONFORMITY

    def asks(self) -> Mapping[str, object]:
        return {}

    def metric(self) -> Metric:
        return TableColumns()

    def observe(self, answers: Answers) -> Scalar:
        return len(columns_of(answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCheck(MetricCheck):
    """An aggregate of one column; the subclass names the metric."""

    measure: ClassVar[type[ColumnMetric]]
    column: str

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column}

    def metric(self) -> Metric:
        return self.measure(column=self.column, where=self.traits.where)


def ends_of(bounds: Bounds) -> dict[str, Bound]:
    """The ends of bounds by their names."""
    ends = {"at_least": bounds.at_least, "at_most": bounds.at_most, "more_than": bounds.more_than, "less_than": bounds.less_than}
    return {name: end for name, end in ends.items() if end is not None}


def asked_of_database(bounds: Bounds, value: Scalar = None) -> dict[str, Bound]:
    """The ends that only the database can compare with a column: texts and dates, by its collations, its types and its infinities.

    :param value: of the column; one that is no number, such as an amount of money, is compared with no end but by the database.
    """
    ends = ends_of(bounds)
    if value is not None and not isinstance(value, (int, float, Decimal)):
        return ends
    return {name: end for name, end in ends.items() if isinstance(end, date) or (isinstance(end, str) and not _spells_a_number(end))}


def _spells_a_number(text: str) -> bool:
    number = as_number(text)
    return number is not None and math.isfinite(number)


def outside(column: str, name: str, end: Bound, where: str | None) -> Violations:
    """The rows below an end for ``at_least`` and ``less_than``, above it for the others, asked as ``between`` asks for them."""
    rules = {
        "at_least": Within(column=column, low=end),
        "less_than": Within(column=column, low=end),
        "at_most": Within(column=column, high=end),
        "more_than": Within(column=column, high=end),
    }
    return Violations(rule=rules[name], where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedCheck(ColumnCheck):
    """A value of the column at a place in its order, whose bounds are compared as ``between`` compares them."""

    def metrics(self) -> tuple[Metric, ...]:
        counted = self._outside(None)
        return (ValueCount(column=self.column, where=self.traits.where), *counted, self.metric()) if counted else (self.metric(),)

    def follow_ups(self, answers: Answers) -> tuple[Metric, ...]:
        """Return the counts that only the kind of the value tells to be needed."""
        if (value := self.observe(answers)) is None:
            return ()
        first = self.metrics()
        more = tuple(metric for metric in self._outside(value) if metric not in first)
        return (*more, self._values(first)) if more and len(first) == 1 else more

    def _outside(self, value: Scalar) -> tuple[Metric, ...]:
        ends = [*asked_of_database(self.fail, value).items(), *asked_of_database(self.warn, value).items()]
        return tuple(dict.fromkeys(outside(self.column, name, end, self.traits.where) for name, end in ends))

    def _values(self, first: tuple[Metric, ...]) -> Metric:
        """Return what counts the values: a count of rows where it is asked for each segment after the first answers."""
        where = self.traits.where
        if len(first) == 1:
            return Violations(rule=HasNoValue(column=self.column), where=where)
        return ValueCount(column=self.column, where=where)

    def needed(self, values: int) -> int:
        """The number of smallest values of which the last is the one that is bounded."""
        raise NotImplementedError

    def keeps(self, bounds: Bounds, value: Scalar, answers: Answers) -> bool:
        ends = asked_of_database(bounds, value)
        if not ends:
            return bounds.admits(value)
        rest = replace(bounds, **dict.fromkeys(ends))
        return (not rest or rest.admits(value)) and all(self._keeps_end(name, end, answers) for name, end in ends.items())

    def _keeps_end(self, name: str, end: Bound, answers: Answers) -> bool:
        if not (values := as_count(answers.scalar(self._values(self.metrics())))):
            raise Incomparable("only the database compares the value with its bounds, and it counted none: the table changed meanwhile")
        wrong, needed = as_count(answers.scalar(outside(self.column, name, end, self.traits.where))), self.needed(values)
        match name:
            case "at_least":  # fewer values lie below the end
                return wrong < needed
            case "less_than":
                return wrong >= needed
            case "at_most":  # enough values do not lie above the end
                return values - wrong >= needed
            case _:
                return values - wrong < needed


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMin(OrderedCheck):
    """The smallest value."""

    kind: ClassVar[str] = "column_min"
    measure: ClassVar[type[ColumnMetric]] = Minimum

    def needed(self, values: int) -> int:
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMax(OrderedCheck):
    """The largest value."""

    kind: ClassVar[str] = "column_max"
    measure: ClassVar[type[ColumnMetric]] = Maximum

    def needed(self, values: int) -> int:
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMean(ColumnCheck):
    """The arithmetic mean."""

    kind: ClassVar[str] = "mean"
    measure: ClassVar[type[ColumnMetric]] = Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTotal(ColumnCheck):
    """The sum."""

    kind: ClassVar[str] = "total"
    measure: ClassVar[type[ColumnMetric]] = Total
    by_kind: bool = False

    def metric(self) -> Metric:
        return Total(column=self.column, where=self.traits.where, by_kind=self.by_kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStddev(ColumnCheck):
    """The standard deviation of a sample, the root of its variance."""

    kind: ClassVar[str] = "stddev"
    measure: ClassVar[type[ColumnMetric]] = Variance

    def metrics(self) -> tuple[Metric, ...]:
        return ValueCount(column=self.column, where=self.traits.where), self.metric()

    def observe(self, answers: Answers) -> Scalar:
        values, variance = (answers.scalar(metric) for metric in self.metrics())
        if as_count(values) < 2:
            return None
        if variance is None:  # a database without not-a-number means it
            return math.nan
        return math.sqrt(max(as_measure(variance), 0.0))  # below 0 only by rounding, where all values are alike


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnQuantile(OrderedCheck):
    """The value below which a share of the values lies."""

    measure: ClassVar[type[ColumnMetric]] = Quantile
    at: Decimal
    interpolate: bool = True

    @property
    def kind(self) -> str:
        return "quantile"

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column, "at": str(self.at.normalize()), **({} if self.interpolate else {"interpolate": False})}

    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric(),) if self.interpolate else super(ColumnQuantile, self).metrics()

    def follow_ups(self, answers: Answers) -> tuple[Metric, ...]:
        return () if self.interpolate else super(ColumnQuantile, self).follow_ups(answers)

    def keeps(self, bounds: Bounds, value: Scalar, answers: Answers) -> bool:
        return bounds.admits(value) if self.interpolate else super(ColumnQuantile, self).keeps(bounds, value, answers)

    def needed(self, values: int) -> int:
        return max(1, math.ceil(self.at * values))

    def metric(self) -> Metric:
        return Quantile(column=self.column, at=self.at, interpolate=self.interpolate, where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMedian(ColumnQuantile):
    """The middle value."""

    at: Decimal = Decimal("0.5")

    @property
    def kind(self) -> str:
        return "median"

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column}


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinctCheck(MetricCheck):
    """The number of different complete keys."""

    kind: ClassVar[str] = "distinct_count"
    usual_dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    key: tuple[str, ...]
    approximate: bool = False
    """Counted by a sketch, which merges from partition to partition, with a small error."""

    def asks(self) -> Mapping[str, object]:
        return {"columns": list(self.key), **({"approximate": True} if self.approximate else {})}

    def metric(self) -> Metric:
        kind = Sketch if self.approximate else DistinctCount
        return kind(columns=self.key, where=self.traits.where)

    def different(self, answers: Answers) -> int:
        """The number of different keys."""
        answer = answers.scalar(self.metric())
        return estimate(read_hashes(answer)) if self.approximate else as_count(answer)

    def expected(self) -> str:
        words = super(DistinctCheck, self).expected()
        return f"{words}, counted to {SPOKEN_ERROR}" if self.approximate else words

    def spoken(self, value: Scalar) -> str:
        if not self.approximate or (isinstance(value, int) and is_exact(value)):
            return super(DistinctCheck, self).spoken(value)
        return f"about {value:,} ({SPOKEN_ERROR})"

    def observe(self, answers: Answers) -> Scalar:
        return self.different(answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueRatio(DistinctCheck):
    """Different complete keys, as a share of the rows that have one."""

    kind: ClassVar[str] = "unique_ratio"

    def metrics(self) -> tuple[Metric, ...]:
        return KeyCount(columns=self.key, where=self.traits.where), self.metric()

    def observe(self, answers: Answers) -> Scalar:
        keys, different = as_count(answers.scalar(self.metrics()[0])), self.different(answers)
        return min(different, keys) / keys if keys else None

    def spoken(self, value: Scalar) -> str:
        words = super(DistinctCheck, self).spoken(value)
        return f"about {words} ({SPOKEN_ERROR})" if self.approximate else words


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSql(MetricCheck):
    """A number that the Dag author asks for in SQL."""

    kind: ClassVar[str] = "metric_sql"
    sql: str

    def asks(self) -> Mapping[str, object]:
        return {"sql": self.sql}

    def metric(self) -> Metric:
        return SqlMetric(sql=self.sql, where=self.traits.where)
