"""Functions and literals that several databases write alike, for ``airflow_dre.sql.dialects``."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlglot import exp

from airflow_dre.values.calendar import Unit

UNLIMITED = 10_000
"""Columns of one SELECT where the database states no limit."""


def call(name: str, *arguments: exp.Expr | str | int) -> exp.Expr:
    """Return a function that is written unchanged, whatever sqlglot knows of it. Texts and numbers become literals."""
    return exp.Anonymous(this=name, expressions=[item if isinstance(item, exp.Expr) else exp.convert(item) for item in arguments])


def above_zero(count: exp.Expr) -> exp.Expr:
    """Return whether a number, such as the place where something was found, is above 0."""
    return exp.paren(exp.GT(this=count, expression=exp.Literal.number(0)))


def is_given(value: exp.Expr) -> exp.Expr:
    """Return whether an expression has a value."""
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def by_value(value: exp.Expr) -> exp.Order:
    """Return an order in which NULL does not matter: without ``Ordered``, sqlglot writes no place for it."""
    return exp.Order(expressions=[value])


def typed(value: date) -> exp.Expr:
    """Return a date or timestamp as a text that is cast to its type."""
    if not isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP" if value.tzinfo is None else "TIMESTAMPTZ")


def as_text(value: date) -> exp.Expr:
    """Return a date or timestamp as ISO 8601 text, in UTC if it has a zone, since texts have an order only within one zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    return exp.Literal.string(value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat())


def not_finite(value: float) -> exp.Expr:
    """Return infinity or not-a-number, which a column may hold though a check may not, as a text that is cast."""
    return exp.cast(exp.Literal.string("NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"), "DOUBLE")


def too_large(value: float) -> exp.Expr:
    """Return infinity as a number that is too large, for databases that have no not-a-number."""
    return exp.Null() if math.isnan(value) else exp.Literal.number("9e999" if value > 0 else "-9e999")


def like_with_escape(value: exp.Expr, pattern: str) -> exp.Expr:
    """Return LIKE, for databases in which a backslash only escapes with ESCAPE."""
    like = exp.Like(this=value, expression=exp.Literal.string(pattern))
    return exp.Escape(this=like, expression=exp.Literal.string("\\")) if "\\" in pattern else like


def plain_like(value: exp.Expr, pattern: str) -> exp.Expr:
    """Return LIKE, for databases in which a backslash escapes by itself."""
    return exp.Like(this=value, expression=exp.Literal.string(pattern))


def search_by(name: str) -> Callable[[exp.Expr, str], exp.Expr]:
    """Return a function of text and regular expression that finds it anywhere."""
    return lambda value, pattern: call(name, value, pattern)


def truncated(value: exp.Expr, unit: Unit) -> exp.Expr:
    """Return DATE_TRUNC, whose weeks begin on Monday."""
    return call("DATE_TRUNC", unit.value, value)


def in_doubles(function: type[exp.Func]) -> Callable[[exp.Expr], exp.Expr]:
    """Return an aggregate of double precision numbers, for databases whose result has only the digits of the argument's type."""
    return lambda value: function(this=exp.cast(value, "DOUBLE"))
