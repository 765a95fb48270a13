"""The sensor that waits until a table is fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.bases.sensor import PokeReturnValue
from airflow.sdk.configuration import conf

from airflow_dre.declaring.functions import REQUIRED
from airflow_dre.declaring.operators import DeclaredOperator
from airflow_dre.errors import DefinitionError, DreError, Problem

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.freshness import Freshness, FreshnessQuestion


class FreshnessSensor(DeclaredOperator, BaseSensorOperator):
    """
    Wait until the newest value of a timestamp column is at most ``max_age`` old.

    ``mode="poke"``, ``mode="reschedule"`` and ``deferrable=True`` give the same outcome and the same return value: the dataset, its newest
    timestamp and that it is fresh. A table without any timestamp is not fresh.

    :param conn_id: connection of the warehouse. (templated)
    :param table: the table, ``[[catalog.]schema.]table``. (templated)
    :param column: its timestamp column. (templated)
    :param max_age: how old the newest value may be, for example ``"6h"`` or a timedelta. (templated)
    :param where: a SQL condition: only rows that meet it are looked at. (templated)
    :param expression: SQL about one row whose value is its timestamp, instead of ``column``. (templated)
    :param time_zone: IANA name of the time zone of values without one, for example ``"Asia/Tokyo"``; by default UTC.
    :param future_tolerance: how far ahead of now the newest value may lie, by default 5 minutes. Beyond it the age is not known, which
        is an error.
    :param deferrable: wait in the triggerer instead of in a worker; by default as ``[operators] default_deferrable`` says.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """

    template_fields: Sequence[str] = ("conn_id", "table", "column", "max_age", "where", "expression")
    ui_color = "#e0ecf8"

    def __init__(
        self,
        *,
        conn_id: str = REQUIRED,
        table: str = REQUIRED,
        column: str | None = None,
        max_age: str | timedelta = REQUIRED,
        where: str | None = None,
        expression: str | None = None,
        time_zone: str | None = None,
        future_tolerance: str | timedelta | None = None,
        deferrable: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.table = table
        self.column = column
        self.max_age = max_age
        self.where = where
        self.expression = expression
        self.time_zone = time_zone
        self.future_tolerance = future_tolerance
        self.deferrable = conf.getboolean("operators", "default_deferrable", fallback=False) if deferrable is None else deferrable
        self._refuse_mistakes()

    def _refuse_mistakes(self) -> None:
        """Refuse what is wrong already; what a template or another task gives is read when the task runs."""
        given = [self.conn_id, self.table, self.column, self.max_age, self.expression]
        problems: list[Problem] = []
        if any(value is REQUIRED for value in given) or not any(map(_is_later, given)):
            try:
                self._question()
            except DefinitionError as error:
                problems = [problem for problem in error.problems if not _is_later(problem.value)]
        self.refuse(problems)

    def poke(self, context: Context) -> PokeReturnValue:
        """Ask once."""
        found = self._measure()
        self.log.info("%s: %s", self.table, found.judgement.reason)
        return PokeReturnValue(is_done=found.fresh, xcom_value=found.summary())

    def execute(self, context: Context) -> Any:
        """Wait in the worker, or hand over to the triggerer unless the table is fresh already."""
        if not self.deferrable:
            return super().execute(context)
        try:
            asked = self.poke(context)
        except DreError as error:
            self._forgive(error)
        else:
            if asked.is_done:
                return asked.xcom_value
        from airflow_dre.triggers.freshness import FreshnessTrigger

        question = self._question()
        trigger = FreshnessTrigger(
            conn_id=question.conn_id,
            table=question.table,
            column=question.column,
            max_age_seconds=question.max_age.total_seconds(),
            where=question.where,
            poke_interval=float(self.poke_interval),
            silent_fail=self.silent_fail,
            expression=question.expression,
            time_zone=question.time_zone,
            future_tolerance_seconds=question.future_tolerance.total_seconds(),
        )
        return self.defer(trigger=trigger, method_name="execute_complete", timeout=timedelta(seconds=self.timeout))

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, object]:
        """Take what the trigger found.

        :raises airflow_dre.errors.DreError: what the trigger met when it asked.
        """
        from airflow_dre import errors

        if "error" in event:
            kind = getattr(errors, event["error"], errors.DreError)
            self._forgive((kind if kind is not errors.DefinitionError else errors.DreError)(event["message"]))
        summary: dict[str, object] = event["summary"]
        return summary

    def _forgive(self, error: Exception) -> None:
        """What the other modes do where asking failed: go on (``silent_fail``), skip (``never_fail``) or fail."""
        from airflow.sdk.exceptions import AirflowSkipException

        if self.never_fail and not self.silent_fail:
            raise AirflowSkipException("Skipping due to never_fail is set to True.") from error
        if not self.silent_fail:
            raise error
        self.log.error("%s: %s", self.table, error)

    def _measure(self) -> Freshness:
        from airflow_dre.services.freshness import ask_freshness
        from airflow_dre.store.clock import now

        return ask_freshness(self._question(), now())

    def _question(self) -> FreshnessQuestion:
        from airflow_dre.services.freshness import read_question

        names = ("conn_id", "table", "column", "max_age", "where", "expression", "time_zone", "future_tolerance")
        given = {name: getattr(self, name) for name in names}
        return read_question(f"FreshnessSensor {self.task_id}", given)


def _is_later(value: object) -> bool:
    """Whether a value is known only when the task runs."""
    return "{{" in str(value) or hasattr(value, "resolve")
