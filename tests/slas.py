"""Looks of a monitor at one SLA, for tests of what comes after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from airflow_dre.config import read_settings
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.services.slo.declarations import MonitoredSla
from airflow_dre.services.slo.folding import Clock, fold
from airflow_dre.services.slo.question import FreshnessQuestion
from airflow_dre.services.slo.rounds import ask_rounds
from airflow_dre.services.slo.saving import save_reports
from airflow_dre.services.slo.targets import TableTarget
from airflow_dre.services.slo.telling import Report
from airflow_dre.slo.observation import Observation
from airflow_dre.slo.promise import FreshnessPromise
from airflow_dre.store.incidents import live_promises
from airflow_dre.store.schema import ensure_embedded
from airflow_dre.store.sla_memory import read_memories
from airflow_dre.store.slas import slas_of_monitor
from airflow_dre.store.store import Store
from airflow_dre.values.dataset import DatasetName

GAP = timedelta(days=999)
"""Longest time between two looks that were not interrupted: tests look when they like."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The outcome of one look."""

    cause: DataCause
    missed: bool
    calls: tuple[str, ...]
    """Kinds of the calls that the look makes due."""


def evaluate_sla(
    name: str, question: FreshnessQuestion, store: Store, dag_id: str, at: datetime, *, routes: Sequence[str] = ()
) -> Evaluated:
    """Look once at an SLA of a monitor.

    :param routes: routes that are notified of every incident.
    """
    return _look(name, question, store, dag_id, at, routes=routes)


def fail_sla(name: str, question: FreshnessQuestion, store: Store, dag_id: str, at: datetime, reason: str, *, after: int = 1) -> Evaluated:
    """Look once at an SLA that cannot be evaluated.

    :param after: number of looks in a row that must fail before its people are called.
    """
    return _look(name, question, store, dag_id, at, failed=Observation(unknown=reason), after=after)


def _look(
    name: str,
    question: FreshnessQuestion,
    store: Store,
    dag_id: str,
    at: datetime,
    *,
    failed: Observation | None = None,
    after: int = 1,
    routes: Sequence[str] = (),
) -> Evaluated:
    ensure_embedded(store.database)
    target = TableTarget(
        conn_id=question.conn_id,
        table=question.table,
        column=question.column,
        expression=question.expression,
        where=question.where,
        time_zone=question.time_zone,
    )
    (answers,) = ask_rounds([target], timedelta(seconds=10))
    answer = answers[target]
    with store.database.read() as connection:
        known = [row for row in slas_of_monitor(connection, dag_id) if row.sla == name and row.watched == target.watched]
        live = live_promises(connection, Promise.SLA)
    last = DatasetName(known[0].namespace, known[0].name) if known else DatasetName(f"connection://{target.conn_id}", target.table)
    dataset = answer.dataset or last
    cause = DataCause(namespace=dataset.namespace, name=dataset.name, suite=name, promise=Promise.SLA)
    sla = sla_of(name, target, at, max_age=question.max_age, tolerance=question.future_tolerance, after=after)
    return record_look(sla, cause, store, dag_id, at, failed or answer.observe(at, sla.tolerance), live=live, routes=routes)


def sla_of(
    name: str,
    target: TableTarget,
    at: datetime,
    *,
    max_age: timedelta,
    tolerance: timedelta = timedelta(minutes=5),
    after: int = 1,
) -> MonitoredSla:
    """Return an SLA on the age of a table, without callbacks, that was declared just before a moment."""
    return MonitoredSla(
        name=name,
        target=target,
        promise=FreshnessPromise(max_age=max_age),
        promise_digest="",
        tolerance=tolerance,
        unknown_after=after,
        callbacks={},
        declared_at=at - timedelta(microseconds=1),
    )


def record_look(
    sla: MonitoredSla,
    cause: DataCause,
    store: Store,
    dag_id: str,
    at: datetime,
    found: Observation,
    *,
    live: Mapping[str, int] | None = None,
    routes: Sequence[str] = (),
) -> Evaluated:
    """Fold what a look found into what the store knows of an SLA, and write it.

    :param live: the live incident of each SLA that has one. The default is what the store knows.
    """
    with store.database.read() as connection:
        memory = read_memories(connection, [cause.fingerprint]).get(cause.fingerprint)
        live = live_promises(connection, Promise.SLA) if live is None else live
    clock = Clock(at=at, before=None, gap=GAP)
    folded = fold(sla, memory, found, clock)
    if not folded.is_steady:
        settings = replace(read_settings(), default_routes=tuple(routes))
        save_reports(store, dag_id, [(Report(sla, cause, folded, clock), memory)], live, settings)
    calls = (*[call.kind.value for call in folded.calls], *(["unknown"] if folded.calls_unknown else []))
    return Evaluated(cause, folded.memory.miss is not None, calls)
