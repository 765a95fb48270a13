"""Callables of ``on_miss`` in a module that the triggerer can import."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def page(context: dict[str, Any]) -> None:
    """Write one line for each call."""
    miss = context["sla"]
    _write({"task": miss.task, "state": miss.state, "late": miss.how_late.total_seconds(), "run": miss.run_id})


def page_as_before(dag: Any, task_list: str, blocking_task_list: str, slas: list[Any], blocking_tis: list[Any]) -> None:
    """Do the same with the arguments of an ``sla_miss_callback`` of Airflow 2."""
    states = {found.task_id: found.state for found in blocking_tis}
    _write({"dag": dag.dag_id, "tasks": [miss.task_id for miss in slas], "blocking": states})


def _write(line: dict[str, Any]) -> None:
    with (Path(os.environ["AIRFLOW_HOME"]) / "paged.txt").open("a") as file:
        file.write(f"{json.dumps(line)}\n")
