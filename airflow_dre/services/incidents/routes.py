"""Routes of the configuration as channels that notices can be sent to."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from airflow_dre.channels.channel import Channel, ChannelType, ChannelUnusable
from airflow_dre.channels.deadline import DeadlinePassed, Exchange, call_within
from airflow_dre.channels.registry import channel_names, find_channel_type
from airflow_dre.config import Route, Settings
from airflow_dre.errors import DefinitionError, DreError, PlugInError, Problem, text_of
from airflow_dre.privacy.masking import masked

LEAST_TO_OPEN = 0.5
"""Seconds that a channel gets to open even where the round is over, as its receiver does."""


class RouteUnreadable(DreError):
    """A route, its channel or its connection that cannot be used now. It may be mended."""


def open_channel(name: str, settings: Settings, seconds: float) -> Channel:
    """Return the channel of a route, without connecting to its receiver.

    :param name: name of the route.
    :param settings: settings with the routes.
    :param seconds: longest time for the connection of the route, which can come from a secrets backend that hangs, and for its channel.
    :raises RouteUnreadable: the route, its channel or its connection is missing or not valid.
    """
    try:
        return _open(name, settings, seconds)
    except (DefinitionError, PlugInError) as error:
        raise RouteUnreadable(str(error)) from error


def is_usable(name: str, settings: Settings, seconds: float) -> bool:
    """Return whether messages of a route can be sent, as far as is known without its receiver."""
    try:
        open_channel(name, settings, seconds)
    except RouteUnreadable:
        return False
    return True


def has_connection(name: str, settings: Settings) -> bool:
    """Return whether a route takes its address from an Airflow connection."""
    return name in settings.routes and isinstance(settings.routes[name].options.get("conn_id"), str)


def _open(name: str, settings: Settings, seconds: float) -> Channel:
    route = settings.routes.get(name)
    if route is None:
        raise DefinitionError([_why_unknown(name, settings)])
    kind = find_channel_type(route.channel)
    if kind is None:
        raise DefinitionError([Problem(f"[dre] routes {name}", "channel", route.channel, ", ".join(channel_names()))])
    until = time.monotonic() + seconds
    options = {**route.options, **_connection_options(route, seconds)}
    return _open_within(max(until - time.monotonic(), LEAST_TO_OPEN), kind, route, options)


def _open_within(seconds: float, kind: ChannelType, route: Route, options: dict[str, Any]) -> Channel:
    """Open a channel, which may be part of another package: it may hang, raise anything, and put secrets into a message."""
    where = f"channel {route.channel!r} of route {route.name!r}"
    try:
        return call_within(seconds, lambda _: kind.open(route.name, options))
    except (DefinitionError, ChannelUnusable) as error:
        raise RouteUnreadable(masked(text_of(error))) from error
    except DeadlinePassed as late:
        raise RouteUnreadable(f"{where} cannot be opened: {late}") from late
    except (Exception, SystemExit) as error:
        raise RouteUnreadable(f"{where} cannot be opened: {type(error).__name__}") from error


def _why_unknown(name: str, settings: Settings) -> Problem:
    if name in settings.broken_routes:
        return settings.broken_routes[name]
    if settings.routes_unreadable:
        return next(problem for problem in settings.problems if problem.argument == "routes")
    return Problem("[dre] routes", "route", name, ", ".join(sorted(settings.routes)) or "no route is configured")


def _connection_options(route: Route, seconds: float) -> dict[str, Any]:
    """Return address, headers and secret of an Airflow HTTP connection. The path is in its extra as ``path``."""
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
