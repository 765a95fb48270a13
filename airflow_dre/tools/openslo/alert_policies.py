"""Alert policies and conditions of OpenSLO as alerts on burn rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from airflow_dre.errors import DefinitionError
from airflow_dre.slo.alerts import SEVERITIES, burn_alert, read_share
from airflow_dre.slo.burn_rate import BurnAlert
from airflow_dre.tools.openslo.placed import Placed
from airflow_dre.tools.openslo.vocabulary import PREFIX, read_openslo_duration

_POLICY = ("description", "alertWhenNoData", "alertWhenBreaching", "alertWhenResolved", "conditions", "notificationTargets")
_CONDITION = ("kind", "op", "threshold", "lookbackWindow", "alertAfter")
_ENTRY = ("apiVersion", "kind", "metadata", "spec", "conditionRef", "alertPolicyRef", "operator")
_NOTES = ("name", "short-window", "budget")
_CALENDAR = timedelta(days=30)
_PAGES = {"page": "critical", "ticket": "medium"}
"""Severities that others use, as ours."""


def read_alert_policies(
    policies: Placed | None, parts: Mapping[str, Mapping[str, Placed]], duration: Placed, notes: list[str]
) -> tuple[list[BurnAlert], list[str]]:
    """Return the alerts and the routes of an SLO.

    :param parts: documents that the policies may refer to, by kind and name.
    :param duration: the window of the SLO.
    :raises DefinitionError: a policy cannot be expressed.
    """
    alerts: list[BurnAlert] = []
    routes: dict[str, None] = {}
    window = read_openslo_duration(duration.text) or _CALENDAR
    for entry in policies.items if policies is not None else []:
        spec = _resolve(entry, parts["AlertPolicy"], "alertPolicyRef").need("spec", "a mapping")
        problems = spec.keys(_POLICY)
        if problems:
            raise DefinitionError(problems)
        silent = spec.get("alertWhenBreaching")
        if silent is not None and silent.plain == "false":
            raise silent.refuse("true: a policy that stays silent when it is breached cannot be expressed here")
        without = spec.get("alertWhenNoData")
        if without is not None and without.plain == "true":
            notes.append(f"{without.file}:{without.line}: alertWhenNoData is ignored: set the annotation {PREFIX}missing to bad")
        conditions = spec.need("conditions", "a list with one condition").items
        if len(conditions) != 1:
            raise spec.refuse("a list with one condition", "conditions")
        alerts.append(_read_condition(_resolve(conditions[0], parts["AlertCondition"], "conditionRef"), window))
        targets = spec.get("notificationTargets")
        for target in targets.items if targets is not None else []:
            routes[target.need("targetRef", "the name of a route of [dre] routes").text] = None
    return alerts, list(routes)


def _resolve(entry: Placed, known: Mapping[str, Placed], key: str) -> Placed:
    """Return an entry that is a document itself, or the one that it refers to."""
    if isinstance(entry.value, str):
        name, place = entry.value, entry
    else:
        problems = entry.keys(_ENTRY)
        if problems:
            raise DefinitionError(problems)
        reference = entry.get(key)
        if reference is None:
            return entry
        name, place = reference.text, reference
    if name not in known:
        raise place.refuse(f"a name of this file: {', '.join(known) or 'none'}")
    return known[name]


def _read_condition(document: Placed, window: timedelta) -> BurnAlert:
    spec, metadata = document.need("spec", "a mapping"), document.need("metadata", "a mapping with a name")
    problems = spec.keys(("description", "severity", "condition"))
    if problems:
        raise DefinitionError(problems)
    condition = spec.need("condition", "a mapping")
    problems = condition.keys(_CONDITION)
    for key, allowed in (("kind", ("burnrate", "Burnrate")), ("op", ("gt", "gte"))):
        value = condition.get(key)
        if value is None or value.plain not in allowed:
            problems.append(condition.problem(allowed[0], key))
    after = condition.get("alertAfter")
    if after is not None and after.plain not in ("0m", "0", "0s", "0h"):
        problems.append(condition.problem("0m: the short window takes the place of a delay", "alertAfter"))
    if problems:
        raise DefinitionError(problems)
    noted = _notes(metadata)
    long = read_openslo_duration(condition.need("lookbackWindow", "a duration such as 1h").text)
    if long is None:
        raise condition.refuse("a duration such as 1h", "lookbackWindow")
    short = read_openslo_duration(noted["short-window"].text) if "short-window" in noted else max(long / 12, timedelta(minutes=1))
    threshold = read_share(condition.need("threshold", "a number such as 14.4").text)
    budget = read_share(noted["budget"].text) if "budget" in noted else _budget(threshold, long, window)
    severity = spec.need("severity", ", ".join(SEVERITIES))
    word = _PAGES.get(severity.text.lower(), severity.text.lower())
    name = noted["name"].text if "name" in noted else metadata.need("name", "a name").text
    if budget is None or short is None:
        raise condition.refuse("a number such as 14.4", "threshold")
    try:
        alert = burn_alert(name, long=long, short=short, budget=str(budget), severity=word)
    except DefinitionError as error:
        raise DefinitionError([condition.problem(f"{problem.argument}: {problem.allowed}") for problem in error.problems]) from None
    return alert


def _budget(threshold: Fraction | None, long: timedelta, window: timedelta) -> Fraction | None:
    """Return the share of the budget that is spent at a threshold within the long window."""
    minute = timedelta(minutes=1)
    return None if threshold is None else threshold * (long // minute) / (window // minute)


def _notes(metadata: Placed) -> dict[str, Placed]:
    given = metadata.get("annotations")
    entries = given.value if given is not None and isinstance(given.value, dict) else {}
    return {name: entry for name in _NOTES if isinstance(entry := entries.get(f"{PREFIX}{name}"), Placed) and isinstance(entry.value, str)}
