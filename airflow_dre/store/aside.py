"""Records that the store refuses: their description, and a note of each in the store for the pages."""

from __future__ import annotations

import hashlib
import socket
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from airflow_dre.clock import now
from airflow_dre.incidents.signals import Origin
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.results import insert_new
from airflow_dre.store.tables import aside

KEPT_FOR = timedelta(days=30)
"""How long a note is counted."""
_LONGEST_NAME = 80
_LONGEST_REASON = 500


def describe_delivery(delivery: Delivery | None) -> str:
    """Return what a delivery is about in one line, each name cut."""
    if delivery is None:
        return "a line that cannot be read"
    parts = []
    if delivery.run is not None:
        parts.append(f"a run of suite {_cut(delivery.run.suite)} on {_cut(delivery.run.name)} {_of(delivery.run.origin)}")
    parts += [f"the signal {signal.event.value} {_of(signal.origin)}: {_cut(signal.title)}" for signal in delivery.signals[:3]]
    if delivery.partitions is not None:
        parts.append(f"states of partitions of {_cut(delivery.partitions.name)}")
    parts += [f"the last event of {event.kind} {_cut(event.name)}" for event in delivery.last_events[:1]]
    parts += [f"the end of run {_cut(end.run_id)} of Dag {_cut(end.dag_id)}" for end in delivery.dag_runs[:1]]
    return "; ".join(parts) or "an empty delivery"


def _of(origin: Origin) -> str:
    return f"(Dag {_cut(origin.dag_id)}, run {_cut(origin.run_id)})"


def _cut(text: str | None) -> str:
    shown = repr(text)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:_LONGEST_NAME]}…"


def note_aside(database: Database, line: bytes, path: Path, what: str, reason: str) -> None:
    """Note that a line was refused. A line that is refused twice is one.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    values = {
        "key": hashlib.sha256(line.strip()).hexdigest(),
        "at": now(),
        "host": socket.gethostname(),
        "path": str(path),
        "what": what,
        "reason": reason[:_LONGEST_REASON],
    }
    with database.write() as connection:
        insert_new(connection, aside, values)


def count_aside(connection: Connection) -> int:
    """Return the number of records that were refused within :data:`KEPT_FOR`."""
    return connection.scalar(select(func.count()).select_from(aside).where(aside.c.at > now() - KEPT_FOR)) or 0


def forget_aside(connection: Connection, moment: datetime, kept_for: timedelta = KEPT_FOR) -> int:
    """Delete notes that are older than ``kept_for``, at most :data:`KEPT_FOR`, and return their number. The files stay."""
    return connection.execute(delete(aside).where(aside.c.at <= moment - min(kept_for, KEPT_FOR))).rowcount
