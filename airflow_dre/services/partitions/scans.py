"""Scans of partitions: one grouped query for every metric of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from airflow_dre.checks.judging import Unanswered
from airflow_dre.checks.metrics import GroupBy, Metric, PerSegment, RowCount
from airflow_dre.checks.segments import MOST
from airflow_dre.errors import QueryFailed
from airflow_dre.partitions.merging import StateSpec
from airflow_dre.partitions.sensitive import is_sensitive
from airflow_dre.partitions.values import Partition, as_partition
from airflow_dre.services.quality.answers import CountingEngine, answer_metrics
from airflow_dre.sql.plan import probe
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.values.numbers import as_count
from airflow_dre.values.scalars import Answer, Incomparable, Row
from airflow_dre.values.text_codec import read, spell

LONGEST = 500
"""Longest partition value, in characters."""


@dataclass(frozen=True, slots=True)
class PartitionScan:
    """The last known contents of one partition."""

    value: Partition
    rows: int
    answers: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    """Answers of this run, by the keys of state specs."""
    kept: Mapping[str, str] = field(default_factory=dict)
    """Answers of earlier runs as text, by the keys of state specs."""
    version: str | None = None
    mixed: bool = False
    """True if its answers are of different moments."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The partitions that were scanned, by the text that each is kept by."""

    scans: Mapping[str, PartitionScan] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    """Reasons of the database, by the keys of state specs that it did not answer."""
    statements: Mapping[str, str] = field(default_factory=dict)

    def then(self, later: ScanResult) -> ScanResult:
        """Return this result with the findings of a later scan."""
        scans = dict(self.scans)
        for text, scan in later.scans.items():
            before = scans.get(text)
            same = before is not None and before.rows == scan.rows
            scans[text] = replace(scan, answers={**before.answers, **scan.answers}, kept=before.kept) if before and same else scan
        return ScanResult(scans, {**self.refused, **later.refused}, {**later.statements, **self.statements})

    def with_empty(self, texts: Iterable[str], specs: Mapping[str, StateSpec]) -> ScanResult:
        """Return this result with partitions that a scan asked for and found without rows."""
        missing = [text for text in texts if text not in self.scans]
        return replace(self, scans={**self.scans, **{text: _no_rows(specs, as_partition(read(text))) for text in missing}})

    def with_versions(self, version_of: Callable[[str, PartitionScan], str | None]) -> ScanResult:
        """Return this result with the version of every partition."""
        return replace(self, scans={text: replace(scan, version=version_of(text, scan)) for text, scan in self.scans.items()})


def as_key(value: object) -> tuple[str, Partition]:
    """Return the text by which a partition is kept, and its value.

    :raises Incomparable: the value cannot name a partition.
    """
    known = as_partition(value)
    text = spell(known)
    if len(text) > LONGEST:
        raise Incomparable(f"{text[:40]}... is too long to name a partition: at most {LONGEST} characters")
    if is_sensitive(text):
        raise Incomparable("card numbers, IBANs, e-mail addresses and keys cannot name partitions, whose values are kept and shown")
    return text, known


def find_split_error(by: GroupBy, scope: Scope, engine: CountingEngine) -> str | None:
    """Return why rows cannot be split by a column or an expression, without reading a row."""
    try:
        engine.look_up(probe(replace(scope, only=PartitionFilter(by=by, values=(None,)))), 1)
    except QueryFailed as refused:
        return str(refused)
    return None


def scan_partitions(
    specs: Mapping[str, StateSpec], by: GroupBy, only: PartitionFilter | None, scope: Scope, engine: CountingEngine
) -> ScanResult:
    """Query the states of some partitions, or of all.

    :param specs: by their keys.
    :raises DefinitionError: SQL of the Dag author is invalid.
    :raises Incomparable: the rows cannot be split by such values.
    :raises WarehouseUnreachable: the warehouse does not answer.
    """
    rows = RowCount()
    parts = dict.fromkeys([rows, *(part for spec in specs.values() for part in spec.parts)])
    asked: dict[Metric, PerSegment] = {part: PerSegment(by=by, metric=part) for part in parts}
    found = answer_metrics(asked.values(), replace(scope, only=only), engine)
    tables = {part: _by_partition(found.values[metric]) for part, metric in asked.items()}
    counts = tables[rows]
    if isinstance(counts, Unanswered):
        return ScanResult(refused=dict.fromkeys(specs, counts.reason))
    if len(counts) > MOST:
        raise Incomparable(f"there are more than {MOST} partitions: partition by something coarser, such as a day or a month")
    refused: dict[str, str] = {}
    answers: dict[str, dict[str, tuple[Answer, ...]]] = {text: {} for text in counts}
    for key, spec in specs.items():
        listed = [tables[part] for part in spec.parts]
        given = [table for table in listed if not isinstance(table, Unanswered)]
        if len(given) < len(listed):
            refused[key] = next(table.reason for table in listed if isinstance(table, Unanswered))
            continue
        for text in counts:
            answers[text][key] = tuple(_answer(part, table.get(text)) for part, table in zip(spec.parts, given, strict=True))
    scans = {text: PartitionScan(value, as_count(_first(cells)), answers[text]) for text, (value, cells) in counts.items()}
    return ScanResult(scans, refused, {key: found.statements[asked[spec.parts[-1]]] for key, spec in specs.items()})


def _no_rows(specs: Mapping[str, StateSpec], value: Partition) -> PartitionScan:
    return PartitionScan(value, 0, {key: tuple(_answer(part, None) for part in spec.parts) for key, spec in specs.items()})


ByPartition = Mapping[str, tuple[Partition, list[Row]]]
"""The rows that answer one metric, by partition."""


def _by_partition(answers: Answer | Unanswered) -> ByPartition | Unanswered:
    if isinstance(answers, Unanswered):
        return answers
    listed: dict[str, tuple[Partition, list[Row]]] = {}
    for segment, *cells in answers if isinstance(answers, tuple) else ():
        text, value = as_key(segment)
        listed.setdefault(text, (value, []))[1].append(tuple(cells))
    return listed


def _first(rows: Sequence[Row]) -> int | None:
    return as_count(rows[0][0]) if rows else None


def _answer(part: Metric, found: tuple[Partition, list[Row]] | None) -> Answer:
    if part.lists_rows:
        return () if found is None else tuple(found[1])
    return None if found is None else found[1][0][0]
