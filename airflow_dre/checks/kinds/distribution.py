"""Checks of which values a column holds, and how often."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.families import NUMERIC, Families, comparable_with
from airflow_dre.checks.kinds.metrics import MetricCheck
from airflow_dre.checks.metrics import Metric, MostCommon, ValueCount, Violations
from airflow_dre.checks.outcomes import Empty, Judgement, Observes, Outcome, counted, format_value
from airflow_dre.checks.reasons import because, observed
from airflow_dre.checks.rules import OneOf, Within
from airflow_dre.checks.senses import Sense, sense_of_values
from airflow_dre.values.instants import to_instant
from airflow_dre.values.numbers import as_count, as_number, is_ordered
from airflow_dre.values.scalars import Incomparable, Literal, Scalar


class Distance(StrEnum):
    """A measure of the distance of an observed distribution from a reference."""

    KL = "kl"
    """Kullback-Leibler divergence of observed from reference, in nats: sum of p ln(p / q). Infinite where the reference has no weight."""
    CHI_SQUARE = "chi_square"
    """Pearson's statistic: sum of (observed - expected)^2 / expected over the counts."""
    KS = "ks"
    """Kolmogorov-Smirnov: the largest difference of the cumulated shares at the edges of the bins, 0 to 1."""


def distance_between(observed: list[int], reference: list[float], distance: Distance) -> float | None:
    """Return the distance of counts from weights, bin by bin, or None where nothing was counted.

    :param observed: counts, one a bin.
    :param reference: weights of the same bins; they are scaled to a sum of 1.
    :param distance: which of the three; formulas at :class:`Distance`.
    """
    total, weight = sum(observed), math.fsum(reference)
    if not total:
        return None
    p = [count / total for count in observed]
    q = [part / weight for part in reference]
    pairs = list(zip(p, q, strict=True))
    match distance:
        case Distance.KL:
            if any(seen > 0 and expected == 0 for seen, expected in pairs):
                return math.inf
            return max(0.0, math.fsum(seen * math.log(seen / expected) for seen, expected in pairs if seen > 0))
        case Distance.CHI_SQUARE:
            if any(seen > 0 and expected == 0 for seen, expected in pairs):
                return math.inf
            return total * math.fsum((seen - expected) ** 2 / expected for seen, expected in pairs if expected > 0)
        case Distance.KS:
            return max(abs(math.fsum(p[: n + 1]) - math.fsum(q[: n + 1])) for n in range(len(p)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(MetricCheck):
    """The distance of a column's values from a reference distribution keeps its bounds.

    Values outside of the reference are a bin of their own, or two, below and above, of weight 0 unless ``others`` sets it.
    """

    bounds_are_numbers: ClassVar[bool] = True
    observes: ClassVar[Observes] = Observes.COUNT
    kind: ClassVar[str] = "distribution"
    default_dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    column: str
    distance: Distance
    weights: tuple[float, ...]
    values: tuple[Literal, ...] = ()
    """The categories, one a weight."""
    edges: tuple[float, ...] = ()
    """Or the edges of bins, one more than weights. A bin holds its lower edge, the last one both. The outermost may be infinite."""
    others: tuple[float, ...] = ()
    """The weight of values that are no category, or of those below and of those above the bins."""
    by_kind: bool = False

    def identity_arguments(self) -> Mapping[str, object]:
        bins = {"values": list(self.values)} if self.values else {"edges": list(self.edges)}
        others = {"others": list(self.others)} if self.others else {}
        return {"column": self.column, "distance": self.distance.value, "weights": list(self.weights), **bins, **others}

    def _bins(self) -> tuple[Violations, ...]:
        """Return the counts of the rows outside of each bin."""
        where = self.options.where
        if self.values:
            known = [OneOf(column=self.column, values=(value,), by_kind=self.by_kind) for value in self.values]
            return tuple(Violations(rule=rule, where=where) for rule in known)
        ends = list(zip(self.edges[:-1], self.edges[1:], strict=True))
        rules = [Within(column=self.column, low=finite(low), high=finite(high), high_belongs=high == self.edges[-1]) for low, high in ends]
        return tuple(Violations(rule=rule, where=where) for rule in rules)

    def _below(self) -> tuple[Violations, ...]:
        """Return the rows below the lowest edge, where there is one."""
        lowest = finite(self.edges[0]) if self.edges else None
        return () if lowest is None else (Violations(rule=Within(column=self.column, low=lowest), where=self.options.where),)

    def _values(self) -> Metric:
        return ValueCount(column=self.column, where=self.options.where)

    def metrics(self) -> tuple[Metric, ...]:
        return (self._values(), *self._bins(), *self._below())

    def observe(self, answers: Answers) -> Scalar:
        rows = as_count(answers.scalar(self._values()))
        counts = [rows - as_count(answers.scalar(outside)) for outside in self._bins()]
        below = sum(as_count(answers.scalar(metric)) for metric in self._below())
        above = rows - sum(counts) - below
        if min(*counts, above) < 0:
            raise Incomparable(
                f"{counted(rows, 'value', 'values')}, but {sum(counts) + below} in the bins: the table changed meanwhile, "
                "or the database holds two bins for one"
            )
        if self.edges:
            low, high = self.others or (0.0, 0.0)
            return distance_between([below, *counts, above], [low, *self.weights, high], self.distance)
        others = [above] if above else []
        return distance_between(counts + others, [*self.weights, *(self.others or (0.0,))[: len(others)]], self.distance)

    def column_types(self) -> Mapping[str, Families]:
        return {self.column: NUMERIC} if self.edges else {}


def finite(edge: float) -> float | None:
    """Return an edge of a bin as the end of a range, or None where the range is open."""
    return None if math.isinf(edge) else edge


@dataclass(frozen=True, slots=True, kw_only=True)
class HasValues(Check):
    """Some values that must each be in the column at least once."""

    observes: ClassVar[Observes] = Observes.COUNT
    kind: ClassVar[str] = "has_values"
    default_dimension: ClassVar[Dimension] = Dimension.COVERAGE
    column: str
    values: tuple[Literal, ...]
    by_kind: bool = False

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column, "values": list(self.values)}

    def _present(self) -> Metric:
        return ValueCount(column=self.column, where=self.options.where)

    def _absences(self) -> dict[Literal, Violations]:
        known = {value: OneOf(column=self.column, values=(value,), by_kind=self.by_kind) for value in self.values}
        return {value: Violations(rule=rule, where=self.options.where) for value, rule in known.items()}

    def metrics(self) -> tuple[Metric, ...]:
        return (self._present(), *self._absences().values())

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        rows = as_count(answers.scalar(self._present()))
        absences = self._absences()
        missing = [value for value, other in absences.items() if as_count(answers.scalar(other)) == rows]
        named = ", ".join(map(repr, missing[:10])) + (", ..." if len(missing) > 10 else "")
        listed, verb = counted(len(absences), "value", "values"), "is" if len(missing) == 1 else "are"
        return Judgement(
            outcome=Outcome.FAILED if missing else Outcome.PASSED,
            reason=because("{missing} of {listed} {verb} missing: {named}", missing=len(missing), listed=listed, verb=verb, named=named)
            if missing
            else because("every value is there"),
            expected=f"all of {listed}",
            observed=len(absences) - len(missing),
            unit="values",
            rows=rows,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MostCommonIn(Check):
    """The most common value, which must be one of a set."""

    kind: ClassVar[str] = "most_common"
    default_dimension: ClassVar[Dimension] = Dimension.ACCURACY
    column: str
    values: tuple[Literal, ...]
    ties: bool = True
    """True if one of several equally common values may be in the set. Otherwise a tie fails."""
    if_empty: Empty = Empty.SKIP
    by_kind: bool = False

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column, "values": list(self.values), **({} if self.ties else {"ties": False})}

    def metrics(self) -> tuple[Metric, ...]:
        return (MostCommon(column=self.column, known=self.values, by_kind=self.by_kind, where=self.options.where),)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        expected = f"one of {counted(len(self.values), 'value', 'values')}"
        rows = sorted(answers.rows(self.metrics()[0]), key=lambda row: str(row[0]))  # a database returns ties in any order
        found = [row[0] for row in rows]
        if not found:
            return Judgement(outcome=self.if_empty.outcome, reason=because("no value to check"), expected=expected)
        known = [row[0] for row in rows if row[2:] and row[2]]  # a row without the word of the database is not known
        good = bool(known) and (self.ties or len(found) == 1)
        named = ", ".join(format_value(value) or "" for value in found[:10])
        why = "" if good else (" (a tie)" if known else " is not in the set")
        return Judgement(
            outcome=Outcome.PASSED if good else Outcome.FAILED,
            reason=because("most common: {values}{why}", values=observed(named), why=why),
            expected=expected,
            observed=format_value((known or found)[0]),
        )

    def column_types(self) -> Mapping[str, Families]:
        return {} if self.by_kind else comparable_with(self.column, self.values)

    @property
    def orders_values(self) -> bool:
        return True

    def bound_senses(self) -> tuple[tuple[type[Metric], str, Sense], ...]:
        sense = sense_of_values(self.values, moments_as_texts=True)
        return () if sense is None else ((MostCommon, self.column, sense),)


def same(value: Scalar, allowed: Literal) -> bool:
    """Return whether a warehouse's value is the one that a Dag author wrote.

    1 equals 1.0, and moments are equal however their text is written.
    """
    if isinstance(value, date) or isinstance(allowed, date):
        moment = to_instant(value)
        return moment is not None and moment == to_instant(allowed)
    if isinstance(value, str) or isinstance(allowed, str):
        return format_value(value) == (allowed if isinstance(allowed, str) else format_value(allowed))
    first, second = as_number(value), as_number(allowed)
    return first is not None and second is not None and is_ordered(first, second) and is_ordered(second, first)
