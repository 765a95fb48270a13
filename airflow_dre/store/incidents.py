"""Signals become incidents, in one transaction with the messages they cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, and_, or_, select, update

from airflow_dre.incidents.decide import Action, Decision, Live, decide
from airflow_dre.incidents.identity import Cause, CauseKind, DataCause, PipelineCause, Promise
from airflow_dre.incidents.recoveries import Recovery, is_anew, recovered_at, with_slice
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.incidents.slices import Broken
from airflow_dre.store.database import Database
from airflow_dre.store.outbox import enqueue, undelivered_routes
from airflow_dre.store.records import StoredIncident
from airflow_dre.store.recoveries import known_recoveries, remember_recovery, remember_resolution, slice_columns
from airflow_dre.store.results import broken_suites, insert_new, origin_columns, siblings_of
from airflow_dre.store.slas import unknown_causes
from airflow_dre.store.tables import incident, incident_event, signal

LIVE_STATUSES = ("open", "acknowledged")
MOST_PARTS = 500
"""Names of broken checks that an incident remembers."""
_UNTIL_RUN_ENDS = (Event.RUN_FAILED, Event.TASK_FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a signal did."""

    action: Action
    reason: str
    incident_id: int | None


def record_signal(database: Database, connection: Connection, fact: Signal) -> list[Change]:
    """Apply a signal to the incident of its cause; safe to repeat and to race.

    A failed task whose checks failed speaks of the data: its signal is kept with the incident of that dataset. A failed run whose task
    failed adds to the task's incident. A run that succeeded ends what was wrong with its Dag.

    Signals of one Dag are decided one after the other: a run and its task that fail at once must see each other, and locks that are
    always taken in one order (Dag, then data by fingerprint) cannot deadlock.
    """
    cause = fact.cause
    if isinstance(cause, PipelineCause):
        database.lock(connection, PipelineCause(dag_id=cause.dag_id).fingerprint)
        if not fact.opens:
            identity = {"key": fact.key, "fingerprint": cause.fingerprint, "incident_id": None}
            insert_new(connection, signal, {**identity, "event": fact.event.value, "at": fact.at, **origin_columns(fact.origin)})
            return []
        if fact.event is Event.RUN_SUCCEEDED:
            remember_recovery(connection, fact)
            return [_apply(database, connection, ended, known=False) for ended in _ended_by_run(connection, fact, cause)]
        if fact.tasks:
            return [_apply(database, connection, ended, known=False) for ended in _ended_tasks(connection, fact, cause)]
    explained = _explained_by(connection, fact)
    if explained:
        return [_apply(database, connection, told, known=True) for told in explained]
    return [_apply(database, connection, fact, known=_is_told(connection, fact))]


def _live_of_dag(cause: PipelineCause) -> Select[Any]:
    return select(incident).where(
        incident.c.status.in_(LIVE_STATUSES), incident.c.kind == CauseKind.PIPELINE.value, incident.c.dag_id == cause.dag_id
    )


def _ended_by_run(connection: Connection, fact: Signal, cause: PipelineCause) -> list[Signal]:
    """Return the successful run as a recovery of each live incident of its Dag, except of tasks that are failed within this very run.

    The listener knows which are; for other messengers these are all that were told to have failed.
    """
    task = incident.c.task_id
    failed_here = select(signal.c.incident_id).where(
        signal.c.dag_id == cause.dag_id,
        signal.c.run_id == fact.origin.run_id,
        signal.c.event == Event.TASK_FAILED.value,
        signal.c.incident_id.is_not(None),
    )
    if fact.still_failed is None:
        over = or_(task.is_(None), incident.c.id.not_in(failed_here))
    else:
        explaining = failed_here.where(signal.c.task_id.in_(fact.still_failed))
        over = and_(or_(task.is_(None), task.not_in(fact.still_failed)), incident.c.id.not_in(explaining))
    live = connection.execute(_live_of_dag(cause).where(over)).all()
    return [replace(fact, cause=cause_of(row)) for row in live]


def _ended_tasks(connection: Connection, fact: Signal, cause: PipelineCause) -> list[Signal]:
    """Return the recovery of each task that ended well in a run that did not, where it has a live incident."""
    live = connection.execute(_live_of_dag(cause).where(incident.c.task_id.in_(fact.tasks))).all()
    return [replace(fact, cause=cause_of(row), tasks=(), title=f"Task {row.dag_id}.{row.task_id} succeeded") for row in live]


