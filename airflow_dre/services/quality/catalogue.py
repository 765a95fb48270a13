"""What the catalogue of a database tells before any row is read: constraints that settle checks, and types that make some senseless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_dre.checks.aspects.constraints import judge_by_constraints, read_constraints
from airflow_dre.checks.aspects.fitness import needs_types, type_mismatch
from airflow_dre.checks.check import Check
from airflow_dre.checks.metrics import TableColumns, TableConstraints
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import foreign
from airflow_dre.services.quality.answers import AnswerSet, Engine, answer_metrics
from airflow_dre.sql.scope import Scope


def settle_by_constraints(checks: Sequence[Check], scope: Scope, engine: Engine, answered: AnswerSet) -> dict[str, Judgement]:
    """Return the verdicts on checks that the database's own constraints answer, by check id; none where the catalogue cannot be read."""
    catalogue = TableConstraints()
    answer_metrics([catalogue], scope, engine, answered)
    rows = answered.values[catalogue]
    if not isinstance(rows, tuple):
        return {}
    enforced = read_constraints(rows)
    verdicts = {check.id: judge_by_constraints(check, enforced) for check in checks}
    return {check_id: verdict for check_id, verdict in verdicts.items() if verdict is not None}


def learn_types(checks: Sequence[Check], scope: Scope, engine: Engine, answered: AnswerSet) -> Scope:
    """Return the scope with the types of its columns, where a check minds them and asking costs next to nothing."""
    if scope.readings is not None:
        scope = replace(scope, readings=scope.readings.heard(checks))
    if not scope.dialect.catalogue.is_cheap or not any(map(needs_types, checks)):
        return scope
    catalogue = TableColumns()
    answer_metrics([catalogue], scope, engine, answered)
    columns = answered.values[catalogue]
    return replace(scope, types=tuple((str(name), str(kind)) for name, kind, *_ in columns)) if isinstance(columns, tuple) else scope


def refuse_by_types(checks: Sequence[Check], scope: Scope) -> dict[str, Judgement]:
    """Return the checks that cannot be asked of the types of their columns, errored before they are asked, by check id.

    A guessed type refuses nothing: each check reads the column in the sense in which it speaks of it.
    """
    types = {name: kind for name, kind in scope.types if scope.readings is None or not scope.readings.guessed(name)}
    apart, no_numbers = scope.dialect.types.kinds_apart, scope.dialect.types.no_numbers
    reasons = ((check, type_mismatch(check, types, kinds_apart=apart, no_numbers=no_numbers)) for check in checks)
    return {
        check.id: Judgement(outcome=Outcome.ERRORED, reason=foreign(reason), expected="") for check, reason in reasons if reason is not None
    }
