"""Columns of files as checks read them: the type of a column was guessed, so each check reads it in the sense in which it speaks of it.

A file of texts has no types. A column of digits is a number to ``mean`` and a text to ``matches``. A view therefore holds each such column
by its own name, with the type that all its values have, and once more for each sense: as the text of the file, as a number, as a moment and
as a boolean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from airflow_dre.checks import metrics as m
from airflow_dre.checks import rules
from airflow_dre.checks.kinds import ordered
from airflow_dre.checks.kinds.distribution import MostCommonIn
from airflow_dre.checks.kinds.freshness import Fresh
from airflow_dre.checks.rule import Rule

if TYPE_CHECKING:
    from sqlglot import exp

    from airflow_dre.checks.check import Check

M = TypeVar("M", bound=m.Metric)


class Sense(StrEnum):
    """A sense in which a check speaks of the values of a column."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    BOOLEAN = "boolean"


class Guess(StrEnum):
    """The types that all values of a column can be read as."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    OTHER = "other"
    """A type without a sense, such as a time of day."""
    NOTHING = "nothing"
    """There is no value."""


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T].*)?")


@dataclass(frozen=True, slots=True)
class Readings:
    """The columns whose types were guessed, and the view that holds them in every sense."""

    view: str
    """Name of the view."""
    guesses: dict[str, Guess]
    """By the name of the column in lower case. They may change while the rows are read: a later value is of another type."""
    names: Mapping[tuple[str, Sense], str]
    """Names of the columns of the view, by the name of the column in lower case and the sense."""
    columns: tuple[str, ...] = ()
    """Names of the columns whose types were guessed."""
    unreadable: Callable[[str, str], exp.Expr] | None = None
    """The condition of the rows whose text, in a column of the view, cannot be read as a type."""
    ordered: Mapping[tuple[type, str], Sense] = field(default_factory=dict)
    """The senses of bounds on the values of a metric, by the metric and the column in lower case."""
    as_written: Callable[[str], bool] = lambda column: False
    """True if values of a column, in lower case, are different keys where only their spelling differs, since they need not be numbers."""
    settle: Callable[[], object] = lambda: None
    """Confirms guesses by reading all rows, and corrects those that are wrong."""

    def guessed(self, column: str) -> bool:
        """Return whether the type of a column was guessed."""
        return column.casefold() in self.guesses

    def learn(self, guesses: Mapping[str, Guess]) -> None:
        """Correct the guesses of these and all derived readings."""
        self.guesses.update(guesses)

    def heard(self, checks: Iterable[Check]) -> Readings:
        """Return these readings with the senses of the bounds of ``checks``, of which the first counts."""
        ordered: dict[tuple[type, str], Sense] = {}
        for check in checks:
            for metric, column, sense in _bounds_of(check):
                ordered.setdefault((metric, column.casefold()), sense)
        return replace(self, ordered=ordered)

    def name_of(self, column: str, sense: Sense | None, *, of_value: bool = True) -> str:
        """Return the column of the view to read instead of ``column``, which is the same where it fits.

        :param of_value: whether the sense is only that of a value which the column is compared with.
        """
        guess = self.guesses.get(column.casefold())
        if sense is None or guess is None or guess.value == sense.value:
            return column
        if (guess is Guess.OTHER and of_value) or (guess is Guess.BOOLEAN and sense is Sense.NUMBER):
            return column
        return self.names.get((column.casefold(), sense), column)

    def key_of(self, column: str) -> str:
        """Return the column of the view whose values are keys and segments: ``1.10`` is a version beside ``1.1``."""
        return self.name_of(column, Sense.TEXT, of_value=False) if self.as_written(column.casefold()) else column


def by_as_read(by: m.GroupBy | None, readings: Readings | None) -> m.GroupBy | None:
    """Return the column that splits the rows as it is to be read, or an expression unchanged."""
    return by if readings is None or not isinstance(by, str) else readings.key_of(by)


def metric_as_read(metric: M, readings: Readings | None) -> M:
    """Return a metric about the columns that it is to read, which is the same where no type was guessed."""
    if readings is None:
        return metric
    if isinstance(metric, m.ValueCount):
        return replace(metric, column=readings.name_of(metric.column, Sense.TEXT, of_value=False))
    if isinstance(metric, m.KeyCount):
        return replace(metric, columns=tuple(readings.name_of(name, Sense.TEXT, of_value=False) for name in metric.columns))
    if isinstance(metric, (m.DuplicateCount, m.DistinctCount, m.RepeatCount)):
        return replace(metric, columns=tuple(map(readings.key_of, metric.columns)))
    if isinstance(metric, m.Violations):
        return replace(metric, rule=rule_as_read(metric.rule, readings))
    if isinstance(metric, m.PerSegment):
        return replace(metric, metric=metric_as_read(metric.metric, readings))
    sense = _sense_of(metric, readings)
    if sense is None or not isinstance(metric, m.ColumnMetric):
        return metric
    return replace(metric, column=readings.name_of(metric.column, sense))


def _sense_of(metric: m.Metric, readings: Readings) -> Sense | None:
    match metric:
        case m.Mean() | m.Total() | m.Variance() | m.Quantile(interpolate=True):
            return Sense.NUMBER
        case m.Periods():
            return Sense.MOMENT
        case m.ColumnMetric():
            return readings.ordered.get((type(metric), metric.column.casefold()))
        case _:
            return None


def rule_as_read(rule: Rule, readings: Readings | None) -> Rule:
    """Return a rule about the columns that it is to read, which is the same where no type was guessed."""
    if readings is None:
        return rule
    match rule:
        case rules.HasValue() | rules.HasNoValue():  # of any type, which need not be found out
            return replace(rule, column=readings.name_of(rule.column, Sense.TEXT, of_value=False))
        case rules.HasText() | rules.Matches() | rules.Like() | rules.LengthWithin() | rules.ReadableAs() | rules.IsJson():
            return replace(rule, column=readings.name_of(rule.column, Sense.TEXT, of_value=False))
        case rules.Within():
            return replace(rule, column=readings.name_of(rule.column, sense_of_values([rule.low, rule.high])))
        case rules.OneOf():
            return replace(rule, column=readings.name_of(rule.column, sense_of_values(rule.values, moments_as_texts=True)))
        case rules.SumIs():
            return replace(rule, columns=tuple(readings.name_of(name, Sense.NUMBER) for name in rule.columns))
        case rules.TupleOneOf():
            senses = [sense_of_values([row[index] for row in rule.values], moments_as_texts=True) for index in range(len(rule.columns))]
            named = [readings.name_of(name, sense) for name, sense in zip(rule.columns, senses, strict=True)]
            return replace(rule, columns=tuple(named))
        case rules.Compares():
            left, right = _alike((rule.left, rule.right), readings, by_text=rule.operator in (rules.Operator.EQUAL, rules.Operator.UNEQUAL))
            return replace(rule, left=left, right=right)
        case rules.AllDiffer():
            return replace(rule, columns=_alike(rule.columns, readings, by_text=True))
        case rules.BySegment():
            inner = tuple((segment, rule_as_read(each, readings)) for segment, each in rule.rules)
            return replace(rule, by=readings.key_of(rule.by) if isinstance(rule.by, str) else rule.by, rules=inner)
        case _:
            return rule


def sense_of_values(values: Sequence[object], *, moments_as_texts: bool = False) -> Sense | None:
    """Return the common sense of values of a column, or None where they differ.

    :param moments_as_texts: whether a text that spells a day or a timestamp is but a text.
    """
    given = [value for value in values if value is not None]
    if not given:
        return None
    if all(isinstance(value, bool) for value in given):
        return Sense.BOOLEAN
    if all(isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in given):
        return Sense.NUMBER
    if all(isinstance(value, date) for value in given):
        return Sense.MOMENT
    if all(isinstance(value, str) for value in given):
        spelled = all(_MOMENT.fullmatch(str(value)) for value in given)
        return Sense.MOMENT if spelled and not moments_as_texts else Sense.TEXT
    return None


def _alike(columns: Sequence[str], readings: Readings, *, by_text: bool) -> tuple[str, ...]:
    """Return names under which columns can be compared with one another, where one was guessed to be a text and another was not."""
    guesses = {guess for name in columns if (guess := readings.guesses.get(name.casefold())) not in (None, Guess.NOTHING)}
    if Guess.TEXT not in guesses or len(guesses) == 1:
        return tuple(columns)
    others = guesses - {Guess.TEXT}
    sense = Sense.TEXT if by_text or len(others) > 1 or Guess.OTHER in others else Sense(str(others.pop()))
    return tuple(readings.name_of(name, sense, of_value=False) for name in columns)


def _bounds_of(check: Check) -> Iterable[tuple[type, str, Sense]]:
    match check:
        case Fresh(column=str() as column):
            yield m.Maximum, column, Sense.MOMENT
        case MostCommonIn(column=column, values=values):
            sense = sense_of_values(values, moments_as_texts=True)
            if sense is not None:
                yield m.MostCommon, column, sense
        case ordered.ColumnMin() | ordered.ColumnMax() | ordered.ColumnQuantile():
            sense = sense_of_values([check.fail.low, check.fail.high, check.warn.low, check.warn.high])
            if sense is not None:
                yield type(check.metric()), check.column, sense
