"""A table that is scanned by partitions, and the scans of a run that leave earlier findings as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from airflow_dre.checks.metrics import GroupBy
from airflow_dre.partitions.merging import StateSpec
from airflow_dre.partitions.values import Partition, as_partition, calendar_like
from airflow_dre.services.partitions.scans import PartitionScan, ScanResult, scan_partitions
from airflow_dre.services.quality.answers import CountingEngine
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.store.records import PartitionState
from airflow_dre.values.text_codec import read

LOST = -1
"""Row count of a state that is no longer valid: the last scan could not read it again, or it must not be kept."""


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """A table, the states that its checks need, and the partitions that earlier runs kept."""

    specs: Mapping[str, StateSpec]
    """By their keys."""
    by: GroupBy
    scope: Scope
    engine: CountingEngine
    known: Mapping[str, PartitionScan]

    def scan(self, only: PartitionFilter | None, specs: Mapping[str, StateSpec] | None = None) -> ScanResult:
        """Return a scan of some partitions, or of all."""
        return scan_partitions(self.specs if specs is None else specs, self.by, only, self.scope, self.engine)

    def only(self, texts: Iterable[str], scans: Mapping[str, PartitionScan]) -> PartitionFilter:
        """Return a filter for partitions by the texts that they are kept by."""
        return PartitionFilter(by=self.by, values=tuple(scans[text].value for text in texts))

    def unanswered(self, result: ScanResult) -> bool:
        """Return whether a scan answered nothing at all."""
        return not result.scans and len(result.refused) == len(self.specs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The partitions that a run scanned, those that no longer exist, and why nothing can be judged by them."""

    result: ScanResult = field(default_factory=ScanResult)
    gone: frozenset[str] = frozenset()
    reason: str | None = None


def recall(states: Iterable[PartitionState]) -> dict[str, PartitionScan]:
    """Return the partitions that earlier runs kept, by the text that each is kept by."""
    first: dict[str, PartitionState] = {}
    kept: dict[str, dict[str, str]] = {}
    mixed: set[str] = set()
    for state in states:
        one = first.setdefault(state.partition, state)
        answers = kept.setdefault(state.partition, {})
        if state.rows == LOST or (one.rows, one.version) != (state.rows, state.version):
            mixed.add(state.partition)
        if state.rows != LOST:
            answers[state.form] = state.answers
    return {
        text: PartitionScan(as_partition(read(text)), one.rows, kept=kept[text], version=one.version, mixed=text in mixed)
        for text, one in first.items()
    }


def example(scans: Mapping[str, PartitionScan]) -> Partition:
    """Return the value of one partition, a moment where there is one: other values may be placeholders."""
    values = [scan.value for scan in scans.values() if scan.value is not None]
    return next((value for value in values if calendar_like(value) is not None), next(iter(values), None))


def scan_all(table: PartitionedTable) -> Findings:
    """Return a scan of every partition."""
    result = table.scan(None)
    return Findings(result=result, gone=frozenset() if table.unanswered(result) else frozenset(table.known.keys() - result.scans.keys()))


def scan_missing(table: PartitionedTable, findings: Findings) -> Findings:
    """Return the findings of a run with the metrics that earlier runs did not query.

    Partitions that changed since are scanned again.
    """
    left = {text: scan for text, scan in table.known.items() if text not in findings.result.scans and text not in findings.gone}
    wanted = {key: spec for key, spec in table.specs.items() if key not in findings.result.refused}
    texts = [text for text, scan in left.items() if scan.mixed or not wanted.keys() <= scan.kept.keys()]
    if not texts:
        return findings
    whole = any(left[text].mixed for text in texts)
    lacking = {key: spec for key, spec in wanted.items() if any(key not in left[text].kept for text in texts)}
    found = table.scan(None if len(texts) == len(table.known) else table.only(texts, left), wanted if whole else lacking)
    result = findings.result.then(found)
    if not found.scans and found.refused:
        return replace(findings, result=result)
    result = result.with_empty(texts, table.specs)
    unchanged: dict[str, PartitionScan] = {}
    changed: list[str] = []
    for text, scan in found.scans.items():
        before = left.get(text) or findings.result.scans.get(text)
        if before is not None and before.rows == scan.rows and not before.mixed:
            unchanged[text] = replace(before, answers={**before.answers, **scan.answers})
        elif not whole:
            changed.append(text)
    result = replace(result, scans={**result.scans, **unchanged})
    if changed:
        result = result.then(table.scan(table.only(changed, found.scans), wanted))
    return replace(findings, result=result)
