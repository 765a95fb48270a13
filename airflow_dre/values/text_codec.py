"""Answers and partitions as text that is read back as the very same values: no number passes through a narrower type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from airflow_dre.values.scalars import Answer, Incomparable, Scalar


def spell(value: Answer) -> str:
    """Return a value, or the rows of a list, as JSON.

    :raises Incomparable: it is of a kind that cannot be kept.
    """
    return json.dumps(_plain(value), separators=(",", ":"))


def spell_all(values: tuple[Answer, ...]) -> str:
    """Return several answers as JSON."""
    return json.dumps([_plain(value) for value in values], separators=(",", ":"))


def read(text: str) -> Scalar:
    """Return the value of a text."""
    value = _value(json.loads(text))
    if isinstance(value, tuple):
        raise Incomparable(f"{text!r} is a list and no value")
    return value


def read_all(texts: Sequence[str]) -> list[tuple[Answer, ...]]:
    """Return the answers in each of many texts, which are read as one: thousands are read for a table of many partitions."""
    return [tuple(_value(value) if isinstance(value, dict) else value for value in values) for values in json.loads(f"[{','.join(texts)}]")]


def _plain(value: Answer) -> object:
    if isinstance(value, tuple):
        return {"rows": [[_plain(cell) for cell in row] for row in value]}
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    raise Incomparable(f"a value of type {type(value).__name__} cannot be kept from run to run")


def _value(plain: object) -> Answer:
    match plain:
        case {"rows": list(rows)}:
            return tuple(tuple(_scalar(cell) for cell in row) for row in rows)
        case _:
            return _scalar(plain)


def _scalar(plain: object) -> Scalar:
    match plain:
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"datetime": str(text)}:
            return datetime.fromisoformat(text)
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case None | str() | int() | float():
            return plain
        case _:
            raise Incomparable(f"{plain!r} was kept by another version")
