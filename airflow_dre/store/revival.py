"""Messages about live incidents for routes that were put right, or that became default routes meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, func, or_, select, update

from airflow_dre.store.database import Database
from airflow_dre.store.outbox import enqueue, facts_of
from airflow_dre.store.records import digest
from airflow_dre.store.tables import LIVE, incident, outbox

MOST_UNTOLD = 100
"""Incidents that one round catches up on for each route."""
_live = select(incident.c.id).where(LIVE)


def misrouted_routes(connection: Connection) -> list[str]:
    """Return the routes that could not be read when messages were last tried: messages that wait, and dead ones of live incidents."""
    wanted = or_(outbox.c.status == "pending", and_(outbox.c.status == "dead", outbox.c.incident_id.in_(_live)))
    query = select(outbox.c.route).where(outbox.c.misrouted == 1, wanted).distinct().order_by(outbox.c.route)
    return list(connection.scalars(query))


def revive(connection: Connection, routes: Collection[str], now: datetime) -> None:
    """Let messages of routes that were put right be due: those that wait, and one for each live incident that was given up."""
    if not routes:
        return
    mine = and_(outbox.c.misrouted == 1, outbox.c.route.in_(list(routes)))
    connection.execute(update(outbox).where(mine, outbox.c.status == "pending").values(not_before=now))
    other = outbox.alias("other")
    heard = exists().where(
        other.c.incident_id == outbox.c.incident_id, other.c.route == outbox.c.route, other.c.status.in_(("pending", "sent"))
    )
    first = (
        select(func.min(outbox.c.id))
        .where(mine, outbox.c.status == "dead", outbox.c.event == "opened", outbox.c.incident_id.in_(_live), ~heard)
        .group_by(outbox.c.incident_id, outbox.c.route)
    )
    for message_id in list(connection.scalars(first)):
        incident_id = connection.scalar(select(outbox.c.incident_id).where(outbox.c.id == message_id))
        row = connection.execute(select(incident).where(incident.c.id == incident_id)).one()
        anew = {"status": "pending", "attempts": 0, "created_at": now, "not_before": now, "message": facts_of(connection, row)}
        connection.execute(update(outbox).where(outbox.c.id == message_id, outbox.c.status == "dead").values(**anew))


def find_untold(connection: Connection, routes: Sequence[str]) -> dict[str, list[int]]:
    """Return the live incidents without any message to a route, by route; those whose first messages were not tried yet are too new."""
    found = {}
    new = exists().where(outbox.c.incident_id == incident.c.id, outbox.c.status == "pending", outbox.c.attempts == 0)
    for route in dict.fromkeys(routes):
        told = exists().where(outbox.c.incident_id == incident.c.id, outbox.c.route == route)
        query = select(incident.c.id).where(incident.c.status.in_(("open", "acknowledged")), ~told, ~new).order_by(incident.c.id)
        if untold := list(connection.scalars(query.limit(MOST_UNTOLD))):
            found[route] = untold
    return found


def tell_untold(database: Database, connection: Connection, untold: dict[str, list[int]]) -> None:
    """Queue a message for each route and incident of :func:`find_untold`; another round that does the same queues none twice."""
    if not untold:
        return
    database.lock(connection, digest("tell the untold"))
    for route, incident_ids in untold.items():
        for incident_id in incident_ids:
            row = connection.execute(select(incident).where(incident.c.id == incident_id).with_for_update()).first()
            told = select(outbox.c.id).where(outbox.c.incident_id == incident_id, outbox.c.route == route)
            if row is None or row.status not in ("open", "acknowledged") or connection.execute(told).first() is not None:
                continue
            connection.execute(update(incident).where(incident.c.id == incident_id).values(routes=sorted({*row.routes, route})))
            enqueue(connection, incident_id, (route,), "opened")
