"""Rules for one row: which rows a rule applies to, and what it means to break it.

A rule is a frozen value without SQL; ``airflow_dre.sql.predicates`` renders each. NULL is no value: a rule about values applies
only to rows in which all its columns have one, so that completeness is judged by the checks made for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import ClassVar

from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.families import NOT_TEXTS, NUMERIC, Families, Family, comparable_with
from airflow_dre.values.scalars import Literal


class TextType(StrEnum):
    """The types as which a text can be required to be readable, for ``of_type``."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    UUID = "uuid"


class Nulls(StrEnum):
    """The rows that a rule about several columns leaves out because of NULL."""

    SKIP = "skip"
    """Those with a NULL in any of the columns."""
    SKIP_ALL = "skip_all"
    """Those with a NULL in all of the columns."""
    KEEP = "keep"
    """None."""


class Operator(StrEnum):
    """The comparisons of two columns."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


_UNASKED = {"by_kind", "unlike", "text_of", "unknown_breaks", "flags", "counted"}
"""Fields that say how a question is put, and not which question it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A requirement that must hold for one row."""

    kind: ClassVar[str]
    """The name of the check that declares it."""
    state_name: ClassVar[str]
    """Name in the keys of stored partition states. It never changes, whatever the class is called."""
    default_dimension: ClassVar[Dimension] = Dimension.CONFORMITY
    """The quality dimension that the rule speaks for."""
    kinds_matter: ClassVar[bool] = False
    """Whether the kinds of values can make a difference to it, as in pandas."""
    by_kind: bool = False
    """Whether values of different kinds never equal and every value has a text, as in pandas, where a database would read one as the
    other or refuse to. A suite of another tool sets it, for databases whose values pandas may have held."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that must have a value for the rule to apply. Without any it applies to every row."""
        return ()

    @property
    def leaves_out(self) -> Nulls:
        """The rows that it does not apply to, by the NULLs in the columns that it needs."""
        return Nulls.SKIP

    def column_types(self) -> Mapping[str, Families]:
        """Return the families that columns must be of, without columns of any family."""
        return {}

    def frame_types(self) -> Mapping[str, Families]:
        """Return the families that columns must be of where the rows are judged as pandas judges them.

        pandas subtracts a value from the next, and compares no text with a date.
        """
        return {}

    @property
    def orders_values(self) -> bool:
        """True where it orders values that may be neither numbers nor texts."""
        return False

    def identity_arguments(self) -> Mapping[str, object]:
        """Return its arguments as JSON values, without those at their default, so that a new option changes no id."""
        given = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in _UNASKED}
        usual = {item.name: item.default for item in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value != usual[name]}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HasNoValue(Rule):
    """The column is NULL."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "null"
    state_name: ClassVar[str] = "HasNoValue"
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HasText(Rule):
    """The column holds more than spaces. NULL breaks it too."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "not_empty"
    state_name: ClassVar[str] = "HasText"
    column: str


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
    """Whether the column is known to hold booleans, of which true counts 1 and false 0."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(ColumnRule):
    """The value is one of a set."""

    kinds_matter: ClassVar[bool] = True
    kind: ClassVar[str] = "in_set"
    state_name: ClassVar[str] = "OneOf"
    values: tuple[Literal, ...]

    def column_types(self) -> Mapping[str, Families]:
        return {} if self.by_kind else comparable_with(self.column, self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf(OneOf):
    """The value is not one of a set."""

    kind: ClassVar[str] = "not_in_set"
    state_name: ClassVar[str] = "NoneOf"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesNot(Matches):
    """None of the regular expressions is found in the value."""

    kind: ClassVar[str] = "not_matches"
    state_name: ClassVar[str] = "MatchesNot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(ColumnRule):
    """The whole value is like a SQL LIKE pattern: one of several, or every one."""

    kind: ClassVar[str] = "like"
    state_name: ClassVar[str] = "Like"
    patterns: tuple[str, ...]
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LikeNot(Like):
    """The value is like none of the SQL LIKE patterns."""

    kind: ClassVar[str] = "not_like"
    state_name: ClassVar[str] = "LikeNot"


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthWithin(TextRule):
    """The number of characters lies between two ends, both belonging to it."""

    kind: ClassVar[str] = "length"
    state_name: ClassVar[str] = "LengthWithin"
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableAs(ColumnRule):
    """A text can be read as a value of a type."""

    kind: ClassVar[str] = "of_type"
    state_name: ClassVar[str] = "ReadableAs"
    as_kind: TextType


@dataclass(frozen=True, slots=True, kw_only=True)
class IsJson(TextRule):
    """A text is one JSON document."""

    kind: ClassVar[str] = "json_valid"
    state_name: ClassVar[str] = "IsJson"


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
    """Whether a NULL that is not left out breaks the other comparisons too."""
    unlike: bool = False
    """Whether the columns are known to hold values of different kinds."""

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.left, self.right)


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
    """Whether a sum with a NULL that is not left out is wrong."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def column_types(self) -> Mapping[str, Families]:
        return dict.fromkeys(self.columns, NUMERIC)


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
    """Whether a NULL that is not left out is met by None in a tuple only."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Rule):
    """A SQL condition is not false. NULL does not break it, as in a SQL CHECK constraint."""

    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    kind: ClassVar[str] = "rows"
    state_name: ClassVar[str] = "Holds"
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BySegment(Rule):
    """A rule of its own for the rows of each segment."""

    kind: ClassVar[str] = "by"
    by: str
    rules: tuple[tuple[Literal | None, Rule], ...]
