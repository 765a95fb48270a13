"""Messages about live incidents for routes that were mended, or that became default routes meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, update

from airflow_dre.incidents.notice import write_state
from airflow_dre.store.database import Database
from airflow_dre.store.outbox import NOT_TAKEN, UNREADABLE, enqueue, incident_state
from airflow_dre.store.tables import LIVE, incident, outbox
from airflow_dre.values.digest import digest

ENDS_COUNT_FOR = timedelta(days=7)
"""How long after the end of an incident a route that heard of its beginning still hears of the end."""
MOST_UNNOTIFIED = 100
"""Incidents that one round catches up on for each route."""
_live = select(incident.c.id).where(LIVE)


def misrouted_routes(connection: Connection) -> list[str]:
    """Return the routes that could not be read when messages were last tried: messages that wait, and dead ones of live incidents."""
    wanted = or_(outbox.c.status == "pending", and_(outbox.c.status == "dead", outbox.c.incident_id.in_(_live)))
    query = select(outbox.c.route).where(outbox.c.misrouted == UNREADABLE, wanted).distinct().order_by(outbox.c.route)
    return list(connection.scalars(query))


def revive_readable(connection: Connection, routes: Collection[str], now: datetime) -> None:
    """Let messages of routes that can be read again be due: those that wait, and those that were given up and still count."""
    if not routes:
        return
    waits = and_(outbox.c.misrouted == UNREADABLE, outbox.c.route.in_(list(routes)), outbox.c.status == "pending")
    connection.execute(update(outbox).where(waits).values(not_before=now))
    for message_id in connection.scalars(_given_up(UNREADABLE, now).where(outbox.c.route.in_(list(routes)))).all():
        _revive(connection, message_id, now, anew=True)


def revive_taking(connection: Connection, route: str, now: datetime) -> None:
    """Let messages that were given up and still count be due, since their receiver takes messages again."""
    for message_id in connection.scalars(_given_up(NOT_TAKEN, now).where(outbox.c.route == route)).all():
        _revive(connection, message_id, now, anew=True)


def find_trials(connection: Connection, now: datetime, *, probe: bool) -> list[int]:
    """Return one message of each route that was given up, by which it is learned whether its receiver takes messages again.

    :param probe: whether each route is tried; otherwise those whose last trial is long enough ago.
    """
    query = _given_up(NOT_TAKEN, now).add_columns(func.min(outbox.c.route), func.max(outbox.c.not_before))
    rows = [(int(message_id), str(route), not_before) for message_id, route, not_before in connection.execute(query)]
    rests = set() if probe else {route for _, route, not_before in rows if not_before > now}
    first: dict[str, int] = {}
    for message_id, route, _ in rows:
        if route not in rests:
            first.setdefault(route, message_id)
    return list(first.values())


def try_again(connection: Connection, message_ids: Collection[int], now: datetime) -> None:
    """Let messages of :func:`find_trials` be due once: one that fails is dead again."""
    for message_id in message_ids:
        _revive(connection, message_id, now, anew=False)


def _given_up(why: int, now: datetime) -> Select[Any]:
    """Return the query for dead messages that still count, one for each incident and route.

    That a live incident was opened counts where its route has heard nothing else. That one was resolved counts for
    :data:`ENDS_COUNT_FOR`, where its route has heard of its opening.
    """
    other = outbox.alias("other")
    same = and_(other.c.incident_id == outbox.c.incident_id, other.c.route == outbox.c.route)
    heard = exists().where(same, other.c.status.in_(("pending", "sent")))
    heard_opening = exists().where(same, other.c.event == "opened", other.c.status == "sent")
    ended = select(incident.c.id).where(incident.c.status == "resolved", incident.c.resolved_at > now - ENDS_COUNT_FOR)
    counts = or_(
        and_(outbox.c.event == "opened", outbox.c.incident_id.in_(_live), ~heard),
        and_(outbox.c.event == "resolved", outbox.c.incident_id.in_(ended), heard_opening),
    )
    dead = and_(outbox.c.misrouted == why, outbox.c.status == "dead")
    return select(func.min(outbox.c.id)).where(dead, counts).group_by(outbox.c.incident_id, outbox.c.route).order_by(func.min(outbox.c.id))


def _revive(connection: Connection, message_id: int, now: datetime, *, anew: bool) -> None:
    """Queue a dead message with the present state of its incident. ``anew`` allows it a whole day of attempts."""
    incident_id = connection.scalar(select(outbox.c.incident_id).where(outbox.c.id == message_id))
    row = connection.execute(select(incident).where(incident.c.id == incident_id)).one()
    values: dict[str, Any] = {"status": "pending", "not_before": now, "message": write_state(incident_state(connection, row))}
    if anew:
        values |= {"attempts": 0, "created_at": now}
    connection.execute(update(outbox).where(outbox.c.id == message_id, outbox.c.status == "dead").values(**values))


def find_unnotified(connection: Connection, routes: Sequence[str]) -> dict[str, list[int]]:
    """Return the live incidents without any message to a route, by route. Those whose first messages were not tried yet are too new."""
    found = {}
    new = exists().where(outbox.c.incident_id == incident.c.id, outbox.c.status == "pending", outbox.c.attempts == 0)
    for route in dict.fromkeys(routes):
        known = exists().where(outbox.c.incident_id == incident.c.id, outbox.c.route == route)
        query = select(incident.c.id).where(incident.c.status.in_(("open", "acknowledged")), ~known, ~new).order_by(incident.c.id)
        if missing := list(connection.scalars(query.limit(MOST_UNNOTIFIED))):
            found[route] = missing
    return found


def notify_missing(database: Database, connection: Connection, missing: dict[str, list[int]]) -> None:
    """Queue a message for each route and incident of :func:`find_unnotified`. Another round that does the same queues no message twice."""
    if not missing:
        return
    database.lock(connection, digest("notify missing routes"))
    for route, incident_ids in missing.items():
        for incident_id in incident_ids:
            row = connection.execute(select(incident).where(incident.c.id == incident_id).with_for_update()).first()
            known = select(outbox.c.id).where(outbox.c.incident_id == incident_id, outbox.c.route == route)
            if row is None or row.status not in ("open", "acknowledged") or connection.execute(known).first() is not None:
                continue
            connection.execute(update(incident).where(incident.c.id == incident_id).values(routes=sorted({*row.routes, route})))
            enqueue(connection, incident_id, (route,), "opened")
