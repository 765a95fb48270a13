"""Conditions whose truth for a row stays as it is, so that what was counted of a partition need not be counted again."""

from __future__ import annotations

from collections.abc import Iterable

from airflow_dre.checks.check import Check
from airflow_dre.checks.limited_checks import RowCheck
from airflow_dre.checks.rules import Holds
from airflow_dre.errors import Problem
from airflow_dre.sql.raw import read_condition, why_not_settled
from airflow_dre.sql.scope import Scope

_ALLOWED = "beside partition_by a condition on the row alone, whose truth stays as it is"


def unsettled_problems(checks: Iterable[Check], scope: Scope) -> list[Problem]:
    """The conditions that may be true tomorrow of a row of which they are false today.

    :raises DefinitionError: one of them is no condition.
    """
    conditions = [("suite", "where", scope.where)]
    for check in checks:
        conditions.append((f"check {check.name}", "where", check.traits.where))
        if isinstance(check, RowCheck) and isinstance(check.rule, Holds):
            conditions.append((f"check {check.name}", "condition", check.rule.condition))
    problems = []
    for subject, argument, text in conditions:
        reason = None if text is None else why_not_settled(read_condition(text, scope.dialect.name, subject, argument))
        if reason is not None:
            problems.append(Problem(subject, argument, text, f"{_ALLOWED}; {reason}"))
    return problems
