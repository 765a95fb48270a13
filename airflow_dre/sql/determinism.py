"""Deterministic SQL, which always returns the same for a row, so that a partition need not be scanned again."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_dre.checks.check import Check
from airflow_dre.checks.metrics import GroupBy
from airflow_dre.errors import Problem
from airflow_dre.sql.raw import read_condition, read_row_expression, why_nondeterministic
from airflow_dre.sql.scope import Scope

_ALLOWED = "with partition_by only what depends on the row alone and does not change over time"


def nondeterminism_problems(checks: Iterable[Check], by: GroupBy, scope: Scope) -> list[Problem]:
    """Return the conditions and partition expressions that may return something else for a row tomorrow.

    :raises DefinitionError: one of them is no condition, or no expression.
    """
    conditions = [("suite", "where", scope.where)]
    for check in checks:
        conditions.append((f"check {check.name}", "where", check.options.where))
        conditions += [(f"check {check.name}", argument, text) for argument, text in check.sql_conditions.items()]
    read = [
        (subject, argument, text, read_condition(text, scope.dialect.name, subject, argument).tree)
        for subject, argument, text in conditions
        if text is not None
    ]
    if not isinstance(by, str):
        read.append(("suite", "partition_by", by.sql, read_row_expression(by.sql, scope.dialect.name, "suite", "partition_by").tree))
    reasons = [(subject, argument, text, why_nondeterministic(tree)) for subject, argument, text, tree in read]
    return [Problem(subject, argument, text, f"{_ALLOWED}; {reason}") for subject, argument, text, reason in reasons if reason is not None]
