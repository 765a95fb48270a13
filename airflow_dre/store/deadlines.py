"""Failures of a run whose deadline is over, and calls of callables about it, each of which one process makes."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, select, update

from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.store.results import insert_new, origin_values
from airflow_dre.store.tables import signal
from airflow_dre.values.digest import digest

_CALLING, _CALLED = "calling", "called"
"""Events of the rows that hold the calls, beside those of signals."""

_FAILURES = (Event.TASK_FAILED, Event.RUN_FAILED, Event.CHECKS_FAILED, Event.CHECKS_ERRORED, Event.CHECKS_WARNED)


def is_failure_reported(connection: Connection, dag_id: str, run_id: str) -> bool:
    """Return whether a failure within a run was counted in an incident."""
    events = [event.value for event in _FAILURES]
    reported = select(signal.c.key).where(
        signal.c.dag_id == dag_id, signal.c.run_id == run_id, signal.c.event.in_(events), signal.c.incident_id.is_not(None)
    )
    return connection.execute(reported.limit(1)).first() is not None


class Claim(StrEnum):
    """Answer to a claim of the one call of a callable about a missed deadline."""

    TAKEN = "taken"
    """The caller calls it."""
    HELD = "held"
    """Another process is calling it, or died a moment ago."""
    DONE = "done"
    """It was called."""


def claim_call(connection: Connection, miss: Signal, path: str, at: datetime, lease: timedelta) -> Claim:
    """Claim the call of a callable, which only one process makes. A claim that is not finished within ``lease`` can be taken over.

    :param miss: the signal of the miss.
    :param path: the callable.
    """
    key = _call_key(miss, path)
    values = {"fingerprint": miss.cause.fingerprint, "event": _CALLING, "at": at, "incident_id": None, **origin_values(miss.origin)}
    if insert_new(connection, signal, {"key": key, **values}):
        return Claim.TAKEN
    row = connection.execute(select(signal.c.event, signal.c.at).where(signal.c.key == key).with_for_update()).one()
    if row.event == _CALLED:
        return Claim.DONE
    if row.at > at - lease:
        return Claim.HELD
    connection.execute(update(signal).where(signal.c.key == key).values(at=at))
    return Claim.TAKEN


def finish_call(connection: Connection, miss: Signal, path: str) -> None:
    """Keep that a callable was called."""
    connection.execute(update(signal).where(signal.c.key == _call_key(miss, path)).values(event=_CALLED))


def release_call(connection: Connection, miss: Signal, path: str) -> None:
    """Drop the claim of a call that failed."""
    connection.execute(delete(signal).where(signal.c.key == _call_key(miss, path), signal.c.event == _CALLING))


def _call_key(miss: Signal, path: str) -> str:
    return digest("call", miss.key, path)
