"""Cheap metrics that may prove a costly one unnecessary."""

from __future__ import annotations

from airflow_dre.checks.metrics import DuplicateCount, Metric, RepeatCount
from airflow_dre.sql.dialect import Dialect


def proof_of_uniqueness(metric: Metric, dialect: Dialect) -> RepeatCount | None:
    """Return a metric that is 0 only where no key repeats, or None where the database finds repeated keys as cheaply.

    As many different keys as keys, counted in one statement: none repeats. Several columns are counted by a fingerprint of theirs: two keys
    that share one make the number larger, so that the keys themselves are counted and the answer is never wrong.
    """
    if dialect.aggregates.fingerprint is None or not isinstance(metric, DuplicateCount):
        return None
    return RepeatCount(columns=metric.columns, where=metric.where)
