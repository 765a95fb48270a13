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
    overdue: bool
    """True if its monitor should have evaluated it again by now."""


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
    if not any(monitor.dag_id == sla.dag_id and monitor.is_overdue(moment) for monitor in monitors):
        return SlaState(sla=sla, state=_SHOWN[sla.state], reason=sla.reason, overdue=False)
    since = format_duration(moment - sla.last_look)
    reason = f"not watched: monitor {sla.dag_id} has not looked for {since}; last found: {sla.state}, {sla.reason}"
    return SlaState(sla=sla, state="unknown", reason=reason, overdue=True)


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
