"""Signals: idempotent reports that incidents are derived from.

Airflow may report one failure never, once or twice, by callback or by listener. Each messenger records the same signal, with the same key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from airflow_dre.incidents.explanation import Explanation, explain
from airflow_dre.incidents.identity import Cause, DataCause, Promise
from airflow_dre.incidents.slices import Slice
from airflow_dre.values.digest import digest
from airflow_dre.values.text_limits import DETAIL, TITLE, lines, one_line


class Event(StrEnum):
    """Event that a signal reports."""

    CHECKS_FAILED = "checks_failed"
    CHECKS_ERRORED = "checks_errored"
    CHECKS_WARNED = "checks_warned"
    CHECKS_PASSED = "checks_passed"
    STALE = "stale"
    FRESH = "fresh"
    SLA_UNKNOWN = "sla_unknown"
    """An SLA cannot be evaluated."""
    UNWATCHED = "unwatched"
    """Nothing observes the cause any more."""
    TASK_FAILED = "task_failed"
    TASK_SUCCEEDED = "task_succeeded"
    RUN_FAILED = "run_failed"
    RUN_SUCCEEDED = "run_succeeded"
    DEADLINE_MISSED = "deadline_missed"
    SLO_ALERT = "slo_alert"
    """An alert of an SLO is due: its budget is spent, or is being spent too fast."""
    SLO_RECOVERED = "slo_recovered"
    """No alert of an SLO is due any more."""

    @property
    def firing(self) -> bool:
        """True for a problem, False for the end of one."""
        return self not in _RECOVERIES


_RECOVERIES = {Event.CHECKS_PASSED, Event.FRESH, Event.UNWATCHED, Event.TASK_SUCCEEDED, Event.RUN_SUCCEEDED, Event.SLO_RECOVERED}


class Severity(StrEnum):
    """Severity of an incident, mildest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The task instance that a signal comes from, as far as it has one."""

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    try_number: int | None = None


class Signal(msgspec.Struct, frozen=True, kw_only=True, rename={"occurrence_id": "episode"}):
    """A report about one cause. Records of the spool hold ``occurrence_id`` as ``episode``."""

    cause: Cause
    event: Event
    at: datetime
    """When it happened (aware, UTC)."""
    title: str
    """One line for a person."""
    detail: str = ""
    origin: Origin = msgspec.field(default_factory=Origin)
    severity: Severity | None = None
    """None: the messenger has no opinion."""
    routes: tuple[str, ...] = ()
    """Routes that are notified."""
    occurrence_id: str = ""
    """Distinguishes two problems of one origin, for example the moment since which a table is stale."""
    explanation: Explanation = msgspec.field(default_factory=Explanation)
    """Reason of the problem and persons who can help. Empty: ``detail`` is all that is known."""
    slice: Slice = msgspec.field(default_factory=Slice)
    """The part of the data that it is about. Empty: only wall time counts."""
    parts: tuple[str, ...] = ()
    """Names of what is broken, for example of the checks."""
    tasks: tuple[str, ...] = ()
    """Tasks of a run that ended well although the run failed, for TASK_SUCCEEDED of a whole Dag."""
    still_failed: tuple[str, ...] | None = None
    """Tasks that are failed although their run succeeded, for RUN_SUCCEEDED. None: the messenger does not know."""
    opens: bool = True
    """True if it may open an incident. False: it is only remembered that it happened, so that others are understood."""
    seen_at: datetime | None = None
    """When the messenger saw that it is still so, where that is later than ``at``: at the end of the run."""

    def __post_init__(self) -> None:
        """Bound what may come from data: no text of an incident is longer than stated, or holds a control character."""
        msgspec.structs.force_setattr(self, "title", one_line(self.title, TITLE))
        msgspec.structs.force_setattr(self, "detail", lines(self.detail, DETAIL))

    @property
    def why(self) -> Explanation:
        """The explanation, or else the detail as one."""
        return self.explanation or (explain((self.detail,)) if self.event.firing else Explanation())

    @property
    def named(self) -> frozenset[str]:
        """Return what is broken by name. A suite whose checks are not named is known by its title."""
        if self.parts or self.event not in (Event.CHECKS_FAILED, Event.CHECKS_ERRORED, Event.CHECKS_WARNED):
            return frozenset(self.parts)
        return frozenset({self.title})

    @property
    def key(self) -> str:
        """Equal for every report of the same occurrence."""
        origin = self.origin
        return digest(
            self.cause.fingerprint,
            self.event,
            origin.dag_id,
            origin.run_id,
            origin.task_id,
            origin.map_index,
            origin.try_number,
            self.occurrence_id,
        )


def with_promise(signal: Signal) -> Signal:
    """Return a signal of a version that knew no promises with the promise that its event implies: only an SLA is stale or fresh."""
    cause = signal.cause
    if isinstance(cause, DataCause) and cause.promise is Promise.SUITE and signal.event in (Event.STALE, Event.FRESH):
        return msgspec.structs.replace(signal, cause=msgspec.structs.replace(cause, promise=Promise.SLA))
    return signal
