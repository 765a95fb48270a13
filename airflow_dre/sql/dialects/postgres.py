"""PostgreSQL 14 and later; ``json_valid`` needs 16."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.spelling import call, like

POSTGRES = Dialect(
    name="postgres",
    max_columns=1664,  # MaxTupleAttributeNumber
    guard="SET TRANSACTION READ ONLY",
    session="SET LOCAL TIME ZONE 'UTC'",
    timeout=lambda milliseconds: f"SET LOCAL statement_timeout = {milliseconds}",
    like=like,
    regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
    json=lambda value: call("PG_INPUT_IS_VALID", value, "json"),
    quantile_is_aggregate=True,
    columns=information_schema(default_schema=exp.Anonymous(this="current_schema")),
)
