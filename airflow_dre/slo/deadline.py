"""Deadlines of tasks and runs: the promise, and the decision whether states of Airflow break it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from airflow_dre.declaring.slips import nearest
from airflow_dre.errors import Problem

CONTEXT, SLA_MISS = "context", "sla_miss"
"""Forms of a callable: one that takes a context, and one that takes the five arguments of an ``sla_miss_callback`` of Airflow 2."""
_FAILED = ("failed", "upstream_failed")
_WORDS = {
    None: "not started",
    "scheduled": "not started",
    "queued": "not started",
    "up_for_retry": "waiting for its next try",
    "up_for_reschedule": "waiting",
    "deferred": "waiting",
    "awaiting_input": "waiting for a person",
    "upstream_failed": "not started, since a task before it failed",
}
_WORST = (
    *("failed", "upstream_failed", "up_for_retry", "skipped", None, "scheduled", "queued", "restarting"),
    *("up_for_reschedule", "deferred", "awaiting_input", "running"),
)
"""States in the order in which a message names one of several."""
_MOST_NAMES = 20
"""Names of tasks that a message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A promise about each run of a Dag: the run, or a task or group of it, has succeeded by a moment."""

    name: str
    task: str = ""
    """A task or a task group. Empty: the whole run."""
    after_start: timedelta | None = None
    """Due this time after the start of the run."""
    after_interval: timedelta | None = None
    """Due this time after the end of the data interval of the run."""
    clock: str = ""
    """Due when clocks in ``time_zone`` show this time."""
    time_zone: str = "UTC"
    early: bool = False
    """True if Airflow calls at the begin of the run and not at the due moment, for what it would forget at the end of the run."""
    skipped_is_fine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """The state of a run and of the task instances that a deadline is about, as Airflow knows them at one moment."""

    run: str | None
    """None: the run is gone."""
    tasks: Mapping[str, str | None] = field(default_factory=dict)
    """States by task, with the map index where the task is mapped. Empty: they are not known, or the whole run is meant."""
    others: tuple[str, ...] | None = None
    """All tasks of a run that has no task and no group of the name of the deadline. None: it has, or that is not known."""
    run_ended: datetime | None = None

    @property
    def failed(self) -> bool:
        """True if the run failed, or a task that the deadline is about can no longer succeed."""
        return self.run == "failed" or any(state in _FAILED for state in self.tasks.values())


class DeadlineResult(StrEnum):
    """Result of an evaluation of a deadline."""

    MET = "met"
    PENDING = "pending"
    """It is too early to judge."""
    MISSED = "missed"
    REPORTED = "reported"
    """It failed, and the incident of the failure is known."""
    GONE = "gone"
    """The run was deleted."""
    NO_SUCH_TASK = "no such task"
    """The run has no task and no group of this name."""


def judge_deadline(deadline: Deadline, states: States, *, due: datetime | None, at: datetime, reported: bool) -> DeadlineResult:
    """Return whether a deadline is met, missed, or neither.

    :param due: the due moment. None: not known yet, since the run has not started.
    :param at: the moment of the look.
    :param reported: whether an incident has reported a failure within the run.
    """
    if states.run is None:
        return DeadlineResult.GONE
    if _is_met(deadline, states, due):
        return DeadlineResult.MET
    if due is None or at < due:
        return DeadlineResult.PENDING
    if states.others is not None:
        return DeadlineResult.NO_SUCH_TASK
    if states.failed and reported:
        return DeadlineResult.REPORTED
    return DeadlineResult.MISSED


def _is_met(deadline: Deadline, states: States, due: datetime | None) -> bool:
    if not deadline.task:
        in_time = due is not None and states.run_ended is not None and states.run_ended <= due
        return states.run == "success" and in_time
    fine = {"success", "removed"}
    if deadline.skipped_is_fine and states.run != "failed":
        fine.add("skipped")
    return bool(states.tasks) and all(state in fine for state in states.tasks.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMoments:
    """Moments of a run, as far as they are known."""

    called_for: datetime
    """The moment for which Airflow called."""
    started: datetime | None = None
    run_after: datetime | None = None
    """When it could start at the earliest."""
    interval_end: datetime | None = None


def due_moment(deadline: Deadline, run: RunMoments) -> datetime | None:
    """Return the due moment, or None where it counts from the start of a run that has not started."""
    if deadline.after_start is not None:
        return None if run.started is None else run.started + deadline.after_start
    if not deadline.early:
        return run.called_for
    begin = run.run_after or run.called_for
    if deadline.after_interval is not None:
        return (run.interval_end or begin) + deadline.after_interval
    return next_wall_clock(begin, time.fromisoformat(deadline.clock), ZoneInfo(deadline.time_zone))


def of_task(deadline: Deadline, task: str) -> Deadline:
    """Return the deadline of a task."""
    return replace(deadline, task=task)


def worst_state(states: States) -> str | None:
    """Return the state that a message names: that of the run, or the worst among several tasks."""
    found = set(states.tasks.values()) - {"success", "removed"}
    return next((state for state in _WORST if state in found), states.run) if found else states.run


def describe_state(deadline: Deadline, states: States) -> str:
    """Return the states of a missed deadline in words, for example ``running`` or ``2 of 5 done, 3 running``."""
    if not deadline.task:
        return _WORDS.get(states.run, str(states.run)) if states.run != "success" else "ended late"
    if len(states.tasks) == 1:
        (state,) = states.tasks.values()
        return _WORDS.get(state, str(state))
    done = sum(state in ("success", "removed") for state in states.tasks.values())
    worst = worst_state(states)
    like = sum(state == worst for state in states.tasks.values())
    return f"{done} of {len(states.tasks)} done, {like} {_WORDS.get(worst, str(worst))}"


def task_problem(deadline: Deadline, known: Iterable[str], *, run: str = "") -> Problem:
    """Return that a deadline is of a task that does not exist.

    :param known: names of the tasks and groups that exist.
    :param run: the run in words, if one is meant.
    """
    names = sorted(known)
    inside = [name for name in names if name.rpartition(".")[2] == deadline.task]
    near = inside[0] if inside else nearest(deadline.task, names)
    more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    allowed = f"{f'did you mean {near}? ' if near else ''}{', '.join(names[:_MOST_NAMES]) or 'nothing: the Dag has no task'}{more}"
    return Problem(f"task_deadline {deadline.name}{run}", "task", deadline.task, allowed)


def next_wall_clock(after: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """Return the first moment after ``after`` at which clocks in ``zone`` show ``clock``, in UTC.

    A time that clocks skip on a day is the first moment after the gap. One that occurs twice is its first occurrence.

    :raises OverflowError: no calendar reaches that far.
    """
    from airflow_dre.slo.schedule import TimesOfDay, next_moment

    found = next_moment(TimesOfDay((clock,)), None, zone, after)
    if found is None:
        raise OverflowError(f"no calendar reaches the moment after {after}")
    return found.at


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMiss:
    """A missed deadline, as callables of ``on_miss`` get it in ``context["sla"]``."""

    dag_id: str
    run_id: str
    task: str
    """The task or task group. Empty: the whole run."""
    name: str
    """Name of the deadline."""
    due: datetime
    """The moment by which it had to be done (aware, UTC)."""
    how_late: timedelta
    """Time between the due moment and this evaluation."""
    state: str
    """The states in words, for example ``running``, ``not started`` or ``2 of 5 done, 3 running``."""
    tasks: Mapping[str, str | None]
    """States by task instance, with the map index where a task is mapped."""
    since: datetime
    """The first moment at which the promise was broken: the due moment."""
    counted_from: datetime | None
    """The moment from which the deadline counts, if it is known: the start of the run, or the end of its data interval."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Addresses of Airflow's pages: ``run``, and ``task`` where one task is meant."""

    @property
    def what(self) -> str:
        """The task with its Dag, or the Dag."""
        return f"{self.dag_id}.{self.task}" if self.task else self.dag_id


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that a miss opens."""

    severity: str = "high"
    routes: tuple[str, ...] = ()


class ImportedCallable(msgspec.Struct, frozen=True, kw_only=True):
    """A callable that a miss calls, by the path under which the triggerer imports it."""

    path: str
    form: str = CONTEXT


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline and what its miss opens and calls, as Airflow keeps it as arguments of a callback."""

    deadline: Deadline
    openings: tuple[Opening, ...] = ()
    callables: tuple[ImportedCallable, ...] = ()
