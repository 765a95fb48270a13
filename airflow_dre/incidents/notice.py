"""Notices about incidents, as channels receive them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from airflow_dre.incidents.explanation import Explanation
from airflow_dre.incidents.identity import CauseKind
from airflow_dre.incidents.signals import Event, Severity


class News(StrEnum):
    """Reason of a notice."""

    OPENED = "opened"
    UPDATED = "updated"
    """Another check is broken, a warning became a failure, or the severity rose."""
    RESOLVED = "resolved"


class IncidentState(msgspec.Struct, frozen=True, kw_only=True):
    """State of an incident when a notice about it was queued. The outbox holds it as JSON under these names."""

    fingerprint: str
    """Fingerprint of the cause. See :attr:`Notice.fingerprint` for the one that receivers know."""
    kind: CauseKind
    event: Event
    """Event of the newest problem."""
    title: str
    """One line for a person."""
    severity: Severity
    occurrences: int
    opened_at: datetime
    resolved_at: datetime | None = None
    status: str = "open"
    """``open``, ``acknowledged`` or ``resolved``."""
    explanation: Explanation | None = None
    """Reasons, numbers of checks, owner and runbook."""
    installation: str | None = None
    """Id of the results store. None in messages about incidents of an earlier version."""
    namespace: str | None = None
    name: str | None = None
    suite: str | None = None
    promise: str | None = None
    """``suite`` or ``sla``. None: a suite, or no data."""
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    try_number: int | None = None
    deadline: str | None = None

    @property
    def dataset(self) -> str | None:
        """The dataset as namespace and name, or None for an incident of a pipeline."""
        return None if self.namespace is None else f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses of pages about an incident."""

    incident: str = ""
    log: str | None = None
    """Log of the task instance."""
    results: str | None = None
    """Results of the checks of the task instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message about an incident to one route. It may be delivered twice, and in order for each incident."""

    news: News
    incident_id: int
    route: str
    """Name of the route that is notified."""
    incident: IncidentState
    links: Links = field(default_factory=Links)

    @property
    def dedup_key(self) -> str:
        """Key of the incident: the same from its opening to its resolution, and different in every other installation."""
        installation = self.incident.installation
        return f"airflow-dre/{installation}/incident/{self.incident_id}" if installation else f"airflow-dre/incident/{self.incident_id}"

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits of the cause: the same for each of its incidents, and different in every other installation."""
        installation, fingerprint = self.incident.installation, self.incident.fingerprint
        if installation is not None:
            fingerprint = hashlib.sha256(f"{installation}/{fingerprint}".encode()).hexdigest()
        return fingerprint[:16]


def write_state(state: IncidentState) -> dict[str, Any]:
    """Return the state of an incident as the outbox holds it: moments with their offset, as Python writes them."""
    written = msgspec.to_builtins(state, builtin_types=(datetime,))
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in written.items()}


def read_state(message: Mapping[str, Any]) -> IncidentState | None:
    """Return the state of an incident out of the outbox, or None where a version that is not known here wrote it."""
    try:
        return msgspec.convert(message, IncidentState)
    except msgspec.ValidationError:
        return None
