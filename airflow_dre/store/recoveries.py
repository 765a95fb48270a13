"""The recoveries that are remembered, a bounded number for each cause, and whatever else the store knows of healthy moments."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select, update

from airflow_dre.incidents.identity import DataCause, PipelineCause, Promise
from airflow_dre.incidents.recoveries import Recovery, heals, is_covered, settles
from airflow_dre.incidents.signals import Origin, Signal
from airflow_dre.incidents.slices import Slice
from airflow_dre.store.results import insert_new, origin_values
from airflow_dre.store.slas import met_at
from airflow_dre.store.tables import recovery, suite_run
from airflow_dre.values.digest import digest

MOST_REMEMBERED = 32
"""Recoveries that are remembered of one cause: one suffices unless partitions or old intervals are run."""


_PAGE = 100
_RUN = [suite_run.c[name] for name in ("measured_at", "outcome", "data_interval_start", "data_interval_end", "partition_key")] + [
    suite_run.c[name] for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")
]


def remember_recovery(connection: Connection, signal: Signal) -> None:
    """Keep a recovery, since a problem that arrives later may be older than it."""
    found = Recovery(at=signal.at, slice=signal.slice, origin=signal.origin, still_failed=signal.still_failed or ())
    _remember(connection, signal.cause.fingerprint, found)


def remember_resolution(connection: Connection, fingerprint: str, at: datetime) -> None:
    """Keep that a person resolved the incident of a cause."""
    _remember(connection, fingerprint, Recovery(at=at))


def known_recoveries(connection: Connection, signal: Signal) -> list[Recovery]:
    """Return the healthy moments that are known of the cause of a problem, and of the whole Dag that it belongs to."""
    cause = signal.cause
    fingerprints = {cause.fingerprint}
    if isinstance(cause, PipelineCause):
        fingerprints.add(PipelineCause(dag_id=cause.dag_id).fingerprint)
    found = [_read(row) for row in connection.execute(select(recovery).where(recovery.c.fingerprint.in_(fingerprints)))]
    if isinstance(cause, DataCause):
        moments = [met_at(connection, cause)]
        if cause.promise is Promise.SUITE:
            moments.append(_settled_at(connection, signal, cause))
        found += [Recovery(at=moment) for moment in moments if moment is not None]
    return found


def _settled_at(connection: Connection, problem: Signal, cause: DataCause) -> datetime | None:
    """Return when the latest run of a suite that settles a problem was measured, or None.

    Runs are read newest first and a page at a time: seldom more than a few are newer than a problem.
    """
    same = and_(suite_run.c.namespace == cause.namespace, suite_run.c.name == cause.name, suite_run.c.suite == cause.suite)
    newer = select(*_RUN).where(same, suite_run.c.measured_at >= problem.at).order_by(suite_run.c.measured_at.desc(), suite_run.c.key)
    for page in count():
        rows = connection.execute(newer.limit(_PAGE).offset(page * _PAGE)).all()
        for row in rows:
            found = Recovery(at=row.measured_at, slice=_slice_of(row), origin=_origin_of(row))
            if heals(row.outcome, problem.event) and settles(found, problem):
                return found.at
        if len(rows) < _PAGE:
            return None
    return None


def slice_values(part: Slice) -> dict[str, Any]:
    """Return a slice as the columns that every table spells alike."""
    return {"data_interval_start": part.interval_start, "data_interval_end": part.interval_end, "partition_key": part.partition_key}


def _slice_of(row: Row[Any]) -> Slice:
    """Return the slice that a row is about."""
    return Slice(interval_start=row.data_interval_start, interval_end=row.data_interval_end, partition_key=row.partition_key)


def _origin_of(row: Row[Any]) -> Origin:
    return Origin(dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id, map_index=row.map_index, try_number=row.try_number)


def _remember(connection: Connection, fingerprint: str, found: Recovery) -> None:
    origin = origin_values(found.origin)
    key = digest(fingerprint, *origin.values(), found.slice.order, found.slice.partition_key)
    values = {"at": found.at, "still_failed": list(found.still_failed), **origin, **slice_values(found.slice)}
    if not insert_new(connection, recovery, {"key": key, "fingerprint": fingerprint, **values}):
        connection.execute(update(recovery).where(recovery.c.key == key, recovery.c.at < found.at).values(**values))
    others = select(recovery).where(recovery.c.fingerprint == fingerprint, recovery.c.key != key).order_by(recovery.c.at.desc())
    rows = connection.execute(others).all()
    kept = [row for row in rows if not is_covered(_read(row), found)][: MOST_REMEMBERED - 1]
    forgotten = {row.key for row in rows} - {row.key for row in kept}
    if forgotten:
        connection.execute(delete(recovery).where(recovery.c.key.in_(forgotten)))


def _read(row: Row[Any]) -> Recovery:
    return Recovery(at=row.at, slice=_slice_of(row), origin=_origin_of(row), still_failed=tuple(row.still_failed))
