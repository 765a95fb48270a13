"""A connection that a round asks: its hook, its dialect and the names of its datasets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from airflow_dre.engines.session import Hook
from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.lineage.naming import name_dataset
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.values.dataset import DatasetName

_MOST_NAMES = 50_000
_names: dict[tuple[str, tuple[str, ...]], DatasetName] = {}
_schemas: dict[str, str | None] = {}


@dataclass(frozen=True, slots=True)
class Connected:
    """The hook of a connection."""

    hook: Hook
    dialect: Dialect
    connection: Any
    address: str
    """Digest of the connection, by which its names are remembered."""

    def name(self, table: tuple[str, ...]) -> DatasetName | None:
        """Return the dataset of a table, or None where the warehouse has to be asked for it and does not answer."""
        key = (self.address, table)
        if key not in _names:
            try:
                named = name_dataset(_OneSchema(self.hook.conn_type, self.hook, self.address), self.connection, table)
            except WarehouseUnreachable:
                return None
            if len(_names) >= _MOST_NAMES:
                _names.clear()
            _names[key] = named
        return _names[key]


def connect(conn_id: str) -> Connected:
    """Return the hook of a connection, which is not opened.

    :raises Exception: the connection, its provider or its dialect is missing.
    """
    from airflow.sdk import BaseHook

    connection = BaseHook.get_connection(conn_id)
    hook = connection.get_hook()
    address = hashlib.sha256(connection.get_uri().encode()).hexdigest()
    return Connected(hook, find_dialect(hook.conn_type), connection, address)


@dataclass(slots=True)
class _OneSchema:
    """A hook that is asked for its default schema once in the life of the process, since some hooks query the database for it."""

    conn_type: str
    hook: Any
    address: str

    def get_openlineage_database_info(self, connection: Any) -> Any:
        """Return what the hook knows of its database."""
        return self.hook.get_openlineage_database_info(connection)

    def get_openlineage_default_schema(self) -> str | None:
        """Return the default schema."""
        if self.address not in _schemas:
            _schemas[self.address] = self.hook.get_openlineage_default_schema()
        return _schemas[self.address]
