"""Signals of Airflow's listeners: recorded in a worker, the scheduler or the API server, which must never fail because of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from airflow_dre.clock import now
from airflow_dre.incidents.signals import Signal
from airflow_dre.privacy.tracebacks import masked_traceback
from airflow_dre.services.incidents.delivery import add_default_routes, deliver, deliver_at_once, is_down, log_changes
from airflow_dre.services.incidents.housekeeping import run_housekeeping
from airflow_dre.services.incidents.outcomes import end_of
from airflow_dre.services.rehearsal import is_rehearsal
from airflow_dre.services.wiring import read_wiring, store_of
from airflow_dre.store.records import DagRunEnd, Delivery, LastEvent

log = logging.getLogger(__name__)
HOUSEKEEPING_SECONDS = 300.0
"""How often what is no longer watched is ended."""
Signals = Callable[[], Sequence[Signal]]
Events = Callable[[], Sequence[LastEvent]]


class _State:
    housekeeping_at = 0.0


_state = _State()


def record_in_worker(ti: Any, signal: Callable[[], Signal]) -> None:
    """Record why a task failed, and send what waits: its process holds nothing else up. A callback of the task has done so before.

    :param ti: the task instance.
    :param signal: returns the signal; it is called where the Dag is watched.
    """
    try:
        settings = read_wiring().settings
        if settings.watches(ti.dag_id):
            deliver(Delivery(signals=(signal(),)), settings)
    except Exception as error:  # how a task ends is not the listener's to change
        log.error("airflow-dre: could not record the failure of task %s of %s:\n%s", ti.task_id, ti.dag_id, masked_traceback(error))


def record_end(about: Any, signals: Signals, unwatched: Signals = tuple, events: Events = tuple) -> None:
    """Record signals about a run or a task instance within the transaction of another program, and send nothing.

    Of a Dag that is not watched only recoveries are recorded, which end what others opened.

    :param about: the run or the task instance.
    :param signals: returns the signals.
    :param unwatched: returns what is remembered of a Dag that is not watched.
    :param events: returns the events that targets of freshness are judged by, of any Dag.
    """
    try:
        settings = read_wiring().settings
        if is_rehearsal(settings):
            return
        found = tuple(signals())
        if not settings.watches(about.dag_id):
            found = (*(signal for signal in found if not signal.event.firing), *unwatched())
        last_events = tuple(events())
        ends = _ends_of(about)
        if not found and not last_events and not ends:
            return
        delivery = Delivery(signals=found, last_events=last_events, dag_runs=ends)
        delivery = add_default_routes(delivery, settings.default_routes)
        log_changes(deliver_at_once([delivery], settings), settings)
        if not is_down() and time.monotonic() > _state.housekeeping_at:
            _state.housekeeping_at = time.monotonic() + HOUSEKEEPING_SECONDS
            run_housekeeping(store_of(settings, fail_fast=True), settings)
    except Exception as error:  # a listener must never stop the scheduler
        log.error("airflow-dre: could not record the end of run %s of %s:\n%s", about.run_id, about.dag_id, masked_traceback(error))


def _ends_of(about: Any) -> tuple[DagRunEnd, ...]:
    """Return how a run of a Dag ended, for the objectives that count it. A task instance is no such run."""
    state = str(getattr(about, "state", ""))
    if hasattr(about, "task_id") or state not in ("success", "failed"):
        return ()
    return (DagRunEnd(dag_id=about.dag_id, run_id=about.run_id, ended_at=end_of(about) or now(), succeeded=state == "success"),)


def record_asset_event(name: str, uri: str) -> None:
    """Record an event of an asset under its name and its URI, by either of which it may be watched.

    The API server calls within a request and the triggerer within its loop, so that nothing is sent and a store that is down is left alone.
    """
    try:
        settings = read_wiring().settings
        if is_rehearsal(settings):
            return
        moment = now()
        events = tuple(LastEvent(kind="asset", name=each, happened_at=moment) for each in dict.fromkeys((name, uri)))
        deliver_at_once([Delivery(last_events=events)], settings)
    except Exception as error:  # a listener must never stop the API server
        log.error("airflow-dre: could not record the event of asset %s:\n%s", name, masked_traceback(error))


def end_of_success(dag_run: Any) -> tuple[LastEvent, ...]:
    """Return the end of a successful run, as the last event of its Dag."""
    return (LastEvent(kind="dag", name=dag_run.dag_id, happened_at=end_of(dag_run) or now()),)
