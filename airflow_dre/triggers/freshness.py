"""Waiting for a table to become fresh, in the triggerer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent


class FreshnessTrigger(BaseTrigger):
    """
    Fire when the newest timestamp of a table is young enough, or when asking failed.

    Every question runs in a thread, so that a slow warehouse never blocks the other triggers.

    :param conn_id: connection of the warehouse.
    :param table: the table.
    :param column: its timestamp column.
    :param max_age_seconds: how old the newest value may be.
    :param where: a SQL condition on the rows.
    :param poke_interval: seconds between two questions.
    :param silent_fail: go on asking after an error.
    :param expression: SQL about one row whose value is its timestamp, instead of a column.
    :param time_zone: IANA name of the time zone of values without one; None: UTC.
    :param future_tolerance_seconds: how far ahead of now the newest value may lie.
    """

    def __init__(
        self,
        conn_id: str,
        table: str,
        column: str | None,
        max_age_seconds: float,
        where: str | None = None,
        poke_interval: float = 60.0,
        silent_fail: bool = False,
        expression: str | None = None,
        time_zone: str | None = None,
        future_tolerance_seconds: float = 300.0,
    ) -> None:
        BaseTrigger.__init__(self)
        self.conn_id = conn_id
        self.table = table
        self.column = column
        self.max_age_seconds = max_age_seconds
        self.where = where
        self.poke_interval = poke_interval
        self.silent_fail = silent_fail
        self.expression = expression
        self.time_zone = time_zone
        self.future_tolerance_seconds = future_tolerance_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments."""
        return (
            "airflow_dre.triggers.freshness.FreshnessTrigger",
            {
                "conn_id": self.conn_id,
                "table": self.table,
                "column": self.column,
                "max_age_seconds": self.max_age_seconds,
                "where": self.where,
                "poke_interval": self.poke_interval,
                "silent_fail": self.silent_fail,
                "expression": self.expression,
                "time_zone": self.time_zone,
                "future_tolerance_seconds": self.future_tolerance_seconds,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until the table is fresh; an error ends the wait, as it does in the other modes."""
        from airflow_dre.errors import DreError
        from airflow_dre.services.freshness import FreshnessQuestion, ask_freshness
        from airflow_dre.store.clock import now

        question = FreshnessQuestion(
            conn_id=self.conn_id,
            table=self.table,
            column=self.column,
            max_age=timedelta(seconds=self.max_age_seconds),
            where=self.where,
            expression=self.expression,
            time_zone=self.time_zone,
            future_tolerance=timedelta(seconds=self.future_tolerance_seconds),
        )
        while True:
            try:
                found = await asyncio.to_thread(ask_freshness, question, now())
            except DreError as error:
                if not self.silent_fail:
                    yield TriggerEvent({"error": type(error).__name__, "message": str(error)})
                    return
                self.log.error("%s: %s", self.table, error)
            else:
                if found.fresh:
                    yield TriggerEvent({"summary": found.summary()})
                    return
                self.log.info("%s: %s", self.table, found.judgement.reason)
            await asyncio.sleep(self.poke_interval)
