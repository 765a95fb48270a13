"""Messages that wait to be sent."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from airflow_dre.store.names import ID
from airflow_dre.store.tables.columns import Name, PlainJson, PlainText, UtcDateTime, key_column, metadata

outbox = Table(
    "dre_outbox",
    metadata,
    key_column(),
    Column("incident_id", ForeignKey("dre_incident.id", ondelete="CASCADE"), nullable=False),
    Column("route", Name(ID), nullable=False),
    Column("event", String(16), nullable=False),
    Column("message", PlainJson(), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("last_error", PlainText),
    Column("misrouted", Integer, nullable=False, server_default="0"),
    Index(None, "status", "not_before"),
    Index(None, "incident_id", "route"),
)
