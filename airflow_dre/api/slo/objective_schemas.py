"""Answers about objectives."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from airflow_dre.api.requests import Name
from airflow_dre.api.schemas import Dataset

StateName = Literal["spent", "burning", "unknown", "on_track", "no_data"]


class SloAlert(BaseModel):
    """An alert that is due."""

    name: str
    severity: str
    since: datetime


class SloBurn(BaseModel):
    """The rates of an alert in its two windows, sized for events that are rare."""

    name: str
    severity: str
    long_seconds: float
    short_seconds: float
    long: float | None
    short: float | None
    factor: float
    """The rate above which the alert is due."""
    enough: bool
    """True if the long window holds enough events for a rate to mean something."""
    due: bool


class SloOverride(BaseModel):
    """A permission to go on although the budget is spent."""

    reason: str
    actor: str
    expires_at: datetime


class SloSummary(BaseModel):
    """An objective at the moment of the request."""

    name: str
    monitor: str
    """The Dag that declares it."""
    description: str | None
    owner: str | None
    runbook: str | None
    dataset: Dataset | None
    """The dataset of its incidents. ``null`` before its events were found."""
    indicator: str
    target: float | None
    """``null`` for the worst of other objectives."""
    window: str
    state: StateName
    reason: str
    attained: float | None
    left: float | None
    """Share of the budget that is left. Negative where more is spent than there was."""
    good: float | None
    events: int | None
    rate: float | None
    """The burn rate of late."""
    spent_in_seconds: float | None
    """Seconds until the budget is spent at this rate. ``null``: it lasts."""
    start: datetime | None
    end: datetime | None
    since: datetime | None
    """Beginning of the history."""
    covered: bool
    """True if the history is as long as the window."""
    evaluated_at: datetime | None
    """Latest evaluation by the monitor."""
    burns: list[SloBurn]
    alerts: list[SloAlert]
    override: SloOverride | None


class SloList(BaseModel):
    """Objectives, with the least budget first, and their number by state."""

    slos: list[SloSummary]
    counts: dict[str, int]


class SloPoint(BaseModel):
    """The budget at an earlier moment."""

    at: datetime
    attained: float | None
    left: float
    rate: float | None


class SloDetail(BaseModel):
    """One objective with the history of its budget over a window."""

    slo: SloSummary
    history: list[SloPoint]
    may_override: bool


class OverrideRequest(BaseModel):
    """A wish to go on although the budget is spent."""

    reason: Name = ""
    hours: float = Field(default=4, gt=0, le=720, allow_inf_nan=False)
