"""SLAs: their declarations, memories, history and calls."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, text

from airflow_dre.store.names import DATASET, ID, NAMESPACE
from airflow_dre.store.tables.columns import Name, PlainJson, PlainText, TextName, UtcDateTime, key_column, metadata

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
    Column("max_age_seconds", Float),
    Column("evaluated_at", UtcDateTime, nullable=False),
    Column("called_back", Integer, nullable=False),
    Column("task_id", String(250)),
    Column("watched", PlainText),
    Column("looked_at", UtcDateTime),
    Column("met_at", UtcDateTime),
    Column("missed_since", UtcDateTime),
    Column("failed_looks", Integer, nullable=False, server_default="0"),
    Column("told_unknown", Integer, nullable=False, server_default="0"),
    Column("memory", PlainText),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("declared_at", UtcDateTime),
    Column("promise", PlainText),
    Index(None, "namespace", "name"),
)
"""One row for each SLA. A row of an earlier version has no ``memory``."""

sla_declaration = Table(
    "dre_sla_declaration",
    metadata,
    Column("dag_id", Name(ID), primary_key=True),
    Column("sla", Name(ID), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("declared", PlainJson, nullable=False),
    Column("source", PlainText),
    Column("declared_at", UtcDateTime, nullable=False),
)
"""The SLAs of each monitor as data."""

sla_interval = Table(
    "dre_sla_interval",
    metadata,
    key_column(),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("due", UtcDateTime),
    Column("incident_id", BigInteger),
    Index(None, "fingerprint", "since"),
    Index(None, "until"),
    Index(
        "uq_dre_sla_interval_open",
        "fingerprint",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)
"""The states that each SLA was in. One without ``until`` goes on, as far as the monitor has looked."""

sla_call = Table(
    "dre_sla_call",
    metadata,
    key_column(),
    Column("key", String(64), nullable=False, unique=True),
    Column("fingerprint", String(64), nullable=False),
    Column("dag_id", Name(ID), nullable=False),
    Column("sla", Name(ID), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("callback", String(250), nullable=False),
    Column("place", Integer, nullable=False),
    Column("details", PlainJson, nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("error", PlainText),
    Index(None, "fingerprint", "created_at"),
    Index(None, "dag_id", "status", "not_before"),
)
"""One row for each callable that is to be called about an SLA. Its key admits one for each occurrence."""
