"""The condition of each rule, true for the rows that break it and never for rows to which it does not apply."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import singledispatch
from itertools import combinations
from typing import ParamSpec

from sqlglot import exp

from airflow_dre.checks import rules
from airflow_dre.checks.families import Family
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.checks.rules import Operator
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql.dialect import Dialect, Refusal
from airflow_dre.sql.names import column
from airflow_dre.sql.raw import read_condition
from airflow_dre.sql.text_types import PATTERNS
from airflow_dre.values.scalars import Literal, Member, Single

P = ParamSpec("P")
_STRAY_ESCAPE = re.compile(r"^(?:[^\\]|\\[%_\\])*\\(?![%_\\])")
_LOOKAROUND = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?:[=!]|<[=!])|\\[1-9])")
_FLAT = 500
"""Conditions that are joined without parentheses around half of them."""
_COMPARISONS: dict[Operator, type[exp.Binary]] = {
    Operator.EQUAL: exp.EQ,
    Operator.UNEQUAL: exp.NEQ,
    Operator.LESS: exp.LT,
    Operator.AT_MOST: exp.LTE,
    Operator.MORE: exp.GT,
    Operator.AT_LEAST: exp.GTE,
}


def literal(value: Literal, dialect: Dialect) -> exp.Expr:
    """Return a value of a Dag author as a literal of the database."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, Single):
        return exp.cast(exp.convert(float(value)), "FLOAT")
    if isinstance(value, Member):
        return exp.cast(dialect.literals.text(value), exp.DataType.build(value.kind, dialect=dialect.name))
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        return dialect.literals.not_finite(float(value))
    if isinstance(value, (int, float, Decimal)):
        return exp.convert(value)
    return dialect.literals.text(value) if isinstance(value, str) else dialect.literals.moment(value)


def has_value(name: str) -> exp.Expr:
    """Return whether a column is not NULL."""
    return exp.Not(this=exp.Is(this=column(name), expression=exp.Null()))


def has_no_value(name: str) -> exp.Expr:
    """Return whether a column is NULL."""
    return exp.Is(this=column(name), expression=exp.Null())


def has_all(names: Sequence[str]) -> list[exp.Expr]:
    """Return the conditions that each of the columns is not NULL."""
    return [has_value(name) for name in names]


def conditions_of_key(names: Sequence[str], incomplete: Nulls) -> list[exp.Expr]:
    """Return the conditions of a key that counts: a complete one, with ``skip_all`` a partly complete one, with ``keep`` any."""
    if incomplete is Nulls.KEEP:
        return []
    return [exp.paren(exp.or_(*has_all(names)))] if incomplete is Nulls.SKIP_ALL else has_all(names)


def any_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """Return the condition that one of several holds, as a flat tree: SQLite refuses an expression that is more than 1,000 deep."""
    if len(conditions) <= _FLAT:
        return exp.or_(*conditions, copy=False)
    middle = len(conditions) // 2
    return exp.Or(this=exp.paren(any_of(conditions[:middle]), copy=False), expression=exp.paren(any_of(conditions[middle:]), copy=False))


@singledispatch
def violation_of(rule: Rule, dialect: Dialect) -> exp.Expr:
    """Return the condition of the rows that break ``rule``.

    :raises DefinitionError: the database does not support the rule.
    """
    raise TypeError(f"{type(rule).__name__} has no predicate for {dialect.name}")


@violation_of.register
def _(rule: rules.HasValue, dialect: Dialect) -> exp.Expr:
    return exp.Is(this=column(rule.column), expression=exp.Null())


@violation_of.register
def _(rule: rules.HasNoValue, dialect: Dialect) -> exp.Expr:
    return has_value(rule.column)


@violation_of.register
def _(rule: rules.HasText, dialect: Dialect) -> exp.Expr:
    empty = exp.EQ(this=exp.Trim(this=column(rule.column), expression=exp.Literal.string(" ")), expression=exp.Literal.string(""))
    return exp.paren(exp.or_(exp.Is(this=column(rule.column), expression=exp.Null()), empty))


@violation_of.register
def _(rule: rules.Within, dialect: Dialect) -> exp.Expr:
    value: exp.Expr = exp.cast(column(rule.column), "INT") if rule.counted else column(rule.column)
    low, high = (None if end is None else literal(end, dialect) for end in (rule.low, rule.high))
    if low is not None and high is not None and rule.low_belongs and rule.high_belongs:
        return exp.Not(this=exp.Between(this=value, low=low, high=high))
    outside: list[exp.Expr] = []
    if low is not None:
        outside.append((exp.LT if rule.low_belongs else exp.LTE)(this=value, expression=low))
    if high is not None:
        outside.append((exp.GT if rule.high_belongs else exp.GTE)(this=value.copy(), expression=high))
    return exp.paren(exp.or_(*outside)) if len(outside) > 1 else outside[0]


