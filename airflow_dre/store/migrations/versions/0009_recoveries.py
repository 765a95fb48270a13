"""Recoveries that are remembered, and the part of the data that an incident is about."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

from airflow_dre.store.tables import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ORIGIN = ("dag_id", "run_id", "task_id", "map_index", "try_number")
_RECOVERIES = ("checks_passed", "fresh", "task_succeeded", "run_succeeded")
_NEW = ("data_interval_start", "data_interval_end", "partition_key", "broken", "parts")


def upgrade() -> None:
    slices: list[tuple[str, Any]] = [
        ("data_interval_start", UtcDateTime()),
        ("data_interval_end", UtcDateTime()),
        ("partition_key", sa.String(250)),
    ]
    for name, kind in (*slices, ("broken", sa.JSON()), ("parts", sa.JSON())):
        op.add_column("dre_incident", sa.Column(name, kind, nullable=True))
    recovery = op.create_table(
        "dre_recovery",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("still_failed", sa.JSON(), nullable=False),
        *[sa.Column(name, sa.String(250), nullable=True) for name in _ORIGIN[:3]],
        *[sa.Column(name, sa.Integer(), nullable=True) for name in _ORIGIN[3:]],
        *[sa.Column(name, kind, nullable=True) for name, kind in slices],
        sa.PrimaryKeyConstraint("key", name="pk_dre_recovery"),
    )
    op.create_index("ix_dre_recovery_fingerprint", "dre_recovery", ["fingerprint"])
    _take_over(op.get_bind(), recovery)


def _take_over(connection: sa.Connection, recovery: sa.Table) -> None:
    """Remember what signals without an incident and resolved incidents remembered so far. They stay, for the version before."""
    signal = sa.table("dre_signal", *[sa.column(name) for name in ("key", "fingerprint", "event", "incident_id", *_ORIGIN)],
                      sa.column("at", UtcDateTime()))  # fmt: skip
    incident = sa.table("dre_incident", sa.column("fingerprint"), sa.column("status"), sa.column("resolved_at", UtcDateTime()))
    told = sa.and_(signal.c.event.in_(_RECOVERIES), signal.c.incident_id.is_(None))
    rows = [
        {"key": row.key, "fingerprint": row.fingerprint, "at": row.at, **{name: getattr(row, name) for name in _ORIGIN}}
        for row in connection.execute(sa.select(signal).where(told))
    ]
    resolved = sa.select(incident.c.fingerprint, sa.func.max(incident.c.resolved_at).label("at"))
    for row in connection.execute(resolved.where(incident.c.status == "resolved").group_by(incident.c.fingerprint)):
        key = hashlib.sha256(f"resolved {row.fingerprint}".encode()).hexdigest()
        rows.append({"key": key, "fingerprint": row.fingerprint, "at": row.at, **dict.fromkeys(_ORIGIN)})
    if rows:
        connection.execute(recovery.insert(), [{**row, "still_failed": []} for row in rows])


def downgrade() -> None:
    op.drop_table("dre_recovery")
    for name in _NEW:
        op.drop_column("dre_incident", name)
