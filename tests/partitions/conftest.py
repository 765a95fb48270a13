"""A partitioned table in each database, and laws without a time limit for each example."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
import sqlalchemy as sa

from tests.databases import DATABASES
from tests.hooks import Hook
from tests.partitions.warehouses import Days


@pytest.fixture(params=DATABASES)
def days(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Days]:
    """Yield tables without rows, and an empty store of states."""
    if request.param == "sqlite":
        path = tmp_path / "w.db"
        plain = sqlite3.connect(path, isolation_level=None)
        plain.execute("PRAGMA synchronous = OFF")
        plain.execute("PRAGMA journal_mode = MEMORY")
        made = Days(Hook("sqlite", lambda: sqlite3.connect(path)), plain)
        made.create()
        yield made
        plain.close()
    elif request.param == "duckdb":
        shared = duckdb.connect(config={"threads": 1})
        made = Days(Hook("duckdb", shared.cursor), shared)
        made.create()
        yield made
        shared.close()
    else:
        url = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            made = Days(Hook("postgres", lambda: psycopg.connect(url)), connection)
            made.create()
            yield made
