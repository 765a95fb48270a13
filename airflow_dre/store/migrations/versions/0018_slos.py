"""Service level objectives, the counts of their events, their alerts and overrides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_PENDING = sa.text("counted IS NULL")
_RUN = sa.table("dre_suite_run", sa.column("key"))
_EVENT = sa.table("dre_slo_event", sa.column("run_key"))


def upgrade() -> None:
    _create_objectives()
    _create_counts()
    op.create_table(
        "dre_slo_dag_run",
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("run_id", sa.String(250), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("dag_id", "run_id", name="pk_dre_slo_dag_run"),
    )
    op.create_index("ix_dre_slo_dag_run_dag_id_ended_at", "dre_slo_dag_run", ["dag_id", "ended_at"])
    op.create_table(
        "dre_slo_alert",
        sa.Column("slo", sa.String(63), nullable=False),
        sa.Column("alert", sa.String(250), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("slo", "alert", name="pk_dre_slo_alert"),
    )
    op.create_table(
        "dre_slo_override",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("slo", sa.String(63), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(250), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dre_slo_override"),
    )
    op.create_index("ix_dre_slo_override_slo_expires_at", "dre_slo_override", ["slo", "expires_at"])
    op.execute(_EVENT.insert().from_select(["run_key"], sa.select(_RUN.c.key)))


def _create_objectives() -> None:
    op.create_table(
        "dre_slo",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("series", sa.String(64), nullable=True),
        sa.Column("declared_at", _MOMENT, nullable=False),
        sa.Column("in_file", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=True),
        sa.Column("namespace", sa.Text(), nullable=True),
        sa.Column("dataset", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evaluation", sa.JSON(), nullable=True),
        sa.Column("evaluated_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_dre_slo"),
    )
    op.create_index("ix_dre_slo_dag_id", "dre_slo", ["dag_id"])
    op.create_index("ix_dre_slo_fingerprint", "dre_slo", ["fingerprint"])
    op.create_table(
        "dre_slo_series",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("indicator", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dre_slo_series"),
    )


def _create_counts() -> None:
    op.create_table(
        "dre_slo_count",
        sa.Column("series", sa.String(64), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "minute", name="pk_dre_slo_count"),
    )
    op.create_table(
        "dre_slo_event",
        sa.Column("run_key", sa.String(64), nullable=False),
        sa.Column("identity", sa.String(64), nullable=True),
        sa.Column("minute", sa.BigInteger(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("run_key", name="pk_dre_slo_event"),
        sa.ForeignKeyConstraint(["run_key"], ["dre_suite_run.key"], name="fk_dre_slo_event_run_key", ondelete="CASCADE"),
    )
    op.create_index("ix_dre_slo_event_identity", "dre_slo_event", ["identity"])
    op.create_index("ix_dre_slo_event_pending", "dre_slo_event", ["run_key"], sqlite_where=_PENDING, postgresql_where=_PENDING)


def downgrade() -> None:
    for table in ("dre_slo_override", "dre_slo_alert", "dre_slo_dag_run", "dre_slo_event", "dre_slo_count", "dre_slo_series", "dre_slo"):
        op.drop_table(table)
