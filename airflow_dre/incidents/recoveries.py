"""Recoveries that are remembered, so that a late signal contradicts nothing newer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.incidents.slices import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A moment at which a cause, or the whole Dag that it belongs to, was seen healthy."""

    at: datetime
    slice: Slice = field(default_factory=Slice)
    origin: Origin = field(default_factory=Origin)
    still_failed: tuple[str, ...] = ()
    """Tasks that failed although their run succeeded."""


def settles(recovery: Recovery, signal: Signal) -> bool:
    """Return whether a problem is over because of a recovery that is known already."""
    if not recovery.slice.reaches(signal.slice) or _is_sibling(recovery.origin, signal.origin):
        return False
    own = _is_own(recovery, signal)
    task = signal.cause.task_id if isinstance(signal.cause, PipelineCause) else ""
    if own and task and task in recovery.still_failed:
        return False
    return recovery.at >= (signal.seen_at if own and signal.seen_at is not None else signal.at)


def heals(outcome: str, event: Event) -> bool:
    """Return whether a run of a suite with this outcome ends a problem. A warning must not contradict itself."""
    return outcome == "passed" or (outcome == "warned" and event is not Event.CHECKS_WARNED)


def recovered_at(signal: Signal, recoveries: Iterable[Recovery]) -> datetime | None:
    """Return the latest moment at which the cause of a problem was seen healthy after it, or None."""
    return max((recovery.at for recovery in recoveries if settles(recovery, signal)), default=None)


def is_anew(signal: Signal, counted_at: datetime, recoveries: Iterable[Recovery]) -> bool:
    """Return whether an occurrence that was counted before has happened again: its own run ended well in between."""
    until = signal.seen_at or signal.at
    return any(_is_own(recovery, signal) and counted_at < recovery.at < until for recovery in recoveries)


def is_covered(older: Recovery, newer: Recovery) -> bool:
    """Return whether all that ``older`` settles is settled by ``newer`` too, so that ``older`` may be forgotten."""
    if older.at > newer.at or older.slice.partition_key != newer.slice.partition_key or newer.still_failed:
        return False
    mine, theirs = older.slice.order, newer.slice.order
    return theirs is None or (mine is not None and theirs >= mine)


def with_slice(signal: Signal, others: Iterable[Slice]) -> str:
    """Return the title of a problem with its partition, or with its interval where one of ``others`` is newer, as in a backfill."""
    order = signal.slice.order
    newer = order is not None and any(other.order is not None and other.order > order for other in others)
    return f"{signal.title} ({signal.slice.words})" if signal.slice.partition_key is not None or newer else signal.title


def _run(origin: Origin) -> tuple[str | None, str | None]:
    return origin.dag_id, origin.run_id


def _is_own(recovery: Recovery, signal: Signal) -> bool:
    return recovery.origin.run_id is not None and _run(recovery.origin) == _run(signal.origin)


def _is_sibling(one: Origin, other: Origin) -> bool:
    """Return whether they are different map indexes of a task in one run: the outcome of one means nothing for another."""
    if one.run_id is None or one.task_id is None or None in (one.map_index, other.map_index):
        return False
    return (*_run(one), one.task_id) == (*_run(other), other.task_id) and one.map_index != other.map_index
