"""Checks that need no scan, because the database itself enforces what they require."""

from __future__ import annotations

from airflow_dre.checks.check import Check
from airflow_dre.checks.enforced import Enforced
from airflow_dre.checks.kinds.rows import LimitedCheck
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import because


def judge_by_constraints(check: Check, enforced: Enforced) -> Judgement | None:
    """Return the verdict on a check that a constraint answers, or None for every other check."""
    if not isinstance(check, LimitedCheck) or (constraint := check.enforced_by(enforced)) is None:
        return None
    reason = because("the database enforces {constraint}: no scan was needed", constraint=constraint)
    return Judgement(outcome=Outcome.PASSED, reason=reason, expected=check.expected(), observed=0, unit="rows", violations=0)
