"""The one door of the store: write a delivery, or keep it in the spool until the database is back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import StatementError

from airflow_dre.errors import StoreError
from airflow_dre.incidents.decide import Action
from airflow_dre.store.database import Database, open_database
from airflow_dre.store.incidents import Change, record_signal
from airflow_dre.store.partitions import save_partition_states
from airflow_dre.store.records import Delivery
from airflow_dre.store.results import save_suite_run
from airflow_dre.store.schema import ensure_embedded
from airflow_dre.store.spool import Spool, Unwritable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Store:
    """A database and its spool."""

    database: Database
    spool: Spool

    def deliver(self, delivery: Delivery) -> list[Change]:
        """Write a delivery in one transaction; repeating it changes nothing.

        :raises StoreError: the database does not answer or lacks its tables.
        """
        ensure_embedded(self.database)
        changes: list[Change] = []
        with self.database.write() as connection:
            if delivery.run is not None:
                save_suite_run(connection, delivery.run)
            if delivery.partitions is not None:
                save_partition_states(connection, delivery.partitions)
            for fact in delivery.signals:
                changes.extend(record_signal(self.database, connection, fact))
        for change in changes:
            if change.action is not Action.IGNORE:
                log.info("airflow-dre: incident %s: %s (%s)", change.incident_id, change.action.value, change.reason)
        return changes

    def deliver_or_spool(self, delivery: Delivery) -> list[Change]:
        """Write a delivery, after those that wait; where the store is down it joins them and nothing is lost."""
        try:
            self.replay()
            return self.deliver(delivery)
        except StoreError as error:
            path = self.spool.append(delivery)
            log.error("airflow-dre: %s. What was to be written waits in %s and is written when the store is back.", error, path)
            return []

    def replay(self) -> int:
        """Write what waits in the spool; the number of deliveries.

        :raises StoreError: the store is down (again).
        """
        return self.spool.replay(self._deliver_waiting)

    def _deliver_waiting(self, delivery: Delivery) -> None:
        try:
            self.deliver(delivery)
        except (StatementError, OverflowError) as error:
            cause = error.orig if isinstance(error, StatementError) else error
            raise Unwritable(f"the results store refuses it: {cause}") from error


def open_store(url: str, spool_folder: Path, *, hurried: bool = False) -> Store:
    """The store at a SQLAlchemy URL, with its spool; ``hurried`` for a caller that holds others up."""
    return Store(open_database(url, hurried=hurried), Spool(spool_folder))
