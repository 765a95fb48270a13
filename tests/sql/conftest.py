"""Databases for all tests of SQL: in memory, and a MariaDB server."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from tests.sql import mariadb


@pytest.fixture
def memory() -> Iterator[sqlite3.Connection]:
    """Yield an empty SQLite database in memory."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        yield connection


@pytest.fixture
def embedded(dialect: str) -> Iterator[Any]:
    """Yield an empty database in memory, a SQLite or a DuckDB named by the test's argument ``dialect``."""
    with contextlib.closing(sqlite3.connect(":memory:") if dialect == "sqlite" else duckdb.connect()) as connection:
        yield connection


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[dict[str, Any]]:
    """Yield the arguments of PyMySQL for a real MariaDB server."""
    if not mariadb.is_there():
        pytest.skip(mariadb.MISSING)
    with mariadb.running() as how:
        yield how


@pytest.fixture(scope="module")
def mariadb_database(mariadb_server: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of PyMySQL for an empty database."""
    import pymysql

    name = f"t{uuid4().hex}"
    with contextlib.closing(pymysql.connect(**mariadb_server)) as connection:
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return {**mariadb_server, "database": name}
