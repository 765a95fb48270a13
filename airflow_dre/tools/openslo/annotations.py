"""Annotations that hold what OpenSLO has no word for. Without them its own defaults apply."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.slo.alerts import Alerts, BudgetAlert, alerts_of_set, budget_alert
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.tools.openslo.placed import Placed
from airflow_dre.tools.openslo.vocabulary import PREFIX, read_openslo_duration

KNOWN = (
    "composite",
    "missing",
    "target",
    "slice",
    "slice-target",
    "every",
    "min-events",
    "owner",
    "runbook",
    "routes",
    "budget-alerts",
    "fallback-alerts",
)
_TEXTS = {"missing": "missing", "target": "target", "slice-target": "slice_target", "owner": "owner", "runbook": "runbook"}


@dataclass(slots=True)
class Annotations:
    """The annotations of an SLO."""

    arguments: dict[str, object] = field(default_factory=dict)
    """Arguments of ``SLO`` that they set."""
    composite: str | None = None
    budget_alerts: list[BudgetAlert] = field(default_factory=list)
    fallback: tuple[BudgetAlert, ...] = ()

    def complete(self, definition: SloDefinition) -> SloDefinition:
        """Return a definition with the alerts that are judged only while there are few events."""
        alerts = Alerts(burn=definition.alerts.burn, budget=definition.alerts.budget, fallback=self.fallback)
        return replace(definition, alerts=alerts)


def read_annotations(metadata: Placed) -> Annotations:
    """Read the annotations of an SLO. Those of others are ignored.

    :raises DefinitionError: one of ours is not what it must be.
    """
    found, problems = Annotations(), []
    given = metadata.get("annotations")
    entries = given.value if given is not None and isinstance(given.value, dict) else {}
    for key, entry in entries.items():
        if not str(key).startswith(PREFIX) or not isinstance(entry, Placed) or given is None:
            continue
        name = str(key).removeprefix(PREFIX)
        if name not in KNOWN:
            problems.append(given.problem(", ".join(f"{PREFIX}{known}" for known in KNOWN), str(key)))
            continue
        try:
            problems += _read(found, name, entry)
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return found


def _read(found: Annotations, name: str, entry: Placed) -> list[Problem]:
    text = entry.text
    if name in _TEXTS:
        found.arguments[_TEXTS[name]] = text
    elif name in ("slice", "every"):
        length = read_openslo_duration(text)
        if length is None:
            return [entry.problem("a duration such as 15m, 6h or 1d")]
        found.arguments[name] = length
    elif name == "min-events":
        if not text.isdecimal():
            return [entry.problem("a whole number from 1")]
        found.arguments["min_events"] = int(text)
    elif name == "composite":
        if text != "weighted":
            return [entry.problem("weighted")]
        found.composite = text
    elif name == "routes":
        found.arguments["routes"] = _json_list(entry)
    elif name == "fallback-alerts" and text == "workbook":
        found.fallback = alerts_of_set("workbook").fallback
    else:
        alerts = [_read_budget(entry, each) for each in _json_list(entry)]
        if name == "budget-alerts":
            found.budget_alerts = alerts
        else:
            found.fallback = tuple(alerts)
    return []


def _json_list(entry: Placed) -> list[object]:
    try:
        found = json.loads(entry.text)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise entry.refuse("a JSON list")
    return found


def _read_budget(entry: Placed, given: object) -> BudgetAlert:
    if not isinstance(given, dict) or set(given) != {"name", "severity", "left"}:
        raise entry.refuse("a JSON list of objects with name, severity and left")
    try:
        return budget_alert(str(given["left"]), severity=str(given["severity"]), name=str(given["name"]))
    except DefinitionError as error:
        raise DefinitionError([entry.problem(problem.allowed) for problem in error.problems]) from None
