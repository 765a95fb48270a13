"""Numbers as values spell them, their order, and their conversion."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from airflow_dre.values.instants import is_far, place_in_time, to_instant
from airflow_dre.values.scalars import Incomparable, Scalar

_WRITTEN = 15
"""Digits of a number that every float of double precision keeps."""


_MOST_ROWS = 2**127
"""DuckDB's HUGEINT, the widest whole number that a database counts with."""


def is_ordered(low: Scalar, high: Scalar) -> bool:
    """Return whether ``low <= high``, for numbers, instants and texts alike.

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
    """Return the number that ``value`` is or spells, or None."""
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except InvalidOperation:
            return None
    if isinstance(value, Decimal) and value.is_nan():
        return math.nan  # a Decimal NaN refuses to be compared
    return value if isinstance(value, (int, float, Decimal)) else None


def as_count(value: Scalar) -> int:
    """Return the number of rows that a warehouse answered, where NULL means 0.

    :raises Incomparable: it is no whole number from 0.
    """
    if value is None:
        return 0
    number = value if type(value) is int else as_number(value)
    if number is None or not 0 <= number <= _MOST_ROWS or number != int(number):
        raise Incomparable(f"{value!r} is no number of rows")
    return int(number)


def to_float(value: Scalar) -> float:
    """Return a number to work on, not-a-number and infinities included.

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
    """Return the value as a point on an axis: numbers as they are, instants as seconds since 1970 (UTC), text as None."""
    if isinstance(value, (date, datetime)):
        instant = to_instant(value)
        return None if instant is None else instant.timestamp()
    number = as_number(value)
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None
