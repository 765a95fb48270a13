"""Amazon Redshift."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Session, Texts
from airflow_dre.sql.rendering import call, in_doubles, plain_like

REDSHIFT = Dialect(
    name="redshift",
    limits=Limits(
        columns=1600,  # docs.aws.amazon.com/redshift, CREATE TABLE: columns of a table
        bytes=16_000_000,  # the same, "SQL commands": 16 MB of one statement
    ),
    session=Session(
        setup="SET timezone TO 'UTC'",
        timeout=lambda milliseconds: f"SET statement_timeout TO {milliseconds}",
    ),
    texts=Texts(
        like=plain_like,
        regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
        lookaround=False,  # POSIX
        json=lambda value: call("CAN_JSON_PARSE", value),
        length=lambda value: call("LEN", value),
    ),
    aggregates=Aggregates(
        mean=in_doubles(exp.Avg),  # AVG of integers is an integer, of decimals one of the same scale
        # PERCENTILE_CONT is an aggregate, but all in a SELECT must order by the same column, and PERCENTILE_DISC is not an aggregate.
        quantile_is_aggregate=False,
    ),
    catalogue=Catalogue(columns=information_schema(default_schema=call("CURRENT_SCHEMA"))),
)
