"""Tasks that fail and runs that end, for what no callback records: none is there, or the process of the task was killed.

A hook about a run runs inside the scheduler's transaction. It writes a few rows to the store, never a message to a receiver, and while the
store is down it only appends to the spool. No thread helps it: the scheduler forks, and a fork while a thread holds a lock leaves a child
that hangs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from datetime import datetime

    from airflow_dre.incidents.signals import Signal
    from airflow_dre.incidents.slices import Slice

log = logging.getLogger(__name__)
_BY_HAND = "manually set"
"""What Airflow's message holds when a person set the state of a run or a task."""
DOWN_SECONDS = 60.0
"""For how long a store that did not answer is not asked again."""
TEND_SECONDS = 300.0
"""How often what is no longer watched is ended."""


class _State:
    down_until = 0.0
    tend_at = 0.0


_state = _State()


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """Record the failed tasks of a run, or the run itself where a person marked it or no task failed."""
    _record(dag_run, lambda: _failed(dag_run, msg), lambda: _remembered(dag_run, msg))


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """Record that a run succeeded, and tasks that failed without failing it."""
    _record(dag_run, lambda: _succeeded(dag_run, msg))


@hookimpl
def on_task_instance_success(previous_state: Any, task_instance: Any) -> None:
    """Record that a person marked a task: only the API server calls with a row of Airflow's database, a worker with its own class."""
    if getattr(type(task_instance), "__tablename__", "") == "task_instance":
        _record(task_instance, lambda: _marked(task_instance))


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any, error: Any) -> None:
    """Record a task that failed in this process without a further try, or that a person marked failed.

    The end of a run records the others: no process was left to do so. Airflow says the same words of each task that it stops because a
    person marked the run failed: that is recorded once, of the run.
    """
    if getattr(type(task_instance), "__tablename__", "") != "task_instance":
        if task_instance.state == "failed" and not _is_stopped(error):
            _record_in_worker(task_instance, error)
    elif _BY_HAND in str(error or ""):
        _record(task_instance, lambda: _marked_failed_task(task_instance))


def _is_stopped(error: Any) -> bool:
    """Return whether a task was stopped from outside: a person marked it or its run, or its worker shuts down.

    Another listener records that.
    """
    from airflow.sdk.exceptions import AirflowTaskTerminated

    return isinstance(error, (KeyboardInterrupt, AirflowTaskTerminated))


def _record_in_worker(ti: Any, error: Any) -> None:
    """Keep why a task failed, and send what waits: its process holds nobody else up. A callback of the task has done so before."""
    from airflow_dre.clock import now
    from airflow_dre.config import read_settings
    from airflow_dre.services.incidents.contexts import failed_task, slice_in
    from airflow_dre.services.incidents.delivery import deliver
    from airflow_dre.store.records import Delivery

    try:
        settings = read_settings()
        if settings.watches(ti.dag_id):
            failed = failed_task(ti, now(), error=error, part=slice_in(ti.get_template_context()))
            deliver(Delivery(signals=(failed,)), settings)
    except Exception:  # how a task ends is not the listener's to change
        log.exception("airflow-dre: could not record the failure of task %s of %s", ti.task_id, ti.dag_id)


def _record(about: Any, signals: Callable[[], list[Signal]], unwatched: Callable[[], list[Signal]] = list) -> None:
    """Keep signals about a run or a task instance; of a Dag that is not watched only recoveries, which end what others opened.

    :param signals: returns what is told.
    :param unwatched: returns what is remembered of a Dag that is not watched.
    """
    from airflow_dre.config import read_settings
    from airflow_dre.errors import StoreError
    from airflow_dre.services.incidents.delivery import add_default_routes, log_changes
    from airflow_dre.services.incidents.housekeeping import run_housekeeping
    from airflow_dre.services.rehearsal import is_rehearsal
    from airflow_dre.services.wiring import store_of
    from airflow_dre.store.records import Delivery
    from airflow_dre.store.store import DOWN

    try:
        settings = read_settings()
        if is_rehearsal(settings):
            return
        facts = tuple(signals())
        if not settings.watches(about.dag_id):
            facts = (*(fact for fact in facts if not fact.event.firing), *unwatched())
        if not facts:
            return
        delivery = add_default_routes(Delivery(signals=facts), settings.default_routes)
        store = store_of(settings, hurried=True)
        if time.monotonic() < _state.down_until:
            store.leave(delivery, DOWN)
            return
        try:
            log_changes(store.deliver_parts(delivery), settings)
            if time.monotonic() > _state.tend_at:
                _state.tend_at = time.monotonic() + TEND_SECONDS
                run_housekeeping(store, settings)
        except StoreError as error:
            _state.down_until = time.monotonic() + DOWN_SECONDS
            store.leave(delivery, str(error))
    except Exception:  # a listener must never stop the scheduler
        log.exception("airflow-dre: could not record the end of run %s of %s", about.run_id, about.dag_id)


