"""A few failing rows of a result, until they expire."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dre_result", sa.Column("sample", sa.JSON(), nullable=True))
    op.create_table(
        "dre_failing_row",
        sa.Column("result_key", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["result_key"], ["dre_result.key"], name="fk_dre_failing_row_result_key", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("result_key", "position", name="pk_dre_failing_row"),
    )
    op.create_index("ix_dre_failing_row_expires_at", "dre_failing_row", ["expires_at"])


def downgrade() -> None:
    op.drop_table("dre_failing_row")
    with op.batch_alter_table("dre_result") as table:
        table.drop_column("sample")
