"""Outcomes of checks, and the judgements that lead to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from airflow_dre.checks.reasons import OutcomeReason, because
from airflow_dre.values.scalars import Scalar


class Outcome(StrEnum):
    """The five outcomes, in the order of :attr:`rank`."""

    SKIPPED = "skipped"
    """There was nothing to read."""
    PASSED = "passed"
    WARNED = "warned"
    ERRORED = "errored"
    """No answer could be had."""
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """Place in the order skipped, passed, warned, errored, failed."""
        return list(Outcome).index(self)


class Empty(StrEnum):
    """The outcome of a check of a number where there is nothing to take the number of."""

    SKIP = "skip"
    FAIL = "fail"

    @property
    def outcome(self) -> Outcome:
        """The outcome of a check that finds nothing."""
        return Outcome.FAILED if self is Empty.FAIL else Outcome.SKIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values that a threshold lets pass. An absent end is open."""

    low: float | None = None
    high: float | None = None


class Observes(StrEnum):
    """The subject of the value that a check observes."""

    VALUE = "value"
    """Values of the rows, which a mask may have to hide."""
    COUNT = "count"
    """A count of rows, values or columns, or a ratio of counts."""
    CATALOGUE = "catalogue"
    """Names and types of columns: no row is in them, and later runs compare with what is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The stored verdict on one segment."""

    value: str | None
    """The value as text. None: the rows without a value."""
    outcome: Outcome
    reason: str
    observed: str | None = None
    violations: int | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one check, with the numbers it rests on."""

    outcome: Outcome
    reason: OutcomeReason
    expected: str
    """The thresholds in words."""
    observed: Scalar = None
    """The value that was compared with the thresholds, in ``unit``."""
    unit: str = ""
    """``rows``, ``%``, ``seconds``, or empty where the value speaks for itself."""
    violations: int | None = None
    """Rows that break the rule, for row checks."""
    rows: int | None = None
    """Rows checked, where they are counted."""
    warn: Range = Range()
    fail: Range = Range()
    """The two thresholds as numbers in ``unit``, to draw."""
    segments: tuple[JudgedSegment, ...] = ()
    """The worst segments, worst first, where the check is judged by a column."""
    observes: Observes = Observes.VALUE

    @property
    def shows_value(self) -> bool:
        """True where ``observed`` is a value of the rows, and not a count of them."""
        return self.observes is Observes.VALUE and self.violations is None and self.unit not in ("rows", "%", "values")


@dataclass(frozen=True, slots=True)
class JudgedSegment:
    """The verdict on the rows of one value of the column that a check is judged by."""

    value: str | None
    """The value as text. None: the rows without a value."""
    judgement: Judgement


def worst(outcomes: list[Outcome]) -> Outcome:
    """Return the outcome of a whole suite, its worst one, or skipped for a suite without checks."""
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.SKIPPED)


def format_value(value: Scalar) -> str | None:
    """Return an observed value as text."""
    if value is None:
        return None
    if isinstance(value, (float, Decimal)):
        return number_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def counted(number: int, one: str, several: str) -> str:
    """Return a number with its noun, ``1 row`` or ``2 rows``."""
    return f"{number} {one if number == 1 else several}"


def all_meet_it(rows: int) -> OutcomeReason:
    """Return the reason of a check that no row breaks."""
    return because("all {rows} rows meet it", rows=rows) if rows != 1 else because("the 1 row meets it")


def number_text(value: float | Decimal, digits: int = 6) -> str:
    """Return a number with a sensible precision: ``digits`` significant ones, but every digit before the point.

    At most six follow the point, unless the number is so small that fewer than three of them would differ from 0.
    """
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= 10**15:
        return str(value)
    if number == int(number):
        return str(int(number))
    if abs(number) >= 10**digits:
        return _without_zeros(f"{number:.2f}")
    if abs(number) < Decimal("0.001"):
        return f"{float(number):.3g}" if digits <= 6 else f"{float(number):.{digits}g}"
    places = max(digits - len(str(int(abs(number)))), 0) if abs(number) >= 1 else digits
    return _without_zeros(f"{number:.{places}f}")


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
