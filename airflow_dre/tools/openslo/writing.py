"""Objectives written as OpenSLO v1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

import yaml

from airflow_dre.slo.alerts import BudgetAlert, alerts_of_set
from airflow_dre.slo.burn_rate import LEAST_EVENTS, BurnAlert
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.slo.indicators import Indicator, Weighted, Worst
from airflow_dre.slo.objective import Budgeting
from airflow_dre.slo.window import Window
from airflow_dre.tools.openslo.vocabulary import CALENDAR, PREFIX, SOURCE, TOTALS, VERSION, show_openslo_duration

_MONTH = timedelta(days=30)
"""Length of a calendar window for thresholds, which OpenSLO writes as numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A file of OpenSLO."""

    text: str
    notes: tuple[str, ...]
    """Parts that OpenSLO cannot express. They are kept in annotations, or left out."""


def write_openslo(definitions: Iterable[SloDefinition]) -> WrittenFile:
    """Return objectives as documents of OpenSLO v1, and name what it cannot express."""
    documents, notes = [], []
    for definition in definitions:
        if isinstance(definition.sli, Worst):
            notes.append(f"{definition.name}: the worst of other SLOs has no form in OpenSLO, so it is left out")
            continue
        annotations = _annotations(definition)
        documents.append(_slo_document(definition, annotations))
        notes += [f"{definition.name}: {name} is an annotation, which other tools ignore" for name in annotations]
    text = "---\n".join(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120) for document in documents)
    return WrittenFile(text=text, notes=tuple(notes))


def _slo_document(found: SloDefinition, annotations: dict[str, str]) -> dict[str, object]:
    noted = {"annotations": {f"{PREFIX}{name}": value for name, value in annotations.items()}} if annotations else {}
    spec: dict[str, object] = {
        **({"description": found.description} if found.description is not None else {}),
        "service": _service(found),
        **({"indicator": _indicator(found.name, found.sli)} if isinstance(found.sli, Indicator) else {}),
        "timeWindow": [_time_window(found.window)],
        "budgetingMethod": found.objective.budgeting.value,
        "objectives": _objectives(found),
        "alertPolicies": [_policy(found, alert) for alert in found.alerts.burn],
    }
    return {"apiVersion": VERSION, "kind": "SLO", "metadata": {"name": found.name, **noted}, "spec": spec}


def _annotations(found: SloDefinition) -> dict[str, str]:
    """Return what OpenSLO has no word for, where it differs from what reading assumes."""
    sliced = found.objective.budgeting is not Budgeting.OCCURRENCES
    alerts = {}
    if found.alerts.budget:
        alerts["budget-alerts"] = json.dumps([_budget(alert) for alert in found.alerts.budget])
    if found.alerts.fallback:
        same = found.alerts.fallback == alerts_of_set("workbook").fallback
        alerts["fallback-alerts"] = "workbook" if same else json.dumps([_budget(alert) for alert in found.alerts.fallback])
    share = found.objective.slice_target
    composite = {"composite": "weighted"} if isinstance(found.sli, Weighted) else {}
    return {
        **composite,
        "missing": found.objective.missing.value,
        **({} if _is_exact(found.objective.target) else {"target": str(found.objective.target)}),
        **({} if share is None or _is_exact(share) else {"slice-target": str(share)}),
        **({} if sliced else {"slice": show_openslo_duration(found.slice)}),
        **({"every": show_openslo_duration(found.every)} if found.every is not None else {}),
        **({"min-events": str(found.min_events)} if found.min_events != LEAST_EVENTS else {}),
        **({"owner": found.owner} if found.owner is not None else {}),
        **({"runbook": found.runbook} if found.runbook is not None else {}),
        **({"routes": json.dumps(list(found.routes))} if found.routes else {}),
        **alerts,
    }


def _is_exact(share: Fraction) -> bool:
    """Return whether a decimal number of OpenSLO writes a share exactly."""
    return Fraction(repr(float(share))) == share


def _budget(alert: BudgetAlert) -> dict[str, str]:
    return {"name": alert.name, "severity": alert.severity, "left": str(alert.left)}


def _service(found: SloDefinition) -> str:
    sli = found.sli
    about = (sli.table or sli.dag_id or sli.sla or sli.suite) if isinstance(sli, Indicator) else None
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in (about or found.name).lower())
    return name.strip("-")[:63].strip("-") or found.name


def _indicator(name: str, sli: Indicator) -> dict[str, object]:
    parts = {part: value for part, value in sli.parts.items() if part != "counts"}

    def metric(count: str) -> dict[str, object]:
        return {"metricSource": {"type": SOURCE, "spec": {"count": count, **parts}}}

    ratio = {"counter": True, "good": metric(sli.counts.value), "total": metric(TOTALS[sli.counts])}
    return {"metadata": {"name": name}, "spec": {"ratioMetric": ratio}}


def _time_window(window: Window) -> dict[str, object]:
    if window.unit is None:
        return {"duration": show_openslo_duration(window.duration or _MONTH), "isRolling": True}
    start = {"startTime": "2024-01-01 00:00:00", "timeZone": window.time_zone}
    return {"duration": CALENDAR[window.unit], "isRolling": False, "calendar": start}


def _objectives(found: SloDefinition) -> list[dict[str, object]]:
    objective = found.objective
    entry: dict[str, object] = {"target": float(objective.target)}
    if objective.budgeting is Budgeting.TIMESLICES and objective.slice_target is not None:
        entry["timeSliceTarget"] = float(objective.slice_target)
    if objective.budgeting is not Budgeting.OCCURRENCES:
        entry["timeSliceWindow"] = show_openslo_duration(found.slice)
    if isinstance(found.sli, Weighted):
        return [{"displayName": name, **entry, "compositeWeight": weight} for name, weight in found.sli.weights]
    return [{"displayName": found.name, **entry}]


def _policy(found: SloDefinition, alert: BurnAlert) -> dict[str, object]:
    name = alert.name.replace("_", "-").lower()
    length = found.window.duration or _MONTH
    notes = {"name": alert.name, "short-window": show_openslo_duration(alert.short), "budget": str(alert.budget)}
    condition = {
        "kind": "AlertCondition",
        "metadata": {"name": name, "annotations": {f"{PREFIX}{key}": value for key, value in notes.items()}},
        "spec": {
            "severity": alert.severity,
            "condition": {
                "kind": "burnrate",
                "op": "gt",
                "threshold": float(alert.factor(length)),
                "lookbackWindow": show_openslo_duration(alert.long),
                "alertAfter": "0m",
            },
        },
    }
    spec = {"alertWhenBreaching": True, "alertWhenResolved": True, "conditions": [condition], "notificationTargets": _targets(found)}
    return {"kind": "AlertPolicy", "metadata": {"name": name}, "spec": spec}


def _targets(found: SloDefinition) -> list[dict[str, str]]:
    return [{"targetRef": route} for route in found.routes]
