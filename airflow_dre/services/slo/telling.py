"""The report of a look about an SLA: the signal about its incident, and the value that its callbacks receive. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.slo.authored import Occasion
from airflow_dre.services.slo.declarations import MonitoredSla
from airflow_dre.services.slo.folding import Clock, Folded
from airflow_dre.services.slo.targets import AssetTarget, DagTarget, FileTarget, MetadataTarget, PartitionTarget, Target
from airflow_dre.slo.history import State
from airflow_dre.slo.miss import SlaMiss
from airflow_dre.slo.watching import CallKind, Miss, SlaCall
from airflow_dre.values.dataset import short_name
from airflow_dre.values.instants import format_duration
from airflow_dre.values.text_limits import REASON

NO_TIME = timedelta(0)
_OCCASIONS: dict[CallKind, Occasion] = {
    CallKind.WARN: "warn",
    CallKind.MISS: "miss",
    CallKind.REPEAT: "miss",
    CallKind.RECOVER: "recover",
}


@dataclass(frozen=True, slots=True)
class Report:
    """An SLA, what a look changed about it, and the moment of the look."""

    sla: MonitoredSla
    cause: DataCause
    folded: Folded
    clock: Clock

    @property
    def reason(self) -> str:
        """The reason of its state, in words."""
        memory = self.folded.memory
        if memory.unknown_since is not None:
            return f"cannot be evaluated: {masked_line(memory.unknown or '', REASON)}"
        return describe_newest(self.sla.target, memory.newest, self.clock.at)

    def signal(self, dag_id: str, *, live: bool, routes: tuple[str, ...] = ()) -> Signal | None:
        """Return the signal about the incident of the SLA, or None where nothing is new.

        :param live: whether the SLA has a live incident.
        :param routes: routes that are notified of every incident.
        """
        memory, before = self.folded.memory, self.folded.before
        if memory.unknown_since is not None:
            begins = before is None or before.memory.unknown_since is None
            return self._unknown(dag_id, routes) if begins or self.folded.calls_unknown else None
        if memory.miss is not None:
            was_missed = before is not None and before.memory.miss is not None and before.memory.unknown_since is None
            return None if was_missed and not self._repeats else self._stale(dag_id, memory.miss, routes)
        if memory.state is State.WARNED:
            warns = any(call.kind is CallKind.WARN for call in self.folded.calls)
            if warns and self.sla.opening("warn"):
                return self._near(dag_id, routes)
            if before is not None and before.memory.miss is None:
                return None  # an incident that a warning opened stays until the promise is met or missed
        return self._fresh(dag_id) if live else None

    def _near(self, dag_id: str, routes: tuple[str, ...]) -> Signal:
        """Return the signal of a promise that is missed soon, for callbacks of ``on_warn`` that open an incident."""
        (call,) = [call for call in self.folded.calls if call.kind is CallKind.WARN]
        title = f"is late soon: {self.reason}, SLA {self.sla.name} is due at {call.due:%Y-%m-%d %H:%M} UTC"
        signal = self._signal(dag_id, Event.STALE, title, f"warn {call.due.isoformat()}", f"warned since {call.at.isoformat()}")
        return _addressed(signal, self.sla.opening("warn"), routes)

    @property
    def _repeats(self) -> bool:
        return any(call.kind is CallKind.REPEAT for call in self.folded.calls)

    @property
    def found_late(self) -> bool:
        """True if a miss began while the monitor was not running."""
        return any(call.late and call.kind is CallKind.MISS for call in self.folded.calls)

    def _stale(self, dag_id: str, miss: Miss, routes: tuple[str, ...]) -> Signal:
        promise = self.sla.promise
        if promise.due is None and promise.max_age is not None:
            promised = f"is stale: {self.reason}, SLA {self.sla.name} allows {format_duration(promise.max_age)}"
        else:
            promised = f"is late: {self.reason}, SLA {self.sla.name} was due at {miss.due:%Y-%m-%d %H:%M} UTC"
        late = ", found late" if self.found_late else ""
        detail = f"missed since {miss.at.isoformat()}{self._why_late()}"
        signal = self._signal(dag_id, Event.STALE, f"{promised}{late}", miss.at.isoformat(), detail)
        return _addressed(signal, self.sla.opening("miss"), routes)

    def _why_late(self) -> str:
        before = self.clock.before
        if not self.found_late or before is None:
            return ""
        return f"; found at {self.clock.at.isoformat()}: the monitor was not running since {before.isoformat()}"

    def _unknown(self, dag_id: str, routes: tuple[str, ...]) -> Signal:
        memory = self.folded.memory
        since = (memory.unknown_since or self.clock.at).isoformat()
        title = self.reason.replace("cannot be evaluated", f"cannot be evaluated by SLA {self.sla.name}", 1)
        signal = self._signal(dag_id, Event.SLA_UNKNOWN, title, since, f"its freshness is unknown since {since}")
        return _addressed(signal, self.sla.opening("unknown") if self.folded.calls_unknown else (), routes)

    def _fresh(self, dag_id: str) -> Signal:
        since = self.folded.after.since or self.clock.at
        return self._signal(dag_id, Event.FRESH, f"is fresh again: {self.reason}", since.isoformat())

    def _signal(self, dag_id: str, event: Event, about: str, occurrence: str, detail: str = "") -> Signal:
        """Return a signal of this look.

        :param about: the title without the name of the table.
        """
        return Signal(
            cause=self.cause,
            event=event,
            at=self.clock.at,
            title=f"{short_name(self.cause.name)} {about}",
            detail=detail,
            origin=Origin(dag_id=dag_id),
            occurrence_id=occurrence,
        )

    def told(self, call: SlaCall | None, incident: int | None) -> SlaMiss:
        """Return what callbacks receive.

        :param call: the reason of the call. None: the SLA cannot be evaluated.
        """
        memory, at = self.folded.memory, self.clock.at
        unknown_since = memory.unknown_since or at
        return SlaMiss(
            kind="unknown" if call is None else call.kind.value,
            sla=self.sla.name,
            what=self.cause.name,
            due=None if call is None else call.due,
            how_late=NO_TIME if call is None else max(at - call.due, NO_TIME),
            since=unknown_since if call is None else call.at,
            last_good=memory.newest,
            found_late=call is not None and call.late,
            incident=incident,
        )


def occasion_of(call: SlaCall) -> Occasion:
    """Return the occasion for whose callbacks a call is."""
    return _OCCASIONS[call.kind]


def describe_newest(target: Target, newest: datetime | None, at: datetime) -> str:
    """Return the newest value of a target in words."""
    match target:
        case PartitionTarget():
            noun, nothing = "the newest partition", "the table holds no partition at all"
        case MetadataTarget():
            noun, nothing = "the last change of the table", "no change of the table is on record"
        case FileTarget():
            noun, nothing = "the newest file", "there is no such file"
        case AssetTarget():
            noun, nothing = "the last event", "there was no event of the asset"
        case DagTarget():
            noun, nothing = "the last successful run", "no run of the Dag has succeeded"
        case _:
            noun, nothing = "the newest row", "the table holds no timestamp at all"
    if newest is None:
        return nothing
    return f"{noun} is {format_duration(max(at - newest, NO_TIME))} old ({newest.isoformat()})"


def _addressed(signal: Signal, options: Sequence[NotifyOptions], routes: tuple[str, ...]) -> Signal:
    """Return a problem with the routes and the severity of callbacks that open an incident."""
    (addressed,) = NotifyOptions(routes=routes).joined_with(options).address([signal])
    return addressed
