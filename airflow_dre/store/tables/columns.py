"""Types and columns that several tables share, and the metadata of them all."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, MetaData, String, Text, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from airflow_dre.store.names import ID, Bound, plain_text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
"""Own metadata: these tables must never be taken for Airflow's."""

VERSION_TABLE = "dre_alembic_version"
LIVE = text("status IN ('open', 'acknowledged')")
"""Predicate of the partial unique index that admits one live incident for each cause."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: the store takes aware datetimes only")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text as every database takes it: a message may quote bytes of the data that PostgreSQL (NUL) or UTF-8 (half a pair) refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else plain_text(value)


class Name(TypeDecorator[str]):
    """A name with a bound. Whatever is compared with the column is cut in the same way, so that a name is found again."""

    impl = String
    cache_ok = True

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound.characters)
        self.bound = bound

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return self.bound.cut_known(value)


class TextName(Name):
    """The same in a column that has no limit of its own."""

    impl = Text
    cache_ok = True

    def __init__(self, bound: Bound) -> None:
        TypeDecorator.__init__(self)
        self.bound = bound


class PlainJson(TypeDecorator[Any]):
    """JSON as every database takes it: texts as :class:`PlainText`, and no NaN or infinity."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return plain_json(value)


def plain_json(value: Any) -> Any:
    """Return the value with plain texts and finite numbers."""
    match value:
        case str():
            return plain_text(value)
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {plain_json(key): plain_json(item) for key, item in value.items()}
        case list() | tuple():
            return [plain_json(item) for item in value]
        case _:
            return value


def key_column() -> Column[Any]:
    """Return the column of an id that the database counts up."""
    return Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def origin_columns() -> list[Column[Any]]:
    """Return the columns that name the try of a task instance."""
    return [
        Column("dag_id", Name(ID)),
        Column("run_id", Name(ID)),
        Column("task_id", Name(ID)),
        Column("map_index", Integer),
        Column("try_number", Integer),
    ]


def slice_columns() -> list[Column[Any]]:
    """Return the columns that name the part of the data."""
    return [
        Column("data_interval_start", UtcDateTime),
        Column("data_interval_end", UtcDateTime),
        Column("partition_key", Name(ID)),
    ]
