"""The rows that a run puts into quarantine, and where they go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlglot import exp

from airflow_dre.checks.aspects.failing import failing_rows_of
from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import AnswersByMetric
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.checks.thresholds import Limit
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.quarantine.failing import failing
from airflow_dre.sql.quarantine.statements import FailingCheck, Mode, Provenance
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.digest import digest

OUTCOMES = {"error": (Outcome.FAILED,), "warn": (Outcome.FAILED, Outcome.WARNED)}
"""Values of ``quarantine_on``, and the outcomes of the checks whose rows go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRows:
    """The rows that break the checks of a run."""

    source: Scope
    checks: tuple[FailingCheck, ...]
    skipped: Mapping[str, str]
    """Reasons why other failing checks name no rows, by the name of the check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineSpec:
    """The rows to quarantine, the table they go to, and how many may go."""

    subject: str
    """Name of the task in messages."""
    rows: BrokenRows
    target: tuple[str, ...]
    mode: Mode
    limit: Limit | None
    """Most rows that may go, out of those that were checked. None: any number."""
    provenance: Provenance
    try_number: int | None = None
    timeout: timedelta | None = None

    def refused(self, argument: str, allowed: str) -> DefinitionError:
        """Return the error of an argument, ``quarantine`` or ``quarantine_to``."""
        value = self.mode.value if argument == "quarantine" else ".".join(self.target)
        return DefinitionError([Problem(self.subject, argument, value, allowed)])


def find_failing_rows(run: SuiteRunRecord, checks: Sequence[Check], found: AnswersByMetric, scope: Scope, on: str) -> BrokenRows:
    """Return the rows that break the checks of a run.

    :param found: the answers by which the run was judged.
    :param on: a key of :data:`OUTCOMES`.
    """
    outcomes = {result.check_id: result.outcome for result in run.results}
    failing_checks: list[FailingCheck] = []
    skipped: dict[str, str] = {}
    for check in checks:
        if outcomes[check.id] not in OUTCOMES[on]:
            continue
        condition = _condition(check, found, scope)
        if isinstance(condition, Refusal):
            skipped[check.name] = condition.reason
        else:
            failing_checks.append(FailingCheck(check_id=check.id, name=check.name, condition=condition))
    return BrokenRows(source=scope, checks=tuple(failing_checks), skipped=skipped)


def _condition(check: Check, found: AnswersByMetric, scope: Scope) -> exp.Expr | Refusal:
    metric = failing_rows_of(check, found)
    if metric is None:
        return Refusal("no single row is to blame")
    try:
        return failing(metric, scope)
    except DefinitionError as error:  # the results of the run must be kept whatever its rows are
        return Refusal(error.problems[0].allowed)


def provenance_of(run: SuiteRunRecord) -> Provenance:
    """Return the origin of the rows of a run.

    Every try of a task instance has the same batch.
    """
    origin = run.origin
    dataset = f"{run.namespace}/{run.name}"
    identity = (origin.dag_id, origin.run_id, origin.task_id, origin.map_index)
    batch = digest("quarantine", dataset, run.suite, *identity, None if origin.run_id else run.measured_at.isoformat())[:32]
    return Provenance(
        batch=batch,
        dataset=dataset,
        suite=run.suite,
        dag_id=origin.dag_id,
        run_id=origin.run_id,
        task_id=origin.task_id,
        map_index=origin.map_index,
    )


def incident_note(rows: BrokenRows, provenance: Provenance, mode: Mode, target: str) -> str:
    """Return the note of an incident about the rows before they go, empty where no row can."""
    return f"quarantine: {mode} failing rows to {target} as batch {provenance.batch}" if rows.checks else ""
