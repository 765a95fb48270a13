"""Records of the store as answers of the API."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from airflow_dre.api import schemas
from airflow_dre.checks.outcomes import Outcome, worst
from airflow_dre.incidents.reach import Delivered, explain_reach
from airflow_dre.store.forgetting import is_forgotten
from airflow_dre.store.monitors import Monitor
from airflow_dre.store.records import SampleNote, StoredEvent, StoredIncident, StoredMessage, StoredResult, StoredRun, StoredSla
from airflow_dre.values.dataset import short_name
from airflow_dre.values.instants import format_duration


def origin(row: StoredRun | StoredResult | StoredIncident | StoredEvent) -> schemas.Origin:
    """Return the try of a task instance that a record comes from."""
    return schemas.Origin(dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id, map_index=row.map_index, try_number=row.try_number)


def dataset(namespace: str, name: str) -> schemas.Dataset:
    """Return a table by its OpenLineage name."""
    return schemas.Dataset(namespace=namespace, name=name, short_name=short_name(name))


def incident(row: StoredIncident) -> schemas.IncidentSummary:
    """Return an incident in a list."""
    why = row.explanation or {}
    return schemas.IncidentSummary(
        reasons=why.get("reasons") or [],
        broken_checks=why.get("broken"),
        checks=why.get("checks"),
        owner=why.get("owner"),
        runbook_url=why.get("runbook_url"),
        id=row.id,
        kind=row.kind,
        cause=row.event,
        title=row.title,
        status=row.status,
        severity=row.severity,
        dataset=None if row.namespace is None or row.name is None else dataset(row.namespace, row.name),
        suite=row.suite,
        promise=row.promise,
        origin=origin(row),
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        partition_key=row.partition_key,
        opened_at=row.opened_at,
        last_seen_at=row.last_problem_at,
        resolved_at=row.resolved_at,
        occurrences=row.occurrences,
    )


def timeline_entry(row: StoredEvent) -> schemas.TimelineEntry:
    """Return one thing that happened to an incident."""
    return schemas.TimelineEntry(at=row.at, kind=row.kind, summary=row.summary, detail=row.detail, actor=row.actor, origin=origin(row))


def reach(messages: Sequence[StoredMessage], known_routes: Collection[str] | None) -> schemas.Reach:
    """Return who has heard of an incident."""
    sent = [Delivered(route=row.route, event=row.event, status=row.status, error=row.last_error) for row in messages]
    found = explain_reach(sent, known_routes)
    return schemas.Reach(state=found.state.value, reason=found.reason)


def notification(row: StoredMessage) -> schemas.Notification:
    """Return one message."""
    return schemas.Notification(
        route=row.route,
        event=row.event,
        status=row.status,
        attempts=row.attempts,
        created_at=row.created_at,
        sent_at=row.sent_at,
        last_error=row.last_error,
    )


def result(row: StoredResult) -> schemas.Result:
    """Return one outcome of one check."""
    definition = row.definition
    return schemas.Result(
        key=row.key,
        has_sample=row.sample is not None,
        check_id=row.check_id,
        suite=row.suite,
        name=definition.name,
        kind=definition.kind,
        columns=list(definition.columns),
        dimension=definition.dimension,
        severity="warn" if definition.severity == "warn" else "error",
        description=definition.description,
        owner=definition.owner,
        runbook=definition.runbook,
        tags=list(definition.tags),
        outcome=row.outcome.value,
        reason=row.reason,
        expected=row.expected,
        observed=row.observed,
        value=row.value,
        unit=row.unit,
        violations=row.violations,
        rows=row.rows,
        warn=schemas.Range(low=row.warn_low, high=row.warn_high),
        fail=schemas.Range(low=row.fail_low, high=row.fail_high),
        row_filter=row.row_filter,
        statement=row.statement,
        by=definition.by,
        segments=[schemas.Segment(**msgspec.to_builtins(segment)) for segment in row.segments or ()],
        engine=row.engine,
        measured_at=row.measured_at,
        seconds=row.seconds,
        data_interval_start=row.data_interval_start,
        partition_key=row.partition_key,
        origin=origin(row),
    )


def failing_rows(sample: SampleNote, rows: Sequence[tuple[list[str | None], str]], now: datetime) -> schemas.FailingRows:
    """Return the failing rows of a result."""
    return schemas.FailingRows(
        columns=list(sample.columns),
        rows=[schemas.FailingRow(values=values, reason=reason) for values, reason in rows],
        missing=sample.missing,
        expires_at=sample.expires_at,
        expired=sample.expires_at <= now and sample.rows > 0,
    )


def suite_run(row: StoredRun) -> schemas.SuiteRun:
    """Return one run of a suite."""
    return schemas.SuiteRun(
        suite=row.suite,
        dataset=dataset(row.namespace, row.name),
        outcome=row.outcome.value,
        score=row.score,
        counts=row.counts,
        measured_at=row.measured_at,
        seconds=row.seconds,
        queries=row.queries,
        data_interval_start=row.data_interval_start,
        origin=origin(row),
    )


def sla(row: StoredSla, monitors: Sequence[Monitor], now: datetime) -> schemas.SlaSummary:
    """Return an SLA and where it stands; one that should have been looked at by now is unknown, whatever was found last."""
    overdue = [monitor for monitor in monitors if monitor.dag_id == row.dag_id and monitor.is_overdue(now)]
    reason = row.reason
    if overdue:
        since = format_duration(now - row.last_look)
        reason = f"not watched: monitor {row.dag_id} has not looked for {since}; last found: {row.state}, {row.reason}"
    return schemas.SlaSummary(
        name=row.sla,
        dataset=dataset(row.namespace, row.name),
        state="unknown" if overdue else row.state,
        since=row.since,
        reason=reason,
        evaluated_at=row.evaluated_at,
        newest=row.newest,
        max_age_seconds=row.max_age_seconds,
        monitor=row.dag_id,
        last_look=row.last_look,
        overdue=bool(overdue),
    )


def monitors(found: Sequence[Monitor], now: datetime) -> list[schemas.MonitorSummary]:
    """Return the monitors, those that are overdue first."""
    shown = [
        schemas.MonitorSummary(
            dag_id=monitor.dag_id,
            last_look=monitor.looked_at,
            seconds_since=(now - monitor.looked_at).total_seconds(),
            due_at=monitor.due_at,
            interval_seconds=None if monitor.due_at is None else (monitor.due_at - monitor.looked_at).total_seconds(),
            overdue=monitor.is_overdue(now),
            slas=len(monitor.watches),
        )
        for monitor in found
    ]
    return sorted(shown, key=lambda monitor: (not monitor.overdue, monitor.dag_id))


def without_forgotten(runs: Sequence[StoredRun], forget_after: timedelta, now: datetime) -> list[StoredRun]:
    """Return the runs of a table, oldest first, without those of suites that do not run any more."""
    moments: dict[str, list[datetime]] = {}
    for row in runs:
        moments.setdefault(row.suite, []).append(row.measured_at)
    gone = {suite for suite, seen in moments.items() if is_forgotten(seen, forget_after, now)}
    return [row for row in runs if row.suite not in gone]


def table(key: tuple[str, str], runs: Sequence[StoredRun], live: Sequence[StoredIncident]) -> schemas.TableSummary:
    """Return a table on the overview: its state is that of the latest run of each suite."""
    latest = list({row.suite: row for row in runs}.values())
    counts = {outcome.value: sum(row.counts.get(outcome.value, 0) for row in latest) for outcome in Outcome}
    return schemas.TableSummary(
        dataset=dataset(*key),
        outcome=worst([row.outcome for row in latest]).value,
        score=mean_score(latest),
        checks=counts,
        latest=suite_run(runs[-1]),
        trend=[suite_run(row) for row in runs[-30:]],
        live_incidents=[incident(row) for row in live if (row.namespace, row.name) == key],
    )


def mean_score(latest: Sequence[StoredRun]) -> float | None:
    """Mean of the scores of suites, each weighted by its number of checks; 0 to 100."""
    scored = [(row.score, sum(row.counts.values())) for row in latest if row.score is not None]
    weight = sum(checks for _, checks in scored)
    return round(sum(score * checks for score, checks in scored) / weight, 1) if weight else None
