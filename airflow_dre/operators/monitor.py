"""The tasks of the monitor Dag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowTaskTimeout

if TYPE_CHECKING:
    from airflow.sdk import Context

    from airflow_dre.services.slo.evaluation import Evaluation
    from airflow_dre.services.slo.looks import SlaLook
    from airflow_dre.services.slo.question import FreshnessQuestion

LOOK_SECONDS = 60.0


class EvaluateSlaOperator(BaseOperator):
    """Evaluate one freshness SLA.

    An evaluation that fails makes the SLA unknown, and is not retried before the next run.

    :param sla: name of the SLA.
    :param question: the table, its timestamp column and the allowed age.
    :param on_miss: callbacks for a miss, called once with the context of the task and the signal of the miss. Default: none.
    :param on_unknown: callbacks for a freshness that is unknown, called once likewise. Default: none.
    :param unknown_after: number of evaluations in a row that must fail before ``on_unknown`` is called, by default 1.
    :param look_seconds: longest time of an evaluation in seconds, by default 60.
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
        """Evaluate the SLA, and call back if this task is the first to find the miss.

        :raises AirflowFailException: the freshness of the table is unknown.
        """
        from airflow_dre.errors import StoreError, text_of
        from airflow_dre.services.incidents.outcomes import origin_of
        from airflow_dre.services.slo.looks import SlaWatch, begin_look

        watch = SlaWatch(name=self.sla, question=self.question, seconds=self.look_seconds, unknown_after=self.unknown_after)
        look = begin_look(watch, origin_of(context["ti"]))
        if (rehearsed := look.rehearse()) is not None:
            self.log.info("%s: %s", self.question.table, rehearsed.judgement.reason)
            return {"sla": self.sla, "missed": not rehearsed.fresh, "called_back": False}
        try:
            found = look.evaluate()
        except StoreError:
            raise
        except (Exception, AirflowTaskTimeout) as error:  # any error leaves the freshness unknown
            unknown = look.record_unknown(error)
            self.log.error("%s", unknown.signal.title)
            look.log_changes(unknown)
            self._call_back(look, unknown, self.on_unknown, context)
            if isinstance(error, AirflowTaskTimeout):
                raise
            raise AirflowFailException(text_of(error)) from error
        self.log.info("%s", found.signal.title)
        look.log_changes(found)
        self._call_back(look, found, self.on_miss, context)
        return {"sla": self.sla, "missed": found.missed, "called_back": found.must_call_back}

    def _call_back(self, look: SlaLook, found: Evaluation, calls: Sequence[Callable[[Any], Any]], context: Context) -> None:
        """Call back if this task is the one that must."""
        from airflow_dre.services.incidents.contexts import SIGNAL

        if not found.must_call_back:
            return
        try:
            for call in calls:
                call({**context, SIGNAL: found.signal})
        except BaseException:  # the next look calls instead, and the error is raised as it is
            look.forget_callback(found)
            raise


class DispatchOperator(BaseOperator):
    """Write the deliveries in the spool, send the messages in the outbox, and end SLAs and suites that are no longer watched.

    :param seconds: longest time for sending in seconds, by default 60.
    :param watches: name, and connection with table, of each SLA of the monitor. None (default) for a task that only writes and sends.
    :param schedule: the schedule of the monitor, which shows when it is due again.
    """

    def __init__(
        self, *, seconds: float = 60.0, watches: Sequence[tuple[str, str]] | None = None, schedule: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.seconds = seconds
        self.watches = None if watches is None else tuple(watches)
        self.schedule = schedule

    def execute(self, context: Context) -> dict[str, int]:
        """Flush spool and outbox. The next run writes and sends the rest."""
        from airflow_dre.services.incidents.delivery import flush
        from airflow_dre.services.slo.looks import record_watches
        from airflow_dre.services.wiring import read_wiring

        wiring = read_wiring()
        try:
            ended = 0 if self.watches is None else record_watches(self.dag_id, self.watches, self.schedule, wiring)
        finally:  # messages are sent in any case
            written, sent = flush(wiring.settings, seconds=self.seconds)
        self.log.info("%d deliveries written, %d messages sent, %d wait, %d dead", written, sent.sent, sent.waiting, sent.dead)
        if ended:
            self.log.info("%d SLAs and suites are no longer watched", ended)
        return {"written": written, "sent": sent.sent, "waiting": sent.waiting, "dead": sent.dead}
