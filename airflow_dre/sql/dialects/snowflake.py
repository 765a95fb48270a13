"""Snowflake."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.catalogue import Owner, information_schema
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Refusal, Session, Texts
from airflow_dre.sql.names import quoted
from airflow_dre.sql.rendering import UNLIMITED, above_zero, call, is_given, truncated


def _last_modified(table: tuple[str, ...]) -> exp.Query | Refusal:
    """Return a query of ``information_schema.tables``, whose ``last_altered`` changes with the rows, too."""
    *before, name = table
    schema = exp.Literal.string(before[-1]) if before else call("CURRENT_SCHEMA")
    source = exp.Table(this=exp.to_identifier("tables"), db=exp.to_identifier("information_schema"))
    if len(before) == 2:
        source.set("catalog", quoted(before[0]))
    known = (("table_schema", schema), ("table_name", exp.Literal.string(name)))
    conditions = [exp.EQ(this=exp.column(column), expression=value) for column, value in known]
    return exp.select(exp.alias_(exp.column("last_altered"), "m0")).from_(source).where(*conditions)


SNOWFLAKE = Dialect(
    name="snowflake",
    limits=Limits(columns=UNLIMITED),
    session=Session(
        setup="ALTER SESSION SET TIMEZONE = 'UTC' WEEK_START = 1",
        timeout=lambda milliseconds: f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {-(-milliseconds // 1000)}",
    ),
    texts=Texts(
        # REGEXP_LIKE and RLIKE take the pattern for the whole text.
        regex=lambda value, pattern: above_zero(call("REGEXP_INSTR", value, pattern)),
        lookaround=False,
        json=lambda value: is_given(call("TRY_PARSE_JSON", value)),
    ),
    aggregates=Aggregates(quantile_is_aggregate=True),
    catalogue=Catalogue(
        columns=information_schema(default_schema=call("CURRENT_SCHEMA"), owner=Owner.CATALOG),
        last_modified=_last_modified,
    ),
    # A TIMESTAMP_TZ is cut in its own zone, a TIMESTAMP_LTZ in the session's.
    start_of=lambda value, unit: truncated(exp.cast(value, "TIMESTAMPLTZ"), unit),
)
