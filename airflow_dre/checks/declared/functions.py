"""The functions by which an author declares row checks, checks of several rows, schemas and freshness.

The options that every check takes are described in :mod:`airflow_dre.checks`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Unpack

from airflow_dre.checks.declared.declaration import Bound, CrossRowOptions, Declaration, FreshOptions, Options, RowOptions
from airflow_dre.declaring.functions import strict


@strict
def not_null(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Require a value in every row: rows in which ``column`` is NULL are violations.

    :param column: name of the column. Every row is checked.
    """
    return Declaration("not_null", {"column": column, **options})


@strict
def null(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Require NULL in every row: rows in which ``column`` has a value are violations.

    :param column: name of the column. Every row is checked.
    """
    return Declaration("null", {"column": column, **options})


@strict
def not_empty(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Require text in every row: rows in which ``column`` is NULL, empty or made of spaces are violations.

    :param column: name of a column of texts. Every row is checked.
    """
    return Declaration("not_empty", {"column": column, **options})


@strict
def unique(*columns: str, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Require a key to be unique: rows that share it with another row are violations.

    :param columns: names of the columns of the key. Rows whose key is complete are checked, since a NULL equals nothing, as in a SQL UNIQUE
        constraint.
    """
    return Declaration("unique", {"columns": list(columns), **options})


@strict
def foreign_key(*columns: str, to: str | Sequence[str], **options: Unpack[RowOptions]) -> Declaration:
    """Require a key to exist in another table: rows whose key is in none of its rows are violations.

    :param columns: names of the columns of the key. Rows whose key is complete are checked.
    :param to: ``"airlines.carrier"``, ``"schema.table.column"``, or for several columns a list of them in one table.
    """
    return Declaration("foreign_key", {"columns": list(columns), "to": to, **options})


@strict
def between(
    column: str, low: Bound | None = None, high: Bound | None = None, *, inclusive: str = "both", **options: Unpack[RowOptions]
) -> Declaration:
    """Require values to lie in a range: rows below ``low`` or above ``high`` are violations. At least one of both is required.

    :param column: name of a column of numbers, dates, timestamps or texts.
    :param low: lower end; None: open.
    :param high: upper end; None: open.
    :param inclusive: which ends belong to the range: ``"both"`` (default), ``"low"``, ``"high"`` or ``"neither"``.
    """
    ends = None if inclusive == "both" else inclusive
    return Declaration("between", {"column": column, "low": low, "high": high, "inclusive": ends, **options})


@strict
def in_set(column: str, values: Collection[Bound | bool], **options: Unpack[RowOptions]) -> Declaration:
    """Require values of a set: rows whose value is not in it are violations.

    :param column: name of the column.
    :param values: at least one finite number, date, boolean or text.
    """
    return Declaration("in_set", {"column": column, "values": values, **options})


@strict
def not_in_set(column: str, values: Collection[Bound | bool], **options: Unpack[RowOptions]) -> Declaration:
    """Refuse values of a set: rows whose value is in it are violations.

    :param column: name of the column.
    :param values: at least one finite number, date, boolean or text.
    """
    return Declaration("not_in_set", {"column": column, "values": values, **options})


@strict
def tuple_in_set(*columns: str, values: Collection[Sequence[Bound | bool | None]], **options: Unpack[CrossRowOptions]) -> Declaration:
    """Require tuples of a set: rows whose values, taken together, are not in it are violations.

    :param columns: names of two or more columns.
    :param values: tuples with a value for each column. With ``nulls``, None in a tuple means NULL.
    """
    return Declaration("tuple_in_set", {"columns": list(columns), "values": values, **options})


@strict
def matches(column: str, pattern: str | Sequence[str], *, every: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Require texts to match a regular expression: rows in which it is not found are violations.

    :param column: name of a column of texts.
    :param pattern: a regular expression, or a list of them. The database runs it, in its own flavour. Anchor it with ``^`` and ``$``.
    :param every: True: every pattern must be found. The default is one of them.
    """
    return Declaration("matches", {"column": column, "pattern": pattern, "every": every or None, **options})


@strict
def not_matches(column: str, pattern: str | Sequence[str], **options: Unpack[RowOptions]) -> Declaration:
    """Refuse texts that match a regular expression: rows in which it is found are violations.

    :param column: name of a column of texts.
    :param pattern: a regular expression, or a list of them, of which none may be found.
    """
    return Declaration("not_matches", {"column": column, "pattern": pattern, **options})


@strict
def like(column: str, pattern: str | Sequence[str], *, every: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Require texts to be like a SQL pattern: rows whose whole text is not are violations.

    Case counts as it does in the database: in PostgreSQL, and not in SQLite and MySQL.

    :param column: name of a column of texts.
    :param pattern: a SQL LIKE pattern, or a list of them.
    :param every: True: every pattern must fit. The default is one of them.
    """
    return Declaration("like", {"column": column, "pattern": pattern, "every": every or None, **options})


@strict
def not_like(column: str, pattern: str | Sequence[str], **options: Unpack[RowOptions]) -> Declaration:
    """Refuse texts that are like a SQL pattern: rows whose whole text is are violations.

    :param column: name of a column of texts.
    :param pattern: a SQL LIKE pattern, or a list of them, of which none may fit.
    """
    return Declaration("not_like", {"column": column, "pattern": pattern, **options})


@strict
def length(
    column: str,
    *,
    at_least: int | None = None,
    at_most: int | None = None,
    equals: int | None = None,
    **options: Unpack[RowOptions],
) -> Declaration:
    """Require a number of characters: rows whose text is shorter or longer are violations. At least one bound is required.

    :param column: name of a column of texts.
    :param at_least: fewest characters.
    :param at_most: most characters.
    :param equals: exact number of characters, instead of the other two.
    """
    return Declaration("length", {"column": column, "at_least": at_least, "at_most": at_most, "equals": equals, **options})


@strict
def of_type(column: str, kind: str, **options: Unpack[RowOptions]) -> Declaration:
    """Require texts that can be read as a type: rows whose text cannot are violations.

    :param column: name of a column of texts.
    :param kind: integer, number, boolean, date, timestamp or uuid.
    """
    return Declaration("of_type", {"column": column, "kind": kind, **options})


@strict
def json_valid(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Require JSON: rows whose text is not one JSON document are violations.

    :param column: name of a column of texts.
    """
    return Declaration("json_valid", {"column": column, **options})


@strict
def increasing(column: str, *, order_by: str | Sequence[str], strictly: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Require values to rise: rows whose value is below that of the row before are violations.

    :param column: name of the column.
    :param order_by: one or more names of columns that order the rows.
    :param strictly: True: an equal value is a violation too.
    """
    return Declaration("increasing", {"column": column, "order_by": order_by, "strictly": strictly or None, **options})


@strict
def decreasing(column: str, *, order_by: str | Sequence[str], strictly: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Require values to fall: rows whose value is above that of the row before are violations.

    :param column: name of the column.
    :param order_by: one or more names of columns that order the rows.
    :param strictly: True: an equal value is a violation too.
    """
    return Declaration("decreasing", {"column": column, "order_by": order_by, "strictly": strictly or None, **options})


@strict
def compare(left: str, operator: str, right: str, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Require two columns to compare: rows in which they do not are violations.

    :param left: name of a column.
    :param operator: ``==``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``.
    :param right: name of the other column.
    """
    return Declaration("compare", {"left": left, "operator": operator, "right": right, **options})


@strict
def sum_equals(*columns: str, total: Bound, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Require a sum: rows whose columns do not add up to it are violations.

    :param columns: names of two or more columns of numbers.
    :param total: the number that they add up to.
    """
    return Declaration("sum_equals", {"columns": list(columns), "total": total, **options})


@strict
def all_differ(*columns: str, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Require different values in a row: rows in which two columns hold the same are violations.

    :param columns: names of two or more columns.
    """
    return Declaration("all_differ", {"columns": list(columns), **options})


@strict
def rows(condition: str, **options: Unpack[RowOptions]) -> Declaration:
    """Require a SQL condition: rows in which it is false are violations.

    :param condition: a condition about one row, in the SQL of the database. Where it is NULL it is not broken, as in a CHECK constraint.
        Every row is checked. (templated)
    """
    return Declaration("rows", {"condition": condition, **options})


@strict
def failed_rows_sql(sql: str, **options: Unpack[RowOptions]) -> Declaration:
    """Count the rows of a query: each row that it returns is a violation.

    :param sql: one read-only ``SELECT``. Percents are of all rows of the table. (templated)
    """
    return Declaration("failed_rows_sql", {"sql": sql, **options})


@strict
def z_scores(column: str, *, within: float, two_sided: bool = True, strictly: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Require values near the mean: rows whose value lies further from it are violations.

    Fewer than two different values have no violations.

    :param column: name of a column of numbers.
    :param within: number of standard deviations (of a sample) from the mean, above 0.
    :param two_sided: False: only values above the mean are violations.
    :param strictly: True: a value that lies exactly that far is a violation too.
    """
    two, strict = None if two_sided else False, strictly or None
    return Declaration("z_scores", {"column": column, "within": within, "two_sided": two, "strictly": strict, **options})


@strict
def no_gaps(
    column: str,
    *,
    every: str,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    **options: Unpack[RowOptions],
) -> Declaration:
    """Require rows in every calendar unit: units without a row are violations, of all units from the first timestamp to the last.

    With ``start`` and ``end`` an empty table fails too.

    :param column: name of a column of dates or timestamps.
    :param every: hour, day, week (from Monday), month, quarter or year, in UTC.
    :param start: the first unit that must hold a row; default: that of the first timestamp. (templated)
    :param end: the last one; default: that of the last timestamp. (templated)
    """
    return Declaration("no_gaps", {"column": column, "every": every, "start": start, "end": end, **options})


@strict
def schema_is(
    columns: Sequence[str] | Mapping[str, str | Sequence[str] | None],
    *,
    ordered: bool = False,
    extra: bool = False,
    places: Mapping[str, int] | None = None,
    any_case: bool = False,
    **options: Unpack[Options],
) -> Declaration:
    """Require columns: the table has exactly these, with these types.

    Types are compared by their usual names: ``int4`` is ``integer``, ``varchar`` is ``character varying(20)``.

    :param columns: names, or a dict of name: type, list of types, or None for any type.
    :param ordered: True: they must be in this order.
    :param extra: True: other columns are allowed too.
    :param places: places of single columns, from 0, for example ``{"id": 0}``; a place below 0 is counted from the end.
    :param any_case: True: names that differ in case only are the same.
    """
    arguments = {"columns": columns, "ordered": ordered or None, "extra": extra or None, "places": places}
    return Declaration("schema_is", {**arguments, "any_case": any_case or None, **options})


@strict
def schema_unchanged(**options: Unpack[Options]) -> Declaration:
    """Require the columns of the last run in which this check passed, with their types.

    The first run passes.
    """
    return Declaration("schema_unchanged", {**options})


@strict
def fresh(column: str | None = None, *, max_age: str | timedelta, **options: Unpack[FreshOptions]) -> Declaration:
    """Require a recent row: the newest timestamp is at most ``max_age`` old.

    A table without any timestamp fails, since nothing arrived. ``warn_age`` warns earlier. The age is taken at ``as_of`` (templated, for
    example ``"{{ data_interval_end }}"``), by default now. Timestamps without a zone are of ``time_zone`` (an IANA name, by default UTC).
    ``expression`` takes SQL about one row instead of a column. A timestamp more than ``future_tolerance`` (by default 5 minutes) ahead of
    now is errored, since its age is not known.

    :param column: name of a column of dates or timestamps.
    :param max_age: the greatest age: ``"6h"``, ``"1d"`` or a timedelta.
    """
    return Declaration("fresh", {**({} if column is None else {"column": column}), "max_age": max_age, **options})
