"""Objectives: the share of events that must be good, and the way in which events are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Budgeting(StrEnum):
    """Budgeting methods, by the names of OpenSLO."""

    OCCURRENCES = "Occurrences"
    """All events of the window count alike."""
    TIMESLICES = "Timeslices"
    """Each slice of time is good or bad as a whole, however many events it has."""
    RATIO_TIMESLICES = "RatioTimeslices"
    """Each slice counts as the share of its events that are good, however many they are."""


class Missing(StrEnum):
    """Meaning of a slice of time without events."""

    BAD = "bad"
    GOOD = "good"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class EventCount:
    """Events of a slice of time."""

    good: int
    total: int

    def __add__(self, other: EventCount) -> EventCount:
        return EventCount(self.good + other.good, self.total + other.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The share of events, or of slices of time, that must be good."""

    target: Fraction
    """More than 0 and less than 1: of an objective of 1 every bad event would burn the budget infinitely fast."""
    budgeting: Budgeting = Budgeting.OCCURRENCES
    slice_target: Fraction | None = None
    """Share of the events of a slice that makes it good, more than 0 and at most 1. Only for time slices."""
    missing: Missing = Missing.IGNORE

    @property
    def allowed(self) -> Fraction:
        """The share that may be bad, which is the error budget."""
        return 1 - self.target


def count_events(objective: Objective, slices: Iterable[EventCount]) -> tuple[Fraction, int]:
    """Return how much was good, and of how many events or slices.

    A slice without events counts as one event: good, bad, or none at all, as the objective states.
    """
    good, total = Fraction(0), 0
    for found in slices:
        counted = _filled(found, objective.missing)
        if counted.total == 0:
            continue
        if objective.budgeting is Budgeting.OCCURRENCES:
            good, total = good + counted.good, total + counted.total
        else:
            good, total = good + _share(counted, objective), total + 1
    return good, total


def _share(count: EventCount, objective: Objective) -> Fraction:
    """Return how good a slice is, from 0 to 1."""
    share = Fraction(count.good, count.total)
    if objective.budgeting is Budgeting.RATIO_TIMESLICES:
        return share
    return Fraction(int(share >= (objective.slice_target or 1)))


def _filled(count: EventCount, missing: Missing) -> EventCount:
    """Return a slice without events as the one event that it counts as."""
    if count.total or missing is Missing.IGNORE:
        return count
    return EventCount(int(missing is Missing.GOOD), 1)
