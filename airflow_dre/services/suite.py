"""Running a suite: ask once, judge everything, keep it, and only then let the task decide."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import Unanswered, evaluate, further_questions, questions, score
from airflow_dre.checks.kinds.metrics import MetricSql
from airflow_dre.checks.metrics import Metric, TableColumns
from airflow_dre.checks.outcomes import Judgement, Outcome, counted, shown, worst
from airflow_dre.errors import GateError, TypesChanged
from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.incidents.telling import Telling
from airflow_dre.privacy.masking import Mask, masked
from airflow_dre.services.answers import Answered, Engine, History, answer
from airflow_dre.services.catalogue import learn_types, refuse_by_types, settle_by_constraints
from airflow_dre.services.masked_results import mask_result
from airflow_dre.services.samples import SamplePlan, with_samples
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import Definition, Delivery, ResultRecord, SuiteRunRecord
from airflow_dre.values.dataset import DatasetName, short_name
from airflow_dre.values.numbers import as_float
from airflow_dre.values.text_limits import NAME, one_line

_WORD = re.compile(r"\w+")


class NamedEngine(Engine, Protocol):
    """An engine that tells its name and counts what it was asked."""

    queries: int

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When and for whom a suite runs."""

    origin: Origin = field(default_factory=Origin)
    dag_version: str | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    partition_key: str | None = None


class Subject(Protocol):
    """What a run is about: a suite by its name, a dataset, and the circumstances."""

    @property
    def name(self) -> str: ...
    @property
    def dataset(self) -> DatasetName: ...
    @property
    def circumstances(self) -> Circumstances: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Checks of one dataset under one name."""

    name: str
    dataset: DatasetName
    scope: Scope
    checks: tuple[Check, ...]
    trust_constraints: bool = False
    """Whether a constraint that the database enforces may answer a check without a scan."""
    circumstances: Circumstances = field(default_factory=Circumstances)


class Ask(Protocol):
    """A way of answering checks: what is found is added to what was answered before."""

    def __call__(
        self, checks: Sequence[Check], scope: Scope, engine: NamedEngine, answered: Answered, history: History | None, /
    ) -> None: ...


def ask_rows(checks: Sequence[Check], scope: Scope, engine: NamedEngine, answered: Answered, history: History | None) -> None:
    """Look at all rows, and then at what only the first answers tell how to ask."""
    answer((metric for check in checks for metric in questions(check)), scope, engine, answered, history)
    answer((metric for check in checks for metric in further_questions(check, answered.values)), scope, engine, answered)


def run_suite(
    suite: Suite,
    engine: NamedEngine,
    now: datetime,
    history: History | None = None,
    samples: SamplePlan | None = None,
    answered: Answered | None = None,
    ask: Ask = ask_rows,
) -> SuiteRunRecord:
    """Answer and judge every check of a suite.

    :param history: what is asked for earlier results, for checks that compare with them.
    :param answered: where the answers are to stand afterwards, for a caller that goes on asking about the rows.
    :param samples: which failing rows to keep, and what is masked.
    :param ask: how answers are come by.
    :raises DefinitionError: SQL that a Dag author wrote is not what it must be.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    started = time.perf_counter()
    asked_before = engine.queries
    answered = Answered() if answered is None else answered
    try:
        settled, scope = _answer(suite, engine, answered, history, ask)
    except TypesChanged:
        answered.values.clear()
        answered.statements.clear()
        settled, scope = _answer(suite, engine, answered, history, ask)
    mask = Mask() if samples is None else samples.mask
    results = tuple(
        _record(check, settled[check.id], None) if check.id in settled else _judged(check, answered, now, mask) for check in suite.checks
    )
    if samples is not None:
        results = with_samples(suite.checks, results, answered.values, scope, engine, samples, now)
    return record_run(
        suite,
        results,
        engine=engine.name,
        queries=engine.queries - asked_before - answered.lookups,
        lookups=answered.lookups,
        partitions=answered.partitions,
        row_filter=suite.scope.where,
        measured_at=now,
        seconds=time.perf_counter() - started,
        mask=mask,
        named={check.id: _WORD.findall(check.sql) for check in suite.checks if isinstance(check, MetricSql)},
    )


