"""Memories of SLAs between two looks, read and written for thousands at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.store.database import Database
from airflow_dre.store.given_rows import is_among
from airflow_dre.store.records import NewSlaState, SlaMemory
from airflow_dre.store.rows import as_packed_records
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.tables import sla
from airflow_dre.values.digest import digest
from airflow_dre.values.text_limits import REASON, one_line

_MEMORY = [sla.c[name] for name in SlaMemory.__struct_fields__]


def read_memories(connection: Connection, fingerprints: Sequence[str]) -> dict[str, SlaMemory]:
    """Return what is remembered of SLAs by fingerprint. One that is not remembered has no entry."""
    found = connection.execute(select(*_MEMORY).where(is_among(connection, sla.c.fingerprint, fingerprints)))
    return {memory.fingerprint: memory for memory in as_packed_records(found, SlaMemory)}


def memories_of_monitor(connection: Connection, dag_id: str) -> list[SlaMemory]:
    """Return what is remembered of the SLAs that a monitor evaluated last."""
    return as_packed_records(connection.execute(select(*_MEMORY).where(sla.c.dag_id == dag_id)), SlaMemory)


def lock_memories(database: Database, connection: Connection) -> None:
    """Let the looks write one after the other."""
    database.lock(connection, digest("memories of SLAs"))


def unchanged(connection: Connection, states: Iterable[NewSlaState]) -> list[NewSlaState]:
    """Return the states whose SLA no other look wrote in the meantime. Call it behind :func:`lock_memories`."""
    states = list(states)
    revisions: dict[str, int] = {}
    for some in in_chunks([state.fingerprint for state in states]):
        rows = connection.execute(select(sla.c.fingerprint, sla.c.revision).where(sla.c.fingerprint.in_(some)))
        revisions.update((row.fingerprint, row.revision) for row in rows)
    return [state for state in states if revisions.get(state.fingerprint, 0) == state.revision]


def save_states(connection: Connection, states: Sequence[NewSlaState]) -> None:
    """Keep what a look found, each in a row that is new or replaced."""
    if not states:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(sla)
    replaced = {name: statement.excluded[name] for name in NewSlaState.__slots__ if name != "fingerprint"}
    connection.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_=replaced), [_values(state) for state in states])


def _values(state: NewSlaState) -> dict[str, Any]:
    values = {name: getattr(state, name) for name in NewSlaState.__slots__}
    return {**values, "revision": state.revision + 1, "reason": one_line(state.reason, REASON)}
