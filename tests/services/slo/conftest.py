"""Warehouses that rounds ask, behind Airflow connections."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
import sqlalchemy as sa
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk import Connection

from airflow_dre.engines.warehouse import Warehouse
from tests.databases import DATABASES

CONNECTION = "dre_warehouse"


class DuckHook(DbApiHook):
    """A hook of DuckDB, as its provider writes it."""

    conn_name_attr = "dre_conn_id"
    conn_type = "duckdb"

    def get_conn(self) -> Any:
        """Open the file."""
        return duckdb.connect(str(self.get_connection(self.get_conn_id()).host))


@dataclass(frozen=True)
class RoundWarehouse:
    """A database behind connection ``dre_warehouse``."""

    kind: str
    execute: Callable[[str], object]
    """Runs a statement and commits it."""
    statements: list[str]
    """Statements that the package has sent so far."""
    address: str = ""
    """Address of the server, or path of the file."""


@pytest.fixture(params=DATABASES)
def asked(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoundWarehouse]:
    """Yield each database, and what it is asked."""
    statements: list[str] = []
    fetch_rows = Warehouse.fetch_rows
    get_hook: Callable[..., DbApiHook] = Connection.get_hook

    def fetch_and_note(self: Warehouse, sql: str, most: int) -> Any:
        statements.append(sql)
        return fetch_rows(self, sql, most)

    def hook_of(self: Connection, **options: Any) -> DbApiHook:
        return DuckHook(dre_conn_id=self.conn_id) if self.conn_type == "duckdb" else get_hook(self, **options)

    monkeypatch.setattr(Warehouse, "fetch_rows", fetch_and_note)
    monkeypatch.setattr(Connection, "get_hook", hook_of)
    execute: Callable[[str], object]
    if request.param == "postgres":
        url = sa.make_url(request.getfixturevalue("postgres_url"))
        parts = {"conn_type": "postgres", "host": url.query["host"], "schema": url.database, "login": url.username}
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            monkeypatch.setenv("AIRFLOW_CONN_DRE_WAREHOUSE", json.dumps(parts))
            yield RoundWarehouse("postgres", lambda sql: connection.execute(sql.encode()), statements, plain)
        return
    file = tmp_path / f"{request.param}.db"
    if request.param == "sqlite":
        opened = sqlite3.connect(file, isolation_level=None)
        execute = opened.executescript
        close = opened.close
    else:
        execute = lambda sql: duckdb.connect(str(file)).execute(sql).close()  # noqa: E731
        close = lambda: None  # noqa: E731
    monkeypatch.setenv("AIRFLOW_CONN_DRE_WAREHOUSE", json.dumps({"conn_type": request.param, "host": str(file)}))
    yield RoundWarehouse(request.param, execute, statements, str(file))
    close()


@pytest.fixture
def never_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield a connection whose server accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        parts = {"conn_type": "postgres", "host": "127.0.0.1", "port": server.getsockname()[1], "login": "u"}
        monkeypatch.setenv("AIRFLOW_CONN_NEVER_ANSWERS", json.dumps(parts))
        yield "never_answers"
