"""Tables of warehouses that an Airflow hook connects to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from airflow_dre.engines.callers import connect_seconds
from airflow_dre.engines.warehouse import opened
from airflow_dre.lineage.naming import name_dataset
from airflow_dre.services.asking import ask_within
from airflow_dre.services.quality.source import Source
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName


@contextlib.contextmanager
def opened_table(hook: Any, connection: Any, table: str, where: str | None, timeout: timedelta | None) -> Iterator[Source]:
    """Yield a table of a warehouse that an Airflow connection leads to.

    :param hook: the ``DbApiHook`` of the connection.
    :raises DefinitionError: the name of the table is invalid, or the database is not supported.
    :raises WarehouseUnreachable: the name of the dataset depends on the default schema, and the warehouse does not answer.
    """
    parts = split_table(table)
    dataset = named_in_time(hook, connection, parts, timeout)
    with opened(hook, timeout) as warehouse:
        yield Source(warehouse, Scope(parts, where, warehouse.dialect), dataset)


def named_in_time(hook: Any, connection: Any, parts: tuple[str, ...], timeout: timedelta | None = None) -> DatasetName:
    """Return the name of a table, for which some hooks have to query its warehouse.

    :param timeout: longest time that a statement may take. Connecting has a limit in any case.
    :raises WarehouseUnreachable: the warehouse does not answer in time.
    """
    subject = f"the {hook.conn_type} warehouse, asked for its default schema,"
    return ask_within(connect_seconds(timeout), lambda: name_dataset(hook, connection, parts), subject)
