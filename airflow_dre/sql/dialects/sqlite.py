"""SQLite."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp, parse_one

from airflow_dre.sql.dialect import Aggregates, Catalogue, Dialect, Limits, Literals, Refusal, Session, Texts, Types, Writing
from airflow_dre.sql.rendering import as_text, call, too_large
from airflow_dre.values.calendar import Unit

_FORMATS = {Unit.HOUR: "%Y-%m-%d %H:00:00", Unit.DAY: "%Y-%m-%d", Unit.MONTH: "%Y-%m-01", Unit.YEAR: "%Y-01-01"}


def _start_of(value: exp.Expr, unit: Unit) -> exp.Expr:
    match unit:
        case Unit.WEEK:
            return call("date", value, "weekday 0", "-6 days")
        case Unit.QUARTER:
            month = exp.cast(call("strftime", "%m", value), "INTEGER")
            back = exp.Mod(this=exp.paren(exp.Sub(this=month, expression=exp.Literal.number(1))), expression=exp.Literal.number(3))
            months = exp.DPipe(
                this=exp.DPipe(this=exp.Literal.string("-"), expression=exp.paren(back)), expression=exp.Literal.string(" months")
            )
            return call("date", value, "start of month", months)
        case _:
            return call("strftime", _FORMATS[unit], value)


def _why_broken(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return None


_COLUMNS = "SELECT name, type FROM PRAGMA_TABLE_XINFO(:name, :schema) WHERE hidden <> 1 ORDER BY cid"
"""Generated columns are hidden by 2 or 3, and those of a virtual table that SELECT * leaves out by 1."""
_COMPUTED = "SELECT name FROM PRAGMA_TABLE_XINFO(:name, :schema) WHERE hidden > 1"
_CONSTRAINTS = """
WITH named AS (SELECT l.schema AS s, l.type AS kind FROM PRAGMA_TABLE_LIST(:name) AS l JOIN PRAGMA_DATABASE_LIST AS d ON d.name = l.schema
  WHERE l.schema = COALESCE(:schema, l.schema) ORDER BY l.schema <> 'temp', d.seq LIMIT 1),
here AS (SELECT s FROM named WHERE kind = 'table')
SELECT 'not_null', name, name FROM PRAGMA_TABLE_INFO(:name, (SELECT s FROM here)) WHERE "notnull" = 1 AND EXISTS (SELECT 1 FROM here)
UNION ALL
SELECT 'unique', 'primary key', name FROM PRAGMA_TABLE_INFO(:name, (SELECT s FROM here)) WHERE pk > 0 AND EXISTS (SELECT 1 FROM here)
UNION ALL
SELECT 'unique', l.name, i.name
FROM PRAGMA_INDEX_LIST(:name, (SELECT s FROM here)) AS l JOIN PRAGMA_INDEX_INFO(l.name, (SELECT s FROM here)) AS i
WHERE l."unique" = 1 AND l.partial = 0 AND EXISTS (SELECT 1 FROM here)
  AND NOT EXISTS (SELECT 1 FROM PRAGMA_INDEX_INFO(l.name, (SELECT s FROM here)) AS e WHERE e.name IS NULL)
"""
"""A primary key that is not an integer may be NULL in SQLite, so that it proves nothing about NULL. A virtual table enforces nothing."""


def _of(query: str) -> Callable[[tuple[str, ...]], exp.Expr]:
    """Return a query of the catalogue about a table.

    A table without a schema is found as SELECT finds it, temporary ones first.
    """

    def about(table: tuple[str, ...]) -> exp.Expr:
        schema = exp.Literal.string(table[-2]) if len(table) > 1 else exp.Null()
        return exp.replace_placeholders(parse_one(query, read="sqlite"), name=exp.Literal.string(table[-1]), schema=schema)

    return about


_FOLLOWS = """
SELECT 'rows of ' || m.name || ', whose foreign key follows a DELETE'
FROM PRAGMA_FOREIGN_KEYS AS p CROSS JOIN sqlite_master AS m JOIN PRAGMA_FOREIGN_KEY_LIST(m.name) AS f
WHERE p.foreign_keys = 1 AND m.type = 'table' AND LOWER(f."table") = LOWER(:name) AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
"""


def _follows(table: tuple[str, ...]) -> exp.Expr:
    return exp.replace_placeholders(parse_one(_FOLLOWS, read="sqlite"), name=exp.Literal.string(table[-1]))


SQLITE = Dialect(
    name="sqlite",
    limits=Limits(
        columns=2000,  # SQLITE_MAX_COLUMN
        questions=1000,
    ),
    session=Session(guard="PRAGMA query_only = ON"),
    literals=Literals(
        moment=as_text,  # it has no type for dates
        not_finite=too_large,
    ),
    texts=Texts(
        # The engine brings REGEXP: Python's re.
        regex=lambda value, pattern: exp.RegexpLike(this=value, expression=exp.Literal.string(pattern)),
        regex_error=_why_broken,
        json=lambda value: exp.EQ(this=call("json_valid", value), expression=exp.Literal.number(1)),
        orders_by_code_point=True,
    ),
    types=Types(booleans_have_mean=True),
    aggregates=Aggregates(
        filter_clause=True,
        nulls_by_filter=True,
        variance=None,
        hash=lambda values: call("dre_hash", *values),  # the engine brings it
    ),
    catalogue=Catalogue(
        is_cheap=True,
        constraints=_of(_CONSTRAINTS),
        last_modified=Refusal("SQLite keeps no moment of the last change of a table: use file with the path of the database"),
        columns=_of(_COLUMNS),
    ),
    unknown_quoted_is_text=True,
    start_of=_start_of,
    writing=Writing(
        begin="BEGIN IMMEDIATE",  # no one else writes from here on
        row_id=lambda: call("LOWER", call("HEX", call("RANDOMBLOB", 16))),
        addresses=("rowid", "_rowid_", "oid"),
        follows=_follows,
        computed=_of(_COMPUTED),
        keeps_types=False,
    ),
)
