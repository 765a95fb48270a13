"""Reasons why a single row breaks a check, in words that quote no row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from airflow_dre.checks import rules
from airflow_dre.checks.check import Check
from airflow_dre.checks.metrics import DuplicateCount, FailedRowCount, Metric, OrphanCount, PerSegment, Violations
from airflow_dre.checks.outcomes import counted, format_value
from airflow_dre.checks.rules import Rule


def row_reason(check: Check, metric: Metric) -> str:
    """Return why the rows that ``metric`` counts break ``check``."""
    counted, by = (metric.metric, metric.by) if isinstance(metric, PerSegment) else (metric, None)
    if (own := check.row_reason(by if isinstance(by, str) else None)) is not None:
        return own
    match counted:
        case Violations(rule=rule):
            return broken(rule)
        case DuplicateCount(columns=columns):
            return f"another row{f' of the same {by}' if by and by not in columns else ''} has the same {_listed(columns)}"
        case OrphanCount(columns=columns, parent=parent):
            return f"{_listed(columns)} is not in {parent}"
        case FailedRowCount():
            return "its SELECT returns this row"
        case _:
            return f"it breaks {check.name}"


@singledispatch
def broken(rule: Rule) -> str:
    """Describe a row that breaks a rule."""
    return f"it breaks {rule.kind}"


@broken.register
def _(rule: rules.HasValue) -> str:
    return f"{rule.column} is NULL"


@broken.register
def _(rule: rules.HasNoValue) -> str:
    return f"{rule.column} is not NULL"


@broken.register
def _(rule: rules.HasText) -> str:
    return f"{rule.column} is empty"


@broken.register
def _(rule: rules.Within) -> str:
    ends = []
    if rule.low is not None:
        ends.append(f"{'below' if rule.low_belongs else 'not above'} {format_value(rule.low)}")
    if rule.high is not None:
        ends.append(f"{'above' if rule.high_belongs else 'not below'} {format_value(rule.high)}")
    return f"{rule.column} is {' or '.join(ends)}"


@broken.register
def _(rule: rules.OneOf) -> str:
    return f"{rule.column} is not one of {counted(len(rule.values), 'value', 'values')}"


@broken.register
def _(rule: rules.NoneOf) -> str:
    return f"{rule.column} is one of {counted(len(rule.values), 'value', 'values')} that it must not be"


@broken.register
def _(rule: rules.Matches) -> str:
    return f"{rule.column} does not match {_patterns(rule.patterns, every=rule.every)}"


@broken.register
def _(rule: rules.MatchesNot) -> str:
    return f"{rule.column} matches {_patterns(rule.patterns)}"


@broken.register
def _(rule: rules.Like) -> str:
    return f"{rule.column} is not like {_patterns(rule.patterns, every=rule.every)}"


@broken.register
def _(rule: rules.LikeNot) -> str:
    return f"{rule.column} is like {_patterns(rule.patterns)}"


@broken.register
def _(rule: rules.LengthWithin) -> str:
    low = [] if rule.low is None else [f"fewer than {rule.low}"]
    high = [] if rule.high is None else [f"more than {rule.high}"]
    ends = [*low, *high]
    noun = "character" if len(ends) == 1 and 1 in (rule.low, rule.high) else "characters"
    return f"{rule.column} has {' or '.join(ends)} {noun}"


@broken.register
def _(rule: rules.ReadableAs) -> str:
    return f"{rule.column} cannot be read as {rule.as_kind}"


@broken.register
def _(rule: rules.IsJson) -> str:
    return f"{rule.column} is no JSON"


@broken.register
def _(rule: rules.Compares) -> str:
    return f"{rule.left} {rule.operator} {rule.right} does not hold"


@broken.register
def _(rule: rules.SumIs) -> str:
    return f"{' + '.join(rule.columns)} is not {format_value(rule.total)}"


@broken.register
def _(rule: rules.TupleOneOf) -> str:
    return f"{_listed(rule.columns)} are not one of {len(rule.values)} tuples"


@broken.register
def _(rule: rules.AllDiffer) -> str:
    return f"{_listed(rule.columns)} do not all differ"


@broken.register
def _(rule: rules.Holds) -> str:
    return f"it is false that {rule.condition}"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns)


def _patterns(patterns: Sequence[str], *, every: bool = False) -> str:
    return (" and " if every else " or ").join(patterns)
