"""An index by which retention finds whether a run is the latest of its suite."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_dre_suite_head_run_key", "dre_suite_head", ["run_key"])


def downgrade() -> None:
    op.drop_index("ix_dre_suite_head_run_key", table_name="dre_suite_head")
