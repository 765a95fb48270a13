"""The catalogue of a database, read before any row: constraints that settle checks, and types that do not fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_dre.checks.aspects.constraints import judge_by_constraints
from airflow_dre.checks.aspects.fitness import needs_types, type_mismatch
from airflow_dre.checks.check import Check
from airflow_dre.checks.enforced import read_constraints
from airflow_dre.checks.metrics import TableColumns, TableConstraints
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import foreign
from airflow_dre.services.quality.answers import NOTHING, AnswerSet, CountingEngine, answer_metrics
from airflow_dre.sql.scope import Scope


def settle_by_constraints(checks: Sequence[Check], scope: Scope, engine: CountingEngine) -> dict[str, Judgement]:
    """Return the judgements that constraints of the database imply, by check id. The result is empty if the catalogue cannot be read."""
    catalogue = TableConstraints()
    rows = answer_metrics([catalogue], scope, engine).values[catalogue]
    if not isinstance(rows, tuple):
        return {}
    enforced = read_constraints(rows)
    judgements = {check.id: judge_by_constraints(check, enforced) for check in checks}
    return {check_id: judgement for check_id, judgement in judgements.items() if judgement is not None}


def learn_types(checks: Sequence[Check], scope: Scope, engine: CountingEngine) -> tuple[Scope, AnswerSet]:
    """Return the scope with the types of its columns, if a check needs them and the catalogue is cheap to read, and what was read."""
    if scope.readings is not None:
        scope = replace(scope, readings=scope.readings.heard(checks))
    if not scope.dialect.catalogue.is_cheap or not any(map(needs_types, checks)):
        return scope, NOTHING
    catalogue = TableColumns()
    known = answer_metrics([catalogue], scope, engine)
    columns = known.values[catalogue]
    if not isinstance(columns, tuple):
        return scope, known
    return replace(scope, types=tuple((str(name), str(kind)) for name, kind, *_ in columns)), known


def refuse_by_types(checks: Sequence[Check], scope: Scope) -> dict[str, Judgement]:
    """Return an error for each check that does not fit the types of its columns, by check id.

    A guessed type refuses nothing, because each check reads the column as the type that it needs.
    """
    types = {name: kind for name, kind in scope.types if scope.readings is None or not scope.readings.guessed(name)}
    apart, no_numbers = scope.dialect.types.kinds_apart, scope.dialect.types.no_numbers
    reasons = ((check, type_mismatch(check, types, kinds_apart=apart, no_numbers=no_numbers)) for check in checks)
    return {
        check.id: Judgement(outcome=Outcome.ERRORED, reason=foreign(reason), expected="") for check, reason in reasons if reason is not None
    }
