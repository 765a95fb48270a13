"""Task instances, runs and Dags like Airflow's, for code that reads a few of their attributes."""

from types import SimpleNamespace
from typing import Any


def task_instance(
    dag_id: str = "d", run_id: str = "r", task_id: str = "check", *, map_index: int = -1, try_number: int = 1, **more: object
) -> Any:
    """Return a task instance with these attributes and no others: Airflow's protocol has members that no test reads."""
    return SimpleNamespace(dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=try_number, **more)


def dag_run(dag_id: str = "d", run_id: str = "r", **more: object) -> Any:
    """Return a run of a Dag with these attributes and no others."""
    return SimpleNamespace(dag_id=dag_id, run_id=run_id, **more)


def bare_dag(dag_id: str = "d") -> Any:
    """Return a Dag of which only the id is known."""
    return SimpleNamespace(dag_id=dag_id)
