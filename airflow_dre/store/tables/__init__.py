"""The tables of the results store under one metadata. Their rows stay in this package: readers return records."""

from __future__ import annotations

from airflow_dre.store.tables.aside import aside
from airflow_dre.store.tables.columns import LIVE, VERSION_TABLE, Name, PlainJson, PlainText, TextName, UtcDateTime, metadata
from airflow_dre.store.tables.failing_rows import failing_row
from airflow_dre.store.tables.incidents import incident, incident_event, recovery, signal
from airflow_dre.store.tables.installation import installation
from airflow_dre.store.tables.last_events import last_event
from airflow_dre.store.tables.monitors import monitor, monitor_gap, monitor_run
from airflow_dre.store.tables.outbox import outbox
from airflow_dre.store.tables.partitions import partition_state
from airflow_dre.store.tables.runs import check_definition, result, statement_text, suite_head, suite_run
from airflow_dre.store.tables.slas import sla, sla_call, sla_declaration, sla_interval
from airflow_dre.store.tables.slos import slo, slo_alert, slo_count, slo_dag_run, slo_event, slo_override, slo_series

__all__ = [
    "LIVE",
    "VERSION_TABLE",
    "Name",
    "PlainJson",
    "PlainText",
    "TextName",
    "UtcDateTime",
    "aside",
    "check_definition",
    "failing_row",
    "incident",
    "incident_event",
    "installation",
    "last_event",
    "metadata",
    "monitor",
    "monitor_gap",
    "monitor_run",
    "outbox",
    "partition_state",
    "recovery",
    "result",
    "signal",
    "sla",
    "sla_call",
    "sla_declaration",
    "sla_interval",
    "slo",
    "slo_alert",
    "slo_count",
    "slo_dag_run",
    "slo_event",
    "slo_override",
    "slo_series",
    "statement_text",
    "suite_head",
    "suite_run",
]
