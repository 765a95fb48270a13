"""Where settings, the store and the routes come together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from airflow_dre.config import Settings, read_settings
from airflow_dre.services.rehearsal import is_rehearsal
from airflow_dre.store.partitions import read_partition_states
from airflow_dre.store.records import Delivery, PartitionState, PartitionStates
from airflow_dre.store.results import last_passed
from airflow_dre.store.schema import ensure_embedded, is_missing
from airflow_dre.store.store import Store, open_store
from airflow_dre.values.dataset import DatasetName

log = logging.getLogger(__name__)


def store_of(settings: Settings, *, hurried: bool = False) -> Store:
    """Return the results store that is configured; ``hurried`` for a caller that holds others up."""
    return open_store(settings.store_url, settings.spool_folder, hurried=hurried)


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """What the checks of one suite and dataset observed before, read from the store when a check asks."""

    dataset: DatasetName
    suite: str

    def last_passed(self, check_id: str) -> str | None:
        """What a check observed when it last passed; None where it never did.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        database = store_of(read_settings()).database
        if is_rehearsal() and is_missing(database):
            return None
        ensure_embedded(database)
        with database.read() as connection:
            return last_passed(connection, self.dataset, self.suite, check_id)


@dataclass(frozen=True, slots=True)
class StoredPartitions:
    """What the partitions of one dataset contribute, read from the store and written to it."""

    dataset: DatasetName

    def read(self, split: str, forms: Sequence[str]) -> list[PartitionState]:
        """What is known, once what waits in the spool of this machine was written.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        settings = read_settings()
        store, rehearsal = store_of(settings), is_rehearsal(settings)
        if rehearsal and is_missing(store.database):
            return []
        if not rehearsal:
            ensure_embedded(store.database)
            store.replay()
        with store.database.read() as connection:
            return read_partition_states(connection, split, forms)

    def save(self, found: PartitionStates) -> None:
        """Keep what one look found, or spool it; not in a test."""
        if is_rehearsal():
            return
        store_of(read_settings()).deliver_or_spool(Delivery(partitions=found))
