"""SLAs as they are read and written: their state, declarations, history and calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

State = Literal["met", "warned", "missed", "unknown", "not_watched"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSla:
    """The state of an SLA as the store holds it."""

    fingerprint: str
    namespace: str
    name: str
    sla: str
    dag_id: str | None
    task_id: str | None
    state: State
    since: datetime
    reason: str
    newest: datetime | None
    max_age_seconds: float | None
    """The allowed age. None where the promise has due moments alone."""
    evaluated_at: datetime
    watched: str | None
    looked_at: datetime | None
    missed_since: datetime | None
    failed_looks: int
    declared_at: datetime | None = None
    promise: str | None = None
    """The promise in words. None in a row of an earlier version."""

    @property
    def last_look(self) -> datetime:
        """The moment of the latest look that changed the row, whatever it found."""
        return self.looked_at or self.evaluated_at


class SlaMemory(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The memory of an SLA between two looks."""

    fingerprint: str
    namespace: str
    name: str
    sla: str
    watched: str | None
    dag_id: str | None
    revision: int
    memory: str | None
    """The memory as JSON. None in a row of an earlier version, whose other columns then hold what it knew."""
    state: State
    since: datetime
    newest: datetime | None
    evaluated_at: datetime
    met_at: datetime | None
    missed_since: datetime | None
    called_back: int
    failed_looks: int
    told_unknown: int
    declared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSlaState:
    """The state of an SLA after a look, to be kept."""

    fingerprint: str
    namespace: str
    name: str
    sla: str
    dag_id: str
    task_id: str | None
    watched: str
    promise: str
    max_age_seconds: float | None
    state: State
    since: datetime
    reason: str
    newest: datetime | None
    looked_at: datetime
    evaluated_at: datetime
    """Moment of the latest look with a result."""
    met_at: datetime | None
    missed_since: datetime | None
    failed_looks: int
    told_unknown: int
    called_back: int
    declared_at: datetime
    memory: str
    revision: int
    """The revision of the memory that the look began with. 0: there was none."""


class StoredInterval(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A stretch of time in which an SLA was in one state."""

    state: State
    since: datetime
    until: datetime | None
    """None: it goes on."""
    due: datetime | None = None
    """The due moment that was missed, or is about to be."""
    incident_id: int | None = None


class StoredDeclaration(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An SLA as data."""

    sla: str
    digest: str
    declared: dict[str, Any]
    source: str | None
    """File and line, where a file declares it. None: a Dag file."""
    declared_at: datetime


class NewCall(msgspec.Struct, frozen=True, kw_only=True):
    """A callable that is to be called about an SLA."""

    key: str
    """The same for every look that finds the same."""
    fingerprint: str
    dag_id: str
    sla: str
    kind: str
    callback: str
    """Name of the callable, for people."""
    place: int
    """Its place among the callbacks of its kind."""
    details: dict[str, Any]
    created_at: datetime


class StoredCall(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A call about an SLA, and its outcome."""

    id: int
    fingerprint: str
    dag_id: str
    sla: str
    kind: str
    callback: str
    place: int
    details: dict[str, Any]
    status: Literal["pending", "done", "dead"]
    attempts: int
    created_at: datetime
    not_before: datetime
    ended_at: datetime | None
    error: str | None


class StoredGap(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A stretch in which a monitor should have looked and did not."""

    dag_id: str
    since: datetime
    until: datetime


class MonitorCost(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The cost of one Dag run of a monitor."""

    dag_id: str
    run_id: str
    began_at: datetime
    ended_at: datetime | None
    worker_seconds: float
    """Seconds for which it held a worker slot."""
    wakes: int
    """Number of times that a worker took it up, the first included."""
    looks: int
    look_seconds: float
    """Seconds that its looks took in the triggerer."""
