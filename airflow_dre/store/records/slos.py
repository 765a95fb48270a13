"""Objectives as the store holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

SloState = Literal["on_track", "burning", "spent", "no_data", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DagRunEnd:
    """The end of a run of a Dag."""

    dag_id: str
    run_id: str
    ended_at: datetime
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSlo:
    """An objective with its latest evaluation."""

    name: str
    dag_id: str
    definition: dict[str, Any]
    series: str | None
    """Key of the counts of its events. None for a composite, and for what is read from the history of an SLA."""
    declared_at: datetime
    in_file: bool
    """True if a file of ``[dre] slas_folder`` declares it, and not a Dag file."""
    fingerprint: str | None
    namespace: str | None
    dataset: str | None
    state: SloState
    reason: str
    evaluation: dict[str, Any] | None
    evaluated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAlert:
    """An alert that is due."""

    slo: str
    alert: str
    severity: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOverride:
    """A permission to go on although a budget is spent."""

    id: int
    slo: str
    reason: str
    actor: str
    created_at: datetime
    expires_at: datetime
