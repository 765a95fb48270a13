"""Secrets in the names and states of partitions, some of which are values of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from airflow_dre.checks.check import Check
from airflow_dre.checks.merge import Merge
from airflow_dre.checks.metrics import ColumnMetric, GroupBy
from airflow_dre.errors import Problem
from airflow_dre.partitions.merging import StateSpec, partition_column, state_spec_of
from airflow_dre.privacy.masking import Mask, masked

_MADE_OF_VALUES = (Merge.SUM, Merge.MOMENTS, Merge.SMALLEST, Merge.LARGEST, Merge.LIST)
"""Merges whose state of a single row shows its value. Counts do not, and hashes only confirm a guess."""
_WORD = re.compile(r"\w+")


def secret_problems(subject: str, checks: Iterable[Check], by: GroupBy, mask: Mask) -> list[Problem]:
    """Return the checks and partitions that would keep values of masked columns.

    :param subject: name of the task in messages.
    :param by: the column or expression by which the table is partitioned.
    """
    column = partition_column(by)
    shown, named = (by, [by]) if isinstance(by, str) else (by.sql, _WORD.findall(by.sql))
    problems = [
        Problem(subject, "partition_by", shown, f"without {name}, which is masked: the values that name partitions are kept and shown")
        for name in named
        if mask.hides(name)
    ]
    for check in checks:
        for name in dict.fromkeys(
            metric.column for metric in check.metrics() if isinstance(metric, ColumnMetric) and _tells(metric, column)
        ):
            if mask.hides(name):
                allowed = f"None with this check: the states of partitions that are kept would hold values of {name}, which is masked"
                problems.append(Problem(f"check {check.name}", "partition_by", shown, allowed))
    return problems


def _tells(metric: ColumnMetric, column: str | None) -> bool:
    form = state_spec_of(metric, column) if metric.reads_rows else None
    return isinstance(form, StateSpec) and form.merge in _MADE_OF_VALUES


def is_sensitive(text: str) -> bool:
    """Return whether a text must not be kept.

    It holds a card number, an IBAN, an e-mail address, a key or a password, or it is too long to be judged.
    """
    return masked(text) != text
