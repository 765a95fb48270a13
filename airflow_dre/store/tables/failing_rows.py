"""Failing rows of results."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from airflow_dre.store.tables.columns import PlainText, UtcDateTime, metadata

failing_row = Table(
    "dre_failing_row",
    metadata,
    Column("result_key", ForeignKey("dre_result.key", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("row", PlainText, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)
