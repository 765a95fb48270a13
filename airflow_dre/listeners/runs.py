"""Tasks that fail and runs that end without a callback that records them, for example because the process was killed.

A hook about a run runs inside the scheduler's transaction. It writes a few rows to the store, never a message to a receiver, and while the
store is down it only appends to the spool. No thread helps it: the scheduler forks, and a fork while a thread holds a lock leaves a child
that hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

if TYPE_CHECKING:
    from datetime import datetime

    from airflow_dre.incidents.signals import Signal
    from airflow_dre.services.incidents.outcomes import DagRun

_BY_HAND = "manually set"
"""Text of Airflow's message when a person set the state of a run or a task."""


@hookimpl
def on_dag_run_failed(dag_run: Any, msg: str) -> None:
    """Record the failed tasks of a run, or the run itself where a person marked it or no task failed."""
    _record(dag_run, lambda: _failed(dag_run, msg), lambda: _remembered(dag_run, msg))


@hookimpl
def on_dag_run_success(dag_run: Any, msg: str) -> None:
    """Record that a run succeeded, and tasks that failed without failing it."""
    from airflow_dre.services.incidents.listening import end_of_success, record_end

    record_end(dag_run, lambda: _succeeded(dag_run, msg), events=lambda: end_of_success(dag_run))


@hookimpl
def on_task_instance_success(previous_state: Any, task_instance: Any) -> None:
    """Record that a person marked a task: only the API server calls with a row of Airflow's database, a worker with its own class."""
    if getattr(type(task_instance), "__tablename__", "") == "task_instance":
        _record(task_instance, lambda: _marked(task_instance))


@hookimpl
def on_task_instance_failed(previous_state: Any, task_instance: Any, error: Any) -> None:
    """Record a task that failed in this process without a further try, or that a person marked failed.

    The end of a run records the others: no process was left to do so. Airflow uses the same words for each task that it stops because a
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
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import slice_in
    from airflow_dre.services.incidents.listening import record_in_worker
    from airflow_dre.services.incidents.outcomes import failed_task

    record_in_worker(ti, lambda: failed_task(ti, now(), error=error, part=slice_in(ti.get_template_context())))


def _record(about: Any, signals: Callable[[], Sequence[Signal]], unwatched: Callable[[], Sequence[Signal]] = tuple) -> None:
    from airflow_dre.services.incidents.listening import record_end

    record_end(about, signals, unwatched)


def _remembered(dag_run: Any, msg: str) -> list[Signal]:
    """Return the failure of a run of a Dag that is not watched.

    It opens nothing, and distinguishes late callbacks from those of another run.
    """
    from msgspec.structs import replace

    from airflow_dre.clock import now
    from airflow_dre.services.incidents.outcomes import DagRun, end_of, failed_run

    ended = now() if _BY_HAND in msg else end_of(dag_run)
    if ended is None:
        return []
    return [replace(failed_run(DagRun(dag_run.dag_id, dag_run.run_id), ended, ended=ended, reason="failed"), opens=False)]


def _failed(dag_run: Any, msg: str) -> list[Signal]:
    """Return what failed in a run, and the tasks that ended well in it, perhaps after they were cleared."""
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.outcomes import end_of, failed_run, succeeded_tasks

    run = _run(dag_run)
    if _BY_HAND in msg:
        moment = now()  # a run that had ended keeps the moment of its end
        return [failed_run(run, moment, ended=moment, reason="marked failed by hand")]
    at, failed = end_of(dag_run) or now(), _instances(dag_run, "failed")
    signals = [_still_failed(ti, at, run, msg) for ti in failed]
    if not signals:
        signals.append(failed_run(run, at, ended=end_of(dag_run), reason=msg or "failed"))
    broken = {ti.task_id for ti in failed}
    well = tuple(sorted({ti.task_id for ti in _instances(dag_run, "success")} - broken))
    return [*signals, succeeded_tasks(run, at, well)] if well else signals


def _succeeded(dag_run: Any, msg: str) -> list[Signal]:
    """Return that a run ended well, and the tasks that are failed all the same. A person who marks a run speaks for its tasks too."""
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.outcomes import end_of, succeeded_run

    run = _run(dag_run)
    if _BY_HAND in msg:
        return [succeeded_run(run, now(), by_hand=True, still_failed=())]
    at, failed = end_of(dag_run) or now(), _instances(dag_run, "failed")
    names = tuple(sorted({ti.task_id for ti in failed}))
    return [succeeded_run(run, at, still_failed=names), *(_still_failed(ti, at, run, msg) for ti in failed)]


def _marked(ti: Any) -> list[Signal]:
    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import slice_in
    from airflow_dre.services.incidents.outcomes import succeeded_task

    return [succeeded_task(ti, now(), by_hand=True, part=slice_in({"dag_run": _run_of(ti)}))]


def _marked_failed_task(ti: Any) -> list[Signal]:
    from msgspec.structs import replace

    from airflow_dre.clock import now
    from airflow_dre.services.incidents.contexts import slice_in
    from airflow_dre.services.incidents.outcomes import failed_task

    run = _run_of(ti)
    if str(getattr(run, "state", "")) == "failed":
        return []
    moment = now()  # a row may keep the moment at which it ended before
    failed = failed_task(ti, moment, error="marked failed by hand", part=slice_in({"dag_run": run}))
    return [replace(failed, at=moment)]


def _run_of(ti: Any) -> Any:
    """Return the run of a task instance, or None where Airflow's session has let go of it."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        return ti.dag_run
    except SQLAlchemyError:
        return None


def _still_failed(ti: Any, at: datetime, run: DagRun, msg: str) -> Signal:
    from msgspec.structs import replace

    from airflow_dre.services.incidents.outcomes import failed_task

    failed = failed_task(ti, at, error=f"run ended: {msg}", lost=True, part=run.part)  # else its process has reported it already
    return replace(failed, seen_at=at)


def _run(dag_run: Any) -> DagRun:
    from airflow_dre.services.incidents.contexts import slice_in
    from airflow_dre.services.incidents.outcomes import DagRun

    return DagRun(dag_run.dag_id, dag_run.run_id, slice_in({"dag_run": dag_run}))


def _instances(dag_run: Any, state: str) -> list[Any]:
    """Return the task instances of a run that are in a state now."""
    from sqlalchemy.orm import object_session

    session = object_session(dag_run)
    return list(dag_run.get_task_instances(state=[state], **({} if session is None else {"session": session})))
