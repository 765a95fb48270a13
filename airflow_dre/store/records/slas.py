"""SLAs as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSla:
    """The state of an SLA as the store holds it."""

    fingerprint: str
    namespace: str
    name: str
    sla: str
    dag_id: str | None
    task_id: str | None
    state: Literal["met", "missed", "unknown"]
    since: datetime
    reason: str
    newest: datetime | None
    max_age_seconds: float
    evaluated_at: datetime
    watched: str | None
    looked_at: datetime | None
    missed_since: datetime | None
    failed_looks: int

    @property
    def last_look(self) -> datetime:
        """The moment of the latest look, whatever it found."""
        return self.looked_at or self.evaluated_at
