"""Trino."""

from __future__ import annotations

from datetime import date, datetime

from sqlglot import exp

from airflow_dre.sql.catalogue import Owner, information_schema
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Literals, Session, Texts
from airflow_dre.sql.rendering import UNLIMITED, call, in_doubles, is_given, search_by, truncated, typed
from airflow_dre.values.calendar import Unit


def _moment(value: date) -> exp.Expr:
    """Return a moment with microseconds, since a type without a precision has milliseconds."""
    if not isinstance(value, datetime):
        return typed(value)
    kind = "TIMESTAMP(6)" if value.tzinfo is None else "TIMESTAMP(6) WITH TIME ZONE"
    return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), exp.DataType.build(kind, dialect="trino"))


def _start_of(value: exp.Expr, unit: Unit) -> exp.Expr:
    """Return the beginning of the unit in UTC, since a moment is cut in its own zone. A date has no hours to cut."""
    kind = exp.DataType.build("TIMESTAMP(6) WITH TIME ZONE", dialect="trino")
    return truncated(exp.AtTimeZone(this=exp.cast(value, kind), zone=exp.Literal.string("UTC")), unit)


TRINO = Dialect(
    name="trino",
    limits=Limits(
        columns=UNLIMITED,
        bytes=1_000_000,  # trino.io/docs, query.max-length as it comes
    ),
    session=Session(
        setup="SET TIME ZONE 'UTC'",
        timeout=lambda milliseconds: f"SET SESSION query_max_execution_time = '{milliseconds}ms'",
    ),
    literals=Literals(moment=_moment),
    texts=Texts(
        regex=search_by("REGEXP_LIKE"),
        json=lambda value: is_given(call("TRY", call("JSON_PARSE", value))),
    ),
    aggregates=Aggregates(
        mean=in_doubles(exp.Avg),  # AVG of decimals has the scale of its argument
    ),
    catalogue=Catalogue(columns=information_schema(default_schema=exp.column("current_schema"), owner=Owner.CATALOG)),
    start_of=_start_of,
)
