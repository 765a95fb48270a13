"""``airflow dre monitor``: the cost of monitors."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_dre.cli.checking import CONTEXT
from airflow_dre.cli.refusals import exit_with_reason

if TYPE_CHECKING:
    from airflow_dre.services.slo.cost import CostOfMonitor

USUAL = "1h"


def print_cost(arguments: Any) -> None:
    """Print what each monitor has cost Airflow lately.

    :raises SystemExit: the duration cannot be read, or the store does not answer; its text is the reason.
    """
    from airflow_dre.services.slo.cost import read_cost
    from airflow_dre.values.instants import DURATION_ALLOWED, read_duration

    length = read_duration(arguments.last)
    if length is None or length <= timedelta(0):
        raise SystemExit(f"--last: {arguments.last!r} is not allowed. Allowed: {DURATION_ALLOWED}")
    os.environ.setdefault(CONTEXT, "server")  # so that connections of Airflow's own database are found
    with exit_with_reason():
        found = read_cost(length)
    if not found:
        print(f"No monitor ran in the last {arguments.last}.")
    for cost in found:
        print(_line(cost, length))


def _line(cost: CostOfMonitor, length: timedelta) -> str:
    per_day = cost.dag_runs * (timedelta(days=1) / length)
    return (
        f"{cost.dag_id}: {cost.dag_runs} Dag runs ({per_day:.0f} a day), {cost.worker_seconds:.1f} s in a worker slot, "
        f"woken {cost.wakes} times, {cost.looks} looks of {cost.look_seconds:.1f} s in all in the triggerer"
    )
