"""Rules for one row: which rows a rule applies to, what it means to break it, and how a row that breaks it is described.

A rule is a frozen value without SQL; ``airflow_dre.sql.predicates`` renders each. NULL is no value: a rule about values applies
only to rows in which all its columns have one, so that completeness is judged by the checks made for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.enforced import Enforced
from airflow_dre.checks.families import NOT_TEXTS, NUMERIC, Families, Family, comparable_with
from airflow_dre.checks.outcomes import counted, format_value
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.values.scalars import Literal


class TextType(StrEnum):
    """The types as which a text can be required to be readable, for ``of_type``."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    UUID = "uuid"


class Operator(StrEnum):
    """The comparisons of two columns."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule(Rule):
    """A rule for the values of one column."""

    column: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)


@dataclass(frozen=True, slots=True, kw_only=True)
class HasValue(Rule):
    """The column is not NULL."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "not_null"
    state_name: ClassVar[str] = "HasValue"
    column: str

    def row_reason(self) -> str:
        return f"{self.column} is NULL"

    def enforced_by(self, enforced: Enforced) -> str | None:
        return "NOT NULL" if self.column in enforced.not_null else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HasNoValue(Rule):
    """The column is NULL."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "null"
    state_name: ClassVar[str] = "HasNoValue"
    column: str

    def row_reason(self) -> str:
        return f"{self.column} is not NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class HasText(Rule):
    """The column holds more than spaces. NULL breaks it too."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "not_empty"
    state_name: ClassVar[str] = "HasText"
    column: str

    def row_reason(self) -> str:
        return f"{self.column} is empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(ColumnRule):
    """The value lies between two ends. An absent end is open."""

    kind: ClassVar[str] = "between"
    state_name: ClassVar[str] = "Within"
    low: Literal | None = None
    high: Literal | None = None
    low_belongs: bool = True
    high_belongs: bool = True
    counted: bool = False
    """True if the column is known to hold booleans, of which true counts 1 and false 0."""

    def column_types(self) -> Mapping[str, Families]:
        return comparable_with(self.column, (self.low, self.high))

    def frame_types(self) -> Mapping[str, Families]:
        ends = (self.low, self.high)
        if self.by_kind and any(isinstance(end, str) for end in ends):
            return {self.column: NOT_TEXTS}
        if self.by_kind and any(isinstance(end, date) for end in ends):
            return {self.column: (Family.MOMENTS,)}
        return {}

    @property
    def orders_values(self) -> bool:
        return isinstance(self.low, str) or isinstance(self.high, str)

    def row_reason(self) -> str:
        ends = []
        if self.low is not None:
            ends.append(f"{'below' if self.low_belongs else 'not above'} {format_value(self.low)}")
        if self.high is not None:
            ends.append(f"{'above' if self.high_belongs else 'not below'} {format_value(self.high)}")
        return f"{self.column} is {' or '.join(ends)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(ColumnRule):
    """The value is one of a set."""

    kinds_matter: ClassVar[bool] = True
    kind: ClassVar[str] = "in_set"
    state_name: ClassVar[str] = "OneOf"
    values: tuple[Literal, ...]

    def column_types(self) -> Mapping[str, Families]:
        return {} if self.by_kind else comparable_with(self.column, self.values)

    def row_reason(self) -> str:
        return f"{self.column} is not one of {counted(len(self.values), 'value', 'values')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf(OneOf):
    """The value is not one of a set."""

    kind: ClassVar[str] = "not_in_set"
    state_name: ClassVar[str] = "NoneOf"

    def row_reason(self) -> str:
        return f"{self.column} is one of {counted(len(self.values), 'value', 'values')} that it must not be"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule(ColumnRule):
    """A rule for the text of the values of one column."""

    kinds_matter: ClassVar[bool] = True
    text_of: str | None = None
    """The family of the values whose text is meant. None: they are texts, or the database knows."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IsJson(TextRule):
    """A text is one JSON document."""

    kind: ClassVar[str] = "json_valid"
    state_name: ClassVar[str] = "IsJson"

    def row_reason(self) -> str:
        return f"{self.column} is no JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossRule(Rule):
    """A rule about several columns of a row."""

    nulls: Nulls = Nulls.SKIP

    @property
    def leaves_out(self) -> Nulls:
        return self.nulls


@dataclass(frozen=True, slots=True, kw_only=True)
class Compares(CrossRule):
    """Two columns of a row compare as they must. A NULL that is not left out breaks ``==`` and no other comparison."""

    kinds_matter: ClassVar[bool] = True
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    kind: ClassVar[str] = "compare"
    state_name: ClassVar[str] = "Compares"
    left: str
    operator: Operator
    right: str
    unknown_breaks: bool = False
    """True if a NULL that is not left out breaks the other comparisons too."""
    unlike: bool = False
    """True if the columns are known to hold values of different kinds."""

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.left, self.right)

    def row_reason(self) -> str:
        return f"{self.left} {self.operator} {self.right} does not hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class SumIs(CrossRule):
    """The columns of a row add up to a number. A sum with a NULL that is not left out is unknown and breaks nothing."""

    kinds_matter: ClassVar[bool] = True
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    kind: ClassVar[str] = "sum_equals"
    state_name: ClassVar[str] = "SumIs"
    columns: tuple[str, ...]
    total: Literal
    flags: tuple[str, ...] = ()
    """Columns of booleans, of which true counts 1."""
    unknown_breaks: bool = False
    """True if a sum with a NULL that is not left out is wrong."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def column_types(self) -> Mapping[str, Families]:
        return dict.fromkeys(self.columns, NUMERIC)

    def row_reason(self) -> str:
        return f"{' + '.join(self.columns)} is not {format_value(self.total)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TupleOneOf(CrossRule):
    """The values of several columns are one of a set of tuples.

    A NULL that is not left out may be any value; None in a tuple is met by NULL only.
    """

    kinds_matter: ClassVar[bool] = True
    kind: ClassVar[str] = "tuple_in_set"
    state_name: ClassVar[str] = "TupleOneOf"
    columns: tuple[str, ...]
    values: tuple[tuple[Literal | None, ...], ...]
    unknown_breaks: bool = False
    """True if a NULL that is not left out is met by None in a tuple only."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def row_reason(self) -> str:
        return f"{', '.join(self.columns)} are not one of {len(self.values)} tuples"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllDiffer(CrossRule):
    """The columns of a row hold values that all differ. Two NULLs that are not left out are the same."""

    kinds_matter: ClassVar[bool] = True
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    kind: ClassVar[str] = "all_differ"
    state_name: ClassVar[str] = "AllDiffer"
    columns: tuple[str, ...]
    unlike: tuple[tuple[str, str], ...] = ()
    """Pairs of columns that are known to hold values of different kinds."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def row_reason(self) -> str:
        return f"{', '.join(self.columns)} do not all differ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Rule):
    """A SQL condition is not false. NULL does not break it, as in a SQL CHECK constraint."""

    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    kind: ClassVar[str] = "rows"
    state_name: ClassVar[str] = "Holds"
    condition: str

    @property
    def sql_conditions(self) -> Mapping[str, str]:
        return {"condition": self.condition}

    def row_reason(self) -> str:
        return f"it is false that {self.condition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BySegment(Rule):
    """A rule of its own for the rows of each segment."""

    unmergeable: ClassVar[str] = "its limits move with the mean of the whole table"
    kind: ClassVar[str] = "by"
    by: str
    rules: tuple[tuple[Literal | None, Rule], ...]


def _patterns(patterns: Sequence[str], *, every: bool = False) -> str:
    return (" and " if every else " or ").join(patterns)
