"""Loading of what a decision about a signal depends on, without deciding anything."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.incidents.identity import Cause, CauseKind, DataCause, PipelineCause, Promise
from airflow_dre.incidents.recoveries import Recovery
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.incidents.situation import (
    CauseState,
    Counted,
    EarlierEnd,
    FailedTask,
    KnownIncident,
    LiveIncident,
    MeasuredSuite,
    ReportedCause,
    SiblingReport,
    Situation,
    Surroundings,
    WatchedSla,
)
from airflow_dre.incidents.slices import Broken
from airflow_dre.incidents.targets import find_targets
from airflow_dre.store.database import Database
from airflow_dre.store.outbox import undelivered_routes
from airflow_dre.store.records import StoredIncident
from airflow_dre.store.recoveries import known_recoveries
from airflow_dre.store.results import BROKEN, origin_values, siblings_of
from airflow_dre.store.tables import incident, signal, sla, suite_run

LIVE_STATUSES = ("open", "acknowledged")


def load_situation(database: Database, connection: Connection, found: Signal) -> Situation:
    """Return the situation that a signal meets, and lock its causes until the transaction ends.

    Locks are always taken in one order (Dag, then data by fingerprint), so that they cannot deadlock.
    """
    if isinstance(found.cause, PipelineCause):
        database.lock(connection, PipelineCause(dag_id=found.cause.dag_id).fingerprint)
    surroundings = _load_surroundings(connection, found)
    causes = {}
    for target in find_targets(found, surroundings):
        fingerprint = target.signal.cause.fingerprint
        database.lock(connection, fingerprint)
        causes[fingerprint] = _load_cause(connection, target.signal)
    return Situation(surroundings=surroundings, causes=causes)


def _load_surroundings(connection: Connection, found: Signal) -> Surroundings:
    """Load what the event of a signal needs: every query costs a task time."""
    cause, origin = found.cause, found.origin
    if not isinstance(cause, PipelineCause) or not found.opens:
        return Surroundings()
    if found.event is Event.RUN_SUCCEEDED:
        return Surroundings(live_of_dag=_live_of_dag(connection, cause), failed_tasks=_failed_tasks(connection, cause, origin))
    if found.tasks:
        return Surroundings(live_of_dag=_live_of_dag(connection, cause))
    ends = _earlier_ends(connection, found) if found.event is Event.RUN_FAILED and not found.occurrence_id else ()
    recoveries = tuple(known_recoveries(connection, found)) if ends else ()
    if origin.run_id is None or found.event not in (Event.RUN_FAILED, Event.TASK_FAILED):
        return Surroundings(earlier_ends=ends, recoveries=recoveries)
    if found.event is Event.RUN_FAILED:
        of_run = _incidents_of_run(connection, origin, Event.TASK_FAILED)
        return Surroundings(of_run=of_run, earlier_ends=ends, recoveries=recoveries)
    return Surroundings(
        of_run=_incidents_of_run(connection, origin, Event.RUN_FAILED),
        suites=_suites_of_task(connection, origin),
        reported=_reported_by_task(connection, origin),
        slas=_slas_of_task(connection, origin),
    )


def _live_of_dag(connection: Connection, cause: PipelineCause) -> tuple[KnownIncident, ...]:
    of_dag = select(incident).where(
        incident.c.status.in_(LIVE_STATUSES), incident.c.kind == CauseKind.PIPELINE.value, incident.c.dag_id == cause.dag_id
    )
    return tuple(_known(row) for row in connection.execute(of_dag.order_by(incident.c.id)))


def _failed_tasks(connection: Connection, cause: PipelineCause, origin: Origin) -> tuple[FailedTask, ...]:
    of_run = (
        select(signal.c.task_id, signal.c.incident_id)
        .where(
            signal.c.dag_id == cause.dag_id,
            signal.c.run_id == origin.run_id,
            signal.c.event == Event.TASK_FAILED.value,
            signal.c.incident_id.is_not(None),
        )
        .distinct()
    )
    return tuple(FailedTask(task_id=row.task_id, incident_id=row.incident_id) for row in connection.execute(of_run))


def _incidents_of_run(connection: Connection, origin: Origin, event: Event) -> tuple[KnownIncident, ...]:
    """Load the incidents that events of one kind in a run were counted in."""
    of_run = select(signal.c.incident_id).where(
        signal.c.dag_id == origin.dag_id, signal.c.run_id == origin.run_id, signal.c.event == event.value
    )
    rows = connection.execute(select(incident).where(incident.c.id.in_(of_run)).order_by(incident.c.id))
    return tuple(_known(row) for row in rows)


def _earlier_ends(connection: Connection, found: Signal) -> tuple[EarlierEnd, ...]:
    same = select(signal.c.key, signal.c.at, signal.c.incident_id).where(
        signal.c.fingerprint == found.cause.fingerprint, signal.c.event == found.event.value, signal.c.run_id == found.origin.run_id
    )
    return tuple(EarlierEnd(key=row.key, at=row.at, incident_id=row.incident_id) for row in connection.execute(same))


def _suites_of_task(connection: Connection, origin: Origin) -> tuple[MeasuredSuite, ...]:
    names = [suite_run.c[name] for name in ("namespace", "name", "suite", "try_number", "outcome")]
    runs = select(*names).where(
        suite_run.c.dag_id == origin.dag_id, suite_run.c.run_id == origin.run_id, suite_run.c.task_id == origin.task_id
    )
    if origin.map_index is not None:
        runs = runs.where(suite_run.c.map_index == origin.map_index)
    return tuple(
        MeasuredSuite(
            cause=DataCause(namespace=row.namespace, name=row.name, suite=row.suite),
            broken=Outcome(row.outcome) in BROKEN,
            try_number=row.try_number,
        )
        for row in connection.execute(runs)
    )


def _reported_by_task(connection: Connection, origin: Origin) -> tuple[ReportedCause, ...]:
    """Load the causes of the incidents that a task instance reported problems of."""
    mine = [signal.c[name] == value for name, value in origin_values(origin).items() if value is not None]
    rows = connection.execute(
        select(incident, signal.c.event.label("reported")).join(signal, signal.c.incident_id == incident.c.id).where(*mine)
    )
    return tuple(ReportedCause(cause=cause_of(row), event=Event(row.reported)) for row in rows)


def _slas_of_task(connection: Connection, origin: Origin) -> tuple[WatchedSla, ...]:
    rows = select(sla.c.namespace, sla.c.name, sla.c.sla, sla.c.state).where(sla.c.dag_id == origin.dag_id, sla.c.task_id == origin.task_id)
    return tuple(
        WatchedSla(
            cause=DataCause(namespace=row.namespace, name=row.name, suite=row.sla, promise=Promise.SLA), known=row.state != "unknown"
        )
        for row in connection.execute(rows)
    )


def _known(row: Row[Any]) -> KnownIncident:
    return KnownIncident(id=row.id, cause=cause_of(row), live=row.status in LIVE_STATUSES, resolved_at=row.resolved_at)


def _load_cause(connection: Connection, found: Signal) -> CauseState:
    live = select(incident).where(incident.c.fingerprint == found.cause.fingerprint, incident.c.status.in_(LIVE_STATUSES))
    row = connection.execute(live.with_for_update()).first()  # a person may be resolving it
    before = connection.execute(select(signal.c.incident_id, signal.c.at).where(signal.c.key == found.key)).first()
    recoveries: list[Recovery] = known_recoveries(connection, found) if found.event.firing else []
    return CauseState(
        live=None if row is None else _live(connection, row),
        counted=None if before is None else Counted(at=before.at, incident_id=before.incident_id),
        recoveries=tuple(recoveries),
        siblings=() if row is None or found.event.firing else _siblings(connection, found, row.id),
    )


def _live(connection: Connection, row: Row[Any]) -> LiveIncident:
    return LiveIncident(
        id=row.id,
        severity=Severity(row.severity),
        routes=frozenset(row.routes),
        last_problem_at=row.last_problem_at,
        undelivered=undelivered_routes(connection, row.id),
        broken=msgspec.convert(row.broken or [], tuple[Broken, ...]),
        parts=frozenset(row.parts or ()),
        event=Event(row.event),
        explained=bool((row.explanation or {}).get("first_hand")),
    )


def _siblings(connection: Connection, found: Signal, incident_id: int) -> tuple[SiblingReport, ...]:
    reported = select(signal.c.map_index, signal.c.event).where(signal.c.incident_id == incident_id, siblings_of(signal, found.origin))
    rows = connection.execute(reported.order_by(signal.c.at, signal.c.try_number))
    return tuple(SiblingReport(map_index=row.map_index, event=Event(row.event)) for row in rows)


def cause_of(row: Row[Any] | StoredIncident) -> Cause:
    """Return the cause that an incident was opened for."""
    if row.kind == "data":
        namespace, name, suite = row.namespace or "", row.name or "", row.suite or ""
        return DataCause(namespace=namespace, name=name, suite=suite, promise=Promise(row.promise or Promise.SUITE))
    return PipelineCause(dag_id=row.dag_id or "", task_id=row.task_id or "", deadline=row.deadline or "")
