"""Rules for the text of one column. Import them from :mod:`airflow_dre.checks.rules`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from airflow_dre.checks.column_rule import ColumnRule
from airflow_dre.checks.senses import Columns, Sense


class TextType(StrEnum):
    """The types as which a text can be required to be readable, for ``of_type``."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    UUID = "uuid"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule(ColumnRule):
    """A rule for the text of the values of one column."""

    kinds_matter: ClassVar[bool] = True
    text_of: str | None = None
    """The family of the values whose text is meant. None: they are texts, or the database knows."""

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches(TextRule):
    """A regular expression is found in the value: one of several, or every one."""

    kind: ClassVar[str] = "matches"
    state_name: ClassVar[str] = "Matches"
    patterns: tuple[str, ...]
    every: bool = False

    def row_reason(self) -> str:
        return f"{self.column} does not match {_patterns(self.patterns, every=self.every)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesNot(Matches):
    """None of the regular expressions is found in the value."""

    kind: ClassVar[str] = "not_matches"
    state_name: ClassVar[str] = "MatchesNot"

    def row_reason(self) -> str:
        return f"{self.column} matches {_patterns(self.patterns)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(ColumnRule):
    """The whole value is like a SQL LIKE pattern: one of several, or every one."""

    kind: ClassVar[str] = "like"
    state_name: ClassVar[str] = "Like"
    patterns: tuple[str, ...]
    every: bool = False

    def row_reason(self) -> str:
        return f"{self.column} is not like {_patterns(self.patterns, every=self.every)}"

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class LikeNot(Like):
    """The value is like none of the SQL LIKE patterns."""

    kind: ClassVar[str] = "not_like"
    state_name: ClassVar[str] = "LikeNot"

    def row_reason(self) -> str:
        return f"{self.column} is like {_patterns(self.patterns)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthWithin(TextRule):
    """The number of characters lies between two ends, both belonging to it."""

    kind: ClassVar[str] = "length"
    state_name: ClassVar[str] = "LengthWithin"
    low: int | None = None
    high: int | None = None

    def row_reason(self) -> str:
        low = [] if self.low is None else [f"fewer than {self.low}"]
        high = [] if self.high is None else [f"more than {self.high}"]
        ends = [*low, *high]
        noun = "character" if len(ends) == 1 and 1 in (self.low, self.high) else "characters"
        return f"{self.column} has {' or '.join(ends)} {noun}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableAs(ColumnRule):
    """A text can be read as a value of a type."""

    kind: ClassVar[str] = "of_type"
    state_name: ClassVar[str] = "ReadableAs"
    as_kind: TextType

    def row_reason(self) -> str:
        return f"{self.column} cannot be read as {self.as_kind}"

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class IsJson(TextRule):
    """A text is one JSON document."""

    kind: ClassVar[str] = "json_valid"
    state_name: ClassVar[str] = "IsJson"

    def row_reason(self) -> str:
        return f"{self.column} is no JSON"


def _patterns(patterns: Sequence[str], *, every: bool = False) -> str:
    return (" and " if every else " or ").join(patterns)
