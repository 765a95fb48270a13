"""DuckDB 1.4 and later."""

from __future__ import annotations

from sqlglot import exp, parse_one

from airflow_dre.checks.rules import Kind
from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.typed_text import TYPES


def reads_by_trying(value: exp.Expr, kind: Kind) -> exp.Expr:
    """Whether TRY_CAST gives a value."""
    tried = exp.TryCast(this=value, to=exp.DataType.build(TYPES.get(kind, "UUID")))
    return exp.Not(this=exp.Is(this=tried, expression=exp.Null()))


_CONSTRAINTS = """
SELECT CASE WHEN constraint_type = 'NOT NULL' THEN 'not_null' ELSE 'unique' END, constraint_index, UNNEST(constraint_column_names)
FROM duckdb_constraints()
WHERE constraint_type IN ('NOT NULL', 'PRIMARY KEY', 'UNIQUE') AND table_name = :name AND schema_name = COALESCE(:schema, CURRENT_SCHEMA())
  AND database_name = COALESCE(:catalog, CURRENT_DATABASE())
"""


def _constraints(table: tuple[str, ...]) -> exp.Expr:
    parts = [exp.Literal.string(part) for part in reversed(table)] + [exp.Null()] * (3 - len(table))
    known = dict(zip(("name", "schema", "catalog"), parts, strict=True))
    return exp.replace_placeholders(parse_one(_CONSTRAINTS, read="duckdb"), **known)


DUCKDB = Dialect(
    name="duckdb",
    max_columns=10_000,  # no fixed limit
    regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
    lookaround=False,  # RE2
    json=lambda value: exp.Anonymous(this="json_valid", expressions=[value]),
    reads=reads_by_trying,
    start_of=lambda value, unit: exp.TimestampTrunc(this=value, unit=exp.var(unit.value.upper())),
    filter_clause=True,
    catalogue_is_cheap=True,
    quantile_is_aggregate=True,
    constraints=_constraints,
    columns=information_schema(default_schema=exp.Anonymous(this="current_schema")),
)
