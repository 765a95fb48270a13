"""The checks that a Dag author declares.

Row checks count violations and are bounded by ``warn_above`` and ``fail_above``, each a count (``3``) or a percent of the rows checked
(``"5%"``); the default is ``fail_above=0``. Metric checks bound a number with ``at_least``, ``at_most``, ``more_than``, ``less_than``,
``equals``, ``warn_at_least`` and ``warn_at_most``. Every check also takes:

:param name: how people call it; the default is made of its kind and columns.
:param severity: ``"error"`` (default), or ``"warn"``: a check that fails is reported as warned.
:param dimension: accuracy, completeness, conformity, consistency, coverage, timeliness or uniqueness; each kind has its own default.
:param where: a SQL condition: only rows that meet it are checked. (templated)
:param by: a column: the check is judged for each of its values, at most 10,000 of them, and is as bad as the worst.
:param description: why the check exists.
:param tags: a list of labels.
:param owner: who is responsible.
:param runbook: an ``http(s)`` address of the steps to take when it fails.
:param previous_name: the name it had before a rename, so that its history goes on.

NULL is no value: a check of values reads rows that have one, a check of several columns rows that have all. A check with nothing to read is
skipped, unless its description differs; ``if_empty="fail"`` makes a metric check fail there.

``nulls`` changes this for checks of several columns: with ``"skip_all"`` only rows that have NULL in all of them are left out, with
``"keep"`` no row is. Then a NULL breaks ``==``, two NULLs are the same for :func:`all_differ`, and whatever else NULL leaves unknown, as in
SQL, breaks nothing; a row whose key is not complete is never a duplicate.

The functions load on first use, and nothing is checked in them: mistakes are collected by the operator and raised once as
:class:`airflow_dre.errors.DefinitionError`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_dre.checks.declared.functions import all_differ as all_differ
    from airflow_dre.checks.declared.functions import between as between
    from airflow_dre.checks.declared.functions import compare as compare
    from airflow_dre.checks.declared.functions import decreasing as decreasing
    from airflow_dre.checks.declared.functions import failed_rows_sql as failed_rows_sql
    from airflow_dre.checks.declared.functions import foreign_key as foreign_key
    from airflow_dre.checks.declared.functions import fresh as fresh
    from airflow_dre.checks.declared.functions import in_set as in_set
    from airflow_dre.checks.declared.functions import increasing as increasing
    from airflow_dre.checks.declared.functions import json_valid as json_valid
    from airflow_dre.checks.declared.functions import length as length
    from airflow_dre.checks.declared.functions import like as like
    from airflow_dre.checks.declared.functions import matches as matches
    from airflow_dre.checks.declared.functions import no_gaps as no_gaps
    from airflow_dre.checks.declared.functions import not_empty as not_empty
    from airflow_dre.checks.declared.functions import not_in_set as not_in_set
    from airflow_dre.checks.declared.functions import not_like as not_like
    from airflow_dre.checks.declared.functions import not_matches as not_matches
    from airflow_dre.checks.declared.functions import not_null as not_null
    from airflow_dre.checks.declared.functions import null as null
    from airflow_dre.checks.declared.functions import of_type as of_type
    from airflow_dre.checks.declared.functions import rows as rows
    from airflow_dre.checks.declared.functions import schema_is as schema_is
    from airflow_dre.checks.declared.functions import schema_unchanged as schema_unchanged
    from airflow_dre.checks.declared.functions import sum_equals as sum_equals
    from airflow_dre.checks.declared.functions import tuple_in_set as tuple_in_set
    from airflow_dre.checks.declared.functions import unique as unique
    from airflow_dre.checks.declared.functions import z_scores as z_scores
    from airflow_dre.checks.declared.measures import column_count as column_count
    from airflow_dre.checks.declared.measures import column_max as column_max
    from airflow_dre.checks.declared.measures import column_min as column_min
    from airflow_dre.checks.declared.measures import distinct_count as distinct_count
    from airflow_dre.checks.declared.measures import distribution as distribution
    from airflow_dre.checks.declared.measures import has_values as has_values
    from airflow_dre.checks.declared.measures import mean as mean
    from airflow_dre.checks.declared.measures import median as median
    from airflow_dre.checks.declared.measures import metric_sql as metric_sql
    from airflow_dre.checks.declared.measures import most_common as most_common
    from airflow_dre.checks.declared.measures import quantile as quantile
    from airflow_dre.checks.declared.measures import row_count as row_count
    from airflow_dre.checks.declared.measures import stddev as stddev
    from airflow_dre.checks.declared.measures import total as total
    from airflow_dre.checks.declared.measures import unique_ratio as unique_ratio
    from airflow_dre.tools.from_other_tools import from_column_mapping as from_column_mapping
    from airflow_dre.tools.from_other_tools import from_dbt as from_dbt
    from airflow_dre.tools.from_other_tools import from_gx as from_gx

__all__ = [
    "all_differ",
    "between",
    "column_count",
    "column_max",
    "column_min",
    "compare",
    "decreasing",
    "distinct_count",
    "distribution",
    "failed_rows_sql",
    "foreign_key",
    "fresh",
    "from_column_mapping",
    "from_dbt",
    "from_gx",
    "has_values",
    "in_set",
    "increasing",
    "json_valid",
    "length",
    "like",
    "matches",
    "mean",
    "median",
    "metric_sql",
    "most_common",
    "no_gaps",
    "not_empty",
    "not_in_set",
    "not_like",
    "not_matches",
    "not_null",
    "null",
    "of_type",
    "quantile",
    "row_count",
    "rows",
    "schema_is",
    "schema_unchanged",
    "stddev",
    "sum_equals",
    "total",
    "tuple_in_set",
    "unique",
    "unique_ratio",
    "z_scores",
]
_HOME = {
    "airflow_dre.checks.declared.functions": (
        "all_differ",
        "between",
        "compare",
        "decreasing",
        "failed_rows_sql",
        "foreign_key",
        "fresh",
        "in_set",
        "increasing",
        "json_valid",
        "length",
        "like",
        "matches",
        "no_gaps",
        "not_empty",
        "not_in_set",
        "not_like",
        "not_matches",
        "not_null",
        "null",
        "of_type",
        "rows",
        "schema_is",
        "schema_unchanged",
        "sum_equals",
        "tuple_in_set",
        "unique",
        "z_scores",
    ),
    "airflow_dre.checks.declared.measures": (
        "column_count",
        "column_max",
        "column_min",
        "distinct_count",
        "distribution",
        "has_values",
        "mean",
        "median",
        "metric_sql",
        "most_common",
        "quantile",
        "row_count",
        "stddev",
        "total",
        "unique_ratio",
    ),
    "airflow_dre.tools.from_other_tools": (
        "from_column_mapping",
        "from_dbt",
        "from_gx",
    ),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'airflow_dre.checks' has no attribute {name!r}. It has: {', '.join(__all__)}")
    found = getattr(import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
