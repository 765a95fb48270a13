"""Values of an author and of a column brought to one type before they are compared, the same for every check of the column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar, cast

from sqlglot import exp

from airflow_dre.checks.families import Family
from airflow_dre.checks.rule import Rule
from airflow_dre.checks.rules import BySegment, Compares, OneOf, Within
from airflow_dre.sql.kinds import by_kind, family
from airflow_dre.sql.scope import Scope
from airflow_dre.values.scalars import Literal, Member, Single

R = TypeVar("R", bound=Rule)
_UNLIKE = (
    {Family.NUMBERS, Family.TEXTS},
    {Family.MOMENTS, Family.TEXTS},
    {Family.BOOLEANS, Family.TEXTS},
    {Family.NUMBERS, Family.MOMENTS},
)
_LARGEST = 3.4e38


def fitted(rule: R, scope: Scope) -> R:
    """Return a rule whose values are of the type of its column, as far as the types of the columns are known."""
    if rule.by_kind and scope.dialect.types.kinds_apart:
        rule = cast("R", by_kind(rule, scope))
    if isinstance(rule, Within):
        low, high = (_fitted(end, rule.column, scope) for end in (rule.low, rule.high))
        by_numbers = not any(isinstance(end, str) for end in (rule.low, rule.high))
        return replace(rule, low=low, high=high, counted=by_numbers and _counts(rule.column, scope))
    if isinstance(rule, OneOf):
        return replace(rule, values=tuple(_listed(value, rule.column, scope) for value in rule.values))
    if isinstance(rule, Compares):
        return replace(rule, unlike=rule.by_kind and {family(rule.left, scope), family(rule.right, scope)} in _UNLIKE)
    if isinstance(rule, BySegment):
        return replace(rule, rules=tuple((segment, fitted(inner, scope)) for segment, inner in rule.rules))
    return rule


def for_python(value: exp.Expr, column: str, scope: Scope) -> exp.Expr:
    """Return a value of a column so that Python reads the digits which the database shows: a tenth of single precision is 0.1."""
    if scope.dialect.types.read_as_text(scope.type_of(column) or ""):
        return exp.cast(value, "TEXT")
    if not _is_single(column, scope):
        return value
    shown = exp.cast(exp.cast(value, "FLOAT"), "TEXT")
    return exp.cast(shown, "DOUBLE")


def numeric_value(value: exp.Expr, column: str, scope: Scope) -> exp.Expr:
    """Return a value of a column to count with: true is 1 and false is 0, where the database has no mean of booleans."""
    return exp.cast(value, "INT") if _counts(column, scope) else value


def _counts(column: str, scope: Scope) -> bool:
    return not scope.dialect.types.booleans_have_mean and family(column, scope) is Family.BOOLEANS


def _fitted(value: Literal | None, column: str, scope: Scope) -> Literal | None:
    kind = scope.type_of(column) or ""
    if isinstance(value, str) and kind.startswith("ENUM(") and exp.Literal.string(value).sql(dialect=scope.dialect.name) in kind:
        return Member(value, kind)
    return None if value is None else _value(value, column, scope)


def has_no_extremes(column: str, scope: Scope) -> bool:
    """Return whether MIN and MAX do not take the type of a column, although its values are in an order."""
    return (scope.type_of(column) or "").partition("(")[0] in scope.dialect.types.without_extremes


def is_array(column: str, scope: Scope) -> bool:
    """Return whether the values of a column are arrays, of which PostgreSQL makes no array."""
    return (scope.type_of(column) or "").endswith("[]")


def _listed(value: Literal, column: str, scope: Scope) -> Literal:
    if isinstance(value, (int, float, Decimal)) and value in (0, 1) and _counts(column, scope):
        return bool(value)
    return _value(value, column, scope)


def _value(value: Literal, column: str, scope: Scope) -> Literal:
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)) and _is_single(column, scope) and abs(float(value)) < _LARGEST:
        return Single(value)
    if isinstance(value, date) and family(column, scope) is Family.TEXTS:
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return value


def _is_single(column: str, scope: Scope) -> bool:
    return scope.dialect.types.single_precision is not None and scope.type_of(column) == scope.dialect.types.single_precision
