"""Moments at which a message is sent again that a receiver did not take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
"""A message that could not be delivered for this long is dead: it stays visible, and is sent again where its route is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Outcome of one attempt to deliver."""

    delivered: bool
    retryable: bool = False
    """True if trying again can help: false where the receiver refuses the content, true for every other answer and network errors."""
    misrouted: bool = False
    """True if the route or its connection is at fault: it may be mended, so the message waits as one that can be retried."""
    error: str = ""
    """Cause of the failure, without addresses and secrets."""
    retry_after: timedelta | None = None
    """The wait that the receiver asked for, at most :data:`GIVE_UP_AFTER`."""


def next_wait(attempts: int, asked: timedelta | None) -> timedelta:
    """Return the wait after the ``attempts``-th failure: 10 s doubled each time up to 15 min, or longer where the receiver asked for it."""
    factor: int = 1 << min(attempts - 1, 20)
    wait = min(FIRST_WAIT * factor, LONGEST_WAIT)
    return max(wait, min(asked, GIVE_UP_AFTER)) if asked is not None else wait
