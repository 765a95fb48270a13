"""Answers of a database to metrics, queried so that one culprit never hides the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from airflow_dre.checks.judging import Unanswered
from airflow_dre.checks.metrics import LastPassed, Metric, PerSegment
from airflow_dre.errors import QueryFailed, StatementTimeout, StoreError
from airflow_dre.sql.plan import MOST_ROWS, Statement, one, plan, probe, scan, shares_scan
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.uniqueness import proof_of_uniqueness
from airflow_dre.values.scalars import Answer, Row


class Engine(Protocol):
    """A database that answers statements."""

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement.

        :raises QueryFailed: the statement was refused.
        :raises airflow_dre.errors.WarehouseUnreachable: the warehouse does not answer.
        """


@dataclass(slots=True)
class CountingEngine:
    """An engine that counts the statements which read only the catalogue."""

    engine: Engine
    lookups: int = 0

    def fetch_rows(self, sql: str, most: int) -> Sequence[Row]:
        """Return the first ``most`` rows of a statement. Raise as :meth:`Engine.fetch_rows`."""
        return self.engine.fetch_rows(sql, most)

    def look_up(self, sql: str, most: int) -> Sequence[Row]:
        """Do as :meth:`fetch_rows` for a statement that reads only the catalogue."""
        self.lookups += 1
        return self.engine.fetch_rows(sql, most)


class ResultHistory(Protocol):
    """A memory of what checks observed."""

    def last_passed(self, check_id: str) -> str | None:
        """Return what a check observed when it last passed, as text, or None if it never passed.

        :raises StoreError: the store cannot be read.
        """


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Answers to metrics, or the reasons why there is no answer, with the last statement that was run for each."""

    values: Mapping[Metric, Answer | Unanswered] = field(default_factory=dict)
    statements: Mapping[Metric, str] = field(default_factory=dict)
    partitions: tuple[int, int] | None = None
    """Number of partitions that were scanned, and of all whose states were merged. None: the rows were read, and no states."""


NOTHING = AnswerSet()
"""The answers before the first query."""


def answer_metrics(
    metrics: Iterable[Metric], scope: Scope, engine: CountingEngine, known: AnswerSet = NOTHING, history: ResultHistory | None = None
) -> AnswerSet:
    """Return the known answers and those to ``metrics``, which are queried unless they are known.

    A statement that is refused is split until only the culprit is left unanswered. A statement that takes too long is not split, because
    each half might take as long again.

    :param known: earlier answers about the same rows.
    :param history: memory of earlier runs, for metrics that compare with one.
    :raises DefinitionError: SQL that a Dag author wrote is invalid, or the database does not support it.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    new = [metric for metric in dict.fromkeys(metrics) if metric not in known.values]
    proofs = {metric: proof for metric in new if (proof := proof_of_uniqueness(metric, scope.dialect)) is not None}
    queries = _Queries(scope, engine, dict(known.values), dict(known.statements))
    queries.run([proofs.get(metric, metric) for metric in new])
    for metric, proof in proofs.items():
        if queries.values[proof] == 0:
            queries.values[metric] = 0
            queries.statements[metric] = queries.statements[proof]
    queries.run([metric for metric in proofs if metric not in queries.values])
    values = queries.values | {metric: _remember(metric, history) for metric in new if isinstance(metric, LastPassed)}
    return replace(known, values=values, statements=queries.statements)


@dataclass(slots=True)
class _Queries:
    """The statements of one call of :func:`answer_metrics`, and what they returned so far."""

    scope: Scope
    engine: CountingEngine
    values: dict[Metric, Answer | Unanswered]
    statements: dict[Metric, str]

    def run(self, metrics: Iterable[Metric]) -> None:
        """Run a plan for the metrics that are unknown."""
        for statement in plan([metric for metric in metrics if metric not in self.values], self.scope):
            refusal = self._run_one(statement)
            if refusal is None or len(statement.metrics) == 1 or isinstance(refusal, StatementTimeout):
                continue
            broken = self._find_fault_of_table()
            if broken is not None:
                self.values |= dict.fromkeys(_keys(statement), Unanswered(broken))
            else:
                self._run_parts(statement)

    def _run_one(self, statement: Statement) -> QueryFailed | None:
        """Run one statement, and return the error if it was refused."""
        keys = _keys(statement)
        self.statements |= dict.fromkeys(keys, statement.sql)
        fetch = self.engine.look_up if statement.looks_up else self.engine.fetch_rows
        try:
            rows = fetch(statement.sql, statement.most_rows)
        except QueryFailed as refused:
            self.values |= dict.fromkeys(keys, Unanswered(str(refused)))
            return refused
        self.values |= _read(statement, keys, rows)
        return None

    def _find_fault_of_table(self) -> str | None:
        """Return why no metric can be answered because the table or the row filter of the suite is wrong, or None if they are fine."""
        try:
            self.engine.fetch_rows(probe(self.scope), 1)
        except QueryFailed as refused:
            return str(refused)
        return None

    def _run_parts(self, statement: Statement) -> None:
        """Run the halves of a scan, or each metric of any other statement alone."""
        metrics = statement.metrics
        middle = len(metrics) // 2
        in_halves = shares_scan(metrics[0], self.scope.dialect, statement.by)
        for part in [metrics[:middle], metrics[middle:]] if in_halves else [(metric,) for metric in metrics]:
            query = one(part[0], self.scope, statement.by) if len(part) == 1 else scan(part, self.scope, statement.by)
            refusal = self._run_one(query)
            if refusal is not None and len(part) > 1 and not isinstance(refusal, StatementTimeout):
                self._run_parts(query)


def _keys(statement: Statement) -> tuple[Metric, ...]:
    """Return the metrics of a statement as they were requested."""
    if statement.by is None:
        return statement.metrics
    return tuple(PerSegment(by=statement.by, metric=metric) for metric in statement.metrics)


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
        return dict.fromkeys(keys, Unanswered("the query returns more than one row, and one value is expected"))
    row = rows[0] if rows else ()
    padded = [*row, *[None] * (len(keys) - len(row))]
    return dict(zip(keys, padded, strict=True))


def _remember(metric: LastPassed, history: ResultHistory | None) -> Answer | Unanswered:
    if history is None:
        return None
    try:
        return history.last_passed(metric.check_id)
    except StoreError as down:
        return Unanswered(f"the results store, which remembers the last run, cannot be read: {down}")
