"""The outcome, the score and the counts of the latest run of each suite beside its key, so that an overview reads one small table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FACTS = ("outcome", "score", "counts")
_HEAD = sa.table("dre_suite_head", *[sa.column(name) for name in ("run_key", *_FACTS)])
_RUN = sa.table("dre_suite_run", *[sa.column(name) for name in ("key", *_FACTS)])


def upgrade() -> None:
    op.add_column("dre_suite_head", sa.Column("outcome", sa.String(16), nullable=True))
    op.add_column("dre_suite_head", sa.Column("score", sa.Float(), nullable=True))
    op.add_column("dre_suite_head", sa.Column("counts", sa.JSON(), nullable=True))
    facts = {name: sa.select(_RUN.c[name]).where(_RUN.c.key == _HEAD.c.run_key).scalar_subquery() for name in _FACTS}
    op.execute(sa.update(_HEAD).values(facts))
    op.execute(sa.delete(_HEAD).where(_HEAD.c.outcome.is_(None)))
    with op.batch_alter_table("dre_suite_head") as table:
        table.alter_column("outcome", existing_type=sa.String(16), nullable=False)
        table.alter_column("counts", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    for name in _FACTS:
        op.drop_column("dre_suite_head", name)
