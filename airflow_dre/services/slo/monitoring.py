"""One look of a monitor: its SLAs are observed, folded into what is remembered, and written with their signals and calls."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.decide import Change
from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.services.incidents.delivery import log_changes
from airflow_dre.services.slo.answers import NewestAnswer
from airflow_dre.services.slo.declarations import MonitoredSla, read_declaration
from airflow_dre.services.slo.folding import Clock, fold
from airflow_dre.services.slo.rounds import ask_rounds
from airflow_dre.services.slo.saving import Saved, save_reports
from airflow_dre.services.slo.targets import AssetTarget, DagTarget, FileTarget, Target
from airflow_dre.services.slo.telling import Report
from airflow_dre.services.wiring import Wiring
from airflow_dre.store.declarations import declared_mark, declared_slas
from airflow_dre.store.incidents import live_promises
from airflow_dre.store.monitors import add_cost, last_look, last_looks, save_gap, save_look
from airflow_dre.store.records import MonitorCost, SlaMemory, StoredDeclaration, StoredGap
from airflow_dre.store.sla_calls import count_due
from airflow_dre.store.sla_memory import memories_of_monitor, read_memories
from airflow_dre.store.store import Store
from airflow_dre.values.dataset import DatasetName

log = logging.getLogger(__name__)
LOOKS_TO_A_GAP = 4
"""A monitor that misses so many looks in a row was not running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A monitor, and how it looks."""

    dag_id: str
    run_id: str
    every: timedelta
    look_seconds: float
    """Longest time of one round of questions to a connection."""
    reads_folder: bool = False
    """True if it watches the SLAs of ``[dre] slas_folder`` too."""

    @property
    def gap(self) -> timedelta:
        """Longest time between two looks of a monitor that runs."""
        return LOOKS_TO_A_GAP * self.every + timedelta(seconds=self.look_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookDone:
    """The outcome of a look."""

    slas: int
    changed: int
    calls_due: int
    """Number of callbacks that a worker must call now."""
    seconds: float
    declared: bool = True
    """False if the monitor has declared nothing yet."""


def look_once(watch: Watch, wiring: Wiring, at: datetime) -> LookDone:
    """Evaluate all SLAs of a monitor, and keep what is new.

    The SLAs of a connection are written as soon as it has answered, so that one that hangs delays no other.

    :raises airflow_dre.errors.StoreError: the store is down: the next look finds the same.
    """
    began = time.monotonic()
    store = wiring.open_store()
    look = _Look(watch, wiring, store, at)
    if not look.begin():
        return LookDone(slas=0, changed=0, calls_due=0, seconds=time.monotonic() - began, declared=False)
    for answers in ask_rounds(look.targets, timedelta(seconds=watch.look_seconds)):
        look.take(answers.values())
    calls_due = look.end(time.monotonic() - began)
    return LookDone(slas=len(look.declared), changed=look.changed, calls_due=calls_due, seconds=time.monotonic() - began)


@dataclass(slots=True)
class _Look:
    """A look under way."""

    watch: Watch
    wiring: Wiring
    store: Store
    at: datetime
    declared: Sequence[MonitoredSla] = ()
    changed: int = 0
    _clock: Clock = field(init=False)
    _known: dict[tuple[str, str], SlaMemory] = field(default_factory=dict)
    """Memories by name and by what is watched."""
    _memories: dict[str, SlaMemory] = field(default_factory=dict)
    """Memories by fingerprint."""
    _looks: dict[str, datetime] = field(default_factory=dict)
    _by_target: dict[Target, list[MonitoredSla]] = field(default_factory=dict)
    _live: dict[str, int] = field(default_factory=dict)

    @property
    def targets(self) -> Iterable[Target]:
        """The targets to observe."""
        return self._by_target.keys()

    def begin(self) -> bool:
        """Read what is remembered, and return whether the monitor has declared its SLAs."""
        dag_id = self.watch.dag_id
        with self.store.database.read() as connection:
            mark = declared_mark(connection, dag_id)
            if mark is None:
                return False
            key = (str(self.store.database.url), dag_id)
            if key not in _declared or _declared[key][0] != mark:
                _declared[key] = (mark, _read_all(dag_id, declared_slas(connection, dag_id)))
            self.declared = _declared[key][1]
            before = last_look(connection, dag_id)
            self._looks = last_looks(connection)
            memories = memories_of_monitor(connection, dag_id)
            self._live = live_promises(connection, Promise.SLA)
        self._known = {(memory.sla, memory.watched or ""): memory for memory in memories}
        self._memories = {memory.fingerprint: memory for memory in self._known.values()}
        self._clock = Clock(at=self.at, before=before, gap=self.watch.gap)
        by_target: dict[Target, list[MonitoredSla]] = defaultdict(list)
        for sla in self.declared:
            by_target[sla.target].append(sla)
        self._by_target = dict(by_target)
        return True

    def take(self, answers: Iterable[NewestAnswer]) -> None:
        """Fold the answers of one place, and write what changed."""
        causes = [(sla, answer, self._cause(sla, answer)) for answer in answers for sla in self._by_target[answer.target]]
        found = [(sla, answer, cause, cause.fingerprint) for sla, answer, cause in causes]
        missing = [fingerprint for _, _, _, fingerprint in found if fingerprint not in self._memories]
        if missing:
            with self.store.database.read() as connection:
                self._memories |= read_memories(connection, missing)
        reports = []
        for sla, answer, cause, fingerprint in found:
            known = self._memories.get(fingerprint)
            clock = self._clock_of(known)
            folded = fold(sla, known, answer.observe(self.at, sla.tolerance), clock)
            if not folded.is_steady:
                reports.append((Report(sla, cause, folded, clock), known))
        if reports:
            saved = save_reports(self.store, self.watch.dag_id, reports, self._live, self.wiring.settings)
            self._note(saved)

    def _clock_of(self, known: SlaMemory | None) -> Clock:
        """Return the clock of an SLA, which another monitor may have evaluated more lately."""
        if known is None or known.dag_id in (None, self.watch.dag_id):
            return self._clock
        other = self._looks.get(known.dag_id or "")
        latest = max((moment for moment in (self._clock.before, other) if moment is not None), default=None)
        return Clock(at=self.at, before=latest, gap=self.watch.gap)

    def _note(self, saved: Saved) -> None:
        self.changed += saved.slas
        changes: Sequence[Change] = saved.changes
        log_changes(changes, self.wiring.settings)

    def _cause(self, sla: MonitoredSla, answer: NewestAnswer) -> DataCause:
        """Return the cause of the incidents of an SLA. One whose dataset cannot be named now keeps its last name."""
        dataset = answer.dataset
        if dataset is None:
            known = self._known.get((sla.name, sla.target.watched))
            dataset = _unnamed(sla.target) if known is None else DatasetName(known.namespace, known.name)
        return DataCause(namespace=dataset.namespace, name=dataset.name, suite=sla.name, promise=Promise.SLA)

    def end(self, seconds: float) -> int:
        """Keep that the monitor looked, and how long it did not, and return the number of callbacks that a worker must call."""
        watch, before = self.watch, self._clock.before
        cost = MonitorCost(
            dag_id=watch.dag_id,
            run_id=watch.run_id,
            began_at=self.at,
            ended_at=self.at,
            worker_seconds=0.0,
            wakes=0,
            looks=1,
            look_seconds=seconds,
        )
        with self.store.database.write() as connection:
            first = save_look(connection, watch.dag_id, self.at, self.at + watch.every, seconds)
            if first and before is not None and self.at - before > watch.gap:
                save_gap(connection, StoredGap(dag_id=watch.dag_id, since=before, until=self.at))
                log.warning("airflow-dre: monitor %s was not running from %s to %s", watch.dag_id, before, self.at)
            add_cost(connection, cost)
            return count_due(connection, watch.dag_id, self.at)


_declared: dict[tuple[str, str], tuple[str, tuple[MonitoredSla, ...]]] = {}
"""The SLAs of each store and monitor as they were read last, with the digest that they were read at."""


def _read_all(dag_id: str, stored: Iterable[StoredDeclaration]) -> tuple[MonitoredSla, ...]:
    found = []
    for one in stored:
        try:
            found.append(read_declaration(one))
        except (DefinitionError, KeyError, TypeError, ValueError) as error:  # another version declared it
            log.error("airflow-dre: SLA %s of monitor %s cannot be read: %s", one.sla, dag_id, error)
    return tuple(found)


def _unnamed(target: Target) -> DatasetName:
    """Return a name for what has no dataset, or none that can be found out now."""
    match target:
        case FileTarget():
            return DatasetName("file", target.file)
        case AssetTarget():
            return DatasetName("airflow://asset", target.asset)
        case DagTarget():
            return DatasetName("airflow://dags", target.dag)
        case _:
            return DatasetName(f"connection://{target.conn_id}", target.table)
