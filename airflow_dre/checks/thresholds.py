"""Thresholds: how much is too much.

``Limit`` bounds the violations of a row check by a count or by a percent of the rows checked; ``Bounds`` bounds a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from airflow_dre.values.numbers import is_ordered
from airflow_dre.values.scalars import Scalar

Bound = int | float | Decimal | str | date | datetime

LIMIT_ALLOWED = "a count of rows such as 0 or 100, or a percent such as '5%'"
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
_COUNT = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Limit:
    """The most violations that are accepted."""

    amount: Decimal
    percent: bool

    def __str__(self) -> str:
        return f"{self.amount.normalize():f}%" if self.percent else f"{self.amount:f}"

    def exceeded(self, violations: int, rows: int) -> bool:
        """Return whether ``violations`` of ``rows`` are above the limit, exactly and without a division."""
        if self.percent:
            return violations * 100 > Fraction(self.amount) * rows
        return violations > self.amount

    def in_unit(self, *, percent: bool, rows: int) -> float:
        """Return the limit as a percent or as a count of ``rows`` rows."""
        if self.percent == percent:
            return float(self.amount)
        share = Fraction(self.amount)
        return float(share * 100 / rows) if percent else float(share * rows / 100)


def read_limit(value: object) -> Limit | None:
    """Read a count (``3``, ``"3"``) or a percent (``"2.5%"``), or return None where the value is neither."""
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
    """The range a number must lie in. An absent end is open."""

    at_least: Bound | None = None
    at_most: Bound | None = None
    more_than: Bound | None = None
    less_than: Bound | None = None
    """The ends that do not belong to the range."""

    def admits(self, value: Scalar) -> bool:
        """Return whether ``value`` lies within. Not-a-number lies nowhere.

        :raises Incomparable: the value and a bound have no common order.
        """
        within = self.at_least is None or is_ordered(self.at_least, value)
        within = within and (self.at_most is None or is_ordered(value, self.at_most))
        within = within and (self.more_than is None or (is_ordered(self.more_than, value) and not is_ordered(value, self.more_than)))
        return within and (self.less_than is None or (is_ordered(value, self.less_than) and not is_ordered(self.less_than, value)))

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
