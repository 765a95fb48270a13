"""Rules of another tool's suite judged by the kinds of their values, as pandas does: a number is no text, and each value has a text.

Where a rule is ``by_kind``, DuckDB must not read one value as another: it would, or refuse the whole statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch
from itertools import combinations

from airflow_dre.checks import rules
from airflow_dre.checks.aspects.fitness import family_of
from airflow_dre.checks.families import Family
from airflow_dre.checks.rule import Rule
from airflow_dre.sql.scope import Scope
from airflow_dre.values.scalars import Literal

_NUMERIC = {Family.NUMBERS, Family.BOOLEANS}
_NOTHING = '"NULL"'
"""The type of a column that holds nothing but NULL."""


def family(column: str, scope: Scope) -> Family | None:
    """Return the family of the values of a column, or None where its type is unknown."""
    found = scope.type_of(column)
    return None if found is None else family_of(found)


def are_unlike(one: Family | None, other: Family | None) -> bool:
    """Return whether no value of one family equals a value of another: only true and 1, and false and 0, are the same."""
    return one is not None and other is not None and one is not other and {one, other} != _NUMERIC


def comparable(values: Iterable[Literal], column: str, scope: Scope) -> tuple[Literal, ...]:
    """Return those of some values that a value of a column can equal."""
    if scope.type_of(column) == _NOTHING:
        return ()
    kind = family(column, scope)
    return tuple(same for value in values for same in _as_kind(value, kind))


def _as_kind(value: Literal, kind: Family | None) -> tuple[Literal, ...]:
    """Return a value as one of a family, or nothing where it is of another. A text may spell a date."""
    match kind, value:
        case None, _:
            return (value,)
        case Family.BOOLEANS, bool() | int() | float() | Decimal():
            return (bool(value),) if value in (0, 1) else ()
        case Family.NUMBERS, bool():
            return (int(value),)
        case (Family.NUMBERS, int() | float() | Decimal()) | (Family.TEXTS, str()) | (Family.MOMENTS, date()):
            return (value,)
        case Family.MOMENTS, str():
            return (value,) if _spells_a_moment(value) else ()
    return ()


def _spells_a_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@singledispatch
def by_kind(rule: Rule, scope: Scope) -> Rule:
    """Return a rule whose values are of the kinds of its columns."""
    return rule


@by_kind.register
def _(rule: rules.OneOf, scope: Scope) -> Rule:
    return replace(rule, values=comparable(rule.values, rule.column, scope))


@by_kind.register
def _(rule: rules.Compares, scope: Scope) -> Rule:
    return replace(rule, unknown_breaks=True)


@by_kind.register
def _(rule: rules.TextRule, scope: Scope) -> Rule:
    kind = family(rule.column, scope)
    return replace(rule, text_of=None if kind is None else kind.value)


@by_kind.register
def _(rule: rules.TupleOneOf, scope: Scope) -> Rule:
    kept = []
    for value in rule.values:
        parts = [(part,) if part is None else comparable((part,), name, scope) for name, part in zip(rule.columns, value, strict=True)]
        if all(parts):
            kept.append(tuple(part[0] for part in parts))
    return replace(rule, values=tuple(kept), unknown_breaks=True)


@by_kind.register
def _(rule: rules.SumIs, scope: Scope) -> Rule:
    flags = tuple(name for name in rule.columns if family(name, scope) is Family.BOOLEANS)
    return replace(rule, flags=flags, unknown_breaks=True)


@by_kind.register
def _(rule: rules.AllDiffer, scope: Scope) -> Rule:
    pairs = combinations(rule.columns, 2)
    return replace(rule, unlike=tuple(pair for pair in pairs if are_unlike(*(family(name, scope) for name in pair))))
