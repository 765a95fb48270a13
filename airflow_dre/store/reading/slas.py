"""Reading SLAs and monitors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, func, select

from airflow_dre.store.monitors import Monitor, read_monitors
from airflow_dre.store.reading.scope import DagScope, in_scope
from airflow_dre.store.records.slas import StoredSla
from airflow_dre.store.rows import as_records
from airflow_dre.store.tables import sla
from airflow_dre.values.dataset import DatasetName


def readable_slas(connection: Connection, scope: DagScope, dataset: DatasetName | None = None) -> list[StoredSla]:
    """Return the state of every SLA, missed ones first."""
    query = select(sla).where(in_scope(scope, sla.c.dag_id))
    if dataset is not None:
        query = query.where(sla.c.namespace == dataset.namespace, sla.c.name == dataset.name)
    worst_first = case({"missed": 0, "unknown": 1}, value=sla.c.state, else_=2)
    return as_records(connection.execute(query.order_by(worst_first, sla.c.since.desc())), StoredSla)


def latest_evaluation(connection: Connection) -> datetime | None:
    """Return the moment of the latest evaluation of any SLA. None if there was none."""
    moment: datetime | None = connection.scalar(select(func.max(sla.c.evaluated_at)))
    return moment


def readable_monitors(connection: Connection, scope: DagScope) -> list[Monitor]:
    """Return the monitors among the Dags that the user may read."""
    return read_monitors(connection, None if scope.dag_ids is None else sorted(scope.dag_ids))
