"""The one decision about incidents: given what is known, what does a signal change, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Severity, Signal
from airflow_dre.incidents.slices import Broken, Slice, add_broken, remove_healthy


class Action(StrEnum):
    """What to do with the incident of a signal's cause."""

    OPEN = "open"
    REPEAT = "add"
    """One more occurrence of the live incident."""
    UPDATE = "note"
    """The same occurrence told again, or by another messenger: keep what is new in it."""
    RESOLVE = "resolve"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What a decision needs to know of the live incident of a cause."""

    severity: Severity
    routes: frozenset[str]
    """Who is told."""
    last_problem_at: datetime
    undelivered: frozenset[str] = frozenset()
    """Those of ``routes`` that no message reached and that none waits for: a new occurrence tells them anew."""
    broken: tuple[Broken, ...] = ()
    """The slices that are broken; empty: known by wall time only."""
    parts: frozenset[str] = frozenset()
    """Names of everything that was broken since it was opened; empty: not known."""
    event: Event | None = None
    """What the newest problem was; None: not known."""

    @property
    def problems(self) -> tuple[Broken, ...]:
        """Return what is broken, also where only wall time is known."""
        return self.broken or (Broken(slice=Slice(), at=self.last_problem_at),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, why, and who is to hear of it."""

    action: Action
    reason: str
    severity: Severity = Severity.MEDIUM
    tell: tuple[str, ...] = ()
    """Routes that get a message about the action: opened for OPEN, ADD and NOTE, resolved for RESOLVE."""
    update: tuple[str, ...] = ()
    """Routes that were told before and hear, once, that another check is broken, a warning became a failure or the severity rose."""
    renew: bool = False
    """Whether title and reason of the incident are those of this signal from now on."""
    broken: tuple[Broken, ...] = ()
    """What is broken afterwards."""
    parts: frozenset[str] = frozenset()
    """Everything that was broken since the incident was opened."""


def decide(signal: Signal, live: Live | None, *, known: bool, recovered_at: datetime | None) -> Decision:
    """Decide what ``signal`` changes.

    :param signal: the fact.
    :param live: the live incident of its cause, if there is one.
    :param known: whether this very occurrence has been counted before.
    :param recovered_at: when the cause was last seen healthy, if ever.
    """
    if signal.event.firing:
        return _decide_problem(signal, live, known=known, recovered_at=recovered_at)
    if live is None:
        return Decision(action=Action.IGNORE, reason="nothing to resolve")
    gone = signal.event is Event.UNWATCHED and signal.at >= live.last_problem_at  # whatever was broken, nobody looks any more
    left = () if gone else remove_healthy(live.problems, signal.slice, signal.at)
    if not left:
        return Decision(action=Action.RESOLVE, reason=signal.title, severity=live.severity, tell=tuple(sorted(live.routes)))
    if len(left) < len(live.problems):
        reason = f"still broken: {', '.join(entry.slice.words for entry in left if entry.slice.words)[:500]}"
        return Decision(action=Action.UPDATE, reason=reason, severity=live.severity, broken=left, parts=live.parts)
    late = any(signal.slice.reaches(entry.slice) for entry in left)
    reason = "a newer problem is known" if late else "it is about an older interval or another partition"
    return Decision(action=Action.IGNORE, reason=reason, severity=live.severity)


def _decide_problem(signal: Signal, live: Live | None, *, known: bool, recovered_at: datetime | None) -> Decision:
    if live is None:
        return _decide_first(signal, known=known, recovered_at=recovered_at)
    severity = max(live.severity, signal.severity or live.severity, key=lambda level: level.rank)
    told = live.routes if known else live.routes - live.undelivered
    tell = tuple(route for route in signal.routes if route not in told)
    newest = not known and signal.at >= live.last_problem_at
    looked = signal.event in (Event.STALE, Event.SLA_UNKNOWN)  # each look sees the problem anew
    counts = not known or looked or isinstance(signal.cause, PipelineCause)
    unsettled = recovered_at is None or recovered_at < signal.at
    another = newest and bool(live.parts) and not signal.named <= live.parts
    fails_now = newest and live.event is Event.CHECKS_WARNED and signal.event in (Event.CHECKS_FAILED, Event.CHECKS_ERRORED)
    rose = severity.rank > live.severity.rank or fails_now
    return Decision(
        action=Action.UPDATE if known else Action.REPEAT,
        reason="this occurrence is counted already" if known else "the incident of this cause is live",
        severity=severity,
        tell=tell,
        update=tuple(sorted(live.routes - live.undelivered)) if another or rose else (),
        renew=newest or (looked and signal.at >= live.last_problem_at),
        broken=add_broken(live.problems, signal.slice, signal.at) if counts and unsettled else live.broken,
        parts=live.parts | signal.named if newest else live.parts,
    )


def _decide_first(signal: Signal, *, known: bool, recovered_at: datetime | None) -> Decision:
    if known:
        return Decision(action=Action.IGNORE, reason="this occurrence was counted and its incident is resolved")
    if recovered_at is not None and recovered_at >= signal.at:
        return Decision(action=Action.IGNORE, reason="a newer recovery is known")
    return Decision(
        action=Action.OPEN,
        reason="first problem of this cause",
        severity=signal.severity or Severity.MEDIUM,
        tell=signal.routes,
        broken=(Broken(slice=signal.slice, at=signal.at),),
        parts=signal.named,
    )
