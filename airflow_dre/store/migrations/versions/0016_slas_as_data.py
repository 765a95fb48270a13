"""SLAs as data with their memories, history and calls, and the gaps and costs of monitors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("until IS NULL")
_SLA = sa.table("dre_sla", sa.column("max_age_seconds"))
_OF_SLA = ("memory", "revision", "declared_at", "promise")
_OF_MONITOR = ("declared", "look_seconds", "problems")


def upgrade() -> None:
    with op.batch_alter_table("dre_sla") as table:
        table.alter_column("max_age_seconds", existing_type=sa.Float(), nullable=True)
        table.add_column(sa.Column("memory", sa.Text(), nullable=True))
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("declared_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("promise", sa.Text(), nullable=True))
    op.add_column("dre_monitor", sa.Column("declared", sa.String(64), nullable=True))
    op.add_column("dre_monitor", sa.Column("look_seconds", sa.Float(), nullable=True))
    op.add_column("dre_monitor", sa.Column("problems", sa.JSON(), nullable=True))
    _create_declarations()
    _create_intervals()
    _create_calls()
    _create_costs()


def _create_declarations() -> None:
    op.create_table(
        "dre_sla_declaration",
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("sla", sa.String(250), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("declared", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("declared_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("dag_id", "sla", name="pk_dre_sla_declaration"),
    )


def _create_intervals() -> None:
    op.create_table(
        "dre_sla_interval",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("due", _MOMENT, nullable=True),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dre_sla_interval"),
    )
    op.create_index("ix_dre_sla_interval_fingerprint_since", "dre_sla_interval", ["fingerprint", "since"])
    op.create_index("ix_dre_sla_interval_until", "dre_sla_interval", ["until"])
    op.create_index(
        "uq_dre_sla_interval_open", "dre_sla_interval", ["fingerprint"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def _create_calls() -> None:
    op.create_table(
        "dre_sla_call",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("sla", sa.String(250), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("callback", sa.String(250), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("not_before", _MOMENT, nullable=False),
        sa.Column("claimed_until", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dre_sla_call"),
        sa.UniqueConstraint("key", name="uq_dre_sla_call_key"),
    )
    op.create_index("ix_dre_sla_call_fingerprint_created_at", "dre_sla_call", ["fingerprint", "created_at"])
    op.create_index("ix_dre_sla_call_dag_id_status_not_before", "dre_sla_call", ["dag_id", "status", "not_before"])


def _create_costs() -> None:
    op.create_table(
        "dre_monitor_gap",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dre_monitor_gap"),
    )
    op.create_index("ix_dre_monitor_gap_dag_id_since", "dre_monitor_gap", ["dag_id", "since"])
    op.create_table(
        "dre_monitor_run",
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("run_id", sa.String(250), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("worker_seconds", sa.Float(), nullable=False),
        sa.Column("wakes", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("look_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("dag_id", "run_id", name="pk_dre_monitor_run"),
    )
    op.create_index("ix_dre_monitor_run_began_at", "dre_monitor_run", ["began_at"])


def downgrade() -> None:
    for name in ("dre_monitor_run", "dre_monitor_gap", "dre_sla_call", "dre_sla_interval", "dre_sla_declaration"):
        op.drop_table(name)
    for column in reversed(_OF_MONITOR):
        op.drop_column("dre_monitor", column)
    op.execute(sa.update(_SLA).where(_SLA.c.max_age_seconds.is_(None)).values(max_age_seconds=0.0))
    with op.batch_alter_table("dre_sla") as table:
        for column in reversed(_OF_SLA):
            table.drop_column(column)
        table.alter_column("max_age_seconds", existing_type=sa.Float(), nullable=False)
