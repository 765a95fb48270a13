"""Explanations of incidents: reasons, counts, owner and runbook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave incidents of before without an explanation: their timeline has the details."""
    op.add_column("dre_incident", sa.Column("explanation", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop the explanations."""
    with op.batch_alter_table("dre_incident") as table:
        table.drop_column("explanation")
