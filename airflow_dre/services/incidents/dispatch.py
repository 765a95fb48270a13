"""Sending what the outbox holds."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from airflow_dre.clock import now
from airflow_dre.config import Settings
from airflow_dre.errors import StoreBusy, StoreError, StoreRefused
from airflow_dre.privacy.tracebacks import masked_traceback
from airflow_dre.services.incidents.attempts import Tried, try_all
from airflow_dre.services.incidents.routes import has_connection, is_usable
from airflow_dre.services.rehearsal import is_rehearsal
from airflow_dre.store.outbox import claim_several, settle
from airflow_dre.store.revival import (
    find_trials,
    find_unnotified,
    misrouted_routes,
    notify_missing,
    revive_readable,
    revive_taking,
    try_again,
)
from airflow_dre.store.store import Store

log = logging.getLogger(__name__)
LEAST_SECONDS = 0.5
"""A receiver gets so long to answer even where the round is over: cut off sooner, it would get the message twice."""
MOST_AT_ONCE = 8
"""Routes that are notified at the same time."""
MOST_NAMED = 10
"""Incidents that one line of the log names."""
MOST_SECONDS = 5.0
"""A receiver gets no longer, so that one that hangs does not use up the round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """Numbers of messages by the outcome of a round."""

    sent: int = 0
    waiting: int = 0
    """Not taken by their receiver and to be sent again."""
    dead: int = 0


def dispatch_outbox(store: Store, settings: Settings, *, seconds: float | None = None, probe: bool = False) -> Dispatched:
    """Send all messages that are due, within ``seconds``, and never raise because of a store or a receiver.

    What cannot be sent, or a store that is down, is left to the next round. Live incidents are caught up first: routes that were
    mended, and default routes that were added, hear of them.

    :param seconds: longest time for the whole round; None: ``[dre] send_seconds``.
    :param probe: whether connections of routes that could not be read are read again, and receivers that messages were given up for are
        tried again, before their next attempt is due.
    """
    if is_rehearsal(settings):
        return Dispatched()
    until = time.monotonic() + (settings.send_seconds if seconds is None else seconds)
    outcomes: list[str] = []
    failures: dict[tuple[str, str], list[int]] = {}
    try:
        if until > time.monotonic():
            _catch_up(store, settings, until, probe=probe)
        _send_due(store, settings, until, outcomes, failures)
    except StoreError as error:
        log.error("airflow-dre: messages wait until the results store is back: %s", error)
    except Exception as error:  # sending is best effort: nothing of it may end a task
        log.error("airflow-dre: messages could not be sent and wait:\n%s", masked_traceback(error))
    for (route, why), incidents in failures.items():
        log.error("airflow-dre: could not notify route %r about %s: %s", route, _listed(incidents), why)
    return Dispatched(sent=outcomes.count("sent"), waiting=outcomes.count("pending"), dead=outcomes.count("dead"))


def _listed(incidents: Sequence[int]) -> str:
    """Return incidents in words, for example ``incidents 1, 2, 3 and 5 others``."""
    several = list(dict.fromkeys(incidents))
    named = ", ".join(map(str, several[:MOST_NAMED]))
    more = f" and {len(several) - MOST_NAMED} others" if len(several) > MOST_NAMED else ""
    return f"incident{'s' if len(several) > 1 else ''} {named}{more}"


def _send_due(store: Store, settings: Settings, until: float, outcomes: list[str], failures: dict[tuple[str, str], list[int]]) -> None:
    """Send what is due, and fill in ``outcomes`` and ``failures``, by route and error, so that one cause is logged once."""
    silent: set[str] = set()  # their other messages wait for the next round, so that other routes are not kept waiting
    while time.monotonic() < until:
        with store.database.write() as connection:
            messages = claim_several(connection, now(), MOST_AT_ONCE, skip_routes=silent)
        if not messages:
            break
        for tried in try_all(messages, settings, until, least=LEAST_SECONDS, most=MOST_SECONDS):
            message, attempt = tried.message, tried.attempt
            status = _settle(store, tried)
            if status is not None:
                outcomes.append(status)
            if not attempt.delivered:
                failures.setdefault((message.route, attempt.error), []).append(message.incident_id)
            if not attempt.delivered and tried.seconds > LEAST_SECONDS / 2:
                silent.add(message.route)


def _settle(store: Store, tried: Tried) -> str | None:
    """Keep the outcome of sending a message, and return its status, or None where the store does not take it.

    The messages that were sent with it are settled all the same: unsettled, they would be sent again.

    :raises airflow_dre.errors.StoreError: the store takes no outcome of any message.
    """
    message, attempt = tried.message, tried.attempt
    try:
        with store.database.write() as connection:
            status = settle(connection, message, attempt, now())
            if attempt.delivered:
                revive_taking(connection, message.route, now())
        return status
    except StoreError as error:
        if not isinstance(error, (StoreBusy, StoreRefused)):
            raise
        log.error("airflow-dre: the outcome of message %s to route %r could not be kept: %s", message.id, message.route, error)
    except Exception as error:  # an attempt comes from a channel, which may be part of another package
        log.error(
            "airflow-dre: the outcome of message %s to route %r could not be kept:\n%s", message.id, message.route, masked_traceback(error)
        )
    return None


def _catch_up(store: Store, settings: Settings, until: float, *, probe: bool) -> None:
    """Let routes that were mended, and default routes that were added, hear of the incidents that are live."""
    defaults = tuple(name for name in settings.default_routes if name in settings.routes)
    with store.database.read() as connection:
        broken = misrouted_routes(connection)
        missing = find_unnotified(connection, defaults)
        trials = find_trials(connection, now(), probe=probe)
    mended = [
        name
        for name in broken
        if (probe or not has_connection(name, settings)) and is_usable(name, settings, min(until - time.monotonic(), MOST_SECONDS))
    ]
    if not mended and not missing and not trials:
        return
    with store.database.write() as connection:
        revive_readable(connection, mended, now())
        try_again(connection, trials, now())
        notify_missing(store.database, connection, missing)
