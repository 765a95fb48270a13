"""The arguments by which an author chooses the partitions that a run scans."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from airflow_dre.declaring.slips import one_of
from airflow_dre.errors import Problem

if TYPE_CHECKING:
    from airflow_dre.checks.check import Check


class Choice(StrEnum):
    """Values of ``partitions``."""

    RUN = "run"
    """Those of the run: its partition key, or else its data interval."""
    CHANGED = "changed"
    """Those whose version has changed since they were scanned."""
    ALL = "all"


def find_partition_problems(
    subject: str, checks: Sequence[Check], partition_by: object, partitions: object, changes: object
) -> list[Problem]:
    """Return what is wrong with the partitioning of a task. Templates are checked when they are rendered."""
    later = isinstance(partitions, str) and ("{{" in partitions or "{%" in partitions)
    problems = []
    if not later and partitions not in list(Choice):
        problems.append(Problem(subject, "partitions", partitions, one_of(partitions, [choice.value for choice in Choice])))
    if partition_by is None:
        given = {"partitions": None if partitions == Choice.RUN else partitions, "changes": changes}
        alone = [
            Problem(subject, name, value, "a value only together with partition_by") for name, value in given.items() if value is not None
        ]
        return problems or alone
    if not isinstance(partition_by, str) or not partition_by.strip():
        return [*problems, Problem(subject, "partition_by", partition_by, "a column, or a SQL expression about one row")]
    from airflow_dre.partitions.merging import unmergeable_problems  # a Dag without partitions does not pay for it
    from airflow_dre.partitions.values import split_by

    if later:
        return [*problems, *unmergeable_problems(checks, split_by(partition_by))]
    if changes is not None and (partitions != Choice.CHANGED or not isinstance(changes, str)):
        problems.append(
            Problem(subject, "changes", changes, "one read-only SELECT of partition and version, together with partitions='changed'")
        )
    return [*problems, *unmergeable_problems(checks, split_by(partition_by))]
