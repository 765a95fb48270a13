"""The counts of events of objectives by minute, and what a suite run adds to them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, cast, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import Router
from airflow_dre.store.records import Definition
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.tables import check_definition, result, slo_count, slo_series

GOOD = (Outcome.PASSED.value, Outcome.WARNED.value)
Totals = dict[tuple[str, int], list[int]]
"""Good events and all events by series and minute."""
Routes = Sequence[tuple[str, Indicator]]
Routed = tuple["CountedRun", Routes]
"""A suite run with the series that it adds to."""


@dataclass(frozen=True, slots=True)
class CountedRun:
    """A suite run with the minute at which it counts, and 1 where its events are added or -1 where they are taken away."""

    run: Row[Any]
    minute: int
    sign: int


def add_runs(connection: Connection, router: Router, counted: Sequence[CountedRun]) -> None:
    """Add the events of suite runs, each named once, to the counts, and take those of others away."""
    totals: Totals = defaultdict(lambda: [0, 0])
    whole: dict[str, Routed] = {}
    single: dict[str, Routed] = {}
    for one in counted:
        routes = router.of(one.run)
        for key, indicator in routes:
            if indicator.counts is EventKind.RUNS_PASSED:
                if one.run.outcome != Outcome.SKIPPED.value:
                    _count(totals[key, one.minute], int(one.run.outcome in GOOD), 1, one.sign)
            elif _is_single(indicator):
                single[one.run.run_key] = (one, routes)
            else:
                whole[one.run.run_key] = (one, routes)
    _add_suites(connection, whole, totals)
    _add_checks(connection, single, totals)
    _save(connection, totals)


def read_counts(connection: Connection, keys: Iterable[str], since: int) -> dict[str, list[tuple[int, int, int]]]:
    """Return minute, good events and all events of each series from a minute on, oldest first."""
    found: dict[str, list[tuple[int, int, int]]] = {key: [] for key in keys}
    columns = (slo_count.c.series, slo_count.c.minute, slo_count.c.good, slo_count.c.total)
    for some in in_chunks(sorted(found)):
        query = select(*columns).where(slo_count.c.series.in_(some), slo_count.c.minute >= since)
        for series, minute, good, total in connection.execute(query.order_by(slo_count.c.series, slo_count.c.minute)).all():
            found[series].append((minute, good, total))
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


def _sums() -> list[ColumnElement[Any]]:
    """Return the columns that count rows and checks: good and all of each."""
    ran = result.c.outcome != Outcome.SKIPPED.value
    has_rows = ran & (result.c.outcome != Outcome.ERRORED.value) & result.c.rows.is_not(None) & result.c.violations.is_not(None)
    return [
        func.sum(case((has_rows, result.c.rows - result.c.violations), else_=0)).label("rows_good"),
        func.sum(case((has_rows, result.c.rows), else_=0)).label("rows_all"),
        func.sum(case((result.c.outcome.in_(GOOD), 1), else_=0)).label("checks_good"),
        func.sum(case((ran, 1), else_=0)).label("checks_all"),
    ]


def _is_among(connection: Connection, column: ColumnElement[Any], keys: Iterable[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of many keys, which are one parameter."""
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(list(keys))).table_valued("value").c.value))
    given = cast(literal(list(keys), postgresql.JSON()), postgresql.JSON())
    return column.in_(select(func.json_array_elements_text(given).table_valued("value").c.value))


def _add_suites(connection: Connection, runs: Mapping[str, Routed], totals: Totals) -> None:
    if not runs:
        return
    sums = select(result.c.run_key, *_sums()).where(_is_among(connection, result.c.run_key, runs)).group_by(result.c.run_key)
    for row in connection.execute(sums).all():
        one, routes = runs[row.run_key]
        for series, indicator in routes:
            if indicator.counts is not EventKind.RUNS_PASSED and not _is_single(indicator):
                _count(totals[series, one.minute], *_taken(indicator, row), one.sign)


def _add_checks(connection: Connection, runs: Mapping[str, Routed], totals: Totals) -> None:
    if not runs:
        return
    of_runs = _is_among(connection, result.c.run_key, runs)
    kinds = connection.execute(select(result.c.check_id, result.c.definition_digest).where(of_runs).distinct()).all()
    definitions = _read_definitions(connection, {row.definition_digest for row in kinds})
    wanted = {indicator for _, routes in runs.values() for _, indicator in routes if _is_single(indicator)}
    names, dimensions = {indicator.check for indicator in wanted} - {None}, {indicator.dimension for indicator in wanted} - {None}
    ids = set()
    for kind in kinds:
        definition = definitions.get(kind.definition_digest)
        if kind.check_id in names or (definition is not None and (definition.name in names or definition.dimension in dimensions)):
            ids.add(kind.check_id)
    if not ids:
        return
    columns = (result.c.run_key, result.c.check_id, result.c.definition_digest)
    rows = select(*columns, *_sums()).where(of_runs, _is_among(connection, result.c.check_id, sorted(ids))).group_by(*columns)
    for row in connection.execute(rows).all():
        definition = definitions.get(row.definition_digest)
        one, routes = runs[row.run_key]
        for series, indicator in routes:
            if _is_single(indicator) and _is_check(indicator, row.check_id, definition):
                _count(totals[series, one.minute], *_taken(indicator, row), one.sign)


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


def _taken(indicator: Indicator, row: Row[Any]) -> tuple[int, int]:
    if indicator.counts is EventKind.ROWS_PASSED:
        return int(row.rows_good), int(row.rows_all)
    return int(row.checks_good), int(row.checks_all)


def _count(total: list[int], good: int, events: int, sign: int) -> None:
    total[0] += sign * good
    total[1] += sign * events


def _save(connection: Connection, totals: Totals) -> None:
    """Add to the counts, in the order of their keys, so that two transactions cannot deadlock."""
    rows = [
        {"series": key, "minute": minute, "good": good, "total": total}
        for (key, minute), (good, total) in sorted(totals.items())
        if good or total
    ]
    if rows:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(slo_count)
        more = {name: slo_count.c[name] + insert.excluded[name] for name in ("good", "total")}
        connection.execute(insert.on_conflict_do_update(index_elements=["series", "minute"], set_=more), rows)
