"""The objectives as people read them: a report of all, and the story of one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from airflow_dre.services.access import DagScope, open_configured_store
from airflow_dre.services.slo.measuring import Objectives, read_objectives
from airflow_dre.services.slo.words import describe_evaluation, numbers_of, percent, slo_state_of
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.slo.document import sli_document
from airflow_dre.slo.evaluation import SloEvaluation, Unmeasurable
from airflow_dre.slo.indicators import Weighted, Worst
from airflow_dre.store.records import StoredAlert, StoredOverride, StoredSlo
from airflow_dre.store.slos import find_slo, read_due_alerts, read_overrides, read_slos
from airflow_dre.values.instants import format_duration

STATES = ("spent", "burning", "unknown", "on_track", "no_data")
"""Worst first."""
WORDS = {"spent": "Spent", "burning": "Burning", "unknown": "Unknown", "on_track": "On track", "no_data": "No data"}
POINTS = 60
"""Moments of the history of one objective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SloReport:
    """An objective at a moment, with its alerts and the override that is in force."""

    stored: StoredSlo
    definition: SloDefinition | None
    """None where a newer version wrote it."""
    evaluation: SloEvaluation | None
    """None where its events cannot be found."""
    state: str
    reason: str
    alerts: tuple[StoredAlert, ...] = ()
    override: StoredOverride | None = None

    @property
    def left(self) -> float:
        """The share of the budget that is left, by which reports are sorted."""
        return float(self.evaluation.remaining) if self.evaluation is not None else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SloPoint:
    """The budget of an objective at an earlier moment."""

    at: datetime
    attained: float | None
    left: float
    rate: float | None


