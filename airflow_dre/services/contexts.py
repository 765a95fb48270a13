"""What Airflow's contexts say, as signals and circumstances. A context looks different in each place that a callback can run in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from airflow_dre.checks.instants import to_instant
from airflow_dre.checks.masking import masked
from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.suite import Circumstances

SIGNAL = "dre_signal"
"""Key under which a context carries a ready signal, for example of a missed SLA."""


def origin_of(ti: Any) -> Origin:
    """The task instance, whichever of Airflow's classes it is."""
    return Origin(
        dag_id=ti.dag_id,
        run_id=ti.run_id,
        task_id=ti.task_id,
        map_index=-1 if ti.map_index is None else ti.map_index,
        try_number=ti.try_number,
    )


def circumstances_of(context: Mapping[str, Any]) -> Circumstances:
    """When and for whom a task runs; a run without a logical date has no data interval."""
    ti = context["ti"]
    version = getattr(ti, "dag_version_id", None)
    return Circumstances(
        origin=origin_of(ti),
        dag_version=None if version is None else str(version),
        data_interval_start=to_instant(context.get("data_interval_start")),
        data_interval_end=to_instant(context.get("data_interval_end")),
        partition_key=context.get("partition_key"),
    )


def problem_in(context: Mapping[str, Any], now: datetime, *, severity: Severity, routes: tuple[str, ...], deadline: str) -> Signal:
    """The problem that a failure callback was called for: a missed SLA or deadline, a failed task, or a failed run.

    :param context: of a task callback, a Dag callback, a Deadline Alert or an SLA.
    :param now: the moment of the call, for contexts that name none.
    :param severity: what the callback was configured with.
    :param routes: what the callback was configured with.
    :param deadline: name of the deadline, for a Deadline Alert.
    """
    if SIGNAL in context:
        ready: Signal = context[SIGNAL]
        return replace(ready, severity=severity, routes=routes)
    if "deadline" in context:
        return _missed_deadline(context, now, severity, routes, deadline)
    ti = context.get("ti") or context.get("task_instance")
    if ti is not None and context.get("reason") in (None, "task_failure"):
        return failed_task(ti, now, error=context.get("exception"), severity=severity, routes=routes)
    run = context["dag_run"]
    return failed_run(run.dag_id, run.run_id, now, reason=str(context.get("reason") or "failed"), severity=severity, routes=routes)


def recovery_in(context: Mapping[str, Any], now: datetime) -> Signal:
    """The recovery that a success callback was called for: of a task, or of a whole run."""
    ti = context.get("ti") or context.get("task_instance")
    if ti is not None and "reason" not in context:
        cause = PipelineCause(dag_id=ti.dag_id, task_id=ti.task_id)
        title = f"Task {ti.dag_id}.{ti.task_id} succeeded"
        return Signal(cause=cause, event=Event.TASK_SUCCEEDED, at=now, title=title, origin=origin_of(ti))
    run = context["dag_run"]
    return succeeded_run(run.dag_id, run.run_id, now)


def failed_task(ti: Any, now: datetime, *, error: object = None, severity: Severity | None = None, routes: tuple[str, ...] = ()) -> Signal:
    """A task instance that failed for good."""
    said = f"{type(error).__name__}: {error}" if isinstance(error, BaseException) else str(error or "")
    detail = masked(said[:20_000])[:4000]  # an exception may quote the row that it could not load
    return Signal(
        cause=PipelineCause(dag_id=ti.dag_id, task_id=ti.task_id),
        event=Event.TASK_FAILED,
        at=to_instant(getattr(ti, "end_date", None)) or now,
        title=f"Task {ti.dag_id}.{ti.task_id} failed",
        detail=detail,
        origin=origin_of(ti),
        severity=severity,
        routes=routes,
        explanation=explain((detail,)) if isinstance(error, BaseException) else Explanation(),  # others know no more than that it failed
    )


def failed_run(
    dag_id: str, run_id: str, at: datetime, *, reason: str, severity: Severity | None = None, routes: tuple[str, ...] = ()
) -> Signal:
    """A run that failed although none of its tasks did, for example because it was marked so by hand."""
    return Signal(
        cause=PipelineCause(dag_id=dag_id),
        event=Event.RUN_FAILED,
        at=at,
        title=f"Run of {dag_id} failed: {reason}",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        severity=severity,
        routes=routes,
    )


def succeeded_run(dag_id: str, run_id: str, at: datetime) -> Signal:
    """A run that succeeded."""
    return Signal(
        cause=PipelineCause(dag_id=dag_id),
        event=Event.RUN_SUCCEEDED,
        at=at,
        title=f"Run {run_id} of {dag_id} succeeded",
        origin=Origin(dag_id=dag_id, run_id=run_id),
    )


def _missed_deadline(context: Mapping[str, Any], now: datetime, severity: Severity, routes: tuple[str, ...], name: str) -> Signal:
    run, deadline = context["dag_run"], context["deadline"]
    dag_id, run_id = run["dag_id"], run.get("dag_run_id") or run.get("run_id")
    due = to_instant(deadline.get("deadline_time"))
    return Signal(
        cause=PipelineCause(dag_id=dag_id, deadline=name),
        event=Event.DEADLINE_MISSED,
        at=due or now,
        title=f"{dag_id} missed its deadline {name}",
        detail="" if due is None else f"due at {due.isoformat()}",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        severity=severity,
        routes=routes,
    )