def _answer(suite: Suite, engine: NamedEngine, answered: Answered, history: History | None, ask: Ask) -> tuple[dict[str, Judgement], Scope]:
    """Answer what a suite asks; return what was judged without an answer, by check id, and the scope with what is known of its columns.

    :raises TypesChanged: rows have shown that a guessed type is another, which is put right.
    """
    if suite.scope.readings is not None and any(TableColumns() in questions(check) for check in suite.checks):
        suite.scope.readings.settle()
    settled = settle_by_constraints(suite.checks, suite.scope, engine, answered) if suite.trust_constraints else {}
    scope = learn_types([check for check in suite.checks if check.id not in settled], suite.scope, engine, answered)
    settled = {**refuse_by_types(suite.checks, scope), **settled}
    ask([check for check in suite.checks if check.id not in settled], scope, engine, answered, history)
    return settled, scope


def record_run(
    subject: Subject,
    results: tuple[ResultRecord, ...],
    *,
    engine: str,
    queries: int,
    lookups: int = 0,
    partitions: tuple[int, int] | None = None,
    measured_at: datetime,
    seconds: float,
    row_filter: str | None = None,
    mask: Mask | None = None,
    named: Mapping[str, Collection[str]] | None = None,
) -> SuiteRunRecord:
    """The record of a run, whoever answered; from here on nothing in it needs to be masked.

    :param mask: the columns whose values must not be in it.
    :param named: the words of SQL that checks bring, by their ids.
    """
    outcomes = [result.outcome for result in results]
    around = subject.circumstances
    return SuiteRunRecord(
        namespace=subject.dataset.namespace,
        name=subject.dataset.name,
        suite=subject.name,
        origin=around.origin,
        engine=engine,
        outcome=worst(outcomes),
        score=score(outcomes),
        queries=queries,
        measured_at=measured_at,
        seconds=round(seconds, 6),
        row_filter=row_filter,
        lookups=lookups,
        partitions=partitions,
        dag_version=around.dag_version,
        data_interval_start=around.data_interval_start,
        data_interval_end=around.data_interval_end,
        partition_key=around.partition_key,
        results=tuple(
            mask_result(result, mask or Mask(), subject.dataset.name, (named or {}).get(result.check_id, ())) for result in results
        ),
    )


def _judged(check: Check, answered: Answered, now: datetime, mask: Mask) -> ResultRecord:
    culprit = _culprit(check, answered)
    statement = answered.statements.get(culprit)
    if statement is not None and culprit in further_questions(check, answered.values):  # it quotes earlier answers
        statement = None if mask.columns else masked(statement)
    return _record(check, evaluate(check, answered.values, now), statement)


def _record(check: Check, judgement: Judgement, statement: str | None) -> ResultRecord:
    traits = check.traits
    return ResultRecord(
        check_id=check.id,
        definition=Definition(
            name=check.name,
            kind=check.kind,
            columns=check.columns,
            dimension=check.dimension.value,
            severity=traits.severity.value,
            where=traits.where,
            by=traits.by,
            description=traits.description,
            owner=traits.owner,
            runbook=traits.runbook,
            tags=traits.tags,
        ),
        outcome=judgement.outcome,
        reason=judgement.reason,
        expected=judgement.expected,
        observed=shown(judgement.observed),
        value=as_float(judgement.observed),
        unit=judgement.unit,
        violations=judgement.violations,
        rows=judgement.rows,
        warn=judgement.warn,
        fail=judgement.fail,
        segments=judgement.segments,
        statement=statement,
    )


def _culprit(check: Check, answered: Answered) -> Metric:
    """The metric whose statement explains the outcome best: the one that was refused, or else the one that was judged."""
    metrics = (*questions(check), *further_questions(check, answered.values))
    return next((metric for metric in metrics if isinstance(answered.values.get(metric), Unanswered)), metrics[-1])


