"""From answers to outcomes, for a whole suite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from airflow_dre.checks.check import Answers, Check, CheckSeverity
from airflow_dre.checks.metrics import Metric, PerSegment
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import foreign
from airflow_dre.checks.segments import first_round_per_segment, judge_segments, judged, second_round_per_segment
from airflow_dre.values.scalars import Answer, Incomparable


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The warehouse could not answer a metric."""

    reason: str


_NOT_ASKED = Unanswered("only the database can compare the bounds with values of this type, and with partition_by it is not queried")
AnswersByMetric = Mapping[Metric, Answer | Unanswered]


def first_round(check: Check) -> tuple[Metric, ...]:
    """Return the metrics that a check needs first."""
    return check.metrics() if check.options.by is None else first_round_per_segment(check, check.options.by)


def second_round(check: Check, found: AnswersByMetric) -> tuple[Metric, ...]:
    """Return the metrics that depend on the answers to :func:`first_round`.

    There are no such metrics where an answer is missing or cannot be compared.
    """
    try:
        seen = _seen(first_round(check), found)
        if isinstance(seen, Unanswered):
            return ()
        return (
            check.dependent_metrics(Answers(seen))
            if check.options.by is None
            else second_round_per_segment(check, check.options.by, Answers(seen))
        )
    except Incomparable:
        return ()


def evaluate(check: Check, found: AnswersByMetric, now: datetime) -> Judgement:
    """Judge a check.

    A check that lacks an answer is errored, and severity ``warn`` turns a failure into a warning.
    """
    seen = _seen((*first_round(check), *second_round(check, found)), found)
    if isinstance(seen, Unanswered):
        return Judgement(outcome=Outcome.ERRORED, reason=foreign(seen.reason), expected="", observes=check.observes)
    try:
        answers = Answers(seen)
        judgement = judged(check, answers, now) if check.options.by is None else judge_segments(check, check.options.by, answers, now)
    except Incomparable as unlike:
        return Judgement(outcome=Outcome.ERRORED, reason=foreign(unlike), expected="", observes=check.observes)
    judgement = replace(judgement, observes=check.observes)
    return softened(judgement) if check.options.severity is CheckSeverity.WARN else judgement


def softened(judgement: Judgement) -> Judgement:
    """Return the same with failures as warnings."""
    outcome = Outcome.WARNED if judgement.outcome is Outcome.FAILED else judgement.outcome
    segments = tuple(
        replace(segment, judgement=replace(segment.judgement, outcome=Outcome.WARNED))
        if segment.judgement.outcome is Outcome.FAILED
        else segment
        for segment in judgement.segments
    )
    return replace(judgement, outcome=outcome, segments=segments)


def _seen(metrics: tuple[Metric, ...], found: AnswersByMetric) -> dict[Metric, Answer] | Unanswered:
    seen: dict[Metric, Answer] = {}
    for metric in metrics:
        answer = found.get(metric, () if isinstance(metric, PerSegment) else _NOT_ASKED)
        if isinstance(answer, Unanswered):
            return answer
        seen[metric] = answer
    return seen


def score(outcomes: list[Outcome]) -> float | None:
    """Return the share of the answered checks that passed, 0 to 100, or None where no check was answered.

    A warning counts half.
    """
    worth = {Outcome.PASSED: 1.0, Outcome.WARNED: 0.5, Outcome.FAILED: 0.0, Outcome.ERRORED: 0.0}
    counted = [worth[outcome] for outcome in outcomes if outcome in worth]
    return round(100 * sum(counted) / len(counted), 1) if counted else None
