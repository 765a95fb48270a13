"""The one decision about incidents: given what is known, what does a signal change, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from airflow_dre.incidents.signals import Severity, Signal


class Action(StrEnum):
    """What to do with the incident of a signal's cause."""

    OPEN = "open"
    ADD = "add"
    """One more occurrence of the live incident."""
    NOTE = "note"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, why, and who is to hear of it."""

    action: Action
    reason: str
    severity: Severity = Severity.MEDIUM
    tell: tuple[str, ...] = ()
    """Routes that get a message about the action: opened for OPEN, ADD and NOTE, resolved for RESOLVE."""


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
    if signal.at < live.last_problem_at:
        return Decision(action=Action.IGNORE, reason="a newer problem is known", severity=live.severity)
    return Decision(action=Action.RESOLVE, reason=signal.title, severity=live.severity, tell=tuple(sorted(live.routes)))


def _decide_problem(signal: Signal, live: Live | None, *, known: bool, recovered_at: datetime | None) -> Decision:
    if live is None:
        if known:
            return Decision(action=Action.IGNORE, reason="this occurrence was counted and its incident is resolved")
        if recovered_at is not None and recovered_at >= signal.at:
            return Decision(action=Action.IGNORE, reason="a newer recovery is known")
        severity = signal.severity or Severity.MEDIUM
        return Decision(action=Action.OPEN, reason="first problem of this cause", severity=severity, tell=signal.routes)
    severity = max(live.severity, signal.severity or live.severity, key=lambda level: level.rank)
    tell = tuple(route for route in signal.routes if route not in live.routes)
    if known:
        return Decision(action=Action.NOTE, reason="this occurrence is counted already", severity=severity, tell=tell)
    anew = tuple(route for route in signal.routes if route not in live.routes - live.undelivered)
    return Decision(action=Action.ADD, reason="the incident of this cause is live", severity=severity, tell=anew)
