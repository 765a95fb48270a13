"""Answers about SLAs and monitors."""

from __future__ import annotations

from datetime import datetime
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
