"""The counts of events of objectives by minute, and what a suite run adds to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, case, cast, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.slo.indicators import EventKind
from airflow_dre.slo.routing import Router
from airflow_dre.store.given_rows import Kind, given_rows, is_among
from airflow_dre.store.records import Definition
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.tables import check_definition, result, slo_count, slo_series

_EVENTS = msgspec.json.Decoder(list[tuple[int, int, int]])
GOOD = (Outcome.PASSED.value, Outcome.WARNED.value)
_SKIPPED = Outcome.SKIPPED.value
_NOTHING = (0, 0)
_COUNT: dict[str, Kind] = {"series": str, "minute": int, "good": int, "total": int}
_ROUTE: dict[str, Kind] = {"choice": int, "kind": str, "counts": str}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRuns:
    """Runs of one suite and Dag with the same numbers of checks by outcome."""

    namespace: str
    name: str
    suite: str
    dag_id: str | None
    outcome: str
    counts: Mapping[str, int]
    """Number of checks by outcome."""
    places: Sequence[tuple[str, int]]
    """The key of each run, and the minute at which it counts."""
    sign: int = 1
    """-1 where their events are taken away."""


class _Choice(NamedTuple):
    """The part of an indicator that chooses among the results of a run, and what it counts of each."""

    check: str | None
    dimension: str | None
    counts: EventKind


_Place = tuple[int, int, Sequence[str]]
"""The minute of a run, its sign, and the series that count it."""


class _Sums:
    """Good events and all events by series and minute."""

    def __init__(self) -> None:
        self._events: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)

    def add(self, place: _Place, good: int, total: int) -> None:
        """Add the events of a run to the series that count them."""
        minute, sign, counted_by = place
        for series in counted_by:
            events = self._events[series]
            before, every = events.get(minute, _NOTHING)
            events[minute] = (before + sign * good, every + sign * total)

    def add_each(self, runs: CountedRuns, counted_by: Iterable[str], good: int, total: int) -> None:
        """Add the same events of each of some runs to the series that count them."""
        good, total = runs.sign * good, runs.sign * total
        for series in counted_by:
            events = self._events[series]
            for _, minute in runs.places:
                before, every = events.get(minute, _NOTHING)
                events[minute] = (before + good, every + total)

    @property
    def rows(self) -> list[tuple[str, int, int, int]]:
        """Series, minute, good events and all events in the order of the index, without those in which nothing is counted."""
        series = sorted(self._events.items())
        return [(key, minute, *counted) for key, events in series for minute, counted in sorted(events.items()) if counted != _NOTHING]


def add_runs(connection: Connection, router: Router, counted: Iterable[CountedRuns]) -> None:
    """Add the events of suite runs, each named once, to the counts, and take those of others away.

    What a run itself keeps is not read from its results. The database sums the others by run, so that no result leaves it.
    """
    sums, whole = _Sums(), dict[str, _Place]()
    single: dict[_Choice, dict[str, _Place]] = defaultdict(dict)
    for runs in counted:
        kept, of_rows, of_choice = _routes(runs, router)
        for (good, total), series in kept.items():
            sums.add_each(runs, series, good, total)
        for found, series in ((whole, of_rows), *((single[choice], series) for choice, series in of_choice.items())):
            if series:
                found.update((key, (minute, runs.sign, series)) for key, minute in runs.places)
    for key, good, total in _sum_rows(connection, whole):
        sums.add(whole[key], good, total)
    for choice, key, good, total in _sum_choices(connection, single):
        if key in single[choice]:
            sums.add(single[choice][key], good, total)
    _save(connection, sums.rows)


def _routes(runs: CountedRuns, router: Router) -> tuple[dict[tuple[int, int], list[str]], list[str], dict[_Choice, list[str]]]:
    """Return the series of runs: by the good events and all events of each run, those of all rows, and those of single checks."""
    kept: dict[tuple[int, int], list[str]] = defaultdict(list)
    of_rows: list[str] = []
    of_choice: dict[_Choice, list[str]] = defaultdict(list)
    for key, indicator in router.of(runs):
        if indicator.counts is EventKind.RUNS_PASSED:
            kept[int(runs.outcome in GOOD), int(runs.outcome != _SKIPPED)].append(key)
        elif indicator.check is not None or indicator.dimension is not None:
            of_choice[_Choice(indicator.check, indicator.dimension, indicator.counts)].append(key)
        elif indicator.counts is EventKind.ROWS_PASSED:
            of_rows.append(key)
        else:
            ran = sum(number for outcome, number in runs.counts.items() if outcome != _SKIPPED)
            kept[sum(runs.counts.get(outcome, 0) for outcome in GOOD), ran].append(key)
    return kept, of_rows, of_choice


def read_counts(connection: Connection, keys: Iterable[str], since: int) -> dict[str, list[tuple[int, int, int]]]:
    """Return minute, good events and all events of each series from a minute on, oldest first."""
    found: dict[str, list[tuple[int, int, int]]] = {key: [] for key in keys}
    embedded = connection.dialect.name == "sqlite"
    group, entry = (func.json_group_array, func.json_array) if embedded else (func.json_agg, func.json_build_array)
    text = cast(group(entry(slo_count.c.minute, slo_count.c.good, slo_count.c.total)), Text())
    for some in in_chunks(sorted(found)):
        query = select(slo_count.c.series, text).where(slo_count.c.series.in_(some), slo_count.c.minute >= since)
        for series, events in connection.execute(query.group_by(slo_count.c.series)):
            found[series] = sorted(_EVENTS.decode(events))
    return found


def first_minutes(connection: Connection) -> dict[str, int]:
    """Return the first minute with an event of each series that has one."""
    first = select(func.min(slo_count.c.minute)).where(slo_count.c.series == slo_series.c.key).scalar_subquery()
    return {key: minute for key, minute in connection.execute(select(slo_series.c.key, first)) if minute is not None}


def prune_counts(connection: Connection, before: int) -> None:
    """Delete the counts of minutes before another."""
    connection.execute(delete(slo_count).where(slo_count.c.minute < before))


def _sum_rows(connection: Connection, keys: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Return the rows of each run that passed a check, and those that a check judged, summed over its checks."""
    if keys:
        good, total = _of_rows()
        query = select(result.c.run_key, func.sum(good), func.sum(total)).where(is_among(connection, result.c.run_key, keys))
        for key, passed, judged in connection.execute(query.group_by(result.c.run_key)):
            yield key, int(passed), int(judged)


