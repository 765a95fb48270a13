"""A store that accepts and does not answer holds no caller up: each is back in its time, and its delivery waits."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal as signals
import socket
import sqlite3
import subprocess
import sys
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
from airflow_dre.store.database import Database, _close_connections
from airflow_dre.store.limits import FAIL_FAST
from airflow_dre.store.records import Delivery
from airflow_dre.store.resolving import Unresolved, forget_addresses, with_addresses
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store

Make = Callable[..., Any]
SECONDS = FAIL_FAST.whole + 2.0
"""A fail_fast caller is back in this time, on a busy machine too."""


def length(number: int) -> bytes:
    """Return a length as PostgreSQL sends it."""
    return number.to_bytes(4, "big")


AUTHENTICATED = b"R" + length(8) + length(0)
READY = b"Z" + length(5) + b"I"


@contextlib.contextmanager
def receiver(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yield a server on loopback that accepts and then behaves as ordered, as the address of a store there."""
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
    """Accept statements and answer none."""
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
        pytest.param(silent, id="is silent"),
        pytest.param(refuses_encryption, id="is silent after the question for TLS"),
        pytest.param(authenticates, id="is silent after the password"),
        pytest.param(is_ready, id="answers no statement"),
        pytest.param(drips, id="drips notices"),
    ],
)
def test_a_server_that_accepts_and_is_silent_holds_a_hurried_caller_up_for_seconds(
    answer: Callable[[socket.socket], None], tmp_path: Path, signal: Make
) -> None:
    with receiver(answer) as url:
        store = Store(Database(url, fail_fast=True), Spool(tmp_path))
        began = time.monotonic()
        assert store.record(Delivery(signals=(signal("checks_failed"),))) == []
        assert time.monotonic() - began < SECONDS
    assert store.spool.count() == 1


@pytest.mark.parametrize("answer", [pytest.param(silent, id="is silent"), pytest.param(is_ready, id="answers no statement")])
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
    fail_fast = Store(Database(store_url, fail_fast=True), Spool(tmp_path / "spool"))
    with store.database.write() as other:
        other.exec_driver_sql("LOCK TABLE dre_incident IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        with pytest.raises(StoreBusy, match="lock timeout"):
            fail_fast.deliver(Delivery(signals=(signal("checks_failed"),)))
        assert time.monotonic() - began < SECONDS
        assert fail_fast.record(Delivery(signals=(signal("checks_failed"),))) == []
    assert fail_fast.spool.count() == 1
    assert len(store.deliver(Delivery(signals=(signal("checks_failed"),)))) == 1


@pytest.mark.postgres
def test_every_transaction_has_limits_on_the_server_too(postgres_url: str) -> None:
    for fail_fast in (True, False):
        database = Database(postgres_url, fail_fast=fail_fast)
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
    database = Database(postgres_url, fail_fast=True)
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
    store = Store(Database(f"sqlite:///{path}", fail_fast=True), Spool(tmp_path / "spool"))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        assert store.record(Delivery(signals=(signal("checks_failed"),))) == []
        assert time.monotonic() - began < SECONDS
    assert store.spool.count() == 1


def test_a_time_limit_of_the_caller_ends_the_wait_for_a_locked_file(tmp_path: Path, sqlite_template: Path, signal: Make) -> None:
    class TimeIsUp(BaseException):
        pass

    def ring(*_: object) -> None:
        raise TimeIsUp

    path = tmp_path / "dre.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = Store(Database(f"sqlite:///{path}"), Spool(tmp_path / "spool"))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = signals.signal(signals.SIGALRM, ring)
        signals.setitimer(signals.ITIMER_REAL, 0.5)
        began = time.monotonic()
        try:
            with pytest.raises(TimeIsUp):
                store.deliver_or_spool(Delivery(signals=(signal("checks_failed"),)))
        finally:
            signals.setitimer(signals.ITIMER_REAL, 0)
            signals.signal(signals.SIGALRM, before)
        assert time.monotonic() - began < 5
    assert len(store.deliver(Delivery(signals=(signal("checks_failed"),)))) == 1


def test_a_migration_that_hangs_holds_a_hurried_caller_up_for_seconds(tmp_path: Path, signal: Make) -> None:
    import fcntl

    store = Store(Database(f"sqlite:///{tmp_path}/dre.db", fail_fast=True), Spool(tmp_path / "spool"))
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


def test_a_store_that_is_no_longer_used_closes_its_connections(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.read() as connection:
        driver: Any = connection.connection.driver_connection
    _close_connections(database.engine, -1)
    assert not driver.closed, "it belongs to another process"
    del database, connection
    gc.collect()
    assert driver.closed


ENDLESS = sa.text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
"""A statement of SQLite that ends never."""


@pytest.mark.parametrize("kind", ["read", "write"])
@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(replace(FAIL_FAST, statement=0.5), id="the limit of a statement"),
        pytest.param(replace(FAIL_FAST, statement=60.0, whole=0.5), id="the limit of the whole"),
    ],
)
def test_a_statement_of_sqlite_ends_at_its_limit(tmp_path: Path, sqlite_template: Path, kind: str, wanted: limits.TimeLimits) -> None:
    database = Database(f"sqlite:///{sqlite_template}")
    started = time.monotonic()
    with pytest.raises(StoreBusy, match="interrupted"), getattr(database, kind)(wanted) as connection:
        connection.execute(ENDLESS)
    assert time.monotonic() - started < 5
    with database.read() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_each_statement_of_sqlite_has_its_own_limit(sqlite_template: Path) -> None:
    some = sa.text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT count(*) FROM n")
    with Database(f"sqlite:///{sqlite_template}").read(replace(FAIL_FAST, statement=1.0, whole=60.0)) as connection:
        started = time.monotonic()
        while time.monotonic() - started < 2:
            assert connection.scalar(some) == 200_000


