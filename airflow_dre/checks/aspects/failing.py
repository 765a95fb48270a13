"""Rows that make a check fail: the bridge from a verdict to the rows themselves."""

from __future__ import annotations

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import AnswersByMetric, first_round, second_round
from airflow_dre.checks.metrics import Metric, PerSegment


def failing_rows_of(check: Check, found: AnswersByMetric) -> Metric | None:
    """Return the metric that counts the rows which break a check, or None where no single row is to blame, as for a mean.

    With ``by`` it is the metric of each segment, whose condition holds in every segment alike.
    """
    for metric in (*second_round(check, found), *first_round(check)):
        counted = metric.metric if isinstance(metric, PerSegment) else metric
        if counted.counts_failing_rows:
            return metric
    return None
