"""Samples of failing rows, of the checks that failed or warned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from airflow_dre.checks.aspects.failing import failing_rows_of, row_reason
from airflow_dre.checks.check import Check
from airflow_dre.checks.judging import AnswersByMetric
from airflow_dre.checks.metrics import Metric
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.errors import DefinitionError, QueryFailed, TypesChanged, WarehouseError
from airflow_dre.privacy.masking import HIDDEN, Mask, masked_line, without_quotes
from airflow_dre.services.quality.answers import Engine
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.quarantine.samples import SampleQuery, sample_of
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import ResultRecord, Sample
from airflow_dre.values.scalars import Row
from airflow_dre.values.text_limits import REASON

_NO_ROW = "no single row is to blame: the check judges all rows together"
_GONE = "the query found no row: the table changed meanwhile"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    """The number of failing rows to keep of each check, their columns, how long they are kept, and the mask."""

    rows: int = 0
    key_columns: tuple[str, ...] = ()
    mask: Mask = field(default_factory=Mask)
    keep_for: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SampleSource:
    """The rows that samples are taken from."""

    scope: Scope
    engine: Engine


def with_samples(
    judged: Sequence[tuple[Check, ResultRecord]], answers: AnswersByMetric, source: SampleSource, plan: SamplePlan, now: datetime
) -> tuple[ResultRecord, ...]:
    """Return the results, with a sample for each that failed or warned.

    Each sample is one statement. Outcomes do not change, even if a statement fails.

    :param judged: checks with their results.
    :param answers: the answers that the results rest on.
    """
    if plan.rows == 0:
        return tuple(result for _, result in judged)
    sampled, gone = [], None
    for check, result in judged:
        if result.outcome not in (Outcome.FAILED, Outcome.WARNED):
            sampled.append(result)
            continue
        sample = Sample(expires_at=now + plan.keep_for, missing=gone)
        if gone is None:
            try:
                sample = _sample_again(check, failing_rows_of(check, answers), source, plan, sample)
            except (WarehouseError, DefinitionError) as error:
                text = without_quotes(str(error), (*check.columns, *source.scope.table)) if plan.mask.columns else str(error)
                sample = replace(sample, missing=masked_line(f"the rows could not be read: {text}", REASON))
                if not isinstance(error, (QueryFailed, DefinitionError)):
                    gone = sample.missing  # each further statement would wait for the warehouse as long
        sampled.append(replace(result, sample=sample))
    return tuple(sampled)


def _sample_again(check: Check, metric: Metric | None, source: SampleSource, plan: SamplePlan, empty: Sample) -> Sample:
    """Return a sample, on the second try if a column that no check reads contradicts its guessed type, which is then corrected."""
    try:
        return _sample(check, metric, source, plan, empty)
    except TypesChanged:
        return _sample(check, metric, source, plan, empty)


def _sample(check: Check, metric: Metric | None, source: SampleSource, plan: SamplePlan, empty: Sample) -> Sample:
    if metric is None:
        return replace(empty, missing=_NO_ROW)
    columns = dict.fromkeys([*plan.key_columns, *([check.options.by] if check.options.by is not None else []), *check.columns])
    query = sample_of(metric, source.scope, tuple(columns), plan.rows)
    if isinstance(query, Refusal):
        return replace(empty, missing=query.reason)
    rows = tuple(_kept(row, query, plan.mask) for row in source.engine.fetch_rows(query.sql, plan.rows))
    reason = masked_line(row_reason(check, metric), REASON)
    return replace(empty, columns=query.columns, rows=rows, reason=reason, missing=None if rows else _GONE)


def _kept(row: Row, query: SampleQuery, mask: Mask) -> tuple[str | None, ...]:
    """Return the row as masked text, where a column computed from a masked one is masked too."""
    return tuple(
        HIDDEN if value is not None and any(mask.hides(source) for source in sources) else mask.cell(name, value)
        for name, sources, value in zip(query.columns, query.sources, row, strict=True)
    )
