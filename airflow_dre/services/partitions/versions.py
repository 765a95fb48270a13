"""The versions of partitions: which of them changed, told without looking at their rows."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.segments import MOST
from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.partitions.bounds import INSTEAD, NativePartition, read_native_partitions
from airflow_dre.partitions.merging import partition_column
from airflow_dre.partitions.values import Partition, as_partition, read_like, spoken_partition
from airflow_dre.services.partitions.scans import as_key
from airflow_dre.services.partitions.table import Table
from airflow_dre.services.quality.answers import AnswerSet, Engine
from airflow_dre.sql.raw import read_versions
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import PartitionFilter
from airflow_dre.values.scalars import Incomparable, Row
from airflow_dre.values.text_codec import spell


def read_versions_of(changes: str, scope: Scope, engine: Engine, answered: AnswerSet) -> Sequence[Row]:
    """Return partitions and their versions, by a SELECT of the Dag author.

    It runs before rows are read, so that a change in between is found by the next run.

    :raises DefinitionError: it is no such SELECT.
    :raises Incomparable: the database refuses it, or it gives too many rows or columns.
    """
    query = read_versions(changes, scope.dialect.name, "suite").sql()
    answered.lookups += 1
    try:
        rows = engine.fetch_rows(scope.render(query), MOST + 1)
    except QueryFailed as refused:
        raise Incomparable(f"changes= cannot be asked: {refused}") from refused
    if len(rows) > MOST:
        raise Incomparable(f"changes= gives more than {MOST} rows")
    if any(len(row) != 2 for row in rows):
        raise DefinitionError([Problem("suite", "changes", changes, "a SELECT of two columns: the partition and its version")])
    return rows


def read_catalogue(scope: Scope, engine: Engine, answered: AnswerSet) -> Sequence[Row]:
    """Return the partitions that the database itself keeps of a table, with their versions.

    :raises Incomparable: it does not tell them.
    """
    if scope.dialect.partitions is None:
        raise Incomparable(f"{scope.dialect.name} does not tell which partitions changed: {INSTEAD}")
    answered.lookups += 1
    try:
        return engine.fetch_rows(scope.dialect.partitions(scope.table), MOST + 1)
    except QueryFailed as refused:
        raise Incomparable(f"the catalogue cannot be asked: {refused}") from refused


def look_at_children(table: Table, rows: Sequence[Row]) -> str | None:
    """Look at the tables below a partitioned one that changed, and forget what none of them holds; why that tells nothing, or None."""
    if table.example(table.known) is None:
        table.look(None)
    like = table.example(table.known or table.seen.looks)
    if table.unseen_whole():
        return None
    if like is None:
        return "the table has no partition"
    children = read_native_partitions(rows, partition_column(table.by), like)
    homes = {text: next((child for child in children if child.holds(look.value)), None) for text, look in table.known.items()}
    settled: dict[NativePartition, bool] = {}
    for text, home in homes.items():
        if home is not None:
            same = table.known[text].version == home.version and not table.known[text].mixed
            settled[home] = settled.get(home, True) and same
    changed = [child for child in children if not settled.get(child, child.size == 0)]
    if changed and not table.seen.looks:
        spans = tuple((child.low, child.high) for child in changed if child.values is None)
        values = tuple(value for child in changed for value in child.values or ())
        table.look(None if len(changed) == len(children) else PartitionFilter(by=table.by, values=values, spans=spans))
        if table.unseen_whole():
            return None
    table.forget(text for text, home in homes.items() if text not in table.seen.looks and (home is None or home in changed))
    for look in table.seen.looks.values():
        look.version = next((child.version for child in children if child.holds(look.value)), None)
    return None


def versions_like(rows: Sequence[Row], like: Partition) -> dict[str, tuple[Partition, str]]:
    """Value and version of each partition, by the text that it is kept by; several versions of one are taken together.

    :param like: a partition of the table, to whose kind the listed ones are read.
    :raises Incomparable: a listed partition is of another kind.
    """
    found: dict[str, tuple[Partition, list[str]]] = {}
    for partition, version in rows:
        value = as_partition(partition)
        if like is not None and value is not None and type(value) is not type(like):
            value = read_like(spoken_partition(value), like)
        text, value = as_key(value)
        found.setdefault(text, (value, []))[1].append(spell(version))
    return {text: (value, "\n".join(sorted(versions))) for text, (value, versions) in found.items()}
