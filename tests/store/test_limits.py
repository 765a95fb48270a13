"""A store that accepts and does not answer holds nobody up: each caller is back in its time, and what was to be written waits."""

from __future__ import annotations

import contextlib
import os
import signal as signals
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from airflow_dre.errors import StoreBusy, StoreUnreachable
from airflow_dre.store import limits
from airflow_dre.store.database import Database
from airflow_dre.store.limits import HURRIED
from airflow_dre.store.records import Delivery
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store

Make = Callable[..., Any]
SECONDS = HURRIED.whole + 2.0
"""A hurried caller is back in this time, on a busy machine too."""


def length(number: int) -> bytes:
    """A length as PostgreSQL sends it."""
    return number.to_bytes(4, "big")


AUTHENTICATED = b"R" + length(8) + length(0)
READY = b"Z" + length(5) + b"I"


@contextlib.contextmanager
def receiver(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on loopback that accepts and then does what it is told; the address of a store there."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    kept.append(connection)
                    threading.Thread(target=hold, args=(connection,), daemon=True).start()

        def hold(connection: socket.socket) -> None:
            with contextlib.suppress(OSError):
                answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"postgresql+psycopg://dre:hunter2@127.0.0.1:{server.getsockname()[1]}/dre"
        for connection in kept:
            connection.close()


def silent(connection: socket.socket) -> None:
    """Say nothing."""


def refuses_encryption(connection: socket.socket) -> None:
    """Answer the question for TLS, and nothing after it."""
    connection.recv(8)
    connection.sendall(b"N")


def authenticates(connection: socket.socket) -> None:
    """Say that the password is right, and nothing after it."""
    refuses_encryption(connection)
    connection.recv(4096)
    connection.sendall(AUTHENTICATED)


def is_ready(connection: socket.socket) -> None:
    """Be ready for statements, and answer none."""
    authenticates(connection)
    connection.sendall(READY)


def drips(connection: socket.socket) -> None:
    """Send notices without end, so that every single wait is short."""
    is_ready(connection)
    while True:
        connection.sendall(b"N" + length(4 + 1 + 2 + 1) + b"M-\x00\x00")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(silent, id="says nothing"),
        pytest.param(refuses_encryption, id="says nothing after the question for TLS"),
        pytest.param(authenticates, id="says nothing after the password"),
        pytest.param(is_ready, id="answers no statement"),
        pytest.param(drips, id="drips notices"),
    ],
)
def test_a_server_that_accepts_and_is_silent_holds_a_hurried_caller_up_for_seconds(
    answer: Callable[[socket.socket], None], tmp_path: Path, signal: Make
) -> None:
    with receiver(answer) as url:
        store = Store(Database(url, hurried=True), Spool(tmp_path))
        began = time.monotonic()
        assert store.record(Delivery(signals=(signal("checks_failed"),))) == []
        assert time.monotonic() - began < SECONDS
    assert store.spool.count() == 1


