"""Bringing the tables of the store up to date, and telling whether they are."""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.exc import DBAPIError

from airflow_dre.errors import StoreBusy, StoreNotMigrated, StoreRefused, StoreTooNew, StoreUnreachable
from airflow_dre.store.database import Database
from airflow_dre.store.heads import save_missing_heads
from airflow_dre.store.limits import MIGRATION, TimeLimits, left
from airflow_dre.store.private_files import locked_file
from airflow_dre.store.shared_texts import share_texts
from airflow_dre.store.tables import VERSION_TABLE

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7_262_310_190_371
"""Number of the PostgreSQL advisory lock that keeps two migrations apart. Any constant does."""
_REVISION = re.compile(r"(\d{4})_\w+\.py")
SHARE_SECONDS = 1.0
"""How long a task that upgrades an embedded store moves what an older version wrote. The monitor moves the rest."""
_current: set[str] = set()


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("airflow_dre.store") / "migrations"))
    config.attributes["connection"] = connection
    return config


@lru_cache(maxsize=1)
def revisions() -> tuple[str, ...]:
    """Return every revision that this version of the code knows, oldest first: each file of a migration begins with its own."""
    names = (found[1] for entry in (files("airflow_dre.store") / "migrations/versions").iterdir() if (found := _REVISION.match(entry.name)))
    return tuple(sorted(names))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Alembic from telling each of its steps in the log of a task."""
    loggers = [logging.getLogger(f"alembic.runtime.{name}") for name in ("migration", "plugins")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def head() -> str:
    """Return the revision that this version of the code needs."""
    return revisions()[-1]


def current_revision(database: Database) -> str | None:
    """Return the revision the database is at. None where it was never migrated.

    :raises airflow_dre.errors.StoreError: it cannot be read.
    """
    with database.read() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return None
        found: Sequence[str] = connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalars().all()
        return max(found, default=None)


def refuse_newer(database: Database, revision: str | None) -> None:
    """Refuse a store that a newer version of the code migrated.

    :raises StoreTooNew: this version does not know the revision.
    """
    if revision is not None and revision not in revisions():
        raise StoreTooNew(
            f"the results store at {database.shown} is at revision {revision!r} of a newer airflow-dre, and this one needs {head()}: "
            "upgrade airflow-dre here"
        )


def migrate(database: Database, revision: str = "head", *, limits: TimeLimits = MIGRATION) -> None:
    """Upgrade the store to ``revision``. Two at once are one after the other.

    :raises StoreTooNew: a newer version migrated it.
    :raises airflow_dre.errors.StoreError: it cannot be upgraded now.
    """
    with _alone(database, limits):
        before = current_revision(database)
        refuse_newer(database, before)
        if revision != "head" or before != head():  # else another process was first
            if database.embedded:
                _write_ahead(database)
            _upgrade(database, revision, limits)
        if revision == "head":
            share_texts(database, limits=limits, seconds=None if limits is MIGRATION else SHARE_SECONDS)
            save_missing_heads(database, limits=limits)


def _write_ahead(database: Database) -> None:
    """Let readers and the writer of a SQLite file work side by side. The file remembers it."""
    try:
        with contextlib.closing(database.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
    except (sqlite3.Error, DBAPIError) as error:
        raise StoreUnreachable(f"the results store at {database.shown} cannot be made: {error}") from error


def _upgrade(database: Database, revision: str, limits: TimeLimits) -> None:
    from alembic import command

    with database.write(limits) as connection:
        if not database.embedded:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        with _quiet():
            command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the store back to ``revision`` (``base`` drops every table)."""
    from alembic import command

    with _alone(database, MIGRATION), database.write(MIGRATION) as connection:
        command.downgrade(_config(connection), revision)
    _current.discard(str(database.url))


def ensure_embedded(database: Database) -> None:
    """Migrate an embedded SQLite store on first use. A server is migrated by its administrator. Neither may be of a newer version.

    :raises StoreTooNew: a newer version migrated it.
    :raises airflow_dre.errors.StoreError: it cannot be opened or upgraded now.
    """
    address = str(database.url)
    if address in _current or database.address.url is None:
        return
    try:
        if database.embedded and database.url.database:
            Path(database.url.database).parent.mkdir(parents=True, exist_ok=True)
        revision = current_revision(database)
        refuse_newer(database, revision)
        if database.embedded and revision != head():
            migrate(database, limits=database.limits)
    except StoreRefused as error:  # of the upgrade, and of no record
        raise StoreNotMigrated(f"the results store at {database.shown} cannot be upgraded to {head()}: {error}") from error
    except OSError as error:
        raise StoreUnreachable(f"the results store at {database.shown} cannot be made: {error}") from error
    _current.add(address)


def is_missing(database: Database) -> bool:
    """Return whether an embedded store has no file yet."""
    path = database.url.database
    return database.embedded and bool(path) and path != ":memory:" and not Path(str(path)).exists()


def refuse_other_revision(database: Database) -> None:
    """Refuse a store whose tables are not those of this version: an error may come from them and not from a record.

    :raises StoreTooNew: a newer version migrated it since this process began.
    :raises StoreNotMigrated: it is of an older version.
    :raises airflow_dre.errors.StoreError: it cannot be read.
    """
    revision = current_revision(database)
    refuse_newer(database, revision)
    if revision != head():
        raise StoreNotMigrated(f"the results store at {database.shown} is at revision {revision}: run `airflow dre db migrate`")


@contextlib.contextmanager
def _alone(database: Database, limits: TimeLimits) -> Iterator[None]:
    path = database.url.database
    if not database.embedded or not path or path == ":memory:":
        yield
        return
    try:
        with locked_file(Path(f"{path}.migrating"), left(limits.whole)):
            yield
    except TimeoutError as error:
        raise StoreBusy(f"the results store at {database.shown} is being migrated: {error}") from error
