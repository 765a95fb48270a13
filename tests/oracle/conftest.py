"""Effort of the oracle: the same 200 examples a dialect each time, or 2,000 new ones a night.

``make test`` draws examples from a fixed seed (``derandomize``): a pull request is never stopped by an example that its change has nothing
to do with. ``make nightly`` (``DRE_NIGHTLY=1``) draws 2,000 new examples a dialect, and prints the lines that reproduce a failure. Such an
example becomes a test of its own beside the mended code.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings

from airflow_dre.engines.duckdb.connection import DuckDB, opened_duckdb
from airflow_dre.engines.duckdb.files import read_format, view_files
from tests.oracle.spark_world import spark_world
from tests.oracle.world import World

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("oracle", deadline=None, max_examples=200, derandomize=True, database=None, suppress_health_check=_SLOW)
settings.register_profile(
    "oracle-nightly",
    deadline=None,
    max_examples=int(os.environ.get("DRE_NIGHTLY_EXAMPLES", "2000")),
    print_blob=True,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=_SLOW,
)
ORACLE = settings.get_profile("oracle-nightly" if os.environ.get("DRE_NIGHTLY") else "oracle")


def in_parquet(plain: Any, engine: DuckDB) -> World:
    """Return both tables as Parquet files, two of each, which the engine reads through views.

    Its statements are mostly those that it sends to DuckDB.
    """
    files = {table: tuple(f"{engine.folder}/{table}{half}.parquet" for half in range(2)) for table in ("t", "p")}
    halves = {"t": "id % 2", "p": "(k IS NULL)::INTEGER"}

    def write() -> None:
        for table, paths in files.items():
            for half, path in enumerate(paths):
                plain.execute(f"COPY (SELECT * FROM {table} WHERE {halves[table]} = {half}) TO '{path}' (FORMAT parquet)")

    found = World("duckdb", plain, engine.get_conn, written=write, share=0.25)
    found.create()
    write()
    for table, paths in files.items():
        view_files(engine, table, read_format(paths, {}, "oracle"))
    return found


@pytest.fixture(scope="session", params=["sqlite", "duckdb", "parquet", "spark", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Yield both tables in a database of each dialect, whose sessions are not in UTC unless the engine sets it."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "w.db"
            plain = sqlite3.connect(path, isolation_level=None)
            plain.execute("PRAGMA synchronous = OFF")
            plain.execute("PRAGMA journal_mode = MEMORY")
            found = World("sqlite", plain, lambda: sqlite3.connect(path))
            found.create()
            yield found
            plain.close()
    elif request.param == "spark":
        yield spark_world(request.getfixturevalue("spark"))
    elif request.param == "parquet":
        with duckdb.connect(config={"threads": 1}) as source, opened_duckdb("256MB") as engine:
            yield in_parquet(source, engine)
    elif request.param == "duckdb":
        shared = duckdb.connect(config={"threads": 1})
        shared.execute("SET GLOBAL TimeZone = 'America/New_York'")
        found = World("duckdb", shared, shared.cursor)
        found.create()
        yield found
        shared.close()
    else:
        url = request.getfixturevalue("postgres_address")
        name = f"oracle_{uuid4().hex}"  # one for each file, where they share a process but not what it keeps for a session
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
            admin.execute(f"ALTER DATABASE {name} SET timezone = 'America/New_York'")
        own = sa.make_url(url).set(database=name).render_as_string(hide_password=False)
        with psycopg.connect(own, autocommit=True) as plain_connection:
            plain_connection.execute("SET timezone = 'UTC'")
            found = World("postgres", plain_connection, lambda: psycopg.connect(own))
            found.create()
            yield found
