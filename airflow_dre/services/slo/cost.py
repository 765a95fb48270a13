"""The cost of monitors: Dag runs, the worker slots that they held, and the time of their looks in the triggerer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_dre.clock import now
from airflow_dre.services.access import open_configured_store
from airflow_dre.store.monitors import read_costs
from airflow_dre.store.records import MonitorCost


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfMonitor:
    """The cost of one monitor in a stretch of time."""

    dag_id: str
    dag_runs: int
    """Number of Dag runs that began."""
    worker_seconds: float
    """Seconds for which it held a worker slot."""
    wakes: int
    """Number of times that a worker took it up."""
    looks: int
    look_seconds: float
    """Seconds of its looks in the triggerer."""


def read_cost(length: timedelta) -> tuple[CostOfMonitor, ...]:
    """Return what each monitor has cost for the last ``length``, by Dag.

    A Dag run that was on at the beginning counts with the share of its cost that falls into ``length``.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    moment = now()
    since = moment - length
    with open_configured_store().database.read() as connection:
        costs = read_costs(connection, since)
    runs: dict[str, list[MonitorCost]] = defaultdict(list)
    for cost in costs:
        runs[cost.dag_id].append(cost)
    return tuple(_sum(dag_id, runs[dag_id], since, moment) for dag_id in sorted(runs))


def _sum(dag_id: str, runs: Sequence[MonitorCost], since: datetime, moment: datetime) -> CostOfMonitor:
    shares = [(run, _share(run, since, moment)) for run in runs]
    return CostOfMonitor(
        dag_id=dag_id,
        dag_runs=sum(run.began_at >= since for run in runs),
        worker_seconds=sum(run.worker_seconds * share for run, share in shares),
        wakes=sum(run.wakes for run in runs if run.began_at >= since),
        looks=round(sum(run.looks * share for run, share in shares)),
        look_seconds=sum(run.look_seconds * share for run, share in shares),
    )


def _share(run: MonitorCost, since: datetime, moment: datetime) -> float:
    """Return the share of a run that lies after ``since``."""
    whole = (run.ended_at or moment) - run.began_at
    if run.began_at >= since or whole <= timedelta(0):
        return 1.0
    return ((run.ended_at or moment) - since) / whole
