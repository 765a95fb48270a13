"""The one decision about incidents: the changes that a signal makes, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.reasons import Reason, UpdateReason
from airflow_dre.incidents.recoveries import is_anew, recovered_at, with_slice
from airflow_dre.incidents.signals import Event, Severity, Signal
from airflow_dre.incidents.situation import CauseState, LiveIncident, Situation
from airflow_dre.incidents.slices import Broken, add_broken, remove_healthy
from airflow_dre.incidents.targets import Target, find_targets

LONGEST_LIST = 500
"""Most characters of the broken slices that a reason names."""


class Action(StrEnum):
    """Change of the incident of a cause. The values are kinds of entries in the store."""

    OPEN = "open"
    REPEAT = "add"
    """One more occurrence of the live incident."""
    UPDATE = "note"
    """Another report of the same occurrence, or a recovery of a part: keep what is new in it."""
    RESOLVE = "resolve"
    IGNORE = "ignore"
    REMEMBER = "remember"
    """No incident is concerned: keep that it happened, so that later signals are understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of one incident, its reason, and the routes that are notified."""

    signal: Signal
    """The signal, addressed to the cause that it concerns and titled as people read it."""
    action: Action
    reason: Reason
    incident_id: int | None = None
    """The incident that it changes. None before it is opened, and where nothing changes."""
    severity: Severity = Severity.MEDIUM
    notify: tuple[str, ...] = ()
    """Routes that get a message about the action: resolved for RESOLVE, opened for OPEN, REPEAT and UPDATE."""
    routes: tuple[str, ...] = ()
    """Routes of the incident afterwards."""
    update: tuple[str, ...] = ()
    """Routes that know the incident and get one message more, for the reason of ``update_reason``."""
    update_reason: UpdateReason | None = None
    renews: bool = False
    """True if title and slice of the incident are those of this signal from now on."""
    explains: bool = False
    """True if the explanation of the incident is that of this signal from now on."""
    last_problem_at: datetime | None = None
    """The moment of the last problem afterwards. None: unchanged."""
    broken: tuple[Broken, ...] = ()
    """The broken slices afterwards."""
    parts: frozenset[str] = frozenset()
    """Names of everything that was broken since the incident was opened."""
    keeps: bool = False
    """True if the signal is kept, so that its next report counts nothing."""

    @property
    def because(self) -> str:
        """The reason as the log shows it."""
        broken = ", ".join(entry.slice.words for entry in self.broken if entry.slice.words)
        return self.reason.value.format(title=self.signal.title, broken=broken[:LONGEST_LIST])


def decide(signal: Signal, situation: Situation) -> tuple[Change, ...]:
    """Return the changes that a signal makes.

    :param signal: the signal.
    :param situation: everything that is known of its causes, its run and its Dag.
    """
    if isinstance(signal.cause, PipelineCause) and not signal.opens:
        return (Change(signal=signal, action=Action.REMEMBER, reason=Reason.NOT_WATCHED),)
    changes = tuple(_decide(target, situation.of(target.signal.cause)) for target in find_targets(signal, situation.surroundings))
    if isinstance(signal.cause, PipelineCause) and signal.event is Event.RUN_SUCCEEDED:
        return (Change(signal=signal, action=Action.REMEMBER, reason=Reason.RUN_ENDED_WELL), *changes)
    return changes


def _decide(target: Target, state: CauseState) -> Change:
    signal, counted, live = target.signal, state.counted, state.live
    seen = counted is not None and _is_same(signal, counted.at, state)
    if counted is not None and seen and live is not None and counted.incident_id != live.id:
        live = None  # it was counted with an earlier incident, and concerns this one in no way
    if not signal.event.firing:
        return _decide_recovery(signal, live, state, keeps=not seen)
    known, recovered = target.known or seen, recovered_at(signal, state.recoveries)
    older = [recovery.slice for recovery in state.recoveries] + [entry.slice for entry in (() if live is None else live.broken)]
    titled = replace(signal, title=with_slice(signal, older))
    if live is None:
        return _decide_first(titled, signal.named, known=known, recovered=recovered, keeps=not seen)
    return _decide_problem(titled, signal, live, known=known, recovered=recovered, keeps=not seen)


def _is_same(signal: Signal, counted_at: datetime, state: CauseState) -> bool:
    """Return whether a signal whose key is known repeats an earlier report: a run may end well, or fail, more than once."""
    return not is_anew(signal, counted_at, state.recoveries) if signal.event.firing else counted_at >= signal.at


def _decide_recovery(signal: Signal, live: LiveIncident | None, state: CauseState, *, keeps: bool) -> Change:
    if live is None:
        return Change(signal=signal, action=Action.IGNORE, reason=Reason.NOTHING_LIVE, keeps=keeps)
    gone = signal.event is Event.UNWATCHED and signal.at >= live.last_problem_at  # nothing observes the cause any more
    left = () if gone else remove_healthy(live.problems, signal.slice, signal.at)
    if left and len(left) == len(live.problems):
        late = any(signal.slice.reaches(entry.slice) for entry in left)
        reason = Reason.NEWER_PROBLEM if late else Reason.OTHER_SLICE
        return Change(signal=signal, action=Action.IGNORE, reason=reason, severity=live.severity, keeps=keeps)
    if left:
        return _keep_live(signal, live, Reason.STILL_BROKEN, broken=left, parts=live.parts, keeps=keeps)
    if _is_sibling_broken(state):
        return _keep_live(signal, live, Reason.OTHER_MAP_INDEX_BROKEN, broken=live.broken, parts=frozenset(), keeps=keeps)
    return Change(
        signal=signal,
        action=Action.RESOLVE,
        reason=Reason.RECOVERED,
        incident_id=live.id,
        severity=live.severity,
        notify=tuple(sorted(live.routes)),
        keeps=keeps,
    )


def _keep_live(
    signal: Signal, live: LiveIncident, reason: Reason, *, broken: tuple[Broken, ...], parts: frozenset[str], keeps: bool
) -> Change:
    return Change(
        signal=signal,
        action=Action.UPDATE,
        reason=reason,
        incident_id=live.id,
        severity=live.severity,
        routes=tuple(sorted(live.routes)),
        explains=_explains(signal, live, renews=False),
        broken=broken,
        parts=parts,
        keeps=keeps,
    )


def _is_sibling_broken(state: CauseState) -> bool:
    """Return whether another map index of the run that reports a recovery reported a problem last."""
    latest = {sibling.map_index: sibling.event for sibling in state.siblings}
    return any(event.firing for event in latest.values())


def _decide_problem(titled: Signal, signal: Signal, live: LiveIncident, *, known: bool, recovered: datetime | None, keeps: bool) -> Change:
    severity = max(live.severity, signal.severity or live.severity, key=lambda level: level.rank)
    notified = live.routes if known else live.routes - live.undelivered
    newest = not known and signal.at >= live.last_problem_at
    observed = signal.event in (Event.STALE, Event.SLA_UNKNOWN)  # each evaluation observes the problem anew
    counts = not known or observed or isinstance(signal.cause, PipelineCause)
    unsettled = recovered is None or recovered < signal.at
    renews = newest or (observed and signal.at >= live.last_problem_at)
    why = _why_update(signal, live, severity) if newest else _why_severity(live, severity)
    return Change(
        signal=titled,
        action=Action.UPDATE if known else Action.REPEAT,
        reason=Reason.COUNTED if known else Reason.LIVE,
        incident_id=live.id,
        severity=severity,
        notify=tuple(route for route in signal.routes if route not in notified),
        routes=tuple(sorted({*live.routes, *signal.routes})),
        update=() if why is None else tuple(sorted(live.routes - live.undelivered)),
        update_reason=why,
        renews=renews,
        explains=_explains(signal, live, renews=renews),
        last_problem_at=max(live.last_problem_at, signal.at) if not known or observed else None,
        broken=add_broken(live.problems, signal.slice, signal.at) if counts and unsettled else live.broken,
        parts=live.parts | signal.named if newest else live.parts,
        keeps=keeps,
    )


def _why_update(signal: Signal, live: LiveIncident, severity: Severity) -> UpdateReason | None:
    """Return why routes that know an incident hear of its newest problem, or None where it is as bad as before."""
    if live.parts and not signal.named <= live.parts:
        return UpdateReason.ANOTHER_BROKEN
    if live.event is Event.CHECKS_WARNED and signal.event in (Event.CHECKS_FAILED, Event.CHECKS_ERRORED):
        return UpdateReason.FAILS_NOW
    return _why_severity(live, severity)


def _why_severity(live: LiveIncident, severity: Severity) -> UpdateReason | None:
    return UpdateReason.SEVERITY_ROSE if severity.rank > live.severity.rank else None


def _explains(signal: Signal, live: LiveIncident, *, renews: bool) -> bool:
    """Return whether a signal has a newer explanation, or one from first hand where only its outcome was known."""
    return bool(signal.why) and (renews or (bool(signal.explanation) and not live.explained))


def _decide_first(signal: Signal, parts: frozenset[str], *, known: bool, recovered: datetime | None, keeps: bool) -> Change:
    if known:
        return Change(signal=signal, action=Action.IGNORE, reason=Reason.COUNTED_AND_RESOLVED, keeps=keeps)
    if recovered is not None and recovered >= signal.at:
        return Change(signal=signal, action=Action.IGNORE, reason=Reason.RECOVERED_SINCE, keeps=keeps)
    return Change(
        signal=signal,
        action=Action.OPEN,
        reason=Reason.FIRST,
        severity=signal.severity or Severity.MEDIUM,
        notify=signal.routes,
        routes=tuple(sorted(set(signal.routes))),
        explains=bool(signal.why),
        last_problem_at=signal.at,
        broken=(Broken(slice=signal.slice, at=signal.at),),
        parts=parts,
        keeps=keeps,
    )
