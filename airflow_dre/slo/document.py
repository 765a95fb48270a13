"""Definitions as plain values, as the store and files keep them, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from airflow_dre.errors import DefinitionError
from airflow_dre.slo.alerts import Alerts, BudgetAlert
from airflow_dre.slo.burn_rate import BurnAlert
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.slo.indicators import EventKind, Indicator, Measure, Weighted, Worst
from airflow_dre.slo.objective import Budgeting, Missing, Objective
from airflow_dre.slo.window import Window
from airflow_dre.values.calendar import Unit

Plain = Mapping[str, object]


def to_document(found: SloDefinition) -> dict[str, object]:
    """Return a definition as plain values, from which :func:`from_document` returns an equal one."""
    objective, window = found.objective, found.window
    return {
        "name": found.name,
        "sli": sli_document(found.sli),
        "target": str(objective.target),
        "budgeting": objective.budgeting.value,
        "slice_target": None if objective.slice_target is None else str(objective.slice_target),
        "missing": objective.missing.value,
        "window": _seconds(window.duration),
        "unit": None if window.unit is None else window.unit.value,
        "time_zone": window.time_zone,
        "slice": _seconds(found.slice),
        "every": _seconds(found.every),
        "min_events": found.min_events,
        "burn": [_burn_document(alert) for alert in found.alerts.burn],
        "budget": [_budget_document(alert) for alert in found.alerts.budget],
        "fallback": [_budget_document(alert) for alert in found.alerts.fallback],
        "routes": list(found.routes),
        "description": found.description,
        "owner": found.owner,
        "runbook": found.runbook,
    }


def sli_document(sli: Measure) -> dict[str, object]:
    """Return an indicator or a composite as plain values."""
    match sli:
        case Worst():
            return {"worst_of": list(sli.names)}
        case Weighted():
            return {"weighted": dict(sli.weights)}
        case _:
            return {**sli.parts}


def from_document(given: Plain) -> SloDefinition:
    """Return the definition that :func:`to_document` wrote.

    :raises DefinitionError: a newer version wrote it.
    """
    try:
        unit, slice_target = given["unit"], given["slice_target"]
        return SloDefinition(
            name=str(given["name"]),
            sli=_read_sli(_mapping(given["sli"])),
            objective=Objective(
                target=Fraction(str(given["target"])),
                budgeting=Budgeting(str(given["budgeting"])),
                slice_target=None if slice_target is None else Fraction(str(slice_target)),
                missing=Missing(str(given["missing"])),
            ),
            window=Window(
                duration=_duration(given["window"]), unit=None if unit is None else Unit(str(unit)), time_zone=str(given["time_zone"])
            ),
            slice=_duration(given["slice"]) or timedelta(minutes=1),
            every=_duration(given["every"]),
            min_events=int(str(given["min_events"])),
            alerts=Alerts(
                burn=tuple(_read_burn(alert) for alert in _list(given["burn"])),
                budget=tuple(_read_budget(alert) for alert in _list(given["budget"])),
                fallback=tuple(_read_budget(alert) for alert in _list(given["fallback"])),
            ),
            routes=tuple(str(route) for route in _list_of_texts(given["routes"])),
            description=_text(given["description"]),
            owner=_text(given["owner"]),
            runbook=_text(given["runbook"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        name = given.get("name")
        raise DefinitionError.about(
            f"SLO {name}", "document", repr(error), "a definition that this version of airflow-dre wrote"
        ) from error


def _read_sli(given: Plain) -> Measure:
    if "worst_of" in given:
        return Worst(tuple(_list_of_texts(given["worst_of"])))
    if "weighted" in given:
        return Weighted(tuple((name, int(str(weight))) for name, weight in _mapping(given["weighted"]).items()))
    parts = {name: str(value) for name, value in given.items() if name != "counts"}
    return Indicator(counts=EventKind(str(given["counts"])), **parts)


def _burn_document(alert: BurnAlert) -> dict[str, object]:
    windows = {"long": _seconds(alert.long), "short": _seconds(alert.short)}
    return {"name": alert.name, "severity": alert.severity, **windows, "budget": str(alert.budget)}


def _budget_document(alert: BudgetAlert) -> dict[str, object]:
    return {"name": alert.name, "severity": alert.severity, "left": str(alert.left)}


def _read_burn(given: Plain) -> BurnAlert:
    long, short = _duration(given["long"]), _duration(given["short"])
    if long is None or short is None:
        raise ValueError("an alert without windows")
    return BurnAlert(
        name=str(given["name"]), severity=str(given["severity"]), long=long, short=short, budget=Fraction(str(given["budget"]))
    )


def _read_budget(given: Plain) -> BudgetAlert:
    return BudgetAlert(name=str(given["name"]), severity=str(given["severity"]), left=Fraction(str(given["left"])))


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: object) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=float(str(seconds)))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _mapping(value: object) -> Plain:
    if not isinstance(value, Mapping):
        raise TypeError("not a mapping")
    return value


def _list(value: object) -> Sequence[Plain]:
    if not isinstance(value, Sequence):
        raise TypeError("not a list")
    return [_mapping(entry) for entry in value]


def _list_of_texts(value: object) -> list[str]:
    if not isinstance(value, Sequence):
        raise TypeError("not a list")
    return [str(entry) for entry in value]
