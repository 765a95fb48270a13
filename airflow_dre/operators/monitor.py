"""The tasks of the monitor Dag."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowTaskTimeout

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.config import Settings
    from airflow_dre.services.slo.freshness import Evaluation, FreshnessQuestion
    from airflow_dre.store.store import Store

LOOK_SECONDS = 60.0
_RECONNECT_SECONDS = 10.0
"""For how long a look tries a lost connection again."""


class EvaluateSlaOperator(BaseOperator):
    """
    Look at one freshness SLA.

    A look that fails makes the SLA unknown, and is not tried again before the next run.

    :param sla: name of the SLA.
    :param question: where the newest timestamp is found and how old it may be.
    :param on_miss: called once for each miss, with the context of the task and the signal of the miss.
    :param on_unknown: called once for each time that the SLA cannot be looked at, likewise.
    :param unknown_after: how many looks in a row must fail before ``on_unknown`` is called.
    :param look_seconds: how long a look may take as a whole.
    """

    def __init__(
        self,
        *,
        sla: str,
        question: FreshnessQuestion,
        on_miss: Sequence[Callable[[Any], Any]] = (),
        on_unknown: Sequence[Callable[[Any], Any]] = (),
        unknown_after: int = 1,
        look_seconds: float = LOOK_SECONDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sla = sla
        self.question = question
        self.on_miss = tuple(on_miss)
        self.on_unknown = tuple(on_unknown)
        self.unknown_after = unknown_after
        self.look_seconds = look_seconds

    def execute(self, context: Context) -> dict[str, Any]:
        """Evaluate, and call back where this look is the first to find the miss.

        :raises AirflowFailException: the SLA cannot be looked at.
        """
        from airflow_dre.config import read_settings
        from airflow_dre.errors import StoreError, text_of
        from airflow_dre.services.incidents.delivery import log_changes
        from airflow_dre.services.rehearsal import is_rehearsal
        from airflow_dre.services.wiring import store_of

        settings = read_settings()
        if is_rehearsal(settings):
            return self._rehearse()
        store = store_of(settings)
        try:
            found = self._look(context, store, settings)
        except StoreError:
            raise
        except (Exception, AirflowTaskTimeout) as error:  # whatever it is, nobody knows how fresh the table is
            self._call_back(self._unknown(context, store, settings, error), self.on_unknown, context, store)
            if isinstance(error, AirflowTaskTimeout):
                raise
            raise AirflowFailException(text_of(error)) from error
        self.log.info("%s", found.signal.title)
        log_changes(found.changes, settings)
        self._call_back(found, self.on_miss, context, store)
        return {"sla": self.sla, "missed": found.missed, "called_back": found.must_call_back}

    def _rehearse(self) -> dict[str, Any]:
        """Look, and keep nothing of it."""
        from airflow_dre.clock import now
        from airflow_dre.services.rehearsal import log_nothing_kept
        from airflow_dre.services.slo.freshness import measure_freshness

        look = measure_freshness(self.question, now())
        self.log.info("%s: %s", self.question.table, look.judgement.reason)
        log_nothing_kept()
        return {"sla": self.sla, "missed": not look.fresh, "called_back": False}

    def _look(self, context: Context, store: Store, settings: Settings) -> Evaluation:
        from airflow_dre.clock import now
        from airflow_dre.services.asking import ask_again
        from airflow_dre.services.incidents.contexts import origin_of
        from airflow_dre.services.slo.freshness import evaluate_sla

        until = time.monotonic() + self.look_seconds

        def once() -> Evaluation:
            question = replace(self.question, answer_within=timedelta(seconds=max(until - time.monotonic(), 1.0)))
            return evaluate_sla(self.sla, question, store, origin_of(context["ti"]), now(), routes=settings.default_routes)

        return ask_again(once, min(_RECONNECT_SECONDS, self.look_seconds / 4))

    def _unknown(self, context: Context, store: Store, settings: Settings, error: BaseException) -> Evaluation:
        from airflow_dre.clock import now
        from airflow_dre.errors import DreError, text_of
        from airflow_dre.privacy.masking import masked
        from airflow_dre.services.incidents.contexts import origin_of
        from airflow_dre.services.incidents.delivery import log_changes
        from airflow_dre.services.slo.freshness import record_unknown

        reason = str(error) if isinstance(error, DreError) else masked(f"{type(error).__name__}: {text_of(error)}")
        found = record_unknown(
            self.sla,
            self.question,
            store,
            origin_of(context["ti"]),
            now(),
            reason,
            unknown_after=self.unknown_after,
            routes=settings.default_routes,
        )
        self.log.error("%s", found.signal.title)
        log_changes(found.changes, settings)
        return found

    def _call_back(self, found: Evaluation, calls: Sequence[Callable[[Any], Any]], context: Context, store: Store) -> None:
        """Call back where this look is the one that must."""
        from airflow_dre.services.incidents.contexts import SIGNAL
        from airflow_dre.services.slo.freshness import forget_callback

        if not found.must_call_back:
            return
        try:
            for call in calls:
                call({**context, SIGNAL: found.signal})
        except BaseException:  # given back, so that the next look calls; then raised as it is
            forget_callback(found.cause, store)
            raise


class DispatchOperator(BaseOperator):
    """
    Write what waits in the spool, send what waits in the outbox, and end what is watched no longer.

    :param seconds: longest time to spend sending.
    :param watches: name, and connection with table, of each SLA of the monitor; None for a task that only writes and sends.
    :param schedule: the schedule of the monitor, by which it is known when it is due again.
    """

    def __init__(
        self, *, seconds: float = 60.0, watches: Sequence[tuple[str, str]] | None = None, schedule: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.seconds = seconds
        self.watches = None if watches is None else tuple(watches)
        self.schedule = schedule

    def execute(self, context: Context) -> dict[str, int]:
        """Drain both; what cannot go now goes with the next run."""
        from airflow_dre.services.incidents.delivery import flush

        try:
            ended = 0 if self.watches is None else self._note_look(self.watches)
        finally:  # messages wait for nothing
            written, told = flush(seconds=self.seconds)
        self.log.info("%d deliveries written, %d messages sent, %d wait, %d dead", written, told.sent, told.waiting, told.dead)
        if ended:
            self.log.info("%d SLAs and suites are no longer watched", ended)
        return {"written": written, "sent": told.sent, "waiting": told.waiting, "dead": told.dead}

    def _note_look(self, watches: tuple[tuple[str, str], ...]) -> int:
        """Keep that the monitor runs, and end what is watched no longer."""
        from airflow_dre.clock import now
        from airflow_dre.config import read_settings
        from airflow_dre.services.incidents.expiry import end_expired, record_monitor_run
        from airflow_dre.services.rehearsal import is_rehearsal
        from airflow_dre.services.wiring import store_of
        from airflow_dre.store.monitors import Monitor

        settings, moment = read_settings(), now()
        if is_rehearsal(settings):
            return 0
        store = store_of(settings)
        found = Monitor(dag_id=self.dag_id, looked_at=moment, due_at=next_due(self.schedule, moment), watches=watches)
        return record_monitor_run(store, found) + end_expired(store, settings.forget_after, moment)


def next_due(schedule: Any, now: datetime) -> datetime | None:
    """Return when a Dag with a schedule is due after ``now``; None where its schedule does not tell."""
    if isinstance(schedule, timedelta) and schedule > timedelta(0):
        return now + schedule
    if isinstance(schedule, str):
        try:
            found: datetime = import_module("croniter").croniter(schedule, now).get_next(datetime)
        except (ValueError, KeyError, AttributeError):  # @once and @continuous
            return None
        return found
    return None
