"""States of partitions, which contribute to the numbers about their tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from airflow_dre.store.tables import PlainText, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dre_partition_state",
        sa.Column("split", sa.String(32), primary_key=True),
        sa.Column("form", sa.String(32), primary_key=True),
        sa.Column("partition", sa.String(500), primary_key=True),
        sa.Column("namespace", PlainText(), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("answers", PlainText(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("version", PlainText()),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.Column("run_id", sa.String(250)),
    )
    op.create_index("ix_dre_partition_state_namespace_name", "dre_partition_state", ["namespace", "name"])


def downgrade() -> None:
    op.drop_table("dre_partition_state")
