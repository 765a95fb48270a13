"""Sending messages of several routes side by side, so that a receiver that hangs keeps no other waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from types import NoneType

from airflow_dre.channels.http import GRACE_SECONDS
from airflow_dre.config import Settings
from airflow_dre.incidents.notice import IncidentState, Links, News, Notice
from airflow_dre.incidents.retry import Attempt
from airflow_dre.services.incidents.links import incident_url, log_url, results_url
from airflow_dre.services.incidents.routes import RouteUnreadable, open_channel
from airflow_dre.store.outbox import Message

Send = Callable[[float], Attempt]
"""Sends a prepared message within a number of seconds."""

_LEAST_TO_READ = 0.05
"""Seconds that the connection of a route gets where the round is over."""
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "delivered": bool,
    "retryable": bool,
    "misrouted": bool,
    "error": str,
    "retry_after": (timedelta, NoneType),
}
"""Types of the fields of an attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Outcome of sending one message."""

    message: Message
    attempt: Attempt
    seconds: float
    """Time that it took."""


def try_all(messages: Sequence[Message], settings: Settings, until: float, *, least: float, most: float) -> list[Tried]:
    """Return what became of messages of different routes, which are sent at the same time.

    Connections are read one after the other, since not every process of Airflow can read several at once.

    :param messages: at most one message for each route.
    :param settings: settings with the routes.
    :param until: ``time.monotonic()`` at which the round is over.
    :param least: seconds that a receiver gets even where the round is over.
    :param most: seconds that a receiver gets at most.
    """
    started = time.monotonic()
    prepared = [_prepare(message, settings, min(max(until - time.monotonic(), _LEAST_TO_READ), most)) for message in messages]
    seconds = min(max(until - time.monotonic(), least), most)
    running = [_start(send, seconds) for send in prepared]
    wait(running, timeout=seconds + GRACE_SECONDS * 2)
    late = Attempt(delivered=False, retryable=True, error=f"no answer from the receiver: it took more than {seconds:.3g} s")
    took = time.monotonic() - started
    return [
        Tried(message=message, attempt=future.result()[0] if future.done() else late, seconds=future.result()[1] if future.done() else took)
        for message, future in zip(messages, running, strict=True)
    ]


def _start(send: Send, seconds: float) -> Future[tuple[Attempt, float]]:
    future: Future[tuple[Attempt, float]] = Future()
    context = copy_context()

    def run() -> None:
        started = time.monotonic()
        try:
            attempt = context.run(send, seconds)
        except BaseException as error:
            attempt = _failed(error)
        future.set_result((attempt, time.monotonic() - started))

    try:
        threading.Thread(target=run, name="dre-send", daemon=True).start()
    except RuntimeError as error:  # this machine has no thread left
        future.set_result((_failed(error), 0.0))
    return future


def _failed(error: BaseException) -> Attempt:
    return Attempt(delivered=False, retryable=True, error=f"the message could not be sent: {type(error).__name__}")


def _prepare(message: Message, settings: Settings, seconds: float) -> Send:
    """Return a function that sends a message, or one that returns why it cannot be sent."""
    try:
        channel = open_channel(message.route, settings, seconds)
        notice = _notice(message, settings)
    except RouteUnreadable as error:
        return _always(Attempt(delivered=False, misrouted=True, error=str(error)))
    except Exception as error:  # for example a state that another version queued
        return _always(_failed(error))

    def send(limit: float) -> Attempt:
        return _checked(channel.send(notice, time.monotonic() + limit))

    return send


def _checked(answer: object) -> Attempt:
    """Return the answer of a channel, or a failed attempt where it is not valid. The channel may be part of another package."""
    if not isinstance(answer, Attempt):
        return _failed(TypeError())
    if answer.delivered is True:
        return Attempt(delivered=True)  # an invalid error beside it is no reason to send the message again
    wrong = [name for name, kind in _FIELDS.items() if not isinstance(getattr(answer, name), kind)]
    if not wrong:
        return answer
    found = type(getattr(answer, wrong[0])).__name__
    return Attempt(delivered=False, retryable=True, error=f"the channel returned an invalid Attempt: {wrong[0]} is of type {found}")


def _always(attempt: Attempt) -> Send:
    return lambda _: attempt


def _notice(message: Message, settings: Settings) -> Notice:
    if message.incident is None:
        raise ValueError("the state of the incident cannot be read")
    return Notice(
        news=News(message.event),
        incident_id=message.incident_id,
        route=message.route,
        incident=message.incident,
        links=_links(message.incident_id, message.incident, settings.base_url),
    )


def _links(incident_id: int, incident: IncidentState, base_url: str) -> Links:
    """Return the addresses that help a person on."""
    names = ("dag_id", "run_id", "task_id", "map_index", "try_number")
    origin = {name: getattr(incident, name) for name in names}
    is_suite = incident.suite is not None and incident.promise in (None, "suite")
    return Links(
        incident=incident_url(base_url, incident_id),
        log=log_url(base_url, origin),
        results=results_url(base_url, origin) if is_suite else None,
    )
