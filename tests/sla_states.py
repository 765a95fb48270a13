"""States of SLAs as a look leaves them in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from airflow_dre.incidents.identity import DataCause
from airflow_dre.store.database import Database
from airflow_dre.store.records import NewSlaState
from airflow_dre.store.sla_memory import lock_memories, save_states, unchanged


def sla_state(cause: DataCause, at: datetime, **values: Any) -> NewSlaState:
    """Return the state of an SLA that a look of Dag ``monitor`` found to be met."""
    found = NewSlaState(
        fingerprint=cause.fingerprint,
        namespace=cause.namespace,
        name=cause.name,
        sla=cause.suite,
        dag_id="monitor",
        task_id="look",
        watched="w/t",
        promise="at most 1 h old",
        max_age_seconds=None,
        state="met",
        since=at,
        reason="the newest row is 1 min old",
        newest=at,
        looked_at=at,
        evaluated_at=at,
        met_at=at,
        missed_since=None,
        failed_looks=0,
        told_unknown=0,
        called_back=0,
        declared_at=at,
        memory='{"state":"met"}',
        revision=0,
    )
    return replace(found, **values)


def keep_states(database: Database, *states: NewSlaState) -> list[str]:
    """Keep states as a look does, and return the names of the SLAs whose state was kept."""
    with database.write() as connection:
        lock_memories(database, connection)
        kept = unchanged(connection, states)
        save_states(connection, kept)
    return [state.sla for state in kept]
