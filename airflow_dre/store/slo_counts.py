"""The counts of events of objectives by minute, and what a suite run adds to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import CTE, ColumnElement, Connection, Row, Select, Text, case, cast, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import Router
from airflow_dre.store.given_rows import Kind, given_rows
from airflow_dre.store.records import Definition
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.tables import check_definition, result, slo_count, slo_series

_EVENTS = msgspec.json.Decoder(list[tuple[int, int, int]])
GOOD = (Outcome.PASSED.value, Outcome.WARNED.value)
_Place = tuple[str, int, int, int]
"""The key of a run, its minute, its sign and the number of its suite."""
_RUN: dict[str, Kind] = {"run_key": str, "minute": int, "sign": int, "suite": int}
_ENDED: dict[str, Kind] = {"good": int, "minute": int, "sign": int, "suite": int}
_ROUTE: dict[str, Kind] = {"suite": int, "series": str, "counts": str}
_CHECK: dict[str, Kind] = {**_ROUTE, "check_id": str, "digest": str}


@dataclass(frozen=True, slots=True)
class CountedRun:
    """A suite run with the minute at which it counts, and 1 where its events are added or -1 where they are taken away."""

    run: Row[Any]
    minute: int
    sign: int


@dataclass(slots=True)
class _Routed:
    """The runs that add to some series, and the series of each suite by its number."""

    runs: list[_Place] = field(default_factory=list)
    series: dict[int, list[tuple[str, Indicator]]] = field(default_factory=dict)

    @property
    def routes(self) -> list[tuple[int, str, str]]:
        """Number of a suite, series and kind of events."""
        return [(suite, key, indicator.counts.value) for suite, routes in self.series.items() for key, indicator in routes]


def add_runs(connection: Connection, router: Router, counted: Sequence[CountedRun]) -> None:
    """Add the events of suite runs, each named once, to the counts, and take those of others away.

    The database sums the results, which do not leave it.
    """
    of_runs, of_suites, of_checks = _Routed(), _Routed(), _Routed()
    numbers: dict[tuple[str, str, str, str | None], int] = {}
    ended: list[tuple[int, int, int, int]] = []
    for one in counted:
        run = one.run
        suite = (run.namespace, run.name, run.suite, run.dag_id)
        number = numbers.get(suite)
        if number is None:
            number = numbers[suite] = len(numbers)
            for route in router.of(run):
                kind = of_runs if route[1].counts is EventKind.RUNS_PASSED else of_checks if _is_single(route[1]) else of_suites
                kind.series.setdefault(number, []).append(route)
        if number in of_runs.series and run.outcome != Outcome.SKIPPED.value:
            ended.append((int(run.outcome in GOOD), one.minute, one.sign, number))
        for kind in (of_suites, of_checks):
            if number in kind.series:
                kind.runs.append((run.run_key, one.minute, one.sign, number))
    _add_ends(connection, ended, of_runs)
    _add_suites(connection, of_suites)
    _add_checks(connection, of_checks)


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


def _is_single(indicator: Indicator) -> bool:
    """Return whether an indicator counts single checks of a suite."""
    return indicator.check is not None or indicator.dimension is not None


def _add_ends(connection: Connection, ended: Sequence[tuple[int, int, int, int]], routed: _Routed) -> None:
    """Add runs to the series that count runs."""
    if ended:
        runs = given_rows(connection, "runs", _ENDED, ended)
        routes = given_rows(connection, "routes", _ROUTE, routed.routes)
        counted = select(routes.c.series, runs.c.minute, func.sum(runs.c.sign * runs.c.good), func.sum(runs.c.sign))
        _add(connection, counted.join_from(runs, routes, routes.c.suite == runs.c.suite), routes, runs)


def _add_suites(connection: Connection, routed: _Routed) -> None:
    """Add the results of runs to the series that count all checks of a suite."""
    if routed.runs:
        runs = given_rows(connection, "runs", _RUN, routed.runs)
        routes = given_rows(connection, "routes", _ROUTE, routed.routes)
        counted = _sums(runs, routes).join_from(runs, result, result.c.run_key == runs.c.run_key)
        _add(connection, counted.join(routes, routes.c.suite == runs.c.suite), routes, runs)


def _add_checks(connection: Connection, routed: _Routed) -> None:
    """Add the results of runs to the series that count single checks of a suite."""
    if not routed.runs:
        return
    runs = given_rows(connection, "runs", _RUN, routed.runs)
    digest = _as_text(connection)
    known = select(runs.c.suite, result.c.check_id, result.c.definition_digest, digest.label("digest"))
    kinds = connection.execute(known.join_from(runs, result, result.c.run_key == runs.c.run_key).distinct()).all()
    definitions = _read_definitions(connection, {row.definition_digest for row in kinds})
    wanted = [
        (row.suite, key, indicator.counts.value, row.check_id, row.digest)
        for row in kinds
        for key, indicator in routed.series[row.suite]
        if _is_check(indicator, row.check_id, definitions.get(row.definition_digest))
    ]
    if wanted:
        routes = given_rows(connection, "routes", _CHECK, wanted)
        of_check = (routes.c.suite == runs.c.suite) & (routes.c.check_id == result.c.check_id) & (routes.c.digest == digest)
        counted = _sums(runs, routes).join_from(runs, result, result.c.run_key == runs.c.run_key).join(routes, of_check)
        _add(connection, counted, routes, runs)


def _as_text(connection: Connection) -> ColumnElement[str]:
    """Return the digest of the definition of a result as text, empty where a version before kept the definition itself."""
    column = result.c.definition_digest
    text: ColumnElement[str] = func.hex(column) if connection.dialect.name == "sqlite" else func.encode(column, "hex")
    return func.coalesce(text, "")


def _sums(runs: CTE, routes: CTE) -> Select[Any]:
    """Return the sums of good events and all events of results by series and minute."""
    ran = result.c.outcome != Outcome.SKIPPED.value
    has_rows = ran & (result.c.outcome != Outcome.ERRORED.value) & result.c.rows.is_not(None) & result.c.violations.is_not(None)
    rows = routes.c.counts == EventKind.ROWS_PASSED.value
    good = case((rows, case((has_rows, result.c.rows - result.c.violations), else_=0)), (result.c.outcome.in_(GOOD), 1), else_=0)
    total = case((rows, case((has_rows, result.c.rows), else_=0)), (ran, 1), else_=0)
    return select(routes.c.series, runs.c.minute, func.sum(runs.c.sign * good), func.sum(runs.c.sign * total))


def _add(connection: Connection, counted: Select[Any], routes: CTE, runs: CTE) -> None:
    """Add sums by series and minute to the counts, without those in which nothing is counted."""
    sums = counted.group_by(routes.c.series, runs.c.minute).subquery()
    series, minute, good, total = sums.c
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(slo_count)
    found = select(series, minute, good, total).where((good != 0) | (total != 0))
    more = {name: slo_count.c[name] + insert.excluded[name] for name in ("good", "total")}
    added = insert.from_select(["series", "minute", "good", "total"], found)
    connection.execute(added.on_conflict_do_update(index_elements=["series", "minute"], set_=more))


def _read_definitions(connection: Connection, digests: set[bytes | None]) -> dict[bytes | None, Definition]:
    known: dict[bytes | None, Definition] = {}
    for some in in_chunks(sorted(digest for digest in digests if digest is not None)):
        query = select(check_definition.c.digest, check_definition.c.definition).where(check_definition.c.digest.in_(some))
        for row in connection.execute(query):
            known[row.digest] = msgspec.convert(row.definition, Definition)
    return known


def _is_check(indicator: Indicator, check_id: str, definition: Definition | None) -> bool:
    named = indicator.check in (None, check_id) or (definition is not None and indicator.check == definition.name)
    return named and (indicator.dimension is None or (definition is not None and indicator.dimension == definition.dimension))
