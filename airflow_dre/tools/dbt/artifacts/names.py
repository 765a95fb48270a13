"""Names of the tables of a dbt project, the same as in every other operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from airflow_dre.declaring.slips import CONN_OR_NAMESPACE
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.lineage.naming import LineageHook, name_dataset
from airflow_dre.values.dataset import DatasetName

Parts = tuple[str | None, str | None, str]
"""Database, schema and name in the manifest."""

IN_ONE_FILE = ("duckdb", "sqlite")
"""Databases in a file, which dbt calls by an alias."""
_ADAPTERS = {*IN_ONE_FILE, "mysql", "postgres", "redshift", "snowflake", "trino"}
"""Adapters of dbt with the same name as the type of the Airflow connection."""


class Namer(Protocol):
    """A way to name tables."""

    def name(self, parts: Parts) -> DatasetName:
        """Return the dataset of a table."""


@dataclass(frozen=True, slots=True)
class ByNamespace:
    """Names below a namespace of the Dag author."""

    namespace: str

    def name(self, parts: Parts) -> DatasetName:
        database, schema, table = parts
        within = (schema, table) if urlsplit(self.namespace).scheme in IN_ONE_FILE else (database, schema, table)
        return DatasetName(self.namespace, ".".join(part for part in within if part))


@dataclass(frozen=True, slots=True)
class ByConnection:
    """Names by an Airflow connection, without a query to its database."""

    hook: LineageHook
    connection: Any

    def name(self, parts: Parts) -> DatasetName:
        database, schema, table = parts
        within = (schema, table) if self.hook.conn_type in IN_ONE_FILE else (database, schema, table)
        return name_dataset(self.hook, self.connection, tuple(part for part in within if part))


@dataclass(slots=True)
class _FileHook:
    """The part of a hook that naming needs, for a file, whose provider may not be installed."""

    conn_type: str

    def get_openlineage_database_info(self, connection: Any) -> None:
        return None

    def get_openlineage_default_schema(self) -> None:
        return None


def namer_of(conn_id: str | None, namespace: str | None, adapter: str | None, subject: str) -> Namer:
    """Return the way to name the tables of a project.

    :param adapter: the adapter of dbt that built them.
    :raises DefinitionError: neither or both of connection and namespace are given, or the connection is of another database.
    """
    if (conn_id is None) == (namespace is None):
        raise DefinitionError([Problem(subject, "conn_id", conn_id, CONN_OR_NAMESPACE)])
    if conn_id is None:
        return ByNamespace(str(namespace))
    from airflow.sdk.bases.hook import BaseHook
    from airflow.sdk.exceptions import AirflowException

    try:
        connection = BaseHook.get_connection(conn_id)
        hook = _FileHook(connection.conn_type) if connection.conn_type in IN_ONE_FILE else connection.get_hook()
    except AirflowException as error:  # no such connection, or no provider for it
        raise DefinitionError([Problem(subject, "conn_id", conn_id, f"a connection with its provider: {error}")]) from error
    kind = str(connection.conn_type)
    if {adapter, kind} <= _ADAPTERS and adapter != kind:
        raise DefinitionError([Problem(subject, "conn_id", conn_id, f"a connection of type {adapter}, to which dbt wrote, not {kind}")])
    return ByConnection(hook, connection)