@pytest.mark.parametrize("answer", [pytest.param(silent, id="says nothing"), pytest.param(is_ready, id="answers no statement")])
def test_a_task_waits_longer_and_not_for_ever(
    answer: Callable[[socket.socket], None], tmp_path: Path, signal: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many results it waits once."""
    assert limits.PATIENT.whole <= 90
    with receiver(answer) as url:
        database = Database(url)
        database.limits = replace(limits.PATIENT, whole=3.0)
        store = Store(database, Spool(tmp_path))
        began = time.monotonic()
        for number in range(5):
            assert store.deliver_or_spool(Delivery(signals=(signal("checks_failed", run=f"r{number}"),))) == []
        assert time.monotonic() - began < 10
    assert store.spool.count() == 5


@pytest.mark.postgres
def test_a_table_that_another_session_locks_holds_a_hurried_caller_up_for_seconds(
    store_url: str, store: Store, tmp_path: Path, signal: Make
) -> None:
    if store.database.embedded:
        pytest.skip("SQLite locks whole files: see below")
    hurried = Store(Database(store_url, hurried=True), Spool(tmp_path / "spool"))
    with store.database.write() as other:
        other.exec_driver_sql("LOCK TABLE dre_incident IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        with pytest.raises(StoreBusy, match="lock timeout"):
            hurried.deliver(Delivery(signals=(signal("checks_failed"),)))
        assert time.monotonic() - began < SECONDS
        assert hurried.record(Delivery(signals=(signal("checks_failed"),))) == []
    assert hurried.spool.count() == 1
    assert len(store.deliver(Delivery(signals=(signal("checks_failed"),)))) == 1


@pytest.mark.postgres
def test_every_transaction_has_limits_on_the_server_too(postgres_url: str) -> None:
    for hurried in (True, False):
        database = Database(postgres_url, hurried=hurried)
        with database.write() as connection:
            shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in database.limits.server_settings]
        assert "0" not in shown
        database.engine.dispose()


@pytest.mark.postgres
def test_a_server_that_is_stopped_after_it_answered_holds_a_caller_up_for_its_time(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.limits = replace(limits.PATIENT, whole=3.0)
    with database.read() as connection:
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    os.kill(process, signals.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(StoreUnreachable), database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
        assert 2 < time.monotonic() - began < 6
        with database.read() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1, "on a new connection"
    finally:
        os.kill(process, signals.SIGCONT)
    database.engine.dispose()


@pytest.mark.postgres
def test_a_server_that_is_stopped_within_a_transaction_ends_it_in_time(postgres_url: str) -> None:
    database = Database(postgres_url, hurried=True)
    stopped: list[int] = []

    def stop_and_ask() -> None:
        with database.write() as connection:
            stopped.append(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            os.kill(stopped[0], signals.SIGSTOP)
            connection.exec_driver_sql("SELECT 1")

    began = time.monotonic()
    try:
        with pytest.raises(StoreUnreachable, match="it took longer than it may"):
            stop_and_ask()
        assert time.monotonic() - began < SECONDS
    finally:
        os.kill(stopped[0], signals.SIGCONT)


def test_a_locked_file_holds_a_hurried_caller_up_for_seconds(tmp_path: Path, sqlite_template: Path, signal: Make) -> None:
    path = tmp_path / "dre.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = Store(Database(f"sqlite:///{path}", hurried=True), Spool(tmp_path / "spool"))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        assert store.record(Delivery(signals=(signal("checks_failed"),))) == []
        assert time.monotonic() - began < SECONDS
    assert store.spool.count() == 1


def test_a_migration_that_hangs_holds_a_hurried_caller_up_for_seconds(tmp_path: Path, signal: Make) -> None:
    import fcntl

    store = Store(Database(f"sqlite:///{tmp_path}/dre.db", hurried=True), Spool(tmp_path / "spool"))
    with (tmp_path / "dre.db.migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        assert store.record(Delivery(signals=(signal("checks_failed"),))) == []
        assert time.monotonic() - began < SECONDS
    assert store.spool.count() == 1


def test_a_replay_that_takes_long_holds_no_writer_up(tmp_path: Path, signal: Make) -> None:
    spool = Spool(tmp_path)
    spool.append(Delivery(signals=(signal("checks_failed"),)))
    replaying, done = threading.Event(), threading.Event()

    def slow(_: Delivery) -> None:
        replaying.set()
        done.wait(30)

    thread = threading.Thread(target=lambda: spool.replay(slow))
    thread.start()
    assert replaying.wait(10)
    began = time.monotonic()
    spool.append(Delivery(signals=(signal("checks_passed", at=1),)))
    assert time.monotonic() - began < 1
    done.set()
    thread.join()
    seen: list[Delivery] = []
    assert spool.replay(seen.append) <= 1
    assert spool.waiting() == []


def test_a_pool_that_is_used_up_is_said_and_not_waited_for(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(postgres_url)
    database.engine.pool._timeout = 0.2  # type: ignore[attr-defined]
    held = [database.engine.connect() for _ in range(10)]
    with pytest.raises(StoreBusy, match="too many at once"), database.read():
        pass
    for connection in held:
        connection.close()
    database.engine.dispose()
    assert isinstance(database.engine, sa.Engine)
