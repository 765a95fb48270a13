"""The work of the task of a monitor before it waits in the triggerer: it keeps its SLAs as data, and ends those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from airflow_dre.clock import now
from airflow_dre.services.incidents.expiry import end_removed_slas
from airflow_dre.services.slo.authored import AuthoredSla
from airflow_dre.services.slo.declarations import describe_callbacks, to_declaration
from airflow_dre.services.wiring import Wiring
from airflow_dre.store.declarations import declare
from airflow_dre.store.monitors import Monitor, add_cost, save_watches
from airflow_dre.store.records import MonitorCost, StoredDeclaration


def _declaration(sla: AuthoredSla, at: datetime) -> StoredDeclaration:
    """Return an SLA as data."""
    callbacks = {occasion: describe_callbacks(calls) for occasion, calls in sla.callbacks.items() if calls}
    return to_declaration(sla.declared, callbacks, at)


def declare_slas(dag_id: str, slas: Sequence[AuthoredSla], every: timedelta, wiring: Wiring) -> int:
    """Keep the SLAs of a monitor, end those that it has no longer, and return the number that ended.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    store, moment = wiring.open_store(), now()
    watches = tuple((sla.name, sla.target.watched) for sla in slas)
    found = Monitor(dag_id=dag_id, looked_at=moment, due_at=moment + every, watches=watches)
    with store.database.write() as connection:
        save_watches(connection, found)
        declare(connection, dag_id, [_declaration(sla, moment) for sla in slas])
        return end_removed_slas(store.database, connection, found, moment)


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
