"""Families of types, by which a check names the columns that it can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Family(StrEnum):
    """A group of types whose values a check treats alike."""

    NUMBERS = "numbers"
    TEXTS = "texts"
    MOMENTS = "dates or timestamps"
    BOOLEANS = "booleans"


Families = tuple[Family, ...]
NUMERIC: Families = (Family.NUMBERS, Family.BOOLEANS)
"""Some databases count with booleans. The others refuse to themselves."""
NOT_TEXTS: Families = (Family.NUMBERS, Family.MOMENTS, Family.BOOLEANS)
"""Values that can be subtracted or ordered without a collation."""
TEMPORAL: Families = (Family.MOMENTS, Family.TEXTS)
"""Dates, and texts that spell them."""


def comparable_with(column: str, values: Sequence[object]) -> Mapping[str, Families]:
    """Return the families of a column that can be compared with literals: numbers with numbers, dates with dates or texts.

    :param values: the literals; None leaves an end open.
    """
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in given):
        return {column: NUMERIC}
    if given and all(isinstance(value, date) for value in given):
        return {column: TEMPORAL}
    return {}
