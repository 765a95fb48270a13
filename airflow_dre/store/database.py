"""Opening the results store: transactions that work alike on SQLite and PostgreSQL, end in time, and raise errors that say what to do."""

from __future__ import annotations

import contextlib
import math
import os
import sqlite3
import time
import weakref
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NewType

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool, QueuePool

from airflow_dre.errors import (
    StoreBusy,
    StoreError,
    StoreMisaddressed,
    StoreNotMigrated,
    StoreRefused,
    StoreUnreachable,
)
from airflow_dre.store.address import Address, read_address
from airflow_dre.store.limits import FAIL_FAST, PATIENT, POOL_SECONDS, TimeLimits, is_over, left, limited_connection, within
from airflow_dre.store.private_files import keep_database_private
from airflow_dre.store.refusals import CONTENT, Fate, fate_after
from airflow_dre.store.resolving import Unresolved, forget_addresses, with_addresses

BUSY_SECONDS = 30.0
"""How long a writer waits for others on SQLite. One that holds others up waits for :data:`FAIL_FAST`."""
BUSY_TURN = 0.5
"""For how long a writer waits at a stretch."""
_UNUSABLE = URL.create("sqlite")
_STEPS = 10_000
"""Steps of SQLite after which a statement checks its time: less than a millisecond."""
_UNTIL = "dre_until"


Transaction = NewType("Transaction", Connection)
"""An open transaction. Outside this package it is a token that functions of the store take, and never a connection to execute SQL with."""


