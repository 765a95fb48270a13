"""The tasks of the monitor Dag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.freshness import FreshnessQuestion


class EvaluateSlaOperator(BaseOperator):
    """
    Look at one freshness SLA.

    :param sla: name of the SLA.
    :param question: where the newest timestamp is found and how old it may be.
    :param on_miss: called once for each miss, with the context of the task and the signal of the miss.
    """

    def __init__(self, *, sla: str, question: FreshnessQuestion, on_miss: Sequence[Callable[[Any], Any]] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sla = sla
        self.question = question
        self.on_miss = tuple(on_miss)

    def execute(self, context: Context) -> dict[str, Any]:
        """Evaluate, and call back where this look is the first to find the miss."""
        from airflow_dre.config import read_settings
        from airflow_dre.services.contexts import SIGNAL, origin_of
        from airflow_dre.services.freshness import evaluate_sla, forget_callback, measure_freshness
        from airflow_dre.services.rehearsal import is_rehearsal, log_nothing_kept
        from airflow_dre.services.wiring import store_of
        from airflow_dre.store.clock import now

        settings = read_settings()
        if is_rehearsal(settings):
            look = measure_freshness(self.question, now())
            self.log.info("%s: %s", self.question.table, look.judgement.reason)
            log_nothing_kept()
            return {"sla": self.sla, "missed": not look.fresh, "called_back": False}
        store = store_of(settings)
        found = evaluate_sla(self.sla, self.question, store, origin_of(context["ti"]), now())
        self.log.info("%s", found.signal.title)
        if found.must_call_back:
            try:
                for call in self.on_miss:
                    call({**context, SIGNAL: found.signal})
            except BaseException:  # given back, so that the next look calls; then raised as it is
                forget_callback(found.cause, store)
                raise
        return {"sla": self.sla, "missed": found.missed, "called_back": found.must_call_back}


class DispatchOperator(BaseOperator):
    """
    Write what waits in the spool, and send what waits in the outbox.

    :param seconds: longest time to spend sending.
    """

    def __init__(self, *, seconds: float = 60.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seconds = seconds

    def execute(self, context: Context) -> dict[str, int]:
        """Drain both; what cannot go now goes with the next run."""
        from airflow_dre.services.wiring import drain

        written, told = drain(seconds=self.seconds)
        self.log.info("%d deliveries written, %d messages sent, %d wait, %d dead", written, told.sent, told.waiting, told.dead)
        return {"written": written, "sent": told.sent, "waiting": told.waiting, "dead": told.dead}
