"""Definitions of checks and statements that are kept once, and the latest run of each suite.

:func:`airflow_dre.store.shared_texts.share_texts` moves what results hold of their own, batch by batch, after it.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

from airflow_dre.store.tables import PlainText, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_RUN = sa.table(
    "dre_suite_run", *[sa.column(name) for name in ("key", "namespace", "name", "suite", "dag_id")], sa.column("measured_at", UtcDateTime())
)


def upgrade() -> None:
    op.create_table(
        "dre_check_definition",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_dre_check_definition"),
    )
    op.create_table(
        "dre_statement",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("text", PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_dre_statement"),
    )
    op.add_column("dre_result", sa.Column("definition_digest", sa.LargeBinary(), nullable=True))
    op.add_column("dre_result", sa.Column("statement_digest", sa.LargeBinary(), nullable=True))
    op.create_index("ix_dre_result_definition_digest", "dre_result", ["definition_digest"])
    op.create_index("ix_dre_result_statement_digest", "dre_result", ["statement_digest"])
    head = op.create_table(
        "dre_suite_head",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("suite", sa.String(500), nullable=False),
        sa.Column("dag_id", sa.String(250), nullable=True),
        sa.Column("run_key", sa.String(64), nullable=False),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dre_suite_head"),
    )
    op.create_index("ix_dre_suite_head_namespace_name", "dre_suite_head", ["namespace", "name"])
    _fill(op.get_bind(), head)


def _fill(connection: sa.Connection, head: sa.Table) -> None:
    """Find the latest run of each suite and Dag."""
    group = (_RUN.c.namespace, _RUN.c.name, _RUN.c.suite, _RUN.c.dag_id)
    nth = sa.func.row_number().over(partition_by=group, order_by=(_RUN.c.measured_at.desc(), _RUN.c.key.desc()))
    ranked = sa.select(*group, _RUN.c.key.label("run_key"), _RUN.c.measured_at, nth.label("nth")).subquery()
    rows = [
        {
            "key": _key("head", row.namespace, row.name, row.suite, "" if row.dag_id is None else f"dag {row.dag_id}"),
            "namespace": row.namespace,
            "name": row.name,
            "suite": row.suite,
            "dag_id": row.dag_id,
            "run_key": row.run_key,
            "measured_at": row.measured_at,
        }
        for row in connection.execute(sa.select(ranked).where(ranked.c.nth == 1))
    ]
    if rows:
        connection.execute(head.insert(), rows)


def _key(*parts: str) -> str:
    return hashlib.sha256(b"".join(part.encode(errors="surrogatepass") + b"\xff" for part in parts)).hexdigest()


def downgrade() -> None:
    """Restore the definition and the statement of every result."""
    op.execute(
        "UPDATE dre_result SET "
        "definition = (SELECT d.definition FROM dre_check_definition d WHERE d.digest = dre_result.definition_digest), "
        "statement = (SELECT s.text FROM dre_statement s WHERE s.digest = dre_result.statement_digest) "
        "WHERE definition_digest IS NOT NULL"
    )
    op.drop_table("dre_suite_head")
    op.drop_index("ix_dre_result_statement_digest", table_name="dre_result")
    op.drop_index("ix_dre_result_definition_digest", table_name="dre_result")
    op.drop_column("dre_result", "statement_digest")
    op.drop_column("dre_result", "definition_digest")
    op.drop_table("dre_statement")
    op.drop_table("dre_check_definition")
