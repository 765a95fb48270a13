"""The catalogue that most databases share: ``information_schema``."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from sqlglot import exp

from airflow_dre.sql.names import quoted


class Owner(Enum):
    """The owner of an ``information_schema``, whose name precedes it if the name of the table holds it."""

    SESSION = "session"
    """There is one for all that a session sees."""
    CATALOG = "catalog"
    """Each catalogue (a database in SQL Server and Snowflake) has one."""
    SCHEMA = "schema"
    """Each schema (a dataset in BigQuery) has one."""


def information_schema(
    *, default_schema: exp.Expr | None = None, owner: Owner = Owner.SESSION, upper: bool = False, only: exp.Expr | None = None
) -> Callable[[tuple[str, ...]], exp.Expr]:
    """Return a reader of ``information_schema.columns``.

    :param default_schema: where a table without a schema lives; None: in any schema.
    :param owner: whose it is.
    :param only: a condition on the columns that SELECT * returns, where it leaves some out.
    :param upper: its names are written in capitals, for databases where case matters.
    """

    def cased(name: str) -> str:
        return name.upper() if upper else name

    def equals(column: str, value: exp.Expr) -> exp.Expr:
        return exp.EQ(this=exp.column(cased(column)), expression=value)

    def columns(table: tuple[str, ...]) -> exp.Expr:
        *before, name = table
        owners = {Owner.SESSION: [], Owner.CATALOG: before[:-1], Owner.SCHEMA: before}[owner]
        path = [*map(quoted, owners), exp.to_identifier(cased("information_schema")), exp.to_identifier(cased("columns"))]
        source = exp.Table(this=path[-1]) if len(path) == 1 else _table(path)
        conditions = [equals("table_name", exp.Literal.string(name))]
        if before:
            conditions.append(equals("table_schema", exp.Literal.string(before[-1])))
        elif default_schema is not None:
            conditions.append(equals("table_schema", default_schema.copy()))
        if len(before) == 2:
            conditions.append(equals("table_catalog", exp.Literal.string(before[0])))
        if only is not None:
            conditions.append(only.copy())
        wanted = exp.select(cased("column_name"), cased("data_type")).from_(source)
        return wanted.where(*conditions).order_by(exp.column(cased("ordinal_position")))

    return columns


def _table(path: list[exp.Identifier]) -> exp.Table:
    """Return a table below up to three names. sqlglot keeps a fourth as a dot inside of the last."""
    names = list(reversed(path))
    found = exp.Table(**dict(zip(("this", "db", "catalog"), names, strict=False)))
    if len(names) == 4:
        found.set("catalog", names[3])
        found.set("db", names[2])
        found.set("this", exp.Dot(this=names[1], expression=names[0]))
    return found