class Database:
    """A results store at one address. An address that cannot be used raises an error at the first use.

    :param url: SQLAlchemy URL of SQLite or PostgreSQL.
    :param fail_fast: wait briefly and keep no connection open, for a process that must not stall and that forks (the scheduler).
    """

    def __init__(self, url: str, *, fail_fast: bool = False) -> None:
        self.address: Address = read_address(url)
        self.url: URL = self.address.url or _UNUSABLE
        self.fail_fast = fail_fast
        self.limits: TimeLimits = FAIL_FAST if fail_fast else PATIENT
        self.embedded = self.address.url is not None and self.url.get_backend_name() == "sqlite"

    @property
    def shown(self) -> str:
        """The address without its secrets."""
        return self.address.shown

    @cached_property
    def engine(self) -> Engine:
        """The engine of SQLAlchemy. A connection that is taken from it outside of :meth:`read` and :meth:`write` has no limit of time.

        :raises StoreMisaddressed: the address cannot be used.
        """
        if self.address.url is None:
            raise StoreMisaddressed(
                f"the address of the results store ({self.shown}; usually [dre] sql_alchemy_conn) cannot be used: {self.address.wrong}"
            )
        try:
            engine = _sqlite(self.url, fail_fast=self.fail_fast) if self.embedded else _server(self.url, fail_fast=self.fail_fast)
        except Exception as error:  # a driver that is not installed, or a parameter that it does not know
            why = self.address.hide(f"{type(error).__name__}: {error}")
            raise StoreMisaddressed(
                f"the address of the results store ({self.shown}; usually [dre] sql_alchemy_conn) cannot be used: {why}"
            ) from None
        weakref.finalize(self, _close_connections, engine, os.getpid()).atexit = False
        return engine

    @contextlib.contextmanager
    def in_time(self, seconds: float | None = None) -> Iterator[None]:
        """Limit several transactions as one.

        :param seconds: longest time for all of them; default: that of one transaction.
        """
        with within(self.limits.whole if seconds is None else seconds):
            yield

    @contextlib.contextmanager
    def read(self, limits: TimeLimits | None = None) -> Iterator[Transaction]:
        """Open a transaction that only reads.

        :param limits: default: those of the caller, see ``fail_fast``.
        :raises StoreUnreachable: the database does not answer, or not in time.
        :raises StoreMisaddressed: there is no such address.
        :raises StoreNotMigrated: the tables are missing.
        :raises StoreRefused: it takes a value of the question at no time.
        """
        wanted = limits or self.limits
        with self._translate_errors(), within(wanted.whole), self.engine.connect().execution_options(dre_limits=wanted) as connection:
            yield Transaction(connection)

    @contextlib.contextmanager
    def write(self, limits: TimeLimits | None = None) -> Iterator[Transaction]:
        """Open a transaction that writes. On SQLite it takes the write lock at once, so that it can wait but not deadlock.

        :param limits: default: those of the caller, see ``fail_fast``.
        :raises StoreUnreachable: the database does not answer, or not in time.
        :raises StoreMisaddressed: there is no such address.
        :raises StoreNotMigrated: the tables are missing.
        :raises StoreRefused: it takes these values at no time.
        """
        wanted = limits or self.limits
        options = {"dre_write": True, "dre_limits": wanted}
        with (
            self._translate_errors(),
            within(wanted.whole),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield Transaction(connection)

    def lock(self, connection: Connection, fingerprint: str) -> None:
        """Let only one transaction at a time decide about a cause. SQLite has one writer anyway."""
        if not self.embedded:
            number = int.from_bytes(bytes.fromhex(fingerprint[:16]), "big", signed=True)
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    @contextlib.contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._reason(error) from self._shown_cause(error)
        except StatementError as error:  # raised in Python before anything was sent
            if not isinstance(error.orig, CONTENT):
                raise
            message = f"the results store at {self.shown} takes it at no time: {error.orig}"
            raise StoreRefused(message) from self._shown_cause(error)
        except (UnicodeEncodeError, OverflowError) as error:  # raised by a driver about a value
            raise StoreRefused(f"the results store at {self.shown} takes it at no time: {error}") from error
        except PoolTimeout as error:
            raise StoreBusy(f"the results store at {self.shown} is asked by too many at once in this process") from error
        except OSError as error:
            raise StoreUnreachable(f"the results store at {self.shown} cannot be opened: {error}") from error

    def _reason(self, error: DBAPIError) -> StoreError:
        message = " ".join(self.address.hide(str(error.orig)).split())
        if error.connection_invalidated:
            return StoreUnreachable(f"the results store at {self.shown} broke the connection: {message}")
        match fate_after(error):
            case Fate.SCHEMA:
                return StoreNotMigrated(f"the results store at {self.shown} lacks a table or column: run `airflow dre db migrate`")
            case Fate.REFUSED:
                return StoreRefused(f"the results store at {self.shown} takes it at no time: {message}")
            case Fate.BUSY:
                return StoreBusy(f"the results store at {self.shown} could not take it now: {message}")
            case Fate.DOWN:
                return StoreUnreachable(f"the results store at {self.shown} does not answer: {message}")

    def _shown_cause(self, error: Exception) -> Exception | None:
        return None if self.address.hides(str(error)) else error


def _close_connections(engine: Engine, process: int) -> None:
    """Close the connections of a store that is no longer used. Those that a forked process inherited belong to its parent."""
    if os.getpid() == process:
        engine.dispose()


def _sqlite(url: URL, *, fail_fast: bool) -> Engine:
    limits = FAIL_FAST if fail_fast else PATIENT
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": limits.statement if fail_fast else BUSY_SECONDS})

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        if url.database and url.database != ":memory:" and not url.query:
            keep_database_private(Path(url.database))
        options["timeout"] = left(options["timeout"])
        return dialect.connect(*arguments, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "connect")
    def watch(connection: Any, record: Any) -> None:
        info = record.info

        def is_late() -> bool:
            return is_over() or time.monotonic() >= info.get(_UNTIL, math.inf)

        connection.set_progress_handler(is_late, _STEPS)

    @event.listens_for(engine, "before_cursor_execute")
    def limit(connection: Connection, *_: Any) -> None:
        wanted: TimeLimits | None = connection.get_execution_options().get("dre_limits")
        connection.info[_UNTIL] = math.inf if wanted is None else time.monotonic() + wanted.statement

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("dre_write", False):
            _take_write_lock(connection, left(limits.statement if fail_fast else BUSY_SECONDS))
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _take_write_lock(connection: Connection, seconds: float) -> None:
    """Begin a transaction that writes to SQLite, and wait for other writers in turns.

    SQLite waits in native code, where Python runs no signal handler: an exception by which Airflow ends a task comes between two turns.
    """
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + seconds
    while True:
        rest = max(until - time.monotonic(), 0.0)
        driver.execute(f"PRAGMA busy_timeout = {int(min(rest, BUSY_TURN) * 1000)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if rest == 0.0 or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            driver.execute(f"PRAGMA busy_timeout = {int(rest * 1000)}")
            return


def _server(url: URL, *, fail_fast: bool) -> Engine:
    limits = FAIL_FAST if fail_fast else PATIENT
    options = {name: value for name, value in limits.connection_options.items() if fail_fast or name not in url.query}
    pool: dict[str, Any] = {"poolclass": NullPool}
    if not fail_fast:
        pool = {"poolclass": QueuePool, "pool_size": 2, "max_overflow": 8, "pool_pre_ping": True, "pool_timeout": POOL_SECONDS}
    engine = create_engine(url, connect_args=options, **pool)

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        if not fail_fast:
            return limited_connection().connect(*arguments, **options)
        try:
            return limited_connection().connect(*arguments, **with_addresses(options, left(limits.connect)))
        except Unresolved as error:
            raise dialect.loaded_dbapi.OperationalError(str(error)) from None
        except Exception:
            forget_addresses()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        wanted: TimeLimits = connection.get_execution_options().get("dre_limits", limits)
        connection.exec_driver_sql("; ".join(f"SET LOCAL {name} = {value}" for name, value in wanted.server_settings.items()))

    return engine


@lru_cache(maxsize=8)
def _opened(url: str, fail_fast: bool, process: int) -> Database:  # a forked child must not share its parent's connections
    return Database(url, fail_fast=fail_fast)


def open_database(url: str, *, fail_fast: bool = False) -> Database:
    """Return the store at ``url``, one for each process."""
    return _opened(url, fail_fast, os.getpid())
