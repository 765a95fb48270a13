"""Deadlines of runs and tasks: what an author declares, and what Airflow keeps of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineReference
from airflow.serialization.decoders import decode_deadline_reference
from airflow.serialization.encoders import encode_deadline_reference

from airflow_dre import dag_deadline
from airflow_dre.triggers.references import IntervalEnd, RunQueued, WallClock

NOW = datetime.now(UTC)
PAST, AHEAD = NOW - timedelta(days=3), NOW + timedelta(days=3)


def run_of(**fields: Any) -> SimpleNamespace:
    """Return a run as Airflow's database holds it."""
    given = {"run_type": "scheduled", "queued_at": NOW, "start_date": None, "run_after": NOW, "data_interval_end": None}
    return SimpleNamespace(**{**given, **fields})


@pytest.mark.parametrize("reference", [RunQueued(), IntervalEnd(10800.0), WallClock("08:00", "Europe/Berlin")])
def test_a_reference_survives_serialization(reference: BaseDeadlineReference) -> None:
    kept = encode_deadline_reference(reference)
    again = decode_deadline_reference(kept)
    assert again.inner_ref == reference
    assert encode_deadline_reference(again.inner_ref) == kept


@pytest.mark.parametrize(
    ("reference", "run", "moment"),
    [
        pytest.param(RunQueued(), run_of(), NOW, id="when it was queued"),
        pytest.param(RunQueued(), run_of(queued_at=None, start_date=PAST), PAST, id="a run that was never queued"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=AHEAD), AHEAD, id="the end of its interval"),
        pytest.param(IntervalEnd(60.0), run_of(), NOW, id="without an interval from when it may start"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST), PAST, id="a scheduled run that was made late"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST, run_type="backfill"), None, id="a backfill of the past"),
        pytest.param(IntervalEnd(60.0), run_of(data_interval_end=PAST, run_type="manual"), None, id="the past by hand"),
        pytest.param(IntervalEnd(604800.0), run_of(data_interval_end=PAST, run_type="manual"), PAST, id="by hand and still ahead"),
        pytest.param(
            WallClock("08:00", "Europe/Berlin"),
            run_of(run_after=datetime(2126, 1, 1, 12, tzinfo=UTC)),
            datetime(2126, 1, 2, 7, tzinfo=UTC),
            id="the next time that clocks show",
        ),
        pytest.param(WallClock("08:00"), run_of(run_after=PAST, run_type="backfill"), None, id="a time of the past in a backfill"),
    ],
)
def test_the_moment_from_which_a_deadline_counts(reference: Any, run: SimpleNamespace, moment: datetime | None) -> None:
    assert reference.moment_of(run) == moment


def test_a_deadline_of_a_dag_counts_from_when_the_run_was_queued() -> None:
    assert dag_deadline("2h").reference == RunQueued()
    by_date = dag_deadline("2h", reference=DeadlineReference.DAGRUN_LOGICAL_DATE)
    assert by_date.reference is DeadlineReference.DAGRUN_LOGICAL_DATE
