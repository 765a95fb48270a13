"""DuckDB 1.4 and later."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.spelling import UNLIMITED, call, search_by

DUCKDB = Dialect(
    name="duckdb",
    max_columns=UNLIMITED,
    session="SET TimeZone = 'UTC'",
    regex=search_by("REGEXP_MATCHES"),
    lookaround=False,  # RE2
    json=lambda value: call("JSON_VALID", value),
    quantile_is_aggregate=True,
    columns=information_schema(default_schema=exp.Anonymous(this="current_schema")),
)
