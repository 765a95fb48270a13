"""Judging a whole table of which only some partitions are looked at: the states of the others are kept from earlier runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import Unanswered, questions
from airflow_dre.checks.metrics import Metric, PerSegment, Split
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.partitions.merging import NOT_OF_ROWS, StateSpec, Unmergeable, partition_column, state_spec_of, unmergeable_problems
from airflow_dre.partitions.selection import Asked, Choice, Named, Span
from airflow_dre.partitions.values import some_of
from airflow_dre.services.partitions.scans import why_unreadable
from airflow_dre.services.partitions.table import Table
from airflow_dre.services.partitions.versions import look_at_children, read_catalogue, read_versions_of, versions_like
from airflow_dre.services.quality.answers import AnswerSet, ResultHistory, answer_metrics
from airflow_dre.services.quality.run import AnswerStrategy, NamedEngine, Suite
from airflow_dre.sql.determinism import unsettled_problems
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.store.records import PartitionState, PartitionStates, digest
from airflow_dre.values.scalars import Incomparable, Row

log = logging.getLogger(__name__)
_FORMAT = 1
"""Of what is kept; another number starts afresh."""


class PartitionStateStore(Protocol):
    """Whoever keeps what partitions contribute."""

    def read(self, split: str, forms: Sequence[str]) -> Sequence[PartitionState]:
        """What is known.

        :raises StoreError: it cannot be read, so that the task is to be tried again.
        """

    def save(self, found: PartitionStates) -> None:
        """Keep what one look found; whoever cannot do so now does it later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """How a table is split, and which parts a run looks at."""

    by: Split
    choice: Choice = Choice.RUN
    changes: str | None = None
    """A SELECT of partitions and their versions."""
    versions: Callable[[str], Sequence[Row]] | None = None
    """Partitions by a column and their versions, where folders of files tell them."""
    read_options: Mapping[str, Any] = field(default_factory=dict)
    """How files are read: another way may give other values."""


def ask_partitions(suite: Suite, partitioning: Partitioning, memory: PartitionStateStore, now: datetime) -> AnswerStrategy:
    """Return a way of answering checks about the whole table that looks at few of its partitions.

    :raises DefinitionError: a check cannot be answered so, or SQL is not what it must be. When it is asked: the run names no partition.
    """
    problems = unmergeable_problems(suite.checks, partitioning.by) + unsettled_problems(suite.checks, partitioning.by, suite.scope)
    if problems:
        raise DefinitionError(problems)
    return _Asking(suite, partitioning, memory, now)


def asked_of(suite: Suite) -> Asked:
    """Return the partitions that the context of the run names.

    :raises DefinitionError: they name none.
    """
    context = suite.context
    asked = Asked(key=context.partition_key, start=context.data_interval_start, end=context.data_interval_end)
    if asked.key is None and (asked.start is None or asked.end is None):
        allowed = (
            "a run with a partition key, or with a data interval; this one has neither. Trigger it with a partition key or a logical "
            "date, or look at partitions='changed' or 'all'"
        )
        raise DefinitionError([Problem(f"suite {suite.name}", "partitions", Choice.RUN.value, allowed)])
    return asked


