"""Asking a plan so that one culprit never hides the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from airflow_dre.checks.evaluate import Unanswered
from airflow_dre.checks.metrics import Metric, Scalar
from airflow_dre.errors import QueryFailed
from airflow_dre.sql.plan import Scope, Statement, plan, probe, scan


class Engine(Protocol):
    """Whoever answers statements."""

    def fetch_row(self, sql: str) -> Sequence[Scalar]:
        """The first row of a statement.

        :raises QueryFailed: the statement was refused.
        :raises airflow_dre.errors.WarehouseUnreachable: nobody answers.
        """


@dataclass(slots=True)
class Answered:
    """What came back: a value or a reason for each metric, and the statement that was asked last for it."""

    values: dict[Metric, Scalar | Unanswered] = field(default_factory=dict)
    statements: dict[Metric, str] = field(default_factory=dict)


def answer(metrics: Iterable[Metric], scope: Scope, engine: Engine) -> Answered:
    """Ask for ``metrics``; a statement that is refused is split until the culprit stands alone, and only that one stays unanswered.

    :raises DefinitionError: SQL that a Dag author wrote is not what it must be.
    :raises WarehouseUnreachable: nobody answers.
    """
    answered = Answered()
    for statement in plan(metrics, scope):
        reason = _ask(statement, engine, answered)
        if reason is None or len(statement.metrics) == 1:
            continue
        broken = _why_broken(scope, engine)
        if broken is not None:
            answered.values |= dict.fromkeys(statement.metrics, Unanswered(broken))
        else:
            _ask_halves(statement.metrics, scope, engine, answered)
    return answered


def _ask(statement: Statement, engine: Engine, answered: Answered) -> str | None:
    """Ask one statement; the reason where it was refused."""
    answered.statements |= dict.fromkeys(statement.metrics, statement.sql)
    try:
        row = engine.fetch_row(statement.sql)
    except QueryFailed as refused:
        answered.values |= dict.fromkeys(statement.metrics, Unanswered(str(refused)))
        return str(refused)
    padded = [*row, *[None] * (len(statement.metrics) - len(row))]
    answered.values |= dict(zip(statement.metrics, padded, strict=True))
    return None


def _why_broken(scope: Scope, engine: Engine) -> str | None:
    """Why no metric can be answered at all: the table or the row filter of the suite is wrong. None where they are fine."""
    try:
        engine.fetch_row(probe(scope))
    except QueryFailed as refused:
        return str(refused)
    return None


def _ask_halves(metrics: tuple[Metric, ...], scope: Scope, engine: Engine, answered: Answered) -> None:
    middle = len(metrics) // 2
    for half in (metrics[:middle], metrics[middle:]):
        reason = _ask(scan(half, scope), engine, answered)
        if reason is not None and len(half) > 1:
            _ask_halves(half, scope, engine, answered)
