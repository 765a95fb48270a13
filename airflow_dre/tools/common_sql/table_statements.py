"""The checks of ``SQLTableCheckOperator``, of Airflow's common SQL provider: SQL conditions on a table or on each of its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.tools.common_sql.column_mapping import joined, problems_of

_TEXT = re.compile(r"'(?:[^']|'')*'")
_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_AGGREGATE = re.compile(
    r"\b(any_value|approx_\w+|array_agg|avg|bit_and|bit_or|bool_and|bool_or|corr|count|count_if|countif|covar_\w+|every|listagg|logical_and"
    r"|logical_or|max|median|min|mode|percentile_\w+|quantile\w*|regr_\w+|string_agg|group_concat|stddev\w*|sum|total|var_\w+|variance)\s*\(",
    re.IGNORECASE,
)


def read_table_checks(
    checks: Mapping[str, Mapping[str, object]], *, partition_clause: str | None = None, table: str | None = None
) -> list[Declaration]:
    """Return the checks of ``SQLTableCheckOperator``. A statement is about the table as a whole, or about each of its rows.

    :raises DefinitionError: lists everything in them that the operator would refuse.
    """
    problems: list[Problem] = []
    found: list[Declaration] = []
    for name, values in checks.items():
        subject, statement = f"checks[{name!r}]", values.get("check_statement")
        wrong = [Problem(subject, key, values[key], "check_statement, partition_clause") for key in values if key not in _TABLE_KEYS]
        if not isinstance(statement, str) or not statement.strip():
            wrong.append(Problem(subject, "check_statement", statement, "a SQL condition"))
        elif _SELECT.search(_TEXT.sub("''", statement)) and table is None:
            wrong.append(Problem(subject, "check_statement", statement, "a condition without SELECT, unless table= names the table"))
        else:
            declared = _table_check(name, statement, joined(partition_clause, values.get("partition_clause")), table)
            wrong += [problem for part in declared for problem in problems_of(subject, part)]
            found += declared
        problems += wrong
    if problems:
        raise DefinitionError(problems)
    return found


_TABLE_KEYS = ("check_statement", "partition_clause")


def _table_check(name: str, statement: str, where: str | None, table: str | None) -> list[Declaration]:
    """Return the checks of a statement. To the operator, NULL is false, and so is a statement about the rows of an empty table."""
    one_or_zero = f"CASE WHEN {statement} THEN 1 ELSE 0 END"
    plain = _TEXT.sub("''", statement)
    if _SELECT.search(plain):
        source = f"{table}" if where is None else f"{table} WHERE {where}"
        sql = " ".join(["SELECT MIN(holds) FROM (SELECT", one_or_zero, "AS holds FROM", source, ") AS judged"])
        return [Declaration("metric_sql", {"sql": sql, "name": name, "equals": 1, "if_empty": "fail"})]
    if _aggregates(plain):
        return [Declaration("metric_sql", {"sql": one_or_zero, "name": name, "where": where, "equals": 1, "if_empty": "fail"})]
    return [
        Declaration("rows", {"condition": f"{one_or_zero} = 1", "name": name, "where": where}),
        Declaration("row_count", {"at_least": 1, "name": f"{name}: rows to look at", "where": where}),
    ]


def _aggregates(statement: str) -> bool:
    """Return whether a statement is about all rows at once. MIN and MAX of several arguments are about one row."""
    for found in _AGGREGATE.finditer(statement):
        if found[1].lower() not in ("min", "max") or not _has_several_arguments(statement[found.end() :]):
            return True
    return False


def _has_several_arguments(rest: str) -> bool:
    depth = 0
    for letter in rest:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
        if letter == "," and depth == 0:
            return True
    return False
