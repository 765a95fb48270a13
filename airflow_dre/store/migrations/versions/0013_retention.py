"""An index by which old signals are found."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_dre_signal_at", "dre_signal", ["at"])


def downgrade() -> None:
    op.drop_index("ix_dre_signal_at", table_name="dre_signal")
