"""SQL that says the same of a row whenever it is asked, so that what was counted of a partition need not be counted again."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_dre.checks.check import Check
from airflow_dre.checks.kinds.rows import RowCheck
from airflow_dre.checks.metrics import GroupBy
from airflow_dre.checks.rules import Holds
from airflow_dre.errors import Problem
from airflow_dre.sql.raw import read_condition, read_row_expression, why_not_settled
from airflow_dre.sql.scope import Scope

_ALLOWED = "beside partition_by only what rests on the row alone and stays as it is"


def unsettled_problems(checks: Iterable[Check], by: GroupBy, scope: Scope) -> list[Problem]:
    """What may say something else of a row tomorrow: conditions, and the expression by which a table is partitioned.

    :raises DefinitionError: one of them is no condition, or no expression.
    """
    conditions = [("suite", "where", scope.where)]
    for check in checks:
        conditions.append((f"check {check.name}", "where", check.options.where))
        if isinstance(check, RowCheck) and isinstance(check.rule, Holds):
            conditions.append((f"check {check.name}", "condition", check.rule.condition))
    read = [
        (subject, argument, text, read_condition(text, scope.dialect.name, subject, argument).tree)
        for subject, argument, text in conditions
        if text is not None
    ]
    if not isinstance(by, str):
        read.append(("suite", "partition_by", by.sql, read_row_expression(by.sql, scope.dialect.name, "suite", "partition_by").tree))
    reasons = [(subject, argument, text, why_not_settled(tree)) for subject, argument, text, tree in read]
    return [Problem(subject, argument, text, f"{_ALLOWED}; {reason}") for subject, argument, text, reason in reasons if reason is not None]
