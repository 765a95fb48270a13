"""Service level objectives: their declarations, the counts of their events, their alerts and overrides."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from airflow_dre.store.names import DATASET, ID, NAMESPACE
from airflow_dre.store.tables.columns import Name, PlainJson, PlainText, TextName, UtcDateTime, key_column, metadata

slo = Table(
    "dre_slo",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("dag_id", Name(ID), nullable=False),
    Column("definition", PlainJson(), nullable=False),
    Column("series", String(64)),
    Column("declared_at", UtcDateTime, nullable=False),
    Column("in_file", Boolean, nullable=False),
    Column("fingerprint", String(64)),
    Column("namespace", TextName(NAMESPACE)),
    Column("dataset", TextName(DATASET)),
    Column("state", String(16), nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("evaluation", PlainJson(none_as_null=True)),
    Column("evaluated_at", UtcDateTime),
    Index(None, "dag_id"),
    Index(None, "fingerprint"),
)
"""One row for each objective. ``namespace`` and ``dataset`` are those of its incidents, once its events were found."""

slo_series = Table(
    "dre_slo_series",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("indicator", PlainJson(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
"""The indicators whose events are counted. Objectives with the same indicator share one."""

slo_count = Table(
    "dre_slo_count",
    metadata,
    Column("series", String(64), primary_key=True),
    Column("minute", BigInteger, primary_key=True, autoincrement=False),
    Column("good", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
)
"""Events by minute, counted from 1970. A minute without events has no row."""

PENDING = text("counted IS NULL")
slo_event = Table(
    "dre_slo_event",
    metadata,
    Column("run_key", ForeignKey("dre_suite_run.key", ondelete="CASCADE"), primary_key=True),
    Column("identity", String(64)),
    Column("minute", BigInteger),
    Column("counted", Integer),
    Index(None, "identity"),
    Index("ix_dre_slo_event_pending", "run_key", sqlite_where=PENDING, postgresql_where=PENDING),
)
"""The minute at which each suite run counts, and 1 once it is counted. A run that a later one replaced has no row."""

slo_dag_run = Table(
    "dre_slo_dag_run",
    metadata,
    Column("dag_id", Name(ID), primary_key=True),
    Column("run_id", Name(ID), primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Index(None, "dag_id", "ended_at"),
)
"""How runs of Dags with an objective ended. A run that was cleared and ended again keeps the moment of its first end."""

slo_alert = Table(
    "dre_slo_alert",
    metadata,
    Column("slo", String(63), primary_key=True),
    Column("alert", Name(ID), primary_key=True),
    Column("severity", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
"""The alerts that are due."""

slo_override = Table(
    "dre_slo_override",
    metadata,
    key_column(),
    Column("slo", String(63), nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("actor", Name(ID), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "slo", "expires_at"),
)
"""Permissions to go on although a budget is spent. One that was revoked has expired."""
