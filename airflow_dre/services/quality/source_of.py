"""Where the rows of a suite are: who answers, which rows, and what the dataset is called."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow_dre.engines.callers import connect_seconds
from airflow_dre.engines.warehouse import opened
from airflow_dre.lineage.naming import name_dataset
from airflow_dre.services.asking import within
from airflow_dre.services.quality.run import NamedEngine
from airflow_dre.sql.names import split_table
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Row


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that can be asked about, for as long as they are open."""

    engine: NamedEngine
    scope: Scope
    dataset: DatasetName
    versions: Callable[[str], Sequence[Row]] | None = None
    """Partitions by a column and their versions, where the rows lie in folders of it; None: the database is asked."""


@contextlib.contextmanager
def opened_table(hook: Any, connection: Any, table: str, where: str | None, timeout: timedelta | None) -> Iterator[Source]:
    """Yield a table of a warehouse that an Airflow connection leads to.

    :param hook: the ``DbApiHook`` of the connection.
    :raises DefinitionError: the table's name is none, or the database is not spoken to.
    :raises WarehouseUnreachable: its default schema has to be asked for, and it does not answer.
    """
    parts = split_table(table)
    dataset = named_in_time(hook, connection, parts, timeout)
    with opened(hook, timeout) as warehouse:
        yield Source(warehouse, Scope(parts, where, warehouse.dialect), dataset)


def named_in_time(hook: Any, connection: Any, parts: tuple[str, ...], timeout: timedelta | None = None) -> DatasetName:
    """Return the name of a table, for which some hooks have to ask its warehouse.

    :param timeout: longest time that a statement may take; connecting has a limit in any case.
    :raises WarehouseUnreachable: it does not answer, or not in time.
    """
    subject = f"the {hook.conn_type} warehouse, asked for its default schema,"
    return within(connect_seconds(timeout), lambda: name_dataset(hook, connection, parts), subject)
