"""What Airflow's contexts say, as signals and run contexts. A context looks different in each place that a callback can run in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from airflow_dre.errors import text_of
from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.privacy.masking import masked, masked_line
from airflow_dre.services.run_context import RunContext
from airflow_dre.values.instants import format_duration, to_instant
from airflow_dre.values.text_limits import REASON, lines

SIGNAL = "dre_signal"
"""Key under which a context carries a ready signal, for example of a missed SLA."""


def origin_of(ti: Any) -> Origin:
    """Return the task instance, whichever of Airflow's classes it is."""
    return Origin(
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        map_index=-1 if ti.map_index is None else ti.map_index,
        try_number=ti.try_number,
    )


def run_context_of(context: Mapping[str, Any]) -> RunContext:
    """When and for whom a task runs; a run without a logical date has no data interval."""
    ti = context["ti"]
    version = getattr(ti, "dag_version_id", None)
    return RunContext(
        origin=origin_of(ti),
        dag_version=None if version is None else str(version),
        data_interval_start=to_instant(context.get("data_interval_start")),
        data_interval_end=to_instant(context.get("data_interval_end")),
        partition_key=context.get("partition_key"),
    )


def end_of(found: Any) -> datetime | None:
    """Return when a run or a task instance ended; None where its class does not say."""
    return to_instant(getattr(found, "end_date", None))


def slice_in(context: Mapping[str, Any]) -> Slice:
    """Return the data interval and partition of the run that a context, or a run itself as a mapping, tells of."""
    run = context.get("dag_run")
    found = {name: context.get(name) or _part_of(run, name) for name in _SLICE}
    return Slice(
        interval_start=to_instant(found["data_interval_start"]),
        interval_end=to_instant(found["data_interval_end"]),
        partition_key=None if found["partition_key"] is None else str(found["partition_key"]),
    )


_SLICE = ("data_interval_start", "data_interval_end", "partition_key")


def problem_in(context: Mapping[str, Any], now: datetime, *, severity: Severity, routes: tuple[str, ...], deadline: str) -> Signal:
    """Return the problem that a failure callback was called for: a missed SLA or deadline, a failed task, or a failed run.

    :param context: of a task callback, a Dag callback, a Deadline Alert or an SLA.
    :param now: the moment of the call, for contexts that name none.
    :param severity: what the callback was configured with.
    :param routes: what the callback was configured with.
    :param deadline: name of the deadline, for a Deadline Alert.
    """
    if SIGNAL in context:
        ready: Signal = context[SIGNAL]
        return replace(ready, severity=severity, routes=routes)
    if context.get("deadline") is not None:
        return _missed_deadline(context, now, severity, routes, deadline)
    ti = context.get("ti") or context.get("task_instance")
    part = slice_in(context)
    if ti is not None and context.get("reason") in (None, "task_failure"):
        error = context.get("exception")
        lost = error is None and "reason" not in context  # Airflow's Dag processor calls so for a heartbeat that ended
        return failed_task(ti, now, error=error, severity=severity, routes=routes, part=part, lost=lost)
    dag_id, run_id, ended = _run_in(context)
    reason = str(context.get("reason") or "failed")
    return failed_run(dag_id, run_id, now, ended=ended, reason=reason, severity=severity, routes=routes, part=part)


def recovery_in(context: Mapping[str, Any], now: datetime) -> Signal:
    """Return the recovery that a success callback was called for: of a task, or of a whole run."""
    ti = context.get("ti") or context.get("task_instance")
    part = slice_in(context)
    if ti is not None and "reason" not in context:
        return succeeded_task(ti, end_of(ti) or now, part=part)
    dag_id, run_id, ended = _run_in(context)
    return succeeded_run(dag_id, run_id, ended or now, part=part)


def _run_in(context: Mapping[str, Any]) -> tuple[str, str | None, datetime | None]:
    """Return Dag, run and the end of the run, from whatever names them.

    Airflow calls with no more than ``dag``, ``run_id`` and ``reason`` where no task fits, and with a run as a mapping for deadlines.
    """
    run, ti = context.get("dag_run"), context.get("ti") or context.get("task_instance")
    named = (run, context.get("dag"), ti, context)
    dag_id = next((found for one in named if (found := _part_of(one, "dag_id"))), None)
    if dag_id is None:
        raise LookupError("the context names no Dag: it has neither dag_run, dag nor ti")
    run_id = _part_of(run, "run_id") or _part_of(run, "dag_run_id") or _part_of(ti, "run_id") or context.get("run_id")
    return str(dag_id), None if run_id is None else str(run_id), to_instant(_part_of(run, "end_date"))


def _part_of(found: object, name: str) -> Any:
    """Return a part of what Airflow hands over as an object or as a mapping; None where it has none."""
    return found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)


