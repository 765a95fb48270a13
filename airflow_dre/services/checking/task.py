"""A task that checks data: read from its rendered arguments, and run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.clock import now
from airflow_dre.errors import DefinitionError
from airflow_dre.partitions.arguments import Choice, find_partition_problems
from airflow_dre.partitions.values import split_by
from airflow_dre.services.checking.arguments import CheckArguments, find_kept_secrets
from airflow_dre.services.partitions.run import Partitioning, ask_partitions
from airflow_dre.services.quality.run import AnswerStrategy, Suite, answer_rows, run_suite
from airflow_dre.services.quality.samples import SamplePlan
from airflow_dre.services.quality.source import DataSpec, GivenData, Source, TableSpec
from airflow_dre.services.quality.source_of import open_source
from airflow_dre.services.quarantine.options import QuarantineOptions
from airflow_dre.services.quarantine.task import PlannedQuarantine, QuarantineReport, plan_quarantine, quarantine_rows
from airflow_dre.services.run_context import RunContext
from airflow_dre.services.wiring import Wiring, read_wiring
from airflow_dre.store.records import SuiteRunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTask:
    """A suite of checks, the source of its rows, and what is done with the rows that break it."""

    wiring: Wiring
    suite: str
    checks: tuple[Check, ...]
    source: TableSpec | GivenData
    trust_constraints: bool
    partitioning: Partitioning | None
    """How the table is split. None: all rows are read."""
    samples: SamplePlan
    quarantine: QuarantineOptions


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The results of a task, and the rows that it still has to quarantine."""

    task: CheckTask
    run: SuiteRunRecord
    quarantine: PlannedQuarantine | None = None

    @property
    def incident_note(self) -> str:
        """The text that an incident adds to its detail."""
        return "" if self.quarantine is None else self.quarantine.incident_note


def read_task(arguments: CheckArguments, load: Callable[[], object], hook: Callable[[], object]) -> CheckTask:
    """Return the task that rendered arguments describe.

    :param load: returns the data, of a task that checks data instead of a table.
    :param hook: returns the hook of the connection.
    :raises DefinitionError: lists every argument that is invalid.
    """
    checks, wiring = parse_checks(arguments.checks), read_wiring()
    return CheckTask(
        wiring=wiring,
        suite=arguments.suite,
        checks=checks,
        source=_read_source(arguments, load, hook, wiring),
        trust_constraints=arguments.trust_constraints,
        partitioning=_read_partitioning(arguments, checks),
        samples=_read_samples(arguments, wiring),
        quarantine=arguments.quarantine_options,
    )


def run_task(task: CheckTask, context: RunContext) -> TaskResult:
    """Run the checks of a task. Nothing is kept yet, and no row is quarantined.

    :raises DefinitionError: SQL that a Dag author wrote is invalid, or the database does not support it.
    :raises WarehouseUnreachable: the warehouse does not answer.
    :raises FilesUnreachable: there are no files, or their store does not answer.
    """
    with open_source(task.source) as source:
        suite = Suite(
            name=task.suite,
            dataset=source.dataset,
            scope=source.scope,
            checks=task.checks,
            trust_constraints=task.trust_constraints,
            context=context,
        )
        moment, history = now(), task.wiring.history(suite.dataset, suite.name)
        run = run_suite(suite, source.engine, moment, history, task.samples, _strategy(task, suite, source, moment))
        return TaskResult(task, run.record, plan_quarantine(task.quarantine, run, task.checks, source.scope))


def finish_task(result: TaskResult) -> QuarantineReport | None:
    """Quarantine the rows of a task whose results are kept, or return None if it has no quarantine.

    :raises DefinitionError: the quarantine table does not fit, or the database does not support it.
    :raises QuarantineError: more rows than allowed break the checks, or other rows would change.
    :raises WarehouseError: the warehouse refused a statement or does not answer.
    """
    if result.quarantine is None or isinstance(result.task.source, GivenData):
        return None
    return quarantine_rows(result.quarantine, result.task.source, result.task.wiring.settings)


def _read_source(
    arguments: CheckArguments, load: Callable[[], object], hook: Callable[[], object], wiring: Wiring
) -> TableSpec | GivenData:
    where, timeout = arguments.where or None, arguments.timeout
    if arguments.data is None:
        return TableSpec(conn_id=str(arguments.conn_id), table=arguments.table or "", hook=hook, where=where, timeout=timeout)
    spec = DataSpec(
        subject=arguments.subject,
        task=arguments.task,
        dataset=arguments.dataset or None,
        where=where,
        timeout=timeout,
        read_options=arguments.read_options or {},
        memory_limit=wiring.settings.duckdb_memory_limit,
    )
    return GivenData(load, spec)


def _read_partitioning(arguments: CheckArguments, checks: tuple[Check, ...]) -> Partitioning | None:
    if arguments.partition_by is None:
        return None
    problems = find_partition_problems(arguments.subject, (), arguments.partition_by, arguments.partitions, arguments.changes)
    problems += find_kept_secrets(arguments, checks)
    if problems:
        raise DefinitionError(problems)
    by, choice = split_by(arguments.partition_by), Choice(arguments.partitions)
    return Partitioning(by=by, choice=choice, changes=arguments.changes, read_options=arguments.read_options or {})


def _read_samples(arguments: CheckArguments, wiring: Wiring) -> SamplePlan:
    if arguments.sample_rows == 0:
        return SamplePlan(mask=arguments.mask)
    return SamplePlan(
        rows=arguments.sample_rows,
        key_columns=tuple(arguments.key_columns),
        mask=arguments.mask,
        keep_for=wiring.settings.sample_retention,
    )


def _strategy(task: CheckTask, suite: Suite, source: Source, moment: datetime) -> AnswerStrategy:
    """Return how the metrics are answered: from all rows, or from the states of partitions."""
    if task.partitioning is None:
        return answer_rows
    partitioning = replace(task.partitioning, versions=source.versions)
    return ask_partitions(suite, partitioning, task.wiring.partition_states(suite.dataset), moment)
