"""Messages that wait to be sent: queued with the incident, claimed by one sender at a time, kept in order for each incident and route."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, exists, or_, select, update

from airflow_dre.clock import now
from airflow_dre.incidents.explanation import shortened
from airflow_dre.incidents.notice import IncidentState, read_state, write_state
from airflow_dre.incidents.retry import GIVE_UP_AFTER, LONGEST_WAIT, Attempt, next_wait
from airflow_dre.store.installation import read_installation_id
from airflow_dre.store.tables import incident, incident_event, outbox

LONGEST_TITLE = 1000
LONGEST_ERROR = 2000
UNREADABLE, NOT_TAKEN = 1, 2
"""Values of ``misrouted``: the route could not be read, or its receiver did not take the message, and may once it is mended."""
LEASE = timedelta(minutes=2)
"""A sender that vanished holds its message no longer than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one route, with the incident as it was when the message was queued."""

    id: int
    incident_id: int
    route: str
    event: str
    attempts: int
    created_at: datetime
    incident: IncidentState | None
    """None: a version that is not known here wrote it."""


def enqueue(connection: Connection, incident_id: int, routes: Sequence[str], event: str) -> None:
    """Queue a message about the present state of an incident for each route."""
    if not routes:
        return
    row = connection.execute(select(incident).where(incident.c.id == incident_id)).one()
    created = now()  # not the moment of the signal: one that waited in the spool must not be given up at once
    common = {
        "incident_id": incident_id,
        "event": event,
        "message": write_state(incident_state(connection, row)),
        "status": "pending",
        "attempts": 0,
    }
    for route in dict.fromkeys(routes):
        connection.execute(outbox.insert().values(**common, misrouted=0, route=route, created_at=created, not_before=created))


def incident_state(connection: Connection, row: Row[Any]) -> IncidentState:
    """Return the present state of an incident as a message carries it."""
    earlier = select(outbox.c.message).where(outbox.c.incident_id == row.id).order_by(outbox.c.id).limit(1)
    first: dict[str, Any] = connection.scalar(earlier) or {}
    names = {"installation": first.get("installation") if first else read_installation_id(connection)}
    names["fingerprint"] = first.get("fingerprint", row.fingerprint)  # receivers know the incident by the one that they received first
    present = {name: getattr(row, name) for name in IncidentState.__struct_fields__ if name not in names}
    present["title"] = shortened(row.title, LONGEST_TITLE)
    return msgspec.convert({**present, **names}, IncidentState)


def undelivered_routes(connection: Connection, incident_id: int) -> frozenset[str]:
    """Return the routes that every message about an incident was given up for: they have not heard of it."""
    rows = connection.execute(select(outbox.c.route, outbox.c.status).where(outbox.c.incident_id == incident_id)).all()
    return frozenset(row.route for row in rows) - frozenset(row.route for row in rows if row.status != "dead")


def claim(connection: Connection, now: datetime, *, skip: Sequence[int] = (), skip_routes: Collection[str] = ()) -> Message | None:
    """Take the oldest message that is due and that no earlier message of its incident and route holds back.

    :param skip: messages that are not taken, by id.
    :param skip_routes: routes whose messages are not taken.
    """
    earlier = outbox.alias("earlier")
    held_back = exists().where(
        earlier.c.incident_id == outbox.c.incident_id,
        earlier.c.route == outbox.c.route,
        earlier.c.status == "pending",
        earlier.c.id < outbox.c.id,
    )
    due = (
        select(outbox.c.id)
        .where(
            outbox.c.status == "pending",
            outbox.c.not_before <= now,
            or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until < now),
            outbox.c.id.not_in(list(skip)),
            outbox.c.route.not_in(list(skip_routes)),
            ~held_back,
        )
        .order_by(outbox.c.id)
        .limit(1)
    )
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    row = connection.execute(
        update(outbox)
        .where(and_(outbox.c.id == due.scalar_subquery(), outbox.c.status == "pending"))
        .values(claimed_until=now + LEASE, attempts=outbox.c.attempts + 1)
        .returning(outbox)
    ).first()
    if row is None:
        return None
    return Message(
        id=row.id,
        incident_id=row.incident_id,
        route=row.route,
        event=row.event,
        attempts=row.attempts,
        created_at=row.created_at,
        incident=read_state(row.message),
    )


def claim_several(connection: Connection, now: datetime, most: int, *, skip_routes: Collection[str] = ()) -> list[Message]:
    """Take up to ``most`` messages that are due, as :func:`claim` does, at most one for each route."""
    taken: list[Message] = []
    while len(taken) < most:
        message = claim(connection, now, skip_routes={*skip_routes, *(message.route for message in taken)})
        if message is None:
            break
        taken.append(message)
    return taken


def settle(connection: Connection, message: Message, attempt: Attempt, now: datetime) -> str:
    """Keep the outcome of an attempt, and return the status of the message after it."""
    waits, error = attempt.retryable or attempt.misrouted, shortened(attempt.error, LONGEST_ERROR)
    if attempt.delivered:
        values: dict[str, Any] = {"status": "sent", "sent_at": now, "last_error": None}
    elif not waits or now - message.created_at > GIVE_UP_AFTER:
        values = {"status": "dead", "not_before": now + LONGEST_WAIT, "last_error": error}
    else:
        values = {"status": "pending", "not_before": now + next_wait(message.attempts, attempt.retry_after), "last_error": error}
    values["misrouted"] = UNREADABLE if attempt.misrouted else NOT_TAKEN if attempt.retryable else 0
    mine = and_(outbox.c.id == message.id, outbox.c.status == "pending")
    if not attempt.delivered:  # a sender whose lease ran out must not speak for the one that took over
        mine = and_(mine, outbox.c.attempts == message.attempts)
    settled = update(outbox).where(mine).values(**values, claimed_until=None).returning(outbox.c.id)
    status = str(values["status"])
    if connection.execute(settled).first() is not None and status != "pending":
        prefix = "Notified" if status == "sent" else "Could not notify"
        summary = f"{prefix} {message.route}: {message.event}"
        kind = "notified" if status == "sent" else "notification_failed"
        entry = {"incident_id": message.incident_id, "kind": kind, "summary": summary, "detail": error}
        known = and_(*(incident_event.c[name] == value for name, value in entry.items()))
        if not (attempt.retryable and connection.execute(select(incident_event.c.id).where(known)).first()):  # trials repeat it
            connection.execute(incident_event.insert().values(**entry, at=now))
    return status
