"""Failures of a run whose deadline is over."""

from __future__ import annotations

from sqlalchemy import Connection, select

from airflow_dre.incidents.signals import Event
from airflow_dre.store.tables import signal

_FAILURES = (Event.TASK_FAILED, Event.RUN_FAILED, Event.CHECKS_FAILED, Event.CHECKS_ERRORED, Event.CHECKS_WARNED)


def is_failure_reported(connection: Connection, dag_id: str, run_id: str) -> bool:
    """Return whether a failure within a run was counted in an incident."""
    events = [event.value for event in _FAILURES]
    reported = select(signal.c.key).where(
        signal.c.dag_id == dag_id, signal.c.run_id == run_id, signal.c.event.in_(events), signal.c.incident_id.is_not(None)
    )
    return connection.execute(reported.limit(1)).first() is not None
