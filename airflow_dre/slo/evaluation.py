"""The evaluation of an objective at a moment: what is attained, what is left of the budget, and which alerts are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Protocol

from airflow_dre.slo.alerts import BudgetAlert
from airflow_dre.slo.budget import time_to_exhaust
from airflow_dre.slo.burn_rate import BurnAlert
from airflow_dre.slo.definition import SloDefinition
from airflow_dre.slo.indicators import Weighted, Worst
from airflow_dre.slo.objective import Budgeting, Missing, Objective
from airflow_dre.slo.series import Series
from airflow_dre.slo.window import MINUTE, from_minute, to_minute

_DAY = timedelta(days=1)
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events of a span of time, and how fast they spend a budget."""

    attained: Fraction | None
    """The share that was good. None without events."""
    burn: Fraction | None
    """The share that was bad, by the share that may be."""
    good: Fraction = Fraction(0)
    events: int = 0


NOTHING = Rate(attained=None, burn=None)


class EventSource(Protocol):
    """The events of an objective, or of the components of a composite."""

    @property
    def start(self) -> int | None:
        """The minute at which its history begins."""

    @property
    def pause(self) -> int | None:
        """The usual minutes between two events."""

    def rate(self, start: int, at: int) -> Rate:
        """Return the rate of the events from a minute up to and including another."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The events of a single objective."""

    objective: Objective
    series: Series

    @property
    def start(self) -> int | None:
        """The minute at which its history begins."""
        return self.series.start

    @property
    def pause(self) -> int | None:
        """The usual minutes between two events."""
        return self.series.usual_pause

    def rate(self, start: int, at: int) -> Rate:
        """Return the rate of the events from a minute up to and including another, in whole slices."""
        width, present = self.series.width, at // self.series.width
        first = present + 1 - -(-(at + 1 - start) // width)
        good, events = self.series.count(self.objective, (first, present + 1), present)
        if events == 0:
            return NOTHING
        if good == events:
            return Rate(attained=_ONE, burn=_ZERO, good=good, events=events)
        attained = good / events
        return Rate(attained=attained, burn=(1 - attained) / self.objective.allowed, good=good, events=events)


@dataclass(frozen=True, slots=True)
class Combined:
    """The events of a composite."""

    objective: Objective
    parts: Sequence[tuple[EventSource, int]]
    """Each component with its weight."""
    worst: bool

    @property
    def start(self) -> int | None:
        """The minute since which all components with a history have one."""
        known = [part.start for part, _ in self.parts]
        return max((start for start in known if start is not None), default=None)

    @property
    def pause(self) -> int | None:
        """The longest of the components' pauses."""
        return max((part.pause for part, _ in self.parts if part.pause is not None), default=None)

    def rate(self, start: int, at: int) -> Rate:
        """Return the rate of the worst component, or the weighted mean of those that have events."""
        rates = [(part.rate(start, at), weight) for part, weight in self.parts]
        known = [(rate, weight) for rate, weight in rates if rate.attained is not None and rate.burn is not None]
        if not known:
            return NOTHING
        if self.worst:
            return max((rate for rate, _ in known), key=lambda rate: rate.burn or Fraction(0))
        attained = sum((rate.attained or Fraction(0)) * weight for rate, weight in known) / Fraction(sum(weight for _, weight in known))
        events = sum(rate.events for rate, _ in known)
        return Rate(attained=attained, burn=(1 - attained) / self.objective.allowed, good=attained * events, events=events)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnState:
    """The rates of an alert in its two windows, which hold enough events by now."""

    alert: BurnAlert
    """The alert, with its windows sized for events that are rare."""
    long: Fraction | None
    short: Fraction | None
    factor: Fraction
    """The rate above which it is due."""
    enough: bool
    """True if the long window holds enough events for a rate to mean something."""

    @property
    def due(self) -> bool:
        """True if both windows burn the budget faster than the factor."""
        rates = (self.long, self.short)
        return self.enough and all(rate is not None and rate > self.factor for rate in rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class SloEvaluation:
    """An objective at a moment."""

    at: datetime
    start: datetime
    """Beginning of the window."""
    end: datetime
    """End of the window, which a calendar window has yet to reach."""
    since: datetime | None
    """Beginning of the history. None without events."""
    good: Fraction
    events: int
    attained: Fraction | None
    burned: Fraction
    """Share of the budget that is spent, more than 1 where more is spent than there was."""
    burns: tuple[BurnState, ...]
    budget_due: tuple[BudgetAlert, ...]
    rate: Fraction | None
    """The burn rate of late: over a day, or three times the pause between two events where that is longer."""

    @property
    def remaining(self) -> Fraction:
        """The share of the budget that is left."""
        return 1 - self.burned

    @property
    def covered(self) -> bool:
        """True if the history is as long as the window."""
        return self.since is not None and self.since <= self.start

    @property
    def due(self) -> tuple[BurnAlert | BudgetAlert, ...]:
        """The alerts that are due."""
        return (*(state.alert for state in self.burns if state.due), *self.budget_due)

    @property
    def spent_in(self) -> timedelta | None:
        """The time after which the budget is spent at the present rate. None where it lasts, or is spent."""
        if self.rate is None or self.remaining <= 0:
            return None
        full = time_to_exhaust(self.end - self.start, self.rate)
        return None if full is None else full * float(self.remaining)


class Unmeasurable(Exception):
    """An objective whose events cannot be found, with the reason."""


def source_of(definition: SloDefinition, definitions: Mapping[str, SloDefinition], series: Mapping[str, Series]) -> EventSource:
    """Return the events of an objective.

    :param definitions: all objectives by name, among them the components of a composite.
    :param series: the events of each objective by its name.
    :raises Unmeasurable: a component is unknown, or is made of the composite itself.
    """
    return _source_of(definition, definitions, series, ())


def _source_of(
    definition: SloDefinition, definitions: Mapping[str, SloDefinition], series: Mapping[str, Series], above: tuple[str, ...]
) -> EventSource:
    if definition.name in above:
        raise Unmeasurable(f"SLO {definition.name} is made of itself: {' of '.join((*above, definition.name))}")
    if not isinstance(definition.sli, (Worst, Weighted)):
        return Measured(definition.objective, series.get(definition.name) or Series(width=1, stretches=()))
    unknown = [name for name in definition.components if name not in definitions]
    if unknown:
        raise Unmeasurable(f"no SLO is named {unknown[0]}")
    weights = dict(definition.sli.weights) if isinstance(definition.sli, Weighted) else dict.fromkeys(definition.components, 1)
    parts = [(_source_of(definitions[name], definitions, series, (*above, definition.name)), weight) for name, weight in weights.items()]
    return Combined(definition.objective, parts, worst=isinstance(definition.sli, Worst))


def evaluate_slo(definition: SloDefinition, source: EventSource, at: datetime) -> SloEvaluation:
    """Evaluate an objective at a moment."""
    start, end = definition.window.bounds(at)
    minute, first = to_minute(at), _first_minute(definition, start, at)
    whole = source.rate(first, minute)
    burned = _burned(definition, whole, start, end, source)
    pause = definition.every or (None if source.pause is None else source.pause * MINUTE)
    length = end - start
    burns = tuple(_burn_state(definition, alert, source, minute, length, pause) for alert in definition.alerts.burn)
    marks = definition.alerts.budget if any(burn.enough for burn in burns) else (*definition.alerts.budget, *definition.alerts.fallback)
    reached = [] if whole.attained is None else [mark for mark in marks if 1 - burned <= mark.left]
    span = max(_DAY, 3 * pause if pause is not None else _DAY)
    return SloEvaluation(
        at=at,
        start=start,
        end=end,
        since=None if source.start is None else from_minute(source.start),
        good=whole.good,
        events=whole.events,
        attained=whole.attained,
        burned=burned,
        burns=burns,
        budget_due=tuple(sorted(reached, key=lambda mark: mark.left)[:1]),
        rate=source.rate(minute + 1 - min(span, length) // MINUTE, minute).burn,
    )


def _first_minute(definition: SloDefinition, start: datetime, at: datetime) -> int:
    """Return the first minute of a window: a duration holds as many minutes as it has, the present one included."""
    return to_minute(start) if definition.window.unit is not None else to_minute(at) + 1 - (at - start) // MINUTE


def _burned(definition: SloDefinition, whole: Rate, start: datetime, end: datetime, source: EventSource) -> Fraction:
    """Return the share of the budget that is spent.

    The slices of a calendar window that are still to come are part of its budget, if a slice without events counts.
    """
    if whole.burn is None:
        return Fraction(0)
    if isinstance(source, Measured) and definition.window.unit is not None and _counts_time(definition):
        slices = (end - start) // MINUTE // source.series.width
        return (whole.events - whole.good) / (max(slices, whole.events) * definition.objective.allowed)
    return whole.burn


def _counts_time(definition: SloDefinition) -> bool:
    objective = definition.objective
    return objective.budgeting is not Budgeting.OCCURRENCES and objective.missing is not Missing.IGNORE


def _burn_state(
    definition: SloDefinition, alert: BurnAlert, source: EventSource, minute: int, window: timedelta, pause: timedelta | None
) -> BurnState:
    sized = alert if pause is None else alert.sized(pause)
    long, short = (source.rate(minute + 1 - length // MINUTE, minute) for length in (sized.long, sized.short))
    return BurnState(
        alert=sized, long=long.burn, short=short.burn, factor=sized.factor(window), enough=long.events >= definition.min_events
    )


__all__ = ["BurnState", "Measured", "SloEvaluation", "Unmeasurable", "evaluate_slo", "source_of"]
