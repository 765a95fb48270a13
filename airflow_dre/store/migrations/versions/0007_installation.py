"""The id of the store, by which its incidents differ from those of every other installation."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "dre_installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dre_installation"),
    )
    op.bulk_insert(table, [{"id": 1, "uuid": str(uuid4())}])


def downgrade() -> None:
    op.drop_table("dre_installation")
