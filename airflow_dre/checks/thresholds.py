"""Thresholds: how much is too much.

``Limit`` bounds the violations of a row check by a count or by a percent of the rows looked at; ``Bounds`` bounds a number.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from airflow_dre.checks.instants import is_far, place_in_time, to_instant
from airflow_dre.checks.values import Incomparable, Scalar

Bound = int | float | Decimal | str | date | datetime

LIMIT_ALLOWED = "a count of rows such as 0 or 100, or a percent such as '5%'"
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_COUNT = re.compile(r"\d+")
_WRITTEN = 15
"""Digits of a number that every float of double precision keeps."""
_MOST_ROWS = 2**127
"""DuckDB's HUGEINT, the widest whole number that a database counts with."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most violations that are accepted."""

    amount: Decimal
    percent: bool

    def __str__(self) -> str:
        return f"{self.amount.normalize():f}%" if self.percent else f"{self.amount:f}"

    def exceeded(self, violations: int, rows: int) -> bool:
        """Whether ``violations`` of ``rows`` are above the limit; exact, and never a division."""
        if self.percent:
            return violations * 100 > Fraction(self.amount) * rows
        return violations > self.amount

    def in_unit(self, *, percent: bool, rows: int) -> float:
        """The limit as a percent or as a count of ``rows`` rows."""
        if self.percent == percent:
            return float(self.amount)
        share = Fraction(self.amount)
        return float(share * 100 / rows) if percent else float(share * rows / 100)


def read_limit(value: object) -> Limit | None:
    """Read a count (``3``, ``"3"``) or a percent (``"2.5%"``); None where the value is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and value >= 0:
        return Limit(Decimal(value), percent=False)
    if not isinstance(value, str):
        return None
    if found := _PERCENT.fullmatch(value.strip()):
        amount = Decimal(found[1])
        return Limit(amount, percent=True) if amount <= 100 else None
    if _COUNT.fullmatch(value.strip()):
        return Limit(Decimal(value.strip()), percent=False)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The range a number must lie in; an absent end is open."""

    at_least: Bound | None = None
    at_most: Bound | None = None
    more_than: Bound | None = None
    less_than: Bound | None = None
    """The ends that do not belong to the range."""

    def admits(self, value: Scalar) -> bool:
        """Whether ``value`` lies within; not-a-number lies nowhere.

        :raises Incomparable: the value and a bound have no common order.
        """
        within = self.at_least is None or in_order(self.at_least, value)
        within = within and (self.at_most is None or in_order(value, self.at_most))
        within = within and (self.more_than is None or (in_order(self.more_than, value) and not in_order(value, self.more_than)))
        return within and (self.less_than is None or (in_order(value, self.less_than) and not in_order(self.less_than, value)))

    @property
    def low(self) -> Bound | None:
        """The lower end, whether or not it belongs to the range."""
        return self.at_least if self.at_least is not None else self.more_than

    @property
    def high(self) -> Bound | None:
        """The upper end, whether or not it belongs to the range."""
        return self.at_most if self.at_most is not None else self.less_than

    def __str__(self) -> str:
        if self.at_least is not None and self.at_least == self.at_most:
            return f"exactly {self.at_least}"
        ends = {"at least": self.at_least, "more than": self.more_than, "at most": self.at_most, "less than": self.less_than}
        return " and ".join(f"{words} {end}" for words, end in ends.items() if end is not None)

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None


def in_order(low: Scalar, high: Scalar) -> bool:
    """Whether ``low <= high``, for numbers, instants and texts alike.

    :raises Incomparable: one is a number and the other, say, a word.
    """
    if any(isinstance(end, date) or is_far(end) for end in (low, high)):
        first, second = place_in_time(low), place_in_time(high)
        if first is None or second is None:
            raise Incomparable(f"{low!r} and {high!r} cannot be compared as dates")
        return first <= second
    if isinstance(low, str) and isinstance(high, str):
        return low <= high
    first_number, second_number = as_number(low), as_number(high)
    if first_number is None or second_number is None:
        raise Incomparable(f"{low!r} and {high!r} cannot be compared: one is a number and the other is not")
    if first_number != first_number or second_number != second_number:  # not-a-number has no order, and a decimal one would raise
        return False
    return _beside(first_number, second_number) <= _beside(second_number, first_number)


def _beside(number: int | float | Decimal, other: int | float | Decimal) -> int | float | Decimal:
    """Return a number as it is compared with another: beside a decimal, 0.1 is a tenth and not the float next to it.

    A float of more than 15 digits was computed and not written, so that a decimal beside it is taken for a float too.
    """
    if {type(number), type(other)} != {float, Decimal}:
        return number
    written = Decimal(repr(number if isinstance(number, float) else other))
    if not written.is_finite():
        return number
    if len(written.as_tuple().digits) <= _WRITTEN:
        return written if isinstance(number, float) else number
    rounded = as_float(number)
    return number if rounded is None else rounded


def as_number(value: object) -> int | float | Decimal | None:
    """The number that ``value`` is or spells, or None."""
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            return None
    if isinstance(value, Decimal) and value.is_nan():
        return math.nan  # a Decimal NaN refuses to be compared
    return value if isinstance(value, (int, float, Decimal)) else None


def as_count(value: Scalar) -> int:
    """The number of rows that a warehouse answered; none at all is 0.

    :raises Incomparable: it is no whole number from 0.
    """
    if value is None:
        return 0
    number = value if type(value) is int else as_number(value)
    if number is None or not 0 <= number <= _MOST_ROWS or number != int(number):
        raise Incomparable(f"{value!r} is no number of rows")
    return int(number)


def as_measure(value: Scalar) -> float:
    """A number to work on, not-a-number and infinities included.

    :raises Incomparable: it is text or a date.
    """
    number = as_number(value)
    if number is None:
        raise Incomparable(f"{value!r} is no number")
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def as_float(value: Scalar) -> float | None:
    """The value as a point on an axis: numbers as they are, instants as seconds since 1970 (UTC); None for text."""
    if isinstance(value, (date, datetime)):
        instant = to_instant(value)
        return None if instant is None else instant.timestamp()
    number = as_number(value)
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None
