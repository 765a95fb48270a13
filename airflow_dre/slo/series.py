"""Series of events: counts by slice of time, with slices in a row that are alike kept as one stretch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

from airflow_dre.slo.objective import Budgeting, Missing, Objective
from airflow_dre.slo.window import minute_after, to_minute

_RHYTHM = 20
"""Latest pauses between events that show how often there is one."""
Sums = tuple[Fraction | int, int, int]
Span = tuple[int, int]
"""First index, and the index after the last."""


class Stretch(NamedTuple):
    """Slices in a row with equal counts."""

    first: int
    """Index of the first slice, from 1970."""
    slices: int
    good: int
    """Good events of each slice."""
    total: int
    """Events of each slice, at least 1."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """The events of an indicator by slice, oldest first and without overlap."""

    width: int
    """Minutes of a slice."""
    stretches: Sequence[Stretch]
    since: int | None = None
    """Slice from which a slice without events is missing. None: there is no such slice."""

    @property
    def start(self) -> int | None:
        """The minute at which the history begins, or None without one."""
        first = self.stretches[0].first if self.stretches else None
        known = [index for index in (first, self.since) if index is not None]
        return min(known) * self.width if known else None

    def count(self, objective: Objective, span: Span, until: int) -> tuple[Fraction, int]:
        """Return how much was good, and of how many events or slices, as :func:`airflow_dre.slo.objective.count_events` does.

        :param span: indexes of slices.
        :param until: index of the slice that is not over: without events it is not missing yet.
        """
        good, total, _ = self._sums(objective, *span)
        if objective.missing is not Missing.IGNORE and self.since is not None:
            counted_from, last = max(span[0], self.since), min(span[1], until)
            missing = max(0, last - counted_from - self._sums(objective, counted_from, last)[2]) if counted_from < last else 0
            good, total = good + (missing if objective.missing is Missing.GOOD else 0), total + missing
        return Fraction(good), total

    def _sums(self, objective: Objective, first: int, last: int) -> Sums:
        """Return good events, all events and slices with events of a span."""
        if first >= last:
            return 0, 0, 0
        sums = self._running(objective)
        begin = bisect_left(self._ends, first + 1)
        end = bisect_left(self._firsts, last)
        if begin >= end:
            return 0, 0, 0
        before, after = sums[begin], sums[end]
        good, total, slices = after[0] - before[0], after[1] - before[1], after[2] - before[2]
        for place, surplus in ((begin, first - self._firsts[begin]), (end - 1, self._ends[end - 1] - last)):
            if surplus > 0:  # slices of a stretch that lie outside
                more_good, more, _ = _counted(self.stretches[place], objective)
                good, total, slices = good - surplus * more_good, total - surplus * more, slices - surplus
        return good, total, slices

    @cached_property
    def _firsts(self) -> list[int]:
        return [stretch.first for stretch in self.stretches]

    @cached_property
    def _ends(self) -> list[int]:
        return [stretch.first + stretch.slices for stretch in self.stretches]

    def _running(self, objective: Objective) -> list[Sums]:
        """Return the sums before each stretch, and those of all at the end."""
        key = (objective.budgeting, objective.slice_target)
        if key not in self._known:
            counts = [(stretch.slices, *_counted(stretch, objective)) for stretch in self.stretches]
            none: Fraction | int = 0
            good = accumulate((length * each for length, each, _, _ in counts), initial=none)
            total = accumulate((length * each for length, _, each, _ in counts), initial=0)
            slices = accumulate((length * each for length, _, _, each in counts), initial=0)
            self._known[key] = list(zip(good, total, slices, strict=True))
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[Budgeting, Fraction | None], list[Sums]]:
        return {}

    @property
    def usual_pause(self) -> int | None:
        """The usual minutes between two events, or None with fewer than three. Stretches of many slices have events in each."""
        firsts = [stretch.first for stretch in self.stretches[-_RHYTHM - 1 :]]
        if any(stretch.slices > 1 for stretch in self.stretches[-2:]):
            return self.width
        pauses = [later - earlier for earlier, later in pairwise(firsts)]
        return round(median(pauses)) * self.width if len(pauses) > 1 else None


def series_of_events(events: Iterable[tuple[int, int, int]], width: int, since: datetime | None = None) -> Series:
    """Return the series of events.

    :param events: minute, good events and all events of it, oldest first.
    :param width: minutes of a slice.
    :param since: moment from which a slice without events is missing, if it is before the first event.
    """
    stretches: list[Stretch] = []
    index, good, total = -1, 0, 0
    for minute, more_good, more in events:
        if minute // width != index:
            if total > 0:
                stretches.append(Stretch(index, 1, good, total))
            index, good, total = minute // width, 0, 0
        good, total = good + more_good, total + more
    if total > 0:
        stretches.append(Stretch(index, 1, good, total))
    return Series(width=width, stretches=stretches, since=_since(stretches, since, width))


def series_of_states(states: Iterable[tuple[datetime, datetime, bool]], width: int, since: datetime | None = None) -> Series:
    """Return the series of slices that were good as a whole.

    :param states: beginning, end, and whether it was good then, for each interval in which that is known.
    :param width: minutes of a slice. One that was bad for a moment is bad, one without an interval has no event.
    :param since: as for :func:`series_of_events`.
    """
    known: dict[bool, list[Span]] = {True: [], False: []}
    for start, end, good in states:
        first = to_minute(start) // width
        known[good].append((first, max(-(-minute_after(end) // width), first + 1)))
    bad = _merged(known[False])
    stretches = [Stretch(first, last - first, 0, 1) for first, last in bad]
    stretches += [Stretch(first, last - first, 1, 1) for first, last in _without(_merged(known[True]), bad)]
    stretches.sort(key=lambda stretch: stretch.first)
    return Series(width=width, stretches=stretches, since=_since(stretches, since, width))


def _since(stretches: Sequence[Stretch], since: datetime | None, width: int) -> int | None:
    moments = [stretches[0].first] if stretches else []
    moments += [] if since is None else [to_minute(since) // width]
    return min(moments, default=None)


def _counted(stretch: Stretch, objective: Objective) -> Sums:
    """Return what one slice of a stretch counts for."""
    if objective.budgeting is Budgeting.OCCURRENCES:
        return stretch.good, stretch.total, 1
    return _share(stretch, objective), 1, 1


def _share(stretch: Stretch, objective: Objective) -> Fraction | int:
    if objective.budgeting is Budgeting.RATIO_TIMESLICES:
        return Fraction(stretch.good, stretch.total)
    target = objective.slice_target or Fraction(1)
    return int(stretch.good * target.denominator >= target.numerator * stretch.total)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch as one."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _without(spans: Sequence[Span], removed: Sequence[Span]) -> list[Span]:
    """Return the parts of spans that no removed span covers. Both are in order."""
    left: list[Span] = []
    for first, last in spans:
        begin = first
        for cut_first, cut_last in removed:
            if cut_last <= begin or cut_first >= last:
                continue
            if cut_first > begin:
                left.append((begin, cut_first))
            begin = max(begin, cut_last)
        if begin < last:
            left.append((begin, last))
    return left
