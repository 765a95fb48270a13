"""What is remembered of recoveries, so that news that comes late contradicts nothing newer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Origin, Signal
from airflow_dre.incidents.slices import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A moment at which a cause, or the whole Dag that it belongs to, was seen healthy."""

    at: datetime
    slice: Slice = field(default_factory=Slice)
    origin: Origin = field(default_factory=Origin)
    still_failed: tuple[str, ...] = ()
    """Tasks that failed although their run succeeded."""


def settles(recovery: Recovery, fact: Signal) -> bool:
    """Return whether a problem is over because of a recovery that is known already."""
    if not recovery.slice.reaches(fact.slice) or _is_sibling(recovery.origin, fact.origin):
        return False
    own = _is_own(recovery, fact)
    task = fact.cause.task_id if isinstance(fact.cause, PipelineCause) else ""
    if own and task and task in recovery.still_failed:
        return False
    return recovery.at >= (fact.seen_at if own and fact.seen_at is not None else fact.at)


def recovered_at(fact: Signal, recoveries: Iterable[Recovery]) -> datetime | None:
    """Return the latest moment at which the cause of a problem was seen healthy after it; None where it never was."""
    return max((recovery.at for recovery in recoveries if settles(recovery, fact)), default=None)


def is_anew(fact: Signal, counted_at: datetime, recoveries: Iterable[Recovery]) -> bool:
    """Return whether an occurrence that was counted before has happened again: its own run ended well in between."""
    until = fact.seen_at or fact.at
    return any(_is_own(recovery, fact) and counted_at < recovery.at < until for recovery in recoveries)


def is_covered(older: Recovery, newer: Recovery) -> bool:
    """Return whether all that ``older`` settles is settled by ``newer`` too, so that ``older`` may be forgotten."""
    if older.at > newer.at or older.slice.partition_key != newer.slice.partition_key or newer.still_failed:
        return False
    mine, theirs = older.slice.order, newer.slice.order
    return theirs is None or (mine is not None and theirs >= mine)


def with_slice(fact: Signal, others: Iterable[Slice]) -> str:
    """Return the title of a problem with its partition, or with its interval where one of ``others`` is newer, as in a backfill."""
    order = fact.slice.order
    newer = order is not None and any(other.order is not None and other.order > order for other in others)
    return f"{fact.title} ({fact.slice.words})" if fact.slice.partition_key is not None or newer else fact.title


def _run(origin: Origin) -> tuple[str | None, str | None]:
    return origin.dag_id, origin.run_id


def _is_own(recovery: Recovery, fact: Signal) -> bool:
    return recovery.origin.run_id is not None and _run(recovery.origin) == _run(fact.origin)


def _is_sibling(one: Origin, other: Origin) -> bool:
    """Return whether they are different map indexes of a task in one run: what one found says nothing about another."""
    if one.run_id is None or one.task_id is None or None in (one.map_index, other.map_index):
        return False
    return (*_run(one), one.task_id) == (*_run(other), other.task_id) and one.map_index != other.map_index
