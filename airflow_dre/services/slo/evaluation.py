"""The evaluation of an SLA: its state is kept, and its incident opened or resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from airflow_dre.incidents.decide import Change
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.privacy.masking import masked_line
from airflow_dre.services.asking import ask_within
from airflow_dre.services.incidents.expiry import end_replaced_slas
from airflow_dre.services.slo.freshness import Freshness, ask_freshness, locate_table, subject_of
from airflow_dre.services.slo.question import FreshnessQuestion
from airflow_dre.store.database import Transaction
from airflow_dre.store.incidents import record_signal
from airflow_dre.store.schema import ensure_embedded
from airflow_dre.store.slas import (
    SlaEvaluation,
    cause_of_sla,
    give_back_callback,
    save_sla_state,
    save_unknown,
    slas_of_monitor,
    take_callback,
    take_unknown_callback,
)
from airflow_dre.store.store import Store
from airflow_dre.values.dataset import DatasetName, short_name
from airflow_dre.values.instants import format_duration
from airflow_dre.values.text_limits import REASON


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The result of one evaluation of an SLA."""

    missed: bool
    must_call_back: bool
    """True if the caller must call back about this miss."""
    signal: Signal
    cause: DataCause
    changes: tuple[Change, ...] = ()
    """Changes of its incident."""


def evaluate_sla(
    name: str, question: FreshnessQuestion, store: Store, origin: Origin, now: datetime, *, routes: tuple[str, ...] = ()
) -> Evaluation:
    """Evaluate an SLA, keep its state, and open or resolve its incident, all in one transaction.

    A miss is one occurrence from the moment it began until the table is fresh again, however often it is evaluated.

    :param routes: routes that are notified of every incident.
    :raises airflow_dre.errors.WarehouseError: the warehouse could not answer: the state stays as it was, see :func:`record_unknown`.
    :raises airflow_dre.errors.StoreError: the store is down: the next look finds the same.
    """
    found = ask_freshness(question, now)
    cause = _cause(name, found.dataset)
    state = SlaEvaluation(
        cause=cause,
        dag_id=origin.dag_id,
        task_id=origin.task_id,
        watched=question.watched,
        missed=not found.fresh,
        reason=str(found.judgement.reason),
        newest=found.newest,
        max_age_seconds=question.max_age.total_seconds(),
        evaluated_at=now,
    )
    ensure_embedded(store.database)
    with store.database.write() as connection:
        since = save_sla_state(store.database, connection, state)
        signal = _signal(cause, found, origin, since, now, question.max_age)
        told = replace(signal, routes=routes) if signal.event.firing else signal
        changes = tuple(record_signal(store.database, connection, told))
        must_call_back = state.missed and take_callback(connection, cause)
        end_replaced_slas(store.database, connection, [cause], origin.dag_id, now)
    return Evaluation(missed=state.missed, must_call_back=must_call_back, signal=signal, cause=cause, changes=changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLook:
    """An evaluation that failed, so that the freshness is unknown."""

    reason: str
    at: datetime
    unknown_after: int = 1
    """Number of looks in a row that must fail before the people of the SLA are called."""
    routes: tuple[str, ...] = ()
    """Routes that are notified of every incident, at the first look that fails."""


def record_unknown(name: str, question: FreshnessQuestion, store: Store, origin: Origin, failed: FailedLook) -> Evaluation:
    """Keep that the freshness of an SLA is unknown, and open its incident.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    now, reason = failed.at, masked_line(failed.reason, REASON)
    ensure_embedded(store.database)
    dataset = _dataset_of(question)
    with store.database.write() as connection:
        cause = _cause(name, dataset) if dataset is not None else _last_cause(connection, name, question, origin)
        state = SlaEvaluation(
            cause=cause,
            dag_id=origin.dag_id,
            task_id=origin.task_id,
            watched=question.watched,
            missed=False,
            known=False,
            reason=f"cannot be evaluated: {reason}",
            newest=None,
            max_age_seconds=question.max_age.total_seconds(),
            evaluated_at=now,
        )
        unknown = save_unknown(store.database, connection, state)
        signal = Signal(
            cause=cause,
            event=Event.SLA_UNKNOWN,
            at=now,
            title=f"{short_name(cause.name)} cannot be evaluated by SLA {name}: {reason}",
            detail=f"its freshness is unknown since {unknown.since.isoformat()}; failed evaluations: {unknown.looks}",
            origin=Origin(dag_id=origin.dag_id),
            occurrence_id=unknown.since.isoformat(),
        )
        changes = tuple(record_signal(store.database, connection, replace(signal, routes=failed.routes)))
        must_call_back = take_unknown_callback(connection, cause, failed.unknown_after)
        end_replaced_slas(store.database, connection, [cause], origin.dag_id, now)
    return Evaluation(missed=False, must_call_back=must_call_back, signal=signal, cause=cause, changes=changes)


NAMING_SECONDS = 10.0
"""Longest time for finding the name of a dataset, if its warehouse does not answer."""


def _dataset_of(question: FreshnessQuestion) -> DatasetName | None:
    """Return the dataset that a question is about, as far as its connection shows it without an answer of the warehouse."""
    try:
        return ask_within(NAMING_SECONDS, lambda: locate_table(question).dataset, subject_of(question))
    except Exception:  # the connection may be missing, its provider too, or its hook may have to ask
        return None


def _last_cause(connection: Transaction, name: str, question: FreshnessQuestion, origin: Origin) -> DataCause:
    """Return the cause that an SLA had when it could be named, or one that names its connection."""
    for row in slas_of_monitor(connection, origin.dag_id):
        if row.sla == name and row.watched in (question.watched, None):
            return cause_of_sla(row)
    return _cause(name, DatasetName(f"connection://{question.conn_id}", question.table))


def _cause(name: str, dataset: DatasetName) -> DataCause:
    return DataCause(namespace=dataset.namespace, name=dataset.name, suite=name, promise=Promise.SLA)


def forget_callback(cause: DataCause, store: Store) -> None:
    """Let the next look call back, because this one could not."""
    with store.database.write() as connection:
        give_back_callback(connection, cause)


def _signal(cause: DataCause, found: Freshness, origin: Origin, since: datetime, now: datetime, max_age: timedelta) -> Signal:
    table = short_name(cause.name)
    if found.fresh:
        title = f"{table} is fresh again: {found.judgement.reason}"
        return Signal(
            cause=cause, event=Event.FRESH, at=now, title=title, origin=Origin(dag_id=origin.dag_id), occurrence_id=since.isoformat()
        )
    return Signal(
        cause=cause,
        event=Event.STALE,
        at=now,
        title=f"{table} is stale: {found.judgement.reason}, SLA {cause.suite} allows {format_duration(max_age)}",
        detail=f"missed since {since.isoformat()}",
        origin=Origin(dag_id=origin.dag_id),
        occurrence_id=since.isoformat(),
    )
