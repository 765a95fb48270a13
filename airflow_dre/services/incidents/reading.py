"""Incidents as a user reads them: the list, and one with its story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from airflow_dre.incidents.reach import Delivered, Reach, explain_reach
from airflow_dre.services.access import DagScope, open_configured_store
from airflow_dre.services.incidents.links import log_url, results_url
from airflow_dre.services.wiring import read_wiring
from airflow_dre.store.incidents import LIVE_STATUSES
from airflow_dre.store.reading.incidents import as_seen, incident_story, page_of_incidents, reporters_of
from airflow_dre.store.records import StoredEvent as StoredEvent
from airflow_dre.store.records import StoredIncident as StoredIncident
from airflow_dre.store.records import StoredMessage as StoredMessage

STATUSES = {"live": LIVE_STATUSES, "resolved": ("resolved",), "all": ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """One incident with the events that a user may read."""

    incident: StoredIncident
    events: tuple[StoredEvent, ...]
    messages: tuple[StoredMessage, ...]
    reporters: frozenset[str | None]
    """The Dags that opened or reported it. None: something outside any Dag did."""
    reach: Reach
    log_url: str | None
    results_url: str | None
    is_live: bool


def list_incidents(
    scope: DagScope, *, status: Literal["live", "resolved", "all"], limit: int, offset: int
) -> tuple[list[StoredIncident], int]:
    """Return one page of incidents, newest first, and the number of all.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        return page_of_incidents(connection, scope, statuses=STATUSES[status], limit=limit, offset=offset)


def read_incident(incident_id: int, scope: DagScope) -> IncidentPage | None:
    """Return one incident, or None if it does not exist or may not be read.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    wiring = read_wiring()
    with wiring.open_store().database.read() as connection:
        story = incident_story(connection, incident_id)
        reporters = reporters_of(connection, [incident_id])[incident_id]
        if story is None or not any(scope.admits(dag_id) for dag_id in reporters):
            return None
        (seen,) = as_seen(connection, [story.incident], scope)
    settings = wiring.settings
    origin = {name: getattr(seen, name) for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")}
    sent = [Delivered(route=one.route, event=one.event, status=one.status, error=one.last_error) for one in story.messages]
    return IncidentPage(
        incident=seen,
        events=tuple(event for event in story.events if event.dag_id is None or scope.admits(event.dag_id)),
        messages=story.messages,
        reporters=frozenset(reporters),
        reach=explain_reach(sent, settings.routes),
        log_url=log_url(settings.base_url, origin),
        results_url=None if seen.suite is None else results_url(settings.base_url, origin),
        is_live=seen.status in LIVE_STATUSES,
    )
