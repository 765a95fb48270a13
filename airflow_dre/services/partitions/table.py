"""A table as its partitions: what earlier runs kept of them, and what was seen in this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from airflow_dre.checks.judging import Unanswered
from airflow_dre.checks.metrics import LISTS, Metric, PerSegment, Split
from airflow_dre.partitions.merging import Merge, StateSpec, answer_of, merged, state_of
from airflow_dre.partitions.sensitive import is_sensitive
from airflow_dre.partitions.states import Extreme, State
from airflow_dre.partitions.values import Partition, as_partition, calendar_like
from airflow_dre.services.partitions.scans import PartitionScan, ScanResult, no_rows, scan_partitions
from airflow_dre.services.quality.answers import AnswerSet, Engine
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.store.records import PartitionState
from airflow_dre.values.scalars import Answer, Incomparable, Row
from airflow_dre.values.text_codec import read, read_all, spell_all

LOST = -1
"""Rows of a state that does not hold: the last look could not tell it anew, or it must not be kept."""


@dataclass(slots=True)
class Table:
    """The partitions of a table: those that are known from earlier runs, and those that were seen in this one."""

    forms: Mapping[str, StateSpec]
    """What is asked, by the keys that it is kept by."""
    by: Split
    scope: Scope
    engine: Engine
    answered: AnswerSet
    known: dict[str, PartitionScan] = field(default_factory=dict)
    seen: ScanResult = field(default_factory=ScanResult)
    gone: set[str] = field(default_factory=set)

    def recall(self, states: Iterable[PartitionState]) -> None:
        """Take over what earlier runs kept."""
        for state in states:
            look = self.known.get(state.partition)
            if look is None:
                look = self.known[state.partition] = PartitionScan(as_partition(read(state.partition)), state.rows, version=state.version)
            if state.rows == LOST:
                look.mixed = True
                continue
            look.mixed = look.mixed or (look.rows, look.version) != (state.rows, state.version)
            look.kept[state.form] = state.answers

    def look(self, only: PartitionFilter | None, forms: Mapping[str, StateSpec] | None = None) -> ScanResult:
        """Scan partitions, or all of them."""
        found = scan_partitions(self.forms if forms is None else forms, self.by, only, self.scope, self.engine, self.answered)
        self.seen.add(found)
        return found

    def example(self, looks: Mapping[str, PartitionScan]) -> Partition:
        """Return one of the partitions that have a value: of a moment where there is one, since others may stand for what has none."""
        values = [look.value for look in looks.values() if look.value is not None]
        return next((value for value in values if calendar_like(value) is not None), next(iter(values), None))

    def empty(self, texts: Iterable[str]) -> None:
        """Partitions that were looked at and have no row: what they had before is replaced by nothing."""
        for text in texts:
            if text not in self.seen.looks:
                self.seen.looks[text] = no_rows(self.forms, as_partition(read(text)))

    def forget(self, texts: Iterable[str]) -> None:
        """Partitions that are no more."""
        self.gone.update(texts)

    def unseen_whole(self) -> bool:
        """Return whether no question at all was answered."""
        return not self.seen.looks and len(self.seen.refused) == len(self.forms)

    def look_at_lacking(self) -> None:
        """Look at what earlier runs did not ask, and again at partitions that changed since."""
        left = {text: look for text, look in self.known.items() if text not in self.seen.looks and text not in self.gone}
        wanted = {key: form for key, form in self.forms.items() if key not in self.seen.refused}
        texts = [text for text, look in left.items() if look.mixed or not wanted.keys() <= look.kept.keys()]
        if not texts:
            return
        whole = any(left[text].mixed for text in texts)
        lacking = {key: form for key, form in wanted.items() if any(key not in left[text].kept for text in texts)}
        everything = len(texts) == len(self.known)
        before = dict(self.seen.looks)
        found = self.look(None if everything else self._named(texts, left), wanted if whole else lacking)
        if not found.looks and found.refused:
            return
        self.empty(texts)
        again = []
        for text, look in found.looks.items():
            same = left.get(text) or before.get(text)
            if same is not None and same.rows == look.rows and not same.mixed:
                self.seen.looks[text] = replace(same, answers={**same.answers, **look.answers})
            elif not whole:
                again.append(text)
        if again:
            self.look(self._named(again, found.looks), wanted)

    def _named(self, texts: Iterable[str], looks: Mapping[str, PartitionScan]) -> PartitionFilter:
        return PartitionFilter(by=self.by, values=tuple(looks[text].value for text in texts))

    def to_keep(self) -> list[PartitionState]:
        """What later runs are to know of what was seen; a question without an answer takes what was known of it away."""
        kept: list[PartitionState] = []
        for key, form in self.forms.items():
            try:
                if key not in self.seen.refused:
                    kept += [_kept(text, look, form) for text, look in self.seen.looks.items() if key in look.answers]
            except Incomparable as unlike:
                self.seen.refused[key] = str(unlike)
            if key in self.seen.refused:
                before = [text for text in self.seen.looks if text in self.known and key in self.known[text].kept]
                kept += [PartitionState(text, key, "[]", LOST) for text in before]
        return kept

    def everything(self) -> dict[str, PartitionScan]:
        """Return all partitions, as they were seen last."""
        known = {text: look for text, look in self.known.items() if text not in self.gone}
        return {**known, **self.seen.looks}

    def counts(self) -> tuple[int, int]:
        """Return partitions that were scanned, and all that have rows."""
        scanned = sum(look.rows > 0 for look in self.seen.looks.values())
        return scanned, sum(look.rows > 0 for look in self.everything().values())

    def answer(self, metric: Metric, form: StateSpec) -> Answer | Unanswered:
        """What a look at the whole table would have answered."""
        key = form.key
        if key in self.seen.refused:
            return Unanswered(self.seen.refused[key])
        everything = self.everything()
        try:
            answers = self._answers(key, everything)
            if len(answers) < len(everything):
                return Unanswered("it was not answered for every partition")
            states = {text: state_of(form, given) for text, given in answers.items()}
            if isinstance(metric, PerSegment):
                return self._segments(metric, states)
            self._refuse_collations(form, states.values())
            return answer_of(metric, merged(form, states.values()))
        except Incomparable as unlike:
            return Unanswered(str(unlike))

    def _answers(self, key: str, looks: Mapping[str, PartitionScan]) -> dict[str, tuple[Answer, ...]]:
        """What was answered to a form for each partition, in this run or in an earlier one."""
        kept = {text: look.kept[key] for text, look in looks.items() if key not in look.answers and key in look.kept}
        new = {text: look.answers[key] for text, look in looks.items() if key in look.answers}
        return {**new, **dict(zip(kept, read_all(list(kept.values())), strict=True))}

    def _segments(self, metric: PerSegment, states: Mapping[str, State]) -> Answer:
        rows: list[Row] = []
        for text, look in self.everything().items():
            found = answer_of(metric.metric, states[text])
            listed = found if isinstance(metric.metric, LISTS) and isinstance(found, tuple) else ((found,),)
            rows += [(look.value, *row) for row in listed if look.rows]
        return tuple(rows)

    def _refuse_collations(self, form: StateSpec, states: Iterable[State]) -> None:
        """Texts are in an order that only the database knows."""
        if form.merge not in (Merge.SMALLEST, Merge.LARGEST) or self.scope.dialect.orders_by_code_point:
            return
        if sum(isinstance(state, Extreme) and isinstance(state.value, str) for state in states) > 1:
            raise Incomparable(f"the order of texts in {self.scope.dialect.name} depends on a collation: theirs cannot be merged")


def _kept(text: str, look: PartitionScan, form: StateSpec) -> PartitionState:
    """What is kept of an answer: of an extreme that must not be only that it is lost, so that each run looks at the partition."""
    spelled = spell_all(look.answers[form.key])
    if form.merge in (Merge.SMALLEST, Merge.LARGEST) and is_sensitive(spelled):
        return PartitionState(text, form.key, "[]", LOST)
    return PartitionState(text, form.key, spelled, look.rows, look.version)
