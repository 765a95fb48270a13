"""Checks that need no scan, because the database itself enforces what they ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from airflow_dre.checks.check import Check
from airflow_dre.checks.kinds.rows import LimitedCheck, RowCheck
from airflow_dre.checks.kinds.tables import Unique
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import because
from airflow_dre.checks.rules import HasValue
from airflow_dre.values.scalars import Row


@dataclass(frozen=True, slots=True)
class Enforced:
    """The constraints that a database enforces for every row of a table."""

    not_null: frozenset[str] = frozenset()
    unique: frozenset[frozenset[str]] = frozenset()
    """Keys, primary ones included."""


def read_constraints(rows: Iterable[Row]) -> Enforced:
    """Return constraints from rows of kind (``not_null`` or ``unique``), name of the constraint, and column."""
    not_null: set[str] = set()
    keys: dict[object, set[str]] = {}
    for kind, name, column in rows:
        if kind == "not_null":
            not_null.add(str(column))
        else:
            keys.setdefault(name, set()).add(str(column))
    return Enforced(frozenset(not_null), frozenset(frozenset(key) for key in keys.values()))


def judge_by_constraints(check: Check, enforced: Enforced) -> Judgement | None:
    """Return the verdict on a check that a constraint answers, or None for every other check."""
    match check:
        case RowCheck(rule=HasValue(column=column)) if column in enforced.not_null:
            return _passed(check, "NOT NULL")
        case Unique(key=key) if any(unique <= set(key) for unique in enforced.unique):
            return _passed(check, "a unique key")
        case _:
            return None


def _passed(check: LimitedCheck, constraint: str) -> Judgement:
    reason = because("the database enforces {constraint}: no scan was needed", constraint=constraint)
    return Judgement(outcome=Outcome.PASSED, reason=reason, expected=check.expected(), observed=0, unit="rows", violations=0)
