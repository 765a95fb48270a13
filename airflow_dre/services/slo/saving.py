"""The findings of a look, written in few statements: states, history and calls of SLAs, and signals about their incidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from airflow_dre.config import Settings
from airflow_dre.incidents.decide import Change
from airflow_dre.incidents.signals import Signal
from airflow_dre.services.incidents.expiry import end_replaced_slas
from airflow_dre.services.incidents.links import incident_url
from airflow_dre.services.slo.folding import encode
from airflow_dre.services.slo.telling import Report, occasion_of
from airflow_dre.slo.history import Interval, State
from airflow_dre.slo.watching import CallKind, SlaCall
from airflow_dre.store.database import Transaction
from airflow_dre.store.incidents import record_signal, remind
from airflow_dre.store.records import NewCall, NewSlaState, SlaMemory, StoredInterval
from airflow_dre.store.sla_calls import add_calls
from airflow_dre.store.sla_history import Stretches, save_stretches
from airflow_dre.store.sla_memory import lock_memories, save_states, unchanged
from airflow_dre.store.store import Store
from airflow_dre.values.digest import digest

CHUNK = 500
"""SLAs that one transaction writes, so that others need not wait long."""
Found = tuple[Report, SlaMemory | None]


@dataclass(frozen=True, slots=True)
class Saved:
    """The SLAs and incidents that were written."""

    slas: int = 0
    changes: tuple[Change, ...] = ()
    """Changes of incidents."""


def save_reports(store: Store, dag_id: str, found: Sequence[Found], live: Mapping[str, int], settings: Settings) -> Saved:
    """Write what changed about SLAs. One that another monitor wrote in the meantime is left to the next look.

    :param live: the live incident of each SLA that has one, by fingerprint.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    number, changes = 0, []
    for chunk in _chunks(found):
        states = {report.cause.fingerprint: _state(dag_id, report, known) for report, known in chunk}
        with store.database.write() as connection:
            lock_memories(store.database, connection)
            kept = unchanged(connection, states.values())
            fingerprints = {state.fingerprint for state in kept}
            reports = [report for report, _ in chunk if report.cause.fingerprint in fingerprints]
            told = [_tell(store, connection, report, live, dag_id, settings) for report in reports]
            save_states(connection, kept)
            save_stretches(connection, [stretches for one in told if (stretches := one.stretches) is not None])
            add_calls(connection, [call for one in told for call in one.calls])
            new = [report for report in reports if report.folded.is_new]
            if new:
                end_replaced_slas(store.database, connection, [report.cause for report in new], dag_id, new[0].clock.at)
        number += len(kept)
        changes += [change for one in told for change in one.changes]
    return Saved(number, tuple(changes))


def _chunks(found: Sequence[Found]) -> Iterator[Sequence[Found]]:
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]


@dataclass(frozen=True, slots=True)
class _Told:
    changes: tuple[Change, ...]
    stretches: Stretches | None
    calls: tuple[NewCall, ...]


def _tell(store: Store, connection: Transaction, report: Report, live: Mapping[str, int], dag_id: str, settings: Settings) -> _Told:
    """Record the signal about an SLA, and return what else is to be written."""
    fingerprint = report.cause.fingerprint
    signal = report.signal(dag_id, live=fingerprint in live, routes=settings.default_routes)
    changes = () if signal is None else tuple(record_signal(store.database, connection, signal))
    ids = [change.incident_id for change in changes if change.incident_id is not None]
    incident = ids[0] if ids else live.get(fingerprint)
    if incident is not None and any(call.kind is CallKind.REPEAT for call in report.folded.calls) and fingerprint in live:
        remind(connection, incident)
    return _Told(changes, _stretches(report, incident), tuple(_calls(report, signal, incident, dag_id, settings)))


def _stretches(report: Report, incident: int | None) -> Stretches | None:
    """Return what a look adds to the history, or None where the stretch that goes on goes on."""
    added = report.folded.stretches
    if not added:
        return None
    rows = tuple(_interval(report, interval, incident, last=interval is added[-1]) for interval in added)
    return Stretches(report.cause.fingerprint, added[0].start, rows, report.folded.replaces_open)


def _interval(report: Report, interval: Interval, incident: int | None, *, last: bool) -> StoredInterval:
    memories = [report.folded.memory, *([] if report.folded.before is None else [report.folded.before.memory])]
    misses = [memory.miss for memory in memories if memory.miss is not None]
    is_miss = interval.state is State.MISSED
    return StoredInterval(
        state=interval.state.value,
        since=interval.start,
        until=None if last else interval.end,
        due=misses[0].due if is_miss and misses else None,
        incident_id=incident if is_miss else None,
    )


def _calls(report: Report, signal: Signal | None, incident: int | None, dag_id: str, settings: Settings) -> Iterable[NewCall]:
    """Yield a call for each callable of the Dag file that is to be called."""
    links = {} if incident is None else {"incident": incident_url(settings.base_url, incident)}
    reasons: list[SlaCall | None] = [*report.folded.calls, *([None] if report.folded.calls_unknown else [])]
    for reason in reasons:
        occasion = "unknown" if reason is None else occasion_of(reason)
        told = report.told(reason, incident)
        for place, name in report.sla.foreign(occasion):
            yield NewCall(
                key=digest(report.cause.fingerprint, told.kind, _occurrence(report, reason), str(place)),
                fingerprint=report.cause.fingerprint,
                dag_id=dag_id,
                sla=report.sla.name,
                kind=told.kind,
                callback=name,
                place=place,
                details={"sla": msgspec.to_builtins(replace(told, links=links)), "signal": msgspec.to_builtins(signal)},
                created_at=report.clock.at,
            )


def _occurrence(report: Report, reason: SlaCall | None) -> str:
    """Return what distinguishes a call from the next one of its kind."""
    memory, before = report.folded.memory, report.folded.before
    if reason is None:
        return (memory.unknown_since or report.clock.at).isoformat()
    if reason.kind is CallKind.RECOVER and before is not None and before.memory.miss is not None:
        return before.memory.miss.at.isoformat()
    return (reason.due if reason.kind is CallKind.WARN else reason.at).isoformat()


def _state(dag_id: str, report: Report, known: SlaMemory | None) -> NewSlaState:
    folded, cause, sla, at = report.folded, report.cause, report.sla, report.clock.at
    memory, max_age = folded.memory, report.sla.promise.max_age
    return NewSlaState(
        fingerprint=cause.fingerprint,
        namespace=cause.namespace,
        name=cause.name,
        sla=sla.name,
        dag_id=dag_id,
        task_id=None,
        watched=sla.target.watched,
        promise=str(sla.promise),
        max_age_seconds=None if max_age is None else max_age.total_seconds(),
        state=memory.state.value,
        since=folded.after.since or at,
        reason=report.reason,
        newest=memory.newest,
        looked_at=at,
        evaluated_at=memory.known_at,
        met_at=folded.after.met_at,
        missed_since=None if memory.miss is None else memory.miss.at,
        failed_looks=memory.unknown_looks,
        told_unknown=int(folded.after.told_unknown),
        called_back=int(memory.miss is not None),
        declared_at=memory.declared,
        memory=encode(folded.after),
        revision=0 if known is None else known.revision,
    )
