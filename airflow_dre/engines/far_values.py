"""Values of PostgreSQL and DuckDB that Python has no type for. They are read as their text instead of being refused or cut."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from importlib import import_module
from typing import Any

from sqlglot import exp

from airflow_dre.values.scalars import Row

_TYPES = ("date", "timestamp", "timestamptz", "time", "timetz", "interval")
"""Infinity, years before 1 and after 9999, 24:00, and intervals longer than a timedelta."""

_CLIPPED = frozenset({date.min, date.max, datetime.combine(date.min, time.min), datetime.combine(date.max, time.max)})
"""Days that DuckDB's driver returns for infinity."""
_INFINITE = ("infinity", "-infinity")


def restore_infinities(connection: Any, sql: str, rows: Sequence[Row], most: int) -> Sequence[Row]:
    """Return rows of DuckDB with infinity in place of the first or last day of Python, which its driver returns for it.

    Such a day may also be meant. The statement is therefore run once more, for the texts of the columns that hold one.
    """
    places = sorted({place for row in rows for place, value in enumerate(row) if isinstance(value, date) and value in _CLIPPED})
    if not places:
        return rows
    names = [f"c{place}" for place in range(len(rows[0]))]
    alias = exp.TableAlias(this=exp.to_identifier("far_values"), columns=[exp.to_identifier(name) for name in names])
    texts = [exp.cast(exp.column(names[place]), "TEXT") for place in places]
    query = exp.select(*names, *texts).from_(exp.Subquery(this=exp.Var(this=sql), alias=alias))
    connection.execute(query.sql(dialect="duckdb"))
    return [_with_texts(row[: len(names)], dict(zip(places, row[len(names) :], strict=True))) for row in connection.fetchmany(most)]


def _with_texts(row: Row, texts: dict[int, str | None]) -> Row:
    infinite = {place: text for place, text in texts.items() if text in _INFINITE}
    return tuple(infinite.get(place, value) for place, value in enumerate(row))


def load_far_values(connection: Any) -> None:
    """Let a connection of psycopg or psycopg2 return the text of a value that Python cannot hold.

    Any other connection stays as it is.
    """
    package = type(connection).__module__.partition(".")[0]
    if package == "psycopg":
        _adapt_psycopg(connection.adapters)
    elif package == "psycopg2":
        _adapt_psycopg2(connection)


def _adapt_psycopg(adapters: Any) -> None:
    from psycopg.pq import Format

    for name in _TYPES:
        adapters.register_loader(name, _tolerant(adapters.get_loader(adapters.types[name].oid, Format.TEXT)))


def _tolerant(usual: Any) -> Any:
    """Return a loader that returns the text of a value that the usual one refuses."""
    from psycopg import DataError
    from psycopg.adapt import Loader

    class Tolerant(Loader):
        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._usual = usual(oid, context)

        def load(self, data: Any) -> Any:
            try:
                return self._usual.load(data)
            except DataError:
                return bytes(data).decode()

    return Tolerant


def _adapt_psycopg2(connection: Any) -> None:
    extensions: Any = import_module("psycopg2.extensions")
    refusals = (import_module("psycopg2").DataError, OverflowError, ValueError)
    usual = {
        "PYDATE": (1082,),
        "PYDATETIME": (1114,),
        "PYDATETIMETZ": (1184,),
        "PYTIME": (1083, 1266),
        "PYINTERVAL": (1186,),
    }
    for name, oids in usual.items():
        read = getattr(extensions, name)

        def cast(value: str | None, cursor: Any, read: Any = read) -> Any:
            if value is None or value in ("infinity", "-infinity") or value.startswith("24:"):  # which it would cut
                return value
            try:
                return read(value, cursor)
            except refusals:
                return value

        extensions.register_type(extensions.new_type(oids, f"DRE_{name}", cast), connection)
