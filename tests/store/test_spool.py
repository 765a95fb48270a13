"""Deliveries that wait while the store is down arrive later, once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre.errors import StoreUnreachable
from airflow_dre.incidents.identity import DataCause, PipelineCause, Promise
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.store.database import Database
from airflow_dre.store.records import Delivery
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident
from airflow_dre.store.tables import suite_run as suite_run_table

Make = Callable[..., Any]
texts = st.text()
causes = st.one_of(
    st.builds(DataCause, namespace=texts, name=texts, suite=texts, promise=st.sampled_from(Promise)),
    st.builds(PipelineCause, dag_id=texts, task_id=texts, deadline=texts),
)
moments = st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC))
facts = st.builds(
    Signal,
    cause=causes,
    event=st.sampled_from(Event),
    at=moments,
    title=texts,
    detail=texts,
    severity=st.one_of(st.none(), st.sampled_from(Severity)),
    origin=st.builds(Origin, dag_id=st.one_of(st.none(), texts), map_index=st.one_of(st.none(), st.integers(-1, 100))),
    routes=st.lists(texts).map(tuple),
)


@given(st.lists(st.builds(Delivery, signals=st.lists(facts, max_size=3).map(tuple)), max_size=4))
def test_every_delivery_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, deliveries: list[Delivery]) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"))
    for delivery in deliveries:
        spool.append(delivery)
    seen: list[Any] = []
    assert spool.replay(seen.append) == len(deliveries)
    assert seen == deliveries
    assert spool.waiting() == []


def test_a_store_that_is_down_loses_nothing(store: Store, suite_run: Make, signal: Make, rows: Make, tmp_path: Path) -> None:
    down = Store(Database("postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre"), store.spool)
    first = Delivery(run=suite_run("failed"), signals=(signal("checks_failed"),))
    assert down.deliver_or_spool(first) == []
    assert down.deliver_or_spool(first) == []
    assert len(store.spool.waiting()) == 1
    store.deliver_or_spool(Delivery(run=suite_run("passed", at=1, run="r2"), signals=(signal("checks_passed", at=1, run="r2"),)))
    assert store.spool.waiting() == []
    assert [row.run_id for row in rows(store, suite_run_table)].count("r1") == 1
    assert len(rows(store, suite_run_table)) == 2
    assert [(row.status, row.occurrences) for row in rows(store, incident)] == [("resolved", 1)]


def test_a_torn_or_foreign_line_is_put_aside_and_stops_nothing(tmp_path: Path, signal: Make) -> None:
    spool = Spool(tmp_path)
    path = spool.append(Delivery(signals=(signal("checks_failed"),)))
    good = path.read_bytes()
    path.write_bytes(b'{"run": 5}\n' + b"\xff\xfe\n" + good + good[:40])
    seen: list[Any] = []
    spool.replay(seen.append)
    assert seen == [Delivery(signals=(signal("checks_failed"),))]
    assert len(path.with_suffix(".unreadable").read_bytes().splitlines()) == 3
    assert spool.waiting() == []


def test_a_replay_that_breaks_keeps_the_rest(tmp_path: Path, signal: Make) -> None:
    spool = Spool(tmp_path)
    deliveries = [Delivery(signals=(signal("checks_failed", run=f"r{n}"),)) for n in range(3)]
    for delivery in deliveries:
        spool.append(delivery)
    seen: list[Any] = []

    def deliver(delivery: Delivery) -> None:
        if len(seen) == 1:
            raise StoreUnreachable("down again")
        seen.append(delivery)

    with pytest.raises(StoreUnreachable):
        spool.replay(deliver)
    assert spool.replay(seen.append) == 2
    assert seen == deliveries


def write_many(folder: str, worker: int) -> None:
    """Append from a process of its own."""
    spool = Spool(Path(folder))
    for number in range(50):
        cause = PipelineCause(dag_id=f"{worker}-{number}")
        spool.append(Delivery(signals=(Signal(cause=cause, event=Event.RUN_FAILED, at=datetime(2026, 1, 1, tzinfo=UTC), title="x"),)))


def test_writers_and_a_reader_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=write_many, args=(str(tmp_path), worker)) for worker in range(4)]
    for process in running:
        process.start()
    seen: list[Any] = []
    spool = Spool(tmp_path)
    while any(process.is_alive() for process in running) or spool.waiting():
        spool.replay(seen.append)
    for process in running:
        process.join()
    told = [delivery.signals[0].cause.dag_id for delivery in seen]
    assert sorted(told) == sorted(f"{worker}-{number}" for worker in range(4) for number in range(50))
