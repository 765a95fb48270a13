"""States of partitions."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table

from airflow_dre.store.names import DATASET, ID, NAMESPACE, Bound
from airflow_dre.store.tables.columns import Name, PlainText, TextName, UtcDateTime, metadata

partition_state = Table(
    "dre_partition_state",
    metadata,
    Column("split", String(32), primary_key=True),
    Column("form", String(32), primary_key=True),
    Column("partition", Name(Bound(500, 2000)), primary_key=True),
    Column("namespace", TextName(NAMESPACE), nullable=False),
    Column("name", TextName(DATASET), nullable=False),
    Column("answers", PlainText, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("version", PlainText),
    Column("measured_at", UtcDateTime, nullable=False),
    Column("run_id", Name(ID)),
    Index(None, "namespace", "name"),
)
"""Named by a digest in front, so that the states of one table lie side by side."""
