"""Answers about SLAs and monitors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel

from airflow_dre.api.schemas import Dataset


class SlaSummary(BaseModel):
    """A freshness SLA and its state."""

    name: str
    dataset: Dataset
    state: Literal["met", "missed", "unknown"]
    since: datetime
    reason: str
    evaluated_at: datetime
    newest: datetime | None
    max_age_seconds: float | None
    """Allowed age. ``null``: only its due moments count."""
    monitor: str | None
    """The Dag that evaluates it."""
    last_look: datetime
    """Moment of the latest evaluation, with or without a result. ``evaluated_at`` is the latest one with a result."""
    overdue: bool
    """True if its monitor should have evaluated it again by now. ``state`` is then ``unknown``."""


class MonitorSummary(BaseModel):
    """A Dag that evaluates SLAs and sends messages."""

    dag_id: str
    last_look: datetime
    seconds_since: float
    """Seconds since the last look."""
    due_at: datetime | None
    """Moment of the next look. ``null``: it has no schedule."""
    interval_seconds: float | None
    """Seconds between two looks."""
    overdue: bool
    """True if it should have looked by now: it is paused, or dead."""
    slas: int
    """Number of SLAs that it watches."""
    look_seconds: float | None
    """Seconds that its latest look took. ``null``: it has not looked yet."""
    problems: list[str]
    """Mistakes in the files of ``[dre] slas_folder``, each with file and line."""
    why_overdue: str | None
    """The likely reason why it does not look, such as a triggerer that is not running. ``null``: it is not overdue."""


StateName = Literal["met", "warned", "missed", "unknown", "not_watched"]


class SlaCall(BaseModel):
    """A callable that was, or is to be, called about an SLA."""

    kind: str
    """``warn``, ``miss``, ``repeat``, ``recover`` or ``unknown``."""
    callback: str
    status: Literal["pending", "done", "dead"]
    """``dead``: it raised until it was given up, or its SLA is no longer declared."""
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    """``null``: there is no further attempt."""
    ended_at: datetime | None
    error: str | None
    """The exception of the callable at the latest attempt."""


class Sla(SlaSummary):
    """An SLA as its own page shows it."""

    fingerprint: str
    promise: str | None
    """The promise in words. ``null``: an earlier version evaluated it last."""
    declared_at: datetime | None
    missed_since: datetime | None
    """The due moment that was missed first. ``null``: it is not missed."""
    full_state: StateName
    """State with ``warned`` and ``not_watched``, which ``state`` counts as met and as unknown."""
    next_due: datetime | None
    """Moment by which something new must come. ``null``: it is not known."""
    failing_calls: list[SlaCall]
    """Calls whose callable raised and has not returned since, latest first."""


class SlaList(BaseModel):
    """Every SLA that the user may read, missed ones first."""

    slas: list[Sla]


class SlaDetail(BaseModel):
    """One SLA with its latest calls, latest first."""

    sla: Sla
    calls: list[SlaCall]
    due: list[datetime]
    """The next due moments, at most ten."""


class SlaInterval(BaseModel):
    """A stretch of time in which an SLA was in one state."""

    state: StateName
    since: datetime
    until: datetime | None
    """``null``: it goes on."""
    due: datetime | None
    """The due moment that was missed, or was near."""
    incident_id: int | None


class Attainment(BaseModel):
    """The seconds that an SLA spent in each state during a week or month."""

    first_day: date
    met: float
    warned: float
    missed: float
    unknown: float
    not_watched: float
    share: float | None
    """Share of the known time for which the promise was kept, from 0 to 1. ``null``: nothing is known."""


class Gap(BaseModel):
    """A stretch in which a monitor should have looked and did not."""

    monitor: str
    since: datetime
    until: datetime


class SlaHistory(BaseModel):
    """The states of an SLA, oldest first, and its attainment."""

    begin: datetime
    end: datetime
    """The end of the request, or the latest look where that is earlier."""
    time_zone: str
    """Time zone of the weeks and months."""
    intervals: list[SlaInterval]
    weeks: list[Attainment]
    months: list[Attainment]
    gaps: list[Gap]
