"""Databases on which the same tests run."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

DATABASES = ["sqlite", "duckdb", pytest.param("postgres", marks=pytest.mark.postgres)]
"""Kinds of the databases for which each dialect is tested, as parameters of a test or a fixture."""

SERVERS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
"""Kinds of databases that several processes share: those of the results store, too."""
REAL_DIALECTS = ["duckdb", "postgres", "sqlite"]
"""Names of their dialects, where only the SQL is read."""


@contextlib.contextmanager
def sqlite_file(path: Path | str) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file, commit what is done to it, and close it: the connection as a context of its own stays open."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        yield connection