def _remembered(dag_run: Any, msg: str) -> list[Signal]:
    """Return the failure of a run of a Dag that is not watched: it opens nothing, and tells late callbacks of it from those of another."""
    from msgspec.structs import replace

    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import end_of, failed_run

    ended = now() if _BY_HAND in msg else end_of(dag_run)
    if ended is None:
        return []
    return [replace(failed_run(dag_run.dag_id, dag_run.run_id, ended, ended=ended, reason="failed"), opens=False)]


def _failed(dag_run: Any, msg: str) -> list[Signal]:
    """Return what failed in a run, and the tasks that ended well in it, perhaps after they were cleared."""
    from airflow_dre.services.incidents.contexts import end_of, failed_run, succeeded_tasks

    at, part = _end_of(dag_run)
    if _BY_HAND in msg:
        return [_marked_failed(dag_run, part)]
    failed = _instances(dag_run, "failed")
    signals = [_still_failed(ti, at, part, msg) for ti in failed]
    if not signals:
        signals.append(failed_run(dag_run.dag_id, dag_run.run_id, at, ended=end_of(dag_run), reason=msg or "failed", part=part))
    broken = {ti.task_id for ti in failed}
    well = tuple(sorted({ti.task_id for ti in _instances(dag_run, "success")} - broken))
    return [*signals, succeeded_tasks(dag_run.dag_id, dag_run.run_id, at, well, part=part)] if well else signals


def _succeeded(dag_run: Any, msg: str) -> list[Signal]:
    """Return that a run ended well, and the tasks that are failed all the same; a person who marks a run speaks for its tasks too."""
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import succeeded_run

    at, part = _end_of(dag_run)
    if _BY_HAND in msg:
        return [succeeded_run(dag_run.dag_id, dag_run.run_id, now(), by_hand=True, still_failed=(), part=part)]
    failed = _instances(dag_run, "failed")
    names = tuple(sorted({ti.task_id for ti in failed}))
    ended_well = succeeded_run(dag_run.dag_id, dag_run.run_id, at, still_failed=names, part=part)
    return [ended_well, *(_still_failed(ti, at, part, msg) for ti in failed)]


def _marked(ti: Any) -> list[Signal]:
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import slice_in, succeeded_task

    return [succeeded_task(ti, now(), by_hand=True, part=slice_in({"dag_run": _run_of(ti)}))]


def _marked_failed_task(ti: Any) -> list[Signal]:
    from msgspec.structs import replace

    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import failed_task, slice_in

    run = _run_of(ti)
    if str(getattr(run, "state", "")) == "failed":
        return []
    moment = now()  # a row may keep the moment at which it ended before
    failed = failed_task(ti, moment, error="marked failed by hand", part=slice_in({"dag_run": run}))
    return [replace(failed, at=moment)]


def _run_of(ti: Any) -> Any:
    """Return the run of a task instance; None where Airflow's session has let go of it."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return ti.dag_run
    except SQLAlchemyError:
        return None


def _marked_failed(dag_run: Any, part: Slice) -> Signal:
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import failed_run

    moment = now()  # a run that had ended keeps the moment of its end
    return failed_run(dag_run.dag_id, dag_run.run_id, moment, ended=moment, reason="marked failed by hand", part=part)


def _still_failed(ti: Any, at: datetime, part: Slice, msg: str) -> Signal:
    from airflow_dre.services.incidents.contexts import failed_task

    return failed_task(ti, at, error=f"run ended: {msg}", part=part, seen_at=at, lost=True)  # else its process has told already


def _end_of(dag_run: Any) -> tuple[datetime, Slice]:
    """Return when a run ended, and the data that it is about."""
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import end_of, slice_in

    return end_of(dag_run) or now(), slice_in({"dag_run": dag_run})


def _instances(dag_run: Any, state: str) -> list[Any]:
    """Return the task instances of a run that are in a state now."""
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    return list(dag_run.get_task_instances(state=[state], **({} if session is None else {"session": session})))
