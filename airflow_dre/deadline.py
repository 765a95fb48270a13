"""Deadlines of runs and tasks: alerts of Airflow that query the states before they report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, overload

from airflow.sdk.definitions.deadline import DeadlineAlert

from airflow_dre.declaring.functions import strict
from airflow_dre.notifications.misses import from_sla_miss_callback as from_sla_miss_callback

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from airflow.sdk.definitions.deadline import BaseDeadlineReference

    from airflow_dre.errors import Problem
    from airflow_dre.slo.deadline import Alert, Deadline
    from airflow_dre.slo.deadline import DeadlineMiss as DeadlineMiss

SKIPPED = ("fine", "missed")
BEGIN = timedelta(seconds=1)
"""Time after which Airflow calls for a deadline that it would forget when the run succeeds."""


def __getattr__(name: str) -> object:
    if name != "DeadlineMiss":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from airflow_dre.slo.deadline import DeadlineMiss

    return DeadlineMiss


@strict
def dag_deadline(
    interval: timedelta | str,
    *,
    name: str = "deadline",
    reference: Any = None,
    severity: str = "high",
    routes: Iterable[str] = (),
    on_miss: Any = (),
) -> DeadlineAlert:
    """Return a deadline for each run of a Dag, wired to an incident: ``DAG(..., deadline=dag_deadline("2h"))``.

    The alert runs in the triggerer, and asks for the state of the run first. A run that failed before, and whose failure an incident
    reports, is not reported again. The incident is resolved when a run of the Dag succeeds. A deadline exists only for a run that exists;
    for a table that must be fresh even if no run ever started use :class:`~airflow_dre.sla.FreshnessSLA`.

    :param interval: time after the reference by which the run must have succeeded, for example ``"2h"`` or a timedelta.
    :param name: name of the deadline, unique within the Dag.
    :param reference: a ``DeadlineReference``. The default is the moment at which the run was queued, which every run has, also one without
        a logical date.
    :param severity: severity of the incident: ``low``, ``medium``, ``high`` or ``critical``.
    :param routes: names of routes of ``[dre] routes`` that are notified.
    :param on_miss: what else a miss calls: functions that take a context, one or a list, as of :func:`task_deadline`.
    :raises airflow_dre.errors.DefinitionError: an argument is not what it must be.
    """
    from airflow.sdk.definitions.callback import AsyncCallback
    from airflow.sdk.definitions.deadline import BaseDeadlineReference

    from airflow_dre.declaring.names import find_name_problems
    from airflow_dre.errors import DefinitionError, Problem
    from airflow_dre.notifications import OpenIncident
    from airflow_dre.notifications.misses import read_on_miss
    from airflow_dre.services.slo.deadlines import write_alert
    from airflow_dre.slo.deadline import Alert, Deadline, Opening
    from airflow_dre.triggers.deadline import settle_deadline
    from airflow_dre.triggers.references import RunQueued
    from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

    problems: list[Problem] = []
    duration = read_duration(interval)
    if duration is None:
        problems = [Problem("dag_deadline", "interval", interval, DURATION_ALLOWED)]
    if not isinstance(name, str) or not name.strip():
        problems.append(Problem("dag_deadline", "name", name, "text that is not empty"))
    problems += find_name_problems("dag_deadline", {"name": name})
    if reference is not None and not isinstance(reference, BaseDeadlineReference):
        problems.append(Problem("dag_deadline", "reference", reference, "a reference such as DeadlineReference.DAGRUN_QUEUED_AT"))
    openings, calls, wrong = read_on_miss("dag_deadline", on_miss)
    problems += wrong
    if problems or duration is None:
        raise DefinitionError(problems)
    notifier = OpenIncident(severity=severity, routes=routes, deadline=name)  # refuses mistakes here, where the Dag author sees them
    callback = AsyncCallback(OpenIncident, kwargs={"severity": severity, "routes": list(notifier.routes), "deadline": name})
    if openings or calls:
        mine = Opening(severity=severity, routes=tuple(notifier.routes))
        alert = Alert(deadline=Deadline(name=name), openings=(mine, *openings), callables=calls)
        callback = AsyncCallback(settle_deadline, kwargs={"alert": write_alert(alert)})
    return DeadlineAlert(reference=RunQueued() if reference is None else reference, interval=duration, callback=callback, name=name)


class TaskDeadlineAlert(DeadlineAlert):
    """A deadline of a task, for ``DAG(deadline=[...])``, as :func:`task_deadline` returns it."""

    def __init__(self, alert: Alert, reference: BaseDeadlineReference, interval: timedelta) -> None:
        from airflow.sdk.definitions.callback import AsyncCallback

        from airflow_dre.declaring.names import LONGEST_NAME
        from airflow_dre.services.slo.deadlines import write_alert
        from airflow_dre.triggers.deadline import settle_deadline

        callback = AsyncCallback(settle_deadline, kwargs={"alert": write_alert(alert)})
        name = f"{alert.deadline.task}: {alert.deadline.name}"[:LONGEST_NAME]
        super().__init__(reference=reference, interval=interval, callback=callback, name=name)
        self.alert = alert

    def hold_task(self, dag: DAG, task_id: str) -> None:
        """Add the deadline of a task to those of its Dag, once.

        :raises airflow_dre.errors.DefinitionError: it is the deadline of another task.
        """
        if self.alert.deadline.task != task_id:
            from airflow_dre.errors import DefinitionError

            allowed = f"task_deadline(...) without a task, or of the task {task_id!r}"
            raise DefinitionError.about(f"task {task_id}", "sla", self.alert.deadline.task, allowed)
        before = dag.deadline or []
        others = [before] if isinstance(before, DeadlineAlert) else before
        if not any(isinstance(other, TaskDeadlineAlert) and other.alert == self.alert for other in others):
            dag.deadline = [*others, self]


class TaskDeadline:
    """A deadline for the argument ``sla`` of an operator, as :func:`task_deadline` without a task returns it."""

    def __init__(self, alert: Alert, reference: BaseDeadlineReference, interval: timedelta) -> None:
        self._alert = alert
        self._reference = reference
        self._interval = interval

    def __repr__(self) -> str:
        return f"task_deadline({self._alert.deadline.name!r}) without a task, which is for the argument sla of an operator"

    def hold_task(self, dag: DAG, task_id: str) -> None:
        """Add a deadline of the task to those of its Dag, once."""
        from msgspec.structs import replace as replace_alert

        from airflow_dre.slo.deadline import of_task

        alert = replace_alert(self._alert, deadline=of_task(self._alert.deadline, task_id))
        TaskDeadlineAlert(alert, self._reference, self._interval).hold_task(dag, task_id)


@overload
def task_deadline(
    task: str,
    *,
    after: timedelta | str | None = None,
    at: time | str | None = None,
    time_zone: str = "UTC",
    after_interval: timedelta | str | None = None,
    name: str | None = None,
    skipped: str = "fine",
    on_miss: Any = None,
) -> TaskDeadlineAlert: ...


@overload
def task_deadline(
    task: None = None,
    *,
    after: timedelta | str | None = None,
    at: time | str | None = None,
    time_zone: str = "UTC",
    after_interval: timedelta | str | None = None,
    name: str | None = None,
    skipped: str = "fine",
    on_miss: Any = None,
) -> TaskDeadline: ...


@strict
def task_deadline(
    task: str | None = None,
    *,
    after: timedelta | str | None = None,
    at: time | str | None = None,
    time_zone: str = "UTC",
    after_interval: timedelta | str | None = None,
    name: str | None = None,
    skipped: str = "fine",
    on_miss: Any = None,
) -> TaskDeadlineAlert | TaskDeadline:
    """Return a deadline for a task, a mapped task or a task group of each run: ``DAG(..., deadline=[task_deadline("load", after="2h")])``.

    It is due at the moment that exactly one of ``after``, ``at`` and ``after_interval`` names. At that moment the triggerer asks for the
    states of the task's instances, so that a task that never started, hangs or was killed is reported. It is met where all of them
    have succeeded. A task that failed, and whose failure an incident reports, is not reported again. A miss is reported once for each run.
    The incident is resolved when a run of the Dag succeeds.

    :param task: id of a task or a task group, with its groups, for example ``"extract.load"``. Without it the deadline is for the argument
        ``sla`` of an operator.
    :param after: due this time after the start of the run, for example ``"2h"`` or a timedelta. While a run is queued the time does not
        count.
    :param at: due when clocks in ``time_zone`` show this time for the first time after the run may start, for example ``"08:00"``. A time
        that clocks skip is the first moment after the gap; of a time that occurs twice the first occurrence counts.
    :param time_zone: IANA name of the time zone of ``at``, by default UTC.
    :param after_interval: due this time after the end of the data interval of the run. A run without one counts from the moment from
        which it may start. A run by hand and a backfill whose due moment is over when they are made have no deadline.
    :param name: name of the deadline, unique among those of the task. The default states when it is due.
    :param skipped: ``"fine"`` (default): a task that was skipped has met its deadline; ``"missed"``: it has not. The deadline then takes a
        place in the triggerer from the begin of the run.
    :param on_miss: ``open_incident(...)``, and functions that take a context, one or a list. The triggerer calls them, so it must be able
        to import the functions: it cannot import those of a Dag file. ``context["sla"]`` is a
        :class:`~airflow_dre.slo.deadline.DeadlineMiss`. The default is ``open_incident(severity="high")``.
    :raises airflow_dre.errors.DefinitionError: an argument is not what it must be.
    """
    from airflow_dre.declaring.names import find_name_problems
    from airflow_dre.declaring.slips import one_of
    from airflow_dre.errors import DefinitionError, Problem
    from airflow_dre.notifications import open_incident
    from airflow_dre.notifications.misses import read_on_miss
    from airflow_dre.slo.deadline import Alert

    subject = f"task_deadline {task}" if isinstance(task, str) else "task_deadline"
    deadline, problems = _read_due(subject, after, at, time_zone, after_interval)
    openings, calls, wrong = read_on_miss(subject, open_incident(severity="high") if on_miss is None else on_miss)
    problems += wrong
    for argument, text in (("task", task), ("name", name)):
        if text is not None and (not isinstance(text, str) or not text.strip()):
            problems.append(Problem(subject, argument, text, "text that is not empty"))
    problems += find_name_problems(subject, {"task": task, "name": name})
    if skipped not in SKIPPED:
        problems.append(Problem(subject, "skipped", skipped, one_of(skipped, SKIPPED)))
    if problems or deadline is None:
        raise DefinitionError(problems)
    return _deadline_of(deadline, task or "", name or deadline.name, skipped, Alert(deadline=deadline, openings=openings, callables=calls))


def _deadline_of(deadline: Deadline, task: str, name: str, skipped: str, alert: Alert) -> TaskDeadlineAlert | TaskDeadline:
    from dataclasses import replace

    from msgspec.structs import replace as replace_alert

    from airflow_dre.triggers.references import IntervalEnd, RunQueued, WallClock

    early = skipped == "missed"
    full = replace(deadline, task=task, name=name, early=early, skipped_is_fine=not early)
    reference: BaseDeadlineReference = RunQueued()
    interval = BEGIN if early or full.after_start is None else full.after_start
    if full.after_interval is not None:
        reference = IntervalEnd(full.after_interval.total_seconds(), early)
        interval = BEGIN if early else full.after_interval
    elif full.clock:
        reference, interval = WallClock(full.clock, full.time_zone, early), BEGIN if early else timedelta(0)
    kind = TaskDeadlineAlert if task else TaskDeadline
    return kind(replace_alert(alert, deadline=full), reference, interval)


def _read_due(subject: str, after: object, at: object, time_zone: object, after_interval: object) -> tuple[Deadline | None, list[Problem]]:
    """Return when a deadline is due, with a name that states it, and what is wrong with the arguments."""
    from airflow_dre.errors import Problem
    from airflow_dre.slo.deadline import Deadline
    from airflow_dre.values.instants import DURATION_ALLOWED, format_duration, read_duration, read_zone, zone_allowed

    problems: list[Problem] = []
    given = {"after": after, "at": at, "after_interval": after_interval}
    named = [argument for argument, value in given.items() if value is not None]
    if len(named) != 1:
        shown = ", ".join(f"{argument}={given[argument]!r}" for argument in named) or None
        problems.append(Problem(subject, "due moment", shown, "exactly one of after, at and after_interval"))
    if read_zone(time_zone) is None:
        problems.append(Problem(subject, "time_zone", time_zone, zone_allowed(time_zone)))
    clock, start, interval = _read_clock(at), read_duration(after), read_duration(after_interval)
    if at is not None and clock is None:
        problems.append(Problem(subject, "at", at, "a time of day without a zone, such as '08:00'; the zone is time_zone"))
    for argument, duration in (("after", start), ("after_interval", interval)):
        if given[argument] is not None and duration is None:
            problems.append(Problem(subject, argument, given[argument], DURATION_ALLOWED))
    if problems:
        return None, problems
    if start is not None:
        return Deadline(name=f"{format_duration(start)} after the start", after_start=start), []
    if interval is not None:
        return Deadline(name=f"{format_duration(interval)} after the interval", after_interval=interval), []
    return Deadline(name=f"{clock} {time_zone}", clock=clock or "", time_zone=str(time_zone)), []


def _read_clock(at: object) -> str | None:
    """Return a time of day as text, or None for anything else."""
    try:
        found = time.fromisoformat(at.strip()) if isinstance(at, str) else at
    except ValueError:
        return None
    if not isinstance(found, time) or found.tzinfo is not None:
        return None
    return found.isoformat("seconds" if found.second else "minutes")
