"""Suite runs and objectives in a real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.config import read_settings
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.slo.objectives import Evaluated, declare_objectives, evaluate_objectives
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo.declared import SLO
from airflow_dre.store.records import Definition, Delivery, ResultRecord, StoredSlo, SuiteRunRecord
from airflow_dre.store.slos import read_slos
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, slo_count

T = datetime(2026, 6, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONITOR = "monitor"


def wiring_of(store: Store) -> Wiring:
    """Return the wiring of a store."""
    url = store.database.url.render_as_string(hide_password=False)
    return Wiring(replace(read_settings(), store_url=url, spool_folder=store.spool.folder, default_routes=("everyone",)))


def result(check: str, bad: int, rows: int = 100, *, outcome: str | None = None, dimension: str = "accuracy") -> ResultRecord:
    """Return a result of a check with violations."""
    return ResultRecord(
        check_id=f"{abs(hash(check)):016x}"[:16],
        definition=Definition(name=check, kind="not_null", columns=("a",), dimension=dimension, severity="error"),
        outcome=Outcome(outcome or ("failed" if bad else "passed")),
        reason="because",
        expected="none",
        observed=str(bad),
        value=float(bad),
        unit="rows",
        violations=bad,
        rows=rows,
        warn=Range(),
        fail=Range(high=0.0),
        statement="SELECT 1",
    )


def suite_run(
    at: datetime,
    *results: ResultRecord,
    table: str = "main.flights",
    run: str | None = None,
    attempt: int = 1,
    interval: tuple[datetime, datetime] | None = None,
    partition: str | None = None,
    suite: str = "load.check",
    dag: str = "load",
) -> SuiteRunRecord:
    """Return a run of a suite, which failed if a result did."""
    outcomes = [found.outcome for found in results]
    broken = Outcome.FAILED in outcomes or Outcome.ERRORED in outcomes
    return SuiteRunRecord(
        namespace="sqlite:///w",
        name=table,
        suite=suite,
        origin=Origin(dag_id=dag, run_id=run or at.isoformat(), task_id="check", map_index=-1, try_number=attempt),
        engine="sqlite",
        outcome=Outcome.FAILED if broken else Outcome.PASSED,
        score=0.0,
        queries=1,
        measured_at=at,
        seconds=0.1,
        data_interval_start=None if interval is None else interval[0],
        data_interval_end=None if interval is None else interval[1],
        partition_key=partition,
        results=tuple(results),
    )


def deliver(store: Store, *runs: SuiteRunRecord) -> None:
    """Write suite runs."""
    for run in runs:
        store.deliver(Delivery(run=run))


def declare(store: Store, *slos: SLO, at: datetime = T - 40 * DAY, monitor: str = MONITOR) -> int:
    """Declare the objectives of a monitor."""
    return declare_objectives(wiring_of(store), monitor, slos, at)


def look(store: Store, at: datetime = T) -> Evaluated:
    """Evaluate all objectives."""
    return evaluate_objectives(wiring_of(store), at)


def stored(store: Store) -> dict[str, StoredSlo]:
    """Return the objectives as the store holds them."""
    with store.database.read() as connection:
        return {row.name: row for row in read_slos(connection)}


def numbers(store: Store, name: str = "a") -> tuple[float, int]:
    """Return good events and all events of an objective."""
    evaluation = stored(store)[name].evaluation
    assert evaluation is not None, stored(store)[name].reason
    return evaluation["good"], evaluation["events"]


def counts(store: Store) -> list[tuple[int, int]]:
    """Return the counts of each minute, oldest first."""
    with store.database.read() as connection:
        query = sa.select(slo_count.c.good, slo_count.c.total).order_by(slo_count.c.series, slo_count.c.minute)
        return [(row.good, row.total) for row in connection.execute(query)]


def incidents(store: Store) -> list[tuple[str, str, str, str, int]]:
    """Return suite, promise, status, severity and occurrences of each incident."""
    with store.database.read() as connection:
        rows = connection.execute(sa.select(incident).order_by(incident.c.id))
        return [(row.suite, row.promise, row.status, row.severity, row.occurrences) for row in rows]
