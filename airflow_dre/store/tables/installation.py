"""The id of the store."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from airflow_dre.store.tables.columns import metadata

installation = Table(
    "dre_installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("uuid", String(36), nullable=False),
)
"""One row: the id by which this store differs from every other."""
