"""Incidents, their timelines and their messages as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIncident:
    """An incident as the store holds it."""

    id: int
    fingerprint: str
    kind: Literal["data", "pipeline"]
    namespace: str | None
    name: str | None
    suite: str | None
    promise: Literal["suite", "sla", "deadline", "slo", "contract"] | None
    deadline: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    event: str
    status: Literal["open", "acknowledged", "resolved"]
    severity: Literal["low", "medium", "high", "critical"]
    title: str
    explanation: dict[str, Any] | None
    occurrences: int
    opened_at: datetime
    last_problem_at: datetime
    resolved_at: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    partition_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One entry in the timeline of an incident."""

    id: int
    incident_id: int
    at: datetime
    kind: str
    summary: str
    detail: str
    actor: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """One message about an incident to one route."""

    id: int
    incident_id: int
    route: str
    event: str
    status: Literal["pending", "sent", "dead", "moved"]
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStory:
    """An incident with its timeline and its messages, oldest first."""

    incident: StoredIncident
    events: tuple[StoredEvent, ...]
    messages: tuple[StoredMessage, ...]
