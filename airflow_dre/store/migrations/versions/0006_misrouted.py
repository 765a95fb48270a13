"""Messages whose route or connection could not be read. They are sent once it is repaired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark no earlier message as one of a route that may be repaired."""
    op.add_column("dre_outbox", sa.Column("misrouted", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget why messages failed."""
    with op.batch_alter_table("dre_outbox") as table:
        table.drop_column("misrouted")
