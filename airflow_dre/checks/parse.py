"""Declarations become checks, or one error that lists everything that is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import TypedDict, TypeGuard, TypeVar

from airflow_dre.checks.check import Check, Dimension, Severity, Traits
from airflow_dre.checks.declaration import Declaration
from airflow_dre.checks.freshness import Fresh
from airflow_dre.checks.instants import DURATION_ALLOWED, read_duration, to_instant
from airflow_dre.checks.metric_checks import ColumnMax, ColumnMean, ColumnMin, MetricSql, RowCountCheck
from airflow_dre.checks.metrics import Literal
from airflow_dre.checks.row_checks import Between, InSet, NotNull, Rows, Unique
from airflow_dre.checks.thresholds import LIMIT_ALLOWED, Bound, Bounds, Incomparable, Limit, in_order, read_limit
from airflow_dre.errors import DefinitionError, Problem

Choice = TypeVar("Choice", bound=StrEnum)
_TRAITS = ("name", "severity", "dimension", "where", "description", "tags", "owner", "runbook", "previous_name")


class _RowArguments(TypedDict):
    traits: Traits
    warn_above: Limit | None
    fail_above: Limit


class _MetricArguments(TypedDict):
    traits: Traits
    fail: Bounds
    warn: Bounds


class Arguments:
    """The arguments of one declaration, read by type; what cannot be read is noted and replaced by a harmless value."""

    def __init__(self, subject: str, given: dict[str, object]) -> None:
        self.subject = subject
        self.given = given
        self.problems: list[Problem] = []
        self.known: set[str] = set(_TRAITS)

    def refuse(self, argument: str, allowed: str) -> None:
        """Note a problem with an argument."""
        self.problems.append(Problem(self.subject, argument, self.given.get(argument), allowed))

    def take(self, argument: str) -> object:
        """The raw value, or None; the argument counts as known from now on."""
        self.known.add(argument)
        return self.given.get(argument)

    def text(self, argument: str, allowed: str) -> str:
        """A text that must be there."""
        value = self.take(argument)
        if isinstance(value, str) and value.strip():
            return value
        self.refuse(argument, allowed)
        return ""

    def optional_text(self, argument: str) -> str | None:
        """A text that may be absent."""
        return None if self.take(argument) is None else self.text(argument, "text that is not empty")

    def texts(self, argument: str, allowed: str) -> tuple[str, ...]:
        """A list of texts, absent = empty."""
        value = self.take(argument)
        if value is None:
            return ()
        if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(item, str) and item.strip() for item in value):
            return tuple(value)
        self.refuse(argument, allowed)
        return ()

    def choice(self, argument: str, kind: type[Choice]) -> Choice | None:
        """One of the values of an enum."""
        value = self.take(argument)
        if value is None:
            return None
        if value in [item.value for item in kind]:
            return kind(value)
        self.refuse(argument, ", ".join(item.value for item in kind))
        return None

    def limit(self, argument: str) -> Limit | None:
        """A count or a percent."""
        value = self.take(argument)
        if value is None:
            return None
        limit = read_limit(value)
        if limit is None:
            self.refuse(argument, LIMIT_ALLOWED)
        return limit

    def literal(self, argument: str) -> Bound | None:
        """A number, text or date to compare a column with; None where it is refused."""
        value = self.take(argument)
        if _is_literal(value) and not isinstance(value, bool):
            return value
        self.refuse(argument, "a finite number, a date or text")
        return None

    def bound(self, argument: str) -> Bound | None:
        """One end of a range, absent = open."""
        return None if self.take(argument) is None else self.literal(argument)

    def duration(self, argument: str) -> timedelta | None:
        """A positive duration."""
        value = self.take(argument)
        if value is None:
            return None
        duration = read_duration(value)
        if duration is None:
            self.refuse(argument, DURATION_ALLOWED)
        return duration

    def traits(self) -> Traits:
        """What every check carries."""
        runbook = self.optional_text("runbook")
        if runbook is not None and not runbook.startswith(("https://", "http://")):
            self.refuse("runbook", "an address that starts with https:// or http://")
        return Traits(
            name=self.optional_text("name"),
            severity=self.choice("severity", Severity) or Severity.ERROR,
            dimension=self.choice("dimension", Dimension),
            where=self.optional_text("where"),
            description=self.optional_text("description"),
            tags=self.texts("tags", "a list of texts"),
            owner=self.optional_text("owner"),
            runbook=runbook,
            previous_name=self.optional_text("previous_name"),
        )

    def row_arguments(self) -> _RowArguments:
        """Traits and limits of a row check."""
        warn = self.limit("warn_above")
        fail = self.limit("fail_above")
        if warn is not None and fail is not None and warn.percent == fail.percent and warn.amount > fail.amount:
            self.refuse("warn_above", f"at most fail_above ({fail}): a warning comes before a failure")
        if warn is not None and fail is None and "fail_above" not in self.given:
            self.refuse("fail_above", f"{LIMIT_ALLOWED}; with warn_above it must be given, since its default of 0 fails first")
        return {"traits": self.traits(), "warn_above": warn, "fail_above": fail or Limit(Decimal(0), percent=False)}

    def metric_arguments(self) -> _MetricArguments:
        """Traits and bounds of a metric check."""
        exact = self.bound("equals")
        fail = Bounds(at_least=self.bound("at_least"), at_most=self.bound("at_most"))
        warn = Bounds(at_least=self.bound("warn_at_least"), at_most=self.bound("warn_at_most"))
        if exact is not None:
            if fail:
                self.refuse("equals", "equals alone, without at_least and at_most")
            fail = Bounds(at_least=exact, at_most=exact)
        if not fail and not warn and not self.problems:
            self.refuse("at_least", "at least one of at_least, at_most, equals, warn_at_least, warn_at_most")
        self._ordered("at_least", fail.at_least, fail.at_most, "at most at_most")
        self._ordered("warn_at_least", warn.at_least, warn.at_most, "at most warn_at_most")
        self._ordered("warn_at_least", fail.at_least, warn.at_least, "at least at_least: a warning comes before a failure")
        self._ordered("warn_at_most", warn.at_most, fail.at_most, "at most at_most: a warning comes before a failure")
        return {"traits": self.traits(), "fail": fail, "warn": warn}

    def _ordered(self, argument: str, low: Bound | None, high: Bound | None, allowed: str) -> None:
        if low is None or high is None:
            return
        try:
            if not in_order(low, high):
                self.refuse(argument, allowed)
        except Incomparable:
            self.refuse(argument, "bounds of one kind: all numbers, all dates or all text")

    def finish(self) -> None:
        """Note every argument that nothing asked for."""
        for argument in sorted(self.given.keys() - self.known):
            near = get_close_matches(argument, self.known, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            self.refuse(argument, f"{hint}This check takes {', '.join(sorted(self.known))}")


def _is_literal(value: object) -> TypeGuard[Literal]:
    """Whether a database can hold the value against a column: SQL has no spelling of infinity and not-a-number that all share."""
    if isinstance(value, (float, Decimal)):
        return math.isfinite(value)
    return isinstance(value, (int, str, date, datetime))


def _column(arguments: Arguments) -> str:
    return arguments.text("column", "the name of a column")


def _not_null(a: Arguments) -> Check:
    return NotNull(column=_column(a), **a.row_arguments())


def _unique(a: Arguments) -> Check:
    key = a.texts("columns", "names of columns")
    if not key or len(set(key)) < len(key):
        a.refuse("columns", "one or more different names of columns")
    return Unique(key=key, **a.row_arguments())


def _between(a: Arguments) -> Check:
    low, high = a.literal("low"), a.literal("high")
    a._ordered("low", low, high, "at most high")
    return Between(column=_column(a), low=0 if low is None else low, high=0 if high is None else high, **a.row_arguments())


def _in_set(a: Arguments) -> Check:
    values = a.take("values")
    if isinstance(values, (set, frozenset)):
        values = sorted(values, key=repr)
    if not isinstance(values, (list, tuple)) or not values or not all(_is_literal(value) for value in values):
        a.refuse("values", "a list of at least one finite number, date, boolean or text, without None")
        values = ()
    return InSet(column=_column(a), values=tuple(values), **a.row_arguments())


def _rows(a: Arguments) -> Check:
    return Rows(condition=a.text("condition", "a SQL condition"), **a.row_arguments())


def _fresh(a: Arguments) -> Check:
    age = a.duration("max_age")
    if age is None and a.given.get("max_age") is None:
        a.refuse("max_age", DURATION_ALLOWED)
    warn, moment = a.duration("warn_age"), a.take("as_of")
    if warn is not None and age is not None and warn > age:
        a.refuse("warn_age", "at most max_age: a warning comes before a failure")
    as_of = None if moment is None else to_instant(moment)
    if moment is not None and as_of is None:
        a.refuse("as_of", "a datetime or ISO 8601 text such as '2013-02-01T00:00:00+00:00'")
    return Fresh(column=_column(a), max_age=age or timedelta(0), warn_age=warn, as_of=as_of, traits=a.traits())


READERS: dict[str, Callable[[Arguments], Check]] = {
    "between": _between,
    "column_max": lambda a: ColumnMax(column=_column(a), **a.metric_arguments()),
    "column_min": lambda a: ColumnMin(column=_column(a), **a.metric_arguments()),
    "fresh": _fresh,
    "in_set": _in_set,
    "mean": lambda a: ColumnMean(column=_column(a), **a.metric_arguments()),
    "metric_sql": lambda a: MetricSql(sql=a.text("sql", "an aggregate expression or one SELECT"), **a.metric_arguments()),
    "not_null": _not_null,
    "row_count": lambda a: RowCountCheck(**a.metric_arguments()),
    "rows": _rows,
    "unique": _unique,
}
"""Every kind of check and how its arguments are read."""


def find_problems(declarations: Sequence[object]) -> tuple[tuple[Check, ...], list[Problem]]:
    """Read every declaration; a templated one is left for the time when it is rendered."""
    checks: list[Check] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for place, declaration in enumerate(declarations):
        if not isinstance(declaration, Declaration) or declaration.kind not in READERS:
            kinds = ", ".join(READERS)
            problems.append(Problem("checks", f"[{place}]", declaration, f"checks made by airflow_dre.checks: {kinds}"))
            continue
        if declaration.templated:
            continue
        subject = f"checks[{place}] {declaration.kind}"
        arguments = Arguments(subject, declaration.arguments)
        check = READERS[declaration.kind](arguments)
        arguments.finish()
        problems.extend(arguments.problems)
        if arguments.problems:
            continue
        if check.id in seen:
            problems.append(Problem(subject, "name", check.name, f"a name of its own: it asks the same as {seen[check.id]}"))
        seen.setdefault(check.id, subject)
        checks.append(check)
    return tuple(checks), problems


def parse_checks(declarations: Sequence[object]) -> tuple[Check, ...]:
    """Read every declaration of a suite.

    :raises DefinitionError: lists all problems: each names the check, the argument, the value and what is allowed.
    """
    checks, problems = find_problems(declarations)
    if problems:
        raise DefinitionError(problems)
    return checks
