"""Running a suite: ask once, judge everything, keep it, and only then let the task decide."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import first_round, second_round
from airflow_dre.checks.kinds.metrics import MetricSql
from airflow_dre.checks.metrics import TableColumns
from airflow_dre.checks.outcomes import Judgement
from airflow_dre.errors import TypesChanged
from airflow_dre.privacy.masking import Mask
from airflow_dre.services.quality.answers import AnswerSet, Engine, ResultHistory, answer_metrics
from airflow_dre.services.quality.catalogue import learn_types, refuse_by_types, settle_by_constraints
from airflow_dre.services.quality.record import _WORD, _judged, _record, record_run
from airflow_dre.services.quality.samples import SamplePlan, with_samples
from airflow_dre.services.run_context import RunContext
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName


class NamedEngine(Engine, Protocol):
    """An engine that tells its name and counts what it was asked."""

    queries: int

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
    """Whether a constraint that the database enforces may answer a check without a scan."""
    context: RunContext = field(default_factory=RunContext)


class AnswerStrategy(Protocol):
    """A way of answering checks: what is found is added to what was answered before."""

    def __call__(
        self, checks: Sequence[Check], scope: Scope, engine: NamedEngine, answered: AnswerSet, history: ResultHistory | None, /
    ) -> None: ...


def answer_rows(checks: Sequence[Check], scope: Scope, engine: NamedEngine, answered: AnswerSet, history: ResultHistory | None) -> None:
    """Look at all rows, and then at what only the first answers tell how to ask."""
    answer_metrics((metric for check in checks for metric in first_round(check)), scope, engine, answered, history)
    answer_metrics((metric for check in checks for metric in second_round(check, answered.values)), scope, engine, answered)


def run_suite(
    suite: Suite,
    engine: NamedEngine,
    now: datetime,
    history: ResultHistory | None = None,
    samples: SamplePlan | None = None,
    answered: AnswerSet | None = None,
    ask: AnswerStrategy = answer_rows,
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
    answered = AnswerSet() if answered is None else answered
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


def _answer(
    suite: Suite, engine: NamedEngine, answered: AnswerSet, history: ResultHistory | None, ask: AnswerStrategy
) -> tuple[dict[str, Judgement], Scope]:
    """Answer what a suite asks; return what was judged without an answer, by check id, and the scope with what is known of its columns.

    :raises TypesChanged: rows have shown that a guessed type is another, which is put right.
    """
    if suite.scope.readings is not None and any(TableColumns() in first_round(check) for check in suite.checks):
        suite.scope.readings.settle()
    settled = settle_by_constraints(suite.checks, suite.scope, engine, answered) if suite.trust_constraints else {}
    scope = learn_types([check for check in suite.checks if check.id not in settled], suite.scope, engine, answered)
    settled = {**refuse_by_types(suite.checks, scope), **settled}
    ask([check for check in suite.checks if check.id not in settled], scope, engine, answered, history)
    return settled, scope
