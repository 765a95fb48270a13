"""Checks that count the rows which break a rule."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check, Dimension
from airflow_dre.checks.metrics import (
    DuplicateCount,
    KeyCount,
    Literal,
    Metric,
    NotInSetCount,
    NullCount,
    OutsideCount,
    RowCount,
    UnmetCount,
    ValueCount,
)
from airflow_dre.checks.outcomes import Judgement, Outcome, Range
from airflow_dre.checks.thresholds import Limit, as_count

_NONE = Limit(Decimal(0), percent=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck(Check):
    """A rule for each row, with a limit to the rows that may break it."""

    warn_above: Limit | None = None
    fail_above: Limit = _NONE

    @abstractmethod
    def looked_at(self) -> Metric:
        """The number of rows that the rule applies to."""

    @abstractmethod
    def violations(self) -> Metric:
        """The number of rows that break it."""

    def metrics(self) -> tuple[Metric, ...]:
        return self.looked_at(), self.violations()

    @property
    def _in_percent(self) -> bool:
        return self.fail_above.percent or (self.warn_above is not None and self.warn_above.percent)

    def expected(self) -> str:
        """The limits in words."""
        warn = f" (warn above {self.warn_above})" if self.warn_above is not None else ""
        return f"at most {self.fail_above} violating{warn}"

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        rows = as_count(answers[self.looked_at()])
        violations = as_count(answers[self.violations()])
        if rows == 0:
            return Judgement(outcome=Outcome.SKIPPED, reason="no rows to look at", expected=self.expected(), violations=0, rows=0)
        outcome, limit = Outcome.PASSED, None
        if self.fail_above.exceeded(violations, rows):
            outcome, limit = Outcome.FAILED, self.fail_above
        elif self.warn_above is not None and self.warn_above.exceeded(violations, rows):
            outcome, limit = Outcome.WARNED, self.warn_above
        share = float(Fraction(100 * violations, rows))
        found = f"{violations} of {rows} rows ({share:.4g}%) break it" if violations else f"all {rows} rows meet it"
        percent = self._in_percent
        warn_high = None if self.warn_above is None else self.warn_above.in_unit(percent=percent, rows=rows)
        return Judgement(
            outcome=outcome,
            reason=found if limit is None else f"{found}, more than {limit}",
            expected=self.expected(),
            observed=share if percent else violations,
            unit="%" if percent else "rows",
            violations=violations,
            rows=rows,
            warn=Range(high=warn_high),
            fail=Range(high=self.fail_above.in_unit(percent=percent, rows=rows)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNull(RowCheck):
    """The column has a value in every row."""

    kind: ClassVar[str] = "not_null"
    usual_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    column: str

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column}

    def looked_at(self) -> Metric:
        return RowCount(where=self.traits.where)

    def violations(self) -> Metric:
        return NullCount(column=self.column, where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique(RowCheck):
    """No two rows share the key."""

    kind: ClassVar[str] = "unique"
    usual_dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    key: tuple[str, ...]

    def asks(self) -> Mapping[str, object]:
        return {"columns": list(self.key)}

    def looked_at(self) -> Metric:
        return KeyCount(columns=self.key, where=self.traits.where)

    def violations(self) -> Metric:
        return DuplicateCount(columns=self.key, where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(RowCheck):
    """Every value lies in a range, both ends included."""

    kind: ClassVar[str] = "between"
    usual_dimension: ClassVar[Dimension] = Dimension.CONFORMITY
    column: str
    low: Literal
    high: Literal

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column, "low": self.low, "high": self.high}

    def looked_at(self) -> Metric:
        return ValueCount(column=self.column, where=self.traits.where)

    def violations(self) -> Metric:
        return OutsideCount(column=self.column, low=self.low, high=self.high, where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class InSet(RowCheck):
    """Every value is one of a given set."""

    kind: ClassVar[str] = "in_set"
    usual_dimension: ClassVar[Dimension] = Dimension.CONFORMITY
    column: str
    values: tuple[Literal, ...]

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column, "values": list(self.values)}

    def looked_at(self) -> Metric:
        return ValueCount(column=self.column, where=self.traits.where)

    def violations(self) -> Metric:
        return NotInSetCount(column=self.column, values=self.values, where=self.traits.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(RowCheck):
    """Every row meets a SQL condition."""

    kind: ClassVar[str] = "rows"
    usual_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    condition: str

    def asks(self) -> Mapping[str, object]:
        return {"condition": self.condition}

    def looked_at(self) -> Metric:
        return RowCount(where=self.traits.where)

    def violations(self) -> Metric:
        return UnmetCount(condition=self.condition, where=self.traits.where)
