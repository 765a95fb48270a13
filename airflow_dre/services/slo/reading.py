"""SLAs and monitors as a user reads them: an SLA whose monitor is overdue is unknown, whatever was found last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from airflow_dre.store.monitors import Monitor
from airflow_dre.store.records import StoredSla
from airflow_dre.store.records.slas import State
from airflow_dre.values.instants import format_duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaState:
    """The state of an SLA at a moment."""

    sla: StoredSla
    state: Literal["met", "missed", "unknown"]
    """``met`` also where it is about to be missed, and on a day that does not count."""
    reason: str
    last_look: datetime
    """The latest look of its monitor. One that finds nothing new writes no SLA."""
    overdue: bool
    """True if its monitor should have evaluated it again by now."""

    @property
    def evaluated_at(self) -> datetime:
        """The latest look with a result."""
        return self.sla.evaluated_at if self.sla.state == "unknown" else self.last_look


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorState:
    """The state of a monitor at a moment."""

    monitor: Monitor
    overdue: bool
    since_last_look: timedelta
    interval: timedelta | None
    """Time between two looks. None where the monitor has no schedule."""


def state_of_sla(sla: StoredSla, monitors: Sequence[Monitor], moment: datetime) -> SlaState:
    """Return the state of an SLA."""
    mine = [monitor for monitor in monitors if monitor.dag_id == sla.dag_id]
    last_look = max([sla.last_look, *[monitor.looked_at for monitor in mine]])
    found = _reason_at(sla, last_look)
    if not any(monitor.is_overdue(moment) for monitor in mine):
        return SlaState(sla=sla, state=_SHOWN[sla.state], reason=found, last_look=last_look, overdue=False)
    since = format_duration(moment - last_look)
    reason = f"not watched: monitor {sla.dag_id} has not looked for {since}; last found: {sla.state}, {found}"
    return SlaState(sla=sla, state="unknown", reason=reason, last_look=last_look, overdue=True)


def _reason_at(sla: StoredSla, moment: datetime) -> str:
    """Return the reason of the state of an SLA with the age that its newest value has at a moment."""
    subject, _, age = sla.reason.partition(" is ")
    _, old, newest = age.partition(" old (")
    if not old or sla.newest is None or sla.state == "unknown":
        return sla.reason
    return f"{subject} is {format_duration(max(moment - sla.newest, timedelta(0)))} old ({newest}"


_SHOWN: dict[State, Literal["met", "missed", "unknown"]] = {
    "met": "met",
    "warned": "met",
    "missed": "missed",
    "unknown": "unknown",
    "not_watched": "met",
}


def state_of_monitors(monitors: Sequence[Monitor], moment: datetime) -> tuple[MonitorState, ...]:
    """Return the state of each monitor, overdue ones first."""
    states = [
        MonitorState(
            monitor=monitor,
            overdue=monitor.is_overdue(moment),
            since_last_look=moment - monitor.looked_at,
            interval=None if monitor.due_at is None else monitor.due_at - monitor.looked_at,
        )
        for monitor in monitors
    ]
    return tuple(sorted(states, key=lambda state: (not state.overdue, state.monitor.dag_id)))
