"""Checks that bound one number, date or text of a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check, Dimension
from airflow_dre.checks.metrics import ColumnMetric, Maximum, Mean, Metric, Minimum, RowCount, SqlMetric
from airflow_dre.checks.outcomes import Judgement, Outcome, Range
from airflow_dre.checks.thresholds import Bounds, as_count, as_float

_OPEN = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCheck(Check):
    """A number and the bounds it must keep."""

    fail: Bounds = _OPEN
    warn: Bounds = _OPEN

    @abstractmethod
    def metric(self) -> Metric:
        """The number."""

    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric(),)

    def expected(self) -> str:
        """The bounds in words."""
        if not self.warn:
            return str(self.fail)
        return f"{self.fail} (warn unless {self.warn})" if self.fail else f"warn unless {self.warn}"

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        value = answers[self.metric()]
        if value is None:
            return Judgement(outcome=Outcome.SKIPPED, reason="no value to look at", expected=self.expected())
        shown = f"{value:.6g}" if isinstance(value, float) else str(value)
        if not self.fail.admits(value):
            outcome, reason = Outcome.FAILED, f"{shown} is not {self.fail}"
        elif not self.warn.admits(value):
            outcome, reason = Outcome.WARNED, f"{shown} is not {self.warn}"
        else:
            outcome, reason = Outcome.PASSED, f"{shown} is within its bounds"
        return Judgement(
            outcome=outcome,
            reason=reason,
            expected=self.expected(),
            observed=value,
            unit="rows" if self.kind == "row_count" else "",
            rows=as_count(value) if self.kind == "row_count" else None,
            warn=Range(low=as_float(self.warn.at_least), high=as_float(self.warn.at_most)),
            fail=Range(low=as_float(self.fail.at_least), high=as_float(self.fail.at_most)),
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
class ColumnCheck(MetricCheck):
    """An aggregate of one column; the subclass names the metric."""

    usual_dimension: ClassVar[Dimension] = Dimension.ACCURACY
    measure: ClassVar[type[ColumnMetric]]
    column: str

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column}

    def metric(self) -> Metric:
        return self.measure(column=self.column, where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMin(ColumnCheck):
    """The smallest value."""

    kind: ClassVar[str] = "column_min"
    measure: ClassVar[type[ColumnMetric]] = Minimum


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMax(ColumnCheck):
    """The largest value."""

    kind: ClassVar[str] = "column_max"
    measure: ClassVar[type[ColumnMetric]] = Maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMean(ColumnCheck):
    """The arithmetic mean."""

    kind: ClassVar[str] = "mean"
    measure: ClassVar[type[ColumnMetric]] = Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSql(MetricCheck):
    """A number that the Dag author asks for in SQL."""

    kind: ClassVar[str] = "metric_sql"
    usual_dimension: ClassVar[Dimension] = Dimension.ACCURACY
    sql: str

    def asks(self) -> Mapping[str, object]:
        return {"sql": self.sql}

    def metric(self) -> Metric:
        return SqlMetric(sql=self.sql, where=self.traits.where)
