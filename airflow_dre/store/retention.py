"""Deleting what is older than ``[dre] retention``, in small batches, except what is still needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, exists, or_, select, tuple_

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.incidents.identity import CauseKind
from airflow_dre.store.database import Database
from airflow_dre.store.incidents import LIVE_STATUSES
from airflow_dre.store.shared_texts import lock_texts
from airflow_dre.store.tables import check_definition, incident, outbox, result, signal, statement_text, suite_head, suite_run

BATCH = 100
"""Suite runs, or incidents, or signals that one transaction deletes: with some thousand results it takes a fraction of a second."""
PRUNE_SECONDS = 2.0
"""How long one round goes on. The next round goes on from there."""
Cursor = tuple[datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Numbers of what was deleted."""

    runs: int = 0
    incidents: int = 0
    signals: int = 0


def prune(database: Database, before: datetime, *, seconds: float = PRUNE_SECONDS, batch: int = BATCH) -> Pruned:
    """Delete suite runs with their results, resolved incidents and signals that are older than a moment, and return how many.

    These stay, however old they are: the latest run of each suite, the run in which a check passed last, the runs of a suite and of a Dag
    run that a live incident is about, live incidents with their signals, and incidents about which a message waits. Each batch is one
    transaction.

    :param seconds: time after which no further batch begins.
    :raises airflow_dre.errors.StoreError: the store does not answer.
    """
    until = time.monotonic() + seconds
    runs, cursor = 0, None
    while time.monotonic() < until:
        with database.write() as connection:
            deleted, cursor = _prune_runs(connection, before, cursor, batch)
        runs += deleted
        if cursor is None:
            break
    incidents = _repeat(database, lambda connection: _delete_some(connection, incident, _resolved(before), batch), batch, until)
    signals = _repeat(database, lambda connection: _delete_some(connection, signal, _settled(before), batch), batch, until)
    return Pruned(runs=runs, incidents=incidents, signals=signals)


def _repeat(database: Database, delete_batch: Callable[[Connection], int], batch: int, until: float) -> int:
    """Delete batches until one is not full or the time is over, and return the number of all rows."""
    count = 0
    while time.monotonic() < until:
        with database.write() as connection:
            deleted = delete_batch(connection)
        count += deleted
        if deleted < batch:
            break
    return count


def _prune_runs(connection: Connection, before: datetime, after: Cursor | None, batch: int) -> tuple[int, Cursor | None]:
    """Delete those of the next old runs that are not needed. Their number, and where to go on, None at the end."""
    lock_texts(connection, shared=False)
    order = (suite_run.c.measured_at, suite_run.c.key)
    old = select(suite_run.c.measured_at, suite_run.c.key).where(suite_run.c.measured_at < before)
    if after is not None:
        old = old.where(tuple_(*order) > after)
    found = [(row.measured_at, row.key) for row in connection.execute(old.order_by(*order).limit(batch))]
    if not found:
        return 0, None
    keys = [key for _, key in found]
    unneeded = connection.scalars(select(suite_run.c.key).where(suite_run.c.key.in_(keys), ~_is_needed())).all()
    if unneeded:
        _delete_runs(connection, unneeded)
    return len(unneeded), found[-1] if len(found) == batch else None


def _is_needed() -> ColumnElement[bool]:
    """Return the condition for runs that stay however old they are."""
    latest = exists().where(suite_head.c.run_key == suite_run.c.key)
    of_suite = (
        exists()
        .where(
            incident.c.status.in_(LIVE_STATUSES),
            incident.c.kind == CauseKind.DATA.value,
            *[incident.c[name] == suite_run.c[name] for name in ("namespace", "name", "suite")],
        )
        .correlate(suite_run)
    )
    of_dag_run = (
        exists()
        .where(
            signal.c.dag_id == suite_run.c.dag_id,
            signal.c.run_id == suite_run.c.run_id,
            signal.c.incident_id == incident.c.id,
            incident.c.status.in_(LIVE_STATUSES),
        )
        .correlate(suite_run)
    )
    return or_(latest, of_suite, of_dag_run, _holds_last_pass())


def _holds_last_pass() -> ColumnElement[bool]:
    """Return the condition for runs in which a check passed that did not pass later."""
    later, later_run = result.alias("later"), suite_run.alias("later_run")
    passed_later = (
        exists()
        .where(
            later.c.check_id == result.c.check_id,
            later.c.outcome == Outcome.PASSED.value,
            later_run.c.key == later.c.run_key,
            *[later_run.c[name] == suite_run.c[name] for name in ("namespace", "name", "suite")],
            later_run.c.measured_at > suite_run.c.measured_at,
        )
        .correlate(result, suite_run)
    )
    passed = (result.c.run_key == suite_run.c.key, result.c.outcome == Outcome.PASSED.value, ~passed_later)
    return exists().where(*passed).correlate(suite_run)


def _delete_runs(connection: Connection, keys: Sequence[str]) -> None:
    """Delete runs with their results and rows, and the definitions and statements that no other result refers to."""
    used = select(result.c.definition_digest, result.c.statement_digest).where(result.c.run_key.in_(keys)).distinct()
    references = connection.execute(used).all()
    connection.execute(delete(suite_run).where(suite_run.c.key.in_(keys)))
    for table, column, digests in (
        (check_definition, result.c.definition_digest, {row.definition_digest for row in references}),
        (statement_text, result.c.statement_digest, {row.statement_digest for row in references}),
    ):
        unused = and_(table.c.digest.in_(digests - {None}), ~exists().where(column == table.c.digest))
        connection.execute(delete(table).where(unused))


def _resolved(before: datetime) -> Select[Any]:
    """Return the query for the ids of old resolved incidents about which no message waits."""
    waits = exists().where(outbox.c.incident_id == incident.c.id, outbox.c.status == "pending")
    resolved = and_(incident.c.status.not_in(LIVE_STATUSES), incident.c.opened_at < before, incident.c.resolved_at < before, ~waits)
    return select(incident.c.id).where(resolved).order_by(incident.c.id)


def _settled(before: datetime) -> Select[Any]:
    """Return the query for the keys of old signals of no live incident."""
    live = exists().where(incident.c.id == signal.c.incident_id, incident.c.status.in_(LIVE_STATUSES))
    return select(signal.c.key).where(signal.c.at < before, ~live).order_by(signal.c.at)


def _delete_some(connection: Connection, table: Table, keys: Select[Any], batch: int) -> int:
    """Delete the first rows of a query for keys, and return their number."""
    (key,) = table.primary_key
    found = connection.scalars(keys.limit(batch)).all()
    if found:
        connection.execute(delete(table).where(key.in_(found)))
    return len(found)
