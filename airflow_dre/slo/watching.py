"""The watch over a promise: each look folds what it finds into a memory, and returns the intervals and calls that follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from airflow_dre.slo.calendars import CalendarUnknown, holds
from airflow_dre.slo.history import Interval, State, join
from airflow_dre.slo.observation import Observation
from airflow_dre.slo.promise import RESOLUTION, Breach, Evidence, FreshnessPromise, find_breach, state_of_promise, timeline
from airflow_dre.values.wall_clock import day_of, start_of_day


class CallKind(StrEnum):
    """Reasons for a call."""

    WARN = "warn"
    MISS = "miss"
    REPEAT = "repeat"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaCall:
    """A call that is due."""

    kind: CallKind
    due: datetime
    """The due moment that is near, or that was missed first."""
    at: datetime
    """When its reason became true."""
    late: bool = False
    """True if that was long before the look that found it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A miss that lasts."""

    due: datetime
    """The due moment that was missed first, from which lateness counts."""
    at: datetime
    """When it became a miss: the due moment and the grace."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """All that a look needs to know of the looks before it."""

    declared: datetime
    at: datetime
    """The last look."""
    known_at: datetime
    """The last look that found out the newest value."""
    settled: datetime
    """Due moments up to this one are kept for good, even if rows vanish."""
    newest: datetime | None = None
    state: State = State.NOT_WATCHED
    warned: bool = False
    """True if its people were warned since it was last met."""
    miss: Miss | None = None
    unknown_since: datetime | None = None
    unknown_looks: int = 0
    """Number of looks in a row that did not find out the newest value."""
    unknown: str | None = None
    """The reason, at the last of them."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The outcome of a look."""

    memory: Memory
    intervals: tuple[Interval, ...] = ()
    """States since the look before, without a gap between them."""
    calls: tuple[SlaCall, ...] = ()


def begin(declared: datetime) -> Memory:
    """Return the memory of a promise that was just made."""
    return Memory(declared=declared, at=declared, known_at=declared, settled=declared)


def declare_again(memory: Memory, at: datetime) -> Memory:
    """Return the memory of a promise that was changed: due moments before the change do not count, and a miss ends without a call."""
    fresh = begin(max(at, memory.at))
    return replace(fresh, newest=memory.newest, state=memory.state)


def look(promise: FreshnessPromise, memory: Memory, observation: Observation, at: datetime, *, gap: timedelta) -> Looked:
    """Fold what a look found at a moment into the memory of a promise.

    What it found is taken to hold since the look before. A look that is not later than the one before changes nothing: a clock
    may go back. A stretch longer than ``gap`` without a look is not watched, except for a miss that the look proves.

    :param gap: how long after its reason a call is in time, and how far apart two looks are at most.
    """
    if at <= memory.at:
        return Looked(memory)
    slept = at - memory.at > gap
    if observation.unknown is None:
        try:
            return _look_known(promise, memory, observation.newest, at, gap)
        except CalendarUnknown as unknown:
            observation = Observation(unknown=str(unknown))
    return Looked(
        replace(
            memory,
            at=at,
            state=State.UNKNOWN,
            unknown_since=memory.unknown_since or at,
            unknown_looks=memory.unknown_looks + 1,
            unknown=observation.unknown,
        ),
        (Interval(memory.at, at, State.NOT_WATCHED if slept else State.UNKNOWN),),
    )


def _look_known(promise: FreshnessPromise, memory: Memory, newest: datetime | None, at: datetime, gap: timedelta) -> Looked:
    evidence = Evidence(newest=newest, declared=memory.declared, settled=_settled(promise, memory, newest))
    breach = find_breach(promise, evidence)
    state = state_of_promise(promise, evidence, at)
    intervals = _intervals(promise, memory, evidence, at, slept=at - memory.at > gap)
    found = _Found(promise, memory, breach, at, gap)
    after = replace(
        memory,
        at=at,
        known_at=at,
        settled=evidence.settled,
        newest=newest,
        state=state,
        warned=found.is_near,
        miss=found.miss,
        unknown_since=None,
        unknown_looks=0,
        unknown=None,
    )
    return Looked(after, intervals, found.calls())


