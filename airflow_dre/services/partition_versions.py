"""The versions of partitions: which of them changed, told without looking at their rows."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.checks.partition_values import Partition, as_partition, read_like, spoken_partition
from airflow_dre.checks.segments import MOST
from airflow_dre.checks.stored_text import spell
from airflow_dre.checks.values import Incomparable, Row
from airflow_dre.errors import DefinitionError, Problem, QueryFailed
from airflow_dre.services.answers import Answered, Engine
from airflow_dre.services.partition_scans import as_key
from airflow_dre.sql.raw import read_versions
from airflow_dre.sql.scope import Scope


def read_versions_of(changes: str, scope: Scope, engine: Engine, answered: Answered) -> Sequence[Row]:
    """Partitions and their versions, by a SELECT of the Dag author. It is asked before rows are: what changes meanwhile is seen again.

    :raises DefinitionError: it is no such SELECT.
    :raises Incomparable: the database refuses it, or it gives too many rows or columns.
    """
    query = read_versions(changes, scope.dialect.name, "suite")
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
