"""The last events of assets and the last successful runs of Dags, from the results store."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.lineage.naming import name_asset
from airflow_dre.services.slo.answers import NewestAnswer
from airflow_dre.services.slo.targets import AssetTarget, DagTarget, Target
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.last_events import EventKey, read_last_events
from airflow_dre.values.dataset import DatasetName


def ask_store(targets: Sequence[Target]) -> dict[Target, NewestAnswer]:
    """Return the last event of each asset and the end of the last successful run of each Dag, as far as listeners have recorded them.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    keys = {target: _key(target) for target in targets if isinstance(target, (AssetTarget, DagTarget))}
    with read_wiring().open_store().database.read() as connection:
        found = read_last_events(connection, keys.values())
    return {target: NewestAnswer(target=target, value=found.get(key), dataset=_dataset(target)) for target, key in keys.items()}


def _key(target: AssetTarget | DagTarget) -> EventKey:
    return ("asset", target.asset) if isinstance(target, AssetTarget) else ("dag", target.dag)


def _dataset(target: AssetTarget | DagTarget) -> DatasetName:
    return name_asset(target.asset) if isinstance(target, AssetTarget) else DatasetName("airflow://dags", target.dag)