def _is_told(connection: Connection, fact: Signal) -> bool:
    """Return whether the end of a run, of which this messenger does not know the moment, was told before.

    A run that ended well since then may have failed anew. It did where this messenger told of the failure before, and nobody of one after.
    Where failures are only remembered, the latest end of the run says what is so now.
    """
    if fact.event is not Event.RUN_FAILED or fact.occurrence_id:
        return False
    origin = fact.origin
    same = select(signal.c.key, signal.c.at, signal.c.incident_id).where(
        signal.c.fingerprint == fact.cause.fingerprint, signal.c.event == fact.event.value, signal.c.run_id == origin.run_id
    )
    rows = connection.execute(same).all()
    told = {row.key: row.at for row in rows}
    if not told:
        return False
    latest, mine = max(told.values()), told.get(fact.key)
    well = [recovery.at for recovery in known_recoveries(connection, fact) if recovery.origin.run_id == origin.run_id]
    remembered = [row.at for row in rows if row.incident_id is None and row.key != fact.key]
    if remembered and all(row.incident_id is None or row.key == fact.key for row in rows):
        failed_at = max(remembered)
        return bool(well and max(well) >= failed_at) or (mine is not None and mine >= failed_at)
    return not well or latest > max(well) or mine is None or latest > mine


def _explained_by(connection: Connection, fact: Signal) -> list[Signal]:
    """Return the same fact addressed to the causes that explain it, if there are any."""
    cause, origin = fact.cause, fact.origin
    if not isinstance(cause, PipelineCause) or origin.run_id is None or fact.event not in _UNTIL_RUN_ENDS:
        return []
    if fact.event is Event.TASK_FAILED:
        causes: list[Cause] = [DataCause(namespace=n, name=d, suite=s) for n, d, s in broken_suites(connection, origin)]
        causes += _warned_about(connection, origin)
        causes += unknown_causes(connection, origin)
        if causes:
            return [replace(fact, cause=explaining) for explaining in sorted(causes, key=lambda cause: cause.fingerprint)]
    other = Event.RUN_FAILED if fact.event is Event.TASK_FAILED else Event.TASK_FAILED
    of_run = select(signal.c.incident_id).where(
        signal.c.dag_id == origin.dag_id, signal.c.run_id == origin.run_id, signal.c.event == other.value
    )
    rows = connection.execute(select(incident).where(incident.c.id.in_(of_run))).all()
    return [replace(fact, cause=cause_of(row)) for row in rows if row.status in LIVE_STATUSES or _explains_late(fact, row)]


def _explains_late(fact: Signal, row: Row[Any]) -> bool:
    """Return whether the end of a run is the one that an incident of its task, which is resolved, was about.

    A messenger that does not know when the run ended may call late. A task that failed stands for itself, since it may be failed although
    its run succeeded.
    """
    return fact.event is Event.RUN_FAILED and (not fact.occurrence_id or (row.resolved_at is not None and row.resolved_at >= fact.at))


def _warned_about(connection: Connection, origin: Origin) -> list[Cause]:
    """Return the causes that a task instance opened incidents for: warnings (``notify_on="warned"``), or a dataset that stayed stale."""
    warned = select(signal.c.incident_id).where(signal.c.event.in_((Event.CHECKS_WARNED.value, Event.STALE.value)))
    for name, value in origin_columns(origin).items():
        if value is not None:
            warned = warned.where(signal.c[name] == value)
    return [cause_of(row) for row in connection.execute(select(incident).where(incident.c.id.in_(warned))).all()]


