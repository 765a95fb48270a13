"""The expression that splits rows, and the partitions that a scan is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from airflow_dre.checks.metrics import GroupBy
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.names import column
from airflow_dre.sql.predicates import literal
from airflow_dre.sql.raw import read_row_expression
from airflow_dre.values.scalars import Literal


def split_of(by: GroupBy, dialect: Dialect) -> exp.Expr:
    """Return the expression that the rows are grouped by.

    :raises DefinitionError: an expression of the Dag author is not about one row.
    """
    return column(by) if isinstance(by, str) else exp.paren(read_row_expression(by.sql, dialect.name, "suite", "partition_by").sql())


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionFilter:
    """The partitions that a scan is narrowed to: by their values, or from one value up to another.

    The condition is on the bare column or expression, so that an index is used and partitions are pruned.
    """

    by: GroupBy
    values: tuple[Literal | None, ...] = ()
    spans: tuple[tuple[Literal | None, Literal | None], ...] = ()
    """Partitions from one value up to another, which is excluded. None: an open end."""

    def condition(self, dialect: Dialect) -> exp.Expr:
        """Return the condition that a row lies in one of them."""
        split = split_of(self.by, dialect)
        given = [literal(value, dialect) for value in self.values if value is not None]
        ways: list[exp.Expr] = []
        if len(given) == 1:
            ways.append(exp.EQ(this=split, expression=given[0]))
        elif given:
            ways.append(exp.In(this=split, expressions=given))
        if None in self.values:
            ways.append(exp.Is(this=split.copy(), expression=exp.Null()))
        for low, high in self.spans:
            ends: list[exp.Expr] = [] if low is None else [exp.GTE(this=split.copy(), expression=literal(low, dialect))]
            ends += [] if high is None else [exp.LT(this=split.copy(), expression=literal(high, dialect))]
            ways.append(exp.and_(*ends) if ends else exp.Not(this=exp.Is(this=split.copy(), expression=exp.Null())))
        return exp.paren(exp.or_(*ways)) if len(ways) > 1 else ways[0]
