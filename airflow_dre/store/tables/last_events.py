"""The last events of assets and the last successful runs of Dags."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from airflow_dre.store.names import DATASET
from airflow_dre.store.tables.columns import Name, UtcDateTime, metadata

last_event = Table(
    "dre_last_event",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("name", Name(DATASET), primary_key=True),
    Column("happened_at", UtcDateTime, nullable=False),
)
