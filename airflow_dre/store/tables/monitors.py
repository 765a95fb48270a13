"""Monitors, their SLAs, their costs, and their gaps."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table

from airflow_dre.store.names import ID
from airflow_dre.store.tables.columns import Name, PlainJson, UtcDateTime, key_column, metadata

monitor = Table(
    "dre_monitor",
    metadata,
    Column("dag_id", String(250), primary_key=True),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("watches", JSON, nullable=False),
    Column("declared", String(64)),
    Column("look_seconds", Float),
    Column("problems", PlainJson),
)

monitor_gap = Table(
    "dre_monitor_gap",
    metadata,
    key_column(),
    Column("dag_id", Name(ID), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index(None, "dag_id", "since"),
)
"""Stretches in which a monitor should have looked and did not."""

monitor_run = Table(
    "dre_monitor_run",
    metadata,
    Column("dag_id", Name(ID), primary_key=True),
    Column("run_id", Name(ID), primary_key=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("worker_seconds", Float, nullable=False),
    Column("wakes", Integer, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("look_seconds", Float, nullable=False),
    Index(None, "began_at"),
)
"""The cost of each Dag run of a monitor."""
