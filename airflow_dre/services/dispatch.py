"""Sending what the outbox holds."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import Any

from airflow_dre.channels.webhook import Webhook, render_payload
from airflow_dre.config import Route, Settings
from airflow_dre.errors import DefinitionError, Problem, StoreError
from airflow_dre.incidents.retry import Attempt
from airflow_dre.store.clock import now
from airflow_dre.store.outbox import Message, claim, settle
from airflow_dre.store.store import Store

log = logging.getLogger(__name__)
LEAST_SECONDS = 1.0
"""A receiver gets so long to answer even where the round is over: cut off sooner, it would get the message twice."""
MOST_SECONDS = 5.0
"""A receiver gets no longer, so that one that hangs does not use up the round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What a round of sending did, by number of messages."""

    sent: int = 0
    waiting: int = 0
    """Not taken by their receiver and to be sent again."""
    dead: int = 0


def dispatch_outbox(store: Store, settings: Settings, *, seconds: float | None = None) -> Dispatched:
    """Send messages that are due until none is left or ``seconds`` (default ``[dre] send_seconds``) have passed.

    Best effort: what cannot be sent, or a store that is down, is left to the next round.
    """
    until = time.monotonic() + (settings.send_seconds if seconds is None else seconds)
    outcomes: list[str] = []
    try:
        while time.monotonic() < until:
            with store.database.write() as connection:
                message = claim(connection, now())
            if message is None:
                break
            attempt = _send(message, settings, min(max(until - time.monotonic(), LEAST_SECONDS), MOST_SECONDS))
            with store.database.write() as connection:
                outcomes.append(settle(connection, message, attempt, now()))
            if not attempt.delivered:
                log.error("airflow-dre: could not tell route %r about incident %d: %s", message.route, message.incident_id, attempt.error)
    except StoreError as error:
        log.error("airflow-dre: messages wait until the results store is back: %s", error)
    return Dispatched(sent=outcomes.count("sent"), waiting=outcomes.count("pending"), dead=outcomes.count("dead"))


def _send(message: Message, settings: Settings, seconds: float) -> Attempt:
    try:
        webhook = replace(_webhook(message.route, settings), timeout_seconds=seconds)
    except DefinitionError as error:
        return Attempt(delivered=False, error=str(error))
    link = f"{settings.base_url}/plugin/reliability/incidents/{message.incident_id}"
    return webhook.send(
        render_payload(message.facts, event=message.event, incident_id=message.incident_id, receiver=message.route, link=link)
    )


def _webhook(name: str, settings: Settings) -> Webhook:
    """The receiver of a route.

    :raises DefinitionError: there is no such route, channel or connection, or it lacks an address.
    """
    route = settings.routes.get(name)
    if route is None:
        allowed = ", ".join(sorted(settings.routes)) or "none is configured yet"
        raise DefinitionError([Problem("[dre] routes", "route", name, allowed)])
    if route.channel != "webhook":
        raise DefinitionError([Problem(f"[dre] routes {name}", "channel", route.channel, "webhook")])
    options = {**route.options, **_connection_options(route)}
    url = options.get("url")
    if not isinstance(url, str) or not url:
        raise DefinitionError([Problem(f"[dre] routes {name}", "url", None, "url, or conn_id of an HTTP connection with a host")])
    headers = options.get("headers")
    secret = options.get("secret")
    return Webhook(url=url, headers=headers if isinstance(headers, dict) else {}, secret=str(secret) if secret else None)


def _connection_options(route: Route) -> dict[str, Any]:
    """Address, headers and secret of an Airflow HTTP connection; the path stands in its extra as ``path``."""
    conn_id = route.options.get("conn_id")
    if not isinstance(conn_id, str):
        return {}
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowException

    try:
        connection = BaseHook.get_connection(conn_id)
    except AirflowException as error:
        allowed = "the id of a connection that exists"
        raise DefinitionError([Problem(f"[dre] routes {route.name}", "conn_id", conn_id, allowed)]) from error
    host = connection.host or ""
    if host and "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    port = f":{connection.port}" if connection.port else ""
    extra = connection.extra_dejson
    url = f"{host.rstrip('/')}{port}{extra.get('path', '')}" if host else None
    found = {"url": url, "headers": extra.get("headers"), "secret": connection.password or extra.get("secret")}
    return {key: value for key, value in found.items() if value}
