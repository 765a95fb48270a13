"""The run of a suite: all queries first, then the judgement of every check."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import AnswersByMetric, first_round, second_round
from airflow_dre.checks.metrics import TableColumns
from airflow_dre.checks.outcomes import Judgement
from airflow_dre.errors import TypesChanged
from airflow_dre.privacy.masking import Mask
from airflow_dre.services.quality.answers import AnswerSet, CountingEngine, Engine, ResultHistory, answer_metrics
from airflow_dre.services.quality.catalogue import learn_types, refuse_by_types, settle_by_constraints
from airflow_dre.services.quality.record import Measurement, judge_check, record_check, record_run
from airflow_dre.services.quality.samples import SamplePlan, SampleSource, with_samples
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName


class NamedEngine(Engine, Protocol):
    """An engine with a name and a count of its queries."""

    @property
    def queries(self) -> int: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Checks of one dataset under one name."""

    name: str
    dataset: DatasetName
    scope: Scope
    checks: tuple[Check, ...]
    trust_constraints: bool = False
    """True if a constraint that the database enforces may answer a check without a scan."""
    context: RunContext = field(default_factory=RunContext)


class AnswerStrategy(Protocol):
    """A strategy for answering the metrics of checks, which returns the known answers and its own."""

    def __call__(
        self, checks: Sequence[Check], scope: Scope, engine: CountingEngine, known: AnswerSet, history: ResultHistory | None, /
    ) -> AnswerSet: ...


def answer_rows(
    checks: Sequence[Check], scope: Scope, engine: CountingEngine, known: AnswerSet, history: ResultHistory | None
) -> AnswerSet:
    """Answer from all rows, in two rounds, because some metrics depend on the first answers."""
    first = answer_metrics((metric for check in checks for metric in first_round(check)), scope, engine, known, history)
    return answer_metrics((metric for check in checks for metric in second_round(check, first.values)), scope, engine, first)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """The record of a suite run, and the answers that its outcomes rest on."""

    record: SuiteRunRecord
    answers: AnswersByMetric


def run_suite(
    suite: Suite,
    engine: NamedEngine,
    now: datetime,
    history: ResultHistory | None = None,
    samples: SamplePlan | None = None,
    strategy: AnswerStrategy = answer_rows,
) -> SuiteRun:
    """Query the source, judge every check of a suite, and return the record with the answers.

    :param history: memory of earlier results, for checks that compare with them.
    :param samples: which failing rows are kept, and which values are masked. None: no row and no mask.
    :param strategy: how metrics are answered. The default reads all rows.
    :raises DefinitionError: SQL that a Dag author wrote is invalid.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    started, asked_before, counting = time.perf_counter(), engine.queries, CountingEngine(engine)
    try:
        settled, scope, answered = _answer(suite, counting, history, strategy)
    except TypesChanged:
        settled, scope, answered = _answer(suite, counting, history, strategy)
    mask = Mask() if samples is None else samples.mask
    table = suite.dataset.name
    results = tuple(
        record_check(check, settled[check.id], None, mask, table) if check.id in settled else judge_check(check, answered, now, mask, table)
        for check in suite.checks
    )
    if samples is not None:
        judged = list(zip(suite.checks, results, strict=True))
        results = with_samples(judged, answered.values, SampleSource(scope, engine), samples, now)
    measured = Measurement(
        engine=engine.name,
        queries=engine.queries - asked_before - counting.lookups,
        lookups=counting.lookups,
        partitions=answered.partitions,
        row_filter=suite.scope.where,
        measured_at=now,
        seconds=time.perf_counter() - started,
    )
    return SuiteRun(record_run(suite, results, measured), answered.values)


def _answer(
    suite: Suite, engine: CountingEngine, history: ResultHistory | None, strategy: AnswerStrategy
) -> tuple[dict[str, Judgement], Scope, AnswerSet]:
    """Answer the checks of a suite.

    Return the judgements that need no query, by check id, the scope with the types of its columns, and the answers.

    :raises TypesChanged: the rows contradict a guessed type, which is now corrected.
    """
    if suite.scope.readings is not None and any(TableColumns() in first_round(check) for check in suite.checks):
        suite.scope.readings.settle()
    settled = settle_by_constraints(suite.checks, suite.scope, engine) if suite.trust_constraints else {}
    scope, known = learn_types([check for check in suite.checks if check.id not in settled], suite.scope, engine)
    settled = {**refuse_by_types(suite.checks, scope), **settled}
    return settled, scope, strategy([check for check in suite.checks if check.id not in settled], scope, engine, known, history)
