"""DuckDB 1.4 and later."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.checks.rules import Kind
from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.typed_text import TYPES


def reads_by_trying(value: exp.Expr, kind: Kind) -> exp.Expr:
    """Whether TRY_CAST gives a value."""
    tried = exp.TryCast(this=value, to=exp.DataType.build(TYPES.get(kind, "UUID")))
    return exp.Not(this=exp.Is(this=tried, expression=exp.Null()))


DUCKDB = Dialect(
    name="duckdb",
    max_columns=10_000,  # no fixed limit
    regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
    lookaround=False,  # RE2
    json=lambda value: exp.Anonymous(this="json_valid", expressions=[value]),
    reads=reads_by_trying,
    start_of=lambda value, unit: exp.TimestampTrunc(this=value, unit=exp.var(unit.value.upper())),
    quantile_is_aggregate=True,
    columns=information_schema(default_schema=exp.Anonymous(this="current_schema")),
)
