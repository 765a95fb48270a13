"""Readers of the arguments of checks of single rows."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import replace

from airflow_dre.checks import rules
from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.arguments import Arguments
from airflow_dre.checks.declared.kind import CheckKind
from airflow_dre.checks.kinds.rows import RowCheck
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.values.numbers import as_number
from airflow_dre.values.scalars import is_literal

_BROKEN_EVERYWHERE = ("unterminated", "missing )", "unbalanced", "nothing to repeat", "bad character range", "missing group name")


def _rule(make: Callable[[Arguments], Rule]) -> Callable[[Arguments], Check]:
    return lambda a: RowCheck(rule=replace(make(a), by_kind=a.by_kind), **a.limit_arguments())


def _between(a: Arguments) -> Rule:
    low, high = a.bound("low"), a.bound("high")
    if low is None and high is None and not a.problems:
        a.refuse("low", "a finite number, a date or text; at least one of low and high")
    a.ordered("low", low, high, "at most high")
    ends = a.take("inclusive")
    if ends not in (None, "both", "low", "high", "neither"):
        a.refuse("inclusive", "both, low, high, neither")
    elif ends not in (None, "both") and low is not None and low == high:
        a.refuse("inclusive", "both, or low below high: no value lies between them")
    return rules.Within(
        column=a.column(), low=low, high=high, low_belongs=ends in (None, "both", "low"), high_belongs=ends in (None, "both", "high")
    )


def _patterns(a: Arguments, argument: str, allowed: str) -> tuple[str, ...]:
    value = a.take(argument)
    if isinstance(value, str) and value:
        return (value,)
    return a.some_texts(argument, allowed)


def _regexes(a: Arguments) -> tuple[str, ...]:
    allowed = "a regular expression, or a list of them"
    found = _patterns(a, "pattern", allowed)
    for pattern in found:
        if (why := why_broken(pattern)) is not None:
            a.refuse("pattern", f"{allowed}: {pattern!r} is invalid ({why})")
    return found


def why_broken(pattern: str) -> str | None:
    """Return why a regular expression is invalid in every flavour, or None where some database may run it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except re.error as error:
        return error.msg if error.msg.startswith(_BROKEN_EVERYWHERE) else None
    return None


def _length(a: Arguments) -> Rule:
    ends = {name: a.take(name) for name in ("at_least", "at_most", "equals")}
    for name, value in ends.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            a.refuse(name, "a whole number of characters, 0 or more")
    if a.problems:
        return rules.LengthWithin(column=a.column())
    low, high, exact = (value if isinstance(value, int) else None for value in ends.values())
    if exact is not None and (low is not None or high is not None):
        a.refuse("equals", "equals alone, without at_least and at_most")
    if exact is None and low is None and high is None:
        a.refuse("at_least", "at least one of at_least, at_most, equals")
    a.ordered("at_least", low, high, "at most at_most")
    return rules.LengthWithin(column=a.column(), low=low if exact is None else exact, high=high if exact is None else exact)


def _of_type(a: Arguments) -> Rule:
    kind = a.choice("kind", rules.TextType)
    if kind is None and a.given.get("kind") is None:
        a.refuse("kind", ", ".join(item.value for item in rules.TextType))
    return rules.ReadableAs(column=a.column(), as_kind=kind or rules.TextType.INTEGER)


def _compare(a: Arguments) -> Rule:
    operator = a.choice("operator", rules.Operator)
    left, right = (a.text(name, "the name of a column") for name in ("left", "right"))
    return rules.Compares(left=left, operator=operator or rules.Operator.EQUAL, right=right, nulls=a.nulls())


def _sum_equals(a: Arguments) -> Rule:
    total = a.literal("total")
    return rules.SumIs(columns=a.names("columns", 2), total=0 if total is None else total, nulls=a.nulls())


def _tuple_in_set(a: Arguments) -> Rule:
    columns, values, nulls = a.names("columns", 2), a.take("values"), a.nulls()
    given = list(values) if isinstance(values, (list, tuple, set, frozenset)) else []
    good = [
        tuple(item)
        for item in given
        if isinstance(item, (list, tuple))
        and len(item) == len(columns)
        and all(is_literal(part) or (part is None and nulls is not Nulls.SKIP) for part in item)
    ]
    if (not good and not a.by_kind) or len(good) < len(given):
        a.refuse(
            "values", f"a list of tuples of {len(columns)} finite numbers, dates, booleans or texts, and None only together with nulls="
        )
    return rules.TupleOneOf(columns=columns, values=tuple(good), nulls=nulls)


def _number(a: Arguments, argument: str) -> Arguments:
    """Return the same arguments, once it was noted that one of them is no number."""
    if (value := a.given.get(argument)) is not None and as_number(value) is None:
        a.refuse(argument, "a number")
    return a


def _likes(a: Arguments) -> tuple[str, ...]:
    return _patterns(a, "pattern", "a SQL LIKE pattern, or a list of them")


ROW_KINDS = {
    "all_differ": CheckKind(_rule(lambda a: rules.AllDiffer(columns=a.names("columns", 2), nulls=a.nulls()))),
    "between": CheckKind(_rule(_between), frozenset({"low", "high"})),
    "compare": CheckKind(_rule(_compare)),
    "in_set": CheckKind(_rule(lambda a: rules.OneOf(column=a.column(), values=a.literals("values")))),
    "json_valid": CheckKind(_rule(lambda a: rules.IsJson(column=a.column()))),
    "length": CheckKind(_rule(_length), frozenset({"at_least", "at_most", "equals"})),
    "like": CheckKind(_rule(lambda a: rules.Like(column=a.column(), patterns=_likes(a), every=a.flag("every", usual=False)))),
    "matches": CheckKind(_rule(lambda a: rules.Matches(column=a.column(), patterns=_regexes(a), every=a.flag("every", usual=False)))),
    "not_empty": CheckKind(_rule(lambda a: rules.HasText(column=a.column()))),
    "not_in_set": CheckKind(_rule(lambda a: rules.NoneOf(column=a.column(), values=a.literals("values")))),
    "not_like": CheckKind(_rule(lambda a: rules.LikeNot(column=a.column(), patterns=_likes(a)))),
    "not_matches": CheckKind(_rule(lambda a: rules.MatchesNot(column=a.column(), patterns=_regexes(a)))),
    "not_null": CheckKind(_rule(lambda a: rules.HasValue(column=a.column()))),
    "null": CheckKind(_rule(lambda a: rules.HasNoValue(column=a.column()))),
    "of_type": CheckKind(_rule(_of_type)),
    "rows": CheckKind(_rule(lambda a: rules.Holds(condition=a.text("condition", "a SQL condition")))),
    "sum_equals": CheckKind(_rule(lambda a: _sum_equals(_number(a, "total"))), frozenset({"total"})),
    "tuple_in_set": CheckKind(_rule(_tuple_in_set)),
}
"""Kinds of checks whose rule holds, or is broken, for each row by itself."""
