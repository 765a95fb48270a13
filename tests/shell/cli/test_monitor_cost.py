"""``airflow dre monitor cost``: what monitors cost Airflow, from their own records."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_dre.cli.monitoring import print_cost
from airflow_dre.config import read_settings
from airflow_dre.services.wiring import store_of
from airflow_dre.store.monitors import add_cost
from airflow_dre.store.records import MonitorCost

pytestmark = pytest.mark.airflow
MINUTE = timedelta(minutes=1)


def keep(run_id: str, began: timedelta, ended: timedelta | None, *, worker: float, wakes: int, looks: int) -> None:
    """Keep the cost of a run that began and ended so long ago."""
    now = datetime.now(UTC)
    cost = MonitorCost(
        dag_id="watch",
        run_id=run_id,
        began_at=now - began,
        ended_at=None if ended is None else now - ended,
        worker_seconds=worker,
        wakes=wakes,
        looks=looks,
        look_seconds=looks / 10,
    )
    with store_of(read_settings()).database.write() as connection:
        add_cost(connection, cost)


def printed(capsys: pytest.CaptureFixture[str], last: str) -> str:
    """Return what the command prints."""
    print_cost(Namespace(last=last))
    return capsys.readouterr().out


def test_a_run_that_was_on_before_counts_in_part(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep("old", 600 * MINUTE, 540 * MINUTE, worker=99, wakes=9, looks=99)
    keep("before", 90 * MINUTE, 30 * MINUTE, worker=4, wakes=2, looks=60)
    keep("now", 30 * MINUTE, None, worker=2.5, wakes=1, looks=30)
    assert printed(capsys, "1h") == (
        "watch: 1 Dag runs (24 a day), 4.5 s in a worker slot, woken 1 times, 60 looks of 6.0 s in all in the triggerer\n"
    )


def test_no_monitor_ran(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "2d") == "No monitor ran in the last 2d.\n"


@pytest.mark.parametrize("last", ["", "soon", "-1h", "0s"])
def test_a_duration_that_cannot_be_is_refused(world: Path, last: str) -> None:
    with pytest.raises(SystemExit, match="--last"):
        print_cost(Namespace(last=last))
