"""Random small tables: every type of column, with the values that break careless SQL."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st


class Type(StrEnum):
    """The type of the values of a column."""

    INTEGER = "integer"
    DOUBLE = "double"
    DECIMAL = "decimal"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    ZONED = "timestamp with time zone"


ODD = "odd \"n'ame; --"
COLUMNS: dict[str, Type] = {
    "id": Type.INTEGER,
    "n": Type.INTEGER,
    "m": Type.INTEGER,
    "x": Type.DOUBLE,
    "y": Type.DOUBLE,
    "q": Type.DECIMAL,
    "s": Type.TEXT,
    "u": Type.TEXT,
    "b": Type.BOOLEAN,
    "d": Type.DATE,
    "t": Type.TIMESTAMP,
    "z": Type.ZONED,
    ODD: Type.INTEGER,
}
"""The table ``t``. Its ``id`` is never NULL and never repeats, so that an order by it is one order."""
PARENT: dict[str, Type] = {"k": Type.INTEGER, "x": Type.DOUBLE, "s": Type.TEXT, "q": Type.DECIMAL, "d": Type.DATE}
"""The table ``p``, which keys are looked for in."""

SQL_TYPES: dict[str, dict[Type, str]] = {
    "sqlite": {
        Type.INTEGER: "INTEGER", Type.DOUBLE: "DOUBLE", Type.DECIMAL: "DECIMAL(24,6)", Type.TEXT: "TEXT", Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE", Type.TIMESTAMP: "TIMESTAMP", Type.ZONED: "TIMESTAMP WITH TIME ZONE",
    },
    "duckdb": {
        Type.INTEGER: "BIGINT", Type.DOUBLE: "DOUBLE", Type.DECIMAL: "DECIMAL(24,6)", Type.TEXT: "VARCHAR", Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE", Type.TIMESTAMP: "TIMESTAMP", Type.ZONED: "TIMESTAMPTZ",
    },
    "postgres": {
        Type.INTEGER: "BIGINT", Type.DOUBLE: "DOUBLE PRECISION", Type.DECIMAL: "NUMERIC", Type.TEXT: "TEXT", Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE", Type.TIMESTAMP: "TIMESTAMP", Type.ZONED: "TIMESTAMPTZ",
    },
    "spark": {
        Type.INTEGER: "BIGINT", Type.DOUBLE: "DOUBLE", Type.DECIMAL: "DECIMAL(24,6)", Type.TEXT: "STRING", Type.BOOLEAN: "BOOLEAN",
        Type.DATE: "DATE", Type.TIMESTAMP: "TIMESTAMP_NTZ", Type.ZONED: "TIMESTAMP",
    },
}  # fmt: skip

_NEW_YORK, _BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
ZONES = (UTC, _NEW_YORK, _BERLIN, ZoneInfo("Asia/Kolkata"), timezone(timedelta(hours=-9, minutes=-30)))

TEXTS = (
    "", " ", "   ", "a", "A", "ab", "b", "é", "e\u0301", "ß", "\u017f",
    "İ", "😀", "👨\u200d👩\u200d👧", "O'Hare", 'q"q', "back\\slash", "100%",
    "100x", "under_score", "underXscore", "\t", " x ", "\u00a0", "\u3000", "--", "/* */", "new\nline", "%", "_", "\\", ":x $1 ?", "{{ x }}",
)  # fmt: skip
TYPED_TEXTS = (
    "12", "-3", " 7 ", "+1", "1.5", ".5", "5.", "1e5", "1e400", "99999999999999999999", "0x10", "1_000", "NaN", "inf", "true", "F", "yes",
    "2", "2013-01-02", "2013-02-29", "2013-1-2", "2013-01-02 03:04:05", "2013-01-02T03:04:05Z", "2013-01-02 25:00",
    "2013-01-02 03:04:05+02:00", "c0ffee00-0000-4000-8000-00000000abcd", "c0ffee0000004000800000000000abcd", "null", "{}", '{"a": 1}',
    "[1, 2]", "[1,]", '"x"', '"\\ud800"', "{'a': 1}", '{"a": 1} x', "٣", "",
)  # fmt: skip

_NOON = datetime(2013, 1, 1)
_TAME: dict[Type, tuple[Any, ...]] = {
    Type.INTEGER: (0, 1, 2, 3, 4, -1, -2, -3),
    Type.DOUBLE: (0.0, 1.0, 1.5, 2.0, -2.25, 0.1, 0.2, 0.3, 4.0, 100.5),
    Type.DECIMAL: tuple(Decimal(text) for text in ("0", "1", "1.5", "1.50", "-2.25", "0.1", "0.2", "0.3", "4")),
    Type.TEXT: ("a", "A", "b", "ab", "", "12", "é", "100%"),
    Type.BOOLEAN: (False, True),
    Type.DATE: (*[date(2013, 1, day) for day in (1, 2, 3, 5, 8)], date(2013, 2, 1), date(2014, 6, 30)),
    Type.TIMESTAMP: tuple(_NOON + timedelta(hours=hours, minutes=hours % 2 * 30) for hours in (0, 1, 5, 6, 23, 24, 30, 47, 100, 180)),
    Type.ZONED: tuple((_NOON + timedelta(hours=7 * number)).replace(tzinfo=zone) for number, zone in enumerate([*ZONES, *ZONES])),
}
"""Ordinary values, few enough to meet again."""
_EDGES: dict[Type, tuple[Any, ...]] = {
    Type.INTEGER: (2**53, 2**53 + 1, -(2**53) - 1, 2**62, 2**63 - 1, 2**63 - 2, -(2**63), -(2**63) + 1),
    Type.DOUBLE: (math.nan, math.inf, -math.inf, -0.0, 5e-324, -2.2e-308, 1e308, -1.7e308, 1e15 + 0.5, 1.0000001, 1.0000002, 1e-7, 2.0**63),
    Type.DECIMAL: tuple(Decimal(text) for text in ("123456789012345678.000001", "-0.000001", "1e15", "0.333333", "-999999999999.5")),
    Type.TEXT: (*TEXTS, *TYPED_TEXTS),
    Type.BOOLEAN: (),
    Type.DATE: (date(1, 1, 1), date(9999, 12, 31), date(1582, 10, 10), date(1969, 12, 31), date(2012, 2, 29), date(2012, 12, 31)),
    Type.TIMESTAMP: (
        datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59), datetime(2013, 3, 10, 2, 30), datetime(2013, 3, 10, 6, 59, 59, 999000),
        datetime(2013, 3, 10, 7), datetime(2013, 11, 3, 5, 30), datetime(2013, 11, 3, 6, 30), datetime(1969, 12, 31, 23, 59, 59, 1000),
        datetime(2013, 1, 1, 5, 0, 0, 500000), datetime(2013, 1, 1, 4, 59, 59), datetime(1900, 1, 1, 3, 7),
    ),
    Type.ZONED: (
        datetime(2013, 3, 10, 2, 30, tzinfo=_NEW_YORK), datetime(2013, 11, 3, 1, 30, tzinfo=_NEW_YORK),
        datetime(2013, 11, 3, 1, 30, fold=1, tzinfo=_NEW_YORK), datetime(2013, 3, 31, 2, 30, tzinfo=_BERLIN),
        datetime(2013, 10, 27, 2, 30, fold=1, tzinfo=_BERLIN), datetime(2012, 12, 31, 23, 30, tzinfo=_NEW_YORK),
        datetime(2013, 1, 1, 0, 30, tzinfo=_BERLIN), datetime(1900, 1, 1, tzinfo=UTC), datetime(2, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ),
}  # fmt: skip
"""Values at the edges of their type, around changes of the clocks, and texts that break careless SQL."""


def values(kind: Type, *, wild: bool = True) -> st.SearchStrategy[Any]:
    """Return values of a type, with ``wild`` those at its edges too."""
    return st.sampled_from(_TAME[kind] + (_EDGES[kind] if wild else ()))


def _any(kind: Type, chance: Random) -> Any:
    """Return any value of a type that has too many to list."""
    match kind:
        case Type.DOUBLE:
            (value,) = struct.unpack("d", chance.randbytes(8))
            return value
        case Type.INTEGER:
            return chance.randint(-(2**63), 2**63 - 1)
        case Type.TEXT:
            return "".join(chance.choices("ab%_\\'\" é😀", k=chance.randint(0, 4)))
        case _:
            return chance.choice(_TAME[kind])


def _cell(kind: Type, chance: Random, *, wild: bool) -> Any:
    kinds = (_TAME[kind], _TAME[kind], _EDGES[kind] or _TAME[kind]) if wild else (_TAME[kind],)
    place = chance.randint(0, 9)
    if place < 2:
        return None
    return _any(kind, chance) if wild and place == 9 else chance.choice(chance.choice(kinds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Content of the two tables."""

    rows: tuple[Mapping[str, Any], ...]
    parents: tuple[Mapping[str, Any], ...]


