"""Files of the store: only their owner reads them, what is somebody else's is left alone, and a write that fails loses nothing."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal as signals
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_dre.clock import now
from airflow_dre.errors import StoreNotMigrated, StoreTooNew, StoreUnreachable
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.store import schema
from airflow_dre.store.database import Database
from airflow_dre.store.private_files import write_all
from airflow_dre.store.records import Delivery
from airflow_dre.store.schema import current_revision, head, migrate, revisions
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident

Make = Callable[..., Any]


def fact(title: str, detail: str = "") -> Delivery:
    """Return a delivery with a title to know it by."""
    return Delivery(signals=(Signal(cause=PipelineCause(dag_id="d"), event=Event.RUN_FAILED, at=now(), title=title, detail=detail),))


def titles(spool: Spool) -> list[str]:
    """Return the titles that are replayed."""
    seen: list[Delivery] = []
    spool.replay(seen.append)
    return [delivery.signals[0].title for delivery in seen]


def mode(path: Path) -> int:
    """Return the rights to a file."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Yield for every umask of the process."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_only_the_owner_may_read_what_is_kept_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), Spool(tmp_path / "spool"))
    store.record(fact("a"))
    store.spool.append(fact("b"))
    store.spool.put_aside(b"{}")
    with store.database.write() as connection:  # with the files beside it
        connection.execute(incident.update().values(title="c"))
        files = sorted(tmp_path.glob("dre.db*"))
        assert len(files) >= 3
        assert {mode(path) for path in (*files, *(tmp_path / "spool").iterdir())} == {0o600}
    assert mode(tmp_path / "spool") == 0o700


def test_files_of_an_earlier_version_are_closed_to_others(tmp_path: Path) -> None:
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), Spool(tmp_path / "spool"))
    store.record(fact("a"))
    path = store.spool.append(fact("b"))
    for given, rights in ((path, 0o644), (tmp_path / "dre.db", 0o666), (tmp_path / "spool", 0o755)):
        given.chmod(rights)
    store.spool.append(fact("c"))
    store.record(fact("d"))
    assert [mode(given) for given in (path, tmp_path / "dre.db", tmp_path / "spool")] == [0o600, 0o600, 0o700]


def hard_link(path: Path) -> None:
    """Create a second name of a file that is elsewhere."""
    target = path.parent.parent / "target"
    target.write_text("{}\n")
    os.link(target, path)


def open_socket(path: Path) -> None:
    """Create a socket of another program."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def of_another_user(path: Path) -> None:
    path.write_text("{}\n")
    os.chown(path, 65534, 65534)


FOREIGN = [
    pytest.param(Path.mkdir, id="a folder"),
    pytest.param(os.mkfifo, id="a FIFO"),
    pytest.param(lambda path: path.symlink_to("/etc/hostname"), id="a link to a file"),
    pytest.param(lambda path: path.symlink_to("/dev/zero"), id="a link to a device"),
    pytest.param(lambda path: path.symlink_to(path.parent), id="a link to the folder itself"),
    pytest.param(lambda path: path.symlink_to(path.parent / "nowhere"), id="a link to nowhere"),
    pytest.param(hard_link, id="a second name of another file"),
    pytest.param(open_socket, id="a socket"),
    pytest.param(
        of_another_user,
        marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of files"),
        id="a file of another user",
    ),
]


@pytest.mark.parametrize("own", [pytest.param(False, id="beside"), pytest.param(True, id="in the place of the file of this process")])
@pytest.mark.parametrize("make", FOREIGN)
def test_what_is_not_ours_is_left_alone_told_once_and_costs_nothing(
    tmp_path: Path, make: Callable[[Path], Any], own: bool, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "spool")
    path = spool.append(fact("first"))
    path.unlink()
    foreign = path if own else path.with_name("x-1.jsonl")
    make(foreign)
    before = foreign.lstat()
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), spool)
    assert len(store.deliver_or_spool(fact("directly"))) == 1
    spool.append(fact("waits"))
    assert titles(spool) == ["waits"]
    spool.put_aside(b"{}")
    assert (foreign.lstat().st_ino, foreign.lstat().st_size, foreign.lstat().st_mode) == (before.st_ino, before.st_size, before.st_mode)
    assert spool.waiting() == []
    told = [record for record in caplog.records if str(foreign) in record.getMessage()]
    assert len({record.getMessage() for record in told}) == len(told) > 0


@pytest.mark.parametrize("name", ["notes.jsonl", "-.jsonl", "a b\n.jsonl", "\udcff.jsonl", ".jsonl", "host-x.jsonl"])
def test_files_with_other_names_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}\n")
    spool = Spool(tmp_path)
    spool.append(fact("a"))
    assert titles(spool) == ["a"]
    assert (tmp_path / name).read_text() == "{}\n"


@pytest.mark.parametrize("rights", [0o000, 0o500])
def test_a_folder_that_may_not_be_used_costs_nothing_while_the_store_is_up(tmp_path: Path, rights: int) -> None:
    """As another user: root may use every folder."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    spool = Spool(tmp_path / "spool")
    spool.append(fact("a"))
    (tmp_path / "spool").chmod(rights)

    def as_nobody(answer: Any) -> None:
        store = Store(Database(f"sqlite:///{shared}/dre.db"), spool)
        os.setgroups([])
        os.setegid(65534)
        os.seteuid(65534)
        answer.put([len(store.deliver_or_spool(fact("b"))), spool.count()])

    shared = Path("/dev/shm" if Path("/dev/shm").is_dir() else "/tmp") / f"dre-other-{os.getpid()}-{rights}"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    try:
        fork = multiprocessing.get_context("fork")
        answer = fork.Queue()
        process = fork.Process(target=as_nobody, args=(answer,))
        process.start()
        changes, count = answer.get(timeout=60)
        process.join()
        assert changes == 1
        assert count is None
    finally:
        shutil.rmtree(shared)


