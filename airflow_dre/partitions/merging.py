"""Metrics of a table that follow from its partitions, and reasons why others do not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import assert_never

from airflow_dre.checks.check import Check
from airflow_dre.checks.merge import Merge
from airflow_dre.checks.metrics import GroupBy, Metric
from airflow_dre.checks.outcomes import counted
from airflow_dre.checks.state_text import NoStateName, state_text
from airflow_dre.errors import Problem
from airflow_dre.partitions import states
from airflow_dre.partitions.states import State
from airflow_dre.values.exact import as_exact
from airflow_dre.values.numbers import as_count
from airflow_dre.values.scalars import Answer, Incomparable, Scalar
from airflow_dre.values.sketches import read_hashes, spell_hashes


@dataclass(frozen=True, slots=True)
class StateSpec:
    """The answers about a partition that are kept, which several metrics may share."""

    merge: Merge
    parts: tuple[Metric, ...]

    @property
    def key(self) -> str:
        """Digest of the spec, by which states are kept."""
        return hashlib.sha256(state_text((self.merge.value, self.parts)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Unmergeable:
    """The reason why a metric of a whole table does not follow from its partitions."""

    reason: str


_ALLOWED = (
    "None with this check, which reads every row in a task of its own. These merge from partition to partition: counts of rows "
    "and of rule violations, column_min, column_max, mean, total, stddev, distribution, has_values, no_gaps and fresh"
)


def state_spec_of(metric: Metric, column: str | None) -> StateSpec | Unmergeable:
    """Return the state that a metric needs of each partition.

    :param column: the column by which the table is partitioned; None: by an expression.
    """
    spec = _spec_of(metric, column)
    if isinstance(spec, StateSpec):
        try:
            state_text(spec.parts)
        except NoStateName as unnamed:
            return Unmergeable(f"it has no state_name, by which its states are kept: {unnamed}")
    return spec


def _spec_of(metric: Metric, column: str | None) -> StateSpec | Unmergeable:
    if metric.merge is None:
        return Unmergeable(metric.unmergeable)
    reason = metric.unmergeable_by(column)
    return StateSpec(metric.merge, metric.state_parts()) if reason is None else Unmergeable(reason)


def why_unmergeable(check: Check, column: str | None) -> str | None:
    """Return why a check of a whole table cannot be judged from its partitions, or None where it can."""
    if check.unmergeable:
        return check.unmergeable
    if check.options.by is not None and check.options.by != column:
        return f"its segments by {check.options.by} lie across the partitions; by the partition column itself it merges"
    for metric in check.metrics():
        form = state_spec_of(metric, column) if metric.reads_rows else None
        if isinstance(form, Unmergeable):
            return form.reason
    return None


def partition_column(by: GroupBy) -> str | None:
    """Return the column by which a table is partitioned, or None for an expression."""
    return by if isinstance(by, str) else None


def unmergeable_problems(checks: Iterable[Check], by: GroupBy) -> list[Problem]:
    """Return the checks that cannot be judged from the partitions of a table."""
    column = partition_column(by)
    shown = by if isinstance(by, str) else by.sql
    reasons = [(check, reason) for check in checks if (reason := why_unmergeable(check, column)) is not None]
    return [Problem(f"check {check.name}", "partition_by", shown, f"{_ALLOWED}; {reason}") for check, reason in reasons]


def state_of(form: StateSpec, answers: tuple[Answer, ...]) -> State:
    """Return the state of one partition.

    :raises Incomparable: an answer is not of the kind that can be merged.
    """
    first = answers[0]
    if form.merge is Merge.LIST:
        return states.Listed(frozenset(first if isinstance(first, tuple) else ()))
    values = tuple(_scalar(answer) for answer in answers)
    match form.merge:
        case Merge.COUNT:
            return states.Count(as_count(values[0]))
        case Merge.SUM:
            n, total = as_count(values[0]), values[1]
            return states.Sum(n, unknown=n > 0) if total is None else states.Sum(n, as_exact(total))
        case Merge.MOMENTS:
            return states.moments_of(as_count(values[0]), values[1], values[2])
        case Merge.SMALLEST | Merge.LARGEST:
            return states.Extreme(form.merge is Merge.LARGEST, values[0])
        case Merge.HASHES:
            return states.Hashes(read_hashes(values[0]))
        case _ as never:
            assert_never(never)


def merged(form: StateSpec, parts: Iterable[State]) -> State:
    """Return the state of the whole table, or of no rows where there is no partition.

    :raises Incomparable: values of two partitions have no common order.
    """
    return reduce(_together, parts, state_of(form, ((),) if form.merge is Merge.LIST else (None,) * len(form.parts)))


def _together(one: State, other: State) -> State:
    match one, other:
        case states.Count(), states.Count():
            return one.merged(other)
        case states.Sum(), states.Sum():
            return one.merged(other)
        case states.Moments(), states.Moments():
            return one.merged(other)
        case states.Extreme(), states.Extreme():
            return one.merged(other)
        case states.Listed(), states.Listed():
            return one.merged(other)
        case states.Hashes(), states.Hashes():
            return one.merged(other)
        case _:
            raise TypeError(f"a {type(one).__name__} and a {type(other).__name__} are of different metrics")


def answer_of(metric: Metric, state: State) -> Answer:
    """Return the answer that a query of all rows would have returned."""
    match state:
        case states.Count(n=n):
            return n
        case states.Sum():
            return state.mean() if metric.averages else state.sum()
        case states.Moments():
            return state.variance()
        case states.Extreme(value=value):
            return value
        case states.Listed(rows=rows):
            return tuple(rows)
        case states.Hashes(hashes=hashes):
            return spell_hashes(hashes)
        case _ as never:
            assert_never(never)


def _scalar(answer: Answer) -> Scalar:
    if isinstance(answer, tuple):
        raise Incomparable(f"{counted(len(answer), 'row was', 'rows were')} answered where one value was expected")
    return answer
