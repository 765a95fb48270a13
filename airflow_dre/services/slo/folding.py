"""The effect of one look on one SLA: its memory, its history and its calls. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from airflow_dre.services.slo.declarations import MonitoredSla
from airflow_dre.slo.history import Interval, State
from airflow_dre.slo.observation import Observation
from airflow_dre.slo.promise import RESOLUTION
from airflow_dre.slo.watching import CallKind, Looked, Memory, Miss, SlaCall, begin, declare_again, look
from airflow_dre.store.records import SlaMemory


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The memory of an SLA as the store keeps it."""

    memory: Memory
    promise: str = ""
    """Digest of the promise that it is the memory of."""
    open: State | None = None
    """The state of the stretch of the history that goes on: the state since the look."""
    open_since: datetime | None = None
    """When that stretch began. None: an earlier version began it."""
    told_unknown: bool = False
    """True if its people were called because it cannot be evaluated."""
    since: datetime | None = None
    """Since when it has been in its present state."""
    met_at: datetime | None = None
    """The latest look that is written and found it kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The moment of a look, and of the one before."""

    at: datetime
    before: datetime | None
    """The look before of the same monitor. None: there was none."""
    gap: timedelta
    """Longest time between two looks that were not interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The changes of an SLA by a look."""

    before: Kept | None
    after: Kept
    intervals: tuple[Interval, ...]
    """States since the look before."""
    stretches: tuple[Interval, ...]
    """Stretches that begin in the history. The last one goes on, and has no length if it begins with the look."""
    calls: tuple[SlaCall, ...]
    calls_unknown: bool
    """True if the people of the SLA are to be called because it cannot be evaluated."""

    @property
    def memory(self) -> Memory:
        """The memory after the look."""
        return self.after.memory

    @property
    def replaces_open(self) -> bool:
        """True if the stretch that went on ends when it began, because what the look found holds since the look before."""
        since = None if self.before is None else self.before.open_since
        return since is not None and bool(self.stretches) and self.stretches[0].start <= since

    @property
    def is_new(self) -> bool:
        """True if nothing was known of the SLA."""
        return self.before is None

    @property
    def is_steady(self) -> bool:
        """True if nothing changed that the store keeps: the moments of the looks themselves are those of the monitor."""
        before = self.before
        if before is None or self.calls or self.calls_unknown or self.stretches:
            return False
        return _without_moments(self.after) == _without_moments(before)


def fold(sla: MonitoredSla, known: SlaMemory | None, found: Observation, clock: Clock) -> Folded:
    """Fold what a look found into what is known of an SLA."""
    before = None if known is None else _read(known, sla)
    memory = begin(min(sla.declared_at, clock.at - RESOLUTION)) if before is None else _up_to(before.memory, clock.before)
    if before is not None and before.promise and before.promise != sla.promise_digest:
        memory = declare_again(memory, memory.at)
    looked = look(sla.promise, memory, found, clock.at, gap=clock.gap)
    calls_unknown = _must_call_unknown(before, looked, sla)
    told = looked.memory.unknown_since is not None and (calls_unknown or (before is not None and before.told_unknown))
    stretches = _begun(None if before is None else before.open, looked)
    after = Kept(
        memory=_bounded(looked.memory, sla),
        promise=sla.promise_digest,
        open=stretches[-1].state if stretches else None if before is None else before.open,
        open_since=stretches[-1].start if stretches else None if before is None else before.open_since,
        told_unknown=told,
        since=_since(before, looked.memory),
        met_at=_met_at(before, looked.memory),
    )
    return Folded(
        before=before, after=after, intervals=looked.intervals, stretches=stretches, calls=looked.calls, calls_unknown=calls_unknown
    )


def _begun(going_on: State | None, looked: Looked) -> tuple[Interval, ...]:
    """Return the stretches that begin: of the states since the look before, and of the state from the look on."""
    if not looked.intervals:
        return ()
    at, now = looked.intervals[-1].end, looked.memory.state
    changes = [*looked.intervals, *([] if looked.intervals[-1].state is now else [Interval(at, at, now)])]
    return tuple(changes[1:] if changes[0].state is going_on else changes)


def encode(kept: Kept) -> str:
    """Return a memory as text."""
    return msgspec.json.encode(kept).decode()


_DECODER = msgspec.json.Decoder(Kept)


def _read(known: SlaMemory, sla: MonitoredSla) -> Kept:
    """Return what is known of an SLA, also where the version before wrote it."""
    if known.memory is not None:
        return _DECODER.decode(known.memory)
    missed = known.missed_since if known.called_back else None  # else its people are still to be called
    unknown = known.state == "unknown"
    memory = Memory(
        declared=min(known.since, known.evaluated_at),
        at=known.evaluated_at,
        known_at=known.evaluated_at,
        settled=known.evaluated_at,
        newest=known.newest,
        state=State(known.state),
        miss=None if missed is None else Miss(due=missed, at=missed),
        unknown_since=known.since if unknown else None,
        unknown_looks=known.failed_looks,
    )
    return Kept(memory=memory, promise=sla.promise_digest, told_unknown=bool(known.told_unknown), since=known.since, met_at=known.met_at)


def _up_to(memory: Memory, before: datetime | None) -> Memory:
    """Return a memory with the looks since it was written, which changed nothing."""
    if before is None or before <= memory.at:
        return memory
    if memory.unknown_since is not None:
        return replace(memory, at=before)
    return replace(memory, at=before, known_at=before)


def _bounded(memory: Memory, sla: MonitoredSla) -> Memory:
    """Return a memory that counts failed looks no further than matters, so that an SLA that stays unknown changes nothing."""
    most = max(sla.unknown_after, 1)
    return memory if memory.unknown_looks <= most else replace(memory, unknown_looks=most)


def _must_call_unknown(before: Kept | None, looked: Looked, sla: MonitoredSla) -> bool:
    memory = looked.memory
    told = before is not None and before.told_unknown and before.memory.unknown_since is not None
    return memory.unknown_since is not None and memory.unknown_looks >= sla.unknown_after and not told


def _since(before: Kept | None, memory: Memory) -> datetime:
    """Return since when an SLA has been in its present state."""
    if memory.state is State.UNKNOWN and memory.unknown_since is not None:
        return memory.unknown_since
    if memory.miss is not None:
        return memory.miss.at
    if before is not None and before.since is not None and before.memory.state is memory.state:
        return before.since
    return memory.at


def _met_at(before: Kept | None, memory: Memory) -> datetime | None:
    """Return the latest look that found the SLA kept."""
    if memory.unknown_since is None and memory.state is not State.MISSED:
        return memory.at
    return None if before is None else before.met_at


def _without_moments(kept: Kept) -> Kept:
    moment = kept.memory.declared
    return replace(kept, memory=replace(kept.memory, at=moment, known_at=moment, unknown=None), met_at=None)


__all__ = ["CallKind", "Clock", "Folded", "Kept", "encode", "fold"]
