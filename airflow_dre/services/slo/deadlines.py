"""The end of a deadline, in the triggerer: query the states, wait where it is too early, and report a miss once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from airflow_dre.clock import now
from airflow_dre.errors import StoreError, WarehouseUnreachable
from airflow_dre.services.asking import ask, pause_before
from airflow_dre.services.slo.run_states import is_answered, read_states
from airflow_dre.services.wiring import read_wiring
from airflow_dre.slo.deadline import Alert, DeadlineResult, RunMoments, States, due_moment, judge_deadline
from airflow_dre.store.deadlines import is_failure_reported
from airflow_dre.values.instants import to_instant

log = logging.getLogger(__name__)
ANSWER_SECONDS = 60.0
"""Longest wait for one answer of Airflow."""
PATIENCE_SECONDS = 600.0
"""How long Airflow is asked again before a deadline counts as missed without a known state."""
REPORT_SECONDS = (5.0, 10.0, 15.0)
"""Waits for the report of a failure that Airflow knows of already: a callback of the Dag runs some seconds later."""
LONGEST_PAUSE = timedelta(minutes=1)
SHORTEST_PAUSE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInContext:
    """The run that Airflow called a deadline for."""

    dag_id: str
    run_id: str
    deadline_id: str
    moments: RunMoments
    ended: datetime | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An evaluation of a deadline."""

    result: DeadlineResult
    states: States
    due: datetime | None
    started: datetime | None
    known: bool = True
    """False: Airflow did not answer."""


def run_in(context: Mapping[str, Any], at: datetime) -> RunInContext:
    """Return the run in the context of a Deadline Alert."""
    run, deadline = context["dag_run"], context.get("deadline") or {}
    return RunInContext(
        dag_id=str(run["dag_id"]),
        run_id=str(run.get("dag_run_id") or run.get("run_id")),
        deadline_id=str(deadline.get("id") or ""),
        moments=RunMoments(
            called_for=to_instant(deadline.get("deadline_time")) or at,
            started=to_instant(run.get("start_date")),
            run_after=to_instant(run.get("run_after")),
            interval_end=to_instant(run.get("data_interval_end")),
        ),
        ended=to_instant(run.get("end_date")),
        state=None if run.get("state") is None else str(run["state"]),
    )


async def watch_deadline(run: RunInContext, alert: Alert) -> Look:
    """Return the look that settles a deadline: met, missed, reported already, or about a run that is gone."""
    started, looks = run.moments.started, 0
    while True:
        look = await _look(run, alert, started)
        started = look.started
        if look.result is DeadlineResult.PENDING:
            await asyncio.sleep(_pause(look, alert).total_seconds())
        elif look.result is DeadlineResult.MISSED and look.states.failed and looks < len(REPORT_SECONDS):
            await asyncio.sleep(REPORT_SECONDS[looks])
            looks += 1
        else:
            return look


def _pause(look: Look, alert: Alert) -> timedelta:
    """Return how long to wait: until the due moment, or a small part of the deadline while the run has not started."""
    if look.due is not None:
        return max(look.due - now(), SHORTEST_PAUSE)
    after = alert.deadline.after_start or LONGEST_PAUSE
    return min(max(after / 20, SHORTEST_PAUSE), LONGEST_PAUSE)


async def _look(run: RunInContext, alert: Alert, started: datetime | None) -> Look:
    deadline = alert.deadline
    states, known = States(run=run.state or "unknown", run_ended=run.ended), True
    if deadline.task:  # of the run, the context holds the state at the due moment
        found = await _read_states(run, alert)
        states, known = found or States(run=states.run), found is not None
    at = now()
    if started is None and states.run == "running":
        started = at
    elif started is None and states.run not in ("queued", None):  # it ended without a start, so there is no time to wait for
        started = run.moments.called_for - (deadline.after_start or timedelta(0))
    due = due_moment(deadline, replace(run.moments, started=started))
    reported = states.failed and await ask("the results store, asked by callbacks,", ANSWER_SECONDS, lambda: _is_reported(run))
    result = judge_deadline(deadline, states, due=due, at=at, reported=reported)
    return Look(result=result, states=states, due=due, started=started, known=known)


async def _read_states(run: RunInContext, alert: Alert) -> States | None:
    """Return the states, or None where Airflow does not answer for long."""
    if not is_answered():
        return None
    until, attempt = time.monotonic() + PATIENCE_SECONDS, 0
    while True:
        try:
            return await ask("Airflow", ANSWER_SECONDS, lambda: read_states(run.dag_id, run.run_id, alert.deadline.task))
        except WarehouseUnreachable as error:
            attempt += 1
            if time.monotonic() > until:
                log.error("airflow-dre: the deadline %s of %s: %s", alert.deadline.name, run.dag_id, error)
                return None
            await asyncio.sleep(pause_before(attempt))


def _is_reported(run: RunInContext) -> bool:
    """Return whether an incident reports a failure of the run. A store that is down knows of none."""
    try:
        with read_wiring().open_store().database.read() as connection:
            return is_failure_reported(connection, run.dag_id, run.run_id)
    except StoreError as error:
        log.warning("airflow-dre: whether a failure of run %s of %s is reported is not known: %s", run.run_id, run.dag_id, error)
        return False


def read_alert(text: str) -> Alert:
    """Return a deadline as Airflow kept it."""
    return msgspec.json.decode(text, type=Alert)


def write_alert(alert: Alert) -> str:
    """Return a deadline as text, which Airflow keeps with the Dag."""
    return msgspec.json.encode(alert).decode()
