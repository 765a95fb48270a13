"""Rules for one row: which rows a rule applies to, what it means to break it, and how a row that breaks it is described.

A rule is a frozen value without SQL; ``airflow_dre.sql.predicates`` renders each. NULL is no value: a rule about values applies
only to rows in which all its columns have one, so that completeness is judged by the checks made for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Self

from airflow_dre.checks.column_rule import ColumnRule as ColumnRule
from airflow_dre.checks.cross_rules import AllDiffer as AllDiffer
from airflow_dre.checks.cross_rules import Compares as Compares
from airflow_dre.checks.cross_rules import CrossRule as CrossRule
from airflow_dre.checks.cross_rules import Operator as Operator
from airflow_dre.checks.cross_rules import SumIs as SumIs
from airflow_dre.checks.cross_rules import TupleOneOf as TupleOneOf
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.enforced import Enforced
from airflow_dre.checks.families import NOT_TEXTS, Families, Family, comparable_with
from airflow_dre.checks.outcomes import counted, format_value
from airflow_dre.checks.rule import Rule
from airflow_dre.checks.senses import Columns, Sense, sense_of_values
from airflow_dre.checks.text_rules import IsJson as IsJson
from airflow_dre.checks.text_rules import LengthWithin as LengthWithin
from airflow_dre.checks.text_rules import Like as Like
from airflow_dre.checks.text_rules import LikeNot as LikeNot
from airflow_dre.checks.text_rules import Matches as Matches
from airflow_dre.checks.text_rules import MatchesNot as MatchesNot
from airflow_dre.checks.text_rules import ReadableAs as ReadableAs
from airflow_dre.checks.text_rules import TextRule as TextRule
from airflow_dre.checks.text_rules import TextType as TextType
from airflow_dre.values.scalars import Literal


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class HasNoValue(Rule):
    """The column is NULL."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "null"
    state_name: ClassVar[str] = "HasNoValue"
    column: str

    def row_reason(self) -> str:
        return f"{self.column} is not NULL"

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class HasText(Rule):
    """The column holds more than spaces. NULL breaks it too."""

    default_dimension: ClassVar[Dimension] = Dimension.COMPLETENESS
    kind: ClassVar[str] = "not_empty"
    state_name: ClassVar[str] = "HasText"
    column: str

    def row_reason(self) -> str:
        return f"{self.column} is empty"

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.TEXT, of_value=False))


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, sense_of_values([self.low, self.high])))


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, sense_of_values(self.values, moments_as_texts=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneOf(OneOf):
    """The value is not one of a set."""

    kind: ClassVar[str] = "not_in_set"
    state_name: ClassVar[str] = "NoneOf"

    def row_reason(self) -> str:
        return f"{self.column} is one of {counted(len(self.values), 'value', 'values')} that it must not be"


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

    def as_read(self, columns: Columns) -> Self:
        inner = tuple((segment, rule.as_read(columns)) for segment, rule in self.rules)
        return replace(self, by=columns.key_of(self.by) if isinstance(self.by, str) else self.by, rules=inner)