def _settled(promise: FreshnessPromise, memory: Memory, newest: datetime | None) -> datetime:
    """Return up to which moment the due moments are kept for good, now that the newest value is another."""
    if promise.due is None or newest == memory.newest:
        return memory.settled
    before = find_breach(promise, Evidence(newest=memory.newest, declared=memory.declared, settled=memory.settled))
    kept = memory.known_at if before is None else min(memory.known_at, before.due - RESOLUTION)
    return max(memory.settled, kept)


@dataclass(frozen=True, slots=True)
class _Found:
    """The findings of a look with a known newest value."""

    promise: FreshnessPromise
    memory: Memory
    breach: Breach | None
    at: datetime
    gap: timedelta

    @property
    def is_missed(self) -> bool:
        return self.breach is not None and self.at >= self.breach.missed_at

    @property
    def is_near(self) -> bool:
        """True if the promise is missed, or its people were warned or must be now."""
        warn_at = None if self.breach is None else self.breach.warn_at
        return self.is_missed or (warn_at is not None and self.at >= warn_at)

    @property
    def miss(self) -> Miss | None:
        if self.breach is None or not self.is_missed:
            return None
        return self.memory.miss or Miss(due=self.breach.due, at=self._became_true(self.breach.missed_at))

    def calls(self) -> tuple[SlaCall, ...]:
        """Return the calls that became due since the look before, in order."""
        calls: list[SlaCall] = []
        before, miss, breach = self.memory.miss, self.miss, self.breach
        if before is not None and miss is None:
            calls.append(SlaCall(kind=CallKind.RECOVER, due=before.due, at=self.at))
        if breach is not None and before is None and self._must_warn(breach):
            calls.append(self._call(CallKind.WARN, breach.due, self._became_true(breach.warn_at or self.at)))
        if miss is not None and before is None:
            calls.append(self._call(CallKind.MISS, miss.due, miss.at))
        repeated = None if miss is None else self._repeated_at(miss)
        if miss is not None and repeated is not None:
            calls.append(self._call(CallKind.REPEAT, miss.due, repeated))
        return tuple(calls)

    def _must_warn(self, breach: Breach) -> bool:
        if breach.warn_at is None or self.memory.warned or self.at < breach.warn_at:
            return False
        return not self.is_missed or self._became_true(breach.warn_at) < self._became_true(breach.missed_at)

    def _repeated_at(self, miss: Miss) -> datetime | None:
        """Return the last moment since the look before at which the call of a miss repeats. Days that do not count have no repeats."""
        every, zone = self.promise.repeat_every, self.promise.zone
        last = self.at
        while every is not None:
            last = miss.at + (last - miss.at) // every * every
            if last <= max(miss.at, self.memory.at):
                break
            day = day_of(last, zone)
            if holds(self.promise.days, day):
                return last
            last = min(start_of_day(day, zone), last) - RESOLUTION
        return None

    def _became_true(self, at: datetime) -> datetime:
        """Return ``at``, or the present look where another newest value moved that moment into the past.

        What the first look finds holds since the promise was made.
        """
        if at > self.memory.known_at:
            return at
        return self.memory.declared if self.memory.known_at == self.memory.declared else self.at

    def _call(self, kind: CallKind, due: datetime, at: datetime) -> SlaCall:
        return SlaCall(kind=kind, due=due, at=at, late=self.at - at > self.gap)


def _intervals(promise: FreshnessPromise, memory: Memory, evidence: Evidence, at: datetime, *, slept: bool) -> tuple[Interval, ...]:
    """Return the states since the look before."""
    breach = find_breach(promise, evidence)
    missed_at = None if breach is None or at < breach.missed_at else breach.missed_at
    if memory.miss is not None and (missed_at is not None or not slept):
        return (Interval(memory.at, at, State.MISSED),)
    if not slept:
        return timeline(promise, evidence, memory.at, at)
    proven = at if missed_at is None or missed_at <= memory.known_at else max(missed_at, memory.at)
    return join([Interval(memory.at, proven, State.NOT_WATCHED), Interval(proven, at, State.MISSED)])
