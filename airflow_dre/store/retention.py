"""Deleting what is older than ``[dre] retention``, in small batches, except what is still needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, literal, or_, select, tuple_

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.incidents.identity import CauseKind
from airflow_dre.store.database import Database
from airflow_dre.store.incidents import LIVE_STATUSES
from airflow_dre.store.last_events import prune_last_events
from airflow_dre.store.monitors import prune_monitors
from airflow_dre.store.shared_texts import in_chunks, lock_texts
from airflow_dre.store.sla_calls import prune_calls
from airflow_dre.store.sla_history import prune_intervals
from airflow_dre.store.tables import check_definition, incident, outbox, result, signal, statement_text, suite_head, suite_run

BATCH = 100
"""Suite runs, or incidents, or signals that one transaction deletes: with some thousand results it takes a fraction of a second."""
PRUNE_SECONDS = 2.0
"""How long one round goes on with suite runs. Incidents and signals have as long again each."""
MOST_STRETCHES = 10_000
"""Stretches, and calls, of SLAs that one round deletes. Last events alike."""
KEPT_RUNS = 3
"""Latest runs of each suite by Dag that stay: they show how often it runs, so that one that runs rarely is not taken for gone."""
_SUITE = ("namespace", "name", "suite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Numbers of what was deleted."""

    runs: int = 0
    incidents: int = 0
    signals: int = 0

    def __add__(self, other: Pruned) -> Pruned:
        """Return the sum of both."""
        return Pruned(runs=self.runs + other.runs, incidents=self.incidents + other.incidents, signals=self.signals + other.signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One kind of rows to delete."""

    old: Select[Any]
    """The query for those to delete, by the columns of their order. The last column is the key."""
    delete: Callable[[Connection, Sequence[Any]], Pruned]
    """Deletes those of some keys that are still to be deleted."""


def prune(
    database: Database,
    before: datetime,
    *,
    seconds: float = PRUNE_SECONDS,
    batch: int = BATCH,
    announce: Callable[[int], None] | None = None,
) -> Pruned:
    """Delete suite runs with their results, resolved incidents and signals that are older than a moment, and return how many.

    These stay, however old they are: the latest three runs of each suite by Dag, the run in which a check passed last, the runs of a suite
    and of a Dag run that a live incident is about, live incidents, incidents about which a message waits, and the signals of every
    incident that stays. Each batch is one transaction. It locks nothing while it searches.

    :param seconds: time after which no further batch of runs begins; of incidents and of signals alike. One batch of each is always done.
    :param announce: called with the number of runs that are older, before anything is deleted.
    :raises airflow_dre.errors.StoreError: the store does not answer.
    """
    steps = (
        _Step(old=_unneeded(before), delete=_delete_runs),
        _Step(old=select(incident.c.id).where(_is_settled(before)), delete=partial(_delete_incidents, before=before)),
        _Step(old=select(signal.c.at, signal.c.key).where(_is_loose(before)), delete=partial(_delete_signals, before=before)),
    )
    pruned = Pruned()
    for step in steps:
        until, after = time.monotonic() + seconds, None
        while True:
            with database.read() as connection:
                found = _next(connection, step.old, after, batch)
                if found and announce is not None:
                    announce(_count_old(connection, before))
                    announce = None
            if found:
                with database.write() as connection:
                    pruned += step.delete(connection, [row[-1] for row in found])
            if len(found) < batch or time.monotonic() >= until:
                break
            after = found[-1]
    return pruned


def prune_promises(database: Database, before: datetime, *, most: int = MOST_STRETCHES) -> int:
    """Delete stretches and calls of SLAs, and gaps and costs of monitors, that ended before a moment, and return how many.

    :param most: stretches, and calls, that one round deletes at most.
    :raises airflow_dre.errors.StoreError: the store does not answer.
    """
    with database.write() as connection:
        return prune_intervals(connection, before, most) + prune_calls(connection, before, most) + prune_monitors(connection, before)


def prune_events(database: Database, before: datetime, *, most: int = MOST_STRETCHES) -> int:
    """Delete last events of assets and Dags from before a moment which no declared SLA watches, and return how many.

    :param most: events that one round deletes at most.
    :raises airflow_dre.errors.StoreError: the store does not answer.
    """
    with database.write() as connection:
        return prune_last_events(connection, before, most)


def _next(connection: Connection, old: Select[Any], after: tuple[Any, ...] | None, batch: int) -> list[tuple[Any, ...]]:
    """Return the next rows of a query, in the order of its columns."""
    order = list(old.selected_columns)
    if after is not None:
        old = old.where(tuple_(*order) > after)
    return [tuple(row) for row in connection.execute(old.order_by(*order).limit(batch))]


def _count_old(connection: Connection, before: datetime) -> int:
    return connection.scalar(select(func.count()).select_from(suite_run).where(suite_run.c.measured_at < before)) or 0


def _unneeded(before: datetime) -> Select[Any]:
    return select(suite_run.c.measured_at, suite_run.c.key).where(suite_run.c.measured_at < before, ~_is_needed())


def _is_needed() -> ColumnElement[bool]:
    """Return the condition for runs that stay however old they are. PostgreSQL evaluates the parts of a negated OR one after the other."""
    latest = exists().where(suite_head.c.run_key == suite_run.c.key)
    of_suite = (
        exists()
        .where(
            incident.c.status.in_(LIVE_STATUSES),
            incident.c.kind == CauseKind.DATA.value,
            *[incident.c[name] == suite_run.c[name] for name in _SUITE],
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
    return or_(latest, ~_has_later_runs(KEPT_RUNS), of_suite, of_dag_run, _holds_last_pass())


def _has_later_runs(number: int) -> ColumnElement[bool]:
    """Return the condition for runs after which the suite ran so many times by the same Dag."""
    later = suite_run.alias("later")
    is_later = or_(
        later.c.measured_at > suite_run.c.measured_at,
        and_(later.c.measured_at == suite_run.c.measured_at, later.c.key > suite_run.c.key),
    )
    same = [later.c[name] == suite_run.c[name] for name in _SUITE]
    of_dag = later.c.dag_id.is_not_distinct_from(suite_run.c.dag_id)
    from_here = later.c.measured_at >= suite_run.c.measured_at  # for the index
    runs = select(literal(1)).select_from(later).where(*same, of_dag, from_here, is_later).correlate(suite_run)
    return runs.offset(number - 1).exists()


def _holds_last_pass() -> ColumnElement[bool]:
    """Return the condition for runs in which a check passed that did not pass later."""
    later, later_run = result.alias("later"), suite_run.alias("later_run")
    passed_later = (
        exists()
        .where(
            later.c.check_id == result.c.check_id,
            later.c.outcome == Outcome.PASSED.value,
            later_run.c.key == later.c.run_key,
            *[later_run.c[name] == suite_run.c[name] for name in _SUITE],
            later_run.c.measured_at > suite_run.c.measured_at,
        )
        .correlate(result, suite_run)
    )
    passed = (result.c.run_key == suite_run.c.key, result.c.outcome == Outcome.PASSED.value, ~passed_later)
    return exists().where(*passed).correlate(suite_run)


def _delete_runs(connection: Connection, keys: Sequence[str]) -> Pruned:
    """Delete runs with their results and rows, and the definitions and statements that no other result refers to."""
    lock_texts(connection, shared=False)
    unneeded = connection.scalars(select(suite_run.c.key).where(suite_run.c.key.in_(keys), ~_is_needed())).all()
    used = select(result.c.definition_digest, result.c.statement_digest).where(result.c.run_key.in_(unneeded)).distinct()
    references = connection.execute(used).all()
    connection.execute(delete(suite_run).where(suite_run.c.key.in_(unneeded)))
    for table, column, digests in (
        (check_definition, result.c.definition_digest, {row.definition_digest for row in references}),
        (statement_text, result.c.statement_digest, {row.statement_digest for row in references}),
    ):
        for some in in_chunks(sorted(digests - {None})):
            unused = and_(table.c.digest.in_(some), ~exists().where(column == table.c.digest))
            connection.execute(delete(table).where(unused))
    return Pruned(runs=len(unneeded))


def _is_settled(before: datetime) -> ColumnElement[bool]:
    """Return the condition for old resolved incidents about which no message waits."""
    waits = exists().where(outbox.c.incident_id == incident.c.id, outbox.c.status == "pending")
    return and_(incident.c.status.not_in(LIVE_STATUSES), incident.c.opened_at < before, incident.c.resolved_at < before, ~waits)


def _delete_incidents(connection: Connection, ids: Sequence[int], *, before: datetime) -> Pruned:
    """Delete incidents with their timelines, messages and signals. Later signals stay, without an incident."""
    settled = connection.scalars(select(incident.c.id).where(incident.c.id.in_(ids), _is_settled(before)).with_for_update()).all()
    theirs = delete(signal).where(signal.c.incident_id.in_(settled), signal.c.at < before).returning(signal.c.key)
    signals = connection.scalars(theirs).all()
    connection.execute(delete(incident).where(incident.c.id.in_(settled)))
    return Pruned(incidents=len(settled), signals=len(signals))


def _is_loose(before: datetime) -> ColumnElement[bool]:
    """Return the condition for old signals of no incident. Those of an incident show who may read it, and go with it."""
    return and_(signal.c.at < before, signal.c.incident_id.is_(None))


def _delete_signals(connection: Connection, keys: Sequence[str], *, before: datetime) -> Pruned:
    loose = delete(signal).where(signal.c.key.in_(keys), _is_loose(before)).returning(signal.c.key)
    return Pruned(signals=len(connection.scalars(loose).all()))
