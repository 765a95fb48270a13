"""Failures that are reported when a deadline is over, and calls that one process makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.deadlines import Claim, claim_call, finish_call, is_failure_reported, release_call
from airflow_dre.store.incidents import record_signal
from airflow_dre.store.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=2)
MISS = Signal(
    cause=PipelineCause(dag_id="d", task_id="load", deadline="noon"),
    event=Event.DEADLINE_MISSED,
    at=NOW,
    title="late",
    origin=Origin(dag_id="d", run_id="r1", task_id="load"),
)
FAILED = replace(MISS, cause=PipelineCause(dag_id="d", task_id="load"), event=Event.TASK_FAILED, title="failed")


def test_a_call_is_claimed_by_one_process_until_its_lease_is_over(store: Store) -> None:
    with store.database.write() as connection:
        assert claim_call(connection, MISS, "alerts.page", NOW, LEASE) is Claim.TAKEN
        assert claim_call(connection, MISS, "alerts.page", NOW + LEASE / 2, LEASE) is Claim.HELD
        assert claim_call(connection, MISS, "alerts.mail", NOW, LEASE) is Claim.TAKEN, "another callable"
        assert claim_call(connection, MISS, "alerts.page", NOW + LEASE, LEASE) is Claim.TAKEN, "the first process vanished"
        assert claim_call(connection, MISS, "alerts.page", NOW + LEASE, LEASE) is Claim.HELD
        finish_call(connection, MISS, "alerts.page")
        assert claim_call(connection, MISS, "alerts.page", NOW + 9 * LEASE, LEASE) is Claim.DONE
        release_call(connection, MISS, "alerts.page")
        assert claim_call(connection, MISS, "alerts.page", NOW, LEASE) is Claim.DONE, "what was called stays so"
        release_call(connection, MISS, "alerts.mail")
        assert claim_call(connection, MISS, "alerts.mail", NOW, LEASE) is Claim.TAKEN, "a call that raised is made again"


def test_a_failure_is_reported_where_an_incident_counted_it(store: Store) -> None:
    with store.database.write() as connection:
        record_signal(store.database, connection, MISS)
        claim_call(connection, MISS, "alerts.page", NOW, LEASE)
        assert not is_failure_reported(connection, "d", "r1"), "a missed deadline is no failure"
        record_signal(store.database, connection, replace(FAILED, opens=False))
        assert not is_failure_reported(connection, "d", "r1"), "a failure that is only remembered"
        record_signal(store.database, connection, replace(FAILED, origin=Origin(dag_id="d", run_id="r2", task_id="load")))
        assert not is_failure_reported(connection, "d", "r1"), "the failure of another run"
        assert is_failure_reported(connection, "d", "r2")
