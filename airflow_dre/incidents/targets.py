"""The causes that a signal concerns: its own, those that explain it, or those that it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from airflow_dre.incidents.identity import Cause, PipelineCause
from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.incidents.situation import KnownIncident, Surroundings

ENDS_RUN = (Event.RUN_FAILED, Event.TASK_FAILED)
"""Failures that another failure of the same run may explain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A signal, addressed to a cause that it concerns."""

    signal: Signal
    known: bool = False
    """True if the occurrence is counted already, here or with the cause that explains it."""


def find_targets(signal: Signal, around: Surroundings) -> tuple[Target, ...]:
    """Return the signal for each cause that it concerns, data by fingerprint and incidents by id.

    A failed task whose checks failed concerns the data. A failed run whose task failed concerns the task. A run that succeeded ends
    whatever was wrong with its Dag.
    """
    cause = signal.cause
    if isinstance(cause, PipelineCause):
        if not signal.opens:
            return ()
        if signal.event is Event.RUN_SUCCEEDED:
            return _targets(signal, (known.cause for known in _ended_by_run(signal, around)))
        if signal.tasks:
            return _ended_tasks(signal, around)
        explaining = find_explaining(signal, around)
        if explaining:
            return _targets(signal, explaining, known=True)
    return (Target(signal=signal, known=_is_reported(signal, around)),)


def _targets(signal: Signal, causes: Iterable[Cause], *, known: bool = False) -> tuple[Target, ...]:
    return tuple(Target(signal=replace(signal, cause=cause), known=known) for cause in dict.fromkeys(causes))


def _ended_by_run(signal: Signal, around: Surroundings) -> list[KnownIncident]:
    """Return the live incidents of a Dag that a successful run ends: all except those of tasks that failed within this very run.

    The listener knows which tasks are still failed. For other messengers these are all tasks that were reported as failed.
    """
    left = signal.still_failed
    failed_here = {failed.incident_id for failed in around.failed_tasks if left is None or failed.task_id in left}

    def is_over(known: KnownIncident) -> bool:
        task_id = known.cause.task_id if isinstance(known.cause, PipelineCause) else ""
        if left is None:
            return not task_id or known.id not in failed_here
        return task_id not in left and known.id not in failed_here

    return [known for known in around.live_of_dag if is_over(known)]


def _ended_tasks(signal: Signal, around: Surroundings) -> tuple[Target, ...]:
    """Return the recovery of each task that ended well in a run that did not, where it has a live incident."""
    causes = [known.cause for known in around.live_of_dag if isinstance(known.cause, PipelineCause) and known.cause.task_id in signal.tasks]
    return tuple(
        Target(signal=replace(signal, cause=cause, tasks=(), title=f"Task {cause.dag_id}.{cause.task_id} succeeded"))
        for cause in dict.fromkeys(causes)
    )


def find_explaining(signal: Signal, around: Surroundings) -> list[Cause]:
    """Return the causes that explain why a task or a run failed."""
    if signal.origin.run_id is None or signal.event not in ENDS_RUN:
        return []
    if signal.event is Event.TASK_FAILED and (data := _broken_data(signal, around)):
        return sorted(data, key=lambda cause: cause.fingerprint)
    return [known.cause for known in around.of_run if known.live or _explains_late(signal, known)]


def _broken_data(signal: Signal, around: Surroundings) -> list[Cause]:
    """Return the data that was broken in a task instance: by checks, by warnings that opened incidents, or by SLAs that are unknown.

    Where the try is not known its latest measurement counts.
    """
    tries = [suite.try_number for suite in around.suites if suite.try_number is not None]
    wanted = signal.origin.try_number if signal.origin.try_number is not None else max(tries, default=None)
    broken: list[Cause] = [suite.cause for suite in around.suites if suite.broken and suite.try_number == wanted]
    broken += [reported.cause for reported in around.reported if reported.event in (Event.CHECKS_WARNED, Event.STALE)]
    broken += [sla.cause for sla in around.slas if not sla.known]
    return broken


def _explains_late(signal: Signal, known: KnownIncident) -> bool:
    """Return whether a failed run is the one that a resolved incident of its task was about.

    A messenger that does not know when the run ended may call late. A failed task is never explained so, since it may have failed although
    its run succeeded.
    """
    if signal.event is not Event.RUN_FAILED:
        return False
    return not signal.occurrence_id or (known.resolved_at is not None and known.resolved_at >= signal.at)


def _is_reported(signal: Signal, around: Surroundings) -> bool:
    """Return whether the end of a run, of which this messenger does not know the moment, was reported before.

    A run that ended well since then may have failed again. It did where this messenger reported the failure before, and no other messenger
    reported one after. Where failures are only remembered, the latest end of the run decides.
    """
    if signal.event is not Event.RUN_FAILED or signal.occurrence_id or not around.earlier_ends:
        return False
    reported = {end.key: end.at for end in around.earlier_ends}
    latest, mine = max(reported.values()), reported.get(signal.key)
    well = [recovery.at for recovery in around.recoveries if recovery.origin.run_id == signal.origin.run_id]
    remembered = [end.at for end in around.earlier_ends if end.incident_id is None and end.key != signal.key]
    if remembered and all(end.incident_id is None or end.key == signal.key for end in around.earlier_ends):
        failed_at = max(remembered)
        return bool(well and max(well) >= failed_at) or (mine is not None and mine >= failed_at)
    return not well or latest > max(well) or mine is None or latest > mine
