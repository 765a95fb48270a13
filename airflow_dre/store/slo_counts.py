"""The counts of events of objectives by minute, and what a suite run adds to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import Router
from airflow_dre.store.records import Definition
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.tables import check_definition, result, slo_count, slo_event, slo_series

GOOD = (Outcome.PASSED.value, Outcome.WARNED.value)
Totals = dict[tuple[str, int], list[int]]
"""Good events and all events by series and minute."""


@dataclass(frozen=True, slots=True)
class CountedRun:
    """A suite run with the minute at which it counts, and 1 where its events are added or -1 where they are taken away."""

    run: Row[Any]
    minute: int
    sign: int


class KeySpan(NamedTuple):
    """The first and the last key of suite runs that are counted together and are not marked as counted yet."""

    first: str
    last: str


def add_runs(connection: Connection, router: Router, counted: Sequence[CountedRun], span: KeySpan | None) -> None:
    """Add the events of suite runs, each named once, to the counts, and take those of others away.

    :param span: keys between which lie the pending ones of the runs; None: none of them is pending.
    """
    totals: Totals = defaultdict(lambda: [0, 0])
    whole: dict[str, CountedRun] = {}
    single: dict[str, CountedRun] = {}
    for one in counted:
        for key, indicator in router.of(one.run):
            if indicator.counts is EventKind.RUNS_PASSED:
                if one.run.outcome != Outcome.SKIPPED.value:
                    _count(totals[key, one.minute], int(one.run.outcome in GOOD), 1, one.sign)
            elif _is_single(indicator):
                single[one.run.run_key] = one
            else:
                whole[one.run.run_key] = one
    _add_suites(connection, router, whole, totals, span)
    _add_checks(connection, router, single, totals, span)
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


def _of_runs(keys: Sequence[str], span: KeySpan | None) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together hold for the results of some runs, and of other pending ones."""
    if span is None:
        yield from (result.c.run_key.in_(some) for some in in_chunks(keys))
    elif keys:
        yield result.c.run_key.in_(select(slo_event.c.run_key).where(slo_event.c.counted.is_(None), slo_event.c.run_key.between(*span)))


def _add_suites(connection: Connection, router: Router, runs: Mapping[str, CountedRun], totals: Totals, span: KeySpan | None) -> None:
    sums = select(result.c.run_key, *_sums()).group_by(result.c.run_key)
    for condition in _of_runs(list(runs), span):
        for row in connection.execute(sums.where(condition)).all():
            one = runs.get(row.run_key)
            if one is None:
                continue
            for series, indicator in router.of(one.run):
                if indicator.counts is not EventKind.RUNS_PASSED and not _is_single(indicator):
                    _count(totals[series, one.minute], *_taken(indicator, row), one.sign)


def _add_checks(connection: Connection, router: Router, runs: Mapping[str, CountedRun], totals: Totals, span: KeySpan | None) -> None:
    definitions: dict[bytes | None, Definition] = {}
    columns = (result.c.run_key, result.c.check_id, result.c.definition_digest)
    wanted = {indicator for one in runs.values() for _, indicator in router.of(one.run) if _is_single(indicator)}
    for condition in _of_runs(list(runs), span):
        kinds = connection.execute(select(*columns[1:]).where(condition).distinct()).all()
        _read_definitions(connection, {row.definition_digest for row in kinds}, definitions)
        ids = {
            row.check_id for row in kinds if any(_is_check(each, row.check_id, definitions.get(row.definition_digest)) for each in wanted)
        }
        for some in in_chunks(sorted(ids)):
            rows = select(*columns, *_sums()).where(condition, result.c.check_id.in_(some)).group_by(*columns)
            for row in connection.execute(rows).all():
                one, definition = runs.get(row.run_key), definitions.get(row.definition_digest)
                if one is None:
                    continue
                for series, indicator in router.of(one.run):
                    if _is_single(indicator) and _is_check(indicator, row.check_id, definition):
                        _count(totals[series, one.minute], *_taken(indicator, row), one.sign)


def _read_definitions(connection: Connection, digests: set[bytes | None], known: dict[bytes | None, Definition]) -> None:
    for some in in_chunks(sorted(digest for digest in digests if digest is not None)):
        query = select(check_definition.c.digest, check_definition.c.definition).where(check_definition.c.digest.in_(some))
        for row in connection.execute(query):
            known[row.digest] = msgspec.convert(row.definition, Definition)


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
