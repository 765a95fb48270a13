"""The composition root: settings, and the store that they name."""

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


def store_of(settings: Settings, *, fail_fast: bool = False) -> Store:
    """Return the results store that is configured, ``fail_fast`` for a caller that delays others."""
    return open_store(settings.store_url, settings.spool_folder, fail_fast=fail_fast)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The settings of one use case, and the parts that they configure."""

    settings: Settings

    @property
    def store(self) -> Store:
        """The results store."""
        return store_of(self.settings)

    def open_store(self) -> Store:
        """Return the results store, with its tables where it is the embedded one.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        store = self.store
        ensure_embedded(store.database)
        return store

    def history(self, dataset: DatasetName, suite: str) -> StoredHistory:
        """Return earlier results of one suite and dataset."""
        return StoredHistory(self.settings, dataset, suite)

    def partition_states(self, dataset: DatasetName) -> StoredPartitions:
        """Return the partition states of one dataset."""
        return StoredPartitions(self.settings, dataset)


def read_wiring() -> Wiring:
    """Return the wiring of a use case by the settings as they are now.

    Nothing else reads the settings. A use case calls it once and passes on what it returns: processes live longer than settings, and two
    reads within one use case could differ. Never raises.
    """
    return Wiring(read_settings())


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """Earlier results of one suite and dataset, read from the store when a check needs them."""

    settings: Settings
    dataset: DatasetName
    suite: str

    def last_passed(self, check_id: str) -> str | None:
        """Return what a check observed when it last passed, or None if it never passed.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        database = store_of(self.settings).database
        if is_rehearsal(self.settings) and is_missing(database):
            return None
        ensure_embedded(database)
        with database.read() as connection:
            return last_passed(connection, self.dataset, self.suite, check_id)


@dataclass(frozen=True, slots=True)
class StoredPartitions:
    """The partition states of one dataset, in the store."""

    settings: Settings
    dataset: DatasetName

    def read(self, split: str, forms: Sequence[str]) -> list[PartitionState]:
        """Return the kept states, once the spool of this machine is written.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        store, rehearsal = store_of(self.settings), is_rehearsal(self.settings)
        if rehearsal and is_missing(store.database):
            return []
        if not rehearsal:
            ensure_embedded(store.database)
            store.replay()
        with store.database.read() as connection:
            return read_partition_states(connection, split, forms)

    def save(self, found: PartitionStates) -> None:
        """Keep the states of one scan, or spool them. A test keeps nothing."""
        if is_rehearsal(self.settings):
            return
        store_of(self.settings).deliver_or_spool(Delivery(partitions=found))
