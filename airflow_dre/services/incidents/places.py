"""Processes in which callbacks run, and whether they may wait for receivers there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from airflow_dre.services.incidents.contexts import SIGNAL


def why_not_send(context: Mapping[str, Any]) -> str | None:
    """Return why a callback must only record what it was called for, or None where it may send messages as well.

    Airflow runs the callbacks of Dags, and those of tasks whose worker was lost, one after the other in its Dag processor, which parses
    nothing meanwhile and is killed when they take too long. Those of deadlines run in the triggerer, beside every other wait. Only the
    process of a task holds nothing else up.
    """
    if "deadline" in context:
        return "callbacks of deadlines run in the triggerer"
    if "reason" in context and SIGNAL not in context:
        return "callbacks of Dags run in the Dag processor"
    if os.environ.get("_AIRFLOW_PROCESS_CONTEXT") == "client":  # set by the Dag processor and the triggerer for what they run
        return "the process is that of a Dag processor or a triggerer"
    ti = context.get("ti") or context.get("task_instance")
    if ti is not None and getattr(ti, "state", "") is None:  # a task in its own process has a state by then
        return "the worker of the task was lost"
    return None
