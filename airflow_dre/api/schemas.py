"""What the API answers: the contract between the routes and the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

OutcomeName = Literal["passed", "warned", "failed", "errored", "skipped"]
StatusName = Literal["open", "acknowledged", "resolved"]
SeverityName = Literal["low", "medium", "high", "critical"]


class Origin(BaseModel):
    """The task instance that something comes from; a field is null where it does not apply."""

    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None


class Dataset(BaseModel):
    """A table by its OpenLineage name."""

    namespace: str
    name: str
    short_name: str


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
    """The kind of promise that is broken; null where the incident is about a Dag."""
    origin: Origin
    """Where the incident was opened."""
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    """The data interval of the newest problem; null where its run has none."""
    partition_key: str | None
    """The partition of the newest problem; null where its run has none."""
    opened_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    occurrences: int
    reasons: list[str]
    """Reasons of the first broken checks, or the text of the exception; at most five, masked and cut."""
    broken_checks: int | None
    """Number of broken checks; null where no checks ran."""
    checks: int | None
    """Number of checks that ran."""
    owner: str | None
    """Owners of the broken checks, with commas between them."""
    runbook_url: str | None
    """Runbook of the first broken check that has one; text of a Dag author, so make it a link only where it starts with http(s)://."""


class Reach(BaseModel):
    """Who has heard that an incident was opened."""

    state: Literal["nobody", "failed", "waiting", "told"]
    """``nobody``: no route was named; ``failed``: a route was given up; ``waiting``: a message is to be sent; ``told``: all have heard."""
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
    """Who was told, or why nobody was."""
    log_url: str | None
    """Log of the task instance that opened it; null where no task did."""
    results_url: str | None
    """Results of that task instance; null where no checks ran."""
    may_resolve: bool
    """Whether the user who asks may resolve it."""


class IncidentList(BaseModel):
    """One page of incidents, newest first."""

    incidents: list[IncidentSummary]
    total: int


class Range(BaseModel):
    """What a threshold lets pass, in the unit of the observed value; null = open end."""

    low: float | None
    high: float | None


class Segment(BaseModel):
    """The outcome for one value of the column that a check is judged by."""

    value: str | None
    """The value as text; null: the rows without a value."""
    outcome: OutcomeName
    reason: str
    observed: str | None
    violations: int | None
    rows: int | None


class FailingRow(BaseModel):
    """One row that breaks a check, masked."""

    values: list[str | None]
    """Its values as text, in the order of the columns; null: NULL."""
    reason: str


class FailingRows(BaseModel):
    """A few of the rows that break a check."""

    columns: list[str]
    rows: list[FailingRow]
    missing: str | None
    """Why there are none; null where there are, or were."""
    expires_at: datetime
    expired: bool
    """Whether the rows were dropped because their time is over."""


class Result(BaseModel):
    """One outcome of one check."""

    key: str
    has_sample: bool
    """Whether failing rows were asked for; they are given to those only who may edit the Dag and read its XComs."""
    check_id: str
    suite: str
    name: str
    kind: str
    columns: list[str]
    dimension: str
    severity: Literal["error", "warn"]
    description: str | None
    owner: str | None
    runbook: str | None
    tags: list[str]
    outcome: OutcomeName
    reason: str
    expected: str
    observed: str | None
    """The observed value as text, to read."""
    value: float | None
    """The observed value as a number, to draw; null where it is text."""
    unit: str
    violations: int | None
    rows: int | None
    warn: Range
    fail: Range
    row_filter: str | None
    statement: str | None
    by: str | None
    """The column that the check is judged by."""
    segments: list[Segment]
    """Its worst values, worst first."""
    engine: str
    measured_at: datetime
    seconds: float
    data_interval_start: datetime | None
    partition_key: str | None
    origin: Origin


class CheckHistory(BaseModel):
    """A check with its latest results, oldest first."""

    latest: Result
    history: list[Result]


class SuiteRun(BaseModel):
    """One run of a suite."""

    suite: str
    dataset: Dataset
    outcome: OutcomeName
    score: float | None
    counts: dict[str, int]
    measured_at: datetime
    seconds: float
    queries: int
    data_interval_start: datetime | None
    origin: Origin


class TableSummary(BaseModel):
    """A table on the overview."""

    dataset: Dataset
    outcome: OutcomeName
    """The worst outcome of the latest run of each of its suites."""
    score: float | None
    checks: dict[str, int]
    """Number of checks by outcome in those latest runs."""
    latest: SuiteRun
    trend: list[SuiteRun]
    """Up to thirty runs, oldest first."""
    live_incidents: list[IncidentSummary]


class SlaSummary(BaseModel):
    """A freshness SLA and where it stands."""

    name: str
    dataset: Dataset
    state: Literal["met", "missed", "unknown"]
    since: datetime
    reason: str
    evaluated_at: datetime
    newest: datetime | None
    max_age_seconds: float
    monitor: str | None
    """The Dag that looks at it."""
    last_look: datetime
    """When it was looked at last, whether or not the look told how old the data is; ``evaluated_at`` is the last look that did."""
    overdue: bool
    """Whether its monitor should have looked again by now; ``state`` is then ``unknown``, since nobody knows how fresh the data is."""


class MonitorSummary(BaseModel):
    """A Dag that looks at SLAs and sends messages."""

    dag_id: str
    last_look: datetime
    seconds_since: float
    """How long ago that was."""
    due_at: datetime | None
    """When it is to look again; null: it has no schedule."""
    interval_seconds: float | None
    """How long after a look the next is due."""
    overdue: bool
    """Whether it should have looked by now: it is paused, or dead."""
    slas: int
    """Number of SLAs that it watches."""


class Overview(BaseModel):
    """The first page."""

    tables: list[TableSummary]
    slas: list[SlaSummary]
    live_incidents: list[IncidentSummary]
    monitors: list[MonitorSummary]
    """The Dags that watch, those that are overdue first."""
    config_problems: list[str] = []
    """Options of ``[dre]`` that the API server cannot read, each with what is allowed; no secret is in it."""
    spool_waiting: int | None = None
    """Deliveries that wait in the spool of the API server's machine; null where it may not look."""
    put_aside: int = 0
    """Records that no results store takes, of the last 30 days: each waits in a file for a person to look at it."""


class TableDetail(BaseModel):
    """The page of one table."""

    dataset: Dataset
    outcome: OutcomeName
    score: float | None
    checks: list[CheckHistory]
    runs: list[SuiteRun]
    slas: list[SlaSummary]
    incidents: list[IncidentSummary]
    """Live ones first, then the latest resolved ones."""


class TaskResults(BaseModel):
    """What the checks of one task instance found."""

    runs: list[TaskSuiteRun]


class TaskSuiteRun(BaseModel):
    """One suite run with all its results, worst first."""

    run: SuiteRun
    results: list[Result]


class ResolveRequest(BaseModel):
    """Body of a request to resolve an incident by hand."""

    note: str = Field(default="", max_length=2000)
