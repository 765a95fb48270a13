"""What splits rows, and the partitions that a scan is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from airflow_dre.checks.metrics import Split
from airflow_dre.checks.values import Literal
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.names import column
from airflow_dre.sql.predicates import literal
from airflow_dre.sql.raw import read_row_expression


def split_of(by: Split, dialect: Dialect) -> exp.Expr:
    """What the rows are grouped by.

    :raises DefinitionError: an expression of the Dag author is not about one row.
    """
    return column(by) if isinstance(by, str) else exp.paren(read_row_expression(by.sql, dialect.name, "suite", "partition_by"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """The partitions that are looked at, all others left out: by their values, or from one value up to another.

    The condition is on the bare column or expression, so that an index is used and partitions are pruned.
    """

    by: Split
    values: tuple[Literal | None, ...] = ()
    low: Literal | None = None
    """The first that belongs to them, in place of ``values``."""
    high: Literal | None = None
    """The first that no longer does."""

    def condition(self, dialect: Dialect) -> exp.Expr:
        """That a row lies in one of them."""
        split = split_of(self.by, dialect)
        if self.low is not None and self.high is not None:
            low = exp.GTE(this=split, expression=literal(self.low, dialect))
            return exp.and_(low, exp.LT(this=split.copy(), expression=literal(self.high, dialect)))
        given = [literal(value, dialect) for value in self.values if value is not None]
        ways: list[exp.Expr] = []
        if len(given) == 1:
            ways.append(exp.EQ(this=split, expression=given[0]))
        elif given:
            ways.append(exp.In(this=split, expressions=given))
        if None in self.values:
            ways.append(exp.Is(this=split.copy(), expression=exp.Null()))
        return exp.paren(exp.or_(*ways)) if len(ways) > 1 else ways[0]
