"""Checks that limit how many rows may be wrong."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.enforced import Enforced
from airflow_dre.checks.families import Families
from airflow_dre.checks.metrics import KeyCount, Metric, RowCount, ValueCount, Violations
from airflow_dre.checks.outcomes import Judgement, Observes, Outcome, Range, all_meet_it, counted
from airflow_dre.checks.reasons import because
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.checks.thresholds import Limit
from airflow_dre.values.numbers import as_count

_NONE = Limit(Decimal(0), percent=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedCheck(Check):
    """Rows that are checked, and a limit to those that may be wrong."""

    observes: ClassVar[Observes] = Observes.COUNT
    warn_above: Limit | None = None
    fail_above: Limit = _NONE

    @abstractmethod
    def looked_at(self) -> Metric:
        """Return the number of rows that are checked."""

    @abstractmethod
    def violations(self) -> Metric:
        """Return the number of rows that are wrong."""

    def enforced_by(self, enforced: Enforced) -> str | None:
        """Return the constraint by which the database lets no row be wrong, or None where there is no such constraint."""
        return None

    def metrics(self) -> tuple[Metric, ...]:
        return self.looked_at(), self.violations()

    @property
    def _in_percent(self) -> bool:
        return self.fail_above.percent or (self.warn_above is not None and self.warn_above.percent)

    def expected(self) -> str:
        """Return the limits in words."""
        warn = f" (warn above {self.warn_above})" if self.warn_above is not None else ""
        return f"at most {self.fail_above} violating{warn}"

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        return self.judge_counts(as_count(answers.scalar(self.violations())), as_count(answers.scalar(self.looked_at())))

    def judge_counts(self, violations: int, rows: int) -> Judgement:
        """Return the verdict on ``violations`` of ``rows``, which is skipped where there are no rows."""
        if rows == 0:
            return Judgement(outcome=Outcome.SKIPPED, reason=because("no rows to check"), expected=self.expected(), violations=0, rows=0)
        outcome, limit = Outcome.PASSED, None
        if self.fail_above.exceeded(violations, rows):
            outcome, limit = Outcome.FAILED, self.fail_above
        elif self.warn_above is not None and self.warn_above.exceeded(violations, rows):
            outcome, limit = Outcome.WARNED, self.warn_above
        share = float(Fraction(100 * violations, rows))
        found = all_meet_it(rows)
        if violations:
            whole = counted(rows, "row", "rows")
            found = because("{violations} of {rows} ({share}%) break it", violations=violations, rows=whole, share=f"{share:.4g}")
        percent = self._in_percent
        warn_high = None if self.warn_above is None else self.warn_above.in_unit(percent=percent, rows=rows)
        return Judgement(
            outcome=outcome,
            reason=found if limit is None else because("{found}, more than {limit}", found=found, limit=limit),
            expected=self.expected(),
            observed=share if percent else violations,
            unit="%" if percent else "rows",
            violations=violations,
            rows=rows,
            warn=Range(high=warn_high),
            fail=Range(high=self.fail_above.in_unit(percent=percent, rows=rows)),
        )


def rows_with(columns: tuple[str, ...], nulls: Nulls, where: str | None) -> Metric:
    """Return the number of rows that are not left out because of a NULL in ``columns``."""
    if not columns or nulls is Nulls.KEEP:
        return RowCount(where=where)
    return KeyCount(columns=columns, nulls=nulls, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCheck(LimitedCheck):
    """A rule for each row, with a limit to the rows that may break it."""

    rule: Rule

    @property
    def kind(self) -> str:
        return self.rule.kind

    @property
    def default_dimension(self) -> Dimension:
        return self.rule.default_dimension

    def identity_arguments(self) -> Mapping[str, object]:
        return self.rule.identity_arguments()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.rule.needs or super(RowCheck, self).columns

    def looked_at(self) -> Metric:
        needs = self.rule.needs
        if len(needs) == 1:
            return ValueCount(column=needs[0], where=self.options.where)
        return rows_with(needs, self.rule.leaves_out, self.options.where)

    def violations(self) -> Metric:
        return Violations(rule=self.rule, where=self.options.where)

    def enforced_by(self, enforced: Enforced) -> str | None:
        return self.rule.enforced_by(enforced)

    @property
    def sql_conditions(self) -> Mapping[str, str]:
        return self.rule.sql_conditions

    def column_types(self) -> Mapping[str, Families]:
        return self.rule.column_types()

    def frame_types(self) -> Mapping[str, Families]:
        return self.rule.frame_types()

    @property
    def kinds_matter(self) -> bool:
        return self.rule.kinds_matter and self.rule.by_kind

    @property
    def orders_values(self) -> bool:
        return self.rule.orders_values
