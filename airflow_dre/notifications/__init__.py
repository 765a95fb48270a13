"""Callbacks that open and resolve incidents, and that record what dbt found."""

from __future__ import annotations

from airflow_dre.notifications.dbt import RecordDbtResults, record_cosmos_results, record_dbt_results
from airflow_dre.notifications.incidents import OpenIncident, ResolveIncident, open_incident, resolve_incident

__all__ = [
    "OpenIncident",
    "RecordDbtResults",
    "ResolveIncident",
    "open_incident",
    "record_cosmos_results",
    "record_dbt_results",
    "resolve_incident",
]
