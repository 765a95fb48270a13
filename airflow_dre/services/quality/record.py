"""The record of a suite run and of each of its results."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import Unanswered, evaluate, first_round, score, second_round
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.outcomes import Judgement, format_value, worst
from airflow_dre.privacy.masking import Mask, masked
from airflow_dre.services.quality.answers import AnswerSet
from airflow_dre.services.quality.redact import mask_result
from airflow_dre.services.run_context import RunContext
from airflow_dre.store.records import Definition, ResultRecord, SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.numbers import as_float

_WORD = re.compile(r"\w+")


class SuiteIdentity(Protocol):
    """What a run is about: a suite by its name, a dataset, and the context of the run."""

    @property
    def name(self) -> str: ...
    @property
    def dataset(self) -> DatasetName: ...
    @property
    def context(self) -> RunContext: ...


def record_run(
    subject: SuiteIdentity,
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
    """Return the record of a run, whoever answered; from here on nothing in it needs to be masked.

    :param mask: the columns whose values must not be in it.
    :param named: the words of SQL that checks bring, by their ids.
    """
    outcomes = [result.outcome for result in results]
    context = subject.context
    return SuiteRunRecord(
        namespace=subject.dataset.namespace,
        name=subject.dataset.name,
        suite=subject.name,
        origin=context.origin,
        engine=engine,
        outcome=worst(outcomes),
        score=score(outcomes),
        queries=queries,
        measured_at=measured_at,
        seconds=round(seconds, 6),
        row_filter=row_filter,
        lookups=lookups,
        partitions=partitions,
        dag_version=context.dag_version,
        data_interval_start=context.data_interval_start,
        data_interval_end=context.data_interval_end,
        partition_key=context.partition_key,
        results=tuple(
            mask_result(result, mask or Mask(), subject.dataset.name, (named or {}).get(result.check_id, ())) for result in results
        ),
    )


def _judged(check: Check, answered: AnswerSet, now: datetime, mask: Mask) -> ResultRecord:
    culprit = _culprit(check, answered)
    statement = answered.statements.get(culprit)
    if statement is not None and culprit in second_round(check, answered.values):  # it quotes earlier answers
        statement = None if mask.columns else masked(statement)
    return _record(check, evaluate(check, answered.values, now), statement)


def _record(check: Check, judgement: Judgement, statement: str | None) -> ResultRecord:
    traits = check.options
    definition = Definition(
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
    )
    return record_result(check.id, definition, judgement, statement)


def record_result(check_id: str, definition: Definition, judgement: Judgement, statement: str | None) -> ResultRecord:
    """Return the record of a judgement, by our checks or by another tool.

    :param statement: the SQL that the judgement rests on.
    """
    return ResultRecord(
        check_id=check_id,
        definition=definition,
        outcome=judgement.outcome,
        reason=judgement.reason,
        expected=judgement.expected,
        observed=format_value(judgement.observed),
        value=as_float(judgement.observed),
        unit=judgement.unit,
        violations=judgement.violations,
        rows=judgement.rows,
        warn=judgement.warn,
        fail=judgement.fail,
        segments=judgement.segments,
        statement=statement,
    )


def _culprit(check: Check, answered: AnswerSet) -> Metric:
    """Return the metric whose statement explains the outcome best: the one that was refused, or else the one that was judged."""
    metrics = (*first_round(check), *second_round(check, answered.values))
    return next((metric for metric in metrics if isinstance(answered.values.get(metric), Unanswered)), metrics[-1])
