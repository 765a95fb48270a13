"""Incidents as answers of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_dre.api.incidents import schemas
from airflow_dre.api.presenters import present_dataset, present_origin
from airflow_dre.values.dataset import DatasetName

if TYPE_CHECKING:
    from airflow_dre.services.incidents.reading import IncidentPage, StoredEvent, StoredIncident, StoredMessage


def present_incident(row: StoredIncident) -> schemas.IncidentSummary:
    """Return an incident in a list."""
    why = row.explanation or {}
    return schemas.IncidentSummary(
        reasons=why.get("reasons") or [],
        broken_checks=why.get("broken"),
        checks=why.get("checks"),
        owner=why.get("owner"),
        runbook_url=why.get("runbook_url"),
        id=row.id,
        kind=row.kind,
        cause=row.event,
        title=row.title,
        status=row.status,
        severity=row.severity,
        dataset=None if row.namespace is None or row.name is None else present_dataset(DatasetName(row.namespace, row.name)),
        suite=row.suite,
        promise=row.promise,
        origin=present_origin(row),
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        partition_key=row.partition_key,
        opened_at=row.opened_at,
        last_seen_at=row.last_problem_at,
        resolved_at=row.resolved_at,
        occurrences=row.occurrences,
    )


def present_timeline_entry(row: StoredEvent) -> schemas.TimelineEntry:
    """Return one thing that happened to an incident."""
    return schemas.TimelineEntry(
        at=row.at, kind=row.kind, summary=row.summary, detail=row.detail, actor=row.actor, origin=present_origin(row)
    )


def present_notification(row: StoredMessage) -> schemas.Notification:
    """Return one message."""
    return schemas.Notification(
        route=row.route,
        event=row.event,
        status=row.status,
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
    )


def present_incident_page(page: IncidentPage, *, may_resolve: bool) -> schemas.IncidentDetail:
    """Return one incident with its story.

    :param may_resolve: whether the user has the right to resolve it, if it is live.
    """
    return schemas.IncidentDetail(
        reach=schemas.Reach(state=page.reach.state.value, reason=page.reach.reason),
        log_url=page.log_url,
        results_url=page.results_url,
        incident=present_incident(page.incident),
        timeline=[present_timeline_entry(event) for event in page.events],
        notifications=[present_notification(message) for message in page.messages],
        may_resolve=page.is_live and may_resolve,
    )
