"""DuckDB 1.4 and later."""

from __future__ import annotations

import functools
from dataclasses import replace

from sqlglot import exp, parse_one

from airflow_dre.sql import names
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Session, Texts, Types, Writing
from airflow_dre.sql.rendering import UNLIMITED, call, search_by

_HERE = """
WITH here AS (
  SELECT *, RANK() OVER (ORDER BY CASE
      WHEN database_name = 'temp' THEN 0
      WHEN :schema IS NOT NULL AND LOWER(schema_name) = LOWER(:schema) THEN 1
      WHEN :schema IS NOT NULL THEN 2
      ELSE LIST_POSITION(CURRENT_SCHEMAS(TRUE), schema_name) END) AS place
  FROM duckdb_columns()
  WHERE LOWER(table_name) = LOWER(:name) AND CASE
    WHEN :catalog IS NOT NULL THEN LOWER(database_name) = LOWER(:catalog) AND LOWER(schema_name) = LOWER(:schema)
    WHEN :schema IS NOT NULL THEN (LOWER(schema_name) = LOWER(:schema) AND database_name IN ('temp', CURRENT_DATABASE()))
      OR (LOWER(database_name) = LOWER(:schema) AND schema_name = 'main')
    ELSE database_name = 'temp' OR (database_name = CURRENT_DATABASE() AND LIST_CONTAINS(CURRENT_SCHEMAS(TRUE), schema_name)) END
)
SELECT * FROM here
"""
"""The columns of what a name means to SELECT: a temporary table hides one of its name, and the first of two parts may be a database."""
_CONSTRAINTS = """
SELECT CASE WHEN constraint_type = 'NOT NULL' THEN 'not_null' ELSE 'unique' END, constraint_index, UNNEST(constraint_column_names)
FROM duckdb_constraints()
WHERE constraint_type IN ('NOT NULL', 'PRIMARY KEY', 'UNIQUE')
  AND (database_oid, schema_oid, table_oid) IN (SELECT (database_oid, schema_oid, table_oid) FROM here WHERE place = 1)
"""
_COLUMNS = "SELECT column_name, data_type FROM here WHERE place = 1 ORDER BY column_index"
"""Unlike information_schema, it distinguishes the tables of attached databases from those of this one."""


def _of(table: tuple[str, ...], query: str) -> exp.Expr:
    parts = [exp.Literal.string(part) for part in reversed(table)] + [exp.Null()] * (3 - len(table))
    known = dict(zip(("name", "schema", "catalog"), parts, strict=True))
    found = exp.replace_placeholders(_parsed(query), **known)
    found.set("with_", exp.replace_placeholders(_parsed(_HERE), **known).args["with_"])
    return found


@functools.lru_cache
def _parsed(query: str) -> exp.Expr:
    """Return a query of this module as a tree, which is to be copied and not changed."""
    return parse_one(query, read="duckdb")


def _hash(values: list[exp.Expr]) -> exp.Expr:
    """Return half of an MD5, since HASH may change from one DuckDB to the next.

    The length before each text keeps keys apart.
    """
    texts = [exp.cast(value, "TEXT") for value in values]
    key: exp.Expr = texts[0]
    if len(texts) > 1:
        key = call("CONCAT", *[part for text in texts for part in (exp.Length(this=text), exp.Literal.string(":"), text.copy())])
    half = exp.cast(call("MD5_NUMBER_LOWER", key), "INT128")
    return exp.cast(exp.paren(exp.Sub(this=half, expression=exp.Literal.number(2**63))), "BIGINT")


DUCKDB = Dialect(
    name="duckdb",
    limits=Limits(columns=UNLIMITED, questions=1000, questions_are_rows=True),
    session=Session(setup="SET TimeZone = 'UTC'"),
    texts=Texts(
        regex=search_by("REGEXP_MATCHES"),
        lookaround=False,  # RE2
        json=lambda value: call("JSON_VALID", value),
        orders_by_code_point=True,
    ),
    types=Types(
        single_precision="FLOAT",
        read_as_text=lambda kind: kind.endswith("]") or kind.startswith(("STRUCT(", "MAP(", "UNION(")),
        kinds_apart=True,
    ),
    aggregates=Aggregates(
        filter_clause=True,
        quantile_is_aggregate=True,
        hash=_hash,
    ),
    catalogue=Catalogue(
        is_cheap=True,
        constraints=lambda table: _of(table, _CONSTRAINTS),
        columns=lambda table: _of(table, _COLUMNS),
    ),
    writing=Writing(
        begin="BEGIN TRANSACTION",
        row_id=lambda: exp.cast(call("UUID"), "TEXT"),
        addresses=("rowid",),
    ),
)


def _described(table: tuple[str, ...]) -> exp.Expr:
    described = exp.Subquery(this=exp.Describe(this=names.quoted_table(table)))
    return exp.select("column_name", "column_type").from_(described)


DUCKDB_VIEW = replace(DUCKDB, catalogue=replace(DUCKDB.catalogue, columns=_described), session=Session())
"""A view over files or a frame. It is described in a tenth of the time that the catalogue takes, which describes every other view as well.
Its time zone is set before its configuration is locked."""
