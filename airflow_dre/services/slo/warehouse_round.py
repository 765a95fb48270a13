"""One round of questions to one connection: all of them in one statement, and in halves where that fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from airflow_dre.checks.metrics import Maximum, MaximumOf
from airflow_dre.engines.warehouse import opened
from airflow_dre.errors import DefinitionError, QueryFailed
from airflow_dre.services.asking import no_answer
from airflow_dre.services.slo.answers import NewestAnswer
from airflow_dre.services.slo.connected import Connected, connect
from airflow_dre.services.slo.targets import MetadataTarget, PartitionTarget, TableTarget, Target, WarehouseTarget
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.names import split_table
from airflow_dre.sql.newest import NewestQuestion, last_change, most_questions, most_rows, select_all, values_of
from airflow_dre.values.scalars import Scalar

Found = dict[NewestQuestion, Scalar | Exception]
LEAST_SECONDS = 1.0
"""Least time of a statement of the halves."""
_ALONE, _TOGETHER = 0.9, 0.5
"""Share of the time left that a statement may take: of one question, and of several, so that time is left for the halves."""
_MOST_APART = 1_000
_apart: dict[str, dict[NewestQuestion, None]] = {}
"""Questions that failed in the round before, by the address of the connection."""


def ask_warehouse(conn_id: str, targets: Sequence[WarehouseTarget], seconds: float) -> dict[Target, NewestAnswer]:
    """Return the newest value of each target of one connection, or its error.

    :param seconds: longest time of the round, connecting included.
    """
    try:
        connected = connect(conn_id)
    except Exception as error:  # the connection may be missing, and its provider too
        return {target: NewestAnswer(target=target, error=error) for target in targets}
    asked: dict[WarehouseTarget, NewestQuestion] = {}
    answers: dict[Target, NewestAnswer] = {}
    for target in targets:
        try:
            asked[target] = _question(target, connected.dialect)
        except DefinitionError as error:
            answers[target] = NewestAnswer(target=target, error=error)
    found = _Round(connected, seconds).ask(dict.fromkeys(asked.values()))
    for target, question in asked.items():
        value = found[question]
        dataset = connected.name(question.table)
        if isinstance(value, Exception):
            answers[target] = NewestAnswer(target=target, error=value, dataset=dataset)
        else:
            answers[target] = NewestAnswer(target=target, value=value, dataset=dataset)
    return answers


class _Round:
    """The statements of one round."""

    def __init__(self, connected: Connected, seconds: float) -> None:
        self._connected = connected
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._found: Found = {}
        self._apart = _apart.setdefault(connected.address, {})

    def ask(self, questions: dict[NewestQuestion, None]) -> Found:
        """Return what the warehouse answers to each question, or the error that each ends with.

        Those that failed in the round before are asked one by one and last, so that they cost the others nothing.
        """
        together = [question for question in questions if question not in self._apart]
        alone = [question for question in questions if question in self._apart]
        most = most_questions(self._connected.dialect)
        batches = [together[start : start + most] for start in range(0, len(together), most)]
        batches += [[question] for question in alone]
        for index, batch in enumerate(batches):
            try:
                self._ask(batch, len(batches) - index)
            except Exception as error:  # the warehouse is gone, or a foreign driver met something else
                self._found |= {question: error for question in questions if question not in self._found}
                break
        return self._found

    def _ask(self, batch: Sequence[NewestQuestion], batches: int) -> None:
        """Ask one statement, and its halves where the warehouse refuses it.

        :raises airflow_dre.errors.WarehouseUnreachable: the warehouse does not answer.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            self._ask_apart(batch)
            raise no_answer(f"the {self._connected.dialect.name} warehouse", self._seconds)
        seconds = min(max(left / batches * (_ALONE if len(batch) == 1 else _TOGETHER), LEAST_SECONDS), left)
        try:
            values = self._fetch(batch, seconds)
        except (QueryFailed, DefinitionError) as refused:
            if len(batch) == 1:
                self._refused(batch[0], refused)
                return
            middle = len(batch) // 2
            self._ask(batch[:middle], batches)
            self._ask(batch[middle:], batches)
            return
        for question, value in zip(batch, values, strict=True):
            self._found[question] = value
            self._apart.pop(question, None)

    def _fetch(self, batch: Sequence[NewestQuestion], seconds: float) -> Sequence[Scalar]:
        hook, dialect = self._connected.hook, self._connected.dialect
        sql = select_all(tuple(batch), hook.conn_type)
        longest = dialect.limits.bytes
        if longest is not None and len(batch) > 1 and len(sql.encode()) > longest:
            raise QueryFailed("the statement is too long")
        with opened(hook, timedelta(seconds=seconds), dialect) as warehouse:
            return values_of(warehouse.fetch_rows(sql, most_rows(len(batch), dialect)), len(batch), dialect)

    def _refused(self, question: NewestQuestion, refused: QueryFailed | DefinitionError) -> None:
        refused.__cause__ = None  # the driver's own message may quote a row, and a cause is logged whole
        self._found[question] = refused
        self._ask_apart([question])

    def _ask_apart(self, batch: Sequence[NewestQuestion]) -> None:
        """Ask questions apart in the next round."""
        if len(self._apart) + len(batch) <= _MOST_APART:
            self._apart.update(dict.fromkeys(batch))


def _question(target: WarehouseTarget, dialect: Dialect) -> NewestQuestion:
    if isinstance(target, MetadataTarget):
        table = split_table(target.table)
        return NewestQuestion(table, last_change(table, target.metadata, dialect, target.shown))
    return _question_of_rows(target)


@lru_cache(maxsize=20_000)
def _question_of_rows(target: TableTarget | PartitionTarget) -> NewestQuestion:
    table = split_table(target.table)
    if isinstance(target, PartitionTarget):
        return NewestQuestion(table, Maximum(column=target.partition), target.where)
    value = MaximumOf(sql=target.expression) if target.expression is not None else Maximum(column=target.column or "")
    return NewestQuestion(table, value, target.where)
