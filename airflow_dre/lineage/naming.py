"""One name for a dataset: its OpenLineage namespace and name, derived from the connection."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.values.dataset import PATTERN_SIGNS, DatasetName

_FILES = ("sqlite", "duckdb")
"""Databases that are a file: the namespace is the scheme and the path of the file, the schema is ``main`` unless given."""

_WITHOUT_SCHEMAS = ("mysql",)
"""Databases whose tables lie in them without a schema between: the part before a table's name is the database."""


_SESSION_CATALOG = "spark_catalog"
"""The catalogue of Spark that a Hive metastore keeps, where there is one."""

_STORES = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}
"""Schemes of object stores that OpenLineage knows by another."""


class LineageHook(Protocol):
    """The facts that a ``DbApiHook`` reports of its database."""

    conn_type: str

    def get_openlineage_database_info(self, connection: Any) -> Any: ...

    def get_openlineage_default_schema(self) -> str | None: ...


def name_dataset(hook: LineageHook, connection: Any, table: tuple[str, ...]) -> DatasetName:
    """Name a table by the rules of OpenLineage's ``spec/Naming.md``, with the provider's own helper where the hook has one.

    :param hook: the hook of the connection.
    :param connection: the Airflow connection.
    :param table: the parts of the table's name, as far as they were given.
    :raises WarehouseUnreachable: the warehouse has to be asked for its default schema and does not answer.
    """
    if hook.conn_type in _FILES:
        path = Path(connection.host or ":memory:")
        file = path if str(path) == ":memory:" else path.absolute()
        return DatasetName(f"{hook.conn_type}://{file}", ".".join(("main", *table) if len(table) == 1 else table))
    info = hook.get_openlineage_database_info(connection)
    if info is None:
        port = f":{connection.port}" if connection.port else ""
        return DatasetName(f"{hook.conn_type}://{connection.host or 'localhost'}{port}", _join(connection.schema, None, table))
    namespace = f"{info.scheme}://{info.authority}" if info.authority else info.scheme
    database = info.database or connection.schema
    if hook.conn_type in _WITHOUT_SCHEMAS and len(table) == 2:
        database = None
    name = _join(database, _default_schema(hook) if len(table) == 1 else None, table)
    return DatasetName(namespace, info.normalize_name_method(name) if info.is_uppercase_names else name)


def name_spark_table(place: str, metastore: str | None, table: tuple[str, ...]) -> DatasetName:
    """Name a table of Spark: as one of Hive where a metastore keeps it, else by where its Spark is.

    :param place: host and port of a Spark Connect server, or the master.
    :param metastore: addresses of the Hive metastore, as Spark has them.
    :param table: catalogue, schema and table.
    """
    catalog, *rest = table
    if metastore and catalog == _SESSION_CATALOG:
        address = metastore.split(",")[0].strip().partition("://")[2].rstrip("/")
        return DatasetName(f"hive://{address}", ".".join(rest))
    where = place.partition("[")[0].rpartition("://")[2].split(",")[0]
    return DatasetName(f"spark://{where}", ".".join(table))


def _default_schema(hook: LineageHook) -> str | None:
    """Return the default schema, for which some hooks query the database."""
    try:
        return hook.get_openlineage_default_schema()
    except Exception as error:  # every driver has exceptions of its own
        raise WarehouseUnreachable(f"cannot connect to the {hook.conn_type} warehouse: {type(error).__name__}") from error


def _join(database: str | None, schema: str | None, table: tuple[str, ...]) -> str:
    """Return ``database.schema.table``, with the parts that the table's name leaves out."""
    before = {1: (database, schema), 2: (database,), 3: ()}[len(table)]
    return ".".join(part for part in (*before, *table) if part)


def name_files(scheme: str, paths: Sequence[str], given: str | None, otherwise: str) -> DatasetName:
    """Name files by the rules of OpenLineage's ``spec/Naming.md``: ``file`` and a path, or ``s3://bucket`` and a key.

    :param scheme: of the store, ``file`` for a disk.
    :param paths: paths or patterns; what lies below one folder is named by that folder. Those of a store begin with its bucket or host.
    :param given: the name that the author chose, within the namespace of the files.
    :param otherwise: the name of files that lie below no common folder.
    """
    if scheme == "file":
        return DatasetName("file", given or _common(paths) or otherwise)
    places = [path.strip("/").partition("/") for path in paths]
    namespace = f"{_STORES.get(scheme, scheme)}://{places[0][0]}"
    together = _common([key for _, _, key in places]) if len({bucket for bucket, _, _ in places}) == 1 else None
    return DatasetName(namespace, given or together or otherwise)


def name_asset(asset: str) -> DatasetName:
    """Name an asset of Airflow by its URI, as files and objects are named, or by its name where it has no URI."""
    scheme, sign, place = asset.partition("://")
    if not sign:
        return DatasetName("asset", asset)
    authority, _, path = place.partition("/")
    if scheme == "file":
        return DatasetName("file", f"/{path}")
    return DatasetName(f"{_STORES.get(scheme, scheme)}://{authority}", path or authority)


def _common(paths: Sequence[str]) -> str | None:
    """Return the only path, or the folder of several unless it is the root."""
    if len(set(paths)) == 1:
        return paths[0]
    folders = [path[: min((path.find(sign) for sign in PATTERN_SIGNS if sign in path), default=len(path))] for path in paths]
    common = posixpath.commonpath([posixpath.dirname(folder) for folder in folders])
    return common if common.strip("/") else None
