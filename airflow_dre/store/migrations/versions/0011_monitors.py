"""Monitors, the SLAs that they watch and their latest runs, and SLAs that cannot be evaluated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SLA = sa.table(
    "dre_sla",
    *[sa.column(name) for name in ("state", "since", "evaluated_at", "looked_at", "missed_since", "met_at")],
)


def upgrade() -> None:
    op.create_table(
        "dre_monitor",
        sa.Column("dag_id", sa.String(250), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watches", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("dag_id", name="pk_dre_monitor"),
    )
    with op.batch_alter_table("dre_sla") as table:
        table.add_column(sa.Column("task_id", sa.String(250), nullable=True))
        table.add_column(sa.Column("watched", sa.Text(), nullable=True))
        table.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("met_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("missed_since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("failed_looks", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("told_unknown", sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.update(_SLA).values(looked_at=_SLA.c.evaluated_at))
    op.execute(sa.update(_SLA).where(_SLA.c.state == "met").values(met_at=_SLA.c.evaluated_at))
    op.execute(sa.update(_SLA).where(_SLA.c.state == "missed").values(missed_since=_SLA.c.since))


def downgrade() -> None:
    with op.batch_alter_table("dre_sla") as table:
        for column in ("told_unknown", "failed_looks", "missed_since", "met_at", "looked_at", "watched", "task_id"):
            table.drop_column(column)
    op.drop_table("dre_monitor")
