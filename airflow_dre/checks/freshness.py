"""How old the newest row may be: one rule for the ``fresh`` check, the sensor and the SLA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check, Dimension
from airflow_dre.checks.instants import spoken, to_instant
from airflow_dre.checks.metrics import Maximum, Metric
from airflow_dre.checks.outcomes import Judgement, Outcome, Range
from airflow_dre.checks.values import Incomparable, Scalar


def judge_age(newest: Scalar, now: datetime, max_age: timedelta, warn_age: timedelta | None = None) -> Judgement:
    """Judge the newest timestamp of a table at ``now``; age = now - newest, in seconds, 0 where ``newest`` lies in the future.

    :raises Incomparable: ``newest`` is no timestamp.
    """
    warning = f" (warn above {spoken(warn_age)})" if warn_age is not None else ""
    expected = f"at most {spoken(max_age)} old{warning}"
    warn = Range(high=None if warn_age is None else warn_age.total_seconds())
    fail = Range(high=max_age.total_seconds())
    if newest is None:
        reason = "the table holds no timestamp at all"
        return Judgement(outcome=Outcome.FAILED, reason=reason, expected=expected, unit="seconds", warn=warn, fail=fail)
    moment = to_instant(newest)
    if moment is None:
        raise Incomparable(f"{newest!r} is no timestamp: expected a date, a datetime or ISO 8601 text")
    age = max(now - moment, timedelta(0))
    outcome = Outcome.PASSED
    if age > max_age:
        outcome = Outcome.FAILED
    elif warn_age is not None and age > warn_age:
        outcome = Outcome.WARNED
    return Judgement(
        outcome=outcome,
        reason=f"the newest row is {spoken(age)} old ({moment.isoformat()})",
        expected=expected,
        observed=age.total_seconds(),
        unit="seconds",
        warn=warn,
        fail=fail,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh(Check):
    """The newest timestamp of a column is recent enough."""

    kind: ClassVar[str] = "fresh"
    usual_dimension: ClassVar[Dimension] = Dimension.TIMELINESS
    column: str
    max_age: timedelta
    warn_age: timedelta | None = None
    as_of: datetime | None = None

    def asks(self) -> Mapping[str, object]:
        return {"column": self.column}

    def metrics(self) -> tuple[Metric, ...]:
        return (Maximum(column=self.column, where=self.traits.where),)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        return judge_age(answers.scalar(self.metrics()[0]), self.as_of or now, self.max_age, self.warn_age)
