"""Looking at partitions: one grouped scan for all that is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from airflow_dre.checks.judging import Unanswered
from airflow_dre.checks.metrics import LISTS, Metric, PerSegment, RowCount, Split
from airflow_dre.checks.segments import MOST
from airflow_dre.errors import QueryFailed
from airflow_dre.partitions.merging import StateSpec
from airflow_dre.partitions.sensitive import is_sensitive
from airflow_dre.partitions.values import Partition, as_partition
from airflow_dre.services.quality.answers import AnswerSet, Engine, answer_metrics
from airflow_dre.sql.plan import probe
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.values.numbers import as_count
from airflow_dre.values.scalars import Answer, Incomparable, Row
from airflow_dre.values.text_codec import spell

LONGEST = 500
"""Characters of a partition's value."""


@dataclass(slots=True)
class PartitionScan:
    """What is known of one partition."""

    value: Partition
    rows: int
    answers: dict[str, tuple[Answer, ...]] = field(default_factory=dict)
    """What was answered, by the keys of forms."""
    kept: dict[str, str] = field(default_factory=dict)
    """What earlier runs kept of answers, as text, by the keys of forms."""
    version: str | None = None
    mixed: bool = False
    """Its answers are of different moments."""


@dataclass(slots=True)
class ScanResult:
    """What was looked at in this run."""

    looks: dict[str, PartitionScan] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)

    def add(self, more: ScanResult) -> None:
        """Take over what a further scan found."""
        for text, look in more.looks.items():
            before = self.looks.get(text)
            if before is not None and before.rows == look.rows:
                look.answers, look.kept = {**before.answers, **look.answers}, before.kept
            self.looks[text] = look
        self.refused |= more.refused
        self.statements = {**more.statements, **self.statements}


def as_key(value: object) -> tuple[str, Partition]:
    """Return a partition's value as the text that it is kept by, and the value.

    :raises Incomparable: no partition can be named by it.
    """
    known = as_partition(value)
    text = spell(known)
    if len(text) > LONGEST:
        raise Incomparable(f"{text[:40]}... is too long to name a partition: at most {LONGEST} characters")
    if is_sensitive(text):
        raise Incomparable("card numbers, IBANs, e-mail addresses and keys name no partition: the values that do are kept and shown")
    return text, known


def why_unreadable(by: Split, scope: Scope, engine: Engine) -> str | None:
    """Why rows cannot be split by a column or an expression; reads no row."""
    try:
        engine.fetch_rows(probe(replace(scope, only=PartitionFilter(by=by, values=(None,)))), 1)
    except QueryFailed as refused:
        return str(refused)
    return None


def scan_partitions(
    forms: Mapping[str, StateSpec], by: Split, only: PartitionFilter | None, scope: Scope, engine: Engine, answered: AnswerSet
) -> ScanResult:
    """Ask for ``forms`` of some partitions, or of all.

    :param forms: by their keys.
    :param answered: counts the look-ups.
    :raises DefinitionError: SQL that a Dag author wrote is not what it must be.
    :raises Incomparable: the rows cannot be split by such values.
    :raises WarehouseUnreachable: nobody answers.
    """
    rows = RowCount()
    parts = dict.fromkeys([rows, *(part for form in forms.values() for part in form.parts)])
    asked: dict[Metric, PerSegment] = {part: PerSegment(by=by, metric=part) for part in parts}
    found = AnswerSet()
    answer_metrics(asked.values(), replace(scope, only=only), engine, found)
    answered.lookups += found.lookups
    tables = {part: _by_partition(found.values[metric]) for part, metric in asked.items()}
    counts = tables[rows]
    if isinstance(counts, Unanswered):
        return ScanResult(refused=dict.fromkeys(forms, counts.reason))
    if len(counts) > MOST:
        raise Incomparable(f"there are more than {MOST} partitions: partition by something coarser, such as a day or a month")
    seen = ScanResult(looks={text: PartitionScan(value, as_count(_first(listed))) for text, (value, listed) in counts.items()})
    for key, form in forms.items():
        answers = [tables[part] for part in form.parts]
        given = [table for table in answers if not isinstance(table, Unanswered)]
        seen.statements[key] = found.statements[asked[form.parts[-1]]]
        if len(given) < len(answers):
            seen.refused[key] = next(table.reason for table in answers if isinstance(table, Unanswered))
            continue
        for text, look in seen.looks.items():
            look.answers[key] = tuple(_answer(part, table.get(text)) for part, table in zip(form.parts, given, strict=True))
    return seen


def no_rows(forms: Mapping[str, StateSpec], value: Partition) -> PartitionScan:
    """What a partition without rows contributes."""
    return PartitionScan(value, 0, {key: tuple(_answer(part, None) for part in form.parts) for key, form in forms.items()})


ByPartition = Mapping[str, tuple[Partition, list[Row]]]
"""The rows that one question was answered with, by the partition that they are of."""


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
    if isinstance(part, LISTS):
        return () if found is None else tuple(found[1])
    return None if found is None else found[1][0][0]
