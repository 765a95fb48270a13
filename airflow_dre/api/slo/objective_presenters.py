"""Objectives as answers of the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from airflow_dre.api.presenters import present_dataset
from airflow_dre.api.slo import objective_schemas as schemas
from airflow_dre.services.slo.reporting import describe_indicator, describe_window, target_of
from airflow_dre.services.slo.words import numbers_of
from airflow_dre.values.dataset import DatasetName

if TYPE_CHECKING:
    from airflow_dre.services.slo.reporting import SloPoint, SloReport

_NUMBERS = ("attained", "left", "good", "events", "rate", "spent_in_seconds", "start", "end", "since")


def present_slo(report: SloReport) -> schemas.SloSummary:
    """Return an objective."""
    row, definition, override = report.stored, report.definition, report.override
    numbers = {} if report.evaluation is None else numbers_of(report.evaluation)
    known = row.namespace is not None and row.dataset is not None
    return schemas.SloSummary.model_validate(
        {
            "name": row.name,
            "monitor": row.dag_id,
            "description": definition and definition.description,
            "owner": definition and definition.owner,
            "runbook": definition and definition.runbook,
            "dataset": present_dataset(DatasetName(row.namespace or "", row.dataset or "")) if known else None,
            "indicator": describe_indicator(definition) if definition else "",
            "target": target_of(definition) if definition else None,
            "window": describe_window(definition) if definition else "",
            "state": report.state,
            "reason": report.reason,
            **{name: numbers.get(name) for name in _NUMBERS},
            "covered": bool(numbers.get("covered")),
            "evaluated_at": row.evaluated_at,
            "burns": numbers.get("burns", []),
            "alerts": [{"name": alert.alert, "severity": alert.severity, "since": alert.since} for alert in report.alerts],
            "override": override and {"reason": override.reason, "actor": override.actor, "expires_at": override.expires_at},
        }
    )


def present_slos(reports: Sequence[SloReport]) -> schemas.SloList:
    """Return objectives with their number by state."""
    return schemas.SloList(slos=[present_slo(report) for report in reports], counts=dict(Counter(report.state for report in reports)))


def present_slo_page(report: SloReport, history: Sequence[SloPoint], *, may_override: bool) -> schemas.SloDetail:
    """Return one objective with its history."""
    points = [schemas.SloPoint(at=point.at, attained=point.attained, left=point.left, rate=point.rate) for point in history]
    return schemas.SloDetail(slo=present_slo(report), history=points, may_override=may_override)