def read_reports(scope: DagScope, at: datetime) -> list[SloReport]:
    """Evaluate the objectives that a user may read, without writing, and return them with the least budget first.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        everything = read_slos(connection)
        objectives = read_objectives(connection, everything, at)
        alerts, overrides = read_due_alerts(connection), read_overrides(connection, at)
    found = [
        _report(row, objectives, at, tuple(alerts.get(row.name, {}).values()), overrides.get(row.name))
        for row in everything
        if scope.admits(row.dag_id)
    ]
    return sorted(found, key=lambda report: (STATES.index(report.state), report.left, report.stored.name))


def read_report(name: str, scope: DagScope, at: datetime) -> tuple[SloReport, tuple[SloPoint, ...]] | None:
    """Return an objective with its history over the window, or None if it does not exist or may not be read.

    :raises airflow_dre.errors.StoreError: the store is down.
    """
    with open_configured_store().database.read() as connection:
        row = find_slo(connection, name)
        if row is None or not scope.admits(row.dag_id):
            return None
        everything = read_slos(connection)
        wanted = _with_components(row, everything)
        objectives = read_objectives(connection, wanted, at)
        length = _window(objectives, name, at)
        objectives = read_objectives(connection, wanted, at, before=length)
        alerts, overrides = read_due_alerts(connection), read_overrides(connection, at)
    report = _report(row, objectives, at, tuple(alerts.get(name, {}).values()), overrides.get(name))
    return report, _history(report, objectives, at, length)


def _with_components(row: StoredSlo, everything: Sequence[StoredSlo]) -> list[StoredSlo]:
    """Return an objective, and all of them where it is a composite."""
    return list(everything) if row.series is None else [row]


def _window(objectives: Objectives, name: str, at: datetime) -> timedelta:
    definition = objectives.definitions.get(name)
    return timedelta(0) if definition is None else definition.window.length(at)


def _history(report: SloReport, objectives: Objectives, at: datetime, length: timedelta) -> tuple[SloPoint, ...]:
    found = report.evaluation
    if found is None or found.since is None:
        return ()
    begin = max(found.since, at - length)
    moments = [begin + (at - begin) * step / POINTS for step in range(1, POINTS + 1)]
    points = []
    for moment in moments:
        then = objectives.evaluate(report.stored.name, moment)
        attained, rate = then.attained, then.rate
        points.append(
            SloPoint(
                at=moment,
                attained=None if attained is None else float(attained),
                left=float(then.remaining),
                rate=None if rate is None else float(rate),
            )
        )
    return tuple(points)


def _report(
    row: StoredSlo, objectives: Objectives, at: datetime, alerts: tuple[StoredAlert, ...], override: StoredOverride | None
) -> SloReport:
    definition, reason = objectives.definitions.get(row.name), objectives.faults.get(row.name, "")
    evaluation = None
    if not reason:
        try:
            evaluation = objectives.evaluate(row.name, at)
        except Unmeasurable as error:
            reason = str(error)
    state = "unknown" if evaluation is None else slo_state_of(evaluation)
    reason = reason if evaluation is None else describe_evaluation(evaluation)
    return SloReport(stored=row, definition=definition, evaluation=evaluation, state=state, reason=reason, alerts=alerts, override=override)


def describe_indicator(definition: SloDefinition) -> str:
    """Return what an objective measures, in words."""
    match definition.sli:
        case Worst():
            return f"the worst of {', '.join(definition.sli.names)}"
        case Weighted():
            return "the weighted mean of " + ", ".join(f"{name} ({weight})" for name, weight in definition.sli.weights)
        case _:
            return definition.sli.words


def describe_window(definition: SloDefinition) -> str:
    """Return the window of an objective in words."""
    window = definition.window
    return format_duration(window.duration) if window.duration is not None else f"this {window.unit} in {window.time_zone}"


def target_of(definition: SloDefinition) -> float | None:
    """Return the target of an objective as a number. None for the worst of others, each of which has its own."""
    return None if isinstance(definition.sli, Worst) else float(definition.objective.target)


def render_slo_reports(reports: Sequence[SloReport], at: datetime, form: str) -> str:
    """Return a report of objectives.

    :param form: ``text``, ``json`` or ``markdown``.
    """
    if form == "json":
        return json.dumps({"at": at.isoformat(), "slos": [as_values(report) for report in reports]}, indent=2)
    if not reports:
        return "No objective is declared yet: pass SLO(...) to reliability_monitor(slos=[...])."
    rows = [_row(report) for report in reports]
    counts = ", ".join(f"{WORDS[state]} {number}" for state in STATES if (number := sum(report.state == state for report in reports)))
    heading = f"{len(reports)} SLOs at {at:%Y-%m-%d %H:%M} UTC: {counts}"
    return _markdown(heading, rows) if form == "markdown" else _text(heading, rows)


def as_values(report: SloReport) -> dict[str, object]:
    """Return a report as plain values."""
    definition, override = report.definition, report.override
    return {
        "name": report.stored.name,
        "monitor": report.stored.dag_id,
        "state": report.state,
        "reason": report.reason,
        "sli": None if definition is None else sli_document(definition.sli),
        "target": None if definition is None else target_of(definition),
        "window": None if definition is None else describe_window(definition),
        "owner": None if definition is None else definition.owner,
        "evaluation": None if report.evaluation is None else numbers_of(report.evaluation),
        "alerts": [{"name": alert.alert, "severity": alert.severity, "since": alert.since.isoformat()} for alert in report.alerts],
        "override": None
        if override is None
        else {"reason": override.reason, "actor": override.actor, "expires_at": override.expires_at.isoformat()},
    }


COLUMNS = ("state", "slo", "target", "window", "good", "left", "details")


def _row(report: SloReport) -> tuple[str, ...]:
    found, definition = report.evaluation, report.definition
    target = None if definition is None else target_of(definition)
    good = "" if found is None or found.attained is None else percent(found.attained)
    left = "" if found is None or found.attained is None else percent(found.remaining)
    details = report.reason if found is None else report.reason.partition("budget left, ")[2] or report.reason.partition("left; ")[2]
    if report.alerts:
        details = f"{', '.join(sorted(alert.alert for alert in report.alerts))}{'; ' if details else ''}{details}"
    if report.override is not None:
        details += f"{'; ' if details else ''}override until {report.override.expires_at:%Y-%m-%d %H:%M}: {report.override.reason}"
    shown = "" if target is None else f"{target * 100:.6g} %"
    return WORDS[report.state], report.stored.name, shown, "" if definition is None else describe_window(definition), good, left, details


def _text(heading: str, rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[place]) for row in (COLUMNS, *rows)) for place in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (COLUMNS, *rows)]
    return "\n".join([heading, "", *lines])


def _markdown(heading: str, rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (COLUMNS, *rows)]
    return "\n".join([f"## {heading}", "", lines[0], "|" + "---|" * len(COLUMNS), *lines[1:]])
