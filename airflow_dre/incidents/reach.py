"""Routes that have heard of an incident, and reasons why others have not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

NO_ROUTE = (
    "No route is named for this incident. Set routes=[...] of the task, name them in open_incident(routes=[...]), "
    "or set [dre] default_routes."
)


class ReachState(StrEnum):
    """State of the notices about an incident, worst first."""

    NO_ROUTE = "no_route"
    """No route was named."""
    FAILED = "failed"
    """A route was given up."""
    WAITING = "waiting"
    """A message is still to be sent."""
    NOTIFIED = "notified"
    """Every route was notified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One message about an incident."""

    route: str
    event: str
    status: str
    """``sent``, ``pending`` or ``dead``."""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """State of the notices about an incident, and its reason."""

    state: ReachState
    reason: str


def explain_reach(messages: Iterable[Delivered], known_routes: Collection[str] | None = None) -> Reach:
    """Return how far the news that an incident was opened came.

    :param messages: all messages about the incident, oldest first.
    :param known_routes: names of the routes that are configured; None: they are not known here.
    """
    latest = {message.route: message for message in messages if message.event == "opened"}
    if not latest:
        return Reach(state=ReachState.NO_ROUTE, reason=NO_ROUTE)
    dead = [message for message in latest.values() if message.status == "dead"]
    waiting = [message for message in latest.values() if message.status == "pending"]
    notified = [message.route for message in latest.values() if message.status == "sent"]
    state = ReachState.FAILED if dead else ReachState.WAITING if waiting else ReachState.NOTIFIED
    sentences = [f"Not sent to {message.route}: {_why(message, known_routes)}." for message in dead]
    sentences += [f"Still to be sent to {message.route}: {_why(message, known_routes)}." for message in waiting]
    return Reach(state=state, reason=" ".join([*sentences, *_notified(notified)]))


def _why(message: Delivered, known_routes: Collection[str] | None) -> str:
    if known_routes is not None and message.route not in known_routes:
        names = ", ".join(sorted(known_routes)) or "no route is configured"
        return f"[dre] routes has no usable route of this name ({names})"
    return (message.error or "the next task that reports, or the monitor, sends it").strip().rstrip(".")


def _notified(routes: Sequence[str]) -> list[str]:
    return [f"Notified {', '.join(routes)}."] if routes else []