def signal_of(run: SuiteRunRecord, *, warnings_count: bool = False) -> Signal | None:
    """Return the signal of a suite run about its dataset; None where nothing was looked at.

    :param warnings_count: whether warnings are a problem too.
    """
    problems = (Outcome.FAILED, Outcome.ERRORED, Outcome.WARNED) if warnings_count else (Outcome.FAILED, Outcome.ERRORED)
    broken = sorted((result for result in run.results if result.outcome in problems), key=lambda result: -result.outcome.rank)
    table = short_name(run.name)
    if run.outcome is Outcome.SKIPPED:
        return None
    event, title = Event.CHECKS_PASSED, f"{table}: all checks of {run.suite} passed"
    why = Explanation()
    if broken:
        event, verb = _BROKEN[run.outcome]
        named = [result for result in broken if run.outcome is Outcome.WARNED or result.outcome is not Outcome.WARNED]
        names = ", ".join(result.definition.name for result in named[:3]) + (", ..." if len(named) > 3 else "")
        title = f"{table}: {len(named)} of {counted(len(run.results), 'check', 'checks')} {verb}: {names}"
        why = explain(
            (f"{result.definition.name}: {result.reason}" for result in broken),
            broken=len(named),
            checks=len(run.results),
            owners=(result.definition.owner for result in broken),
            runbooks=(result.definition.runbook for result in broken),
        )
    return Signal(
        cause=DataCause(namespace=run.namespace, name=run.name, suite=run.suite),
        event=event,
        at=run.measured_at,
        title=title,
        detail="\n".join(f"{result.definition.name}: {result.reason}" for result in broken),
        origin=run.origin,
        explanation=why,
        episode="" if run.origin.run_id is not None else run.measured_at.isoformat(),
        slice=Slice(interval_start=run.data_interval_start, interval_end=run.data_interval_end, partition_key=run.partition_key),
        parts=tuple(result.definition.name for result in broken),
    )


_BROKEN = {
    Outcome.FAILED: (Event.CHECKS_FAILED, "failed"),
    Outcome.ERRORED: (Event.CHECKS_ERRORED, "could not be answered"),
    Outcome.WARNED: (Event.CHECKS_WARNED, "warned"),
}


def delivery_of(run: SuiteRunRecord, note: str = "", telling: Telling | None = None) -> Delivery:
    """Return a suite run and its signal, to be kept together.

    :param note: text that is added to the detail of a problem.
    :param telling: who hears of a problem; None: the default routes alone.
    """
    telling = telling or Telling()
    signal = signal_of(run, warnings_count=telling.warnings_count)
    if signal is not None and note and signal.event.firing:
        signal = replace(signal, detail=f"{signal.detail}\n{note}")
    return Delivery(run=run, signals=() if signal is None else telling.address((signal,)))


GATES = {
    "error": (Outcome.FAILED, Outcome.ERRORED),
    "warn": (Outcome.FAILED, Outcome.ERRORED, Outcome.WARNED),
    "never": (),
}
"""Values of ``fail_on`` and the outcomes that close the gate."""


def check_gates(runs: Iterable[SuiteRunRecord], fail_on: str) -> None:
    """Let good runs pass.

    :raises GateError: one of them holds an outcome that ``fail_on`` does not let pass; names all such checks and their reasons.
    """
    closed = [why for run in runs if (why := _why_closed(run, fail_on)) is not None]
    if closed:
        raise GateError("\n".join(closed))


def _why_closed(run: SuiteRunRecord, fail_on: str) -> str | None:
    stopped = [result for result in run.results if result.outcome in GATES[fail_on]]
    if not stopped:
        return None
    lines = [f"- {result.definition.name} {result.outcome.value}: {result.reason}" for result in stopped]
    count = f"{len(stopped)} of {counted(len(run.results), 'check', 'checks')} of {one_line(short_name(run.name), NAME)}"
    verb = "does" if len(run.results) == 1 else "do"
    return "\n".join([f"{count} {verb} not let the task pass (fail_on={fail_on!r}):", *lines])