def test_a_write_that_takes_less_than_it_was_given_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[: max(1, len(data) // 3)])))
    spool = Spool(tmp_path)
    for title in ("a", "b", "c"):
        spool.append(fact(title, "y" * 10_000))
    seen: list[str] = []

    def down_after_the_first(delivery: Delivery) -> None:
        if seen:
            raise StoreUnreachable("down again")
        seen.append(delivery.signals[0].title)

    with pytest.raises(StoreUnreachable):
        spool.replay(down_after_the_first)
    assert (seen, titles(spool)) == (["a"], ["b", "c"])


@pytest.fixture
def full_disk() -> Iterator[Callable[[int], None]]:
    """Let no file grow beyond a size, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signals.signal(signals.SIGXFSZ, signals.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signals.signal(signals.SIGXFSZ, handler)


def test_a_full_disk_takes_nothing_from_what_waits(tmp_path: Path, full_disk: Callable[[int], None]) -> None:
    spool = Spool(tmp_path)
    path = spool.append(fact("a"))
    size = path.stat().st_size
    full_disk(size + 100)
    with pytest.raises(OSError, match="File too large"):
        spool.append(fact("b", "y" * 10_000))
    assert path.stat().st_size == size
    full_disk(10 * size)
    spool.append(fact("c"))
    assert titles(spool) == ["a", "c"]


def test_a_full_disk_during_a_replay_takes_nothing_from_what_waits(tmp_path: Path, full_disk: Callable[[int], None]) -> None:
    spool = Spool(tmp_path)
    for title in ("a", "b", "c"):
        spool.append(fact(title, "y" * 1000))
    seen: list[str] = []

    def down_after_the_first(delivery: Delivery) -> None:
        if seen:
            raise StoreUnreachable("down again")
        seen.append(delivery.signals[0].title)

    full_disk(500)
    with pytest.raises(StoreUnreachable):
        spool.replay(down_after_the_first)
    full_disk(10**6)
    assert titles(spool)[-2:] == ["b", "c"]
    assert spool.waiting() == []


def test_a_disk_that_is_full_keeps_what_cannot_be_put_aside(tmp_path: Path, full_disk: Callable[[int], None]) -> None:
    spool = Spool(tmp_path)
    path = spool.append(fact("a"))
    path.write_bytes(b'{"run": 5}\n' + path.read_bytes())
    full_disk(5)
    assert titles(spool) == ["a"]
    full_disk(10**6)
    assert titles(spool) == ["a"], "it could not be taken out either, and the store takes it twice as one"
    assert len(list(tmp_path.glob("*.unreadable"))) == 1


def test_neither_a_store_nor_a_spool_is_logged_and_fails_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    store = Store(Database("postgresql+psycopg://u@127.0.0.1:1/db"), Spool(tmp_path / "file" / "spool"))
    assert store.deliver_or_spool(fact("a")) == []
    assert [record.levelname for record in caplog.records if "is lost" in record.getMessage()] == ["CRITICAL"]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(os.mkfifo, id="a FIFO"),
        pytest.param(Path.mkdir, id="a folder"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), id="a link to a device"),
        pytest.param(lambda path: path.symlink_to(path), id="a link to itself"),
    ],
)
def test_what_is_no_file_is_no_store_and_is_never_waited_for(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "dre.db")
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), Spool(tmp_path / "spool"))
    began = time.monotonic()
    assert store.deliver_or_spool(fact("a")) == []
    assert time.monotonic() - began < 5
    assert titles(store.spool) == ["a"]


def test_a_store_behind_a_link_of_ours_is_closed_to_others_too(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "dre.db").symlink_to(tmp_path / "disk" / "kept.db")
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), Spool(tmp_path / "spool"))
    assert len(store.deliver_or_spool(fact("a"))) == 1
    assert {mode(path) for path in (tmp_path / "disk").iterdir()} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the owner of a link")
def test_a_link_of_another_user_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "dre.db").symlink_to(tmp_path / "precious")
    os.chown(tmp_path / "dre.db", 65534, 65534, follow_symlinks=False)
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), Spool(tmp_path / "spool"))
    assert store.deliver_or_spool(fact("a")) == []
    assert not (tmp_path / "precious").exists()
    assert titles(store.spool) == ["a"]


def test_nothing_is_written_without_end() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        write_all(writing, b"x" * 10)
    os.close(writing)


def append_until_killed(folder: str, worker: int, written: str) -> None:
    """Append, and write down each title once it is on disk."""
    spool = Spool(Path(folder))
    with Path(written).open("a") as file:
        for number in range(10_000):
            spool.append(fact(f"{worker}-{number}", "y" * 3000))
            file.write(f"{worker}-{number}\n")
            file.flush()


def replay_until_killed(folder: str, delivered: str) -> None:
    """Replay, and write down each title."""
    with Path(delivered).open("a") as file:

        def deliver(delivery: Delivery) -> None:
            file.write(f"{delivery.signals[0].title}\n")
            file.flush()

        while True:
            Spool(Path(folder)).replay(deliver)


def test_writers_and_replayers_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    folder, chosen = str(tmp_path / "spool"), random.Random(5)
    for round_ in range(3):
        running = [
            fork.Process(target=append_until_killed, args=(folder, worker * 10 + round_, f"{tmp_path}/written{worker}{round_}"))
            for worker in range(2)
        ]
        running += [fork.Process(target=replay_until_killed, args=(folder, f"{tmp_path}/replayed{worker}{round_}")) for worker in range(2)]
        for process in running:
            process.start()
        for process in chosen.sample(running, len(running)):
            time.sleep(chosen.uniform(0.05, 0.4))
            assert process.pid is not None
            os.kill(process.pid, signals.SIGKILL)
        for process in running:
            process.join()
    replayed = set(titles(Spool(Path(folder)))) | {line for path in tmp_path.glob("replayed*") for line in path.read_text().split("\n")}
    written = {line for path in tmp_path.glob("written*") for line in path.read_text().split("\n") if line}
    assert len(written) > 10
    assert written <= replayed
    assert Spool(Path(folder)).waiting() == []


def test_the_revisions_are_those_of_the_migrations() -> None:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(schema._config())
    assert revisions() == tuple(sorted(revision.revision for revision in script.walk_revisions()))
    assert head() == script.get_current_head()


def test_a_store_of_a_newer_version_is_said_and_loses_nothing(store: Store, suite_run: Make) -> None:
    migrate(store.database)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE dre_alembic_version SET version_num = '9999'")
    schema._current.clear()  # as a new process
    with pytest.raises(StoreTooNew, match="is at revision '9999' of a newer airflow-dre, and this one needs .*: upgrade airflow-dre here"):
        store.deliver(Delivery(run=suite_run("failed")))
    with pytest.raises(StoreTooNew):
        migrate(store.database)
    assert store.deliver_or_spool(Delivery(run=suite_run("failed"))) == []
    assert store.spool.count() == 1
    assert current_revision(store.database) == "9999"
    with store.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE dre_alembic_version SET version_num = '{head()}'")
    assert store.replay() == 1


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("DELETE FROM dre_alembic_version", id="its revision is lost"),
        pytest.param("DROP TABLE dre_alembic_version", id="the table of its revision is lost"),
    ],
)
def test_a_store_that_cannot_be_upgraded_puts_nothing_aside(damage: str, tmp_path: Path, suite_run: Make) -> None:
    """The upgrade is refused, and no record."""
    store = Store(Database(f"sqlite:///{tmp_path}/dre.db"), Spool(tmp_path / "spool"))
    store.deliver(Delivery())
    with store.database.write() as connection:
        connection.exec_driver_sql(damage)
    schema._current.clear()  # as a new process
    with pytest.raises(StoreNotMigrated, match="cannot be upgraded to"):
        store.deliver(Delivery(run=suite_run("failed")))
    assert store.deliver_or_spool(Delivery(run=suite_run("failed"))) == []
    assert store.spool.count() == 1
    assert not list(store.spool.folder.glob("*.unreadable"))


def test_a_store_that_a_newer_version_upgrades_meanwhile_puts_nothing_aside(store: Store, suite_run: Make) -> None:
    """Its column that may not be empty is unknown here."""
    store.deliver(Delivery())
    with store.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE dre_suite_run ADD COLUMN region VARCHAR(9) NOT NULL DEFAULT 'x' CHECK (region <> 'x')")
        connection.exec_driver_sql("UPDATE dre_alembic_version SET version_num = '9999'")
    assert store.deliver_or_spool(Delivery(run=suite_run("failed"))) == []
    assert store.spool.count() == 1
    assert not list(store.spool.folder.glob("*.unreadable"))
