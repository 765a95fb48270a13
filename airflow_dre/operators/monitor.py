"""The task of the monitor Dag."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import TaskDeferralError, TaskDeferralTimeout

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.slo.authored import AuthoredSla, Occasion
    from airflow_dre.services.wiring import Wiring

EVERY = timedelta(minutes=1)
LOOK_SECONDS = 60.0
OVERLAP = timedelta(minutes=10)
"""A run looks so long beyond the next one, unless that looks by then: no stretch is left without a look."""
CALLBACK_SECONDS = 300
"""Longest time of one callback."""


class MonitorOperator(BaseOperator):
    """Declare the SLAs and SLOs of a monitor, and evaluate them from the triggerer until the next run takes over.

    No worker slot is held while the monitor looks. The task returns to a worker only to call callbacks of the Dag file. A run that the
    schedule did not make, for example by hand, looks once.

    :param slas: the SLAs as the Dag file makes them.
    :param slos: the SLOs likewise. Default: none.
    :param every: time between two looks, by default a minute.
    :param look_seconds: longest time in seconds of one round of questions to a connection, by default 60.
    :param schedule: the schedule of the Dag, which shows when the next run takes over.
    :param alone: True if runs of the Dag never overlap. The default is False.
    :param reads_folder: True if it watches the SLAs of ``[dre] slas_folder`` too. The default is False.
    """

    def __init__(
        self,
        *,
        slas: Sequence[AuthoredSla] = (),
        slos: Sequence[Any] = (),
        every: timedelta = EVERY,
        look_seconds: float = LOOK_SECONDS,
        schedule: Any = None,
        alone: bool = False,
        reads_folder: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.slas = tuple(slas)
        self.slos = tuple(slos)
        self.every = every
        self.look_seconds = look_seconds
        self.schedule = schedule
        self.alone = alone
        self.reads_folder = reads_folder

    def execute(self, context: Context) -> dict[str, int] | None:
        """Keep what is watched as data, call what waits, and leave the looking to the triggerer.

        :raises airflow_dre.errors.StoreError: the store is down and this run looks once.
        """
        from airflow_dre.services.rehearsal import is_rehearsal
        from airflow_dre.services.slo.rehearsing import rehearse
        from airflow_dre.services.wiring import read_wiring

        wiring = read_wiring()
        if is_rehearsal(wiring.settings):
            return rehearse(self.slas, self.look_seconds)
        began = datetime.now(UTC)
        self._declare(wiring, again=self._until(context, began) is not None)
        return self._watch(context, wiring, began, began)

    def execute_complete(self, context: Context, event: dict[str, Any], began: str | None = None) -> dict[str, int] | None:
        """Do what the triggerer woke this task for, and leave the looking to it again unless the time is over.

        :param began: when the run began. ``dag.test()`` does not hand it on.
        :raises airflow_dre.errors.StoreError: the one look of this run failed.
        """
        from airflow_dre.errors import StoreError
        from airflow_dre.services.wiring import read_wiring

        wiring, woken = read_wiring(), datetime.now(UTC)
        first = getattr(context["ti"], "start_date", None) or woken if began is None else datetime.fromisoformat(began)
        if "error" in event:
            raise StoreError(event["error"])
        if "over" in event:
            self.log.info("The monitor ends this run: %s", event["over"])
            return self._end(context, wiring, woken)
        if "declare" in event:
            self._declare(wiring, again=True)
        return self._watch(context, wiring, first, woken)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on where the triggerer ended. One that failed ends this run, and the next one looks."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralTimeout:
            raise
        except TaskDeferralError as error:
            from airflow_dre.privacy.masking import masked

            self.log.error("The trigger of the monitor failed: %s", masked(str(error)))
            raise

    def _declare(self, wiring: Wiring, *, again: bool) -> None:
        """Keep SLAs and SLOs as data. Where the store is down the triggerer wakes this task when it is back.

        :param again: whether the task can be woken.
        """
        from airflow_dre.clock import now
        from airflow_dre.errors import StoreError
        from airflow_dre.services.slo.declaring import declare_slas
        from airflow_dre.services.slo.objectives import declare_objectives

        try:
            ended = declare_slas(self.dag_id, self.slas, self.every, wiring, reads_folder=self.reads_folder)
            ended += declare_objectives(wiring, self.dag_id, self.slos, now())
        except StoreError as error:
            if not again:
                raise
            self.log.error("The SLAs of the monitor could not be kept, and are kept when the store is back: %s", error)
        else:
            if ended:
                self.log.info("%d SLAs and SLOs are no longer watched", ended)

    def _watch(self, context: Context, wiring: Wiring, began: datetime, woken: datetime) -> dict[str, int] | None:
        """Call what waits, and leave the looking to the triggerer."""
        from airflow_dre.triggers.monitor import MonitorTrigger

        self._call(context, wiring)
        until = self._until(context, began)
        if until is None and woken != began:
            return self._end(context, wiring, woken)
        self._note_time(context, wiring, woken)
        trigger = MonitorTrigger(
            dag_id=self.dag_id,
            run_id=str(context["run_id"]),
            every_seconds=self.every.total_seconds(),
            look_seconds=self.look_seconds,
            began=None if until is None else began.isoformat(),
            until=None if until is None else until.isoformat(),
            reads_folder=self.reads_folder,
        )
        return self.defer(trigger=trigger, method_name="execute_complete", kwargs={"began": began.isoformat()})

    def _call(self, context: Context, wiring: Wiring) -> None:
        """Call the callbacks of the Dag file that wait. One that raises is called again later."""
        from airflow_dre.errors import StoreError
        from airflow_dre.services.slo.calls import make_calls

        try:
            made = make_calls(self.dag_id, self._find, context, wiring)
        except StoreError as error:
            self.log.error("Callbacks wait until the store is back: %s", error)
        else:
            if made.made or made.failed:
                self.log.info("%d callbacks were called, %d raised and are called again", made.made, made.failed)

    def _find(self, name: str, occasion: Occasion, place: int) -> Callable[[Any], Any] | None:
        """Return a callback of the Dag file."""
        calls = next((sla.callbacks.get(occasion, ()) for sla in self.slas if sla.name == name), ())
        return calls[place] if place < len(calls) else None

    def _until(self, context: Context, began: datetime) -> datetime | None:
        """Return when this run ends. None: it looks once."""
        from airflow_dre.services.slo.due import next_due

        if str(getattr(context["dag_run"], "run_type", "")) not in ("scheduled", "DagRunType.SCHEDULED"):
            return None
        following = next_due(self.schedule, began) or began + timedelta(hours=1)
        return following if self.alone else following + OVERLAP

    def _end(self, context: Context, wiring: Wiring, woken: datetime) -> dict[str, int]:
        self._note_time(context, wiring, woken)
        return {"slas": len(self.slas)}

    def _note_time(self, context: Context, wiring: Wiring, woken: datetime) -> None:
        """Keep for how long this task held a worker."""
        from airflow_dre.errors import StoreError
        from airflow_dre.services.slo.declaring import note_worker_time

        try:
            note_worker_time(self.dag_id, str(context["run_id"]), _process_seconds(woken), wiring)
        except StoreError as error:
            self.log.error("The time that the monitor took is not kept: %s", error)


def _process_seconds(woken: datetime) -> float:
    """Return for how long this process has worked: since it was made for this task, or since the task began where it does more."""
    since = (datetime.now(UTC) - woken).total_seconds()
    if "airflow-db-not-allowed" not in os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", ""):
        return since
    made: float = import_module("psutil").Process().create_time()
    return max(since, time.time() - made)


class EvaluateSlaOperator(BaseOperator):
    """A task of the monitor of an earlier version, which evaluated one SLA. It does nothing: task ``monitor`` watches every SLA."""

    def __init__(self, *, sla: str = "", **kwargs: Any) -> None:
        super().__init__(**{name: value for name, value in kwargs.items() if name not in _EARLIER})
        self.sla = sla

    def execute(self, context: Context) -> None:
        """Do nothing."""
        self.log.info("Task %r belongs to a monitor of an earlier version", self.task_id)


class DispatchOperator(BaseOperator):
    """Write the deliveries in the spool, and send the messages in the outbox.

    :param seconds: longest time for sending in seconds, by default 60.
    """

    def __init__(self, *, seconds: float = 60.0, **kwargs: Any) -> None:
        super().__init__(**{name: value for name, value in kwargs.items() if name not in _EARLIER})
        self.seconds = seconds

    def execute(self, context: Context) -> dict[str, int]:
        """Flush spool and outbox. The next run writes and sends the rest."""
        from airflow_dre.services.incidents.delivery import flush
        from airflow_dre.services.wiring import read_wiring

        written, sent = flush(read_wiring().settings, seconds=self.seconds)
        self.log.info("%d deliveries written, %d messages sent, %d wait, %d dead", written, sent.sent, sent.waiting, sent.dead)
        return {"written": written, "sent": sent.sent, "waiting": sent.waiting, "dead": sent.dead}


_EARLIER = ("question", "sla", "on_miss", "on_unknown", "unknown_after", "look_seconds", "watches", "schedule")
"""Arguments of the tasks of an earlier version."""
