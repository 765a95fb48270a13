"""States of partitions: runs side by side lose none, an earlier scan never replaces a later one, and the spool brings them back."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from airflow_dre.errors import StoreUnreachable
from airflow_dre.store.database import Database
from airflow_dre.store.partitions import read_partition_states
from airflow_dre.store.records import Delivery, PartitionState, PartitionStates
from airflow_dre.store.spool import Spool
from airflow_dre.store.store import Store, open_store

T = datetime(2026, 1, 1, tzinfo=UTC)
FORMS = [f"form{n}" for n in range(20)]
PROCESSES, LOOKS = 12, 4


def look(partition: str, rows: int, *, minutes: float = 0, forms: list[str] = FORMS, split: str = "s") -> PartitionStates:
    """Return the finding of a scan of one partition."""
    states = tuple(PartitionState(f'"{partition}"', form, f"[{rows}]", rows, None) for form in forms)
    return PartitionStates(split=split, namespace="n", name="t", measured_at=T + timedelta(minutes=minutes), run_id="r", states=states)


def known(store: Store, split: str = "s") -> dict[str, set[int]]:
    """Return the row counts of the states of each partition. More than one number means that it is not whole."""
    found: dict[str, set[int]] = {}
    with store.database.read() as connection:
        for state in read_partition_states(connection, split, FORMS):
            found.setdefault(state.partition, set()).add(state.rows)
    return found


def test_a_later_look_replaces_an_earlier_one_and_never_the_other_way(store: Store) -> None:
    for minutes, rows in ((1, 10), (3, 30), (2, 20)):
        store.deliver(Delivery(partitions=look("a", rows, minutes=minutes)))
    assert known(store) == {'"a"': {30}}
    gone = replace(look("a", 0, minutes=2), states=(), gone=('"a"',))
    store.deliver(Delivery(partitions=gone))
    assert known(store) == {'"a"': {30}}, "it was scanned again after it was gone"
    store.deliver(Delivery(partitions=replace(gone, measured_at=T + timedelta(minutes=4))))
    assert known(store) == {}


def test_tables_and_row_filters_do_not_meet(store: Store) -> None:
    store.deliver(Delivery(partitions=look("a", 1)))
    store.deliver(Delivery(partitions=look("a", 2, split="other")))
    assert (known(store), known(store, "other")) == ({'"a"': {1}}, {'"a"': {2}})


def test_what_a_text_holds_comes_back(store: Store) -> None:
    text = '["\\u0000 é \\ud800", {"decimal":"0.1"}, 123456789012345678901234567890, NaN]'
    states = (PartitionState("null", "form0", text, 1, "v"),)
    store.deliver(Delivery(partitions=replace(look("a", 1), states=states)))
    with store.database.read() as connection:
        assert read_partition_states(connection, "s", ["form0"]) == list(states)


def test_a_store_that_is_down_gets_the_states_later(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missing/dre.db"
    (tmp_path / "missing").write_text("a file where a folder should be")
    down = Store(Database(url), Spool(tmp_path / "spool"))
    with pytest.raises(StoreUnreachable):
        down.deliver(Delivery(partitions=look("a", 7)))
    down.deliver_or_spool(Delivery(partitions=look("a", 7)))
    assert down.spool.waiting()
    (tmp_path / "missing").unlink()
    assert down.replay() == 1
    assert known(down) == {'"a"': {7}}


def write(url: str, spool: str, worker: int, barrier: Any, errors: Any) -> None:
    """Scan a partition of one's own and one that all share, again and again."""
    try:
        store = open_store(url, Path(spool))
        barrier.wait(120)
        for number in range(LOOKS):
            store.deliver(Delivery(partitions=look(f"own {worker}", number, minutes=number)))
            store.deliver(Delivery(partitions=look("shared", worker * LOOKS + number, minutes=number + worker / 100)))
            torn = {partition: rows for partition, rows in known(store).items() if len(rows) != 1}
            if torn:
                raise AssertionError(f"seen in part: {torn}")
    except BaseException as error:
        errors.put(repr(error))
        raise


def test_runs_side_by_side_lose_nothing_and_see_whole_partitions(store: Store, store_url: str, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    barrier, errors = fork.Barrier(PROCESSES), fork.Queue()
    store.database.engine.dispose()
    running = [
        fork.Process(target=write, args=(store_url, str(tmp_path / "spool"), worker, barrier, errors)) for worker in range(PROCESSES)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert errors.empty(), errors.get()
    assert [process.exitcode for process in running] == [0] * PROCESSES
    last = LOOKS - 1
    expected = {f'"own {worker}"': {last} for worker in range(PROCESSES)}
    assert known(store) == {**expected, '"shared"': {(PROCESSES - 1) * LOOKS + last}}, "of the shared one the latest look"
