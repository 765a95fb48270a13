"""The freshness of a table, by the newest value of its timestamp column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from airflow_dre.checks.kinds.freshness import AgeLimits, judge_age, newest_of
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.engines.warehouse import opened
from airflow_dre.errors import QueryFailed
from airflow_dre.lineage.naming import name_dataset
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.asking import ask_within
from airflow_dre.services.slo.question import FreshnessQuestion
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.instants import to_instant
from airflow_dre.values.scalars import Incomparable
from airflow_dre.values.text_limits import REASON


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The newest timestamp of a dataset, and its judgement."""

    dataset: DatasetName
    newest: datetime | None
    """The newest timestamp, in UTC."""
    judgement: Judgement

    @property
    def fresh(self) -> bool:
        """True if the table is fresh enough."""
        return self.judgement.outcome is Outcome.PASSED

    def summary(self) -> dict[str, object]:
        """Return the small value that a sensor returns, the same in every mode."""
        return {
            "dataset": f"{self.dataset.namespace}/{self.dataset.name}",
            "newest": None if self.newest is None else self.newest.isoformat(),
            "fresh": self.fresh,
        }


@dataclass(frozen=True, slots=True)
class Located:
    """A warehouse and the table in it."""

    hook: Any
    table: tuple[str, ...]
    dataset: DatasetName


def locate_table(question: FreshnessQuestion) -> Located:
    """Return the warehouse and the table of a question. Most hooks know its name without a query.

    :raises DefinitionError: the name of the table is not what it must be.
    :raises WarehouseUnreachable: the warehouse has to be asked for its default schema and does not answer.
    """
    from airflow.sdk import BaseHook

    table = split_table(question.table)
    connection = BaseHook.get_connection(question.conn_id)
    hook = connection.get_hook()
    return Located(hook, table, name_dataset(hook, connection, table))


def measure_freshness(question: FreshnessQuestion, now: datetime) -> Freshness:
    """Ask the warehouse for the newest timestamp and judge it, within ``answer_within`` of the question.

    :raises DefinitionError: table, row filter, column or expression are not what they must be.
    :raises WarehouseUnreachable: the warehouse does not answer, or not in time.
    :raises QueryFailed: it refused, for example because the column is missing.
    """
    return ask_within(question.answer_within.total_seconds(), lambda: _measure(question, locate_table(question), now), subject_of(question))


def subject_of(question: FreshnessQuestion) -> str:
    """Return the name of a question in messages."""
    return f"connection {question.conn_id!r}, asked about {question.table},"


def _measure(question: FreshnessQuestion, located: Located, now: datetime) -> Freshness:
    scope = Scope(located.table, question.where or None, find_dialect(located.hook.conn_type))
    (statement,) = plan([newest_of(question.column, question.expression)], scope)
    described = f"column {question.column}" if question.expression is None else f"expression {question.expression}"
    try:
        with opened(located.hook, question.answer_within * 0.9) as warehouse:
            newest = warehouse.fetch_row(statement.sql)[0]
        limits = AgeLimits(max_age=question.max_age, tolerance=question.future_tolerance, zone=question.zone)
        judgement = judge_age(newest, now, limits)
    except QueryFailed as refused:
        raise refused from None  # the driver's own message may quote a row, and a cause is logged whole
    except Incomparable as unlike:
        raise QueryFailed(masked_line(f"{described} of {question.table}: {unlike}", REASON)) from None  # it quotes the value
    return Freshness(dataset=located.dataset, newest=to_instant(newest, question.zone), judgement=judgement)
