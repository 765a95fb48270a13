"""Checks that cannot be asked of the type of their column, told before anything is asked.

Databases answer some of these without a word: SQLite averages words to 0 and compares ``'10'`` with ``9`` as texts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from airflow_dre.checks.check import Check
from airflow_dre.checks.kinds import metrics as numbers
from airflow_dre.checks.kinds import ordered
from airflow_dre.checks.kinds.distribution import Distribution, MostCommonIn
from airflow_dre.checks.kinds.freshness import Fresh
from airflow_dre.checks.kinds.rows import RowCheck
from airflow_dre.checks.kinds.schema import plain_type
from airflow_dre.checks.kinds.tables import NoGaps, Steps, ZScores
from airflow_dre.checks.rules import AllDiffer, Compares, OneOf, SumIs, TextRule, TupleOneOf, Within


class Family(StrEnum):
    """What the values of a column are, as far as checks can tell them apart."""

    NUMBERS = "numbers"
    TEXTS = "texts"
    MOMENTS = "dates or timestamps"
    BOOLEANS = "booleans"


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
_OF_KINDS = (AllDiffer, Compares, OneOf, SumIs, TextRule, TupleOneOf)
"""Rules to which the kinds of values can make a difference."""
_NUMERIC = (Family.NUMBERS, Family.BOOLEANS)
"""Some databases count with booleans; the others say so themselves."""
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names}


def family_of(type_name: str) -> Family | None:
    """Return the family of a type; None where it is not known, so that the database decides."""
    return _FAMILY_OF.get(plain_type(type_name)[0])


def type_mismatch(check: Check, types: Mapping[str, str], *, kinds_apart: bool = False, no_numbers: Collection[str] = ()) -> str | None:
    """Return why a check does not fit the types of its columns, or None where it fits or the types are unknown.

    :param kinds_apart: whether the database judges checks that are ``by_kind`` as pandas judges them.
    :param no_numbers: types whose values the database compares with no number.
    """
    for column, wanted in {**_wanted(check), **(_wanted_of_frames(check) if kinds_apart else {})}.items():
        found = types.get(column)
        family = None if found is None else family_of(found)
        if found is not None and wanted == _NUMERIC and found.lower().partition("(")[0] in no_numbers:
            advice = "give values as texts, as the database writes them"
            return f"{check.kind} needs {' or '.join(wanted)} here, and column {column} is {found}: {advice}"
        if family is not None and family not in wanted:
            return f"{check.kind} needs {' or '.join(wanted)} here, and column {column} is {found}"
    return None


def needs_types(check: Check) -> bool:
    """Return whether knowing types can make a difference to a check."""
    by_kind = isinstance(check.rule, _OF_KINDS) and check.rule.by_kind if isinstance(check, RowCheck) else getattr(check, "by_kind", False)
    return bool(_wanted(check) or _wanted_of_frames(check)) or by_kind or _minds_order(check)


def _minds_order(check: Check) -> bool:
    """Return whether a check orders values, as types beside numbers and texts allow too."""
    if isinstance(check, RowCheck) and isinstance(check.rule, Within):
        return any(isinstance(end, str) for end in (check.rule.low, check.rule.high))
    return isinstance(check, (ordered.ColumnMin, ordered.ColumnMax, ordered.ColumnQuantile, MostCommonIn))


def _wanted(check: Check) -> dict[str, tuple[Family, ...]]:
    """Return the families that each column of a check may be of; columns of any family are left out."""
    match check:
        case numbers.ColumnMean() | numbers.ColumnTotal() | numbers.ColumnStddev() | ZScores():
            return {check.column: _NUMERIC}
        case ordered.ColumnQuantile(column=column, interpolate=True):
            return {column: _NUMERIC}
        case ordered.ColumnMin() | ordered.ColumnMax() | ordered.ColumnQuantile():
            ends = [check.fail.low, check.fail.high, check.warn.low, check.warn.high]
            return _for_values(check.column, ends)
        case Distribution(column=column, edges=edges) if edges:
            return {column: _NUMERIC}
        case Fresh(column=None):  # an expression, whose type nobody knows
            return {}
        case Fresh(column=str(column)) | NoGaps(column=column):
            return {column: (Family.MOMENTS, Family.TEXTS)}
        case RowCheck(rule=SumIs(columns=columns)):
            return dict.fromkeys(columns, _NUMERIC)
        case RowCheck(rule=Within(column=column, low=low, high=high)):
            return _for_values(column, [low, high])
        case RowCheck(rule=OneOf(by_kind=True)) | MostCommonIn(by_kind=True):
            return {}
        case RowCheck(rule=OneOf(column=column, values=values)) | MostCommonIn(column=column, values=values):
            return _for_values(column, values)
        case _:
            return {}


def _wanted_of_frames(check: Check) -> dict[str, tuple[Family, ...]]:
    """Return the families that pandas asks for: it subtracts a value from the next, and compares no text with a date."""
    others = (Family.NUMBERS, Family.MOMENTS, Family.BOOLEANS)
    match check:
        case Steps(by_kind=True, column=column):
            return {column: others}
        case RowCheck(rule=Within(by_kind=True, column=column, low=low, high=high)) if isinstance(low, str) or isinstance(high, str):
            return {column: others}
        case RowCheck(rule=Within(by_kind=True, column=column, low=low, high=high)) if isinstance(low, date) or isinstance(high, date):
            return {column: (Family.MOMENTS,)}
        case _:
            return {}


def _for_values(column: str, values: object) -> dict[str, tuple[Family, ...]]:
    """Return the families that can be compared with literals: numbers with numbers, dates with dates or with texts that spell them."""
    given = [value for value in (values if isinstance(values, (list, tuple)) else ()) if value is not None]
    if given and all(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in given):
        return {column: _NUMERIC}
    if given and all(isinstance(value, date) for value in given):
        return {column: (Family.MOMENTS, Family.TEXTS)}
    return {}
