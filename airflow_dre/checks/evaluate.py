"""From answers to outcomes, for a whole suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from airflow_dre.checks.check import Check, Severity
from airflow_dre.checks.metrics import Metric, Scalar
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.thresholds import Incomparable


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The warehouse could not answer a metric."""

    reason: str


def evaluate(check: Check, answers: Mapping[Metric, Scalar | Unanswered], now: datetime) -> Judgement:
    """Judge a check; one that lacks an answer is errored, and severity ``warn`` turns a failure into a warning."""
    seen: dict[Metric, Scalar] = {}
    for metric in check.metrics():
        answer = answers[metric]
        if isinstance(answer, Unanswered):
            return Judgement(outcome=Outcome.ERRORED, reason=answer.reason, expected="")
        seen[metric] = answer
    try:
        judgement = check.judge(seen, now)
    except Incomparable as unlike:
        return Judgement(outcome=Outcome.ERRORED, reason=str(unlike), expected="")
    if judgement.outcome is Outcome.FAILED and check.traits.severity is Severity.WARN:
        return replace(judgement, outcome=Outcome.WARNED)
    return judgement


def score(outcomes: list[Outcome]) -> float | None:
    """Share of the answered checks that passed, 0 to 100, a warning counting half; None where nothing was answered."""
    worth = {Outcome.PASSED: 1.0, Outcome.WARNED: 0.5, Outcome.FAILED: 0.0, Outcome.ERRORED: 0.0}
    counted = [worth[outcome] for outcome in outcomes if outcome in worth]
    return round(100 * sum(counted) / len(counted), 1) if counted else None
