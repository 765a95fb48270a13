"""SLAs for their readers: the state of each, its calls, and the history of its promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from airflow_dre.clock import now
from airflow_dre.services.access import DagScope, open_configured_store
from airflow_dre.services.slo.coming_due import SHOWN, find_due_moments
from airflow_dre.services.slo.reading import SlaState, state_of_sla
from airflow_dre.slo.history import Attainment as Attainment
from airflow_dre.slo.history import Interval, State, attainment, join
from airflow_dre.store.monitors import Monitor, read_gaps
from airflow_dre.store.reading.slas import find_readable_sla, readable_monitors, readable_slas
from airflow_dre.store.records import StoredCall as StoredCall
from airflow_dre.store.records import StoredGap, StoredInterval, StoredSla
from airflow_dre.store.sla_calls import failing_calls, read_calls
from airflow_dre.store.sla_history import read_intervals
from airflow_dre.values.calendar import Unit

MOST_CALLS = 50
"""Latest calls of an SLA that its page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaOnList:
    """An SLA, and its callables that raised and have not returned since."""

    state: SlaState
    failing: tuple[StoredCall, ...]
    due: tuple[datetime, ...]
    """The next due moment, as far as it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPage:
    """One SLA with its latest calls, latest first."""

    state: SlaState
    calls: tuple[StoredCall, ...]
    due: tuple[datetime, ...]
    """The next due moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaHistory:
    """The states that an SLA was in, oldest first, and how much of each week and month its promise was kept."""

    begin: datetime
    end: datetime
    """The end that was asked for, or the latest look where that is earlier."""
    intervals: tuple[StoredInterval, ...]
    weeks: tuple[Attainment, ...]
    months: tuple[Attainment, ...]
    gaps: tuple[StoredGap, ...]
    """Stretches in which its monitor did not run."""


def list_slas(scope: DagScope) -> tuple[SlaOnList, ...]:
    """Return every SLA that the user may read, missed ones first.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        slas = readable_slas(connection, scope)
        monitors = readable_monitors(connection, scope)
        failing: dict[str, list[StoredCall]] = {}
        for call in failing_calls(connection):
            failing.setdefault(call.fingerprint, []).append(call)
        moment = now()
        due = find_due_moments(connection, slas, moment)
    return tuple(
        SlaOnList(
            state=state_of_sla(sla, monitors, moment),
            failing=tuple(failing.get(sla.fingerprint, ())),
            due=tuple(due[sla.fingerprint]),
        )
        for sla in slas
    )


def read_sla(fingerprint: str, scope: DagScope) -> SlaPage | None:
    """Return one SLA, or None if the user may read no such SLA.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        sla = find_readable_sla(connection, scope, fingerprint)
        if sla is None:
            return None
        monitors = readable_monitors(connection, scope)
        calls = read_calls(connection, [fingerprint], most=MOST_CALLS)
        moment = now()
        due = find_due_moments(connection, [sla], moment, SHOWN)[fingerprint]
    return SlaPage(state=state_of_sla(sla, monitors, moment), calls=tuple(calls), due=tuple(due))


def read_history(fingerprint: str, scope: DagScope, begin: datetime, end: datetime, zone: ZoneInfo) -> SlaHistory | None:
    """Return the history of one SLA from ``begin`` to ``end``, or None if the user may read no such SLA.

    :param zone: time zone whose weeks and months count.
    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        sla = find_readable_sla(connection, scope, fingerprint)
        if sla is None:
            return None
        intervals = read_intervals(connection, fingerprint, begin, end)
        monitors = readable_monitors(connection, scope)
        gaps = read_gaps(connection, [] if sla.dag_id is None else [sla.dag_id], begin, end)
    until = max(min(end, _last_look(sla, monitors)), begin)
    known = _within(intervals, begin, until)
    return SlaHistory(
        begin=begin,
        end=until,
        intervals=tuple(intervals),
        weeks=attainment(known, Unit.WEEK, zone),
        months=attainment(known, Unit.MONTH, zone),
        gaps=tuple(gaps),
    )


def _last_look(sla: StoredSla, monitors: Sequence[Monitor]) -> datetime:
    """Return up to when the state of an SLA is known: an SLA whose state does not change has no row written."""
    looked = [monitor.looked_at for monitor in monitors if monitor.dag_id == sla.dag_id]
    return max([sla.last_look, *looked])


def _within(intervals: Sequence[StoredInterval], begin: datetime, end: datetime) -> tuple[Interval, ...]:
    """Return the parts of stretches from ``begin`` to ``end``."""
    return join(
        Interval(max(one.since, begin).astimezone(UTC), min(one.until or end, end).astimezone(UTC), State(one.state)) for one in intervals
    )
