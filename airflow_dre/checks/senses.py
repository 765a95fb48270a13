"""Senses in which checks speak of the values of a column whose type was guessed, as that of every column of a file of texts is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T].*)?")


class Sense(StrEnum):
    """A sense in which a check speaks of the values of a column."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    BOOLEAN = "boolean"


class Columns(Protocol):
    """The names of columns in the senses in which they can be read. A column whose type was not guessed has one name."""

    def name_of(self, column: str, sense: Sense | None, *, of_value: bool = True) -> str:
        """Return the column to read instead of ``column``, which is the same where it fits.

        :param of_value: whether the sense is only that of a value which the column is compared with.
        """

    def key_of(self, column: str) -> str:
        """Return the column whose values are keys and segments."""

    def alike(self, columns: Sequence[str], *, by_text: bool) -> tuple[str, ...]:
        """Return names under which columns can be compared with one another.

        :param by_text: whether their texts are compared.
        """

    def bound_sense(self, metric: type, column: str) -> Sense | None:
        """Return the sense of the bounds on the values of a metric about a column."""


def sense_of_values(values: Sequence[object], *, moments_as_texts: bool = False) -> Sense | None:
    """Return the common sense of values of a column, or None where they differ.

    :param moments_as_texts: whether a text that spells a day or a timestamp is but a text.
    """
    given = [value for value in values if value is not None]
    if not given:
        return None
    if all(isinstance(value, bool) for value in given):
        return Sense.BOOLEAN
    if all(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in given):
        return Sense.NUMBER
    if all(isinstance(value, date) for value in given):
        return Sense.MOMENT
    if all(isinstance(value, str) for value in given):
        spelled = all(_MOMENT.fullmatch(str(value)) for value in given)
        return Sense.MOMENT if spelled and not moments_as_texts else Sense.TEXT
    return None
