"""The evaluations of a monitor, and the record that it runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from airflow_dre.clock import now
from airflow_dre.errors import DreError, text_of
from airflow_dre.incidents.signals import Origin
from airflow_dre.privacy.masking import masked
from airflow_dre.services.asking import ask_again
from airflow_dre.services.incidents.delivery import log_changes
from airflow_dre.services.incidents.expiry import end_expired, record_monitor_run
from airflow_dre.services.rehearsal import is_rehearsal, log_nothing_kept
from airflow_dre.services.slo.due import next_due as next_due
from airflow_dre.services.slo.evaluation import Evaluation, FailedLook, evaluate_sla, forget_callback, record_unknown
from airflow_dre.services.slo.freshness import Freshness, measure_freshness
from airflow_dre.services.slo.question import FreshnessQuestion
from airflow_dre.services.wiring import Wiring, read_wiring
from airflow_dre.store.monitors import Monitor

_RECONNECT_SECONDS = 10.0
"""Longest time for which a look tries a lost connection again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaWatch:
    """An SLA, and the limits of its evaluation."""

    name: str
    question: FreshnessQuestion
    seconds: float
    """Longest time of one look."""
    unknown_after: int = 1
    """Number of looks in a row that must fail before the people of the SLA are called."""


@dataclass(frozen=True, slots=True)
class SlaLook:
    """One evaluation of an SLA by a task of a monitor."""

    watch: SlaWatch
    origin: Origin
    wiring: Wiring

    def rehearse(self) -> Freshness | None:
        """Return the freshness without keeping it if this is a test on the command line, or None if it is not."""
        if not is_rehearsal(self.wiring.settings):
            return None
        found = measure_freshness(self.watch.question, now())
        log_nothing_kept()
        return found

    def evaluate(self) -> Evaluation:
        """Evaluate the SLA, and try a lost connection again as long as the look may take.

        :raises airflow_dre.errors.WarehouseError: the warehouse does not answer, or refused the query.
        :raises airflow_dre.errors.StoreError: the store is down.
        """
        watch, until = self.watch, time.monotonic() + self.watch.seconds

        def once() -> Evaluation:
            question = replace(watch.question, answer_within=timedelta(seconds=max(until - time.monotonic(), 1.0)))
            return evaluate_sla(watch.name, question, self.wiring.store, self.origin, now(), routes=self.wiring.settings.default_routes)

        return ask_again(once, min(_RECONNECT_SECONDS, watch.seconds / 4))

    def record_unknown(self, error: BaseException) -> Evaluation:
        """Keep that the freshness is unknown because of an error.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        reason = str(error) if isinstance(error, DreError) else masked(f"{type(error).__name__}: {text_of(error)}")
        failed = FailedLook(reason=reason, at=now(), unknown_after=self.watch.unknown_after, routes=self.wiring.settings.default_routes)
        return record_unknown(self.watch.name, self.watch.question, self.wiring.store, self.origin, failed)

    def log_changes(self, found: Evaluation) -> None:
        """Log the changes of the incident."""
        log_changes(found.changes, self.wiring.settings)

    def forget_callback(self, found: Evaluation) -> None:
        """Let the next look call back, because this one failed to."""
        forget_callback(found.cause, self.wiring.store)


def begin_look(watch: SlaWatch, origin: Origin) -> SlaLook:
    """Return an evaluation of an SLA, with the settings as they are now."""
    return SlaLook(watch, origin, read_wiring())


def record_watches(dag_id: str, watches: tuple[tuple[str, str], ...], schedule: object, wiring: Wiring) -> int:
    """Keep that a monitor runs, end the SLAs and suites that are no longer watched, and return their number.

    :param watches: name, and connection with table, of each SLA of the monitor.
    :param schedule: the schedule of the monitor, which shows when it is due again.
    """
    moment = now()
    if is_rehearsal(wiring.settings):
        return 0
    found = Monitor(dag_id=dag_id, looked_at=moment, due_at=next_due(schedule, moment), watches=watches)
    return record_monitor_run(wiring.store, found) + end_expired(wiring.store, wiring.settings.forget_after, moment)
