"""The states of partitions, which merge into the state of the whole table.

Merging loses nothing: merged in any order, the states of all partitions are the state of the whole. Integers and decimals are exact. A
float sum of a partition is what the database made of it; such sums are added without rounding, and rounded once at the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from airflow_dre.values.exact import Exact, as_exact, as_rounded
from airflow_dre.values.numbers import is_ordered
from airflow_dre.values.scalars import Incomparable, Row, Scalar
from airflow_dre.values.sketches import smallest


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows, or of anything that is in one partition only."""

    n: int = 0

    def merged(self, other: Count) -> Count:
        """Return the merged state."""
        return Count(self.n + other.n)


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of ``n`` values, from which the mean follows."""

    n: int = 0
    total: Exact = field(default_factory=Exact)
    unknown: bool = False
    """True if the sum is unknown: databases without not-a-number return NULL for it."""

    def merged(self, other: Sum) -> Sum:
        """Return the merged state."""
        return Sum(self.n + other.n, self.total + other.total, self.unknown or other.unknown)

    def sum(self) -> Scalar:
        """Return the sum, or None of no values."""
        return None if self.n == 0 or self.unknown else self.total.scalar()

    def mean(self) -> Scalar:
        """Return the arithmetic mean, or None of no values."""
        return None if self.n == 0 or self.unknown else self.total.divided(self.n)


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, sum and squared distances from the mean, from which the variance follows."""

    n: int = 0
    total: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)
    """The sum of (value - mean)^2."""
    odd: bool = False
    """Infinities or not-a-numbers leave no variance."""

    def merged(self, other: Moments) -> Moments:
        """Return the merged state.

        Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
        """
        if not self.n or not other.n:
            return self if self.n else other
        apart = other.total / other.n - self.total / self.n
        n = self.n + other.n
        squares = self.squares + other.squares + apart * apart * Fraction(self.n * other.n, n)
        return Moments(n, self.total + other.total, squares, self.odd or other.odd)

    def variance(self) -> Scalar:
        """Return the variance of a sample, or None of fewer than two values."""
        if self.n < 2:
            return None
        return math.nan if self.odd else as_rounded(self.squares / (self.n - 1))


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or the largest value, or None of no values."""

    largest: bool
    value: Scalar = None

    def merged(self, other: Extreme) -> Extreme:
        """Return the further one.

        :raises Incomparable: the two have no common order.
        """
        if self.value is None or other.value is None:
            return self if other.value is None else other
        if _is_nan(self.value) or _is_nan(other.value):  # databases take not-a-number for larger than any number
            return self if _is_nan(self.value) == self.largest else other
        return self if _is_ordered(other.value, self.value) == self.largest else other


@dataclass(frozen=True, slots=True)
class Listed:
    """Different rows of a list."""

    rows: frozenset[Row] = frozenset()

    def merged(self, other: Listed) -> Listed:
        """Return the merged state, with each row once."""
        return Listed(self.rows | other.rows)


@dataclass(frozen=True, slots=True)
class Hashes:
    """The smallest hashes of keys."""

    hashes: frozenset[int] = frozenset()

    def merged(self, other: Hashes) -> Hashes:
        """Return the smallest of both."""
        return Hashes(smallest(self.hashes | other.hashes))


State = Count | Sum | Moments | Extreme | Listed | Hashes


def moments_of(n: int, total: Scalar, variance: Scalar) -> Moments:
    """Return moments from what databases answer."""
    if n == 0:
        return Moments()
    whole = Exact(odd=math.nan) if total is None else as_exact(total)
    spread = Exact() if n == 1 else Exact(odd=math.nan) if variance is None else as_exact(variance)
    if whole.odd is not None or spread.odd is not None:
        return Moments(n, odd=True)
    return Moments(n, whole.value, max(spread.value, Fraction(0)) * (n - 1))


def _is_nan(value: Scalar) -> bool:
    return value != value  # of all values only not-a-numbers are unequal to themselves


def _is_ordered(low: Scalar, high: Scalar) -> bool:
    """Return whether ``low <= high``, both answers of one column.

    :raises Incomparable: they are of different kinds.
    """
    if (isinstance(low, int) and isinstance(high, int)) or (isinstance(low, float) and isinstance(high, float)):
        return low <= high
    if type(low) is date and type(high) is date:
        return low <= high
    if isinstance(low, str) != isinstance(high, str) or isinstance(low, date) != isinstance(high, date):
        raise Incomparable(f"{low!r} and {high!r}, of two partitions, have no common order")
    return is_ordered(low, high)
