"""The results store as it is read for one user: opened, and limited to the Dags that the user may read."""

from __future__ import annotations

from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.reading.incidents import known_dags
from airflow_dre.store.reading.scope import DagScope as DagScope
from airflow_dre.store.store import Store


def open_configured_store() -> Store:
    """Return the results store, with its tables where it is the embedded one.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    return read_wiring().open_store()


def read_known_dags() -> set[str]:
    """Return the Dags of incidents and SLAs, including those that Airflow no longer knows.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        return known_dags(connection)