def _in(rule: rules.OneOf, dialect: Dialect) -> exp.Expr:
    if not rule.values:
        return _if_present([rule.column], exp.false())
    return exp.In(this=column(rule.column), expressions=[literal(value, dialect) for value in rule.values])


@violation_of.register
def _(rule: rules.OneOf, dialect: Dialect) -> exp.Expr:
    return exp.Not(this=_in(rule, dialect))


@violation_of.register
def _(rule: rules.NoneOf, dialect: Dialect) -> exp.Expr:
    return _in(rule, dialect)


def _if_present(names: Sequence[str], condition: exp.Expr) -> exp.Expr:
    """Return a condition that is unknown where one of the columns is NULL."""
    return exp.Case().when(exp.and_(*has_all(names)), condition)


def _any_or_every(found: list[exp.Expr], *, every: bool) -> exp.Expr:
    if len(found) == 1:
        return found[0]
    return exp.paren(exp.and_(*found) if every else exp.or_(*found))


def _matches(rule: rules.Matches, dialect: Dialect) -> exp.Expr:
    return _any_or_every([regex_search(_text(rule), pattern, dialect, f"check {rule.kind}") for pattern in rule.patterns], every=rule.every)


@violation_of.register
def _(rule: rules.Matches, dialect: Dialect) -> exp.Expr:
    return exp.Not(this=_matches(rule, dialect))


@violation_of.register
def _(rule: rules.MatchesNot, dialect: Dialect) -> exp.Expr:
    return _matches(rule, dialect)


def _text(rule: rules.TextRule) -> exp.Expr:
    """Return the text of a value, which pandas writes where the value is no text."""
    value = column(rule.column)
    if rule.text_of in (None, Family.TEXTS):
        return value
    if rule.text_of == Family.BOOLEANS:
        no = exp.Not(this=value.copy())
        return exp.Case().when(value, exp.Literal.string("True")).when(no, exp.Literal.string("False"))
    return exp.cast(value, "TEXT")


def regex_search(value: exp.Expr, pattern: str, dialect: Dialect, subject: str) -> exp.Expr:
    """Return whether a regular expression is found in a text.

    :raises DefinitionError: the database does not support it.
    """
    regex = require_supported(dialect.texts.regex, subject, "pattern", pattern)
    if (why := dialect.texts.regex_error(pattern)) is not None:
        raise DefinitionError([Problem(subject, "pattern", pattern, f"a regular expression that {dialect.name} can run ({why})")])
    if not dialect.texts.lookaround and _LOOKAROUND.search(pattern):
        allowed = f"a regular expression without lookahead, lookbehind and references back, which {dialect.name} does not know"
        raise DefinitionError([Problem(subject, "pattern", pattern, allowed)])
    return regex(value, pattern)


def require_supported(able: Callable[P, exp.Expr] | Refusal, subject: str, argument: str, value: object) -> Callable[P, exp.Expr]:
    """Return the function of a database that supports it.

    :raises DefinitionError: the database does not support it.
    """
    if isinstance(able, Refusal):
        raise DefinitionError([Problem(subject, argument, value, f"nothing here: {able.reason}")])
    return able


def _like(rule: rules.Like, dialect: Dialect) -> exp.Expr:
    for pattern in rule.patterns:
        if _STRAY_ESCAPE.search(pattern):
            allowed = r"a SQL LIKE pattern, in which \ precedes %, _ or another \ only"
            raise DefinitionError([Problem(f"check {rule.kind}", "pattern", pattern, allowed)])
    return _any_or_every([dialect.texts.like(column(rule.column), pattern) for pattern in rule.patterns], every=rule.every)


@violation_of.register
def _(rule: rules.Like, dialect: Dialect) -> exp.Expr:
    return exp.Not(this=_like(rule, dialect))


@violation_of.register
def _(rule: rules.LikeNot, dialect: Dialect) -> exp.Expr:
    return _like(rule, dialect)


@violation_of.register
def _(rule: rules.LengthWithin, dialect: Dialect) -> exp.Expr:
    length = dialect.texts.length(_text(rule))
    ends = [
        kind(this=length.copy(), expression=exp.Literal.number(end))
        for kind, end in ((exp.LT, rule.low), (exp.GT, rule.high))
        if end is not None
    ]
    if rule.low == rule.high:
        return exp.NEQ(this=length, expression=exp.Literal.number(rule.low or 0))
    return exp.paren(exp.or_(*ends)) if len(ends) > 1 else ends[0]


