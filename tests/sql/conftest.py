"""A MariaDB server for all tests of SQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.sql import mariadb


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
