"""Evaluations of objectives as numbers and in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from airflow_dre.slo.evaluation import BurnState, SloEvaluation
from airflow_dre.store.records.slos import SloState
from airflow_dre.values.instants import format_duration

_FOREVER = timedelta(days=3650)


def slo_state_of(found: SloEvaluation) -> SloState:
    """Return the state of an objective."""
    if found.attained is None:
        return "no_data"
    if found.remaining <= 0:
        return "spent"
    return "burning" if found.due else "on_track"


def describe_evaluation(found: SloEvaluation) -> str:
    """Return an evaluation in words, for example ``99.2 % good, 18 % of the budget left, burn rate 2.4x: spent in 2 d``."""
    if found.attained is None:
        return "no events yet"
    words = f"{percent(found.attained)} good, {percent(found.remaining)} of the budget left"
    if found.rate is not None and found.rate > 0:
        words += f", burn rate {float(found.rate):.3g}x"
        left = found.spent_in
        if left is not None and left < _FOREVER and left < found.end - found.start:
            words += f": spent in {format_duration(left)}"
    if not found.covered and found.since is not None:
        began, length = format_duration(found.at - found.since), format_duration(found.end - found.start)
        words += f"; the history begins {began} ago and the window is {length}"
    return words


def percent(share: Fraction) -> str:
    """Return a share as a percentage of at most four digits. What is not whole is never shown as 100 %."""
    number = float(share * 100)
    text = f"{number:.4g}"
    return f"{'99.99' if text == '100' and share < 1 else text} %"


def numbers_of(found: SloEvaluation) -> dict[str, object]:
    """Return an evaluation as plain values, as the store keeps it and the API answers."""
    left = found.spent_in
    return {
        "attained": _number(found.attained),
        "good": float(found.good),
        "events": found.events,
        "left": float(found.remaining),
        "burned": float(found.burned),
        "rate": _number(found.rate),
        "spent_in_seconds": None if left is None or left > _FOREVER else left.total_seconds(),
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "since": _moment(found.since),
        "covered": found.covered,
        "due": [{"name": alert.name, "severity": alert.severity} for alert in found.due],
        "burns": [_burn_numbers(burn) for burn in found.burns],
    }


def _burn_numbers(burn: BurnState) -> dict[str, object]:
    windows = {"long_seconds": burn.alert.long.total_seconds(), "short_seconds": burn.alert.short.total_seconds()}
    rates = {"long": _number(burn.long), "short": _number(burn.short), "factor": float(burn.factor)}
    return {"name": burn.alert.name, "severity": burn.alert.severity, **windows, **rates, "enough": burn.enough, "due": burn.due}


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
