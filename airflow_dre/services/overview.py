"""The state of all tables, and of one: its suites, SLAs and incidents together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_dre.checks.outcomes import Outcome, worst
from airflow_dre.clock import now
from airflow_dre.services.access import DagScope, open_configured_store
from airflow_dre.services.checkup import find_banner
from airflow_dre.services.slo.reading import MonitorState, SlaState, state_of_monitors, state_of_sla
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.aside import count_aside
from airflow_dre.store.forgetting import is_forgotten
from airflow_dre.store.reading.incidents import incidents_of_dataset, live_incidents
from airflow_dre.store.reading.runs import latest_runs, recent_runs, result_histories
from airflow_dre.store.reading.slas import readable_monitors, readable_slas
from airflow_dre.store.records import LatestRun, StoredIncident, StoredResult, StoredRun
from airflow_dre.values.dataset import DatasetName

TREND = 30
"""Runs of a table that the overview draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """A table on the overview. Its outcome is the worst of the latest run of each suite."""

    dataset: DatasetName
    outcome: Outcome
    score: float | None
    """Mean of the scores of its suites, 0 to 100, each weighted by its number of checks. None where no check has one."""
    counts: dict[str, int]
    """Number of checks by outcome in the latest run of each suite."""
    trend: tuple[StoredRun, ...]
    """At most :data:`TREND` runs, oldest first."""
    live_incidents: tuple[StoredIncident, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The state of everything that a user may read."""

    tables: tuple[TableState, ...]
    """Worst first."""
    slas: tuple[SlaState, ...]
    live_incidents: tuple[StoredIncident, ...]
    monitors: tuple[MonitorState, ...]
    config_problems: tuple[str, ...]
    spool_waiting: int | None
    put_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """One table with the histories of its checks."""

    dataset: DatasetName
    outcome: Outcome
    score: float | None
    histories: tuple[tuple[StoredResult, ...], ...]
    """The results of each check of the latest runs, oldest first, and the checks worst first."""
    runs: tuple[StoredRun, ...]
    slas: tuple[SlaState, ...]
    incidents: tuple[StoredIncident, ...]
    """Live ones first, then the latest resolved ones."""


def read_overview(scope: DagScope) -> Overview:
    """Return the state of every table, SLA and live incident.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    wiring, moment = read_wiring(), now()
    store = wiring.open_store()
    with store.database.read() as connection:
        runs = recent_runs(connection, scope)
        latest = _by_dataset(latest_runs(connection, scope))
        put_aside = count_aside(connection)
        live = live_incidents(connection, scope)
        slas = readable_slas(connection, scope)
        monitors = readable_monitors(connection, scope)
    watched = {dataset: kept for dataset, rows in runs.items() if (kept := _without_forgotten(rows, wiring.settings.forget_after, moment))}
    tables = [_table_state(dataset, latest[dataset], rows, live) for dataset, rows in watched.items()]
    return Overview(
        tables=tuple(sorted(tables, key=lambda table: (-table.outcome.rank, table.dataset.name))),
        slas=tuple(state_of_sla(sla, monitors, moment) for sla in slas),
        live_incidents=tuple(live),
        monitors=state_of_monitors(monitors, moment),
        config_problems=tuple(find_banner(wiring.settings)),
        spool_waiting=store.spool.count(),
        put_aside=put_aside,
    )


def read_table(dataset: DatasetName, scope: DagScope) -> TablePage | None:
    """Return one table, or None if nothing of it may be read.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        runs = recent_runs(connection, scope, dataset=dataset).get(dataset, [])
        latest = latest_runs(connection, scope, dataset=dataset)
        histories = result_histories(connection, scope, dataset)
        slas = readable_slas(connection, scope, dataset)
        incidents = incidents_of_dataset(connection, scope, dataset)
        monitors = readable_monitors(connection, scope)
    if not runs and not slas and not incidents:
        return None
    current = {run.suite: run.run_key for run in latest}
    checks = [tuple(results) for (suite, _), results in histories.items() if results[-1].run_key == current.get(suite)]
    checks.sort(key=lambda results: (-results[-1].outcome.rank, results[-1].definition.name))
    moment = now()
    return TablePage(
        dataset=dataset,
        outcome=worst([run.outcome for run in latest]),
        score=_mean_score(latest),
        histories=tuple(checks),
        runs=tuple(runs),
        slas=tuple(state_of_sla(sla, monitors, moment) for sla in slas),
        incidents=tuple(incidents),
    )


def _without_forgotten(runs: Sequence[StoredRun], forget_after: timedelta, moment: datetime) -> list[StoredRun]:
    """Return the runs of a table, oldest first, without those of suites that no longer run."""
    moments: dict[str, list[datetime]] = {}
    for run in runs:
        moments.setdefault(run.suite, []).append(run.measured_at)
    gone = {suite for suite, seen in moments.items() if is_forgotten(seen, forget_after, moment)}
    return [run for run in runs if run.suite not in gone]


def _by_dataset(latest: Sequence[LatestRun]) -> dict[DatasetName, list[LatestRun]]:
    """Return the latest runs of the suites of each table."""
    found: dict[DatasetName, list[LatestRun]] = defaultdict(list)
    for run in latest:
        found[DatasetName(run.namespace, run.name)].append(run)
    return found


def _table_state(
    dataset: DatasetName, latest_of_all: Sequence[LatestRun], runs: Sequence[StoredRun], live: Sequence[StoredIncident]
) -> TableState:
    """Return the state of a table by the latest runs of those suites that still run.

    :param runs: the last runs of these suites, oldest first.
    """
    suites = {run.suite for run in runs}
    latest = [run for run in latest_of_all if run.suite in suites]
    return TableState(
        dataset=dataset,
        outcome=worst([run.outcome for run in latest]),
        score=_mean_score(latest),
        counts={outcome.value: sum(run.counts.get(outcome.value, 0) for run in latest) for outcome in Outcome},
        trend=tuple(runs[-TREND:]),
        live_incidents=tuple(found for found in live if (found.namespace, found.name) == (dataset.namespace, dataset.name)),
    )


def _mean_score(latest: Sequence[LatestRun]) -> float | None:
    """Return the mean of the scores of suites, each weighted by its number of checks."""
    scored = [(run.score, sum(run.counts.values())) for run in latest if run.score is not None]
    weight = sum(checks for _, checks in scored)
    return round(sum(score * checks for score, checks in scored) / weight, 1) if weight else None
