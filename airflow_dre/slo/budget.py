"""Error budgets: the share that may be bad, and how much of it is spent.

Source of the formulas: Google's SRE Workbook, chapter 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from airflow_dre.slo.objective import EventCount, Objective, count_events

MARKS = (Fraction(1, 2), Fraction(1, 4), Fraction(0))
"""Shares of the budget that are left when an alert is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The error budget of a window."""

    attained: Fraction | None
    """The share that was good. None without events."""
    burned: Fraction
    """Bad events as a share of those that are allowed: 1 where the budget is spent, and more beyond."""

    @property
    def remaining(self) -> Fraction:
        """The share of the budget that is left. Negative where more is spent than there was, and 1 without events."""
        return 1 - self.burned

    @property
    def mark(self) -> Fraction | None:
        """The lowest of :data:`MARKS` that is reached, or None while more than half is left."""
        reached = [mark for mark in MARKS if self.remaining <= mark]
        return min(reached) if reached else None


def budget_of(objective: Objective, slices: Iterable[EventCount]) -> Budget:
    """Return the budget after the events of a window: ``burned = (1 - attained) / (1 - target)``."""
    good, total = count_events(objective, slices)
    if total == 0:
        return Budget(attained=None, burned=Fraction(0))
    attained = good / total
    return Budget(attained=attained, burned=(1 - attained) / objective.allowed)


def allowed_slices(objective: Objective, slices: int) -> Fraction:
    """Return how many slices of a window may be bad."""
    return slices * objective.allowed


def slices_until_spent(objective: Objective, slices: int, usual: Fraction, present: Fraction) -> Fraction | None:
    """Return after how many slices of a present error ratio the budget of a window is spent.

    The rest of the window has its usual error ratio. None where the budget lasts.

    :param slices: number of slices of the window.
    """
    left = allowed_slices(objective, slices) - slices * usual
    if present <= usual:
        return None
    needed = left / (present - usual)
    return max(needed, Fraction(0)) if needed <= slices else None


def time_to_exhaust(window: timedelta, burn_rate: Fraction) -> timedelta | None:
    """Return how long a full budget lasts at a burn rate: ``window / burn_rate``. None at a rate of 0."""
    return None if burn_rate <= 0 else timedelta(seconds=float(Fraction(window.total_seconds()) / burn_rate))
