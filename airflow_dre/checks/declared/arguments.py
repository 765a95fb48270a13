"""The arguments of one declaration, read by type."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict, TypeVar

from airflow_dre.checks.check import CheckOptions, CheckSeverity
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.outcomes import Empty
from airflow_dre.checks.rule import Nulls
from airflow_dre.checks.thresholds import LIMIT_ALLOWED, Bound, Bounds, Limit, read_limit
from airflow_dre.declaring.names import find_name_problems
from airflow_dre.declaring.slips import nearest, one_of
from airflow_dre.errors import Problem
from airflow_dre.values.instants import DURATION_ALLOWED, place_in_time, read_duration, to_instant
from airflow_dre.values.numbers import as_number, is_ordered
from airflow_dre.values.scalars import Incomparable, Literal, is_literal

Choice = TypeVar("Choice", bound=StrEnum)
_TRAITS = ("name", "severity", "dimension", "where", "by", "description", "tags", "owner", "runbook", "previous_name")


class LimitArguments(TypedDict):
    """Options and limits of a check that counts wrong rows."""

    options: CheckOptions
    warn_above: Limit | None
    fail_above: Limit


class BoundArguments(TypedDict):
    """Options and bounds of a check of a number."""

    options: CheckOptions
    fail: Bounds
    warn: Bounds
    if_empty: Empty


def _only_the_database_orders(low: Bound, high: Bound) -> bool:
    """Return whether two texts are neither numbers nor moments.

    Durations, addresses and words are in the order of a type or a collation.
    """
    texts = [end for end in (low, high) if isinstance(end, str)]
    known = all(as_number(end) is not None for end in texts) or all(place_in_time(end) is not None for end in texts)
    return len(texts) == 2 and not known


def _is_ordered_as_numbers(low: Bound, high: Bound) -> bool:
    """Return whether two texts are ordered as the numbers that they spell.

    The type of the column decides if they are numbers.
    """
    first, second = as_number(low), as_number(high)
    return isinstance(low, str) and isinstance(high, str) and first is not None and second is not None and is_ordered(first, second)


class Arguments:
    """The arguments of one declaration, read by type.

    A value that cannot be read is noted as a problem and replaced by a harmless one.
    """

    def __init__(self, subject: str, given: dict[str, object], *, by_kind: bool = False) -> None:
        self.subject = subject
        self.given = given
        self.by_kind = by_kind
        """Return whether values of different kinds are never equal, which only importers set."""
        self.problems: list[Problem] = []
        self.known: set[str] = set(_TRAITS)

    def refuse(self, argument: str, allowed: str) -> None:
        """Note a problem with an argument."""
        self.problems.append(Problem(self.subject, argument, self.given.get(argument), allowed))

    def take(self, argument: str) -> object:
        """Return the raw value, or None, and count the argument as known from now on."""
        self.known.add(argument)
        return self.given.get(argument)

    def text(self, argument: str, allowed: str) -> str:
        """Return a text that must be there."""
        value = self.take(argument)
        if isinstance(value, str) and value.strip():
            return value
        self.refuse(argument, allowed)
        return ""

    def optional_text(self, argument: str) -> str | None:
        """Return a text that may be absent."""
        return None if self.take(argument) is None else self.text(argument, "text that is not empty")

    def texts(self, argument: str, allowed: str) -> tuple[str, ...]:
        """Return a list of texts, absent = empty."""
        value = self.take(argument)
        if value is None:
            return ()
        if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(item, str) and item.strip() for item in value):
            return tuple(value)
        self.refuse(argument, allowed)
        return ()

    def some_texts(self, argument: str, allowed: str) -> tuple[str, ...]:
        """Return a list of at least one text."""
        value = self.take(argument)
        if isinstance(value, (list, tuple)) and value and all(isinstance(item, str) and item.strip() for item in value):
            return tuple(value)
        self.refuse(argument, allowed)
        return ()

    def choice(self, argument: str, kind: type[Choice]) -> Choice | None:
        """Return one of the values of an enum."""
        value = self.take(argument)
        if value is None:
            return None
        if value in [item.value for item in kind]:
            return kind(value)
        self.refuse(argument, one_of(value, [item.value for item in kind]))
        return None

    def limit(self, argument: str) -> Limit | None:
        """Return a count or a percent."""
        value = self.take(argument)
        if value is None:
            return None
        limit = read_limit(value)
        if limit is None:
            self.refuse(argument, LIMIT_ALLOWED)
        return limit

    def literal(self, argument: str) -> Bound | None:
        """Return a number, text or date to compare a column with, or None where it is refused."""
        value = self.take(argument)
        if is_literal(value) and not isinstance(value, bool):
            return value
        self.refuse(argument, "a finite number, a date or text")
        return None

    def bound(self, argument: str) -> Bound | None:
        """Return one end of a range, absent = open."""
        return None if self.take(argument) is None else self.literal(argument)

    def moment(self, argument: str) -> datetime | None:
        """Return a point in time, absent = None."""
        value = self.take(argument)
        moment = None if value is None else to_instant(value)
        if value is not None and moment is None:
            self.refuse(argument, "a datetime or ISO 8601 text such as '2013-02-01T00:00:00+00:00'")
        return moment

    def flag(self, argument: str, *, usual: bool) -> bool:
        """Return True or False, absent = ``usual``."""
        value = self.take(argument)
        if value is None or isinstance(value, bool):
            return usual if value is None else value
        self.refuse(argument, "True or False")
        return usual

    def number(self, argument: str, low: float, high: float, allowed: str) -> float:
        """Return a finite number from ``low`` to ``high``."""
        value = self.take(argument)
        if is_literal(value) and isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self.refuse(argument, allowed)
        return low

    def names(self, argument: str, least: int = 1) -> tuple[str, ...]:
        """Return different names of columns."""
        allowed = f"{'one' if least == 1 else 'two'} or more different names of columns"
        found = self.some_texts(argument, allowed)
        if found and (len(found) < least or len(set(found)) < len(found)):
            self.refuse(argument, allowed)
        return found

    def literals(self, argument: str) -> tuple[Literal, ...]:
        """Return a list of values to compare a column with."""
        values = self.take(argument)
        if isinstance(values, (set, frozenset)):
            values = sorted(values, key=repr)
        if isinstance(values, (list, tuple)) and values and all(is_literal(value) for value in values):
            return tuple(values)
        self.refuse(argument, "a list of at least one finite number, date, boolean or text, without None")
        return ()

    def duration(self, argument: str) -> timedelta | None:
        """Return a positive duration."""
        value = self.take(argument)
        if value is None:
            return None
        duration = read_duration(value)
        if duration is None:
            self.refuse(argument, DURATION_ALLOWED)
        return duration

    def options(self) -> CheckOptions:
        """Return the options that every check takes."""
        self.problems += find_name_problems(self.subject, {name: self.given.get(name) for name in ("name", "by", "previous_name")})
        runbook = self.optional_text("runbook")
        if runbook is not None and not runbook.startswith(("https://", "http://")):
            self.refuse("runbook", "an address that starts with https:// or http://")
        return CheckOptions(
            name=self.optional_text("name"),
            severity=self.choice("severity", CheckSeverity) or CheckSeverity.ERROR,
            dimension=self.choice("dimension", Dimension),
            where=self.optional_text("where"),
            by=self.optional_text("by"),
            description=self.optional_text("description"),
            tags=self.texts("tags", "a list of texts"),
            owner=self.optional_text("owner"),
            runbook=runbook,
            previous_name=self.optional_text("previous_name"),
        )

    def limit_arguments(self) -> LimitArguments:
        """Return options and limits of a row check."""
        warn = self.limit("warn_above")
        fail = self.limit("fail_above")
        if warn is not None and fail is not None and warn.percent == fail.percent and warn.amount > fail.amount:
            self.refuse("warn_above", f"at most fail_above ({fail}): a warning comes before a failure")
        if warn is not None and fail is None and "fail_above" not in self.given:
            self.refuse("fail_above", f"{LIMIT_ALLOWED}; with warn_above it must be given, since its default of 0 fails first")
        return {"options": self.options(), "warn_above": warn, "fail_above": fail or Limit(Decimal(0), percent=False)}

    def bound_arguments(self) -> BoundArguments:
        """Return options and bounds of a metric check."""
        exact = self.bound("equals")
        fail = Bounds(**{name: self.bound(name) for name in ("at_least", "at_most", "more_than", "less_than")})
        warn = Bounds(at_least=self.bound("warn_at_least"), at_most=self.bound("warn_at_most"))
        if exact is not None:
            if fail:
                self.refuse("equals", "equals alone, without at_least, at_most, more_than and less_than")
            fail = Bounds(at_least=exact, at_most=exact)
        if not fail and not warn and not self.problems:
            self.refuse("at_least", "at least one of at_least, at_most, more_than, less_than, equals, warn_at_least, warn_at_most")
        for inner, outer in (("at_least", "more_than"), ("at_most", "less_than")):
            if getattr(fail, inner) is not None and getattr(fail, outer) is not None:
                self.refuse(outer, f"either {inner} or {outer}: an end belongs to the range or not")
        self.ordered("at_least", fail.low, fail.high, "at most at_most")
        self.ordered("warn_at_least", warn.at_least, warn.at_most, "at most warn_at_most")
        self.ordered("warn_at_least", fail.low, warn.at_least, "at least at_least: a warning comes before a failure")
        self.ordered("warn_at_most", warn.at_most, fail.high, "at most at_most: a warning comes before a failure")
        return {"options": self.options(), "fail": fail, "warn": warn, "if_empty": self.if_empty()}

    def if_empty(self) -> Empty:
        """Return the outcome of a check that finds nothing to read."""
        return self.choice("if_empty", Empty) or Empty.SKIP

    def ordered(self, argument: str, low: Bound | None, high: Bound | None, allowed: str) -> None:
        """Note a lower end above its upper end."""
        if low is None or high is None or _only_the_database_orders(low, high):
            return
        try:
            if not is_ordered(low, high) and not _is_ordered_as_numbers(low, high):
                self.refuse(argument, allowed)
        except Incomparable:
            self.refuse(argument, "bounds of one kind: all numbers, all dates or all text")

    def finish(self) -> None:
        """Note every argument that nothing asked for."""
        for argument in sorted(self.given.keys() - self.known):
            near = nearest(argument, sorted(self.known))
            hint = f"did you mean {near}? " if near else ""
            self.refuse(argument, f"{hint}This check takes {', '.join(sorted(self.known))}")

    def column(self) -> str:
        """Return the name of the column that is checked."""
        return self.text("column", "the name of a column")

    def nulls(self) -> Nulls:
        """Return which rows with NULL are left out."""
        return self.choice("nulls", Nulls) or Nulls.SKIP