SLOW_NAMES = """
#include <netdb.h>
#include <unistd.h>
int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r) { sleep(40); return EAI_AGAIN; }
"""
ASK = """
import sys, time
from airflow_dre.errors import StoreUnreachable
from airflow_dre.store.database import Database
started = time.monotonic()
try:
    with Database("postgresql+psycopg://dre:hunter2@db.example:5432/dre", fail_fast=True).read():
        pass
except StoreUnreachable as error:
    print(f"{time.monotonic() - started:.1f} {error}")
"""


def test_a_name_that_nobody_resolves_holds_a_hurried_caller_up_for_seconds(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler to make a look-up that hangs")
    (tmp_path / "slow.c").write_text(SLOW_NAMES)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(tmp_path / "slow.so"), str(tmp_path / "slow.c")], check=True, timeout=60)
    slow = {**os.environ, "LD_PRELOAD": str(tmp_path / "slow.so")}
    told = subprocess.run([sys.executable, "-c", ASK], env=slow, capture_output=True, text=True, timeout=60, check=True).stdout
    seconds, _, said = told.partition(" ")
    assert float(seconds) < SECONDS
    assert "looking up db.example took more than 2 s" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"host": "127.0.0.1", "port": 5432}, {}, id="an address"),
        pytest.param({"host": "/var/run/postgresql"}, {}, id="a socket"),
        pytest.param({}, {}, id="no host"),
        pytest.param({"host": "db", "hostaddr": "10.0.0.1"}, {}, id="an address is given"),
        pytest.param({"host": "localhost", "port": 1}, {"host": "localhost", "hostaddr": "127.0.0.1", "port": "1"}, id="a name"),
        pytest.param(
            {"host": "no-such-host.invalid,localhost,10.0.0.7,/run", "port": "1,2,3,4"},
            {"host": "localhost,10.0.0.7,/run", "hostaddr": "127.0.0.1,10.0.0.7,", "port": "2,3,4"},
            id="several hosts",
        ),
        pytest.param({"host": "10.0.0.7,localhost"}, {"host": "10.0.0.7,localhost", "hostaddr": "10.0.0.7,127.0.0.1"}, id="without ports"),
    ],
)
def test_names_are_looked_up_before_libpq_is_asked(options: dict[str, Any], expected: dict[str, Any]) -> None:
    forget_addresses()
    found = with_addresses(options, 20)
    if "hostaddr" in expected:  # a machine may have several addresses of its own
        places = [place for place, address in enumerate(found["hostaddr"].split(",")) if address != "::1"]
        found = {name: ",".join(str(value).split(",")[place] for place in places) for name, value in found.items()}
    assert found == {**options, **expected}


def test_a_name_without_an_address_is_said() -> None:
    with pytest.raises(Unresolved, match="no address is known of no-such-host.invalid"):
        with_addresses({"host": "no-such-host.invalid"}, 20)
    database = Database("postgresql+psycopg://dre:hunter2@no-such-host.invalid/dre", fail_fast=True)
    with pytest.raises(StoreUnreachable, match="no address is known of no-such-host.invalid"), database.read():
        pass