def failed_task(
    ti: Any,
    now: datetime,
    *,
    error: object = None,
    severity: Severity | None = None,
    routes: tuple[str, ...] = (),
    part: Slice | None = None,
    seen_at: datetime | None = None,
    lost: bool = False,
) -> Signal:
    """Return the signal of a task instance that failed.

    :param seen_at: when a messenger saw that it is still failed, for example at the end of its run.
    :param lost: whether no word came from its process, as from one that was killed.
    """
    title = f"Task {ti.dag_id}.{ti.task_id} failed"
    if lost:
        title = f"Task {ti.dag_id}.{ti.task_id} was killed or lost"
        error = f"no word came from its process, which may have been out of memory, or without the store; {error or 'its heartbeat ended'}"
    said = f"{type(error).__name__}: {text_of(error)}" if isinstance(error, BaseException) else str(error or "")
    detail = lines(masked(said[:20_000]), 4000)  # an exception may quote the row that it could not load
    return Signal(
        cause=PipelineCause(dag_id=ti.dag_id, task_id=ti.task_id),
        event=Event.TASK_FAILED,
        at=end_of(ti) or now,
        title=title,
        detail=detail,
        origin=origin_of(ti),
        severity=severity,
        routes=routes,
        explanation=explain((detail,)) if isinstance(error, BaseException) else Explanation(),  # others know no more than that it failed
        slice=part or Slice(),
        seen_at=seen_at,
    )


def succeeded_task(ti: Any, at: datetime, *, by_hand: bool = False, part: Slice | None = None) -> Signal:
    """Return the signal of a task instance that succeeded, or that a person marked so."""
    said = "was marked success by hand" if by_hand else "succeeded"
    return Signal(
        cause=PipelineCause(dag_id=ti.dag_id, task_id=ti.task_id),
        event=Event.TASK_SUCCEEDED,
        at=at,
        title=f"Task {ti.dag_id}.{ti.task_id} {said}",
        origin=origin_of(ti),
        slice=part or Slice(),
    )


def failed_run(
    dag_id: str,
    run_id: str | None,
    now: datetime,
    *,
    reason: str,
    ended: datetime | None = None,
    severity: Severity | None = None,
    routes: tuple[str, ...] = (),
    part: Slice | None = None,
) -> Signal:
    """Return the signal of a run that failed although none of its tasks did, for example because it was marked so by hand.

    :param now: the moment of the call.
    :param ended: when the run ended, where the messenger knows; a run that is cleared may fail more than once.
    """
    return Signal(
        cause=PipelineCause(dag_id=dag_id),
        event=Event.RUN_FAILED,
        at=ended or now,
        title=f"Run of {dag_id} failed: {masked_line(reason, REASON)}",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        severity=severity,
        routes=routes,
        occurrence_id="" if ended is None else ended.isoformat(),
        slice=part or Slice(),
    )


def succeeded_run(
    dag_id: str,
    run_id: str | None,
    at: datetime,
    *,
    by_hand: bool = False,
    still_failed: tuple[str, ...] | None = None,
    part: Slice | None = None,
) -> Signal:
    """Return the signal of a run that succeeded, or that a person marked so.

    :param still_failed: tasks that are failed all the same; None: the messenger does not know.
    """
    said = "was marked success by hand" if by_hand else "succeeded"
    return Signal(
        cause=PipelineCause(dag_id=dag_id),
        event=Event.RUN_SUCCEEDED,
        at=at,
        title=f"Run {run_id} of {dag_id} {said}",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        still_failed=still_failed,
        slice=part or Slice(),
    )


def succeeded_tasks(dag_id: str, run_id: str, at: datetime, tasks: tuple[str, ...], *, part: Slice | None = None) -> Signal:
    """Return the signal of the tasks that ended well in a run that did not."""
    return Signal(
        cause=PipelineCause(dag_id=dag_id),
        event=Event.TASK_SUCCEEDED,
        at=at,
        title=f"Tasks of {dag_id} succeeded",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        tasks=tasks,
        slice=part or Slice(),
    )


def _missed_deadline(context: Mapping[str, Any], now: datetime, severity: Severity, routes: tuple[str, ...], name: str) -> Signal:
    dag_id, run_id, _ = _run_in(context)
    due = to_instant(_part_of(context["deadline"], "deadline_time"))
    return Signal(
        cause=PipelineCause(dag_id=dag_id, deadline=name),
        event=Event.DEADLINE_MISSED,
        at=due or now,
        title=f"{dag_id} missed its deadline{'' if name in ('', 'deadline') else f' {name}'}{_how_late(due, now)}",
        detail="" if due is None else f"due at {due.isoformat()}",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        severity=severity,
        routes=routes,
        slice=slice_in(context),
    )


def _how_late(due: datetime | None, now: datetime) -> str:
    """When a deadline was, and for how long it has been over."""
    if due is None:
        return ""
    late = f" ({format_duration(now - due)} ago)" if now > due else ""
    return f", due at {due:%Y-%m-%d %H:%M} UTC{late}"
