"""Rules for several columns of a row. Import them from :mod:`airflow_dre.checks.rules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.families import NUMERIC, Families
from airflow_dre.checks.outcomes import format_value
from airflow_dre.checks.rule import Nulls, Rule
from airflow_dre.checks.senses import Columns, Sense, sense_of_values
from airflow_dre.values.scalars import Literal


class Operator(StrEnum):
    """The comparisons of two columns."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


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

    def as_read(self, columns: Columns) -> Self:
        left, right = columns.alike((self.left, self.right), by_text=self.operator in (Operator.EQUAL, Operator.UNEQUAL))
        return replace(self, left=left, right=right)


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, columns=tuple(columns.name_of(name, Sense.NUMBER) for name in self.columns))


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

    def as_read(self, columns: Columns) -> Self:
        senses = [sense_of_values([row[index] for row in self.values], moments_as_texts=True) for index in range(len(self.columns))]
        return replace(self, columns=tuple(columns.name_of(name, sense) for name, sense in zip(self.columns, senses, strict=True)))


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

    def as_read(self, columns: Columns) -> Self:
        return replace(self, columns=columns.alike(self.columns, by_text=True))
