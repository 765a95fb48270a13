"""The last events of assets and the last successful runs of Dags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dre_last_event",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(1000), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_dre_last_event"),
    )


def downgrade() -> None:
    op.drop_table("dre_last_event")
