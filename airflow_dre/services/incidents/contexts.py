"""Airflow's contexts as signals. A context looks different in each place that a callback can run in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.services.incidents.outcomes import DagRun, end_of, failed_run, failed_task, succeeded_run, succeeded_task
from airflow_dre.values.instants import format_duration, to_instant

SIGNAL = "dre_signal"
"""Key under which a context carries a ready signal, for example of a missed SLA."""


def slice_in(context: Mapping[str, Any]) -> Slice:
    """Return the data interval and partition of the run that a context, or a run itself as a mapping, holds."""
    run = context.get("dag_run")
    found = {name: context.get(name) or _part_of(run, name) for name in _SLICE}
    return Slice(
        interval_start=to_instant(found["data_interval_start"]),
        interval_end=to_instant(found["data_interval_end"]),
        partition_key=None if found["partition_key"] is None else str(found["partition_key"]),
    )


_SLICE = ("data_interval_start", "data_interval_end", "partition_key")


def problem_in(context: Mapping[str, Any], now: datetime, options: NotifyOptions, *, deadline: str = "") -> Signal:
    """Return the problem that a failure callback was called for: a missed SLA or deadline, a failed task, or a failed run.

    :param context: of a task callback, a Dag callback, a Deadline Alert or an SLA.
    :param now: the moment of the call, for contexts that name none.
    :param options: severity and routes of the callback.
    :param deadline: name of the deadline, for a Deadline Alert.
    """
    if SIGNAL in context:
        ready: Signal = context[SIGNAL]
        return replace(ready, severity=options.severity, routes=options.routes)
    if context.get("deadline") is not None:
        return _missed_deadline(context, now, options, deadline)
    ti = context.get("ti") or context.get("task_instance")
    part = slice_in(context)
    if ti is not None and context.get("reason") in (None, "task_failure"):
        error = context.get("exception")
        lost = error is None and "reason" not in context  # Airflow's Dag processor calls so for a heartbeat that ended
        return failed_task(ti, now, error=error, lost=lost, part=part, options=options)
    dag_id, run_id, ended = _run_in(context)
    reason = str(context.get("reason") or "failed")
    return failed_run(DagRun(dag_id, run_id, part), now, reason=reason, ended=ended, options=options)


def recovery_in(context: Mapping[str, Any], now: datetime) -> Signal:
    """Return the recovery that a success callback was called for: of a task, or of a whole run."""
    ti = context.get("ti") or context.get("task_instance")
    part = slice_in(context)
    if ti is not None and "reason" not in context:
        return succeeded_task(ti, end_of(ti) or now, part=part)
    dag_id, run_id, ended = _run_in(context)
    return succeeded_run(DagRun(dag_id, run_id, part), ended or now)


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
    """Return a part of an object or a mapping of Airflow, or None where it has no such part."""
    return found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)


def _missed_deadline(context: Mapping[str, Any], now: datetime, options: NotifyOptions, name: str) -> Signal:
    dag_id, run_id, _ = _run_in(context)
    due = to_instant(_part_of(context["deadline"], "deadline_time"))
    return Signal(
        cause=PipelineCause(dag_id=dag_id, deadline=name),
        event=Event.DEADLINE_MISSED,
        at=due or now,
        title=f"{dag_id} missed its deadline{'' if name in ('', 'deadline') else f' {name}'}{_how_late(due, now)}",
        detail="" if due is None else f"due at {due.isoformat()}",
        origin=Origin(dag_id=dag_id, run_id=run_id),
        severity=options.severity,
        routes=options.routes,
        slice=slice_in(context),
    )


def _how_late(due: datetime | None, now: datetime) -> str:
    """Return when a deadline was, and for how long it has been over."""
    if due is None:
        return ""
    late = f" ({format_duration(now - due)} ago)" if now > due else ""
    return f", due at {due:%Y-%m-%d %H:%M} UTC{late}"
