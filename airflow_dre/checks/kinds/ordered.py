"""Checks of a value at a place in the order of a column, whose bounds the database compares where only it can."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import ClassVar

from airflow_dre.checks.check import Answers
from airflow_dre.checks.families import NUMERIC, Families, comparable_with
from airflow_dre.checks.kinds.metrics import ColumnCheck
from airflow_dre.checks.metrics import (
    ColumnMetric,
    Maximum,
    Metric,
    Minimum,
    Quantile,
    ValueCount,
    Violations,
)
from airflow_dre.checks.rules import HasNoValue, Within
from airflow_dre.checks.senses import Sense, sense_of_values
from airflow_dre.checks.thresholds import Bound, Bounds
from airflow_dre.values.numbers import as_count, as_number
from airflow_dre.values.scalars import Incomparable, Scalar


def ends_of(bounds: Bounds) -> dict[str, Bound]:
    """Return the ends of bounds by their names."""
    ends = {"at_least": bounds.at_least, "at_most": bounds.at_most, "more_than": bounds.more_than, "less_than": bounds.less_than}
    return {name: end for name, end in ends.items() if end is not None}


def asked_of_database(bounds: Bounds, value: Scalar = None) -> dict[str, Bound]:
    """Return the ends that only the database can compare with a column: texts and dates, by its collations, its types and its infinities.

    :param value: of the column; one that is no number, such as an amount of money, is compared with no end but by the database.
    """
    ends = ends_of(bounds)
    if value is not None and not isinstance(value, (int, float, Decimal)):
        return ends
    return {name: end for name, end in ends.items() if isinstance(end, date) or (isinstance(end, str) and not _spells_a_number(end))}


def _spells_a_number(text: str) -> bool:
    number = as_number(text)
    return number is not None and math.isfinite(number)


def outside(column: str, name: str, end: Bound, where: str | None) -> Violations:
    """Return the rows below an end for ``at_least`` and ``less_than``, above it for the others, asked as ``between`` asks for them."""
    rules = {
        "at_least": Within(column=column, low=end),
        "less_than": Within(column=column, low=end),
        "at_most": Within(column=column, high=end),
        "more_than": Within(column=column, high=end),
    }
    return Violations(rule=rules[name], where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedCheck(ColumnCheck):
    """A value of the column at a place in its order, whose bounds are compared as ``between`` compares them."""

    def metrics(self) -> tuple[Metric, ...]:
        counted = self._outside(None)
        return (ValueCount(column=self.column, where=self.options.where), *counted, self.metric()) if counted else (self.metric(),)

    def dependent_metrics(self, answers: Answers) -> tuple[Metric, ...]:
        """Return the counts that are needed for some kinds of values only."""
        if (value := self.observe(answers)) is None:
            return ()
        first = self.metrics()
        more = tuple(metric for metric in self._outside(value) if metric not in first)
        return (*more, self._values(first)) if more and len(first) == 1 else more

    def _outside(self, value: Scalar) -> tuple[Metric, ...]:
        ends = [*asked_of_database(self.fail, value).items(), *asked_of_database(self.warn, value).items()]
        return tuple(dict.fromkeys(outside(self.column, name, end, self.options.where) for name, end in ends))

    def _values(self, first: tuple[Metric, ...]) -> Metric:
        """Return what counts the values: a count of rows where it is asked for each segment after the first answers."""
        where = self.options.where
        if len(first) == 1:
            return Violations(rule=HasNoValue(column=self.column), where=where)
        return ValueCount(column=self.column, where=where)

    @abstractmethod
    def needed(self, values: int) -> int:
        """Return how many of the smallest values there are up to the one that is bounded, out of all ``values``."""

    def keeps(self, bounds: Bounds, value: Scalar, answers: Answers) -> bool:
        ends = asked_of_database(bounds, value)
        if not ends:
            return bounds.admits(value)
        rest = replace(bounds, **dict.fromkeys(ends))
        return (not rest or rest.admits(value)) and all(self._keeps_end(name, end, answers) for name, end in ends.items())

    def _keeps_end(self, name: str, end: Bound, answers: Answers) -> bool:
        if not (values := as_count(answers.scalar(self._values(self.metrics())))):
            raise Incomparable("only the database compares the value with its bounds, and it counted none: the table changed meanwhile")
        wrong, needed = as_count(answers.scalar(outside(self.column, name, end, self.options.where))), self.needed(values)
        match name:
            case "at_least":  # fewer values lie below the end
                return wrong < needed
            case "less_than":
                return wrong >= needed
            case "at_most":  # enough values do not lie above the end
                return values - wrong >= needed
            case _:
                return values - wrong < needed

    def column_types(self) -> Mapping[str, Families]:
        return comparable_with(self.column, (self.fail.low, self.fail.high, self.warn.low, self.warn.high))

    @property
    def orders_values(self) -> bool:
        return True

    def bound_senses(self) -> tuple[tuple[type[Metric], str, Sense], ...]:
        sense = sense_of_values([self.fail.low, self.fail.high, self.warn.low, self.warn.high])
        return () if sense is None else ((type(self.metric()), self.column, sense),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMin(OrderedCheck):
    """The smallest value."""

    kind: ClassVar[str] = "column_min"
    measure: ClassVar[type[ColumnMetric]] = Minimum

    def needed(self, values: int) -> int:
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMax(OrderedCheck):
    """The largest value."""

    kind: ClassVar[str] = "column_max"
    measure: ClassVar[type[ColumnMetric]] = Maximum

    def needed(self, values: int) -> int:
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnQuantile(OrderedCheck):
    """The value below which a share of the values lies."""

    measure: ClassVar[type[ColumnMetric]] = Quantile
    at: Decimal
    interpolate: bool = True

    @property
    def kind(self) -> str:
        return "quantile"

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column, "at": str(self.at.normalize()), **({} if self.interpolate else {"interpolate": False})}

    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric(),) if self.interpolate else super(ColumnQuantile, self).metrics()

    def dependent_metrics(self, answers: Answers) -> tuple[Metric, ...]:
        return () if self.interpolate else super(ColumnQuantile, self).dependent_metrics(answers)

    def keeps(self, bounds: Bounds, value: Scalar, answers: Answers) -> bool:
        return bounds.admits(value) if self.interpolate else super(ColumnQuantile, self).keeps(bounds, value, answers)

    def needed(self, values: int) -> int:
        return max(1, math.ceil(self.at * values))

    def metric(self) -> Metric:
        return Quantile(column=self.column, at=self.at, interpolate=self.interpolate, where=self.options.where)

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: NUMERIC} if self.interpolate else super(ColumnQuantile, self).column_types()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMedian(ColumnQuantile):
    """The middle value."""

    at: Decimal = Decimal("0.5")

    @property
    def kind(self) -> str:
        return "median"

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column}
