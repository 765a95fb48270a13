"""Waiting for a table, a file or an asset to become fresh, in the triggerer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from airflow_dre.triggers.waiting import Waits, waits_of_loop

if TYPE_CHECKING:
    from airflow_dre.services.slo.freshness import Freshness
    from airflow_dre.services.slo.wait import FreshnessWait

ANSWER_SECONDS = 300.0
RECONNECT_SECONDS = 120.0
_LATER: dict[str, Any] = {
    "expression": None,
    "time_zone": None,
    "future_tolerance_seconds": 300.0,
    "answer_seconds": ANSWER_SECONDS,
    "reconnect_seconds": RECONNECT_SECONDS,
    "unreadable": None,
    "wait_seconds": None,
    "partition": None,
    "metadata": None,
    "file": None,
    "asset": None,
}
"""Arguments that came after the first version, with their defaults."""


class FreshnessTrigger(BaseTrigger):
    """Fire when the newest value of a target is young enough, or when a query fails.

    The triggers of a process ask together: a query a tick for all that wait for a table, and one statement for all tables of a connection.
    Queries run in threads, and a connection that hangs delays only the tasks that wait for it.

    :param conn_id: connection of the warehouse, or an empty text.
    :param table: the table, or an empty text.
    :param column: its timestamp column.
    :param max_age_seconds: allowed age of the newest value in seconds.
    :param where: a SQL condition on the rows. The default is all rows.
    :param poke_interval: seconds between two queries, by default 60.
    :param silent_fail: continue after an error, unless it is an exception of Airflow that ends a task. The default is False.
    :param expression: instead of ``column``: SQL about one row whose value is its timestamp.
    :param time_zone: IANA name of the time zone of values without one. The default is UTC.
    :param future_tolerance_seconds: longest time in seconds by which the newest value may be ahead of now, by default 300.
    :param answer_seconds: longest time for one answer in seconds, by default 300.
    :param reconnect_seconds: longest time in seconds for which a lost connection is tried again, by default 120.
    :param unreadable: why there is no valid query. With ``silent_fail`` the trigger then only waits.
    :param wait_seconds: longest wait in seconds. The default is to wait until the trigger is cancelled. The limit of Airflow holds in a
        triggerer, but not in ``airflow dags test`` and ``airflow tasks test``, which run a trigger themselves.
    :param partition: instead of ``column``: the column that partitions the table.
    :param metadata: instead of ``column``: True, or a SELECT of the moment of the last change.
    :param file: instead of ``table``: a path, a pattern or a URL.
    :param asset: instead of ``table``: URI or name of an asset.
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
        answer_seconds: float = ANSWER_SECONDS,
        reconnect_seconds: float = RECONNECT_SECONDS,
        unreadable: str | None = None,
        wait_seconds: float | None = None,
        partition: str | None = None,
        metadata: str | bool | None = None,
        file: str | None = None,
        asset: str | None = None,
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
        self.answer_seconds = answer_seconds
        self.reconnect_seconds = reconnect_seconds
        self.unreadable = unreadable
        self.wait_seconds = wait_seconds
        self.partition = partition
        self.metadata = metadata
        self.file = file
        self.asset = asset
        self._wait: FreshnessWait | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments, without later arguments at their defaults, so that an older triggerer accepts them."""
        arguments: dict[str, Any] = {
            "conn_id": self.conn_id,
            "table": self.table,
            "column": self.column,
            "max_age_seconds": self.max_age_seconds,
            "where": self.where,
            "poke_interval": self.poke_interval,
            "silent_fail": self.silent_fail,
        }
        later = {name: getattr(self, name) for name in _LATER}
        arguments |= {name: value for name, value in later.items() if value != _LATER[name]}
        return "airflow_dre.triggers.freshness.FreshnessTrigger", arguments

    async def run(self) -> AsyncGenerator[TriggerEvent, None]:
        """Query at each tick until the target is fresh. An error ends the wait, as it does in the other modes."""
        from airflow_dre.errors import WarehouseUnreachable
        from airflow_dre.services.asking import pause_before
        from airflow_dre.triggers.failures import FINAL, spell_error

        lost_at, losses, began, due = 0.0, 0, time.monotonic(), None
        waits = waits_of_loop()
        await waits.load()
        while True:
            try:
                found = await self._ask(waits, due)
            except Exception as error:  # whatever it is, the task decides by its flags
                losses = losses + 1 if isinstance(error, WarehouseUnreachable) else 0
                lost_at = time.monotonic() if losses == 1 else lost_at
                tried_again = losses > 0 and time.monotonic() + pause_before(losses) - lost_at <= self.reconnect_seconds
                if isinstance(error, FINAL) or not (self.silent_fail or tried_again):
                    yield TriggerEvent(spell_error(error))
                    return
                due = waits.next_tick(self.poke_interval)
                due = min(due, waits.now() + pause_before(losses)) if tried_again else due
                from airflow_dre.services.slo.answers import reason_of  # the waits have loaded it

                self.log.error("%s: %s", self.shown, reason_of(error))
            else:
                losses = 0
                if found.fresh:
                    dataset = (found.dataset.namespace, found.dataset.name)
                    yield TriggerEvent({"summary": found.summary(), "dataset": dataset, "reason": str(found.judgement.reason)})
                    return
                self.log.info("%s: %s", self.shown, found.judgement.reason)
                due = waits.next_tick(self.poke_interval)
            if self.wait_seconds is not None and (left := began + self.wait_seconds - time.monotonic()) <= due - waits.now():
                await asyncio.sleep(max(0.0, left))
                yield TriggerEvent({"over": True})
                return

    @property
    def shown(self) -> str:
        """The name of the target in messages."""
        return self.table or self.file or f"asset {self.asset}"

    async def _ask(self, waits: Waits, due: float | None) -> Freshness:
        """Ask together with all others of the same tick.

        :param due: when, on the clock of the event loop; None: now, or what was answered in this tick.
        """
        from airflow_dre.clock import now
        from airflow_dre.errors import DreError
        from airflow_dre.services.slo.wait import wait_of_trigger
        from airflow_dre.services.slo.wait_judgement import judge_answer

        if self.unreadable is not None:
            if due is not None:
                await asyncio.sleep(due - waits.now())
            raise DreError(self.unreadable)
        if self._wait is None:
            self._wait = wait_of_trigger(vars(self))
        wait = self._wait
        if due is None:
            answer = await waits.ask_first(wait.target, self.answer_seconds, self.poke_interval)
        else:
            answer = await waits.ask_at(wait.target, self.answer_seconds, due)
        return judge_answer(wait, answer, now())
