"""Budgets, burn rates and alerts against cases that others worked out, read where they are."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from airflow_dre.slo.budget import allowed_slices, budget_of, slices_until_spent
from airflow_dre.slo.burn_rate import BurnAlert, workbook_alerts
from airflow_dre.slo.objective import Budgeting, EventCount, Objective

FOLDER = Path(
    os.environ.get("DRE_CONFORMANCE_SLO")
    or Path(os.environ.get("DRE_CONFORMANCE") or Path(__file__).resolve().parents[2].parent / "shared" / "conformance") / "slo"
)


def cases(name: str) -> list[Any]:
    """Return the cases of a file, or one that states that there are no cases."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        return [
            pytest.param({}, marks=pytest.mark.skip(reason=f"no cases of SLOs in {FOLDER}: set DRE_CONFORMANCE or DRE_CONFORMANCE_SLO"))
        ]
    return [pytest.param(case, id=f"{number}-{case.get('name', name)}") for number, case in enumerate(json.loads(path.read_text()))]


def exact(number: float) -> Fraction:
    """Return a number as it is written."""
    return Fraction(str(number))


def objective_of(case: dict[str, Any]) -> Objective:
    """Return the objective of a case."""
    share = case.get("time_slice_target")
    return Objective(
        target=exact(case["target"]),
        budgeting=Budgeting(case.get("method", "Occurrences")),
        slice_target=None if share is None else exact(share),
    )


@pytest.mark.parametrize("case", cases("budget"))
def test_budget(case: dict[str, Any]) -> None:
    objective = objective_of(case)
    found = {}
    if "total" in case:
        if isinstance(case["total"], list):
            slices = [EventCount(good, total) for good, total in zip(case["good"], case["total"], strict=True)]
        else:
            slices = [EventCount(case.get("good", case["total"] - case.get("bad", 0)), case["total"])]
        budget = budget_of(objective, slices)
        found = {"sli": budget.attained, "burned": budget.burned, "remaining": budget.remaining}
    if "window_slices" in case:
        allowed = allowed_slices(objective, case["window_slices"])
        found |= {"allowed_bad_slices": allowed, "as_hours": allowed / 60}
    if "period_days" in case:
        found["budget_minutes"] = allowed_slices(objective, case["period_days"] * 24 * 60)
    if "attack" in case:
        usual, present = 1 - exact(case["normal"]), 1 - exact(case["attack"])
        found["minutes_to_exhaust"] = slices_until_spent(objective, case["window_slices"], usual, present)
    wanted = {name: value for name, value in case.items() if name in found}
    assert wanted
    assert {name: float("nan" if (value := found[name]) is None else Fraction(value)) for name in wanted} == wanted


@pytest.mark.parametrize("case", cases("burn_factors"))
def test_factor(case: dict[str, Any]) -> None:
    alerts = {alert.long: alert for alert in workbook_alerts()}
    alert = alerts[timedelta(hours=case["long_h"])]
    assert alert.budget == exact(case["budget_pct"]) / 100
    assert float(alert.factor(timedelta(days=case["period_days"]))) == case["factor"]


PER_MINUTE = 10_000
"""Events of a minute, of which every error ratio of the cases is a whole number."""


def minutes_due(alert: BurnAlert, objective: Objective, window: timedelta, errors: Sequence[int]) -> list[int]:
    """Return the minutes at which an alert is due, by the errors of each minute after a clean history."""
    due, until = [], [0, *accumulate(errors)]
    for minute in range(1, len(errors) + 1):
        counts = []
        for length in (alert.long, alert.short):
            minutes = length // timedelta(minutes=1)
            bad, total = until[minute] - until[max(0, minute - minutes)], minutes * PER_MINUTE
            counts.append([EventCount(total - bad, total)])
        if alert.is_due(objective, window, *counts):
            due.append(minute)
    return due


@pytest.mark.parametrize("case", cases("burn_rate_simulation"))
def test_simulation(case: dict[str, Any]) -> None:
    objective, window = Objective(target=exact(case["target"])), timedelta(days=case["period_days"])
    bad = exact(case["error_ratio"]) * PER_MINUTE
    assert bad.denominator == 1
    for alert in workbook_alerts():
        rest = alert.long // timedelta(minutes=1) + 1
        due = minutes_due(alert, objective, window, [int(bad)] * case["duration_min"] + [0] * rest)
        ends = due[-1] + 1 if due else None
        assert {"fires_at_min": due[0] if due else None, "clears_at_min": ends} == case["expect"][alert.name], alert.name
        assert due == list(range(due[0], due[-1] + 1)) if due else True, "it is due without a pause"
