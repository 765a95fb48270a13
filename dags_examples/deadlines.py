"""Deadlines of tasks: a load that must be done by 08:00, a group that has two hours, and a check that is held to its own."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, task, task_group

from airflow_dre import QualityCheckOperator, dag_deadline, open_incident, task_deadline
from airflow_dre.checks import not_null, row_count

PAGE = open_incident(severity="critical", routes=["oncall"])

with DAG(
    "orders_by_breakfast",
    schedule="0 5 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    deadline=[
        task_deadline("load", at="08:00", time_zone="Europe/Berlin", on_miss=PAGE),
        task_deadline("reports", after="2h"),
        dag_deadline("6h", name="whole run"),
    ],
    tags=["example", "data reliability"],
    doc_md=__doc__,
):

    @task
    def load() -> None:
        """Load the orders of the day."""

    check = QualityCheckOperator(
        task_id="check",
        conn_id="warehouse",
        table="orders",
        checks=[not_null("order_id"), row_count(at_least=1)],
        sla=task_deadline(after="30m"),
    )

    @task_group
    def reports() -> None:
        """Build a report for each country."""

        @task
        def report(country: str) -> None:
            """Build one report."""

        report.expand(country=["DE", "FR", "IT"])

    load() >> check >> reports()
