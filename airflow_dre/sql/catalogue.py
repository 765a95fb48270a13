"""The catalogue that most databases share: ``information_schema``."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from airflow_dre.sql.names import quoted


def information_schema(
    *, type_column: str = "data_type", default_schema: exp.Expr | None = None, catalog_first: bool = False
) -> Callable[[tuple[str, ...]], exp.Expr]:
    """A reader of ``information_schema.columns``.

    :param type_column: the column that names a type.
    :param default_schema: where a table without a schema lives; None: in any schema.
    :param catalog_first: ``information_schema`` belongs to the database of the table, which stands before it.
    """

    def columns(table: tuple[str, ...]) -> exp.Expr:
        *before, name = table
        source = exp.table_("columns", db="information_schema")
        conditions: list[exp.Expr] = [_equals("table_name", exp.Literal.string(name))]
        if before:
            conditions.append(_equals("table_schema", exp.Literal.string(before[-1])))
        elif default_schema is not None:
            conditions.append(_equals("table_schema", default_schema.copy()))
        if len(before) == 2:
            conditions.append(_equals("table_catalog", exp.Literal.string(before[0])))
            if catalog_first:
                source.set("catalog", quoted(before[0]))
        return exp.select("column_name", type_column).from_(source).where(*conditions).order_by("ordinal_position")

    return columns


def _equals(column: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.column(column), expression=value)
