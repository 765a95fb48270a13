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
    """

    def __init__(
        self,
        conn_id: str,
        table: str,
        column: str,
        max_age_seconds: float,
        where: str | None = None,
        poke_interval: float = 60.0,
        silent_fail: bool = False,
    ) -> None:
        BaseTrigger.__init__(self)
        self.conn_id = conn_id
        self.table = table
        self.column = column
        self.max_age_seconds = max_age_seconds
        self.where = where
        self.poke_interval = poke_interval
        self.silent_fail = silent_fail

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
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask until the table is fresh; an error ends the wait, as it does in the other modes."""
        from airflow_dre.errors import DreError
        from airflow_dre.services.freshness import FreshnessQuestion, measure_freshness
        from airflow_dre.store.clock import now

        question = FreshnessQuestion(
            conn_id=self.conn_id,
            table=self.table,
            column=self.column,
            max_age=timedelta(seconds=self.max_age_seconds),
            where=self.where,
        )
        while True:
            try:
                found = await asyncio.to_thread(measure_freshness, question, now())
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
