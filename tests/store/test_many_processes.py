"""64 processes report the same failure at once: one live incident, occurrences counted right, no error."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store, open_store
from airflow_dre.store.tables import incident, outbox, signal

PROCESSES = 64


def report(url: str, spool: str, numbers: list[int], barrier: Any, errors: Any) -> None:
    """Wait for the others, then report."""
    try:
        barrier.wait(120)
        for number in numbers:
            fact = Signal(
                cause=DataCause(namespace="n", name="t", suite="s"),
                event=Event.CHECKS_FAILED,
                at=datetime(2026, 1, 1, tzinfo=UTC),
                title="broken",
                origin=Origin(dag_id="d", run_id="r", task_id="t", map_index=number, try_number=1),
                routes=("oncall",),
            )
            open_store(url, Path(spool)).deliver(Delivery(signals=(fact,)))
    except BaseException as error:
        errors.put(repr(error))
        raise


@pytest.mark.parametrize(
    ("distinct", "occurrences"),
    [pytest.param(False, 1, id="the very same occurrence"), pytest.param(True, PROCESSES * 3, id="three occurrences of each process")],
)
def test_one_incident(store: Store, store_url: str, tmp_path: Path, distinct: bool, occurrences: int) -> None:
    server = multiprocessing.get_context("forkserver")  # small, unlike this process: its pages are copied 64 times
    server.set_forkserver_preload([__name__, "psycopg", "sqlalchemy.dialects.postgresql.psycopg"])  # or each would import them
    barrier, errors = server.Barrier(PROCESSES), server.Queue()
    store.database.engine.dispose()
    given = [[worker * 3 + n for n in range(3)] if distinct else [0] for worker in range(PROCESSES)]
    arguments = [(store_url, str(tmp_path / "spool"), numbers, barrier, errors) for numbers in given]
    running = [server.Process(target=report, args=one) for one in arguments]
    for process in running:
        process.start()
    for process in running:
        process.join(180)
    assert [process.exitcode for process in running] == [0] * PROCESSES
    assert errors.empty()
    with store.database.read() as connection:
        assert [(row.status, row.occurrences) for row in connection.execute(select(incident))] == [("open", occurrences)]
        assert len(connection.execute(select(signal)).all()) == occurrences
        assert [(row.route, row.event) for row in connection.execute(select(outbox))] == [("oncall", "opened")]
    assert store.spool.waiting() == []
