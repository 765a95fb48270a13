"""The state of each SLA."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table

from airflow_dre.store.names import DATASET, ID, NAMESPACE
from airflow_dre.store.tables.columns import Name, PlainText, TextName, UtcDateTime, metadata

sla = Table(
    "dre_sla",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("namespace", TextName(NAMESPACE), nullable=False),
    Column("name", TextName(DATASET), nullable=False),
    Column("sla", Name(ID), nullable=False),
    Column("dag_id", Name(ID)),
    Column("state", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("newest", UtcDateTime),
    Column("max_age_seconds", Float, nullable=False),
    Column("evaluated_at", UtcDateTime, nullable=False),
    Column("called_back", Integer, nullable=False),
    Column("task_id", String(250)),
    Column("watched", PlainText),
    Column("looked_at", UtcDateTime),
    Column("met_at", UtcDateTime),
    Column("missed_since", UtcDateTime),
    Column("failed_looks", Integer, nullable=False, server_default="0"),
    Column("told_unknown", Integer, nullable=False, server_default="0"),
    Index(None, "namespace", "name"),
)
