"""Suite runs, results, incidents with their timeline, signals, the outbox and the state of SLAs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dre_incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("suite", sa.String(length=500), nullable=True),
        sa.Column("deadline", sa.String(length=250), nullable=True),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("map_index", sa.Integer(), nullable=True),
        sa.Column("try_number", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_problem_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dre_incident")),
    )
    op.create_index(op.f("ix_dre_incident_dag_id"), "dre_incident", ["dag_id"], unique=False)
    op.create_index(op.f("ix_dre_incident_namespace_name"), "dre_incident", ["namespace", "name"], unique=False)
    op.create_index(op.f("ix_dre_incident_status_opened_at"), "dre_incident", ["status", "opened_at"], unique=False)
    op.create_index(
        "uq_dre_incident_live",
        "dre_incident",
        ["fingerprint"],
        unique=True,
        sqlite_where=sa.text("status IN ('open', 'acknowledged')"),
        postgresql_where=sa.text("status IN ('open', 'acknowledged')"),
    )
    op.create_table(
        "dre_sla",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sla", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_age_seconds", sa.Float(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_back", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_dre_sla")),
    )
    op.create_index(op.f("ix_dre_sla_namespace_name"), "dre_sla", ["namespace", "name"], unique=False)
    op.create_table(
        "dre_suite_run",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("suite", sa.String(length=500), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("map_index", sa.Integer(), nullable=True),
        sa.Column("try_number", sa.Integer(), nullable=True),
        sa.Column("dag_version", sa.String(length=64), nullable=True),
        sa.Column("data_interval_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_interval_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("partition_key", sa.String(length=250), nullable=True),
        sa.Column("row_filter", sa.Text(), nullable=True),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("queries", sa.Integer(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dre_suite_run")),
    )
    op.create_index(op.f("ix_dre_suite_run_dag_id_run_id_task_id"), "dre_suite_run", ["dag_id", "run_id", "task_id"], unique=False)
    op.create_index(op.f("ix_dre_suite_run_measured_at"), "dre_suite_run", ["measured_at"], unique=False)
    op.create_index(
        op.f("ix_dre_suite_run_namespace_name_suite_measured_at"),
        "dre_suite_run",
        ["namespace", "name", "suite", "measured_at"],
        unique=False,
    )
    op.create_table(
        "dre_incident_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=250), nullable=True),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("map_index", sa.Integer(), nullable=True),
        sa.Column("try_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dre_incident.id"], name=op.f("fk_dre_incident_event_incident_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dre_incident_event")),
    )
    op.create_index(op.f("ix_dre_incident_event_incident_id"), "dre_incident_event", ["incident_id"], unique=False)
    op.create_table(
        "dre_outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("route", sa.String(length=250), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dre_incident.id"], name=op.f("fk_dre_outbox_incident_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dre_outbox")),
    )
    op.create_index(op.f("ix_dre_outbox_incident_id_route"), "dre_outbox", ["incident_id", "route"], unique=False)
    op.create_index(op.f("ix_dre_outbox_status_not_before"), "dre_outbox", ["status", "not_before"], unique=False)
    op.create_table(
        "dre_result",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("run_key", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.String(length=16), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("observed", sa.Text(), nullable=True),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("violations", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("warn_low", sa.Float(), nullable=True),
        sa.Column("warn_high", sa.Float(), nullable=True),
        sa.Column("fail_low", sa.Float(), nullable=True),
        sa.Column("fail_high", sa.Float(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_key"], ["dre_suite_run.key"], name=op.f("fk_dre_result_run_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dre_result")),
    )
    op.create_index(op.f("ix_dre_result_check_id"), "dre_result", ["check_id"], unique=False)
    op.create_index(op.f("ix_dre_result_run_key"), "dre_result", ["run_key"], unique=False)
    op.create_table(
        "dre_signal",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("dag_id", sa.String(length=250), nullable=True),
        sa.Column("run_id", sa.String(length=250), nullable=True),
        sa.Column("task_id", sa.String(length=250), nullable=True),
        sa.Column("map_index", sa.Integer(), nullable=True),
        sa.Column("try_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dre_incident.id"], name=op.f("fk_dre_signal_incident_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dre_signal")),
    )
    op.create_index(op.f("ix_dre_signal_dag_id_run_id"), "dre_signal", ["dag_id", "run_id"], unique=False)
    op.create_index(op.f("ix_dre_signal_fingerprint_at"), "dre_signal", ["fingerprint", "at"], unique=False)
    op.create_index(op.f("ix_dre_signal_incident_id"), "dre_signal", ["incident_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_dre_signal_incident_id"), table_name="dre_signal")
    op.drop_index(op.f("ix_dre_signal_fingerprint_at"), table_name="dre_signal")
    op.drop_index(op.f("ix_dre_signal_dag_id_run_id"), table_name="dre_signal")
    op.drop_table("dre_signal")
    op.drop_index(op.f("ix_dre_result_run_key"), table_name="dre_result")
    op.drop_index(op.f("ix_dre_result_check_id"), table_name="dre_result")
    op.drop_table("dre_result")
    op.drop_index(op.f("ix_dre_outbox_status_not_before"), table_name="dre_outbox")
    op.drop_index(op.f("ix_dre_outbox_incident_id_route"), table_name="dre_outbox")
    op.drop_table("dre_outbox")
    op.drop_index(op.f("ix_dre_incident_event_incident_id"), table_name="dre_incident_event")
    op.drop_table("dre_incident_event")
    op.drop_index(op.f("ix_dre_suite_run_namespace_name_suite_measured_at"), table_name="dre_suite_run")
    op.drop_index(op.f("ix_dre_suite_run_measured_at"), table_name="dre_suite_run")
    op.drop_index(op.f("ix_dre_suite_run_dag_id_run_id_task_id"), table_name="dre_suite_run")
    op.drop_table("dre_suite_run")
    op.drop_index(op.f("ix_dre_sla_namespace_name"), table_name="dre_sla")
    op.drop_table("dre_sla")
    op.drop_index(
        "uq_dre_incident_live",
        table_name="dre_incident",
        sqlite_where=sa.text("status IN ('open', 'acknowledged')"),
        postgresql_where=sa.text("status IN ('open', 'acknowledged')"),
    )
    op.drop_index(op.f("ix_dre_incident_status_opened_at"), table_name="dre_incident")
    op.drop_index(op.f("ix_dre_incident_namespace_name"), table_name="dre_incident")
    op.drop_index(op.f("ix_dre_incident_dag_id"), table_name="dre_incident")
    op.drop_table("dre_incident")
