"""The checks that a Dag author declares.

Row checks count violations and are bounded by ``warn_above`` and ``fail_above``, each a count (``3``) or a percent of the rows looked at
(``"5%"``); the default is ``fail_above=0``. Metric checks bound a number with ``at_least``, ``at_most``, ``equals``, ``warn_at_least`` and
``warn_at_most``. Every check also takes:

:param name: how people call it; the default is made of its kind and columns.
:param severity: ``"error"`` (default), or ``"warn"``: a check that fails is reported as warned.
:param dimension: accuracy, completeness, conformity, consistency, coverage, timeliness or uniqueness; each kind has its own default.
:param where: a SQL condition: only rows that meet it are looked at. (templated)
:param description: why the check exists.
:param tags: a list of labels.
:param owner: who is responsible.
:param runbook: an ``http(s)`` address that tells what to do when it fails.
:param previous_name: the name it had before a rename, so that its history goes on.

Nothing is checked here: mistakes are collected by the operator and raised once as :class:`airflow_dre.errors.DefinitionError`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Unpack

from airflow_dre.checks.declaration import Bound, Declaration, FreshOptions, MetricOptions, RowOptions

__all__ = [
    "between",
    "column_max",
    "column_min",
    "fresh",
    "in_set",
    "mean",
    "metric_sql",
    "not_null",
    "row_count",
    "rows",
    "unique",
]


def not_null(column: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows in which ``column`` is NULL are violations. Looks at every row; an empty table is skipped."""
    return Declaration("not_null", {"column": column, **options})


def unique(*columns: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows that share the key ``columns`` with another row are violations.

    Looks at rows whose key is complete (a NULL equals nothing, as in a SQL UNIQUE constraint); none such: skipped.
    """
    return Declaration("unique", {"columns": list(columns), **options})


def between(column: str, low: Bound, high: Bound, **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value is below ``low`` or above ``high`` are violations. Looks at rows with a value; none such: skipped."""
    return Declaration("between", {"column": column, "low": low, "high": high, **options})


def in_set(column: str, values: Collection[Bound | bool], **options: Unpack[RowOptions]) -> Declaration:
    """Rows whose value is none of ``values`` are violations. Looks at rows with a value; none such: skipped."""
    return Declaration("in_set", {"column": column, "values": values, **options})


def rows(condition: str, **options: Unpack[RowOptions]) -> Declaration:
    """Rows in which the SQL ``condition`` is false are violations (templated); where it is NULL it is not broken, as in a SQL CHECK
    constraint. Looks at every row; an empty table is skipped."""
    return Declaration("rows", {"condition": condition, **options})


def row_count(**options: Unpack[MetricOptions]) -> Declaration:
    """Bounds the number of rows. An empty table has 0 rows and is judged."""
    return Declaration("row_count", {**options})


def column_min(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bounds the smallest value of ``column``; bounds may be numbers, dates or text. No value at all: skipped."""
    return Declaration("column_min", {"column": column, **options})


def column_max(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bounds the largest value of ``column``; bounds may be numbers, dates or text. No value at all: skipped."""
    return Declaration("column_max", {"column": column, **options})


def mean(column: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bounds the arithmetic mean of ``column`` (NULLs left out). No value at all: skipped."""
    return Declaration("mean", {"column": column, **options})


def metric_sql(sql: str, **options: Unpack[MetricOptions]) -> Declaration:
    """Bounds the value of ``sql`` (templated): an aggregate expression such as ``"SUM(air_time) / COUNT(*)"``, which travels in the
    common scan, or one read-only ``SELECT`` that gives one value, which runs on its own. NULL: skipped."""
    return Declaration("metric_sql", {"sql": sql, **options})


def fresh(column: str, *, max_age: str | timedelta, **options: Unpack[FreshOptions]) -> Declaration:
    """The newest value of the timestamp ``column`` is at most ``max_age`` (``"6h"``, ``"1d"``, a timedelta) old.

    The age is taken at ``as_of`` (templated, for example ``"{{ data_interval_end }}"``), by default now. ``warn_age`` warns earlier.
    Timestamps without a zone are UTC. A table without any timestamp is failed: nothing arrived.
    """
    return Declaration("fresh", {"column": column, "max_age": max_age, **options})
