"""Rows that a statement is given as one parameter, however many they are, so that the database itself can join them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    String,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql

Kind = type[str] | type[int]
"""The type of a column that is given."""


def given_rows(connection: Connection, name: str, kinds: Mapping[str, Kind], rows: Sequence[Sequence[str | int]]) -> CTE:
    """Return rows as a table of a statement.

    :param name: name of the table, which must be unique in the statement.
    :param kinds: the columns with their types.
    """
    value = _values(connection, msgspec.json.encode(rows).decode())
    found = [_entry(connection, value, index, kind).label(key) for index, (key, kind) in enumerate(kinds.items())]
    return select(*found).cte(name).prefix_with("MATERIALIZED")


def is_among(connection: Connection, wanted: ColumnElement[str], keys: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of many keys."""
    text = json.dumps(list(keys), separators=(",", ":"))
    if connection.dialect.name == "sqlite":
        return wanted.in_(select(func.json_each(text).table_valued("value").c.value))
    given = cast(literal(text), postgresql.JSON())
    return wanted.in_(select(func.json_array_elements_text(given).table_valued("value").c.value))


def _entry(connection: Connection, value: ColumnElement[object], index: int, kind: Kind) -> ColumnElement[Any]:
    """Return an entry of a row that is given as a JSON list."""
    if connection.dialect.name == "sqlite":  # which extracts a value with its type, and would convert it twice for a cast
        return func.json_extract(value, literal_column(f"'$[{index}]'"), type_=String() if kind is str else BigInteger())
    entry = type_coerce(value, JSON())[index].as_string()
    return entry if kind is str else cast(entry, BigInteger())


def _values(connection: Connection, text: str) -> ColumnElement[object]:
    """Return the entries of a JSON list as a column."""
    if connection.dialect.name == "sqlite":
        return func.json_each(text).table_valued("value").c.value
    given = cast(cast(literal(text), postgresql.TEXT()), postgresql.JSON())
    return func.json_array_elements(given).table_valued(column("value", postgresql.JSON())).c.value
