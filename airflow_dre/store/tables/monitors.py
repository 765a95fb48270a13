"""Monitors and what they watch."""

from __future__ import annotations

from sqlalchemy import JSON, Column, String, Table

from airflow_dre.store.tables.columns import UtcDateTime, metadata

monitor = Table(
    "dre_monitor",
    metadata,
    Column("dag_id", String(250), primary_key=True),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("watches", JSON, nullable=False),
)