@violation_of.register
def _(rule: rules.ReadableAs, dialect: Dialect) -> exp.Expr:
    value, subject = column(rule.column), f"check {rule.kind}"
    readable = (
        dialect.texts.reads(value, rule.as_kind) if dialect.texts.reads else regex_search(value, PATTERNS[rule.as_kind], dialect, subject)
    )
    return exp.and_(has_value(rule.column), exp.Not(this=readable))


@violation_of.register
def _(rule: rules.IsJson, dialect: Dialect) -> exp.Expr:
    if rule.text_of not in (None, Family.TEXTS):  # Python reads JSON from texts only
        return has_value(rule.column)
    valid = require_supported(dialect.texts.json, f"check {rule.kind}", "column", rule.column)
    return exp.and_(has_value(rule.column), exp.Not(this=exp.paren(valid(column(rule.column)))))


@violation_of.register
def _(rule: rules.Compares, dialect: Dialect) -> exp.Expr:
    broken: exp.Expr = exp.Not(this=exp.paren(_COMPARISONS[rule.operator](this=column(rule.left), expression=column(rule.right))))
    if rule.unlike and rule.operator is Operator.EQUAL:
        broken = exp.and_(*has_all(rule.needs))
    if rule.nulls is Nulls.SKIP or (rule.operator is not Operator.EQUAL and not rule.unknown_breaks):
        return broken
    return _not_left_out(rule, exp.paren(exp.or_(broken, *[has_no_value(name) for name in rule.needs])))


def _not_left_out(rule: rules.CrossRule, broken: exp.Expr) -> exp.Expr:
    """Return ``broken`` for the rows with a value in any of the columns, where the others are left out."""
    if rule.nulls is not Nulls.SKIP_ALL:
        return broken
    return exp.and_(exp.paren(exp.or_(*has_all(rule.needs))), broken)


@violation_of.register
def _(rule: rules.SumIs, dialect: Dialect) -> exp.Expr:
    first, *others = [exp.cast(column(name), "INT") if name in rule.flags else column(name) for name in rule.columns]
    total: exp.Expr = first
    for other in others:
        total = exp.Add(this=total, expression=other)
    wrong = exp.NEQ(this=total, expression=literal(rule.total, dialect))
    if not rule.unknown_breaks or rule.nulls is Nulls.SKIP:
        return wrong
    return _not_left_out(rule, exp.paren(exp.or_(wrong, *[has_no_value(name) for name in rule.needs])))


@violation_of.register
def _(rule: rules.TupleOneOf, dialect: Dialect) -> exp.Expr:
    known = [
        exp.paren(
            exp.and_(
                *[
                    has_no_value(name) if part is None else exp.EQ(this=column(name), expression=literal(part, dialect))
                    for name, part in zip(rule.columns, value, strict=True)
                ]
            )
        )
        for value in rule.values
    ]
    complete = has_all(rule.columns) if rule.nulls is Nulls.SKIP else []
    listed: exp.Expr = exp.paren(any_of(known)) if known else exp.false()
    if not rule.unknown_breaks:
        return exp.and_(*complete, exp.Not(this=listed))
    listed = exp.Coalesce(this=listed, expressions=[exp.false()])
    return _not_left_out(rule, exp.and_(*complete, exp.Not(this=listed)))


@violation_of.register
def _(rule: rules.AllDiffer, dialect: Dialect) -> exp.Expr:
    names = [pair for pair in combinations(rule.columns, 2) if pair not in rule.unlike]
    pairs: list[exp.Expr] = [exp.EQ(this=column(one), expression=column(other)) for one, other in names]
    if rule.nulls is Nulls.SKIP:
        return exp.and_(*has_all(rule.columns), exp.paren(exp.or_(*pairs)) if pairs else exp.false())
    both_missing = combinations(rule.columns, 2)
    pairs += [exp.paren(exp.and_(has_no_value(one), has_no_value(other))) for one, other in both_missing]
    return _not_left_out(rule, exp.paren(exp.or_(*pairs)))


@violation_of.register
def _(rule: rules.Holds, dialect: Dialect) -> exp.Expr:
    return exp.Not(this=exp.paren(read_condition(rule.condition, dialect.name, "check rows", "condition").sql()))


@violation_of.register
def _(rule: rules.BySegment, dialect: Dialect) -> exp.Expr:
    """Return one flat CASE: thousands of conditions joined by OR are deeper than SQLite's parser goes."""
    one = exp.Literal.number(1)
    cases = []
    for segment, inner in rule.rules:
        by = column(rule.by)
        here = exp.Is(this=by, expression=exp.Null()) if segment is None else exp.EQ(this=by, expression=literal(segment, dialect))
        cases.append(exp.If(this=here, true=exp.Case(ifs=[exp.If(this=violation_of(inner, dialect), true=one.copy())])))
    return exp.EQ(this=exp.Case(ifs=cases), expression=one)
