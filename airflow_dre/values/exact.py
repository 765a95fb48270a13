"""Sums of the numbers of a database without rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

from airflow_dre.values.numbers import as_number
from airflow_dre.values.scalars import Incomparable, Scalar


class Sort(IntEnum):
    """The type of a sum of numbers, which is that of the least exact one."""

    WHOLE = 0
    DECIMAL = 1
    FLOAT = 2


@dataclass(frozen=True, slots=True)
class Exact:
    """A number as a fraction, which holds every integer, decimal and float exactly, beside infinities and not-a-number."""

    value: Fraction = Fraction(0)
    odd: float | None = None
    """Infinity or not-a-number, whatever ``value`` is."""
    sort: Sort = Sort.WHOLE

    def __add__(self, other: Exact) -> Exact:
        odds = [odd for odd in (self.odd, other.odd) if odd is not None]
        odd = sum(odds[1:], odds[0]) if odds else None  # an infinity and its opposite are not-a-number
        return Exact(self.value + other.value, odd, max(self.sort, other.sort))

    def scalar(self) -> int | float | Decimal:
        """Return the number as databases return it. A float is rounded here, once."""
        return self.divided(1)

    def divided(self, n: int) -> int | float | Decimal:
        """Return the quotient, rounded once: an integer where it is one of integers, a decimal of decimals, and otherwise a float."""
        if self.odd is not None:
            return self.odd
        quotient = self.value / n
        if self.sort is Sort.WHOLE and quotient.denominator == 1:
            return quotient.numerator
        if self.sort is Sort.DECIMAL:
            return _decimal(quotient)
        return as_rounded(quotient)


def as_exact(value: Scalar) -> Exact:
    """Return a number that a database answered.

    :raises Incomparable: the value is not a number.
    """
    number = value if isinstance(value, (int, float)) else as_number(value)
    if number is None:
        raise Incomparable(f"{value!r} is no number")
    if not isinstance(number, int) and not math.isfinite(number):
        return Exact(odd=float(number))
    sort = Sort.FLOAT if isinstance(number, float) else Sort.DECIMAL if isinstance(number, Decimal) else Sort.WHOLE
    return Exact(Fraction(number), None, sort)


def as_rounded(value: Fraction) -> float:
    """Return the nearest float, infinite beyond the largest."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _decimal(value: Fraction) -> Decimal:
    """Return all digits where they end, 28 where they do not."""
    twos, fives, rest = 0, 0, value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return Decimal(value.numerator) / Decimal(value.denominator)
    places = max(twos, fives)
    whole = value.numerator * 10**places // value.denominator
    return Decimal((whole < 0, tuple(map(int, str(abs(whole)))), -places))
