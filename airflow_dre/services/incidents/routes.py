"""Routes of the configuration as receivers that messages can be sent to."""

from __future__ import annotations

from functools import partial
from typing import Any

from airflow_dre.channels.deadline import DeadlinePassed, Exchange, call_within
from airflow_dre.channels.webhook import Webhook
from airflow_dre.config import Route, Settings
from airflow_dre.errors import DefinitionError, DreError, Problem


class RouteUnreadable(DreError):
    """A route or its connection that cannot be read now; it may be put right."""


def read_webhook(name: str, settings: Settings, seconds: float) -> Webhook:
    """Return the receiver of a route.

    :param name: name of the route.
    :param settings: settings with the routes.
    :param seconds: longest time that the connection of the route may take, which can come from a secrets backend that hangs.
    :raises RouteUnreadable: the route, its channel or its connection is not there or not valid, or it lacks an address.
    """
    try:
        return _webhook(name, settings, seconds)
    except DefinitionError as error:
        raise RouteUnreadable(str(error)) from error


def is_usable(name: str, settings: Settings, seconds: float) -> bool:
    """Return whether messages of a route can be sent, as far as can be told without its receiver."""
    try:
        return read_webhook(name, settings, seconds).mistake is None
    except RouteUnreadable:
        return False


def has_connection(name: str, settings: Settings) -> bool:
    """Return whether a route takes its address from an Airflow connection."""
    return name in settings.routes and isinstance(settings.routes[name].options.get("conn_id"), str)


def _webhook(name: str, settings: Settings, seconds: float) -> Webhook:
    route = settings.routes.get(name)
    if route is None:
        raise DefinitionError([_why_unknown(name, settings)])
    if route.channel != "webhook":
        raise DefinitionError([Problem(f"[dre] routes {name}", "channel", route.channel, "webhook")])
    options = {**route.options, **_connection_options(route, seconds)}
    url = options.get("url")
    if not isinstance(url, str) or not url:
        raise DefinitionError([Problem(f"[dre] routes {name}", "url", None, "url, or conn_id of an HTTP connection with a host")])
    headers = options.get("headers")
    secret = options.get("secret")
    return Webhook(url=url, headers=headers if isinstance(headers, dict) else {}, secret=str(secret) if secret else None)


def _why_unknown(name: str, settings: Settings) -> Problem:
    if name in settings.broken_routes:
        return settings.broken_routes[name]
    if settings.routes_unreadable:
        return next(problem for problem in settings.problems if problem.argument == "routes")
    return Problem("[dre] routes", "route", name, ", ".join(sorted(settings.routes)) or "none is configured yet")


def _connection_options(route: Route, seconds: float) -> dict[str, Any]:
    """Return address, headers and secret of an Airflow HTTP connection; the path is in its extra as ``path``."""
    conn_id = route.options.get("conn_id")
    if not isinstance(conn_id, str):
        return {}
    from airflow.sdk.exceptions import AirflowException

    where = f"connection {conn_id!r} of route {route.name!r}"
    try:
        return call_within(max(seconds, 0.0), partial(_read_connection, conn_id))
    except DeadlinePassed as late:
        raise RouteUnreadable(f"{where} cannot be read: {late}") from late
    except AirflowException as error:
        allowed = "the id of a connection that exists"
        raise DefinitionError([Problem(f"[dre] routes {route.name}", "conn_id", conn_id, allowed)]) from error
    except Exception as error:  # secrets backends are other people's programs; their messages may hold secrets
        raise RouteUnreadable(f"{where} cannot be read: {type(error).__name__}") from error


def _read_connection(conn_id: str, _: Exchange) -> dict[str, Any]:
    from airflow.sdk import BaseHook

    connection = BaseHook.get_connection(conn_id)
    host = connection.host or ""
    if host and "://" not in host:
        host = f"{connection.schema or 'https'}://{host}"
    port = f":{connection.port}" if connection.port else ""
    extra = connection.extra_dejson
    url = f"{host.rstrip('/')}{port}{extra.get('path', '')}" if host else None
    found = {"url": url, "headers": extra.get("headers"), "secret": connection.password or extra.get("secret")}
    return {key: value for key, value in found.items() if value}
