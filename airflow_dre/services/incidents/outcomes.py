"""Ends of runs and task instances as signals, whichever of Airflow's classes describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from airflow_dre.errors import text_of
from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.privacy.masking import masked, masked_line
from airflow_dre.values.instants import to_instant
from airflow_dre.values.text_limits import REASON, lines

LONGEST_ERROR = 20_000
"""Most characters of the text of an exception that are masked."""
_DEFAULT = NotifyOptions()


@dataclass(frozen=True, slots=True)
class DagRun:
    """A run of a Dag, and the data that it is about."""

    dag_id: str
    run_id: str | None
    part: Slice = field(default_factory=Slice)


def origin_of(ti: Any) -> Origin:
    """Return the task instance, whichever of Airflow's classes it is."""
    return Origin(
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        map_index=-1 if ti.map_index is None else ti.map_index,
        try_number=ti.try_number,
    )


def end_of(found: Any) -> datetime | None:
    """Return when a run or a task instance ended, or None where its class does not hold it."""
    return to_instant(getattr(found, "end_date", None))


def failed_task(
    ti: Any, now: datetime, *, error: object = None, lost: bool = False, part: Slice | None = None, options: NotifyOptions = _DEFAULT
) -> Signal:
    """Return the signal of a task instance that failed.

    :param now: the moment of the call, for a task instance that does not hold when it ended.
    :param error: the exception, or a text.
    :param lost: whether its process reported nothing, as one that was killed.
    :param part: the data that its run is about.
    :param options: severity and routes.
    """
    title = f"Task {ti.dag_id}.{ti.task_id} failed"
    if lost:
        title = f"Task {ti.dag_id}.{ti.task_id} was killed or lost"
        error = f"no word came from its process, which may have been out of memory, or without the store; {error or 'its heartbeat ended'}"
    text = f"{type(error).__name__}: {text_of(error)}" if isinstance(error, BaseException) else str(error or "")
    detail = lines(masked(text[:LONGEST_ERROR]), 4000)  # an exception may quote the row that it could not load
    return Signal(
        cause=PipelineCause(dag_id=ti.dag_id, task_id=ti.task_id),
        event=Event.TASK_FAILED,
        at=end_of(ti) or now,
        title=title,
        detail=detail,
        origin=origin_of(ti),
        severity=options.severity,
        routes=options.routes,
        explanation=explain((detail,)) if isinstance(error, BaseException) else Explanation(),  # others know no more than that it failed
        slice=part or Slice(),
    )


def succeeded_task(ti: Any, at: datetime, *, by_hand: bool = False, part: Slice | None = None) -> Signal:
    """Return the signal of a task instance that succeeded, or that a person marked so."""
    return Signal(
        cause=PipelineCause(dag_id=ti.dag_id, task_id=ti.task_id),
        event=Event.TASK_SUCCEEDED,
        at=at,
        title=f"Task {ti.dag_id}.{ti.task_id} {_succeeded(by_hand=by_hand)}",
        origin=origin_of(ti),
        slice=part or Slice(),
    )


def failed_run(run: DagRun, now: datetime, *, reason: str, ended: datetime | None = None, options: NotifyOptions = _DEFAULT) -> Signal:
    """Return the signal of a run that failed although none of its tasks did, for example because it was marked so by hand.

    :param now: the moment of the call.
    :param reason: Airflow's reason.
    :param ended: when the run ended, where the messenger knows; a run that is cleared may fail more than once.
    :param options: severity and routes.
    """
    return Signal(
        cause=PipelineCause(dag_id=run.dag_id),
        event=Event.RUN_FAILED,
        at=ended or now,
        title=f"Run of {run.dag_id} failed: {masked_line(reason, REASON)}",
        origin=Origin(dag_id=run.dag_id, run_id=run.run_id),
        severity=options.severity,
        routes=options.routes,
        occurrence_id="" if ended is None else ended.isoformat(),
        slice=run.part,
    )


def succeeded_run(run: DagRun, at: datetime, *, by_hand: bool = False, still_failed: tuple[str, ...] | None = None) -> Signal:
    """Return the signal of a run that succeeded, or that a person marked so.

    :param still_failed: tasks that are failed all the same; None: the messenger does not know.
    """
    return Signal(
        cause=PipelineCause(dag_id=run.dag_id),
        event=Event.RUN_SUCCEEDED,
        at=at,
        title=f"Run {run.run_id} of {run.dag_id} {_succeeded(by_hand=by_hand)}",
        origin=Origin(dag_id=run.dag_id, run_id=run.run_id),
        still_failed=still_failed,
        slice=run.part,
    )


def succeeded_tasks(run: DagRun, at: datetime, tasks: tuple[str, ...]) -> Signal:
    """Return the signal of the tasks that ended well in a run that did not."""
    return Signal(
        cause=PipelineCause(dag_id=run.dag_id),
        event=Event.TASK_SUCCEEDED,
        at=at,
        title=f"Tasks of {run.dag_id} succeeded",
        origin=Origin(dag_id=run.dag_id, run_id=run.run_id),
        tasks=tasks,
        slice=run.part,
    )


def _succeeded(*, by_hand: bool) -> str:
    return "was marked success by hand" if by_hand else "succeeded"
