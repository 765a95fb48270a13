"""Columns of files as checks read them: the type of a column was guessed, so each check reads it in the sense in which it speaks of it.

A file of texts has no types. A column of digits is a number to ``mean`` and a text to ``matches``. A view therefore holds each such column
by its own name, with the type that all its values have, and once more for each sense: as the text of the file, as a number, as a moment and
as a boolean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from airflow_dre.checks import metrics as m
from airflow_dre.checks.rule import Rule
from airflow_dre.checks.senses import Sense

if TYPE_CHECKING:
    from sqlglot import exp

    from airflow_dre.checks.check import Check

M = TypeVar("M", bound=m.Metric)


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
            for metric, column, sense in check.bound_senses():
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

    def alike(self, columns: Sequence[str], *, by_text: bool) -> tuple[str, ...]:
        """Return names under which columns can be compared with one another, where one was guessed to be a text and another was not."""
        guesses = {guess for name in columns if (guess := self.guesses.get(name.casefold())) not in (None, Guess.NOTHING)}
        if Guess.TEXT not in guesses or len(guesses) == 1:
            return tuple(columns)
        others = guesses - {Guess.TEXT}
        sense = Sense.TEXT if by_text or len(others) > 1 or Guess.OTHER in others else Sense(str(others.pop()))
        return tuple(self.name_of(name, sense, of_value=False) for name in columns)

    def bound_sense(self, metric: type, column: str) -> Sense | None:
        """Return the sense of the bounds on the values of a metric about a column."""
        return self.ordered.get((metric, column.casefold()))


def by_as_read(by: m.GroupBy | None, readings: Readings | None) -> m.GroupBy | None:
    """Return the column that splits the rows as it is to be read, or an expression unchanged."""
    return by if readings is None or not isinstance(by, str) else readings.key_of(by)


def metric_as_read(metric: M, readings: Readings | None) -> M:
    """Return a metric about the columns that it is to read, which is the same where no type was guessed."""
    return metric if readings is None else metric.as_read(readings)


def rule_as_read(rule: Rule, readings: Readings | None) -> Rule:
    """Return a rule about the columns that it is to read, which is the same where no type was guessed."""
    return rule if readings is None else rule.as_read(readings)
