"""Three ways to hold data to a time: a sensor that waits, an SLA that fires even if nothing runs, and a deadline for each run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, task

from airflow_dre import FreshnessSensor, FreshnessSLA, dag_deadline, open_incident, reliability_monitor, resolve_incident

monitor = reliability_monitor(
    [
        FreshnessSLA(
            "orders hourly",
            conn_id="warehouse",
            table="orders",
            column="created_at",
            max_age="2h",
            on_miss=open_incident(severity="critical", routes=["oncall"]),
        )
    ]
)

with DAG(
    "orders_report",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    deadline=dag_deadline("3h", name="report by breakfast", routes=["oncall"]),
    on_failure_callback=open_incident(severity="high", routes=["oncall"]),
    on_success_callback=resolve_incident(),
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as report:
    orders_are_fresh = FreshnessSensor(
        task_id="orders_are_fresh",
        conn_id="warehouse",
        table="orders",
        column="created_at",
        max_age="1h",
        deferrable=True,
        timeout=timedelta(hours=2).total_seconds(),
    )

    @task
    def build_report() -> None:
        """Build what needs fresh orders."""

    orders_are_fresh >> build_report()
