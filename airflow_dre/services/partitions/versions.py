"""Scans of the partitions that changed, which a version shows without reading rows."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.segments import MOST
from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.partitions.bounds import INSTEAD, NativePartition, read_native_partitions
from airflow_dre.partitions.merging import partition_column
from airflow_dre.partitions.values import Partition, as_partition, format_partition, latest_names, read_like
from airflow_dre.services.partitions.scans import ScanResult, as_key
from airflow_dre.services.partitions.table import Findings, PartitionedTable, example
from airflow_dre.services.quality.answers import CountingEngine
from airflow_dre.sql.raw import read_versions
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.values.scalars import Incomparable, Row
from airflow_dre.values.text_codec import spell


def read_versions_of(changes: str, scope: Scope, engine: CountingEngine) -> Sequence[Row]:
    """Return partitions and their versions, by a SELECT of the Dag author.

    It runs before rows are read, so that the next run finds a change in between.

    :raises DefinitionError: it is not one read-only SELECT of two columns.
    :raises Incomparable: the database refuses it, or it returns too many rows.
    """
    query = read_versions(changes, scope.dialect.name, "suite").sql()
    try:
        rows = engine.look_up(scope.render(query), MOST + 1)
    except QueryFailed as refused:
        raise Incomparable(f"the query in changes= failed: {refused}") from refused
    if len(rows) > MOST:
        raise Incomparable(f"the query in changes= returns more than {MOST} rows")
    if any(len(row) != 2 for row in rows):
        raise DefinitionError([Problem("suite", "changes", changes, "a SELECT of two columns: the partition and its version")])
    return rows


def read_catalogue(scope: Scope, engine: CountingEngine) -> Sequence[Row]:
    """Return the partitions that the database itself keeps of a table, with their versions.

    :raises Incomparable: the database does not list them.
    """
    if scope.dialect.catalogue.partitions is None:
        raise Incomparable(f"{scope.dialect.name} does not show which partitions changed: {INSTEAD}")
    try:
        return engine.look_up(scope.dialect.catalogue.partitions(scope.table), MOST + 1)
    except QueryFailed as refused:
        raise Incomparable(f"the query of the catalogue failed: {refused}") from refused


def scan_listed(table: PartitionedTable, rows: Sequence[Row]) -> Findings:
    """Return a scan of the listed partitions with another version.

    Partitions that are not listed no longer exist.
    """
    known = table.known
    result = table.scan(None) if example(known) is None else ScanResult()
    listed = versions_like(rows, example(known or result.scans))
    new = [
        text
        for text, (_, version) in listed.items()
        if text not in result.scans and (text not in known or known[text].mixed or known[text].version != version)
    ]
    if new and not table.unanswered(result):
        only = PartitionFilter(by=table.by, values=tuple(listed[text][0] for text in new))
        result = result.then(table.scan(None if len(new) == len(listed) else only))
    if table.unanswered(result):
        return Findings(result=result)
    result = result.with_empty(new, table.specs).with_versions(lambda text, _: listed[text][1] if text in listed else None)
    gone = frozenset(known.keys() - listed.keys())
    unlisted = [scan.value for text, scan in result.scans.items() if text not in listed]
    if not unlisted:
        return Findings(result=result, gone=gone)
    named = "NULL" if unlisted == [None] else latest_names(unlisted)
    return Findings(result=result, gone=gone, reason=f"there are rows in partitions that the list of changes does not hold: {named}")


def scan_native(table: PartitionedTable, rows: Sequence[Row]) -> Findings:
    """Return a scan of the native partitions that changed.

    Partitions outside all native ones no longer exist.

    :param rows: of the catalogue.
    """
    known = table.known
    result = table.scan(None) if example(known) is None else ScanResult()
    like = example(known or result.scans)
    if table.unanswered(result):
        return Findings(result=result)
    if like is None:
        return Findings(result=result, reason="the table has no partition")
    natives = read_native_partitions(rows, partition_column(table.by), like)
    homes = {text: next((native for native in natives if native.holds(scan.value)), None) for text, scan in known.items()}
    changed = _changed(table, natives, homes)
    if changed and not result.scans:
        spans = tuple((native.low, native.high) for native in changed if native.values is None)
        values = tuple(value for native in changed for value in native.values or ())
        only = PartitionFilter(by=table.by, values=values, spans=spans)
        result = result.then(table.scan(None if len(changed) == len(natives) else only))
        if table.unanswered(result):
            return Findings(result=result)
    gone = frozenset(text for text, home in homes.items() if text not in result.scans and (home is None or home in changed))
    versioned = result.with_versions(lambda _, scan: next((native.version for native in natives if native.holds(scan.value)), None))
    return Findings(result=versioned, gone=gone)


def _changed(
    table: PartitionedTable, natives: Sequence[NativePartition], homes: dict[str, NativePartition | None]
) -> list[NativePartition]:
    """Return the native partitions with another version than when their partitions were scanned, or never scanned."""
    unchanged: dict[NativePartition, bool] = {}
    for text, home in homes.items():
        if home is not None:
            same = table.known[text].version == home.version and not table.known[text].mixed
            unchanged[home] = unchanged.get(home, True) and same
    return [native for native in natives if not unchanged.get(native, native.size == 0)]


def versions_like(rows: Sequence[Row], like: Partition) -> dict[str, tuple[Partition, str]]:
    """Return the value and the version of each partition, by the text that it is kept by.

    Several versions of one partition become one.

    :param like: a partition of the table, whose type the listed values take.
    :raises Incomparable: a listed value is of another type.
    """
    found: dict[str, tuple[Partition, list[str]]] = {}
    for partition, version in rows:
        value = as_partition(partition)
        if like is not None and value is not None and type(value) is not type(like):
            value = read_like(format_partition(value), like)
        text, value = as_key(value)
        found.setdefault(text, (value, []))[1].append(spell(version))
    return {text: (value, "\n".join(sorted(versions))) for text, (value, versions) in found.items()}
