"""The work of the task of a monitor before it waits in the triggerer: it keeps its SLAs as data, and ends those that are gone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from airflow_dre.clock import now
from airflow_dre.services.incidents.expiry import end_removed_slas
from airflow_dre.services.slo.authored import AuthoredSla
from airflow_dre.services.slo.declarations import describe_callbacks, file_declaration, to_declaration, watched_by
from airflow_dre.services.slo.files import read_sla_files, stamp_of
from airflow_dre.services.wiring import Wiring
from airflow_dre.store.database import Database, Transaction
from airflow_dre.store.declarations import declare, declared_slas
from airflow_dre.store.monitors import Monitor, add_cost, find_monitor, save_watches
from airflow_dre.store.records import MonitorCost, StoredDeclaration

log = logging.getLogger(__name__)


def _declaration(sla: AuthoredSla, at: datetime) -> StoredDeclaration:
    """Return an SLA as data."""
    callbacks = {occasion: describe_callbacks(calls) for occasion, calls in sla.callbacks.items() if calls}
    return to_declaration(sla.declared, callbacks, at)


def declare_slas(dag_id: str, slas: Sequence[AuthoredSla], every: timedelta, wiring: Wiring, *, reads_folder: bool = False) -> int:
    """Keep the SLAs of a monitor, end those that it has no longer, and return the number that ended.

    :param reads_folder: whether it watches the SLAs of ``[dre] slas_folder`` too, which stay.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    store, moment = wiring.open_store(), now()
    with store.database.write() as connection:
        names = {sla.name for sla in slas}
        reads_folder = reads_folder and wiring.settings.slas_folder is not None
        known = declared_slas(connection, dag_id) if reads_folder else []
        files = [one for one in known if one.source is not None and one.sla not in names]
        declared = [(_declaration(sla, moment), sla.target.watched) for sla in slas] + [(one, watched_by(one)) for one in files]
        before = find_monitor(connection, dag_id)
        problems = before.problems if before is not None and reads_folder else ()
        return _keep(store.database, connection, _Kept(dag_id, declared, moment, every, problems))


def declare_folder(dag_id: str, folder: Path, every: timedelta, wiring: Wiring) -> tuple[str, ...]:
    """Keep the SLAs of the YAML files of a folder if one of the files has changed, and return what is wrong with them.

    A file with a mistake costs only the SLAs that it spoils.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    key, stamp = (wiring.settings.store_url, dag_id, str(folder)), stamp_of(folder)
    if key in _read and _read[key][0] == stamp:
        return _read[key][1]
    found, store, moment = read_sla_files(folder), wiring.open_store(), now()
    problems = [str(problem) for problem in found.problems]
    with store.database.write() as connection:
        mine = [one for one in declared_slas(connection, dag_id) if one.source is None]
        names = {one.sla for one in mine}
        problems += [
            f"{sla.source}: the Dag file of monitor {dag_id} has an SLA {sla.declared.name!r} too"
            for sla in found.slas
            if sla.declared.name in names
        ]
        files = [file_declaration(sla.declared, sla.source, moment) for sla in found.slas if sla.declared.name not in names]
        declared = [(one, watched_by(one)) for one in (*mine, *files)]
        _keep(store.database, connection, _Kept(dag_id, declared, moment, every, tuple(problems)))
    _read[key] = (stamp, tuple(problems))
    for problem in problems:
        log.error("airflow-dre: %s", problem)
    return tuple(problems)


_read: dict[tuple[str, str, str], tuple[tuple[tuple[str, int, int], ...], tuple[str, ...]]] = {}
"""The files of each folder as they were read last in this process, and what was wrong with them."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The SLAs of a monitor, each with what it watches."""

    dag_id: str
    declared: Sequence[tuple[StoredDeclaration, str]]
    at: datetime
    every: timedelta
    problems: tuple[str, ...]


def _keep(database: Database, connection: Transaction, kept: _Kept) -> int:
    """Keep the SLAs of a monitor in place of those that it had, and return the number that ended."""
    watches = tuple((one.sla, watched) for one, watched in kept.declared)
    found = Monitor(dag_id=kept.dag_id, looked_at=kept.at, due_at=kept.at + kept.every, watches=watches, problems=kept.problems)
    save_watches(connection, found)
    declare(connection, kept.dag_id, [one for one, _ in kept.declared])
    return end_removed_slas(database, connection, found, kept.at)


def note_worker_time(dag_id: str, run_id: str, seconds: float, wiring: Wiring) -> None:
    """Add the time for which a worker was held by a run of a monitor.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    moment = now()
    cost = MonitorCost(
        dag_id=dag_id,
        run_id=run_id,
        began_at=moment,
        ended_at=moment,
        worker_seconds=seconds,
        wakes=1,
        looks=0,
        look_seconds=0.0,
    )
    with wiring.open_store().database.write() as connection:
        add_cost(connection, cost)
