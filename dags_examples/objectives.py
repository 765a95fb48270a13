"""An objective about the rows of a table, and a migration that waits while too many of them were bad of late."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, task

from airflow_dre import SLO, SloGateOperator, reliability_monitor
from airflow_dre.slo import rows_passed

flights_rows = SLO(
    "flights-rows",
    sli=rows_passed("flights"),
    target="99.9%",
    window="30d",
    routes=["oncall"],
    description="Rows of flights that meet their checks",
)

monitor = reliability_monitor([], [flights_rows], dag_id="objectives_monitor")

with DAG(
    "flights_migration",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as migration:
    budget_is_left = SloGateOperator(task_id="budget_is_left", slo=flights_rows.name)

    @task
    def migrate() -> None:
        """Change the table."""

    budget_is_left >> migrate()