def _row(columns: Mapping[str, Type], seed: int, *, wild: bool) -> dict[str, Any]:
    """Return a row of one drawn number: a draw for each cell would take most of the time."""
    chance = Random(seed)
    return {name: _cell(kind, chance, wild=wild) for name, kind in columns.items() if name != "id"}


@st.composite
def contents(draw: st.DrawFn) -> Contents:
    """Return up to a dozen rows, tame or wild, and up to four parents."""
    wild = draw(st.booleans())
    size = draw(st.sampled_from([6, 4, 8, 3, 12, 2, 10, 5, 1, 0]))
    seeds = st.integers(0, 2**32)
    rows = [_row(COLUMNS, draw(seeds), wild=wild) for _ in range(size)]
    order = Random(draw(seeds)).sample(range(1, size + 1), size)
    parents = [_row(PARENT, draw(seeds), wild=wild) for _ in range(draw(st.integers(0, 4)))]
    return Contents(rows=tuple({"id": place, **row} for place, row in zip(order, rows, strict=True)), parents=tuple(parents))


def stored(value: Any, dialect: str) -> Any:
    """Return a value as its driver takes it.

    SQLite has no type for dates, moments and decimals: they are ISO 8601 text in UTC, and text for numbers.
    """
    if dialect != "sqlite":
        return value
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
