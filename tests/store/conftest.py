"""Signals and suite runs to store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.incidents.identity import Cause, DataCause, PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.records import Definition, ResultRecord, SuiteRunRecord
from airflow_dre.store.store import Store

T = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def signal() -> Callable[..., Signal]:
    """Return a signal of Dag ``d``, where ``cause`` is ``data``, or a task id, or ``run``."""

    def make(event: str, cause: str = "data", *, at: float = 0, run: str = "r1", attempt: int = 1, index: int = -1, **more: Any) -> Signal:
        causes: dict[str, Cause] = {
            "data": DataCause(namespace="sqlite:///w", name="main.t", suite="s"),
            "run": PipelineCause(dag_id="d"),
            "deadline": PipelineCause(dag_id="d", deadline="noon"),
        }
        whole = cause in ("run", "deadline")
        origin = Origin(dag_id="d", run_id=run) if whole else Origin(
            dag_id="d", run_id=run, task_id="check" if cause == "data" else cause, map_index=index, try_number=attempt
        )  # fmt: skip
        return Signal(
            cause=causes.get(cause, PipelineCause(dag_id="d", task_id=cause)),
            event=Event(event),
            at=T + timedelta(hours=at),
            title=f"{event} of {cause}",
            origin=origin,
            **more,
        )

    return make


@pytest.fixture
def suite_run() -> Callable[..., SuiteRunRecord]:
    """Return a run of suite ``s`` of task ``check`` with one check."""

    def make(outcome: str, *, at: float = 0, run: str = "r1", attempt: int = 1, index: int = -1, dag: str | None = "d") -> SuiteRunRecord:
        result = ResultRecord(
            check_id="0123456789abcdef",
            definition=Definition(name="not_null(a)", kind="not_null", columns=("a",), dimension="completeness", severity="error"),
            outcome=Outcome(outcome),
            reason="because",
            expected="at most 0 violating",
            observed="1",
            value=1.0,
            unit="rows",
            violations=1,
            rows=10,
            warn=Range(),
            fail=Range(high=0.0),
            statement="SELECT 1",
        )
        return SuiteRunRecord(
            namespace="sqlite:///w",
            name="main.t",
            suite="s",
            origin=Origin(dag_id=dag, run_id=run, task_id="check", map_index=index, try_number=attempt),
            engine="sqlite",
            outcome=Outcome(outcome),
            score=0.0,
            queries=1,
            measured_at=T + timedelta(hours=at),
            seconds=0.1,
            results=(result,),
        )

    return make


@pytest.fixture
def rows() -> Callable[..., list[Any]]:
    """Return the rows of a table of a store."""

    def read(store: Store, table: Table) -> list[Any]:
        with store.database.read() as connection:
            return list(_all(connection, table))

    def _all(connection: Connection, table: Table) -> list[Any]:
        return list(connection.execute(select(table).order_by(*table.primary_key)).all())

    return read
