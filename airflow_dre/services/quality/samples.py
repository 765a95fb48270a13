"""Keeping a few failing rows of the checks that failed or warned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from airflow_dre.checks.aspects.failing import failing_rows_of
from airflow_dre.checks.aspects.row_reasons import row_reason
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
    """How many failing rows of each check are kept, with which columns and for how long, and what is masked."""

    rows: int = 0
    key_columns: tuple[str, ...] = ()
    mask: Mask = field(default_factory=Mask)
    keep_for: timedelta = timedelta(days=7)


def with_samples(
    checks: Sequence[Check],
    results: tuple[ResultRecord, ...],
    found: AnswersByMetric,
    scope: Scope,
    engine: Engine,
    plan: SamplePlan,
    now: datetime,
) -> tuple[ResultRecord, ...]:
    """Return the results, with a sample beside each that failed or warned: one statement each. Verdicts stay as they are, whatever happens.

    :param found: the answers that the verdicts rest on.
    """
    if plan.rows == 0:
        return results
    sampled, gone = [], None
    for check, result in zip(checks, results, strict=True):
        if result.outcome not in (Outcome.FAILED, Outcome.WARNED):
            sampled.append(result)
            continue
        sample = Sample(expires_at=now + plan.keep_for, missing=gone)
        if gone is None:
            try:
                sample = _sample_again(check, failing_rows_of(check, found), scope, engine, plan, sample)
            except (WarehouseError, DefinitionError) as error:
                said = without_quotes(str(error), (*check.columns, *scope.table)) if plan.mask.columns else str(error)
                sample = replace(sample, missing=masked_line(f"the rows could not be read: {said}", REASON))
                if not isinstance(error, (QueryFailed, DefinitionError)):
                    gone = sample.missing  # each further statement would wait for the warehouse as long
        sampled.append(replace(result, sample=sample))
    return tuple(sampled)


def _sample_again(check: Check, metric: Metric | None, scope: Scope, engine: Engine, plan: SamplePlan, empty: Sample) -> Sample:
    """Return a sample; one that reads a column which no check reads may put right the guessed type of that."""
    try:
        return _sample(check, metric, scope, engine, plan, empty)
    except TypesChanged:
        return _sample(check, metric, scope, engine, plan, empty)


def _sample(check: Check, metric: Metric | None, scope: Scope, engine: Engine, plan: SamplePlan, empty: Sample) -> Sample:
    if metric is None:
        return replace(empty, missing=_NO_ROW)
    columns = dict.fromkeys([*plan.key_columns, *([check.options.by] if check.options.by is not None else []), *check.columns])
    query = sample_of(metric, scope, tuple(columns), plan.rows)
    if isinstance(query, Refusal):
        return replace(empty, missing=query.reason)
    rows = tuple(_kept(row, query, plan.mask) for row in engine.fetch_rows(query.sql, plan.rows))
    reason = masked_line(row_reason(check, metric), REASON)
    return replace(empty, columns=query.columns, rows=rows, reason=reason, missing=None if rows else _GONE)


def _kept(row: Row, query: SampleQuery, mask: Mask) -> tuple[str | None, ...]:
    """Return the row as text, masked; a column that is made of a masked one is masked too."""
    return tuple(
        HIDDEN if value is not None and any(mask.hides(source) for source in sources) else mask.cell(name, value)
        for name, sources, value in zip(query.columns, query.sources, row, strict=True)
    )
