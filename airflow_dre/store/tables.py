"""The tables of the results store. Rows never leave this package: records do."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from airflow_dre.store.names import DATASET, ID, NAMESPACE, SUITE, Bound, plain_text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
"""Own metadata: these tables must never be taken for Airflow's."""

VERSION_TABLE = "dre_alembic_version"
LIVE = text("status IN ('open', 'acknowledged')")
"""Predicate of the partial unique index that admits one live incident for each cause."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: the store takes aware datetimes only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text as every database takes it: a message may quote bytes of the data that PostgreSQL (NUL) or UTF-8 (half a pair) refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else plain_text(value)


class Name(TypeDecorator[str]):
    """A name with a bound. Whatever is compared with the column is cut in the same way, so that a name is found again."""

    impl = String
    cache_ok = True

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound.characters)
        self.bound = bound

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return self.bound.cut_known(value)


class TextName(Name):
    """The same in a column that has no limit of its own."""

    impl = Text
    cache_ok = True

    def __init__(self, bound: Bound) -> None:
        TypeDecorator.__init__(self)
        self.bound = bound


class PlainJson(TypeDecorator[Any]):
    """JSON as every database takes it: texts as :class:`PlainText`, and no number that is none."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return _plain(value)


def _plain(value: Any) -> Any:
    """Return the value with plain texts and finite numbers."""
    match value:
        case str():
            return plain_text(value)
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {_plain(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _key() -> Column[Any]:
    return Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def _origin() -> list[Column[Any]]:
    return [
        Column("dag_id", Name(ID)),
        Column("run_id", Name(ID)),
        Column("task_id", Name(ID)),
        Column("map_index", Integer),
        Column("try_number", Integer),
    ]


def _slice() -> list[Column[Any]]:
    return [
        Column("data_interval_start", UtcDateTime),
        Column("data_interval_end", UtcDateTime),
        Column("partition_key", Name(ID)),
    ]


suite_run = Table(
    "dre_suite_run",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("namespace", TextName(NAMESPACE), nullable=False),
    Column("name", TextName(DATASET), nullable=False),
    Column("suite", Name(SUITE), nullable=False),
    *_origin(),
    Column("dag_version", Name(Bound(64, 256))),
    *_slice(),
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
    Column("segments", PlainJson(none_as_null=True)),
    Column("sample", PlainJson(none_as_null=True)),
    Index(None, "run_key"),
    Index(None, "check_id"),
)

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

incident = Table(
    "dre_incident",
    metadata,
    _key(),
    Column("fingerprint", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("namespace", TextName(NAMESPACE)),
    Column("name", TextName(DATASET)),
    Column("suite", Name(SUITE)),
    Column("promise", String(16)),
    Column("deadline", Name(ID)),
    *_origin(),
    Column("event", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("title", PlainText, nullable=False),
    Column("explanation", PlainJson(none_as_null=True)),
    Column("routes", PlainJson(), nullable=False),
    Column("occurrences", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_problem_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    *_slice(),
    Column("broken", PlainJson(none_as_null=True)),
    Column("parts", PlainJson(none_as_null=True)),
    Index("uq_dre_incident_live", "fingerprint", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index(None, "status", "opened_at"),
    Index(None, "dag_id"),
    Index(None, "namespace", "name"),
)

incident_event = Table(
    "dre_incident_event",
    metadata,
    _key(),
    Column("incident_id", ForeignKey("dre_incident.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("summary", PlainText, nullable=False),
    Column("detail", PlainText, nullable=False),
    Column("actor", Name(ID)),
    *_origin(),
    Index(None, "incident_id"),
)

signal = Table(
    "dre_signal",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("event", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("incident_id", ForeignKey("dre_incident.id", ondelete="SET NULL")),
    *_origin(),
    Index(None, "dag_id", "run_id"),
    Index(None, "fingerprint", "at"),
    Index(None, "incident_id"),
)

recovery = Table(
    "dre_recovery",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("still_failed", PlainJson(), nullable=False),
    *_origin(),
    *_slice(),
    Index(None, "fingerprint"),
)
"""A few for each cause, so that news which comes late contradicts nothing newer."""

outbox = Table(
    "dre_outbox",
    metadata,
    _key(),
    Column("incident_id", ForeignKey("dre_incident.id", ondelete="CASCADE"), nullable=False),
    Column("route", Name(ID), nullable=False),
    Column("event", String(16), nullable=False),
    Column("message", PlainJson(), nullable=False),
    Column("status", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("last_error", PlainText),
    Column("misrouted", Integer, nullable=False, server_default="0"),
    Index(None, "status", "not_before"),
    Index(None, "incident_id", "route"),
)

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

monitor = Table(
    "dre_monitor",
    metadata,
    Column("dag_id", String(250), primary_key=True),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("watches", JSON, nullable=False),
)

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

installation = Table(
    "dre_installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("uuid", String(36), nullable=False),
)
"""One row: the id that tells this store apart from every other."""

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
"""Records that no store takes: each waits in a file on its host for a person to look at it."""
