"""MySQL 8.0.17 and MariaDB 10.6 and later: Airflow has one connection type for both, so everything here runs on both."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlglot import exp

from airflow_dre.sql.catalogue import information_schema
from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Literals, Refusal, Session, Texts, Types
from airflow_dre.sql.rendering import above_zero, call, in_doubles, plain_like, typed
from airflow_dre.values.calendar import Unit


def _found(value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    return above_zero(call("REGEXP_INSTR", value, pattern))


def _rewrite(tree: exp.Expr) -> exp.Expr:
    """Replace REGEXP_LIKE, which sqlglot writes for RLIKE and MariaDB lacks."""
    for node in list(tree.find_all(exp.RegexpLike)):
        if node.args.get("flag") is None:
            node.replace(_found(node.this, node.expression))
    return tree


def _moment(value: date) -> exp.Expr:
    """Return a moment without a zone, which MariaDB does not read. The session's zone is UTC."""
    if not isinstance(value, datetime):
        return typed(value)
    naive = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return exp.cast(exp.Literal.string(naive.isoformat(sep=" ")), exp.DataType.build("DATETIME(6)", dialect="mysql"))


def _start_of(value: exp.Expr, unit: Unit) -> exp.Expr:
    year = call("YEAR", value)
    match unit:
        case Unit.HOUR:
            return call("DATE_FORMAT", value, "%Y-%m-%d %H:00:00")
        case Unit.DAY:
            return call("DATE", value)
        case Unit.WEEK:
            return call("SUBDATE", call("DATE", value), call("WEEKDAY", value.copy()))
        case Unit.MONTH:
            return call("DATE_FORMAT", value, "%Y-%m-01")
        case Unit.QUARTER:
            quarters = exp.Sub(this=call("QUARTER", value.copy()), expression=exp.Literal.number(1))
            return exp.DateAdd(this=call("MAKEDATE", year, 1), expression=quarters, unit=exp.var("QUARTER"))
        case Unit.YEAR:
            return call("MAKEDATE", year, 1)


_SHOWN = exp.Not(this=exp.Like(this=exp.column("extra"), expression=exp.Literal.string("%INVISIBLE%")))
"""Columns that SELECT * returns: those of MySQL 8.0.23 and MariaDB 10.3 may be invisible."""

MYSQL = Dialect(
    name="mysql",
    limits=Limits(
        columns=4096,  # MAX_FIELDS
        bytes=16_777_216,  # MariaDB's max_allowed_packet; MySQL's is four times that
    ),
    session=Session(
        guard="SET SESSION TRANSACTION READ ONLY",
        # Texts are written with backslashes escaped; a server may be set to take them for themselves.
        setup="SET SESSION time_zone = '+00:00', sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')",
        # Each of the two skips the other's comment: MariaDB those of versions 5.7 and later, MySQL those that begin with M.
        timeout=lambda milliseconds: (
            f"SET SESSION /*!80000 max_execution_time = {milliseconds} */ /*M!100100 max_statement_time = {milliseconds / 1000} */"
        ),
    ),
    literals=Literals(moment=_moment),
    texts=Texts(
        like=plain_like,
        # The flag is switched off that a column's collation may have switched on: case matters to regular expressions.
        regex=lambda value, pattern: _found(value, exp.Literal.string(f"(?-i){pattern}")),
        json=lambda value: exp.EQ(this=call("JSON_VALID", value), expression=exp.Literal.number(1)),
    ),
    types=Types(single_precision="float"),
    aggregates=Aggregates(
        mean=in_doubles(exp.Avg),  # AVG of integers has four decimals
    ),
    catalogue=Catalogue(
        columns=information_schema(default_schema=call("DATABASE"), only=_SHOWN),
        last_modified=Refusal("MySQL may show the moment of the last change of a table a day late"),
        is_cheap=True,
    ),
    rewrite=_rewrite,
    start_of=_start_of,
)
