"""Bringing the tables of the store up to date, and telling whether they are."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from airflow_dre.errors import StoreUnreachable
from airflow_dre.store.database import Database
from airflow_dre.store.tables import VERSION_TABLE

_LOCK = 7_262_310_190_371
"""Number of the PostgreSQL advisory lock that keeps two migrations apart; any constant does."""
_current: set[str] = set()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("airflow_dre.store") / "migrations"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision that this version of the code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None where it was never migrated."""
    with database.read() as connection:
        return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade the store to ``revision``; two at once are one after the other."""
    with _alone(database):
        if database.embedded:
            _write_ahead(database)
        _upgrade(database, revision)


def _write_ahead(database: Database) -> None:
    """Let readers and the writer of a SQLite file work side by side; the file remembers it."""
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def _upgrade(database: Database, revision: str) -> None:
    with database.write() as connection:
        if not database.embedded:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the store back to ``revision`` (``base`` drops every table)."""
    with _alone(database), database.write() as connection:
        command.downgrade(_config(connection), revision)
    _current.discard(str(database.url))


def ensure_embedded(database: Database) -> None:
    """Migrate an embedded SQLite store on first use; a server is migrated by its administrator."""
    address = str(database.url)
    if not database.embedded or address in _current:
        return
    try:
        if database.url.database:
            Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
        if current_revision(database) != head():
            migrate(database)
    except OSError as error:
        raise StoreUnreachable(f"the results store at {database.shown} cannot be made: {error}") from error
    _current.add(address)


def is_missing(database: Database) -> bool:
    """Tell whether an embedded store has no file yet."""
    path = database.url.database
    return database.embedded and bool(path) and path != ":memory:" and not Path(str(path)).exists()


@contextlib.contextmanager
def _alone(database: Database) -> Iterator[None]:
    path = database.url.database
    if not database.embedded or not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
