"""The age of the newest row: one rule for the ``fresh`` check, the sensor and the SLA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.families import TEMPORAL, Families
from airflow_dre.checks.metrics import Maximum, MaximumOf, Metric
from airflow_dre.checks.outcomes import Judgement, Outcome, Range
from airflow_dre.checks.reasons import OutcomeReason, because, observed
from airflow_dre.checks.senses import Sense
from airflow_dre.values.instants import format_duration, is_day, place_in_time, to_instant
from airflow_dre.values.scalars import Incomparable, Scalar

FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far ahead of now the newest timestamp may lie, unless ``future_tolerance`` is set: clocks differ."""
_EARLIEST_DAY = timedelta(hours=14)
"""How long before UTC a day begins at UTC+14. A date without a zone may be of there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimits:
    """The greatest ages of the newest row, and how its timestamp is read."""

    max_age: timedelta
    warn_age: timedelta | None = None
    tolerance: timedelta = FUTURE_TOLERANCE
    """How far a timestamp may lie ahead of now."""
    zone: ZoneInfo | None = None
    """The time zone of values without one. None: UTC."""
    newest: str = "the newest row"
    """Name of the newest value in reasons."""
    nothing: str = "the table holds no timestamp at all"
    """Reason where there is no value."""


def judge_age(newest: Scalar, now: datetime, limits: AgeLimits, *, as_of: datetime | None = None) -> Judgement:
    """Judge the newest timestamp of a table.

    The age is ``as_of`` (by default ``now``) less ``newest`` in seconds, never below 0. A timestamp that lies further ahead of ``now``
    than the tolerance has no age, so that the verdict is errored; so is that of ``infinity``. A table whose newest timestamp is
    ``-infinity`` or before the year 1 is stale.

    :raises Incomparable: ``newest`` is no timestamp.
    """
    max_age, warn_age, tolerance, zone = limits.max_age, limits.warn_age, limits.tolerance, limits.zone
    warning = f" (warn above {format_duration(warn_age)})" if warn_age is not None else ""
    judged = Judgement(
        outcome=Outcome.PASSED,
        reason=because(""),
        expected=f"at most {format_duration(max_age)} old{warning}",
        unit="seconds",
        warn=Range(high=None if warn_age is None else warn_age.total_seconds()),
        fail=Range(high=max_age.total_seconds()),
    )
    if newest is None:
        return replace(judged, outcome=Outcome.FAILED, reason=because(limits.nothing))
    moment = to_instant(newest, zone)
    if moment is None:
        if (place := place_in_time(newest)) is not None:  # a moment that Python cannot hold
            return replace(judged, **_of_a_far_moment(newest, limits.newest, ahead=place[0] > 0))
        raise Incomparable(f"{newest!r} is no timestamp: expected a date, a datetime or ISO 8601 text")
    ahead = moment - max(now, as_of or now)
    if ahead > tolerance + (_EARLIEST_DAY if zone is None and is_day(newest) else timedelta(0)):
        return replace(judged, outcome=Outcome.ERRORED, reason=_from_the_future(moment, ahead, limits))
    age = max((as_of or now) - moment, timedelta(0))
    outcome = Outcome.PASSED
    if age > max_age:
        outcome = Outcome.FAILED
    elif warn_age is not None and age > warn_age:
        outcome = Outcome.WARNED
    reason = because(
        f"{limits.newest} is {{age}} old ({{moment}})", age=observed(format_duration(age)), moment=observed(moment.isoformat())
    )
    return replace(judged, outcome=outcome, reason=reason, observed=age.total_seconds())


def _of_a_far_moment(newest: Scalar, named: str, *, ahead: bool) -> dict[str, Any]:
    """Return outcome and reason of a newest timestamp that is infinite, before the year 1 or after 9999."""
    if ahead:
        template = f"{named} lies in the future ({{newest}}), so that its age is not known: a wrong timestamp"
        return {"outcome": Outcome.ERRORED, "reason": because(template, newest=observed(newest))}
    return {"outcome": Outcome.FAILED, "reason": because(f"{named} is too old for a date ({{newest}})", newest=observed(newest))}


def _from_the_future(moment: datetime, ahead: timedelta, limits: AgeLimits) -> OutcomeReason:
    zone = limits.zone
    zone_hint = ", or wall-clock time of another zone, which time_zone names" if zone is None else f", or not of time zone {zone.key}"
    return because(
        f"{limits.newest} lies {{ahead}} in the future ({{moment}}), where {{tolerance}} are tolerated, so that its age is not known: "
        "a wrong timestamp{zone_hint}",
        ahead=observed(format_duration(ahead)),
        moment=observed(moment.isoformat()),
        tolerance=format_duration(limits.tolerance),
        zone_hint=zone_hint,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh(Check):
    """The newest timestamp of a column, or of an expression, is recent enough."""

    kind: ClassVar[str] = "fresh"
    default_dimension: ClassVar[Dimension] = Dimension.TIMELINESS
    column: str | None = None
    expression: str | None = None
    """SQL whose value is the timestamp of a row, instead of a column."""
    max_age: timedelta
    warn_age: timedelta | None = None
    as_of: datetime | None = None
    time_zone: ZoneInfo | None = None
    """The time zone of values without one. None: UTC."""
    future_tolerance: timedelta = FUTURE_TOLERANCE

    def identity_arguments(self) -> Mapping[str, object]:
        asked = {"column": self.column} if self.expression is None else {"expression": self.expression}
        return asked if self.time_zone is None else {**asked, "time_zone": self.time_zone.key}

    def metrics(self) -> tuple[Metric, ...]:
        return (newest_of(self.column, self.expression, self.options.where),)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        newest = answers.scalar(self.metrics()[0])
        limits = AgeLimits(max_age=self.max_age, warn_age=self.warn_age, tolerance=self.future_tolerance, zone=self.time_zone)
        return judge_age(newest, now, limits, as_of=self.as_of)

    def column_types(self) -> Mapping[str, Families]:
        return {} if self.column is None else {self.column: TEMPORAL}

    def bound_senses(self) -> tuple[tuple[type[Metric], str, Sense], ...]:
        return () if self.column is None else ((Maximum, self.column, Sense.MOMENT),)


def newest_of(column: str | None, expression: str | None, where: str | None = None) -> Metric:
    """Return the metric of the newest timestamp: of an expression where there is one, else of a column."""
    return MaximumOf(sql=expression, where=where) if expression is not None else Maximum(column=column or "", where=where)
