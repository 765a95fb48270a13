"""The judgement of a whole table from a scan of few partitions and the kept states of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import Unanswered, first_round
from airflow_dre.checks.metrics import GroupBy, Metric, PerSegment
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.partitions.arguments import Choice
from airflow_dre.partitions.merging import StateSpec, Unmergeable, partition_column, state_spec_of, unmergeable_problems
from airflow_dre.partitions.selection import Asked, Named, Span
from airflow_dre.partitions.values import latest_names
from airflow_dre.services.partitions.scans import ScanResult, find_split_error
from airflow_dre.services.partitions.table import Findings, PartitionedTable, example, recall, scan_all, scan_missing
from airflow_dre.services.partitions.versions import read_catalogue, read_versions_of, scan_listed, scan_native
from airflow_dre.services.partitions.whole import WholeTable, states_to_keep
from airflow_dre.services.quality.answers import AnswerSet, CountingEngine, ResultHistory, answer_metrics
from airflow_dre.services.quality.run import AnswerStrategy, Suite
from airflow_dre.sql.determinism import nondeterminism_problems
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.store.records import PartitionState, PartitionStates
from airflow_dre.values.digest import digest
from airflow_dre.values.scalars import Incomparable, Row

log = logging.getLogger(__name__)
_FORMAT = 1
"""Version of the kept states. A new number starts afresh."""


class PartitionStateStore(Protocol):
    """A store of the states of partitions."""

    def read(self, split: str, forms: Sequence[str]) -> Sequence[PartitionState]:
        """Return the kept states of some specs.

        :raises StoreError: the store cannot be read, so that the task is to be retried.
        """

    def save(self, found: PartitionStates) -> None:
        """Keep the states of one scan, now or later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """The partitions of a table, and the choice of those that a run scans."""

    by: GroupBy
    choice: Choice = Choice.RUN
    changes: str | None = None
    """A SELECT of partitions and their versions."""
    versions: Callable[[str], Sequence[Row]] | None = None
    """Partitions by a column and their versions, where folders of files show them."""
    read_options: Mapping[str, Any] = field(default_factory=dict)
    """Options for reading files, which may change their values."""


def ask_partitions(suite: Suite, partitioning: Partitioning, store: PartitionStateStore, now: datetime) -> AnswerStrategy:
    """Return a strategy that answers checks about the whole table from a scan of few of its partitions.

    :raises DefinitionError: a check does not merge, or SQL is invalid. At the call: the run names no partition.
    """
    problems = unmergeable_problems(suite.checks, partitioning.by) + nondeterminism_problems(suite.checks, partitioning.by, suite.scope)
    if problems:
        raise DefinitionError(problems)
    return _AskPartitions(suite, partitioning, store, now)


def asked_of(suite: Suite) -> Asked:
    """Return the partitions that the run names.

    :raises DefinitionError: the run has neither a partition key nor a data interval.
    """
    context = suite.context
    asked = Asked(key=context.partition_key, start=context.data_interval_start, end=context.data_interval_end)
    if asked.key is None and (asked.start is None or asked.end is None):
        allowed = (
            "a run with a partition key, or with a data interval; this one has neither. Trigger it with a partition key or a logical "
            "date, or set partitions='changed' or partitions='all'"
        )
        raise DefinitionError([Problem(f"suite {suite.name}", "partitions", Choice.RUN.value, allowed)])
    return asked


