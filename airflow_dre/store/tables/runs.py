"""Suite runs and their results."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table

from airflow_dre.store.names import DATASET, ID, NAMESPACE, SUITE, Bound
from airflow_dre.store.tables.columns import Name, PlainJson, PlainText, TextName, UtcDateTime, metadata, origin_columns, slice_columns

suite_run = Table(
    "dre_suite_run",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("namespace", TextName(NAMESPACE), nullable=False),
    Column("name", TextName(DATASET), nullable=False),
    Column("suite", Name(SUITE), nullable=False),
    *origin_columns(),
    Column("dag_version", Name(Bound(64, 256))),
    *slice_columns(),
    Column("row_filter", PlainText),
    Column("engine", Name(Bound(64, 256)), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("score", Float),
    Column("counts", PlainJson(), nullable=False),
    Column("queries", Integer, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Index(None, "namespace", "name", "suite", "measured_at"),
    Index(None, "dag_id", "run_id"),
    Index(None, "measured_at"),
)

result = Table(
    "dre_result",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("run_key", String(64), ForeignKey("dre_suite_run.key", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("check_id", Name(Bound(16, 64)), nullable=False),
    Column("definition", PlainJson(), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("expected", PlainText, nullable=False),
    Column("observed", PlainText),
    Column("value", Float),
    Column("unit", Name(Bound(16, 64)), nullable=False),
    Column("violations", BigInteger),
    Column("rows", BigInteger),
    Column("warn_low", Float),
    Column("warn_high", Float),
    Column("fail_low", Float),
    Column("fail_high", Float),
    Column("statement", PlainText),
    Column("definition_digest", LargeBinary),
    Column("statement_digest", LargeBinary),
    Column("segments", PlainJson(none_as_null=True)),
    Column("sample", PlainJson(none_as_null=True)),
    Index(None, "run_key"),
    Index(None, "check_id"),
    Index(None, "definition_digest"),
    Index(None, "statement_digest"),
)
"""``definition`` is empty and ``statement`` is NULL where the digests refer to them. A result of an older version holds its own."""

check_definition = Table(
    "dre_check_definition",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("definition", PlainJson(), nullable=False),
)
"""Definitions of checks, each kept once."""

statement_text = Table(
    "dre_statement",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("text", PlainText, nullable=False),
)
"""Statements that answered checks, each kept once."""

suite_head = Table(
    "dre_suite_head",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("namespace", TextName(NAMESPACE), nullable=False),
    Column("name", TextName(DATASET), nullable=False),
    Column("suite", Name(SUITE), nullable=False),
    Column("dag_id", Name(ID)),
    Column("run_key", String(64), nullable=False),
    Column("measured_at", UtcDateTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("score", Float),
    Column("counts", PlainJson(), nullable=False),
    Index(None, "namespace", "name"),
    Index(None, "run_key"),
)
"""The latest run of each suite by Dag, written with the run. :func:`airflow_dre.store.heads.save_missing_heads` adds what lacks."""
