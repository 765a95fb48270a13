"""Reading incidents. Of one that several Dags report, a user sees only the reports of the Dags that the user may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true, union

from airflow_dre.store.incidents import LIVE_STATUSES
from airflow_dre.store.reading.runs import HISTORY
from airflow_dre.store.reading.scope import DagScope, incidents_in_scope
from airflow_dre.store.records.incidents import IncidentStory, StoredEvent, StoredIncident, StoredMessage
from airflow_dre.store.rows import as_record, as_records
from airflow_dre.store.tables import incident, incident_event, outbox, signal, sla
from airflow_dre.values.dataset import DatasetName

_ORIGIN = ("dag_id", "run_id", "task_id", "map_index", "try_number")


def page_of_incidents(
    connection: Connection, scope: DagScope, *, statuses: Sequence[str] = (), limit: int = 50, offset: int = 0
) -> tuple[list[StoredIncident], int]:
    """Return one page of incidents, newest first, and the number of all."""
    condition = and_(incidents_in_scope(scope), incident.c.status.in_(statuses) if statuses else true())
    total = connection.scalar(select(func.count()).select_from(incident).where(condition)) or 0
    order = (incident.c.opened_at.desc(), incident.c.id.desc())
    return _read(connection, scope, condition, order, limit=limit, offset=offset), total


def live_incidents(connection: Connection, scope: DagScope) -> list[StoredIncident]:
    """Return all live incidents, newest first."""
    condition = and_(incidents_in_scope(scope), incident.c.status.in_(LIVE_STATUSES))
    return _read(connection, scope, condition, (incident.c.opened_at.desc(),))


def incidents_of_dataset(connection: Connection, scope: DagScope, dataset: DatasetName) -> list[StoredIncident]:
    """Return the live incidents of a dataset, then the latest resolved ones."""
    condition = and_(incident.c.namespace == dataset.namespace, incident.c.name == dataset.name, incidents_in_scope(scope))
    live_first = or_(*[incident.c.status == status for status in LIVE_STATUSES]).desc()
    return _read(connection, scope, condition, (live_first, incident.c.opened_at.desc()), limit=HISTORY)


def _read(
    connection: Connection,
    scope: DagScope,
    condition: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
    *,
    limit: int | None = None,
    offset: int | None = None,
) -> list[StoredIncident]:
    page = select(incident).where(condition).order_by(*order).limit(limit).offset(offset)
    return as_seen(connection, as_records(connection.execute(page), StoredIncident), scope)


def incident_story(connection: Connection, incident_id: int) -> IncidentStory | None:
    """Return an incident with its timeline and its messages. None if it does not exist."""
    row = connection.execute(select(incident).where(incident.c.id == incident_id)).first()
    if row is None:
        return None
    events = connection.execute(select(incident_event).where(incident_event.c.incident_id == incident_id).order_by(incident_event.c.id))
    messages = connection.execute(select(outbox).where(outbox.c.incident_id == incident_id).order_by(outbox.c.id))
    return IncidentStory(
        incident=as_record(row, StoredIncident),
        events=tuple(as_records(events, StoredEvent)),
        messages=tuple(as_records(messages, StoredMessage)),
    )


def oldest_waiting_message(connection: Connection) -> datetime | None:
    """Return the earliest moment at which a waiting message was due. None if no message waits."""
    moment: datetime | None = connection.scalar(select(func.min(outbox.c.not_before)).where(outbox.c.status == "pending"))
    return moment


def known_dags(connection: Connection) -> set[str]:
    """Return the Dags of incidents and SLAs, including those that Airflow no longer knows."""
    ids = union(select(incident.c.dag_id), select(sla.c.dag_id))
    return {dag_id for dag_id in connection.scalars(ids) if dag_id is not None}


def reporters_of(connection: Connection, incident_ids: Sequence[int]) -> dict[int, set[str | None]]:
    """Return the Dags that opened or reported each incident. None means that no Dag did."""
    found: dict[int, set[str | None]] = {incident_id: set() for incident_id in incident_ids}
    opened = select(incident.c.id, incident.c.dag_id).where(incident.c.id.in_(incident_ids))
    reported = select(signal.c.incident_id, signal.c.dag_id).where(signal.c.incident_id.in_(incident_ids))
    for incident_id, dag_id in connection.execute(union(opened, reported)):
        found[incident_id].add(dag_id)
    return found


def as_seen(connection: Connection, incidents: Sequence[StoredIncident], scope: DagScope) -> list[StoredIncident]:
    """Return incidents with the newest report of a Dag that the user may read, where another Dag reports them too."""
    if scope.dag_ids is None:
        return list(incidents)
    reporters = reporters_of(connection, [found.id for found in incidents])
    shared = [found.id for found in incidents if not all(scope.admits(dag_id) for dag_id in reporters[found.id])]
    reports: dict[int, list[StoredEvent]] = defaultdict(list)
    problems = select(incident_event).where(incident_event.c.incident_id.in_(shared), incident_event.c.kind.in_(("open", "add")))
    for event in as_records(connection.execute(problems.order_by(incident_event.c.at, incident_event.c.id)), StoredEvent):
        reports[event.incident_id].append(event)
    return [_as_reported(found, reports[found.id], scope) if found.id in reports else found for found in incidents]


def _as_reported(found: StoredIncident, events: Sequence[StoredEvent], scope: DagScope) -> StoredIncident:
    """Return one incident with the title and the origin that a readable Dag reported."""
    readable = [event for event in events if scope.admits(event.dag_id)]
    changes: dict[str, Any] = {}
    newest = readable[-1] if readable else None
    if newest is not events[-1]:  # the title is another Dag's
        changes |= {"title": "" if newest is None else newest.summary, "explanation": None}
        changes |= dict.fromkeys(("data_interval_start", "data_interval_end", "partition_key"))
    if not scope.admits(found.dag_id):
        changes |= dict.fromkeys(_ORIGIN) if newest is None else {name: getattr(newest, name) for name in _ORIGIN}
    return replace(found, **changes)
