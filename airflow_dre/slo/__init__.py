"""Service level objectives: indicators, error budgets, burn rates and alerts.

The names below load on first use. Mistakes are collected and raised as :class:`airflow_dre.errors.DefinitionError`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_dre.slo.alerts import budget_alert as budget_alert
    from airflow_dre.slo.alerts import burn_alert as burn_alert
    from airflow_dre.slo.declared import SLO as SLO
    from airflow_dre.slo.indicators import checks_passed as checks_passed
    from airflow_dre.slo.indicators import dag_runs_succeeded as dag_runs_succeeded
    from airflow_dre.slo.indicators import fresh_slices as fresh_slices
    from airflow_dre.slo.indicators import rows_passed as rows_passed
    from airflow_dre.slo.indicators import runs_passed as runs_passed
    from airflow_dre.slo.indicators import weighted as weighted
    from airflow_dre.slo.indicators import worst_of as worst_of

_HOME = {
    "SLO": "airflow_dre.slo.declared",
    "budget_alert": "airflow_dre.slo.alerts",
    "burn_alert": "airflow_dre.slo.alerts",
    "checks_passed": "airflow_dre.slo.indicators",
    "dag_runs_succeeded": "airflow_dre.slo.indicators",
    "fresh_slices": "airflow_dre.slo.indicators",
    "rows_passed": "airflow_dre.slo.indicators",
    "runs_passed": "airflow_dre.slo.indicators",
    "weighted": "airflow_dre.slo.indicators",
    "worst_of": "airflow_dre.slo.indicators",
}
__all__ = [
    "SLO",
    "budget_alert",
    "burn_alert",
    "checks_passed",
    "dag_runs_succeeded",
    "fresh_slices",
    "rows_passed",
    "runs_passed",
    "weighted",
    "worst_of",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'airflow_dre.slo' has no attribute {name!r}. It has: {', '.join(_HOME)}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
