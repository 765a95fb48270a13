"""Checks that do not fit the type of their column, refused before any query.

Databases answer some of these without a word: SQLite averages words to 0 and compares ``'10'`` with ``9`` as texts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from airflow_dre.checks.check import Check
from airflow_dre.checks.families import NUMERIC, Family
from airflow_dre.checks.kinds.schema import plain_type

_FAMILIES = {
    Family.NUMBERS: (
        "integer",
        "bigint",
        "smallint",
        "tinyint",
        "hugeint",
        "numeric",
        "double",
        "float",
        "real",
        "ubigint",
        "uinteger",
        "usmallint",
        "utinyint",
    ),
    Family.TEXTS: ("text", "varchar", "char", "name", "citext"),
    Family.MOMENTS: ("date", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns"),
    Family.BOOLEANS: ("boolean",),
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names}


def family_of(type_name: str) -> Family | None:
    """Return the family of a type, or None where it is not known, so that the database decides."""
    return _FAMILY_OF.get(plain_type(type_name)[0])


def type_mismatch(check: Check, types: Mapping[str, str], *, kinds_apart: bool = False, no_numbers: Collection[str] = ()) -> str | None:
    """Return why a check does not fit the types of its columns, or None where it fits or the types are unknown.

    :param kinds_apart: whether the database judges checks that are ``by_kind`` as pandas judges them.
    :param no_numbers: types whose values the database compares with no number.
    """
    for column, wanted in {**check.column_types(), **(check.frame_types() if kinds_apart else {})}.items():
        found = types.get(column)
        family = None if found is None else family_of(found)
        if found is not None and wanted == NUMERIC and found.lower().partition("(")[0] in no_numbers:
            advice = "write values as texts, as the database writes them"
            return f"{check.kind} needs {' or '.join(wanted)} here, and column {column} is {found}: {advice}"
        if family is not None and family not in wanted:
            return f"{check.kind} needs {' or '.join(wanted)} here, and column {column} is {found}"
    return None


def needs_types(check: Check) -> bool:
    """Return whether knowing types can make a difference to a check."""
    return bool(check.column_types() or check.frame_types()) or check.kinds_matter or check.orders_values
