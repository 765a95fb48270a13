"""The SLAs that monitors evaluated: which they are, who watches them, and their end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.store.given_rows import is_among
from airflow_dre.store.records import StoredSla
from airflow_dre.store.rows import as_records
from airflow_dre.store.sla_calls import drop_waiting
from airflow_dre.store.sla_history import end_history
from airflow_dre.store.tables import sla


def met_at(connection: Connection, cause: DataCause) -> datetime | None:
    """Return when the SLA was last found to be met. None if it never was, or if it is unknown."""
    moment: datetime | None = connection.scalar(select(sla.c.met_at).where(sla.c.fingerprint == cause.fingerprint))
    return moment


def slas_of_monitor(connection: Connection, dag_id: str | None) -> list[StoredSla]:
    """Return the SLAs that a Dag was the last to evaluate."""
    return as_records(connection.execute(select(sla).where(sla.c.dag_id == dag_id).order_by(sla.c.fingerprint)), StoredSla)


def slas_of_names(connection: Connection, dag_id: str | None, present: Mapping[str, str]) -> list[StoredSla]:
    """Return the SLAs that a Dag was the last to evaluate and that have the name of another one.

    :param present: the fingerprint that each name has now.
    """
    named = is_among(connection, sla.c.sla, present) & ~is_among(connection, sla.c.fingerprint, present.values())
    found = connection.execute(select(sla).where(sla.c.dag_id == dag_id, named).order_by(sla.c.fingerprint))
    return as_records(found, StoredSla)


def cause_of_sla(found: StoredSla) -> DataCause:
    """Return the cause of the incidents of an SLA."""
    return DataCause(namespace=found.namespace, name=found.name, suite=found.sla, promise=Promise.SLA)


def hand_over(connection: Connection, found: StoredSla, dag_id: str) -> None:
    """Leave an SLA to another Dag that watches it too."""
    connection.execute(update(sla).where(sla.c.fingerprint == found.fingerprint).values(dag_id=dag_id, task_id=None))


def drop_sla(connection: Connection, cause: DataCause, at: datetime) -> None:
    """Forget an SLA. Its history stays and ends, and calls that wait are given up."""
    end_history(connection, cause.fingerprint, at)
    drop_waiting(connection, cause.fingerprint, at)
    connection.execute(delete(sla).where(sla.c.fingerprint == cause.fingerprint))