@dataclass(slots=True)
class _Asking:
    """Answers checks from states."""

    suite: Suite
    partitioning: Partitioning
    memory: PartitionStateStore
    now: datetime

    def __call__(
        self, checks: Sequence[Check], scope: Scope, engine: NamedEngine, answered: AnswerSet, history: ResultHistory | None, /
    ) -> None:
        metrics = dict.fromkeys(metric for check in checks for metric in questions(check))
        answer_metrics((metric for metric in metrics if isinstance(metric, NOT_OF_ROWS)), scope, engine, answered, history)
        forms = {metric: form for metric in metrics if (form := self._form(metric)) is not None}
        if not forms:
            return
        try:
            table = Table({form.key: form for form in forms.values()}, self.partitioning.by, scope, engine, answered)
            reason = self._look(table)
        except Incomparable as unlike:
            reason = str(unlike)
        if reason is not None:
            answered.values |= {metric: Unanswered(reason) for metric in forms}
            return
        for metric, form in forms.items():
            answered.values[metric] = table.answer(metric, form)
            if form.key in table.seen.statements:
                answered.statements[metric] = table.seen.statements[form.key]
        answered.partitions = table.counts()

    def _form(self, metric: Metric) -> StateSpec | None:
        if isinstance(metric, NOT_OF_ROWS):
            return None
        form = state_spec_of(metric.metric if isinstance(metric, PerSegment) else metric, partition_column(self.partitioning.by))
        if isinstance(form, Unmergeable):
            raise TypeError(f"{metric} was to be refused: {form.reason}")
        return form

    def _look(self, table: Table) -> str | None:
        """Look at the partitions of this run and keep what was found; why nothing can be judged, or None."""
        split = self._split()
        asked = asked_of(self.suite) if self.partitioning.choice is Choice.RUN else None
        listed = children = None
        if self.partitioning.choice is Choice.CHANGED:
            listed = self._listed(table)
            children = read_catalogue(table.scope, table.engine, table.answered) if listed is None else None
        table.recall(self.memory.read(split, list(table.forms)))
        name = ".".join(table.scope.table)
        if not table.known:
            unreadable = why_unreadable(table.by, table.scope, table.engine)
            table.answered.lookups += 1
            if unreadable is not None:
                return unreadable
            log.info("airflow-dre: nothing is known of the partitions of %s yet: looking at all of them in one scan", name)
        reason = None
        if asked is not None:
            reason = _look_at_asked(table, asked)
        elif listed is not None:
            reason = _look_at_changed(table, listed)
        elif children is not None:
            reason = look_at_children(table, children)
        else:
            table.look(None)
            if not table.unseen_whole():
                table.forget(table.known.keys() - table.seen.looks.keys())
        if table.unseen_whole():
            return next(iter(table.seen.refused.values()))
        table.look_at_lacking()
        self._save(split, table)
        log.info("airflow-dre: looked at %d of %d partitions of %s", *table.counts(), name)
        return reason

    def _listed(self, table: Table) -> Sequence[Row] | None:
        """Return partitions and their versions, by whoever lists them; None: the catalogue has to be asked."""
        changes, versions = self.partitioning.changes, self.partitioning.versions
        if changes is not None:
            return read_versions_of(changes, table.scope, table.engine, table.answered)
        if versions is None:
            return None
        column = partition_column(self.partitioning.by)
        if column is None:
            raise Incomparable("files lie in folders of a column, and partition_by is an expression: give changes=")
        return versions(column)

    def _split(self) -> str:
        scope, by = self.suite.scope, self.partitioning.by
        dataset = self.suite.dataset
        read = [repr(sorted(self.partitioning.read_options.items()))] if self.partitioning.read_options else []
        return digest(_FORMAT, dataset.namespace, dataset.name, scope.dialect.name, scope.where, repr(by), *read)[:32]

    def _save(self, split: str, table: Table) -> None:
        self.memory.save(
            PartitionStates(
                split=split,
                namespace=self.suite.dataset.namespace,
                name=self.suite.dataset.name,
                measured_at=self.now,
                run_id=self.suite.context.origin.run_id,
                states=tuple(table.to_keep()),
                gone=tuple(sorted(table.gone - table.seen.looks.keys())),
            )
        )


def _look_at_asked(table: Table, asked: Asked) -> str | None:
    """Look at the partitions of the run, or at all where none is known; why that tells nothing, or None."""
    like = table.example(table.known)
    if like is None:
        table.look(None)
        like = table.example(table.seen.looks)
    if table.unseen_whole():
        return None
    if like is None:
        return f"partition {asked} was asked for, and the table has none"
    try:
        meant = asked.among(like)
    except Incomparable as unlike:
        return f"partition {asked} was asked for: {unlike}"
    if not table.seen.looks:
        table.look(_only(table.by, meant))
    if table.unseen_whole():
        return None
    known = [text for text, look in table.known.items() if meant.holds(look.value)]
    table.empty(known)
    if known or any(meant.holds(look.value) for look in table.seen.looks.values()):
        return None
    there = some_of(look.value for look in table.everything().values() if look.rows)
    return f"partition {asked} has no rows and never had any; the last that have: {there}"


def _only(by: Split, meant: Named | Span) -> PartitionFilter:
    return (
        PartitionFilter(by=by, values=(meant.value,))
        if isinstance(meant, Named)
        else PartitionFilter(by=by, spans=((meant.low, meant.high),))
    )


def _look_at_changed(table: Table, rows: Sequence[Row]) -> str | None:
    """Look at the partitions with another version, and forget those that are not listed; why that tells nothing, or None."""
    if table.example(table.known) is None:
        table.look(None)
    listed = versions_like(rows, table.example(table.known or table.seen.looks))
    known = table.known
    new = [
        text
        for text, (_, version) in listed.items()
        if text not in table.seen.looks and (text not in known or known[text].mixed or known[text].version != version)
    ]
    if new and not table.unseen_whole():
        table.look(None if len(new) == len(listed) else PartitionFilter(by=table.by, values=tuple(listed[text][0] for text in new)))
    if table.unseen_whole():
        return None
    table.empty(new)
    for text, look in table.seen.looks.items():
        look.version = listed[text][1] if text in listed else None
    table.forget(known.keys() - listed.keys())
    unlisted = [look.value for text, look in table.seen.looks.items() if text not in listed]
    if unlisted:
        named = "NULL" if unlisted == [None] else some_of(unlisted)
        return f"there are rows in partitions that the list of changes does not hold: {named}"
    return None
