"""Rows that Spark has: a DataFrame of the task, or a table that an Airflow connection leads to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from airflow_dre.engines.spark.engine import SparkEngine
from airflow_dre.engines.spark.errors import explained, is_refused, suppress_spark_output
from airflow_dre.engines.spark.session import impatient, opened_session, place_of
from airflow_dre.errors import QueryFailed, WarehouseUnreachable
from airflow_dre.lineage.naming import name_spark_table
from airflow_dre.services.quality.source import Source
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName

_METASTORES = ("spark.hadoop.hive.metastore.uris", "spark.hive.metastore.uris", "hive.metastore.uris")


def is_spark_frame(value: object) -> bool:
    """Return whether a value is a DataFrame of Spark, classic or Connect, without importing pyspark."""
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(value).__mro__}
    return bool(kinds & {"pyspark.sql.dataframe.DataFrame", "pyspark.sql.connect.dataframe.DataFrame"})


@contextlib.contextmanager
def opened_spark_frame(frame: Any, name: str, dataset: DatasetName, where: str | None, timeout: timedelta | None) -> Iterator[Source]:
    """Yield the rows of a DataFrame, as a view of its own session that is dropped at the end.

    :param name: of the view, for SQL that an author writes; another where the session knows a table by that name.
    :raises QueryFailed: the frame cannot be made, for example because a file of it is gone.
    :raises WarehouseUnreachable: its session is stopped or does not answer.
    """
    session, view = frame.sparkSession, name
    engine = SparkEngine(session, timeout)
    with suppress_spark_output(), impatient(session):
        try:  # before the session is set for us: what the frame means is what it meant to its author
            if session.catalog.tableExists(name):
                view = f"{name}_{uuid4().hex}"
            frame.createOrReplaceTempView(view)
        except Exception as error:  # pyspark, py4j and grpc have exceptions of their own
            if is_refused(error):
                raise QueryFailed(f"the DataFrame cannot be made: {explained(error)}") from error
            raise WarehouseUnreachable(f"the session of the DataFrame is stopped or does not answer: {explained(error)}") from error
        try:
            yield Source(engine, Scope((view,), where, engine.dialect), dataset)
        finally:
            engine.close()
            with contextlib.suppress(Exception):  # the view of a session that is gone is gone with it
                session.catalog.dropTempView(view)


@contextlib.contextmanager
def opened_spark_table(connection: Any, table: str, where: str | None, timeout: timedelta | None) -> Iterator[Source]:
    """Yield a table of Spark's catalogues, in a session of its own.

    :param connection: an Airflow connection of a type in :data:`airflow_dre.engines.spark.session.CONNECTION_TYPES`.
    :raises DefinitionError: the name of the table is invalid, or pyspark is not installed.
    :raises WarehouseUnreachable: there is no such master or server, or it takes no connection.
    """
    parts = split_table(table)
    with opened_session(connection) as session:
        engine = SparkEngine(session, timeout)
        dataset = _named(session, connection, parts)
        try:
            yield Source(engine, Scope(parts, where, engine.dialect), dataset)
        finally:
            engine.close()


def _named(session: Any, connection: Any, parts: tuple[str, ...]) -> DatasetName:
    """Return the dataset, where the catalogue and the schema that its name leaves out are those of the session."""
    try:
        schema = [] if len(parts) > 1 else [session.catalog.currentDatabase()]
        catalog = [] if len(parts) > 2 else [session.catalog.currentCatalog()]
        metastore = next((found for name in _METASTORES if (found := session.conf.get(name, None))), None)
    except Exception as error:  # pyspark, py4j and grpc have exceptions of their own
        raise WarehouseUnreachable(f"the Spark session of connection {connection.conn_id} does not answer: {explained(error)}") from error
    return name_spark_table(place_of(connection), metastore, (*catalog, *schema, *parts))
