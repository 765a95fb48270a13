export const QUALITY_SNIPPET = `from airflow_dre.checks import not_null, row_count, unique
from airflow_dre.operators.quality import QualityCheckOperator

QualityCheckOperator(
    task_id="check_flights", conn_id="warehouse", table="flights",
    checks=[row_count(at_least=1), not_null("carrier"), unique("flight", "time_hour")])`;

export const INCIDENT_SNIPPET = `from airflow_dre.notifications import open_incident, resolve_incident

QualityCheckOperator(
    ...,
    on_failure_callback=open_incident(severity="high"),
    on_success_callback=resolve_incident())`;
