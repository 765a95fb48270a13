"""Addresses of Airflow's pages about an incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


def incident_url(base_url: str, incident_id: int) -> str:
    """Return the address of an incident's page."""
    return f"{base_url}/plugin/reliability/incidents/{incident_id}"


def log_url(base_url: str, origin: Mapping[str, Any]) -> str | None:
    """Return the address of the log of a task instance, as Airflow spells it, or None without a task instance.

    :param base_url: ``[api] base_url`` without a slash at the end.
    :param origin: ``dag_id``, ``run_id``, ``task_id``, ``map_index`` and ``try_number``, each as far as it is known.
    """
    task = _task_url(base_url, origin)
    try_number = origin.get("try_number")
    return task if task is None or not try_number else f"{task}?try_number={try_number}"


def results_url(base_url: str, origin: Mapping[str, Any]) -> str | None:
    """Return the address of the results of the checks of a task instance, or None without one."""
    task = _task_url(base_url, origin)
    return None if task is None else f"{task}/plugin/reliability-results"


def _task_url(base_url: str, origin: Mapping[str, Any]) -> str | None:
    dag_id, run_id, task_id = (origin.get(name) for name in ("dag_id", "run_id", "task_id"))
    if not dag_id or not run_id or not task_id:
        return None
    map_index = origin.get("map_index")
    mapped = f"/mapped/{map_index}" if map_index is not None and map_index >= 0 else ""
    return f"{base_url}/dags/{quote(dag_id)}/runs/{quote(run_id, safe='')}/tasks/{quote(task_id)}{mapped}"
