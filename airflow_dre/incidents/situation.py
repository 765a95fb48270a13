"""The facts that a decision about a signal needs, loaded before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from airflow_dre.incidents.identity import Cause, DataCause
from airflow_dre.incidents.recoveries import Recovery
from airflow_dre.incidents.signals import Event, Severity
from airflow_dre.incidents.slices import Broken, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveIncident:
    """The live incident of a cause."""

    id: int = 0
    severity: Severity
    routes: frozenset[str]
    """Routes that are notified."""
    last_problem_at: datetime
    undelivered: frozenset[str] = frozenset()
    """Those of ``routes`` that no message reached and that none waits for: a new occurrence notifies them again."""
    broken: tuple[Broken, ...] = ()
    """The slices that are broken. Empty: known by wall time only."""
    parts: frozenset[str] = frozenset()
    """Names of everything that was broken since it was opened. Empty: not known."""
    event: Event | None = None
    """Event of the newest problem. None: not known."""
    explained: bool = False
    """True if its explanation comes from the messenger that saw the problem."""

    @property
    def problems(self) -> tuple[Broken, ...]:
        """The broken slices, also where only wall time is known."""
        return self.broken or (Broken(slice=Slice(), at=self.last_problem_at),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An earlier report of the same occurrence."""

    at: datetime
    incident_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiblingReport:
    """A report of another map index of the same task in the same run."""

    map_index: int | None
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseState:
    """State of one cause before a signal."""

    live: LiveIncident | None = None
    counted: Counted | None = None
    """The earlier report of this occurrence, if there is one."""
    recoveries: tuple[Recovery, ...] = ()
    """For a problem: the healthy moments of the cause and of the whole Dag."""
    siblings: tuple[SiblingReport, ...] = ()
    """For a recovery: what the other map indexes of the run reported to the live incident, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIncident:
    """An incident of the same run or Dag."""

    id: int
    cause: Cause
    live: bool = True
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTask:
    """A failure of a task, counted in an incident."""

    task_id: str | None
    incident_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEnd:
    """An earlier report that the same run failed."""

    key: str
    at: datetime
    incident_id: int | None = None
    """None: it was only remembered, or ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredSuite:
    """A run of a suite in the task instance that failed."""

    cause: DataCause
    broken: bool
    try_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCause:
    """A cause that the task instance reported a problem of."""

    cause: Cause
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSla:
    """An SLA that the task evaluates."""

    cause: DataCause
    known: bool
    """True if its last evaluation succeeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """State of the run and the Dag that a signal comes from, as far as its event needs it."""

    live_of_dag: tuple[KnownIncident, ...] = ()
    """The live incidents about the Dag and its tasks."""
    of_run: tuple[KnownIncident, ...] = ()
    """For a failed task: the incidents of its failed run. For a failed run: the incidents of its failed tasks."""
    failed_tasks: tuple[FailedTask, ...] = ()
    """The failures of tasks in the run."""
    earlier_ends: tuple[EarlierEnd, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    """The healthy moments of the Dag."""
    suites: tuple[MeasuredSuite, ...] = ()
    reported: tuple[ReportedCause, ...] = ()
    slas: tuple[WatchedSla, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything that the decision about one signal depends on."""

    surroundings: Surroundings = field(default_factory=Surroundings)
    causes: Mapping[str, CauseState] = field(default_factory=dict)
    """By fingerprint: the causes that the signal concerns, see :func:`airflow_dre.incidents.targets.find_targets`."""

    def of(self, cause: Cause) -> CauseState:
        """Return what is known of a cause."""
        return self.causes.get(cause.fingerprint, CauseState())
