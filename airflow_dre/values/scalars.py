"""Values that a Dag author may write into a check, and values that a warehouse may answer."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard

Scalar = int | float | Decimal | str | date | datetime | None
"""One value that a warehouse answers."""

Row = tuple[Scalar, ...]
"""One row that a warehouse answers."""

Answer = Scalar | tuple[Row, ...]
"""The answer of a warehouse to one metric: a value, or rows for the few metrics that are lists."""

Literal = int | float | Decimal | str | date | datetime | bool
"""A value that a Dag author may compare a column with."""


class Single(float):
    """A number as a column of single precision holds it: there 0.1 is the nearest value to a tenth that it has."""


class Member(str):
    """A value of an enumeration, which is compared by its place there and not by its letters."""

    kind: str
    """The type, as the database writes it."""

    def __new__(cls, text: str, kind: str) -> Member:
        member = super().__new__(cls, text)
        member.kind = kind
        return member


class Incomparable(TypeError):
    """An answer of a type that a check cannot judge, for example a word where a number is bounded."""


def is_literal(value: object) -> TypeGuard[Literal]:
    """Return whether a database can hold the value against a column: SQL has no spelling of infinity and not-a-number that all share."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, (int, str, date, datetime))
