"""The rows that a suite checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from airflow_dre.sql import names
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.raw import read_condition
from airflow_dre.sql.readings import Readings
from airflow_dre.sql.splits import PartitionFilter


@dataclass(frozen=True, slots=True)
class Scope:
    """A table, a row filter and the dialect of its database."""

    table: tuple[str, ...]
    where: str | None
    dialect: Dialect
    types: tuple[tuple[str, str], ...] = ()
    """Names and types of the columns, as far as they are known."""
    only: PartitionFilter | None = None
    """The partitions that are scanned. None: all rows."""
    readings: Readings | None = field(default=None, compare=False, repr=False)
    """Readings of columns whose types were guessed. None: their types are those of the table."""

    def type_of(self, column: str) -> str | None:
        """Return the type of a column, or None where it is unknown."""
        return dict(self.types).get(column)

    def condition(self) -> exp.Expr | None:
        """Return the row filter of the suite, as it was written."""
        if self.where is None:
            return None
        # Without parentheses around a column: Spark reads FROM t WHERE (b) as a table that is called WHERE and has a column b.
        return read_condition(self.where, self.dialect.name, "suite", "where").in_parentheses()

    def select(self, *columns: exp.Expr, extra: Iterable[exp.Expr | None] = ()) -> exp.Select:
        """Select ``columns`` from these rows, further narrowed by ``extra``."""
        source: exp.Expr = names.quoted_table(self.table)
        if self.readings is not None:
            source = exp.alias_(names.quoted_table((self.readings.view,)), self.table[-1], quoted=True, table=True)
        only = None if self.only is None else self.only.condition(self.dialect)
        conditions = [condition for condition in (only, self.condition(), *extra) if condition is not None]
        query = exp.select().where(*conditions) if conditions else exp.select()
        return query.select(*columns, copy=False).from_(source, copy=False)

    def render(self, query: exp.Expr) -> str:
        """Return the SQL text.

        One copy is made here, in which every node has one parent.
        """
        tree = query.copy()
        if self.dialect.unknown_quoted_is_text:
            _qualify_quoted(tree)
        return self.dialect.rewrite(tree).sql(dialect=self.dialect.name, copy=False)


def _qualify_quoted(query: exp.Expr) -> None:
    """Put the table before every quoted column of a SELECT from one table, so that a missing column is an error and not a text."""
    for name in query.find_all(exp.Column):
        select = name.parent_select
        source = select.args.get("from_") if select is not None else None
        if select is None or select.args.get("joins") or not isinstance(source, exp.From) or not isinstance(source.this, exp.Table):
            continue
        if name.this.args.get("quoted") and not name.table and source.this.alias_or_name:
            name.set("table", names.quoted(source.this.alias_or_name))