def _apply(database: Database, connection: Connection, fact: Signal, *, known: bool) -> Change:
    fingerprint = fact.cause.fingerprint
    database.lock(connection, fingerprint)
    live = select(incident).where(incident.c.fingerprint == fingerprint, incident.c.status.in_(LIVE_STATUSES))
    row = connection.execute(live.with_for_update()).first()  # a person may be resolving it
    before = connection.execute(select(signal.c.incident_id, signal.c.at).where(signal.c.key == fact.key)).first()
    recoveries = known_recoveries(connection, fact) if fact.event.firing else []
    seen = before is not None and _is_same(fact, before.at, recoveries)
    if before is not None and seen and row is not None and before.incident_id != row.id:
        row = None  # it was counted with an earlier incident, and says nothing about this one
    decision = decide(fact, _live(connection, row), known=known or seen, recovered_at=recovered_at(fact, recoveries))
    if decision.action is Action.RESOLVE and row is not None and _other_part_of_run(connection, fact, row.id):
        severity, broken = Severity(row.severity), _broken_of(row)
        decision = Decision(action=Action.UPDATE, reason="another map index of this run is broken", severity=severity, broken=broken)
    older = [known.slice for known in recoveries] + [entry.slice for entry in _broken_of(row)]
    told = replace(fact, title=with_slice(fact, older)) if fact.event.firing else fact
    incident_id = _carry_out(connection, told, decision, row)
    if not seen:
        _keep_signal(connection, told, decision, incident_id)
    return Change(action=decision.action, reason=decision.reason, incident_id=incident_id)


def _is_same(fact: Signal, counted_at: datetime, recoveries: list[Recovery]) -> bool:
    """Return whether a signal whose key is known tells what was told: a run may end well, or fail, more than once."""
    return not is_anew(fact, counted_at, recoveries) if fact.event.firing else counted_at >= fact.at


def _keep_signal(connection: Connection, fact: Signal, decision: Decision, incident_id: int | None) -> None:
    """Keep a signal that is new, so that its next report counts nothing, and add it to the timeline of its incident."""
    if not fact.event.firing and fact.event is not Event.RUN_SUCCEEDED:
        remember_recovery(connection, fact)
    if not fact.event.firing and incident_id is None:
        return
    identity = {"key": fact.key, "fingerprint": fact.cause.fingerprint}
    values = {"event": fact.event.value, "at": fact.at, "incident_id": incident_id, **origin_columns(fact.origin)}
    if not insert_new(connection, signal, {**identity, **values}):
        connection.execute(update(signal).where(signal.c.key == fact.key).values(**values))
    if incident_id is not None:
        add_event(connection, incident_id, fact.at, kind=decision.action.value, fact=fact)


def _broken_of(row: Row[Any] | None) -> tuple[Broken, ...]:
    return msgspec.convert((None if row is None else row.broken) or [], tuple[Broken, ...])


def _live(connection: Connection, row: Row[Any] | None) -> Live | None:
    if row is None:
        return None
    return Live(
        severity=Severity(row.severity),
        routes=frozenset(row.routes),
        last_problem_at=row.last_problem_at,
        undelivered=undelivered_routes(connection, row.id),
        broken=_broken_of(row),
        parts=frozenset(row.parts or ()),
        event=Event(row.event),
    )


def _other_part_of_run(connection: Connection, fact: Signal, incident_id: int) -> bool:
    """Return whether another map index of the run that reports a recovery was last heard of with a problem."""
    told = select(signal.c.map_index, signal.c.event).where(signal.c.incident_id == incident_id, siblings_of(signal, fact.origin))
    last = {row.map_index: Event(row.event) for row in connection.execute(told.order_by(signal.c.at, signal.c.try_number))}
    return any(event.firing for event in last.values())


def _carry_out(connection: Connection, fact: Signal, decision: Decision, row: Row[Any] | None) -> int | None:
    """Write what was decided; the id of the incident it concerns."""
    if decision.action is Action.IGNORE:
        return None
    if decision.action is Action.OPEN or row is None:
        values = {**cause_columns(fact.cause), **_opening(fact, decision)}
        incident_id = connection.execute(incident.insert().values(**values).returning(incident.c.id)).scalar_one()
        enqueue(connection, incident_id, decision.tell, "opened")
        return int(incident_id)
    changes: dict[str, Any] = {}
    if decision.action is Action.RESOLVE:
        changes = {"status": "resolved", "resolved_at": fact.at}
    else:
        changes = {"severity": decision.severity.value, "routes": sorted({*row.routes, *decision.tell}), **_progress(decision)}
        if decision.renew or _explains_more(fact, row.explanation):
            changes["explanation"] = explanation_columns(fact) or row.explanation
        if decision.action is Action.REPEAT:
            changes["occurrences"] = incident.c.occurrences + 1
        if decision.action is Action.REPEAT or fact.event in (Event.STALE, Event.SLA_UNKNOWN):  # each look sees it anew
            changes["last_problem_at"] = max(row.last_problem_at, fact.at)
        if decision.renew:
            changes |= _renewal(fact)
    connection.execute(update(incident).where(incident.c.id == row.id).values(**changes))
    enqueue(connection, row.id, decision.update, "updated")
    enqueue(connection, row.id, decision.tell, "resolved" if decision.action is Action.RESOLVE else "opened")
    return int(row.id)


