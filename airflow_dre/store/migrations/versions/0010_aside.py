"""Notes of records that were refused, and no index over three long texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dre_aside",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host", sa.String(250), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dre_aside"),
    )
    op.create_index("ix_dre_aside_at", "dre_aside", ["at"])
    op.drop_index("ix_dre_suite_run_dag_id_run_id_task_id", "dre_suite_run")
    op.create_index("ix_dre_suite_run_dag_id_run_id", "dre_suite_run", ["dag_id", "run_id"])


def downgrade() -> None:
    op.drop_index("ix_dre_suite_run_dag_id_run_id", "dre_suite_run")
    op.create_index("ix_dre_suite_run_dag_id_run_id_task_id", "dre_suite_run", ["dag_id", "run_id", "task_id"])
    op.drop_index("ix_dre_aside_at", "dre_aside")
    op.drop_table("dre_aside")
