"""Bad orders leave the table before anybody reads it, and a person decides what becomes of them.

The first task moves the rows that break its checks, at most a fifth of them; the second holds what is left to the same checks and stops
the run where something is still wrong; the third asks about the rows in quarantine. Repair them there (``UPDATE orders_quarantine SET
...``) and answer "Release", or answer "Discard".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from airflow_dre import QualityCheckOperator, QuarantineReleaseOperator, open_incident, resolve_incident
from airflow_dre.checks import not_null, row_count, unique

ROWS = [not_null("amount"), unique("id")]

with DAG(
    "orders_quarantine",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as dag:
    put_aside = QualityCheckOperator(
        task_id="put_aside",
        conn_id="warehouse",
        table="orders",
        checks=ROWS,
        quarantine_to="orders_quarantine",
        quarantine="move",
        quarantine_limit="20%",
        fail_on="never",
    )
    check_rest = QualityCheckOperator(
        task_id="check_rest",
        conn_id="warehouse",
        table="orders",
        checks=[row_count(at_least=1), *ROWS],
        on_failure_callback=open_incident(routes=["oncall"]),
        on_success_callback=resolve_incident(),
    )
    review = QuarantineReleaseOperator(
        task_id="review",
        conn_id="warehouse",
        table="orders",
        quarantine_table="orders_quarantine",
        from_run="{{ run_id }}",
        response_timeout=timedelta(days=3),
        defaults=["Keep"],
    )
    put_aside >> check_rest
    put_aside >> review
