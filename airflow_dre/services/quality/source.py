"""The sources that a task can check, and their rows while they can be queried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from airflow_dre.config import DUCKDB_MEMORY
from airflow_dre.services.quality.run import NamedEngine
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table that an Airflow connection leads to."""

    conn_id: str
    table: str
    hook: Callable[[], Any]
    """Returns the hook of the connection, for a database that has one."""
    where: str | None = None
    timeout: timedelta | None = None
    """Longest time that one statement may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSpec:
    """Data that a task was given instead of a table, and how it is read."""

    subject: str
    """Name of the task in messages."""
    task: str
    """``<dag_id>.<task_id>``, the name of data without any other."""
    dataset: str | None = None
    """The name that the author chose."""
    where: str | None = None
    timeout: timedelta | None = None
    """Longest time that one statement may take."""
    read_options: Mapping[str, Any] = field(default_factory=dict)
    memory_limit: str = DUCKDB_MEMORY
    """Memory of DuckDB, for example ``1GB``."""


@dataclass(frozen=True, slots=True)
class GivenData:
    """Data of a task, loaded when it is opened."""

    load: Callable[[], object]
    spec: DataSpec


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a dataset, for as long as they are open."""

    engine: NamedEngine
    scope: Scope
    dataset: DatasetName
    versions: Callable[[str], Sequence[Row]] | None = None
    """Returns partitions by a column and their versions, if the rows lie in folders of it. None: the database is queried."""
