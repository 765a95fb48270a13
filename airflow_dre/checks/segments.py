"""Judging a check for each value of a column: ``by="carrier"``.

Every metric of the check is queried as rows of segment and answer, in one grouped scan for all checks of a suite that share the column.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.metrics import Metric, PerSegment, RowCount, Violations
from airflow_dre.checks.outcomes import JudgedSegment, Judgement, Outcome, counted, format_value, worst
from airflow_dre.checks.reasons import OutcomeReason, ValueSource, because, foreign, observed
from airflow_dre.checks.reasons import segment as as_segment
from airflow_dre.checks.rules import BySegment
from airflow_dre.values.scalars import Answer, Incomparable, Row, Scalar, is_literal

KEPT = 20
"""Segments that a result keeps, the worst ones."""
MOST = 10_000
"""Segments that are judged at the most. With more of them the check is errored, since no page could show them."""

_NAN = math.nan
"""One object, by which a dict finds it again."""


def first_round_per_segment(check: Check, by: str) -> tuple[Metric, ...]:
    """Return the metrics of a check, each for every segment.

    Rows are counted too, since a grouping is silent about rows that it leaves out.
    """
    return tuple(PerSegment(by=by, metric=metric) for metric in dict.fromkeys((RowCount(), *check.metrics())))


def second_round_per_segment(check: Check, by: str, answers: Answers) -> tuple[Metric, ...]:
    """Return the metrics that depend on the first answers, with a rule for each segment."""
    places: list[list[tuple[Scalar, Violations]]] = []
    for segment, seen in _by_segment(first_round_per_segment(check, by), answers).items():
        try:
            further = _counts(check, seen)
        except Incomparable:  # the judgement of this segment reports it
            continue
        places += [[] for _ in further[len(places) :]]
        for rules, metric in zip(places, further, strict=False):
            rules.append((segment, metric))
    found = [BySegment(by=by, rules=tuple((segment, metric.rule) for segment, metric in rules)) for rules in places]
    return tuple(dict.fromkeys(PerSegment(by=by, metric=Violations(rule=rule, where=check.options.where)) for rule in found))


def _counts(check: Check, seen: Mapping[Metric, Answer]) -> list[Violations]:
    """Return what a check asks further of one segment."""
    return [metric for metric in check.dependent_metrics(Answers(seen)) if isinstance(metric, Violations)]


def judge_segments(check: Check, by: str, answers: Answers, now: datetime) -> Judgement:
    """Return the verdict on all segments: as bad as the worst of them.

    A segment with an answer that cannot be compared with a threshold is errored.

    :raises Incomparable: there are too many segments.
    """
    per_segment = _by_segment(first_round_per_segment(check, by), answers)
    further = second_round_per_segment(check, by, answers)
    counted = [{_key(row[0]): row[1] for row in answers.rows(metric)} for metric in further]
    verdicts: dict[Scalar, Judgement] = {}
    for segment, seen in per_segment.items():
        try:
            more: dict[Metric, Answer] = {metric: found.get(segment) for metric, found in zip(_counts(check, seen), counted, strict=False)}
            verdicts[segment] = judged(check, Answers({**seen, **more}), now)
        except Incomparable as unlike:
            verdicts[segment] = Judgement(outcome=Outcome.ERRORED, reason=foreign(unlike), expected="")
    return _summed_up(by, verdicts)


def judged(check: Check, answers: Answers, now: datetime) -> Judgement:
    """Return the verdict of a check on one set of rows.

    A reason that does not mark the observed value is marked as a whole.

    :raises Incomparable: an answer cannot be compared with a threshold.
    """
    judgement = replace(check.judge(answers, now), observes=check.observes)
    if judgement.observed is None or not judgement.shows_value or judgement.reason.quotes(ValueSource.OBSERVED):
        return judgement
    return replace(judgement, reason=because("{reason}", reason=observed(judgement.reason)))


def _key(segment: object) -> Scalar:
    """Return the value of a segment, as text where SQL has no literal for it.

    The not-a-numbers, which equal nothing, are one.
    """
    if isinstance(segment, float):
        return _NAN if math.isnan(segment) else segment
    if isinstance(segment, Decimal):
        return _NAN if segment.is_nan() else segment
    return segment if segment is None or is_literal(segment) else str(segment)


def _by_segment(metrics: tuple[Metric, ...], answers: Answers) -> dict[Scalar, dict[Metric, Answer]]:
    found: dict[Scalar, dict[Metric, Answer]] = {}
    asked = [metric for metric in metrics if isinstance(metric, PerSegment)]
    for metric in asked:
        listed: dict[Scalar, list[Row]] = {}
        for segment, *answer in answers.rows(metric):
            listed.setdefault(_key(segment), []).append(tuple(answer))
        for segment, rows in listed.items():
            found.setdefault(segment, {})[metric.metric] = tuple(rows) if metric.metric.lists_rows else rows[0][0]
    if len(found) > MOST:
        by = asked[0].by
        raise Incomparable(f"{by} has more than {MOST} values: judge by a column with fewer, or narrow the rows with where")
    unseen: dict[Metric, Answer] = {metric.metric: _of_no_rows(metric.metric) for metric in asked}
    return {segment: {**unseen, **seen} for segment, seen in found.items()}


def _of_no_rows(metric: Metric) -> Answer:
    """Return the answer for a segment without a row in a grouping."""
    return () if metric.lists_rows else metric.of_no_rows


def _summed_up(by: str, verdicts: Mapping[Scalar, Judgement]) -> Judgement:
    if not verdicts:
        return Judgement(outcome=Outcome.SKIPPED, reason=because("no rows, so no values of {by}", by=by), expected="")
    ranked = sorted(verdicts.items(), key=lambda item: (-item[1].outcome.rank, -(item[1].violations or 0), str(item[0])))
    outcome = worst([judgement.outcome for judgement in verdicts.values()])
    _, first = ranked[0]
    violations = [judgement.violations for judgement in verdicts.values() if judgement.violations is not None]
    rows = [judgement.rows for judgement in verdicts.values() if judgement.rows is not None]
    return Judgement(
        outcome=outcome,
        reason=_reason(by, outcome, ranked),
        expected=first.expected,
        observed=first.observed,
        unit=first.unit,
        violations=sum(violations) if violations else None,
        rows=sum(rows) if rows else None,
        warn=first.warn,
        fail=first.fail,
        segments=tuple(JudgedSegment(_name_of(segment), judgement) for segment, judgement in ranked[:KEPT]),
    )


def _reason(by: str, outcome: Outcome, ranked: Sequence[tuple[Scalar, Judgement]]) -> OutcomeReason:
    """Return the reason of the whole, which lists the three worst segments.

    :param ranked: all segments, worst first.
    """
    bad = [(segment, judgement) for segment, judgement in ranked if judgement.outcome.rank > Outcome.PASSED.rank]
    values, single = counted(len(ranked), "value", "values"), len(ranked) == 1
    if bad:
        named = tuple(because("{segment}: {reason}", segment=_named(segment), reason=judgement.reason) for segment, judgement in bad[:3])
        verb = "does" if single else "do"
        return because(
            "{bad} of {values} of {by} {verb} not pass: {segments}", bad=len(bad), values=values, by=by, verb=verb, segments=named
        )
    if outcome is Outcome.SKIPPED:
        return because("nothing to check for {all} {values} of {by}", all="the" if single else "all", values=values, by=by)
    return because("the {values} of {by} passes" if single else "all {values} of {by} pass", values=values, by=by)


def _named(segment: Scalar) -> object:
    return "no value" if segment is None else as_segment(_name_of(segment) or "''")


def _name_of(segment: Scalar) -> str | None:
    """Return the text of a segment with all its digits: rounded, two segments could have one name."""
    return str(segment) if isinstance(segment, (float, Decimal)) else format_value(segment)
