"""The monitor in the triggerer: it evaluates its SLAs again and again without a worker slot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

if TYPE_CHECKING:
    from airflow_dre.services.slo.watching import Seen

LOOK_SECONDS = 60.0
MOST_SECONDS = 600.0
"""Longest time of one look. What it does has shorter limits, so that only a machine that sleeps comes near."""


class MonitorTrigger(BaseTrigger):
    """Evaluate the SLAs of a monitor every ``every_seconds``, and fire when a worker is needed or when the time is over.

    The event is ``{"calls": number}`` if callbacks of the Dag file must be called, ``{"declare": True}`` if the store does not know the
    SLAs of the monitor yet, or ``{"over": reason}``. Each look runs in a thread of its own.

    :param dag_id: the Dag of the monitor.
    :param run_id: its run.
    :param every_seconds: seconds between the beginnings of two looks.
    :param look_seconds: longest time in seconds of one round of questions to a connection, by default 60.
    :param began: when the run began, in ISO 8601.
    :param until: when to end, in ISO 8601. The default is to look once.
    :param reads_folder: whether it watches the SLAs of ``[dre] slas_folder`` too. The default is False.
    """

    def __init__(
        self,
        dag_id: str,
        run_id: str,
        every_seconds: float,
        look_seconds: float = LOOK_SECONDS,
        began: str | None = None,
        until: str | None = None,
        reads_folder: bool = False,
    ) -> None:
        BaseTrigger.__init__(self)
        self.dag_id = dag_id
        self.run_id = run_id
        self.every_seconds = every_seconds
        self.look_seconds = look_seconds
        self.began = began
        self.until = until
        self.reads_folder = reads_folder

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments."""
        names = ("dag_id", "run_id", "every_seconds", "look_seconds", "began", "until", "reads_folder")
        return "airflow_dre.triggers.monitor.MonitorTrigger", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncGenerator[TriggerEvent, None]:
        """Look until a worker is needed, another run has taken over, or the time is over."""
        while True:
            began = time.monotonic()
            event = await self._look()
            if event is not None:
                yield TriggerEvent(event)
                return
            await asyncio.sleep(max(0.0, began + self.every_seconds - time.monotonic()))

    async def _look(self) -> dict[str, Any] | None:
        """Look once, and return the event that ends the wait, or None to go on."""
        from airflow_dre.errors import DreError, text_of
        from airflow_dre.services.asking import ask

        over = self.until is None or datetime.fromisoformat(self.until) <= datetime.now(UTC)
        try:
            seen = await ask(f"monitor {self.dag_id}", MOST_SECONDS, self._look_in_thread)
        except DreError as error:
            self.log.error("The monitor could not look: %s", error)
            return {"over": "looked once", "error": text_of(error)} if over else None
        except Exception as error:  # the monitor outlives whatever one look meets
            from airflow_dre.privacy.tracebacks import masked_traceback

            self.log.error("The monitor could not look:\n%s", masked_traceback(error))
            return {"over": "looked once", "error": "the look failed, see the log of the triggerer"} if over else None
        if not seen.declared:
            return {"declare": True}
        if seen.calls_due:
            return {"calls": seen.calls_due, "at": datetime.now(UTC).isoformat()}
        if seen.replaced:
            return {"over": "a later run of the monitor looks"}
        return {"over": "the time is over" if self.until is not None else "looked once"} if over else None

    def _look_in_thread(self) -> Seen:
        """Look in the present thread, whose imports do not block the event loop."""
        from airflow_dre.services.slo.monitoring import Watch
        from airflow_dre.services.slo.watching import watch_once

        every = timedelta(seconds=self.every_seconds)
        watch = Watch(dag_id=self.dag_id, run_id=self.run_id, every=every, look_seconds=self.look_seconds, reads_folder=self.reads_folder)
        return watch_once(watch, None if self.began is None else datetime.fromisoformat(self.began))
