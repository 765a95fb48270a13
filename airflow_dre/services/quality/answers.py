"""Asking a plan so that one culprit never hides the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from airflow_dre.checks.judging import Unanswered
from airflow_dre.checks.metrics import LastPassed, Metric, PerSegment
from airflow_dre.errors import QueryFailed, StatementTimeout, StoreError
from airflow_dre.sql.plan import MOST_ROWS, Statement, one, plan, probe, scan, shares_scan
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.uniqueness import proof_of_uniqueness
from airflow_dre.values.scalars import Answer, Row


class Engine(Protocol):
    """Whoever answers statements."""

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: the statement was refused.
        :raises airflow_dre.errors.WarehouseUnreachable: nobody answers.
        """


class ResultHistory(Protocol):
    """Whoever remembers what checks observed."""

    def last_passed(self, check_id: str) -> str | None:
        """What a check observed when it last passed, as text; None where it never did.

        :raises StoreError: the store cannot be read.
        """


@dataclass(slots=True)
class AnswerSet:
    """What came back: a value or a reason for each metric, and the statement that was asked last for it."""

    values: dict[Metric, Answer | Unanswered] = field(default_factory=dict)
    statements: dict[Metric, str] = field(default_factory=dict)
    lookups: int = 0
    """Statements that read only the catalogue."""
    partitions: tuple[int, int] | None = None
    """Partitions that were scanned, and all whose states were merged; None: the rows were looked at, and no states."""


def answer_metrics(
    metrics: Iterable[Metric], scope: Scope, engine: Engine, answered: AnswerSet, history: ResultHistory | None = None
) -> None:
    """Ask for ``metrics``; a statement that is refused is split until the culprit stands alone, and only that one stays unanswered.

    A statement that takes too long is not split: each half might take as long again.

    :param answered: what was answered before; the new answers are added.
    :raises DefinitionError: SQL that a Dag author wrote is not what it must be, or the database cannot ask it.
    :raises WarehouseUnreachable: nobody answers.
    """
    new = [metric for metric in dict.fromkeys(metrics) if metric not in answered.values]
    proofs = {metric: proof for metric in new if (proof := proof_of_uniqueness(metric, scope.dialect)) is not None}
    _ask_all([proofs.get(metric, metric) for metric in new], scope, engine, answered)
    for metric, proof in proofs.items():
        if answered.values[proof] == 0:
            answered.values[metric] = 0
            answered.statements[metric] = answered.statements[proof]
    _ask_all([metric for metric in proofs if metric not in answered.values], scope, engine, answered)
    for metric in new:
        if isinstance(metric, LastPassed):
            answered.values[metric] = _remember(metric, history)


def _ask_all(metrics: Iterable[Metric], scope: Scope, engine: Engine, answered: AnswerSet) -> None:
    for statement in plan([metric for metric in metrics if metric not in answered.values], scope):
        refusal = _ask(statement, engine, answered)
        if refusal is None or len(statement.metrics) == 1 or isinstance(refusal, StatementTimeout):
            continue
        broken = _why_broken(scope, engine)
        if broken is not None:
            answered.values |= dict.fromkeys(_keys(statement), Unanswered(broken))
        else:
            _ask_parts(statement, scope, engine, answered)


def _keys(statement: Statement) -> tuple[Metric, ...]:
    """Return the metrics as they were asked for."""
    if statement.by is None:
        return statement.metrics
    return tuple(PerSegment(by=statement.by, metric=metric) for metric in statement.metrics)


def _ask(statement: Statement, engine: Engine, answered: AnswerSet) -> QueryFailed | None:
    """Ask one statement; the error where it was refused."""
    keys = _keys(statement)
    answered.statements |= dict.fromkeys(keys, statement.sql)
    answered.lookups += statement.looks_up
    try:
        rows = engine.fetch_rows(statement.sql, statement.most_rows)
    except QueryFailed as refused:
        answered.values |= dict.fromkeys(keys, Unanswered(str(refused)))
        return refused
    answered.values |= _read(statement, keys, rows)
    return None


def _read(statement: Statement, keys: tuple[Metric, ...], rows: Sequence[Row]) -> dict[Metric, Answer | Unanswered]:
    if statement.lists:
        if len(rows) > MOST_ROWS:
            return dict.fromkeys(keys, Unanswered(f"more than {MOST_ROWS} rows: narrow them with where, or ask for a larger unit"))
        if len(keys) == 1:
            return {keys[0]: tuple(tuple(row) for row in rows)}
        return {key: tuple((*row[: -len(keys)], row[place - len(keys)]) for row in rows) for place, key in enumerate(keys)}
    if statement.branches:
        counted = {keys[int(str(row[0]))]: row[1] for row in rows if row[0] is not None}
        quantiles = next((row[2:] for row in rows if row[0] is None), ())
        return {**counted, **dict(zip(keys[len(counted) :], quantiles, strict=True))}
    if statement.by is not None:
        return {key: tuple((row[0], row[place]) for row in rows) for place, key in enumerate(keys, start=1)}
    if len(rows) > 1:
        return dict.fromkeys(keys, Unanswered("it gives more than one row, and one value was asked for"))
    row = rows[0] if rows else ()
    padded = [*row, *[None] * (len(keys) - len(row))]
    return dict(zip(keys, padded, strict=True))


def _why_broken(scope: Scope, engine: Engine) -> str | None:
    """Why no metric can be answered at all: the table or the row filter of the suite is wrong. None where they are fine."""
    try:
        engine.fetch_rows(probe(scope), 1)
    except QueryFailed as refused:
        return str(refused)
    return None


def _ask_parts(statement: Statement, scope: Scope, engine: Engine, answered: AnswerSet) -> None:
    """Ask the halves of a scan, or each metric of any other statement alone."""
    metrics = statement.metrics
    middle = len(metrics) // 2
    halves = (
        [metrics[:middle], metrics[middle:]] if shares_scan(metrics[0], scope.dialect, statement.by) else [(metric,) for metric in metrics]
    )
    for half in halves:
        part = one(half[0], scope, statement.by) if len(half) == 1 else scan(half, scope, statement.by)
        refusal = _ask(part, engine, answered)
        if refusal is not None and len(half) > 1 and not isinstance(refusal, StatementTimeout):
            _ask_parts(part, scope, engine, answered)


def _remember(metric: LastPassed, history: ResultHistory | None) -> Answer | Unanswered:
    if history is None:
        return None
    try:
        return history.last_passed(metric.check_id)
    except StoreError as down:
        return Unanswered(f"the results store, which remembers the last run, cannot be read: {down}")
