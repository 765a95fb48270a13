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
    """Rows in which ``column`` is NULL are violations. Looks at every row."""
    return Declaration("not_null", {"column": column, **options})


@strict
def null(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows in which ``column`` has a value are violations. Looks at every row."""
    return Declaration("null", {"column": column, **options})


@strict
def not_empty(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows in which the text ``column`` is NULL, empty or made of spaces are violations. Looks at every row."""
    return Declaration("not_empty", {"column": column, **options})


@strict
def unique(*columns: str, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Rows that share the key ``columns`` with another row are violations.

    Looks at rows whose key is complete (a NULL equals nothing, as in a SQL UNIQUE constraint).
    """
    return Declaration("unique", {"columns": list(columns), **options})


@strict
def foreign_key(*columns: str, to: str | Sequence[str], **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose key stands in no row of another table are violations. Looks at rows whose key is complete.

    :param to: ``"airlines.carrier"``, ``"schema.table.column"``, or for several columns a list of them in one table.
    """
    return Declaration("foreign_key", {"columns": list(columns), "to": to, **options})


@strict
def between(
    column: str, low: Bound | None = None, high: Bound | None = None, *, inclusive: str = "both", **options: Unpack[RowOptions]
) -> Declaration:
    """Rows whose value is below ``low`` or above ``high`` are violations. Numbers, dates, timestamps and texts.

    :param low: lower end; None: open.
    :param high: upper end; None: open.
    :param inclusive: which ends belong to the range: ``"both"`` (default), ``"low"``, ``"high"`` or ``"neither"``.
    """
    ends = None if inclusive == "both" else inclusive
    return Declaration("between", {"column": column, "low": low, "high": high, "inclusive": ends, **options})


@strict
def in_set(column: str, values: Collection[Bound | bool], **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value is none of ``values`` are violations."""
    return Declaration("in_set", {"column": column, "values": values, **options})


@strict
def not_in_set(column: str, values: Collection[Bound | bool], **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value is one of ``values`` are violations."""
    return Declaration("not_in_set", {"column": column, "values": values, **options})


@strict
def tuple_in_set(*columns: str, values: Collection[Sequence[Bound | bool | None]], **options: Unpack[CrossRowOptions]) -> Declaration:
    """Rows whose values of ``columns`` are, taken together, none of ``values`` are violations; beside ``nulls``, None in them is NULL."""
    return Declaration("tuple_in_set", {"columns": list(columns), "values": values, **options})


@strict
def matches(column: str, pattern: str | Sequence[str], *, every: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Rows in whose text the regular expression ``pattern`` is not found are violations; anchor it with ``^`` and ``$``.

    The database runs it, in its own flavour. Of several patterns one must be found, or with ``every=True`` all.
    """
    return Declaration("matches", {"column": column, "pattern": pattern, "every": every or None, **options})


@strict
def not_matches(column: str, pattern: str | Sequence[str], **options: Unpack[RowOptions]) -> Declaration:
    """Rows in whose text the regular expression ``pattern``, or one of several, is found are violations."""
    return Declaration("not_matches", {"column": column, "pattern": pattern, **options})


@strict
def like(column: str, pattern: str | Sequence[str], *, every: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose text is not like the SQL LIKE ``pattern`` are violations. Of several one must fit, or with ``every=True`` all.

    Whether case counts is the database's habit: it does in PostgreSQL, not in SQLite and MySQL.
    """
    return Declaration("like", {"column": column, "pattern": pattern, "every": every or None, **options})


@strict
def not_like(column: str, pattern: str | Sequence[str], **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose text is like the SQL LIKE ``pattern``, or one of several, are violations."""
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
    """Rows whose text has fewer characters than ``at_least`` or more than ``at_most`` are violations."""
    return Declaration("length", {"column": column, "at_least": at_least, "at_most": at_most, "equals": equals, **options})


@strict
def of_type(column: str, kind: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose text cannot be read as ``kind`` are violations: integer, number, boolean, date, timestamp or uuid."""
    return Declaration("of_type", {"column": column, "kind": kind, **options})


@strict
def json_valid(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose text is not one JSON document are violations."""
    return Declaration("json_valid", {"column": column, **options})


@strict
def increasing(column: str, *, order_by: str | Sequence[str], strictly: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value is below that of the row before, in the order of ``order_by``, are violations.

    :param strictly: an equal value is a violation too.
    """
    return Declaration("increasing", {"column": column, "order_by": order_by, "strictly": strictly or None, **options})


@strict
def decreasing(column: str, *, order_by: str | Sequence[str], strictly: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value is above that of the row before, in the order of ``order_by``, are violations.

    :param strictly: an equal value is a violation too.
    """
    return Declaration("decreasing", {"column": column, "order_by": order_by, "strictly": strictly or None, **options})


@strict
def compare(left: str, operator: str, right: str, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Rows in which column ``left`` does not compare to column ``right`` as ``operator`` (``== != < <= > >=``) says are violations."""
    return Declaration("compare", {"left": left, "operator": operator, "right": right, **options})


@strict
def sum_equals(*columns: str, total: Bound, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Rows whose ``columns`` do not add up to ``total`` are violations."""
    return Declaration("sum_equals", {"columns": list(columns), "total": total, **options})


@strict
def all_differ(*columns: str, **options: Unpack[CrossRowOptions]) -> Declaration:
    """Rows in which two of ``columns`` hold the same value are violations."""
    return Declaration("all_differ", {"columns": list(columns), **options})


@strict
def rows(condition: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows in which the SQL ``condition`` is false are violations (templated); where it is NULL it is not broken, as in a SQL CHECK
    constraint. Looks at every row."""
    return Declaration("rows", {"condition": condition, **options})


@strict
def failed_rows_sql(sql: str, **options: Unpack[RowOptions]) -> Declaration:
    """The rows that one read-only ``SELECT`` gives are violations (templated). Percents are of all rows of the table."""
    return Declaration("failed_rows_sql", {"sql": sql, **options})


@strict
def z_scores(column: str, *, within: float, two_sided: bool = True, strictly: bool = False, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value lies more than ``within`` standard deviations (of a sample) from the mean are violations.

    :param two_sided: False: only values above the mean are. Fewer than two different values: no violations.
    :param strictly: a value that lies exactly that far is a violation too.
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
    """Calendar units from the first to the last timestamp of ``column`` that hold no row are violations, of all such units.

    Between a given ``start`` and ``end`` an empty table fails too.

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
    """The table has these columns, with these types where they are given.

    Types are compared by their usual names: ``int4`` is ``integer``, ``varchar`` is ``character varying(20)``.

    :param columns: names, or a dict of name: type, list of types, or None for any type.
    :param ordered: they must stand in this order.
    :param extra: further columns are allowed.
    :param places: where single columns must stand, from 0, for example ``{"id": 0}``; below 0: counted from the end.
    :param any_case: names that differ in case only are the same.
    """
    arguments = {"columns": columns, "ordered": ordered or None, "extra": extra or None, "places": places}
    return Declaration("schema_is", {**arguments, "any_case": any_case or None, **options})


@strict
def schema_unchanged(**options: Unpack[Options]) -> Declaration:
    """Names and types of the columns are those of the last run in which this check passed; the first run passes."""
    return Declaration("schema_unchanged", {**options})


@strict
def fresh(column: str | None = None, *, max_age: str | timedelta, **options: Unpack[FreshOptions]) -> Declaration:
    """Demand that the newest value of the timestamp ``column`` is at most ``max_age`` (``"6h"``, ``"1d"``, a timedelta) old.

    The age is taken at ``as_of`` (templated, for example ``"{{ data_interval_end }}"``), by default now. ``warn_age`` warns earlier.
    Timestamps without a zone are of ``time_zone`` (an IANA name, by default UTC). ``expression`` takes SQL about one row instead of a
    column. A table without any timestamp is failed: nothing arrived. A timestamp more than ``future_tolerance`` (by default 5 minutes)
    ahead of now is errored: its age is not known.
    """
    return Declaration("fresh", {**({} if column is None else {"column": column}), "max_age": max_age, **options})
