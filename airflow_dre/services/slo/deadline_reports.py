"""A missed deadline as incidents, and as the value that callables get."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from airflow_dre.clock import now
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.incidents.contexts import slice_in
from airflow_dre.services.incidents.delivery import deliver
from airflow_dre.services.incidents.links import incident_url
from airflow_dre.services.slo.deadlines import Look, RunInContext
from airflow_dre.services.wiring import read_wiring
from airflow_dre.slo.deadline import Alert, DeadlineMiss, Opening, describe_state
from airflow_dre.store.records import Delivery
from airflow_dre.values.instants import format_duration

UNKNOWN_STATE = "in a state that Airflow did not say"


def miss_of(run: RunInContext, alert: Alert, look: Look, at: datetime, links: Mapping[str, str]) -> DeadlineMiss:
    """Return a missed deadline as one value."""
    deadline = alert.deadline
    due = look.due or at
    counted = look.started if deadline.after_start is not None else None
    return DeadlineMiss(
        dag_id=run.dag_id,
        run_id=run.run_id,
        task=deadline.task,
        name=deadline.name,
        due=due,
        how_late=at - due,
        state=describe_state(deadline, look.states) if look.known or not deadline.task else UNKNOWN_STATE,
        tasks=look.states.tasks,
        since=due,
        counted_from=counted,
        links=links,
    )


def links_of(run: RunInContext, alert: Alert, look: Look, base_url: str) -> dict[str, str]:
    """Return the addresses of Airflow's pages about a run and its task."""
    found = {"run": f"{base_url}/dags/{quote(run.dag_id)}/runs/{quote(run.run_id, safe='')}"}
    if alert.deadline.task in look.states.tasks:
        found["task"] = f"{found['run']}/tasks/{quote(alert.deadline.task)}"
    return found


def report_miss(run: RunInContext, alert: Alert, look: Look, context: Mapping[str, Any]) -> DeadlineMiss:
    """Open the incidents of a miss, or add to the live one, and return the miss. It is safe to call twice."""
    settings, at = read_wiring().settings, now()
    links = links_of(run, alert, look, settings.base_url)
    miss = miss_of(run, alert, look, at, links)
    signals = tuple(miss_signal(miss, run, opening, context) for opening in alert.openings)
    if not signals:
        return miss
    changes = deliver(Delivery(signals=signals), settings, send=False)
    for change in changes:
        if change.incident_id is not None:
            links["incident"] = incident_url(settings.base_url, change.incident_id)
    return miss


def miss_signal(miss: DeadlineMiss, run: RunInContext, opening: Opening, context: Mapping[str, Any]) -> Signal:
    """Return the signal of a missed deadline."""
    about = f"Task {miss.what}" if miss.task else miss.dag_id
    name = "" if miss.name in ("", "deadline") else f" {miss.name}"
    late = f" ({format_duration(miss.how_late)} ago)" if miss.how_late.total_seconds() > 0 else ""
    return Signal(
        cause=PipelineCause(dag_id=miss.dag_id, task_id=miss.task, deadline=miss.name),
        event=Event.DEADLINE_MISSED,
        at=miss.due,
        title=f"{about} missed its deadline{name}: {miss.state}, due at {miss.due:%Y-%m-%d %H:%M} UTC{late}",
        detail=f"due at {miss.due.isoformat()}: {miss.state}",
        origin=Origin(dag_id=miss.dag_id, run_id=miss.run_id, task_id=miss.task or None),
        severity=Severity(opening.severity),
        routes=opening.routes,
        occurrence_id=run.deadline_id if miss.task else "",
        slice=slice_in(context),
    )


def call_signal(miss: DeadlineMiss, run: RunInContext, context: Mapping[str, Any]) -> Signal:
    """Return the signal by whose key the calls of a miss are claimed."""
    return miss_signal(miss, run, Opening(), context)
