"""Incidents, their timelines, the signals that were counted, and the recoveries that are remembered."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from airflow_dre.store.names import DATASET, ID, NAMESPACE, SUITE
from airflow_dre.store.tables.columns import (
    LIVE,
    Name,
    PlainJson,
    PlainText,
    TextName,
    UtcDateTime,
    key_column,
    metadata,
    origin_columns,
    slice_columns,
)

incident = Table(
    "dre_incident",
    metadata,
    key_column(),
    Column("fingerprint", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("namespace", TextName(NAMESPACE)),
    Column("name", TextName(DATASET)),
    Column("suite", Name(SUITE)),
    Column("promise", String(16)),
    Column("deadline", Name(ID)),
    *origin_columns(),
    Column("event", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("title", PlainText, nullable=False),
    Column("explanation", PlainJson(none_as_null=True)),
    Column("routes", PlainJson(), nullable=False),
    Column("occurrences", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_problem_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    *slice_columns(),
    Column("broken", PlainJson(none_as_null=True)),
    Column("parts", PlainJson(none_as_null=True)),
    Index("uq_dre_incident_live", "fingerprint", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index(None, "status", "opened_at"),
    Index(None, "dag_id"),
    Index(None, "namespace", "name"),
)

incident_event = Table(
    "dre_incident_event",
    metadata,
    key_column(),
    Column("incident_id", ForeignKey("dre_incident.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("summary", PlainText, nullable=False),
    Column("detail", PlainText, nullable=False),
    Column("actor", Name(ID)),
    *origin_columns(),
    Index(None, "incident_id"),
)

signal = Table(
    "dre_signal",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("event", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("incident_id", ForeignKey("dre_incident.id", ondelete="SET NULL")),
    *origin_columns(),
    Index(None, "dag_id", "run_id"),
    Index(None, "fingerprint", "at"),
    Index(None, "at"),
    Index(None, "incident_id"),
)

recovery = Table(
    "dre_recovery",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("still_failed", PlainJson(), nullable=False),
    *origin_columns(),
    *slice_columns(),
    Index(None, "fingerprint"),
)
"""A few for each cause, so that news which comes late contradicts nothing newer."""
