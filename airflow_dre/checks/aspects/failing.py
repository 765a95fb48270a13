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


def row_reason(check: Check, metric: Metric) -> str:
    """Return why the rows that ``metric`` counts break ``check``, in words that quote no row."""
    by = metric.by if isinstance(metric, PerSegment) and isinstance(metric.by, str) else None
    for reason in (check.row_reason(by), metric.row_reason(by)):
        if reason is not None:
            return reason
    return f"it breaks {check.name}"