def explanation_columns(fact: Signal) -> dict[str, Any] | None:
    """Return why a signal was sent, as an incident keeps it; None where nothing is known."""
    why: dict[str, Any] = msgspec.to_builtins(fact.why)
    return {**why, "first_hand": bool(fact.explanation)} if fact.why else None


def _explains_more(fact: Signal, known: dict[str, Any] | None) -> bool:
    """Return whether another report of the same occurrence knows a reason where only its outcome was known, for example the exception."""
    return bool(fact.explanation) and not (known or {}).get("first_hand")


def _progress(decision: Decision) -> dict[str, Any]:
    """What is broken, and what was since the incident was opened, as columns."""
    return {"broken": msgspec.to_builtins(decision.broken), "parts": sorted(decision.parts)[:MOST_PARTS]}


def _renewal(fact: Signal) -> dict[str, Any]:
    """What the newest problem says; the origin stays that of the opening."""
    return {"title": fact.title, "event": fact.event.value, **slice_columns(fact.slice)}


def _opening(fact: Signal, decision: Decision) -> dict[str, Any]:
    return {
        "fingerprint": fact.cause.fingerprint,
        "kind": fact.cause.kind.value,
        **origin_columns(fact.origin),
        **({"dag_id": fact.cause.dag_id} if isinstance(fact.cause, PipelineCause) else {}),
        "event": fact.event.value,
        "status": "open",
        "severity": decision.severity.value,
        "title": fact.title,
        "explanation": explanation_columns(fact),
        "routes": sorted(set(decision.tell)),
        "occurrences": 1,
        "opened_at": fact.at,
        "last_problem_at": fact.at,
        **slice_columns(fact.slice),
        **_progress(decision),
    }


def cause_columns(cause: Cause) -> dict[str, Any]:
    """Return a cause as columns of an incident."""
    if isinstance(cause, DataCause):
        return {"namespace": cause.namespace, "name": cause.name, "suite": cause.suite, "promise": cause.promise.value}
    return {"dag_id": cause.dag_id, "task_id": cause.task_id or None, "deadline": cause.deadline or None}


def cause_of(row: Row[Any] | StoredIncident) -> Cause:
    """Return the cause that an incident was opened for."""
    if row.kind == "data":
        namespace, name, suite = row.namespace or "", row.name or "", row.suite or ""
        return DataCause(namespace=namespace, name=name, suite=suite, promise=Promise(row.promise or Promise.SUITE))
    return PipelineCause(dag_id=row.dag_id or "", task_id=row.task_id or "", deadline=row.deadline or "")


def add_event(connection: Connection, incident_id: int, at: datetime, *, kind: str, fact: Signal, actor: str | None = None) -> None:
    """Add an entry to the timeline of an incident."""
    values = {"incident_id": incident_id, "at": at, "kind": kind, "summary": fact.title, "detail": fact.detail, "actor": actor}
    connection.execute(incident_event.insert().values(**values, **origin_columns(fact.origin)))


def resolve_by_hand(connection: Connection, incident_id: int, *, actor: str, note: str, at: datetime) -> bool:
    """Resolve a live incident on behalf of a person; False where it is not live (any more)."""
    statement = (
        update(incident)
        .where(incident.c.id == incident_id, incident.c.status.in_(LIVE_STATUSES))
        .values(status="resolved", resolved_at=at)
        .returning(incident.c.routes, incident.c.fingerprint)
    )
    row = connection.execute(statement).first()
    if row is None:
        return False
    remember_resolution(connection, row.fingerprint, at)
    values = {"incident_id": incident_id, "at": at, "kind": "resolve", "summary": f"Resolved by {actor}", "detail": note, "actor": actor}
    connection.execute(incident_event.insert().values(**values))
    enqueue(connection, incident_id, tuple(row.routes), "resolved")
    return True
