"""Checks whose wrong rows show only beside other rows, or beside another table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from airflow_dre.checks.check import Answers
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.enforced import Enforced
from airflow_dre.checks.families import NOT_TEXTS, NUMERIC, TEMPORAL, Families
from airflow_dre.checks.kinds.rows import LimitedCheck, rows_with
from airflow_dre.checks.metrics import (
    DuplicateCount,
    FailedRowCount,
    KeyCount,
    Mean,
    Metric,
    OrphanCount,
    OtherRowCount,
    Periods,
    RowCount,
    StepCount,
    ValueCount,
    Variance,
    Violations,
)
from airflow_dre.checks.outcomes import Judgement, Outcome, counted
from airflow_dre.checks.reasons import because
from airflow_dre.checks.rule import Nulls
from airflow_dre.checks.rules import Within
from airflow_dre.values.calendar import Unit, periods_between, start_of, unit_after
from airflow_dre.values.instants import to_instant
from airflow_dre.values.numbers import as_count, to_float
from airflow_dre.values.scalars import Incomparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique(LimitedCheck):
    """No two rows share the key."""

    kind: ClassVar[str] = "unique"
    default_dimension: ClassVar[Dimension] = Dimension.UNIQUENESS
    key: tuple[str, ...]
    nulls: Nulls = Nulls.SKIP
    """Which rows with an incomplete key are left out. The others are checked and right."""
    by_kind: bool = False
    """True if two missing parts are the same, as in pandas, where the values may have been of a frame."""

    def identity_arguments(self) -> Mapping[str, object]:
        return {"columns": list(self.key), **({} if self.nulls is Nulls.SKIP else {"nulls": self.nulls.value})}

    def looked_at(self) -> Metric:
        return rows_with(self.key, self.nulls, self.options.where)

    def violations(self) -> Metric:
        return DuplicateCount(columns=self.key, where=self.options.where, incomplete=self.nulls if self.by_kind else Nulls.SKIP)

    def enforced_by(self, enforced: Enforced) -> str | None:
        return "a unique key" if any(unique <= set(self.key) for unique in enforced.unique) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey(LimitedCheck):
    """A key whose complete values must all be in another table."""

    kind: ClassVar[str] = "foreign_key"
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    key: tuple[str, ...]
    parent: str
    parent_key: tuple[str, ...]

    def identity_arguments(self) -> Mapping[str, object]:
        return {"columns": list(self.key), "parent": self.parent, "parent_columns": list(self.parent_key)}

    def looked_at(self) -> Metric:
        return KeyCount(columns=self.key, where=self.options.where)

    def violations(self) -> Metric:
        return OrphanCount(columns=self.key, parent=self.parent, parent_columns=self.parent_key, where=self.options.where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(LimitedCheck):
    """The values of a column rise, or fall, from row to row."""

    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    column: str
    order_by: tuple[str, ...]
    rising: bool
    strictly: bool
    by_kind: bool = False

    @property
    def kind(self) -> str:
        return "increasing" if self.rising else "decreasing"

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column, "order_by": list(self.order_by), "strictly": self.strictly}

    def looked_at(self) -> Metric:
        return ValueCount(column=self.column, where=self.options.where)

    def violations(self) -> Metric:
        return StepCount(column=self.column, order_by=self.order_by, rising=self.rising, strictly=self.strictly, where=self.options.where)

    def frame_types(self) -> Mapping[str, Families]:
        return {self.column: NOT_TEXTS} if self.by_kind else {}


_ROUNDING = 2.0**-50
"""Deviations of a smaller share of the mean come from rounding it: the values are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZScores(LimitedCheck):
    """The values lie within a number of standard deviations of their mean."""

    unmergeable: ClassVar[str] = "its limits move with the mean of the whole table, so that rows which were right are wrong now"
    kind: ClassVar[str] = "z_scores"
    default_dimension: ClassVar[Dimension] = Dimension.ACCURACY
    column: str
    within: float
    two_sided: bool = True
    """True if values far below the mean are wrong too."""
    strictly: bool = False
    """True if a value that lies exactly that far is wrong too."""

    def identity_arguments(self) -> Mapping[str, object]:
        strictly = {"strictly": True} if self.strictly else {}
        return {"column": self.column, "within": self.within, "two_sided": self.two_sided, **strictly}

    def looked_at(self) -> Metric:
        return ValueCount(column=self.column, where=self.options.where)

    def _spread(self) -> tuple[Metric, Metric]:
        return Mean(column=self.column, where=self.options.where), Variance(column=self.column, where=self.options.where)

    def metrics(self) -> tuple[Metric, ...]:
        return (*self._spread(), self.looked_at())

    def violations(self) -> Metric:
        raise TypeError("the violations of z_scores are known only once mean and variance are")

    def dependent_metrics(self, answers: Answers) -> tuple[Metric, ...]:
        """Return the rows outside, of two values and more.

        :raises Incomparable: an infinity, a not-a-number or a number near the largest leaves nothing to measure by.
        """
        if as_count(answers.scalar(self.looked_at())) < 2:
            return ()
        mean, variance = (math.nan if answer is None else to_float(answer) for answer in map(answers.scalar, self._spread()))
        if not math.isfinite(mean + variance):
            raise Incomparable(f"{self.column} has no finite mean and standard deviation: {mean} and {variance} as a variance")
        spread = math.sqrt(max(variance, 0.0))
        if spread <= abs(mean) * _ROUNDING:
            return ()
        reach = self.within * spread
        ends = {"low_belongs": not self.strictly, "high_belongs": not self.strictly}
        rule = Within(column=self.column, low=mean - reach if self.two_sided else None, high=mean + reach, **ends)
        return (Violations(rule=rule, where=self.options.where),)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        further = self.dependent_metrics(answers)
        violations = as_count(answers.scalar(further[0])) if further else 0
        return self.judge_counts(violations, as_count(answers.scalar(self.looked_at())))

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: NUMERIC}

    def row_reason(self, by: str | None) -> str | None:
        far, of_its = "from" if self.two_sided else "above", f" of its {by}" if by else ""
        return f"{self.column} lies {self.within:g} standard deviations or more {far} the mean{of_its}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameRowCount(LimitedCheck):
    """The number of rows of another table, from which the difference counts as violations."""

    refuses_by: ClassVar[str] = "the other table is counted whole"
    kind: ClassVar[str] = "row_count"
    default_dimension: ClassVar[Dimension] = Dimension.COVERAGE
    same_as: str

    def identity_arguments(self) -> Mapping[str, object]:
        return {"same_as": self.same_as}

    def looked_at(self) -> Metric:
        return OtherRowCount(table=self.same_as)

    def violations(self) -> Metric:
        return RowCount(where=self.options.where)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        rows, other = as_count(answers.scalar(self.violations())), as_count(answers.scalar(self.looked_at()))
        if rows == other == 0:
            return self.judge_counts(0, 0)
        judgement = self.judge_counts(abs(rows - other), max(other, 1))
        reason = because("{rows}, {table} has {other}", rows=counted(rows, "row", "rows"), table=self.same_as, other=other)
        if judgement.outcome is not Outcome.PASSED:
            reason = because("{counts}: {reason}", counts=reason, reason=judgement.reason)
        return replace(judgement, reason=reason, rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRows(LimitedCheck):
    """A SELECT of the Dag author that must return no row."""

    refuses_by: ClassVar[str] = "write it into the SELECT"
    refuses_where: ClassVar[str] = "write it into the SELECT"
    kind: ClassVar[str] = "failed_rows_sql"
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    sql: str

    def identity_arguments(self) -> Mapping[str, object]:
        return {"sql": self.sql}

    def looked_at(self) -> Metric:
        return RowCount()

    def violations(self) -> Metric:
        return FailedRowCount(sql=self.sql)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        """Return the verdict. For an empty table, the rows that the SELECT finds elsewhere are all rows."""
        violations = as_count(answers.scalar(self.violations()))
        return self.judge_counts(violations, as_count(answers.scalar(self.looked_at())) or violations)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoGaps(LimitedCheck):
    """The calendar units between the first and the last timestamp, of which those without a row are violations."""

    kind: ClassVar[str] = "no_gaps"
    default_dimension: ClassVar[Dimension] = Dimension.COVERAGE
    column: str
    unit: Unit
    start: datetime | None = None
    end: datetime | None = None

    def identity_arguments(self) -> Mapping[str, object]:
        ends = {"start": self.start, "end": self.end}
        return {"column": self.column, "every": self.unit.value, **{name: end.isoformat() for name, end in ends.items() if end}}

    def looked_at(self) -> Metric:
        return Periods(column=self.column, unit=self.unit, where=self.options.where)

    def violations(self) -> Metric:
        return self.looked_at()

    def metrics(self) -> tuple[Metric, ...]:
        return (self.looked_at(),)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        found = sorted({start_of(_moment(row[0]), self.unit) for row in answers.rows(self.looked_at())})
        if self.start is not None:
            found = [moment for moment in found if moment >= start_of(self.start, self.unit)]
        if self.end is not None:
            found = [moment for moment in found if moment <= self.end]
        first = start_of(self.start, self.unit) if self.start is not None else min(found, default=None)
        last = start_of(self.end, self.unit) if self.end is not None else max(found, default=None)
        if first is None or last is None:
            return self.judge_counts(0, 0)
        expected = periods_between(first, last, self.unit)
        missing = expected - len(found)
        judgement = self.judge_counts(missing, expected)
        if not missing:
            return replace(judgement, reason=because("all {expected} {unit}s have rows", expected=expected, unit=self.unit))
        gap = _first_gap(found, first, self.unit)
        reason = because(
            "{missing} of {expected} {unit}s have no row, the first is {gap}{over}",
            missing=missing,
            expected=expected,
            unit=self.unit,
            gap=f"{gap:%Y-%m-%d %H:%M}",
            over="" if judgement.outcome is Outcome.PASSED else f", {judgement.expected}",
        )
        return replace(judgement, reason=reason)

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: TEMPORAL}


def _first_gap(found: list[datetime], first: datetime, unit: Unit) -> datetime:
    expected = first
    for moment in found:
        if moment != expected:
            break
        expected = unit_after(expected, unit)
    return expected


def _moment(value: object) -> datetime:
    moment = to_instant(value)
    if moment is None:
        raise Incomparable(f"{value!r} is no timestamp: expected a date, a datetime or ISO 8601 text")
    return moment