@dataclass(frozen=True, slots=True)
class _AskPartitions:
    """The strategy that answers checks from the states of partitions."""

    suite: Suite
    partitioning: Partitioning
    store: PartitionStateStore
    now: datetime

    def __call__(
        self, checks: Sequence[Check], scope: Scope, engine: CountingEngine, known: AnswerSet, history: ResultHistory | None, /
    ) -> AnswerSet:
        metrics = dict.fromkeys(metric for check in checks for metric in first_round(check))
        known = answer_metrics((metric for metric in metrics if not metric.reads_rows), scope, engine, known, history)
        specs = {metric: spec for metric in metrics if (spec := self._spec(metric)) is not None}
        if not specs:
            return known
        try:
            whole = self._scan({spec.key: spec for spec in specs.values()}, scope, engine)
        except Incomparable as unlike:
            whole = Unanswered(str(unlike))
        if isinstance(whole, Unanswered):
            return replace(known, values={**known.values, **dict.fromkeys(specs, whole)})
        values = {metric: whole.answer(metric, spec) for metric, spec in specs.items()}
        statements = {metric: whole.result.statements[spec.key] for metric, spec in specs.items() if spec.key in whole.result.statements}
        return AnswerSet({**known.values, **values}, {**known.statements, **statements}, whole.counts())

    def _spec(self, metric: Metric) -> StateSpec | None:
        if not metric.reads_rows:
            return None
        spec = state_spec_of(metric.metric if isinstance(metric, PerSegment) else metric, partition_column(self.partitioning.by))
        if isinstance(spec, Unmergeable):
            raise TypeError(f"{metric} does not merge and should have been refused: {spec.reason}")
        return spec

    def _scan(self, specs: Mapping[str, StateSpec], scope: Scope, engine: CountingEngine) -> WholeTable | Unanswered:
        """Scan the partitions of this run, keep their states, and return the whole table or why nothing can be judged."""
        name, by, choice = ".".join(scope.table), self.partitioning.by, self.partitioning.choice
        asked = asked_of(self.suite) if choice is Choice.RUN else None
        listed = self._listed(scope, engine) if choice is Choice.CHANGED else None
        natives = read_catalogue(scope, engine) if choice is Choice.CHANGED and listed is None else None
        split = self._split()
        table = PartitionedTable(specs, by, scope, engine, recall(self.store.read(split, list(specs))))
        if not table.known:
            error = find_split_error(by, scope, engine)
            if error is not None:
                return Unanswered(error)
            log.info("airflow-dre: no partition of %s is known yet: scanning all of them at once", name)
        if asked is not None:
            findings = _scan_asked(table, asked)
        elif listed is not None:
            findings = scan_listed(table, listed)
        elif natives is not None:
            findings = scan_native(table, natives)
        else:
            findings = scan_all(table)
        if table.unanswered(findings.result):
            return Unanswered(next(iter(findings.result.refused.values())))
        findings = scan_missing(table, findings)
        whole = self._save(split, table, findings)
        log.info("airflow-dre: scanned %d of %d partitions of %s", *whole.counts(), name)
        return whole if findings.reason is None else Unanswered(findings.reason)

    def _listed(self, scope: Scope, engine: CountingEngine) -> Sequence[Row] | None:
        """Return partitions and their versions from ``changes=`` or from folders, or None for those of the catalogue."""
        changes, versions = self.partitioning.changes, self.partitioning.versions
        if changes is not None:
            return read_versions_of(changes, scope, engine)
        if versions is None:
            return None
        column = partition_column(self.partitioning.by)
        if column is None:
            raise Incomparable("files lie in folders of a column, and partition_by is an expression: set changes=")
        return versions(column)

    def _split(self) -> str:
        scope, by = self.suite.scope, self.partitioning.by
        dataset = self.suite.dataset
        read = [repr(sorted(self.partitioning.read_options.items()))] if self.partitioning.read_options else []
        return digest(_FORMAT, dataset.namespace, dataset.name, scope.dialect.name, scope.where, repr(by), *read)[:32]

    def _save(self, split: str, table: PartitionedTable, findings: Findings) -> WholeTable:
        """Keep the states of a scan and return the whole table."""
        states, unkept = states_to_keep(table, findings.result)
        self.store.save(
            PartitionStates(
                split=split,
                namespace=self.suite.dataset.namespace,
                name=self.suite.dataset.name,
                measured_at=self.now,
                run_id=self.suite.context.origin.run_id,
                states=tuple(states),
                gone=tuple(sorted(findings.gone - findings.result.scans.keys())),
            )
        )
        return WholeTable.of(table, findings, unkept)


def _scan_asked(table: PartitionedTable, asked: Asked) -> Findings:
    """Return a scan of the partitions of the run, or of all partitions where no earlier run kept any."""
    result, like = ScanResult(), example(table.known)
    if like is None:
        result = table.scan(None)
        like = example(result.scans)
    if table.unanswered(result):
        return Findings(result=result)
    if like is None:
        return Findings(result=result, reason=f"partition {asked} was asked for, and the table has none")
    try:
        meant = asked.among(like)
    except Incomparable as unlike:
        return Findings(result=result, reason=f"partition {asked} was asked for: {unlike}")
    if not result.scans:
        result = result.then(table.scan(_filter(table.by, meant)))
    if table.unanswered(result):
        return Findings(result=result)
    known = [text for text, scan in table.known.items() if meant.holds(scan.value)]
    result = result.with_empty(known, table.specs)
    if known or any(meant.holds(scan.value) for scan in result.scans.values()):
        return Findings(result=result)
    latest = latest_names(scan.value for scan in {**table.known, **result.scans}.values() if scan.rows)
    return Findings(result=result, reason=f"partition {asked} has no rows and never had any; the last that have: {latest}")


def _filter(by: GroupBy, meant: Named | Span) -> PartitionFilter:
    if isinstance(meant, Named):
        return PartitionFilter(by=by, values=(meant.value,))
    return PartitionFilter(by=by, spans=((meant.low, meant.high),))