def _sum_choices(connection: Connection, single: Mapping[_Choice, Iterable[str]]) -> Iterator[tuple[_Choice, str, int, int]]:
    """Return the good events and all events of each run that indicators of single checks choose."""
    keys = {key for places in single.values() for key in places}
    if not keys:
        return
    among = is_among(connection, result.c.run_key, sorted(keys))
    kinds = connection.execute(select(result.c.check_id, result.c.definition_digest).where(among).distinct()).all()
    definitions = _read_definitions(connection, {row.definition_digest for row in kinds})
    choices = list(single)
    wanted = [
        (number, f"{row.check_id} {bytes(row.definition_digest or b'').hex()}", choice.counts.value)
        for row in kinds
        for number, choice in enumerate(choices)
        if _is_chosen(choice, row.check_id, definitions.get(row.definition_digest))
    ]
    if not wanted:
        return
    routes = given_rows(connection, "routes", _ROUTE, wanted)
    rows, ran = routes.c.counts == EventKind.ROWS_PASSED.value, result.c.outcome != _SKIPPED
    passed, judged = _of_rows()
    good = case((rows, passed), (result.c.outcome.in_(GOOD), 1), else_=0)
    total = case((rows, judged), (ran, 1), else_=0)
    query = select(result.c.run_key, routes.c.choice, func.sum(good), func.sum(total)).where(among)
    query = query.join_from(result, routes, routes.c.kind == _kind(connection)).group_by(result.c.run_key, routes.c.choice)
    for key, number, some, every in connection.execute(query):
        yield choices[number], key, int(some), int(every)


def _kind(connection: Connection) -> ColumnElement[str]:
    """Return the check of a result and the digest of its definition as text. A version before kept the definition itself."""
    column = result.c.definition_digest
    embedded = connection.dialect.name == "sqlite"
    text: ColumnElement[str] = func.lower(func.hex(column)) if embedded else func.encode(column, "hex")
    return result.c.check_id.concat(" ").concat(func.coalesce(text, ""))


def _of_rows() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return the rows of a result that passed, and those that were judged."""
    ran = result.c.outcome.not_in((_SKIPPED, Outcome.ERRORED.value))
    has_rows = ran & result.c.rows.is_not(None) & result.c.violations.is_not(None)
    return case((has_rows, result.c.rows - result.c.violations), else_=0), case((has_rows, result.c.rows), else_=0)


def _save(connection: Connection, rows: Sequence[tuple[str, int, int, int]]) -> None:
    """Add sums by series and minute to the counts."""
    if not rows:
        return
    given = given_rows(connection, "given", _COUNT, rows)
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(slo_count)
    found = select(*given.c).where(given.c.minute.is_not(None))  # SQLite reads ON CONFLICT as a join without a condition before it
    more = {name: slo_count.c[name] + insert.excluded[name] for name in ("good", "total")}
    added = insert.from_select(list(_COUNT), found)
    connection.execute(added.on_conflict_do_update(index_elements=["series", "minute"], set_=more))


def _read_definitions(connection: Connection, digests: set[bytes | None]) -> dict[bytes | None, Definition]:
    known: dict[bytes | None, Definition] = {}
    for some in in_chunks(sorted(digest for digest in digests if digest is not None)):
        query = select(check_definition.c.digest, check_definition.c.definition).where(check_definition.c.digest.in_(some))
        for row in connection.execute(query):
            known[row.digest] = msgspec.convert(row.definition, Definition)
    return known


def _is_chosen(choice: _Choice, check_id: str, definition: Definition | None) -> bool:
    named = choice.check in (None, check_id) or (definition is not None and choice.check == definition.name)
    return named and (choice.dimension is None or (definition is not None and choice.dimension == definition.dimension))
