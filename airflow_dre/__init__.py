"""Data reliability for Apache Airflow: quality checks, freshness SLAs and incidents inside your Dags.

The names below load on first use, so that importing the package costs a Dag file nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_dre.deadline import dag_deadline as dag_deadline
    from airflow_dre.deadline import from_sla_miss_callback as from_sla_miss_callback
    from airflow_dre.deadline import task_deadline as task_deadline
    from airflow_dre.monitor import reliability_monitor as reliability_monitor
    from airflow_dre.notifications import open_incident as open_incident
    from airflow_dre.notifications import record_cosmos_results as record_cosmos_results
    from airflow_dre.notifications import record_dbt_results as record_dbt_results
    from airflow_dre.notifications import resolve_incident as resolve_incident
    from airflow_dre.operators.dbt import DbtResultsOperator as DbtResultsOperator
    from airflow_dre.operators.gx import GXCheckOperator as GXCheckOperator
    from airflow_dre.operators.quality import QualityCheckOperator as QualityCheckOperator
    from airflow_dre.operators.quarantine import QuarantineReleaseOperator as QuarantineReleaseOperator
    from airflow_dre.operators.slo import SloGateOperator as SloGateOperator
    from airflow_dre.sensors.freshness import FreshnessSensor as FreshnessSensor
    from airflow_dre.sla import FreshnessSLA as FreshnessSLA
    from airflow_dre.slo.declared import SLO as SLO
    from airflow_dre.slo.miss import SlaMiss as SlaMiss

__version__ = "0.1.0"

_HOME = {
    "DbtResultsOperator": "airflow_dre.operators.dbt",
    "FreshnessSLA": "airflow_dre.sla",
    "FreshnessSensor": "airflow_dre.sensors.freshness",
    "GXCheckOperator": "airflow_dre.operators.gx",
    "QualityCheckOperator": "airflow_dre.operators.quality",
    "QuarantineReleaseOperator": "airflow_dre.operators.quarantine",
    "SLO": "airflow_dre.slo.declared",
    "SlaMiss": "airflow_dre.slo.miss",
    "SloGateOperator": "airflow_dre.operators.slo",
    "dag_deadline": "airflow_dre.deadline",
    "from_sla_miss_callback": "airflow_dre.deadline",
    "open_incident": "airflow_dre.notifications",
    "record_cosmos_results": "airflow_dre.notifications",
    "record_dbt_results": "airflow_dre.notifications",
    "reliability_monitor": "airflow_dre.monitor",
    "resolve_incident": "airflow_dre.notifications",
    "task_deadline": "airflow_dre.deadline",
}
__all__ = [
    "SLO",
    "DbtResultsOperator",
    "FreshnessSLA",
    "FreshnessSensor",
    "GXCheckOperator",
    "QualityCheckOperator",
    "QuarantineReleaseOperator",
    "SlaMiss",
    "SloGateOperator",
    "dag_deadline",
    "from_sla_miss_callback",
    "open_incident",
    "record_cosmos_results",
    "record_dbt_results",
    "reliability_monitor",
    "resolve_incident",
    "task_deadline",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'airflow_dre' has no attribute {name!r}. It has: {', '.join(_HOME)}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
