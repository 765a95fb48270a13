"""Records that the store refuses."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from airflow_dre.store.names import ID
from airflow_dre.store.tables.columns import Name, PlainText, UtcDateTime, metadata

aside = Table(
    "dre_aside",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("host", Name(ID), nullable=False),
    Column("path", PlainText, nullable=False),
    Column("what", PlainText, nullable=False),
    Column("reason", PlainText, nullable=False),
    Index(None, "at"),
)
"""Records that no store takes. Each waits in a file on its host for a person to inspect it."""
