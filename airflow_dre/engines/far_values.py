"""Values of PostgreSQL that Python has no type for: they are read as their text instead of being refused or cut."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_TYPES = ("date", "timestamp", "timestamptz", "time", "timetz", "interval")
"""Infinity, years before 1 and after 9999, 24:00, and intervals longer than a timedelta."""


def read_far_values(connection: Any) -> None:
    """Let a connection of psycopg or psycopg2 give the text of a value that Python cannot hold; any other connection stays as it is."""
    package = type(connection).__module__.partition(".")[0]
    if package == "psycopg":
        _teach_psycopg(connection.adapters)
    elif package == "psycopg2":
        _teach_psycopg2(connection)


def _teach_psycopg(adapters: Any) -> None:
    from psycopg.pq import Format

    for name in _TYPES:
        adapters.register_loader(name, _tolerant(adapters.get_loader(adapters.types[name].oid, Format.TEXT)))


def _tolerant(usual: Any) -> Any:
    """A loader that gives the text of what the usual one refuses."""
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


def _teach_psycopg2(connection: Any) -> None:
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
