"""Rows as records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

Record = TypeVar("Record")


def as_record(row: Row[Any], kind: type[Record]) -> Record:
    """Return a row as a record whose fields are named like its columns."""
    return msgspec.convert(row, kind, from_attributes=True)


def as_records(rows: Iterable[Row[Any]], kind: type[Record]) -> list[Record]:
    """Return rows as records."""
    return [as_record(row, kind) for row in rows]
