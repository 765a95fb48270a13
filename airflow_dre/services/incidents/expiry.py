"""End of what is no longer watched: SLAs that were removed or replaced, monitors that are gone, suites that do not run any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.database import Database, Transaction
from airflow_dre.store.declarations import forget_declarations
from airflow_dre.store.forgetting import forgotten_slas, is_forgotten, live_data_incidents, run_moments
from airflow_dre.store.incidents import cause_of, record_signal
from airflow_dre.store.monitors import Monitor, drop_monitor, read_monitors, save_monitor
from airflow_dre.store.records import StoredIncident, StoredSla
from airflow_dre.store.schema import ensure_embedded
from airflow_dre.store.slas import cause_of_sla, drop_sla, hand_over, slas_of_monitor, slas_of_names
from airflow_dre.store.store import Store
from airflow_dre.values.dataset import DatasetName, short_name
from airflow_dre.values.digest import digest
from airflow_dre.values.instants import format_duration


def record_monitor_run(store: Store, found: Monitor) -> int:
    """Keep that a monitor looked, end the SLAs that it watches no longer, and return their number."""
    ensure_embedded(store.database)
    with store.database.write() as connection:
        save_monitor(connection, found)
        return end_removed_slas(store.database, connection, found, found.looked_at)


def end_removed_slas(database: Database, connection: Transaction, found: Monitor, at: datetime) -> int:
    """End the SLAs that a monitor watches no longer, and return their number."""
    names = {name for name, _ in found.watches}
    gone = [row for row in slas_of_monitor(connection, found.dag_id) if row.sla not in names]
    return sum(_end(database, connection, row, f"it was removed from monitor {found.dag_id}", at) for row in gone)


def end_replaced_slas(database: Database, connection: Transaction, causes: Iterable[DataCause], dag_id: str | None, at: datetime) -> None:
    """End the SLAs of a monitor that have the name of one of ``causes`` and speak of another dataset: the name was given to another one."""
    present = {cause.suite: cause for cause in causes}
    for row in slas_of_names(connection, dag_id, {name: cause.fingerprint for name, cause in present.items()}):
        _end(database, connection, row, f"it watches {present[row.sla].name} now", at)


def end_expired(store: Store, forget_after: timedelta, now: datetime, *, unrecorded: bool = True) -> int:
    """End SLAs of monitors that are gone, suites and waits after ``forget_after`` without news, and return their number.

    Whatever runs regularly calls it, so that it also happens where no monitor is left. Several callers at once end each thing once.

    :param unrecorded: whether incidents without a recorded run are ended by the moment of their last problem, which may be reported long
        after it.
    """
    ensure_embedded(store.database)
    with store.database.read() as connection:
        due = (
            _forgotten_monitors(connection, forget_after, now)
            or forgotten_slas(connection, forget_after, now)
            or _forgotten_incidents(connection, forget_after, now, unrecorded)
        )
    if not due:
        return 0
    with store.database.write() as connection:
        store.database.lock(connection, digest("end the forgotten"))
        ended = 0
        for monitor in _forgotten_monitors(connection, forget_after, now):
            drop_monitor(connection, monitor.dag_id)
            forget_declarations(connection, monitor.dag_id)
            reason = f"monitor {monitor.dag_id} has not looked for {format_duration(now - monitor.looked_at)}"
            ended += sum(_end(store.database, connection, row, reason, now) for row in slas_of_monitor(connection, monitor.dag_id))
        for row in forgotten_slas(connection, forget_after, now):
            reason = f"it has not been evaluated for {format_duration(now - row.last_look)}"
            ended += _end(store.database, connection, row, reason, now)
        for incident, last in _forgotten_incidents(connection, forget_after, now, unrecorded):
            cause = cause_of(incident)
            if isinstance(cause, DataCause):
                _resolve(store.database, connection, cause, incident.dag_id, f"it has not run for {format_duration(now - last)}", now)
                ended += 1
    return ended


def _forgotten_monitors(connection: Transaction, forget_after: timedelta, now: datetime) -> list[Monitor]:
    return [
        monitor
        for monitor in read_monitors(connection)
        if monitor.looked_at < now - forget_after and (monitor.due_at is None or monitor.due_at < now - forget_after)
    ]


def _forgotten_incidents(
    connection: Transaction, forget_after: timedelta, now: datetime, unrecorded: bool
) -> list[tuple[StoredIncident, datetime]]:
    """Return the live incidents whose suite, or wait, has given no news for long, each with the moment of the last."""
    found = []
    for row in live_data_incidents(connection, quiet_since=now - forget_after):
        is_suite = row.promise == Promise.SUITE.value
        moments = run_moments(connection, DatasetName(row.namespace or "", row.name or ""), row.suite or "") if is_suite else []
        if not moments and not unrecorded:
            continue
        moments = sorted([*moments, row.last_problem_at])
        if is_forgotten(moments, forget_after, now):
            found.append((row, moments[-1]))
    return found


def _end(database: Database, connection: Transaction, row: StoredSla, reason: str, at: datetime) -> bool:
    """End the incident of an SLA, forget the SLA, and return whether no other monitor watches it."""
    others: Sequence[Monitor] = [
        monitor
        for monitor in read_monitors(connection)
        if monitor.dag_id != row.dag_id and (row.sla, row.watched) in monitor.watches and not monitor.is_overdue(at)
    ]
    if others:
        hand_over(connection, row, others[0].dag_id)
        return False
    cause = cause_of_sla(row)
    _resolve(database, connection, cause, row.dag_id, reason, at)
    drop_sla(connection, cause, at)
    return True


def _resolve(database: Database, connection: Transaction, cause: DataCause, dag_id: str | None, reason: str, at: datetime) -> None:
    kind = {Promise.SLA: "SLA", Promise.SLO: "SLO"}.get(cause.promise, "suite")
    title = f"{short_name(cause.name)} is no longer watched by {kind} {cause.suite}: {reason}"
    origin = Origin(dag_id=dag_id)
    signal = Signal(cause=cause, event=Event.UNWATCHED, at=at, title=title, origin=origin, occurrence_id=at.isoformat())
    record_signal(database, connection, signal)
