"""Suite runs and results: as they are written, as they wait in the spool, and as they are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from airflow_dre.checks.outcomes import Outcome, Range, Segment
from airflow_dre.incidents.signals import Origin
from airflow_dre.values.digest import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A check as it was declared when it ran."""

    name: str
    kind: str
    columns: tuple[str, ...]
    dimension: str
    severity: str
    where: str | None = None
    by: str | None = None
    description: str | None = None
    owner: str | None = None
    runbook: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A few of the rows that break a check, masked, or the reason why they are missing."""

    expires_at: datetime
    """From then on they are not shown."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    """Values as text. None: NULL."""
    reason: str = ""
    """Reason why each of them breaks the check."""
    missing: str | None = None
    """Reason why there are no rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRecord:
    """One outcome of one check."""

    check_id: str
    definition: Definition
    outcome: Outcome
    reason: str
    expected: str
    observed: str | None
    value: float | None
    unit: str
    violations: int | None
    rows: int | None
    warn: Range
    fail: Range
    statement: str | None
    segments: tuple[Segment, ...] = ()
    """The worst segments, where the check is judged by a column."""
    sample: Sample | None = None
    """Failing rows, where they were asked for and the check failed or warned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRunRecord:
    """One run of a suite against one dataset, with its origin."""

    namespace: str
    name: str
    suite: str
    origin: Origin
    engine: str
    outcome: Outcome
    score: float | None
    queries: int
    """Statements that read rows."""
    measured_at: datetime
    seconds: float
    row_filter: str | None = None
    dag_version: str | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    partition_key: str | None = None
    lookups: int = 0
    """Statements that read only the catalogue. They are logged and not kept."""
    partitions: tuple[int, int] | None = None
    """Partitions that were scanned, and all that were judged, where the others' states are kept. They are logged and not kept."""
    results: tuple[ResultRecord, ...] = field(default=())

    @property
    def key(self) -> str:
        """Equal for every delivery of the same measurement: dataset, suite and the try of the task instance that measured.

        A run outside Airflow has no origin, so its moment is used.
        """
        origin = self.origin
        moment = self.measured_at.isoformat() if origin.run_id is None else None
        parts = (self.namespace, self.name, self.suite, origin.dag_id, origin.run_id, origin.task_id, origin.map_index)
        return digest(*parts, origin.try_number, moment)

    @property
    def counts(self) -> dict[str, int]:
        """Number of checks by outcome."""
        outcomes = [result.outcome for result in self.results]
        return {outcome.value: outcomes.count(outcome) for outcome in Outcome}


class StoredRun(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A suite run as the store holds it, without its results."""

    key: str
    namespace: str
    name: str
    suite: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    partition_key: str | None
    row_filter: str | None
    engine: str
    outcome: Outcome
    score: float | None
    counts: dict[str, int]
    """Number of checks by outcome."""
    queries: int
    measured_at: datetime
    seconds: float


class LatestRun(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The latest run of a suite, as an overview shows it."""

    namespace: str
    name: str
    suite: str
    dag_id: str | None
    run_key: str
    measured_at: datetime
    outcome: Outcome
    score: float | None
    counts: dict[str, int]
    """Number of checks by outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleNote:
    """The facts about a sample that its result keeps: everything except the rows."""

    columns: tuple[str, ...]
    rows: int
    missing: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """A result as the store holds it, with the facts about its run."""

    key: str
    run_key: str
    position: int
    check_id: str
    definition: Definition
    outcome: Outcome
    reason: str
    expected: str
    observed: str | None
    value: float | None
    unit: str
    violations: int | None
    rows: int | None
    warn_low: float | None
    warn_high: float | None
    fail_low: float | None
    fail_high: float | None
    statement: str | None
    segments: tuple[Segment, ...] | None
    sample: SampleNote | None
    suite: str
    row_filter: str | None
    engine: str
    measured_at: datetime
    seconds: float
    data_interval_start: datetime | None
    partition_key: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledResult:
    """A result with the facts about its sample and the Dag that may see it."""

    key: str
    check_id: str
    definition: Definition
    sample: SampleNote | None
    dag_id: str | None
