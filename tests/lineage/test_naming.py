"""One dataset has one name: that of OpenLineage's naming rules, whatever the connection leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.sdk import Connection

from airflow_dre.errors import WarehouseUnreachable
from airflow_dre.lineage.naming import name_dataset, name_files
from airflow_dre.values.dataset import DatasetName, short_name


class DuckHook(DbApiHook):
    """A hook of a database that is a file, as its provider writes it."""

    conn_name_attr = "conn_id"
    conn_type = "duckdb"


class ElsewhereHook(DbApiHook):
    """A hook without OpenLineage facts about its database."""

    conn_name_attr = "conn_id"
    conn_type = "elsewhere"


class MySqlHook(DbApiHook):
    """A hook of a database without schemas, as its provider writes it, which needs a C library."""

    conn_name_attr = "conn_id"
    conn_type = "mysql"

    def get_openlineage_database_info(self, connection: Any) -> Any:
        from airflow.providers.openlineage.sqlparser import DatabaseInfo

        return DatabaseInfo(scheme="mysql", authority=DbApiHook.get_openlineage_authority_part(connection, default_port=3306))

    def get_openlineage_default_schema(self) -> None:
        return None


class LoudHook(DbApiHook):
    """A hook of a database that spells unquoted names in capitals."""

    conn_name_attr = "conn_id"
    conn_type = "loud"

    def get_openlineage_database_info(self, connection: Any) -> Any:
        from airflow.providers.openlineage.sqlparser import DatabaseInfo

        return DatabaseInfo(scheme="loud", authority="account", database="SHOP", is_uppercase_names=True, normalize_name_method=str.upper)


def connection(kind: str, **given: Any) -> Connection:
    """Return an Airflow connection."""
    return Connection(conn_id="w", conn_type=kind, **given)


CASES = [
    pytest.param(SqliteHook, {"host": "/data/w.db"}, ("t",), "sqlite:///data/w.db", "main.t", id="a SQLite file"),
    pytest.param(SqliteHook, {"host": "/data/w.db"}, ("aux", "t"), "sqlite:///data/w.db", "aux.t", id="an attached SQLite file"),
    pytest.param(SqliteHook, {"host": "/a b/w.db"}, ('x"; y',), "sqlite:///a b/w.db", 'main.x"; y', id="odd names stay as they are"),
    pytest.param(SqliteHook, {}, ("t",), "sqlite://:memory:", "main.t", id="SQLite in memory"),
    pytest.param(SqliteHook, {"host": "rel.db"}, ("t",), f"sqlite://{Path.cwd()}/rel.db", "main.t", id="a relative path is made absolute"),
    pytest.param(DuckHook, {"host": "/data/w.duckdb"}, ("t",), "duckdb:///data/w.duckdb", "main.t", id="a DuckDB file"),
    pytest.param(DuckHook, {"host": "/w.duckdb"}, ("w", "s", "t"), "duckdb:///w.duckdb", "w.s.t", id="a DuckDB table by its whole name"),
    pytest.param(
        PostgresHook, {"host": "db", "schema": "shop"}, ("public", "t"), "postgres://db:5432", "shop.public.t", id="PostgreSQL at its port"
    ),
    pytest.param(
        PostgresHook, {"host": "db", "port": 6543, "schema": "shop"}, ("s", "t"), "postgres://db:6543", "shop.s.t", id="at another port"
    ),
    pytest.param(
        PostgresHook, {"host": "db", "schema": "shop"}, ("other", "s", "t"), "postgres://db:5432", "other.s.t", id="a catalog wins"
    ),
    pytest.param(
        PostgresHook,
        {"host": "db", "schema": "shop", "login": "u", "password": "hunter2"},
        ("s", "t"),
        "postgres://db:5432",
        "shop.s.t",
        id="no name holds a login or a password",
    ),
    pytest.param(MySqlHook, {"host": "db", "schema": "shop"}, ("t",), "mysql://db:3306", "shop.t", id="MySQL"),
    pytest.param(MySqlHook, {"host": "db", "schema": "shop"}, ("other", "t"), "mysql://db:3306", "other.t", id="MySQL's other database"),
    pytest.param(LoudHook, {"host": "x"}, ("s", "t"), "loud://account", "SHOP.S.T", id="a database that writes its names in capitals"),
    pytest.param(ElsewhereHook, {"host": "db", "port": 99, "schema": "c"}, ("t",), "elsewhere://db:99", "c.t", id="an unknown database"),
    pytest.param(ElsewhereHook, {"host": "db", "schema": "c"}, ("s", "t"), "elsewhere://db", "c.s.t", id="an unknown database, no port"),
    pytest.param(ElsewhereHook, {}, ("t",), "elsewhere://localhost", "t", id="an unknown database without facts"),
]


@pytest.mark.parametrize(("hook", "given", "table", "namespace", "name"), CASES)
def test_names(hook: Any, given: dict[str, Any], table: tuple[str, ...], namespace: str, name: str) -> None:
    assert name_dataset(hook(), connection(hook.conn_type, **given), table) == DatasetName(namespace, name)


def postgres_connection(url: str, **changes: Any) -> dict[str, Any]:
    """Return the Airflow connection of a SQLAlchemy URL."""
    address = sa.make_url(url)
    host = address.host or address.query.get("host")
    known = {"conn_type": "postgres", "host": host, "port": address.port, "schema": address.database, "login": address.username}
    return known | {"password": address.password} | changes


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("options", "name"),
    [
        pytest.param({}, "public.t", id="the usual schema"),
        pytest.param({"options": "-c search_path=sales"}, "sales.t", id="the schema of the search path"),
    ],
)
def test_a_bare_table_of_postgresql_lies_in_the_current_schema(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], name: str
) -> None:
    given = postgres_connection(postgres_url, extra=options)
    engine = sa.create_engine(postgres_url)
    with engine.begin() as admin:
        admin.exec_driver_sql("CREATE SCHEMA sales")
    engine.dispose()
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", json.dumps(given))
    hook = PostgresHook(postgres_conn_id="shop")
    assert name_dataset(hook, hook.get_connection("shop"), ("t",)).name == f"{given['schema']}.{name}"


def test_a_database_that_cannot_tell_its_schema_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "u", "password": "hunter2", "schema": "shop"}
    monkeypatch.setenv("AIRFLOW_CONN_GONE", json.dumps(gone))
    hook = PostgresHook(postgres_conn_id="gone")
    with pytest.raises(WarehouseUnreachable, match=r"^cannot connect to the postgres warehouse: OperationalError$"):
        name_dataset(hook, hook.get_connection("gone"), ("t",))


@pytest.mark.parametrize(
    ("scheme", "paths", "given", "namespace", "name"),
    [
        pytest.param("file", ["/data/o.parquet"], None, "file", "/data/o.parquet", id="a file on a disk"),
        pytest.param("file", ["/data/*/o.csv"], None, "file", "/data/*/o.csv", id="a pattern"),
        pytest.param("file", ["/data/a.csv", "/data/b.csv"], None, "file", "/data", id="files of one folder"),
        pytest.param("file", ["/data/a/*.csv", "/data/b*/1.csv"], None, "file", "/data", id="patterns of one folder"),
        pytest.param("file", ["/data/a.csv", "/data/a.csv"], None, "file", "/data/a.csv", id="one file twice"),
        pytest.param("file", ["/a/x.csv", "/b/x.csv"], None, "file", "d.t", id="files that have nothing in common"),
        pytest.param("file", ["/a/x.csv", "/b/x.csv"], "orders", "file", "orders", id="a name of its own"),
        pytest.param("s3", ["bucket/orders/*.parquet"], None, "s3://bucket", "orders/*.parquet", id="a pattern in a bucket"),
        pytest.param("s3a", ["bucket/o.parquet"], None, "s3://bucket", "o.parquet", id="another scheme of S3"),
        pytest.param("gcs", ["bucket/o.parquet"], None, "gs://bucket", "o.parquet", id="another scheme of Google"),
        pytest.param("s3", ["bucket/2025/a.csv", "bucket/2025/b.csv"], None, "s3://bucket", "2025", id="files of one prefix"),
        pytest.param("s3", ["bucket/a.csv", "bucket/b.csv"], None, "s3://bucket", "d.t", id="files of no prefix"),
        pytest.param("s3", ["one/x/a.csv", "two/x/b.csv"], None, "s3://one", "d.t", id="files of two buckets"),
        pytest.param("s3", ["bucket/{day}/a.csv"], "orders", "s3://bucket", "orders", id="a name of its own in a bucket"),
    ],
)
def test_names_of_files(scheme: str, paths: list[str], given: str | None, namespace: str, name: str) -> None:
    assert name_files(scheme, paths, given, "d.t") == DatasetName(namespace, name)


FILE_NAMES = [
    ("/data/orders/2025.parquet", "2025.parquet"),
    ("/data/orders/*.parquet", "orders/*.parquet"),
    ("*.parquet", "*.parquet"),
    ("/*.csv", "*.csv"),
    ("o.csv.gz", "o.csv.gz"),
    ("orders/month", "month"),
]


TABLE_NAMES = [
    ("shop.public.orders", "orders"),
    ("main.orders", "orders"),
    ("orders", "orders"),
    ("shop.orders", "shop.orders"),
    ("db.shop.orders", "shop.orders"),
]


@pytest.mark.parametrize(("name", "short"), [*TABLE_NAMES, *FILE_NAMES])
def test_people_call_a_dataset_by_its_table_and_a_schema_that_is_not_the_usual_one(name: str, short: str) -> None:
    assert short_name(name) == short
