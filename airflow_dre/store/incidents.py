"""Signals become incidents, in one transaction with the messages they cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from airflow_dre.incidents.decide import Action, Change, decide
from airflow_dre.incidents.identity import Cause, DataCause, PipelineCause, Promise
from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.store.database import Database
from airflow_dre.store.outbox import enqueue
from airflow_dre.store.recoveries import remember_recovery, remember_resolution, slice_values
from airflow_dre.store.results import insert_new, origin_values
from airflow_dre.store.situations import LIVE_STATUSES, cause_of, load_situation
from airflow_dre.store.tables import incident, incident_event, signal

__all__ = ["LIVE_STATUSES", "MOST_PARTS", "cause_of", "record_signal", "resolve_by_hand"]
MOST_PARTS = 500
"""Names of broken checks that an incident remembers."""


def record_signal(database: Database, connection: Connection, found: Signal) -> list[Change]:
    """Apply the changes that :func:`airflow_dre.incidents.decide.decide` makes of a signal. It is safe to repeat and to race.

    Signals of one Dag are decided one after the other: a run and its task that fail at once must see each other.

    :return: the changes of incidents, and those that were ignored.
    """
    changes = decide(found, load_situation(database, connection, found))
    carried_out = [_carry_out(connection, change) for change in changes]
    return [change for change in carried_out if change.action is not Action.REMEMBER]


def live_promises(connection: Connection, promise: Promise) -> dict[str, int]:
    """Return the live incidents about promises of a kind, by fingerprint."""
    query = select(incident.c.fingerprint, incident.c.id).where(incident.c.status.in_(LIVE_STATUSES), incident.c.promise == promise.value)
    return {row.fingerprint: row.id for row in connection.execute(query)}


def remind(connection: Connection, incident_id: int) -> None:
    """Queue one more message about a live incident for each of its routes."""
    row = connection.execute(select(incident.c.routes).where(incident.c.id == incident_id, incident.c.status.in_(LIVE_STATUSES))).first()
    if row is not None:
        enqueue(connection, incident_id, row.routes, "opened")


def _carry_out(connection: Connection, change: Change) -> Change:
    """Write a change, and return it with the id of the incident that it concerns."""
    if change.action is Action.REMEMBER:
        _remember(connection, change.signal)
        return change
    if change.action is Action.OPEN:
        done = replace(change, incident_id=_open(connection, change))
    else:
        done = change
        if change.incident_id is not None:
            _change(connection, change.incident_id, change)
    if change.keeps:
        _keep_signal(connection, done)
    return done


def _remember(connection: Connection, found: Signal) -> None:
    """Keep a signal that concerns no incident, so that those that arrive later are understood."""
    if found.opens:  # a run that ended well
        remember_recovery(connection, found)
        return
    insert_new(connection, signal, {"key": found.key, **_signal_columns(found, None)})


def _signal_columns(found: Signal, incident_id: int | None) -> dict[str, Any]:
    common = {"fingerprint": found.cause.fingerprint, "event": found.event.value, "at": found.at, "incident_id": incident_id}
    return {**common, **origin_values(found.origin)}


def _keep_signal(connection: Connection, change: Change) -> None:
    """Keep a signal that is new, so that its next report counts nothing, and add it to the timeline of its incident."""
    found, incident_id = change.signal, change.incident_id
    if not found.event.firing and found.event is not Event.RUN_SUCCEEDED:
        remember_recovery(connection, found)
    if not found.event.firing and incident_id is None:
        return
    values = _signal_columns(found, incident_id)
    if not insert_new(connection, signal, {"key": found.key, **values}):
        connection.execute(update(signal).where(signal.c.key == found.key).values(**values))
    if incident_id is not None:
        entry = {"incident_id": incident_id, "at": found.at, "kind": change.action.value, "summary": found.title, "detail": found.detail}
        connection.execute(incident_event.insert().values(**entry, actor=None, **origin_values(found.origin)))


def _open(connection: Connection, change: Change) -> int:
    values = {**_cause_columns(change.signal.cause), **_opening(change)}
    incident_id = connection.execute(incident.insert().values(**values).returning(incident.c.id)).scalar_one()
    enqueue(connection, incident_id, change.notify, "opened")
    return int(incident_id)


def _opening(change: Change) -> dict[str, Any]:
    opening = change.signal
    return {
        "fingerprint": opening.cause.fingerprint,
        "kind": opening.cause.kind.value,
        **origin_values(opening.origin),
        **({"dag_id": opening.cause.dag_id} if isinstance(opening.cause, PipelineCause) else {}),
        "status": "open",
        "severity": change.severity.value,
        "explanation": explanation_columns(opening) if change.explains else None,
        "routes": list(change.routes),
        "occurrences": 1,
        "opened_at": opening.at,
        "last_problem_at": change.last_problem_at,
        **_renewal(opening),
        **_progress(change),
    }


def _change(connection: Connection, incident_id: int, change: Change) -> None:
    """Write what a change does to a live incident, and queue its messages."""
    values: dict[str, Any] = {"status": "resolved", "resolved_at": change.signal.at}
    if change.action is not Action.RESOLVE:
        values = {"severity": change.severity.value, "routes": list(change.routes), **_progress(change)}
        if change.explains:
            values["explanation"] = explanation_columns(change.signal)
        if change.action is Action.REPEAT:
            values["occurrences"] = incident.c.occurrences + 1
        if change.last_problem_at is not None:
            values["last_problem_at"] = change.last_problem_at
        if change.renews:
            values |= _renewal(change.signal)
    connection.execute(update(incident).where(incident.c.id == incident_id).values(**values))
    enqueue(connection, incident_id, change.update, "updated")
    enqueue(connection, incident_id, change.notify, "resolved" if change.action is Action.RESOLVE else "opened")


def explanation_columns(found: Signal) -> dict[str, Any] | None:
    """Return why a signal was sent, as an incident keeps it, or None where nothing is known."""
    why: dict[str, Any] = msgspec.to_builtins(found.why)
    return {**why, "first_hand": bool(found.explanation)} if found.why else None


def _progress(change: Change) -> dict[str, Any]:
    """Return what is broken, and what was since the incident was opened, as columns."""
    return {"broken": msgspec.to_builtins(change.broken), "parts": sorted(change.parts)[:MOST_PARTS]}


def _renewal(found: Signal) -> dict[str, Any]:
    """Return title and slice of the newest problem as columns. The origin stays that of the opening."""
    return {"title": found.title, "event": found.event.value, **slice_values(found.slice)}


def _cause_columns(cause: Cause) -> dict[str, Any]:
    if isinstance(cause, DataCause):
        return {"namespace": cause.namespace, "name": cause.name, "suite": cause.suite, "promise": cause.promise.value}
    return {"dag_id": cause.dag_id, "task_id": cause.task_id or None, "deadline": cause.deadline or None}


def resolve_by_hand(connection: Connection, incident_id: int, *, actor: str, note: str, at: datetime) -> bool:
    """Resolve a live incident on behalf of a person, and return whether it was live."""
    statement = (
        update(incident)
        .where(incident.c.id == incident_id, incident.c.status.in_(LIVE_STATUSES))
        .values(status="resolved", resolved_at=at)
        .returning(incident.c.routes, incident.c.fingerprint)
    )
    row = connection.execute(statement).first()
    if row is None:
        return False
    remember_resolution(connection, row.fingerprint, at)
    values = {"incident_id": incident_id, "at": at, "kind": "resolve", "summary": f"Resolved by {actor}", "detail": note, "actor": actor}
    connection.execute(incident_event.insert().values(**values))
    enqueue(connection, incident_id, tuple(row.routes), "resolved")
    return True
