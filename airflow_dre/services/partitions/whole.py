"""The answers about a whole table, merged from the states of its partitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from airflow_dre.checks.judging import Unanswered
from airflow_dre.checks.merge import Merge
from airflow_dre.checks.metrics import Metric, PerSegment
from airflow_dre.partitions.merging import StateSpec, answer_of, merged, state_of
from airflow_dre.partitions.sensitive import is_sensitive
from airflow_dre.partitions.states import Extreme, State
from airflow_dre.services.partitions.scans import PartitionScan, ScanResult
from airflow_dre.services.partitions.table import LOST, Findings, PartitionedTable
from airflow_dre.sql.dialect import Dialect
from airflow_dre.store.records import PartitionState
from airflow_dre.values.scalars import Answer, Incomparable, Row
from airflow_dre.values.text_codec import read_all, spell_all


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeTable:
    """The partitions of a table as they were scanned last."""

    partitions: Mapping[str, PartitionScan]
    result: ScanResult
    """The scans of this run."""
    refused: Mapping[str, str]
    """Reason why a state is unknown, by the key of its spec."""
    dialect: Dialect

    @classmethod
    def of(cls, table: PartitionedTable, findings: Findings, refused: Mapping[str, str]) -> WholeTable:
        """Return the partitions that earlier runs kept, updated with the findings of this one."""
        known = {text: scan for text, scan in table.known.items() if text not in findings.gone}
        return cls(
            partitions={**known, **findings.result.scans},
            result=findings.result,
            refused={**findings.result.refused, **refused},
            dialect=table.scope.dialect,
        )

    def counts(self) -> tuple[int, int]:
        """Return how many partitions with rows were scanned, and how many there are."""
        scanned = sum(scan.rows > 0 for scan in self.result.scans.values())
        return scanned, sum(scan.rows > 0 for scan in self.partitions.values())

    def answer(self, metric: Metric, spec: StateSpec) -> Answer | Unanswered:
        """Return the answer that a scan of the whole table would have given."""
        if spec.key in self.refused:
            return Unanswered(self.refused[spec.key])
        try:
            answers = self._answers(spec.key)
            if len(answers) < len(self.partitions):
                return Unanswered("it was not answered for every partition")
            states = {text: state_of(spec, given) for text, given in answers.items()}
            if isinstance(metric, PerSegment):
                return self._segments(metric, states)
            self._refuse_collations(spec, states.values())
            return answer_of(metric, merged(spec, states.values()))
        except Incomparable as unlike:
            return Unanswered(str(unlike))

    def _answers(self, key: str) -> dict[str, tuple[Answer, ...]]:
        """Return the answers of every partition, from this run or from an earlier one."""
        kept = {text: scan.kept[key] for text, scan in self.partitions.items() if key not in scan.answers and key in scan.kept}
        new = {text: scan.answers[key] for text, scan in self.partitions.items() if key in scan.answers}
        return {**new, **dict(zip(kept, read_all(list(kept.values())), strict=True))}

    def _segments(self, metric: PerSegment, states: Mapping[str, State]) -> Answer:
        rows: list[Row] = []
        for text, scan in self.partitions.items():
            found = answer_of(metric.metric, states[text])
            listed = found if metric.metric.lists_rows and isinstance(found, tuple) else ((found,),)
            rows += [(scan.value, *row) for row in listed if scan.rows]
        return tuple(rows)

    def _refuse_collations(self, spec: StateSpec, states: Iterable[State]) -> None:
        """Refuse to order texts where only the database knows their order."""
        if spec.merge not in (Merge.SMALLEST, Merge.LARGEST) or self.dialect.texts.orders_by_code_point:
            return
        if sum(isinstance(state, Extreme) and isinstance(state.value, str) for state in states) > 1:
            raise Incomparable(f"texts of several partitions cannot be compared: their order in {self.dialect.name} depends on a collation")


def states_to_keep(table: PartitionedTable, result: ScanResult) -> tuple[list[PartitionState], dict[str, str]]:
    """Return the states of a scan for later runs, and why others cannot be kept by the keys of their specs.

    A spec without an answer invalidates the states that earlier runs kept of it.
    """
    kept: list[PartitionState] = []
    unkept: dict[str, str] = {}
    for key, spec in table.specs.items():
        try:
            if key not in result.refused:
                kept += [_state(text, scan, spec) for text, scan in result.scans.items() if key in scan.answers]
        except Incomparable as unlike:
            unkept[key] = str(unlike)
        if key in result.refused or key in unkept:
            before = [text for text in result.scans if text in table.known and key in table.known[text].kept]
            kept += [PartitionState(text, key, "[]", LOST) for text in before]
    return kept, unkept


def _state(text: str, scan: PartitionScan, spec: StateSpec) -> PartitionState:
    """Return the state of one partition.

    A sensitive extreme is kept as lost, so that every run scans the partition.
    """
    spelled = spell_all(scan.answers[spec.key])
    if spec.merge in (Merge.SMALLEST, Merge.LARGEST) and is_sensitive(spelled):
        return PartitionState(text, spec.key, "[]", LOST)
    return PartitionState(text, spec.key, spelled, scan.rows, scan.version)
