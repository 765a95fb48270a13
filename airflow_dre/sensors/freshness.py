"""The sensor that waits until a table is fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.bases.sensor import PokeReturnValue

from airflow_dre.errors import DreError

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.freshness import Freshness, FreshnessQuestion


class FreshnessSensor(BaseSensorOperator):
    """
    Wait until the newest value of a timestamp column is at most ``max_age`` old.

    ``mode="poke"``, ``mode="reschedule"`` and ``deferrable=True`` give the same outcome and the same return value: the dataset, its newest
    timestamp and that it is fresh. Timestamps without a zone are UTC; a table without any is not fresh.

    :param conn_id: connection of the warehouse. (templated)
    :param table: the table, ``[[catalog.]schema.]table``. (templated)
    :param column: its timestamp column. (templated)
    :param max_age: how old the newest value may be, for example ``"6h"`` or a timedelta. (templated)
    :param where: a SQL condition: only rows that meet it are looked at. (templated)
    :param deferrable: wait in the triggerer instead of in a worker.
    :raises airflow_dre.errors.DefinitionError: lists every argument that is not what it must be.
    """

    template_fields: Sequence[str] = ("conn_id", "table", "column", "max_age", "where")
    ui_color = "#e0ecf8"

    def __init__(
        self,
        *,
        conn_id: str,
        table: str,
        column: str,
        max_age: str | timedelta,
        where: str | None = None,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.table = table
        self.column = column
        self.max_age = max_age
        self.where = where
        self.deferrable = deferrable
        if not any("{{" in str(value) for value in (conn_id, table, column, max_age)):
            self._question()

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
        from airflow_dre.services.freshness import measure_freshness
        from airflow_dre.store.clock import now

        return measure_freshness(self._question(), now())

    def _question(self) -> FreshnessQuestion:
        from airflow_dre.services.freshness import read_question

        given = {"conn_id": self.conn_id, "table": self.table, "column": self.column, "max_age": self.max_age, "where": self.where}
        return read_question(f"FreshnessSensor {self.task_id}", given)
