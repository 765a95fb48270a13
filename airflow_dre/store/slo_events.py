"""Suite runs as events of objectives. Each is read once, as it arrives.

A suite run is one event of the part of the data that it measured. A later measurement of the same part takes its place, at the same
moment: a partition that was repaired is good where it was bad before. A run counts when it was measured, except a backfill, which counts at
the end of its data interval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, Row, Select, Text, bindparam, cast, delete, false, func, select, update

from airflow_dre.incidents.signals import Origin
from airflow_dre.incidents.slices import Slice
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.routing import LastRouter, Router, series_key
from airflow_dre.slo.window import to_minute
from airflow_dre.store.database import Database
from airflow_dre.store.given_rows import is_among
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.store.shared_texts import in_chunks
from airflow_dre.store.slo_counts import CountedRuns, add_runs
from airflow_dre.store.tables import slo_count, slo_event, slo_series, suite_head, suite_run
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.digest import digest

BATCH = 20_000
"""Suite runs that one transaction counts."""
_LATE = timedelta(days=1)
"""A run that measures data so long after its interval, and two intervals after it, is a backfill."""
_LOCK = digest("count the events of objectives")
_RUN = [
    *[suite_run.c[name] for name in ("namespace", "name", "suite", "dag_id", "outcome")],
    cast(suite_run.c.counts, Text()).label("counts"),
]
_PLACES = msgspec.json.Decoder(list[tuple[str, int]])
_COUNTS = msgspec.json.Decoder(dict[str, int])
_SUITE = (suite_head.c.namespace, suite_head.c.name, suite_head.c.suite, suite_head.c.dag_id)


def note_event(connection: Connection, run: SuiteRunRecord) -> None:
    """Keep that a suite run is still to be counted."""
    part = Slice(interval_start=run.data_interval_start, interval_end=run.data_interval_end, partition_key=run.partition_key)
    identity = _identity((run.namespace, run.name, run.suite), run.origin, part, run.key)
    connection.execute(slo_event.insert().values(run_key=run.key, identity=identity, minute=_minute(part, run.measured_at)))


def _identity(suite: tuple[str, str, str], origin: Origin, part: Slice, key: str) -> str:
    """Return the digest of the part of the data that a suite run measured. Runs with the same one are tries at one event."""
    values = (part.interval_start, part.interval_end, part.partition_key)
    about: tuple[object, ...] = tuple(value.isoformat() if isinstance(value, datetime) else value for value in values)
    if part == Slice():
        about = ("run", origin.run_id) if origin.run_id is not None else ("key", key)
    return digest(*suite, origin.dag_id, origin.task_id, origin.map_index, *about)


def _minute(part: Slice, measured_at: datetime) -> int:
    """Return when a suite run counts: when it was measured, or for a backfill at the end of its data interval."""
    start, end = part.interval_start, part.interval_end
    if end is None:
        return to_minute(measured_at)
    length = timedelta(0) if start is None else end - start
    return to_minute(end if measured_at - end > max(_LATE, 2 * length) else measured_at)


def read_series(connection: Connection) -> dict[str, Indicator]:
    """Return the indicators whose events are counted, by key."""
    rows = connection.execute(select(slo_series.c.key, slo_series.c.indicator))
    return {row.key: Indicator(**{**row.indicator, "counts": EventKind(row.indicator["counts"])}) for row in rows}


def datasets_of(connection: Connection, series: Mapping[str, Indicator]) -> dict[str, list[DatasetName]]:
    """Return the datasets with results that each indicator is about, by its key."""
    router, found = Router(series), defaultdict(set)
    for row in connection.execute(select(*_SUITE)):
        for key, _ in router.of(row):
            found[key].add((row.namespace, row.name))
    return {key: [DatasetName(*name) for name in sorted(found[key])] for key in series}


def add_series(database: Database, connection: Connection, indicators: Iterable[Indicator], at: datetime) -> int:
    """Begin to count the events of indicators, with those of all suite runs that are counted already, and return how many are new."""
    database.lock(connection, _LOCK)
    known = read_series(connection)
    wanted = {series_key(indicator): indicator for indicator in indicators}
    new = {key: indicator for key, indicator in wanted.items() if key not in known}
    if not new:
        return 0
    connection.execute(slo_series.insert(), [{"key": key, "indicator": each.parts, "created_at": at} for key, each in new.items()])
    router = Router(new)
    suites = {(row.namespace, row.name, row.suite) for row in connection.execute(select(*_SUITE)) if router.of(row)}
    for suite in sorted(suites):
        same = [suite_run.c[name] == value for name, value in zip(("namespace", "name", "suite"), suite, strict=True)]
        runs = _runs().where(slo_event.c.counted.is_not(None), *same)
        add_runs(connection, router, [found for found, _ in _read_together(connection, runs.add_columns(false().label("again")))])
    return len(new)


def drop_series(database: Database, connection: Connection, keys: Sequence[str]) -> None:
    """Forget indicators and the counts of their events.

    The lock comes before the first row, as in a transaction that counts, so that the two cannot deadlock.
    """
    database.lock(connection, _LOCK)
    for some in in_chunks(keys):
        connection.execute(delete(slo_count).where(slo_count.c.series.in_(some)))
        connection.execute(delete(slo_series).where(slo_series.c.key.in_(some)))


def count_pending_runs(database: Database, connection: Connection, batch: int = BATCH, routers: LastRouter | None = None) -> int:
    """Count some suite runs that are not counted yet, and return how many. 0: everything is counted.

    :param routers: what keeps the router from one batch to the next.
    """
    database.lock(connection, _LOCK)
    if connection.scalar(select(slo_event.c.run_key).where(slo_event.c.counted.is_(None)).limit(1)) is None:
        return 0
    series = read_series(connection)
    if not series:
        return 0
    _identify(connection, batch)
    tried = slo_event.alias("tried")
    tries = select(func.count()).where(tried.c.identity == slo_event.c.identity).scalar_subquery()
    pending = _runs().add_columns((tries > 1).label("again")).where(slo_event.c.counted.is_(None))
    together = _read_together(connection, pending.order_by(slo_event.c.run_key).limit(batch))
    keys = [key for runs, _ in together for key, _ in runs.places]
    if not keys:
        return 0
    router = (routers or LastRouter()).of(series)
    add_runs(connection, router, [runs for runs, again in together if not again])
    repeated = [key for runs, again in together if again for key, _ in runs.places]
    if repeated:
        add_runs(connection, router, _replace(connection, repeated))
    # SQLite has one writer, so that the pending runs up to the last key are those that were counted.
    counted = slo_event.c.run_key <= max(keys) if database.embedded else is_among(connection, slo_event.c.run_key, keys)
    connection.execute(update(slo_event).where(slo_event.c.counted.is_(None), counted).values(counted=1))
    return len(keys)


def _runs() -> Select[Any]:
    events = (slo_event.c.run_key, slo_event.c.identity, slo_event.c.minute, slo_event.c.counted)
    return select(*events, *_RUN).join_from(slo_event, suite_run, suite_run.c.key == slo_event.c.run_key)


def _read_together(connection: Connection, runs: Select[Any]) -> list[tuple[CountedRuns, bool]]:
    """Return suite runs, those together that have the same suite, Dag and numbers of checks, and whether others measured the same part.

    So a row of the database is a suite and not a run, since there are many more runs than suites.
    """
    found = runs.subquery()
    embedded = connection.dialect.name == "sqlite"
    group, entry = (func.json_group_array, func.json_array) if embedded else (func.json_agg, func.json_build_array)
    places = cast(group(entry(found.c.run_key, found.c.minute)), Text())
    same = [found.c[name] for name in ("namespace", "name", "suite", "dag_id", "outcome", "counts", "again")]
    columns = [*same, places.label("places")]
    query: Select[Any] = select(*columns).group_by(*same)
    return [(_together(row, _PLACES.decode(row.places)), bool(row.again)) for row in connection.execute(query)]


def _together(run: Row[Any], places: list[tuple[str, int]], sign: int = 1) -> CountedRuns:
    return CountedRuns(
        namespace=run.namespace,
        name=run.name,
        suite=run.suite,
        dag_id=run.dag_id,
        outcome=run.outcome,
        counts=_COUNTS.decode(run.counts),
        places=places,
        sign=sign,
    )


def _identify(connection: Connection, batch: int) -> None:
    """Add the identity and the minute of runs that a version before objectives wrote."""
    parts = [suite_run.c[name] for name in ("run_id", "task_id", "map_index", "data_interval_start", "data_interval_end", "partition_key")]
    unknown = _runs().add_columns(suite_run.c.measured_at, *parts).where(slo_event.c.counted.is_(None), slo_event.c.identity.is_(None))
    rows = []
    for run in connection.execute(unknown.order_by(slo_event.c.run_key).limit(batch)):
        part = Slice(interval_start=run.data_interval_start, interval_end=run.data_interval_end, partition_key=run.partition_key)
        origin = Origin(dag_id=run.dag_id, run_id=run.run_id, task_id=run.task_id, map_index=run.map_index)
        identity = _identity((run.namespace, run.name, run.suite), origin, part, run.run_key)
        rows.append({"of": run.run_key, "as_identity": identity, "at": _minute(part, run.measured_at)})
    if rows:
        named: dict[str, BindParameter[Any]] = {"identity": bindparam("as_identity"), "minute": bindparam("at")}
        connection.execute(update(slo_event).where(slo_event.c.run_key == bindparam("of")).values(**named), rows)


def _replace(connection: Connection, keys: Sequence[str]) -> list[CountedRuns]:
    """Let the latest measurement of each part of the data take the place of the others, and return what that adds and takes away.

    :param keys: pending runs of parts that other runs measured too.
    """
    identities = set(connection.scalars(select(slo_event.c.identity).where(is_among(connection, slo_event.c.run_key, keys))))
    tries: dict[str, list[Row[Any]]] = defaultdict(list)
    for some in in_chunks(sorted(identities)):
        query = _runs().add_columns(suite_run.c.measured_at).where(slo_event.c.identity.in_(some))
        for run in connection.execute(query.order_by(suite_run.c.measured_at, suite_run.c.key)):
            tries[run.identity].append(run)
    changes, kept, gone = [], [], []
    for runs in tries.values():
        before = next((run for run in runs if run.counted is not None), None)
        minute, latest = (before or runs[0]).minute, runs[-1]
        gone += [run.run_key for run in runs if run is not latest]
        if before is not latest:
            kept.append({"of": latest.run_key, "at": minute})
            changes.append(_together(latest, [(latest.run_key, minute)]))
            if before is not None:
                changes.append(_together(before, [(before.run_key, minute)], -1))
    for some in in_chunks(gone):
        connection.execute(delete(slo_event).where(slo_event.c.run_key.in_(some)))
    if kept:
        values = {"minute": bindparam("at"), "counted": 1}
        connection.execute(update(slo_event).where(slo_event.c.run_key == bindparam("of")).values(**values), kept)
    return changes
