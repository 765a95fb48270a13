"""The record of a suite run and of each of its results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import Unanswered, evaluate, first_round, score, second_round
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.outcomes import Judgement, worst
from airflow_dre.privacy.masking import Mask, masked
from airflow_dre.services.quality.answers import AnswerSet
from airflow_dre.services.quality.redact import Redaction, redacted_result
from airflow_dre.services.run_context import RunContext
from airflow_dre.store.records import Definition, ResultRecord, SuiteRunRecord
from airflow_dre.values.dataset import DatasetName

__all__ = ["Measurement", "SuiteIdentity", "SuiteRunRecord", "judge_check", "record_check", "record_run"]


class SuiteIdentity(Protocol):
    """The name of a suite, its dataset, and the context of the run."""

    @property
    def name(self) -> str: ...
    @property
    def dataset(self) -> DatasetName: ...
    @property
    def context(self) -> RunContext: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Engine, number of queries, moment and duration of a run."""

    engine: str
    queries: int
    """Number of statements, without the look-ups."""
    measured_at: datetime
    seconds: float
    lookups: int = 0
    """Number of statements that read only the catalogue."""
    partitions: tuple[int, int] | None = None
    """Number of partitions that were scanned, and of all. None: the table was not split."""
    row_filter: str | None = None


def record_run(
    identity: SuiteIdentity,
    results: tuple[ResultRecord, ...],
    measured: Measurement,
) -> SuiteRunRecord:
    """Return the record of a run, by our own checks or by another tool."""
    outcomes = [result.outcome for result in results]
    context, dataset = identity.context, identity.dataset
    return SuiteRunRecord(
        namespace=dataset.namespace,
        name=dataset.name,
        suite=identity.name,
        origin=context.origin,
        engine=measured.engine,
        outcome=worst(outcomes),
        score=score(outcomes),
        queries=measured.queries,
        measured_at=measured.measured_at,
        seconds=round(measured.seconds, 6),
        row_filter=measured.row_filter,
        lookups=measured.lookups,
        partitions=measured.partitions,
        dag_version=context.dag_version,
        data_interval_start=context.data_interval_start,
        data_interval_end=context.data_interval_end,
        partition_key=context.partition_key,
        results=results,
    )


def judge_check(check: Check, answered: AnswerSet, now: datetime, mask: Mask, dataset: str) -> ResultRecord:
    """Return the result of a check by its answers, with every value masked that must not leave.

    :param mask: the columns whose values are hidden.
    :param dataset: name of the dataset, which messages may quote.
    """
    culprit = _culprit(check, answered)
    statement = answered.statements.get(culprit)
    if statement is not None and culprit in second_round(check, answered.values):  # it quotes earlier answers
        statement = None if mask.columns else masked(statement)
    return record_check(check, evaluate(check, answered.values, now), statement, mask, dataset)


def record_check(check: Check, judgement: Judgement, statement: str | None, mask: Mask, dataset: str) -> ResultRecord:
    """Return the record of a judgement, with every value masked that must not leave.

    :param statement: the SQL that explains it; None: no query was needed.
    :param mask: the columns whose values are hidden.
    :param dataset: name of the dataset, which messages may quote.
    """
    options = check.options
    definition = Definition(
        name=check.name,
        kind=check.kind,
        columns=check.columns,
        dimension=check.dimension.value,
        severity=options.severity.value,
        where=options.where,
        by=options.by,
        description=options.description,
        owner=options.owner,
        runbook=options.runbook,
        tags=options.tags,
    )
    redaction = Redaction(definition=definition, mask=mask, dataset=dataset, sql_words=check.sql_words)
    return redacted_result(check.id, judgement, statement, redaction)


def _culprit(check: Check, answered: AnswerSet) -> Metric:
    """Return the metric whose statement explains the outcome best: the one that was refused, or else the one that was judged."""
    metrics = (*first_round(check), *second_round(check, answered.values))
    return next((metric for metric in metrics if isinstance(answered.values.get(metric), Unanswered)), metrics[-1])
