"""Many processes at once: passes and failures mixed, first uses, migrations."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from airflow_dre.incidents.identity import DataCause, PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.schema import current_revision, head, migrate
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store, open_store
from airflow_dre.store.tables import VERSION_TABLE, incident, outbox

T = datetime(2026, 1, 1, tzinfo=UTC)
Work = Callable[[int], None]


@pytest.fixture
def crowd() -> Callable[[int, Work], list[str]]:
    """Run a function in many processes that start together. What they raised."""

    def run(size: int, work: Work) -> list[str]:
        fork = multiprocessing.get_context("fork")
        barrier, errors = fork.Barrier(size), fork.SimpleQueue()

        def body(number: int) -> None:
            try:
                barrier.wait(60)
                work(number)
            except BaseException as error:
                errors.put(repr(error))

        running = [fork.Process(target=body, args=(number,)) for number in range(size)]
        for process in running:
            process.start()
        for process in running:
            process.join(120)
        raised = []
        while not errors.empty():
            raised.append(errors.get())
        return raised + [f"exit {process.exitcode}" for process in running if process.exitcode]

    return run


def observation(number: int, broken: bool, *, data: bool) -> Signal:
    """Return the finding of run ``number`` at minute ``number``."""
    cause = DataCause(namespace="n", name="t", suite="s") if data else PipelineCause(dag_id="d", task_id="load")
    event = (Event.CHECKS_FAILED if data else Event.TASK_FAILED) if broken else (Event.CHECKS_PASSED if data else Event.TASK_SUCCEEDED)
    origin = Origin(dag_id="d", run_id=f"r{number}", task_id="load", map_index=-1, try_number=1)
    return Signal(cause=cause, event=event, at=T + timedelta(minutes=number), title=event, origin=origin, routes=("a",) if broken else ())


@pytest.mark.parametrize("data", [True, False], ids=["of a suite", "of a task"])
@pytest.mark.parametrize("newest_broken", [True, False], ids=["ending in failure", "ending in success"])
def test_the_newest_observation_wins_in_whatever_order_a_crowd_reports(
    store: Store, store_url: str, tmp_path: Path, crowd: Callable[..., list[str]], newest_broken: bool, data: bool
) -> None:
    chance = random.Random(7)
    facts = [observation(number, chance.random() < 0.5, data=data) for number in range(47)]
    facts.append(observation(47, newest_broken, data=data))
    chance.shuffle(facts)
    store.database.engine.dispose()

    def report(worker: int) -> None:
        own = open_store(store_url, tmp_path / "spool")
        for fact in facts[worker * 3 : worker * 3 + 3]:
            own.deliver(Delivery(signals=(fact,)))

    assert crowd(16, report) == []
    with store.database.read() as connection:
        rows = connection.execute(sa.select(incident)).all()
        messages = connection.execute(sa.select(outbox.c.incident_id, outbox.c.event)).all()
    assert [row.status for row in rows].count("open") == int(newest_broken)
    for row in rows:
        expected = ["opened"] if row.status == "open" else ["opened", "resolved"]
        assert [event for number, event in messages if number == row.id] == expected


def test_the_embedded_store_is_made_by_the_first_of_many(tmp_path: Path, crowd: Callable[..., list[str]]) -> None:
    def first_use(number: int) -> None:
        open_store(f"sqlite:///{tmp_path / 'new' / 'dre.db'}", tmp_path / "spool").deliver(
            Delivery(signals=(observation(number, True, data=True),))
        )

    assert crowd(16, first_use) == []
    store = Store(Database(f"sqlite:///{tmp_path / 'new' / 'dre.db'}"), Spool(tmp_path))
    assert current_revision(store.database) == head()
    with store.database.read() as connection:
        assert [row.occurrences for row in connection.execute(sa.select(incident))] == [16]


def test_two_migrations_at_once_are_one_after_the_other(store_url: str, crowd: Callable[..., list[str]]) -> None:
    assert crowd(4, lambda number: migrate(Database(store_url))) == []
    database = Database(store_url)
    assert current_revision(database) == head()
    with database.read() as connection:
        assert connection.exec_driver_sql(f"SELECT COUNT(*) FROM {VERSION_TABLE}").scalar() == 1
    database.engine.dispose()


def test_a_hurried_caller_is_not_held_up_by_a_writer_that_hangs(tmp_path: Path) -> None:
    """The scheduler's: on SQLite it waits two seconds, not thirty."""
    url = f"sqlite:///{tmp_path / 'dre.db'}"
    slow = Store(Database(url), Spool(tmp_path / "spool"))
    migrate(slow.database)
    fail_fast = Store(Database(url, fail_fast=True), Spool(tmp_path / "spool"))
    with slow.database.write():
        started = datetime.now(UTC)
        assert fail_fast.deliver_or_spool(Delivery(signals=(observation(1, True, data=True),))) == []
        assert datetime.now(UTC) - started < timedelta(seconds=6)
    assert slow.replay() == 1
