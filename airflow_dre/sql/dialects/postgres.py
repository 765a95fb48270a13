"""PostgreSQL 14 and later."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Dialect

POSTGRES = Dialect(
    name="postgres",
    max_columns=1664,  # MaxTupleAttributeNumber
    guard="SET TRANSACTION READ ONLY",
    timeout=lambda milliseconds: f"SET LOCAL statement_timeout = {milliseconds}",
    regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
    json=lambda value: exp.Anonymous(this="pg_input_is_valid", expressions=[value, exp.Literal.string("json")]),
    reads=None,
    start_of=lambda value, unit: exp.TimestampTrunc(this=value, unit=exp.var(unit.value.upper())),
    quantile_is_aggregate=True,
    columns=information_schema(default_schema=exp.Anonymous(this="current_schema")),
)
