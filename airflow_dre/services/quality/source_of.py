"""The decision which source a task checks: a table of a warehouse, a table of Spark, or data such as files and frames."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from airflow_dre.engines.spark.session import CONNECTION_TYPES
from airflow_dre.services.quality.source import GivenData, Source, TableSpec


def open_source(given: TableSpec | GivenData) -> AbstractContextManager[Source]:
    """Return the rows of a source, open within a ``with`` block. Only the engine that it needs is imported.

    :raises DefinitionError: the data or the name of the table is invalid, or the database is not supported.
    :raises WarehouseUnreachable: the warehouse does not answer.
    :raises FilesUnreachable: there are no files, or their store does not answer.
    """
    if isinstance(given, GivenData):
        from airflow_dre.services.quality.data import opened_data

        return opened_data(given.load(), given.spec)
    if (spark := find_spark_connection(given.conn_id)) is not None:
        from airflow_dre.services.quality.spark_sources import opened_spark_table

        return opened_spark_table(spark, given.table, given.where, given.timeout)
    from airflow_dre.services.quality.warehouse_tables import opened_table

    hook = given.hook()
    return opened_table(hook, hook.get_connection(given.conn_id), given.table, given.where, given.timeout)


def find_spark_connection(conn_id: str) -> Any | None:
    """Return the Airflow connection if it leads to Spark, or None if a hook connects to its database."""
    from airflow.sdk import BaseHook

    connection = BaseHook.get_connection(conn_id)
    return connection if is_of_spark(connection) else None


def is_of_spark(connection: Any) -> bool:
    """Return whether an Airflow connection leads to Spark."""
    return connection.conn_type in CONNECTION_TYPES
