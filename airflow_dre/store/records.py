"""What the store keeps and gives back, as frozen values that also travel through the spool as JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from airflow_dre.checks.outcomes import Outcome, Range, Segment
from airflow_dre.incidents.signals import Origin, Signal


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
    """A few of the rows that break a check, masked, or why there are none."""

    expires_at: datetime
    """From then on nobody gets to see them."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    """Values as text; None: NULL."""
    reason: str = ""
    """Why each of them breaks the check."""
    missing: str | None = None
    """Why there are no rows."""


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
    """One run of a suite against one dataset, with everything that says where it comes from."""

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
    """Statements that read only the catalogue; said in the log, not kept."""
    partitions: tuple[int, int] | None = None
    """Partitions that were scanned, and all that were judged, where the others' states are kept; said in the log, not kept."""
    results: tuple[ResultRecord, ...] = field(default=())

    @property
    def key(self) -> str:
        """Equal for every delivery of the same measurement: dataset, suite and the try of the task instance that measured.

        A run outside Airflow has no origin; its moment stands in.
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


@dataclass(frozen=True, slots=True)
class PartitionState:
    """What one partition contributes to one number about its table."""

    partition: str
    """Its value as JSON."""
    form: str
    """Digest of what was asked, by which all suites of the dataset share it."""
    answers: str
    """What the database answered, as JSON."""
    rows: int
    """Rows of the partition when it was looked at: states of one partition that differ in it are of different moments."""
    version: str | None = None
    """The version of the partition before it was looked at, where one is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionStates:
    """What one look at some partitions of a table found, kept as one."""

    split: str
    """Digest of dataset, row filter and partition expression."""
    namespace: str
    name: str
    measured_at: datetime
    """When the look began: an earlier one never replaces a later one."""
    run_id: str | None = None
    states: tuple[PartitionState, ...] = ()
    gone: tuple[str, ...] = ()
    """Partitions that are no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one use case hands to the store: a suite run, a signal, a suite run with the signal it gives, or states of partitions."""

    run: SuiteRunRecord | None = None
    signals: tuple[Signal, ...] = ()
    partitions: PartitionStates | None = None

    @property
    def parts(self) -> tuple[Delivery, ...]:
        """The delivery as several, each of which says one thing."""
        run = () if self.run is None else (Delivery(run=self.run),)
        states = () if self.partitions is None else (Delivery(partitions=self.partitions),)
        return (*run, *states, *(Delivery(signals=(fact,)) for fact in self.signals))


def digest(*parts: object) -> str:
    """Return the SHA-256 in hex over parts that are told apart by a byte no text holds; half a surrogate pair is a part like any other."""
    told = (("" if part is None else str(part)).encode(errors="surrogatepass") + b"\xff" for part in parts)
    return hashlib.sha256(b"".join(told)).hexdigest()
