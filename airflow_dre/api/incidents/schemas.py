"""Answers and requests about incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from airflow_dre.api.schemas import Dataset, Origin

StatusName = Literal["open", "acknowledged", "resolved"]
SeverityName = Literal["low", "medium", "high", "critical"]


class IncidentSummary(BaseModel):
    """An incident in a list."""

    id: int
    kind: Literal["data", "pipeline"]
    cause: str
    title: str
    status: StatusName
    severity: SeverityName
    dataset: Dataset | None
    suite: str | None
    """Name of the suite or SLA, where the incident is about data."""
    promise: Literal["suite", "sla", "deadline", "slo", "contract"] | None
    """The kind of promise that is broken. ``null`` where the incident is about a Dag."""
    origin: Origin
    """The try of a task instance that opened the incident."""
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    """The data interval of the newest problem. ``null`` where its run has none."""
    partition_key: str | None
    """The partition of the newest problem. ``null`` where its run has none."""
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    occurrences: int
    reasons: list[str]
    """Reasons of the first broken checks, or the text of the exception: at most five, masked and cut."""
    broken_checks: int | None
    """Number of broken checks. ``null`` where no checks ran."""
    checks: int | None
    """Number of checks that ran."""
    owner: str | None
    """Owners of the broken checks, with commas between them."""
    runbook_url: str | None
    """Runbook of the first broken check that has one. Text of a Dag author, so make it a link only where it starts with http(s)://."""


class Reach(BaseModel):
    """The notification of the receivers that an incident was opened."""

    state: Literal["no_route", "failed", "waiting", "notified"]
    """``no_route``: none was named. ``failed``: one was given up. ``waiting``: a message is to be sent. ``notified``: all were notified."""
    reason: str
    """Sentences for a person: which routes, why not, and what helps."""


class TimelineEntry(BaseModel):
    """One thing that happened to an incident."""

    at: datetime
    kind: str
    summary: str
    detail: str
    actor: str | None
    origin: Origin


class Notification(BaseModel):
    """One message about an incident and what became of it."""

    route: str
    event: str
    status: Literal["pending", "sent", "dead", "moved"]
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    last_error: str | None


class IncidentDetail(BaseModel):
    """An incident with its whole story, oldest entry first."""

    incident: IncidentSummary
    timeline: list[TimelineEntry]
    notifications: list[Notification]
    reach: Reach
    """The notification of its receivers."""
    log_url: str | None
    """Log of the task instance that opened it. ``null`` where no task did."""
    results_url: str | None
    """Results of that task instance. ``null`` where no checks ran."""
    may_resolve: bool
    """True for a live incident that the user may resolve."""


class IncidentList(BaseModel):
    """One page of incidents, newest first."""

    incidents: list[IncidentSummary]
    total: int


class ResolveRequest(BaseModel):
    """Body of a request to resolve an incident by hand."""

    note: str = Field(default="", max_length=2000)
