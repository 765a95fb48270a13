"""Answers about suites, tables and their results."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from airflow_dre.api.incidents.schemas import IncidentSummary
from airflow_dre.api.schemas import Dataset, Origin, OutcomeName
from airflow_dre.api.slo.schemas import MonitorSummary, SlaSummary


class Range(BaseModel):
    """The range that a threshold lets pass, in the unit of the observed value. null is an open end."""

    low: float | None
    high: float | None


class Segment(BaseModel):
    """The outcome for one value of the column that a check is judged by."""

    value: str | None
    """The value as text. ``null``: the rows without a value."""
    outcome: OutcomeName
    reason: str
    observed: str | None
    violations: int | None
    rows: int | None


class FailingRow(BaseModel):
    """One row that breaks a check, masked."""

    values: list[str | None]
    """Its values as text, in the order of the columns. ``null`` is NULL."""
    reason: str


class FailingRows(BaseModel):
    """A few of the rows that break a check."""

    columns: list[str]
    rows: list[FailingRow]
    missing: str | None
    """Reason why no rows were kept. ``null`` where rows are or were kept."""
    expires_at: datetime
    expired: bool
    """True if the rows were dropped because their time is over."""


class Result(BaseModel):
    """One outcome of one check."""

    key: str
    has_sample: bool
    """True if failing rows were asked for. They are shown only to users who may edit the Dag and read its XComs."""
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
    """The observed value as a number, to draw. ``null`` where it is text."""
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


class Overview(BaseModel):
    """The first page."""

    tables: list[TableSummary]
    slas: list[SlaSummary]
    live_incidents: list[IncidentSummary]
    monitors: list[MonitorSummary]
    """The Dags that watch, those that are overdue first."""
    config_problems: list[str] = []
    """Options of ``[dre]`` that the API server cannot read, each with what is allowed. No secret is in it."""
    spool_waiting: int | None = None
    """Deliveries that wait in the spool of the API server's machine. ``null`` where it may not look."""
    put_aside: int = 0
    """Records that no results store takes, of the last 30 days: each waits in a file for a person to inspect it."""


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
    """Results of the checks of one task instance."""

    runs: list[TaskSuiteRun]


class TaskSuiteRun(BaseModel):
    """One suite run with all its results, worst first."""

    run: SuiteRun
    results: list[Result]
