"""Reasons as templates with values, each marked by its source, so that a value can be hidden before the reason becomes text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class ValueSource(StrEnum):
    """The origin of a value in a reason."""

    CHECK = "check"
    """The check itself or a count of rows: a bound, a name, a number of violations."""
    OBSERVED = "observed"
    """The values of the columns that are checked."""
    SEGMENT = "segment"
    """The values of the column that the rows are segmented by."""
    FOREIGN = "foreign"
    """A message of a driver, of another tool or of an error, which may quote anything."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a reason, as text."""

    text: str
    source: ValueSource = ValueSource.CHECK


@dataclass(frozen=True, slots=True)
class OutcomeReason:
    """The reason of an outcome: one sentence, rendered by ``str()``."""

    template: str
    """A format string, with a name in braces for each value."""
    values: tuple[tuple[str, Value | OutcomeReason | tuple[OutcomeReason, ...]], ...] = ()
    """Values by name. Several reasons are listed between semicolons."""

    def __str__(self) -> str:
        return self.template.format(**{name: _text(value) for name, value in self.values})

    def quotes(self, source: ValueSource) -> bool:
        """Return whether a value of ``source`` is part of it."""
        return any(_quotes(value, source) for _, value in self.values)

    def with_texts(self, show: Callable[[Value], str]) -> OutcomeReason:
        """Return the reason with the text of each value replaced by ``show(value)``."""
        return OutcomeReason(self.template, tuple((name, _shown(value, show)) for name, value in self.values))


def because(template: str, **values: object) -> OutcomeReason:
    """Return a reason.

    :param values: the values of the template: reasons, values marked by their source, or anything of the check itself.
    """
    return OutcomeReason(template, tuple((name, _marked(value)) for name, value in values.items()))


def observed(value: object) -> Value:
    """Mark a value of the columns that are checked."""
    return Value(str(value), ValueSource.OBSERVED)


def segment(value: object) -> Value:
    """Mark a value of the column that the rows are segmented by."""
    return Value(str(value), ValueSource.SEGMENT)


def foreign(message: object) -> OutcomeReason:
    """Return a foreign message, which may quote anything, as a reason."""
    return OutcomeReason("{message}", (("message", Value(str(message), ValueSource.FOREIGN)),))


def _marked(value: object) -> Value | OutcomeReason | tuple[OutcomeReason, ...]:
    if isinstance(value, (Value, OutcomeReason)):
        return value
    if isinstance(value, tuple) and all(isinstance(part, OutcomeReason) for part in value):
        return value
    return Value(str(value))


def _text(value: Value | OutcomeReason | Sequence[OutcomeReason]) -> str:
    match value:
        case Value(text=text):
            return text
        case OutcomeReason():
            return str(value)
        case _:
            return "; ".join(map(str, value))


def _quotes(value: Value | OutcomeReason | Sequence[OutcomeReason], source: ValueSource) -> bool:
    match value:
        case Value():
            return value.source is source
        case OutcomeReason():
            return value.quotes(source)
        case _:
            return any(part.quotes(source) for part in value)


def _shown(
    value: Value | OutcomeReason | tuple[OutcomeReason, ...], show: Callable[[Value], str]
) -> Value | OutcomeReason | tuple[OutcomeReason, ...]:
    match value:
        case Value():
            return Value(show(value), value.source)
        case OutcomeReason():
            return value.with_texts(show)
        case _:
            return tuple(part.with_texts(show) for part in value)
