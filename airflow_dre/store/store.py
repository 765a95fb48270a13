"""The one door of the store: write a delivery, keep it in the spool until the database is back, or put it aside where it is never taken."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from airflow_dre.errors import StoreError, StoreRefused
from airflow_dre.incidents.decide import Action, Change
from airflow_dre.store.aside import describe_delivery, note_aside
from airflow_dre.store.database import Database, open_database
from airflow_dre.store.incidents import record_signal
from airflow_dre.store.last_events import save_last_event
from airflow_dre.store.names import with_bounded_names
from airflow_dre.store.partitions import save_partition_states
from airflow_dre.store.records import Delivery
from airflow_dre.store.refusals import CONTENT
from airflow_dre.store.results import save_suite_run
from airflow_dre.store.schema import ensure_embedded, refuse_other_revision
from airflow_dre.store.slo_dag_runs import save_dag_run
from airflow_dre.store.spool import REPLAY_SECONDS, Spool, read_line

log = logging.getLogger(__name__)
TASK_REPLAY_SECONDS = 60.0
"""How long a task replays what others left. The rest goes with the next task or with the monitor."""
SLOW_SECONDS = 2.0
"""A store that takes longer to fail is not asked again for :data:`QUIET_SECONDS`: a task with many results must not wait for each."""
QUIET_SECONDS = 30.0
SAID_SECONDS = 60.0
"""How long a process does not repeat in its log why a store cannot be written."""
DOWN = "the results store did not answer a moment ago"
_quiet_until: dict[str, float] = {}
_said: dict[tuple[int, str], tuple[str, float]] = {}


@dataclass(frozen=True, slots=True)
class Store:
    """A database and its spool."""

    database: Database
    spool: Spool

    def deliver(self, delivery: Delivery) -> list[Change]:
        """Write a delivery in one transaction. Repeating it changes nothing.

        :raises StoreRefused: no store takes it at any time.
        :raises StoreError: the database does not answer, lacks its tables or is of a newer version.
        """
        with self.database.in_time():
            ensure_embedded(self.database)
            try:
                changes = self._write_with_retry(with_bounded_names(delivery))
            except CONTENT as error:
                raise StoreRefused(f"it cannot be written: {type(error).__name__}: {error}") from error
        for change in changes:
            if change.action is not Action.IGNORE:
                log.debug("airflow-dre: incident %s: %s (%s)", change.incident_id, change.action.value, change.because)
        return changes

    def _write_with_retry(self, delivery: Delivery) -> list[Change]:
        """Write a delivery. A key that another transaction took at this very moment is no reason to refuse it."""
        try:
            return self._write(delivery)
        except StoreRefused:
            refuse_other_revision(self.database)
            return self._write(delivery)

    def _write(self, delivery: Delivery) -> list[Change]:
        changes: list[Change] = []
        with self.database.write() as connection:
            if delivery.run is not None:
                save_suite_run(connection, delivery.run)
            if delivery.partitions is not None:
                save_partition_states(connection, delivery.partitions)
            for event in delivery.last_events:
                save_last_event(connection, event)
            for end in delivery.dag_runs:
                save_dag_run(connection, end)
            for signal in delivery.signals:
                changes.extend(record_signal(self.database, connection, signal))
        return changes

    def deliver_or_spool(self, delivery: Delivery) -> list[Change]:
        """Write a delivery, after those that wait. Where the store is down it joins them and nothing is lost.

        Never raises because of the store, the spool or the delivery.
        """
        if time.monotonic() < _quiet_until.get(self._key, 0.0):
            self.leave(delivery, DOWN)
            return []
        began = time.monotonic()
        try:
            self.replay(seconds=TASK_REPLAY_SECONDS)
        except StoreError as error:
            self._wait(delivery, error, began)
            return []
        return self.record(delivery)

    def record(self, delivery: Delivery) -> list[Change]:
        """Write a delivery without those that wait, spool it where the store is down, and set refused parts apart.

        Never raises because of the store, the spool or the delivery.
        """
        began = time.monotonic()
        try:
            return self.deliver_parts(delivery)
        except StoreError as error:
            self._wait(delivery, error, began)
            return []

    def replay(self, *, seconds: float = REPLAY_SECONDS) -> int:
        """Write what waits in the spool. The number of deliveries. One that this store cannot take now waits on behind the others.

        :param seconds: longest time; what is left goes with the next replay.
        :raises StoreError: the store is down (again).
        """
        try:
            return self.spool.replay(self._deliver_waiting, aside=self._note_line, seconds=seconds)
        except StoreError as error:
            if not self._answers():
                raise error from None
            return self.spool.replay(self._deliver_waiting, aside=self._note_line, seconds=seconds, put_off=(StoreError,))

    def _answers(self) -> bool:
        """Return whether the store would take anything, so that an error speaks of one delivery."""
        try:
            ensure_embedded(self.database)
            with self.database.write():
                return True
        except StoreError:
            return False

    def _wait(self, delivery: Delivery, error: StoreError, began: float) -> None:
        if time.monotonic() - began > SLOW_SECONDS:
            _quiet_until[self._key] = time.monotonic() + QUIET_SECONDS
        self.leave(delivery, str(error))

    def _deliver_waiting(self, delivery: Delivery) -> None:
        """Write a delivery that waits. One that is refused as a whole is left to the spool, which puts its line aside."""
        parts = delivery.parts
        try:
            self.deliver(delivery)
        except StoreRefused:
            if len(parts) < 2:
                raise
            for part in parts:
                self.deliver_parts(part)

    def deliver_parts(self, delivery: Delivery) -> list[Change]:
        """Write a delivery. If it is refused, write each part alone. A part that is refused alone is set apart.

        :raises airflow_dre.errors.StoreError: the store is down.
        """
        try:
            return self.deliver(delivery)
        except StoreRefused as error:
            if len(delivery.parts) < 2:
                self._put_aside(delivery, error)
                return []
            return [change for part in delivery.parts for change in self.deliver_parts(part)]

    def leave(self, delivery: Delivery, why: str) -> None:
        """Leave a delivery in the spool, and log why. Where the spool cannot keep it either it is lost, which is logged as critical."""
        try:
            path = self.spool.append(delivery)
        except (OSError, *CONTENT) as error:
            log.critical("airflow-dre: %s is lost: %s, and the spool cannot keep it: %s", describe_delivery(delivery), why, error)
        else:
            level = logging.DEBUG if self._is_said(why) else logging.ERROR
            log.log(level, "airflow-dre: %s. What was to be written waits in %s and is written when the store is back.", why, path)

    def _is_said(self, why: str) -> bool:
        """Return whether this process logged it a moment ago for this store: one line for one cause."""
        cause, moment = (os.getpid(), self.database.shown), time.monotonic()
        earlier, said_at = _said.get(cause, ("", 0.0))
        said = moment - said_at < SAID_SECONDS and why in (earlier, DOWN)
        if not said:
            _said[cause] = (why, moment)
        return said

    def _put_aside(self, delivery: Delivery, reason: StoreRefused) -> None:
        try:
            line, path = self.spool.put_aside_delivery(delivery)
        except (OSError, *CONTENT) as error:
            log.critical("airflow-dre: %s is lost: %s, and the spool cannot keep it: %s", describe_delivery(delivery), reason, error)
        else:
            self._note(line, path, reason, describe_delivery(delivery))

    def _note_line(self, line: bytes, path: Path, reason: StoreRefused) -> None:
        self._note(line, path, reason, describe_delivery(read_line(line)))

    def _note(self, line: bytes, path: Path, reason: StoreRefused, what: str) -> None:
        log.error("airflow-dre: %s was refused and is kept in %s: %s", what, path, reason)
        try:
            note_aside(self.database, line, path, what, str(reason))
        except StoreError as error:
            log.warning("airflow-dre: that could not be noted in the results store: %s", error)

    @property
    def _key(self) -> str:
        return f"{self.database.shown} {self.database.fail_fast}"


def open_store(url: str, spool_folder: Path, *, fail_fast: bool = False) -> Store:
    """Return the store at a SQLAlchemy URL, with its spool. ``fail_fast`` is for a caller that holds others up."""
    return Store(open_database(url, fail_fast=fail_fast), Spool(spool_folder))
