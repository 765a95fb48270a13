"""Burn rates, and alerts over two windows of time at several rates.

Source of the formulas: Google's SRE Workbook, chapter 5. Its windows are data in ``windows/workbook.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files

from airflow_dre.slo.objective import EventCount, Objective, count_events
from airflow_dre.values.instants import read_duration

LEAST_EVENTS = 10
"""Events of the long window without which a burn rate is chance: one bad run of a few is any rate at all."""
_LEAST_PERIODS = (1, 3)
"""Check periods that the short and the long window hold at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnAlert:
    """An alert on the rate at which a budget is spent, over a long and a short window."""

    name: str
    severity: str
    """Severity of the incident: ``low``, ``medium``, ``high`` or ``critical``."""
    long: timedelta
    short: timedelta
    budget: Fraction
    """Share of the budget that is spent when the alert is due and the rate was steady over the long window."""

    def factor(self, window: timedelta) -> Fraction:
        """Return the burn rate above which the alert is due: ``budget * window / long``.

        :param window: the window of the objective.
        """
        return self.budget * _seconds(window) / _seconds(self.long)

    def is_due(self, objective: Objective, window: timedelta, long: Sequence[EventCount], short: Sequence[EventCount]) -> bool:
        """Return whether both windows burn the budget faster than the factor.

        :param window: the window of the objective.
        :param long: events of the long window, by slice.
        :param short: events of the short window, by slice.
        """
        limit = self.factor(window)
        rates = (burn_rate(objective, long), burn_rate(objective, short))
        return all(rate is not None and rate > limit for rate in rates)

    def sized(self, period: timedelta) -> BurnAlert:
        """Return the alert with windows that hold enough runs of a check that runs once in a period."""
        short, long = (max(found, period * least) for found, least in zip((self.short, self.long), _LEAST_PERIODS, strict=True))
        return BurnAlert(name=self.name, severity=self.severity, long=long, short=short, budget=self.budget)


def burn_rate(objective: Objective, slices: Sequence[EventCount]) -> Fraction | None:
    """Return how fast the budget is spent: the share of bad events by the share that is allowed. None without events."""
    good, total = count_events(objective, slices)
    return None if total == 0 else (1 - good / total) / objective.allowed


def has_enough_events(objective: Objective, slices: Sequence[EventCount]) -> bool:
    """Return whether the long window has enough events for a burn rate to mean something."""
    return count_events(objective, slices)[1] >= LEAST_EVENTS


@cache
def workbook_alerts() -> tuple[BurnAlert, ...]:
    """Return the alerts of the SRE Workbook."""
    return read_alerts(tomllib.loads((files(__package__) / "windows" / "workbook.toml").read_text()))


def read_alerts(given: Mapping[str, Sequence[Mapping[str, object]]]) -> tuple[BurnAlert, ...]:
    """Read alerts.

    :raises ValueError: a window is no duration.
    """
    return tuple(_read_alert(found) for found in given["alert"])


def _read_alert(given: Mapping[str, object]) -> BurnAlert:
    windows = [read_duration(given[name]) for name in ("long", "short")]
    long, short = windows
    if long is None or short is None:
        raise ValueError(f"alert {given['name']!r}: `long` and `short` must be durations such as 1h")
    budget = Fraction(str(given["budget_percent"])) / 100
    return BurnAlert(name=str(given["name"]), severity=str(given["severity"]), long=long, short=short, budget=budget)


@lru_cache(maxsize=1 << 10)
def _seconds(duration: timedelta) -> Fraction:
    return Fraction(duration // timedelta(microseconds=1), 10**6)
