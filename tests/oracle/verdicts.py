"""Findings of the oracle, and its verdicts: thresholds read from the declaration as it was written.

Nothing of ``airflow_dre`` is used by the oracle. What each kind of check must find in a list of rows is worked out in plain Python, one
row after the other. A few questions only the database can answer, and are asked by one plain query each, written by hand: its regular
expressions, its JSON, the conditions and expressions of a Dag author, the sum of two columns; and whether it can answer at all (``SUM`` of
integers beyond 64 bits, the variance of 1e308). Texts need none: all three databases of the tests order them by code point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.tables import COLUMNS, Type
from tests.oracle.world import World

Rows = Sequence[Mapping[str, Any]]
RANK = ["skipped", "passed", "warned", "errored", "failed"]
EPSILON = Fraction(2) ** -52


NOW = datetime(2013, 1, 6, tzinfo=UTC)
"""The moment in which every suite runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Expected finding. It has several outcomes or counts only where rounding may tip it."""

    outcomes: frozenset[str]
    violations: frozenset[int | None] = frozenset([None])
    rows: int | None = None
    observed: Any = None
    tolerance: Fraction = Fraction(0)
    """How far a floating number may lie from ``observed``."""
    any_observed: bool = False
    """The database's own habit decides what is observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A check with the world that it runs in."""

    kind: str
    given: Mapping[str, Any]
    world: World
    remembered: str | None

    @property
    def where(self) -> str | None:
        """The check's own row filter."""
        return self.given.get("where")

    @property
    def column(self) -> str:
        """Its only column."""
        return str(self.given["column"])


def one(*outcomes: str) -> frozenset[str]:
    """Return a set of outcomes."""
    return frozenset(outcomes)


SKIPPED = Finding(outcomes=one("skipped"))


def point(value: Any) -> Any:
    """Return the place of a value in the order of its kind. NaN equals itself and is above everything, -0.0 is 0, moments are in UTC."""
    if isinstance(value, bool):
        return (0, Fraction(int(value)))
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        return (2, Fraction(0)) if math.isnan(value) else (1 if value > 0 else -1, Fraction(0))
    if isinstance(value, (int, float, Decimal, Fraction)):
        return (0, Fraction(value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def literal_point(value: Any, *, floating: bool) -> Any:
    """Return the place of a literal: beside a floating number it is one too, and elsewhere ``0.1`` is a tenth, as it is spelled."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return point(float(value)) if floating else point(Decimal(repr(value)) if isinstance(value, float) else value)
    return point(value)


def is_floating(column: str, dialect: str) -> bool:
    """Return whether a column holds floating numbers. SQLite keeps decimals as such."""
    return COLUMNS.get(column) is Type.DOUBLE or (dialect == "sqlite" and COLUMNS.get(column) is Type.DECIMAL)


def present(rows: Rows, *columns: str) -> list[Mapping[str, Any]]:
    """Return the rows in which every column has a value."""
    return [row for row in rows if all(row[name] is not None for name in columns)]


def limited(question: Question, violations: int | Sequence[int], rows: int) -> Finding:
    """Return the verdict on wrong rows, with several counts where rounding may tip a row."""
    counts = [violations] if isinstance(violations, int) else list(violations)
    if rows == 0:
        return Finding(outcomes=one("skipped"), violations=frozenset([0]), rows=0)
    fail, warn = question.given.get("fail_above", 0), question.given.get("warn_above")

    def above(count: int, limit: Any) -> bool:
        if isinstance(limit, str):
            return Fraction(count * 100, rows) > Fraction(limit.rstrip("%"))
        return bool(count > limit)

    outcomes = {"failed" if above(count, fail) else "warned" if warn is not None and above(count, warn) else "passed" for count in counts}
    percent = isinstance(fail, str) or isinstance(warn, str)
    observed = Fraction(counts[0] * 100, rows) if percent else counts[0]
    return Finding(
        outcomes=frozenset(outcomes),
        violations=frozenset(counts),
        rows=rows,
        observed=observed,
        tolerance=abs(Fraction(observed)) * EPSILON,
        any_observed=len(counts) > 1,
    )


_BOUNDS = ("equals", "at_least", "at_most", "more_than", "less_than", "warn_at_least", "warn_at_most")


def _lies_between(lowest: Any, place: Any, highest: Any) -> bool:
    """Return whether rounding may yield exactly ``place``. A bound of another type is judged elsewhere."""
    try:
        return bool(lowest <= place <= highest)
    except TypeError:
        return False


def bounded(question: Question, value: Any, *, tolerance: Fraction = Fraction(0), floating: bool = False) -> Finding:
    """Return the verdict on a number, a moment or a text."""
    if value is None:
        return SKIPPED
    places = {point(value)}
    if tolerance and isinstance(value, (int, float, Fraction, Decimal)) and math.isfinite(value):
        lowest, highest = point(Fraction(value) - tolerance), point(Fraction(value) + tolerance)
        bounds = [literal_point(question.given[name], floating=True) for name in _BOUNDS if question.given.get(name) is not None]
        places |= {lowest, highest, *(bound for bound in bounds if _lies_between(lowest, bound, highest))}
    try:
        outcomes = frozenset(_verdict(question.given, place, value, floating=floating or isinstance(value, float)) for place in places)
    except TypeError:
        return Finding(outcomes=one("errored"), any_observed=True)
    return Finding(outcomes=outcomes, observed=value, tolerance=tolerance, rows=int(value) if question.kind == "row_count" else None)


def _verdict(given: Mapping[str, Any], place: Any, value: Any, *, floating: bool) -> str:
    def keeps(at_least: str, at_most: str, more_than: str = "", less_than: str = "") -> bool:
        def end(name: str) -> Any:
            bound = given.get("equals", given.get(name)) if name in ("at_least", "at_most") else given.get(name)
            return None if bound is None else literal_point(bound, floating=floating)

        if isinstance(value, (float, Decimal)) and math.isnan(value):
            return all(end(name) is None for name in (at_least, at_most, more_than, less_than))
        checks = [
            end(at_least) is None or place >= end(at_least),
            end(at_most) is None or place <= end(at_most),
            end(more_than) is None or place > end(more_than),
            end(less_than) is None or place < end(less_than),
        ]
        return all(checks)

    if not keeps("at_least", "at_most", "more_than", "less_than"):
        return "failed"
    return "passed" if keeps("warn_at_least", "warn_at_most") else "warned"
