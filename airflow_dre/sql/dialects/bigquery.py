"""BigQuery, in GoogleSQL."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.sql.catalogue import Owner, information_schema
from airflow_dre.sql.dialect import Catalogue, Dialect, Limits, Literals, Refusal, Texts
from airflow_dre.sql.names import quoted_table
from airflow_dre.sql.rendering import as_text, call, is_given, plain_like, search_by
from airflow_dre.values.calendar import Unit


def _start_of(value: exp.Expr, unit: Unit) -> exp.Expr:
    """Return the beginning of the unit of a DATE, a DATETIME or a TIMESTAMP."""
    part = "WEEK(MONDAY)" if unit is Unit.WEEK else unit.value.upper()
    return call("TIMESTAMP_TRUNC", exp.cast(value, "TIMESTAMPTZ"), exp.var(part))


def _json(value: exp.Expr) -> exp.Expr:
    """Return whether a text is JSON, in which numbers may have more digits than a FLOAT64."""
    rounding = exp.Kwarg(this=exp.var("wide_number_mode"), expression=exp.Literal.string("round"))
    return is_given(call("SAFE.PARSE_JSON", value, rounding))


def _last_modified(table: tuple[str, ...]) -> exp.Query | Refusal:
    """Return a query of ``__TABLES__``, which each dataset has."""
    *before, name = table
    if not before:
        return Refusal("name the table with its dataset, since each dataset keeps the moments of its own tables")
    moment = call("TIMESTAMP_MILLIS", exp.column("last_modified_time"))
    known = exp.EQ(this=exp.column("table_id"), expression=exp.Literal.string(name))
    return exp.select(exp.alias_(moment, "m0")).from_(quoted_table((*before, "__TABLES__"))).where(known)


BIGQUERY = Dialect(
    name="bigquery",
    limits=Limits(
        columns=10_000,  # cloud.google.com/bigquery/quotas: columns of a query result
        bytes=1_000_000,  # the same page: 1 MB of unresolved GoogleSQL
    ),
    literals=Literals(
        moment=as_text,  # which becomes a DATE, DATETIME or TIMESTAMP, whichever the column is
    ),
    texts=Texts(
        like=plain_like,
        regex=search_by("REGEXP_CONTAINS"),
        lookaround=False,  # RE2
        json=_json,
    ),
    catalogue=Catalogue(columns=information_schema(owner=Owner.SCHEMA, upper=True), last_modified=_last_modified),
    start_of=_start_of,
)
