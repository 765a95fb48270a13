"""Opening the results store: transactions that work alike on SQLite and PostgreSQL, and errors a caller can tell apart."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool, QueuePool

from airflow_dre.errors import StoreNotMigrated, StoreUnreachable

BUSY_SECONDS = 30.0
"""How long a writer waits for others on SQLite."""
CONNECT_SECONDS = 5
"""How long PostgreSQL may take to accept a connection."""
HURRIED_SECONDS = 2
"""Both, for a caller that holds others up."""


class Database:
    """A results store at one address.

    :param url: SQLAlchemy URL.
    :param hurried: wait briefly and keep no connection open, for a process that must not stall and that forks (the scheduler).
    """

    def __init__(self, url: str, *, hurried: bool = False) -> None:
        self.url: URL = make_url(url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = _sqlite(self.url, hurried=hurried) if self.embedded else _server(self.url, hurried=hurried)

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self.url.render_as_string(hide_password=True)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads.

        :raises StoreUnreachable: the database does not answer.
        :raises StoreNotMigrated: the tables are missing.
        """
        with self._told(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; on SQLite it takes the write lock at once, so that it can wait but not deadlock.

        :raises StoreUnreachable: the database does not answer.
        :raises StoreNotMigrated: the tables are missing.
        """
        with self._told(), self.engine.connect().execution_options(dre_write=True) as connection, connection.begin():
            yield connection

    def lock(self, connection: Connection, fingerprint: str) -> None:
        """Let only one transaction at a time decide about a cause. SQLite has one writer anyway."""
        if not self.embedded:
            number = int.from_bytes(bytes.fromhex(fingerprint[:16]), "big", signed=True)
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if _missing_table(error):
                message = f"the results store at {self.shown} lacks a table or column: run `airflow dre db migrate`"
                raise StoreNotMigrated(message) from error
            if error.connection_invalidated:
                raise StoreUnreachable(f"the results store at {self.shown} broke the connection: {error.orig}") from error
            if _is_our_mistake(error):
                raise
            raise StoreUnreachable(f"the results store at {self.shown} does not answer: {error.orig}") from error


def _is_our_mistake(error: DBAPIError) -> bool:
    """Whether the statement or its values are at fault, so that no other moment and no other server would take them."""
    if isinstance(error, ProgrammingError):
        return _state(error) != "42501"  # insufficient privilege
    return isinstance(error, (DataError, IntegrityError))


def _missing_table(error: DBAPIError) -> bool:
    return _state(error) in ("42P01", "42703") or "no such table" in str(error.orig) or "no such column" in str(error.orig)


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)


def _sqlite(url: URL, *, hurried: bool) -> Engine:
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": HURRIED_SECONDS if hurried else BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("dre_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server(url: URL, *, hurried: bool) -> Engine:
    if hurried:
        return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": HURRIED_SECONDS})
    return create_engine(
        url, poolclass=QueuePool, pool_size=2, max_overflow=8, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
    )


@lru_cache(maxsize=8)
def _opened(url: str, hurried: bool, process: int) -> Database:  # a forked child must not share its parent's connections
    return Database(url, hurried=hurried)


def open_database(url: str, *, hurried: bool = False) -> Database:
    """The store at ``url``, one for each process."""
    return _opened(url, hurried, os.getpid())
