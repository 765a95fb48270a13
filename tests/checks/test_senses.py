"""Columns of guessed types, as a kind of check of somebody else's package reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Self

import pytest

from airflow_dre.checks.check import Answers, Check
from airflow_dre.checks.dimensions import Dimension
from airflow_dre.checks.metrics import ColumnMetric, Maximum, Metric, PerSegment, Violations
from airflow_dre.checks.outcomes import Judgement, Outcome
from airflow_dre.checks.reasons import because
from airflow_dre.checks.rules import BySegment, ColumnRule, Within
from airflow_dre.checks.senses import Columns, Sense, sense_of_values
from airflow_dre.sql.readings import Guess, Readings, metric_as_read, rule_as_read


@pytest.fixture
def readings() -> Readings:
    """Return the readings of a view whose column ``a`` was guessed to hold texts, and which holds it in every sense."""
    return Readings(view="v", guesses={"a": Guess.TEXT}, names={("a", sense): f"a {sense}" for sense in Sense})


@dataclass(frozen=True, slots=True, kw_only=True)
class IsWeekday(ColumnRule):
    """The value is a day on which people work."""

    def as_read(self, columns: Columns) -> Self:
        return replace(self, column=columns.name_of(self.column, Sense.MOMENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Skewness(ColumnMetric):
    """The degree to which the values lean to one side."""

    @property
    def sense(self) -> Sense | None:
        return Sense.NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest(Check):
    """The newest value is a moment."""

    kind = "latest"
    default_dimension = Dimension.TIMELINESS
    column: str

    def identity_arguments(self) -> Mapping[str, object]:
        return {"column": self.column}

    def metrics(self) -> tuple[Metric, ...]:
        return (Maximum(column=self.column),)

    def judge(self, answers: Answers, now: datetime) -> Judgement:
        return Judgement(outcome=Outcome.PASSED, reason=because("it is"), expected="a moment")

    def bound_senses(self) -> tuple[tuple[type[Metric], str, Sense], ...]:
        return ((Maximum, self.column, Sense.MOMENT),)


def test_a_rule_of_any_package_knows_what_it_reads(readings: Readings) -> None:
    rule = IsWeekday(column="a")
    assert rule_as_read(rule, readings) == IsWeekday(column="a moment")
    assert rule_as_read(rule, None) is rule
    assert metric_as_read(Violations(rule=rule), readings) == Violations(rule=IsWeekday(column="a moment"))
    assert rule_as_read(BySegment(by="b", rules=((1, rule),)), readings) == BySegment(by="b", rules=((1, IsWeekday(column="a moment")),))


def test_a_metric_of_any_package_knows_what_it_reads(readings: Readings) -> None:
    metric = Skewness(column="a", where="b > 0")
    assert metric_as_read(metric, readings) == replace(metric, column="a number")
    assert metric_as_read(PerSegment(by="b", metric=metric), readings) == PerSegment(by="b", metric=replace(metric, column="a number"))
    assert metric_as_read(Skewness(column="other"), readings) == Skewness(column="other")


def test_a_check_of_any_package_knows_the_sense_of_its_bounds(readings: Readings) -> None:
    assert metric_as_read(Maximum(column="a"), readings) == Maximum(column="a")
    heard = readings.heard([Latest(column="A")])
    assert metric_as_read(Maximum(column="a"), heard) == Maximum(column="a moment")


def test_what_has_no_sense_reads_the_column_itself(readings: Readings) -> None:
    assert rule_as_read(Within(column="a", low=1, high="z"), readings) == Within(column="a", low=1, high="z")


@pytest.mark.parametrize(
    ("values", "sense"),
    [
        ([], None),
        ([None], None),
        ([True, None], Sense.BOOLEAN),
        ([1, 2.5, Decimal(3)], Sense.NUMBER),
        ([True, 1], None),
        ([date(2026, 1, 1)], Sense.MOMENT),
        (["2026-01-01", "2026-01-01 10:00"], Sense.MOMENT),
        (["2026-01-01", "x"], Sense.TEXT),
        (["x", 1], None),
    ],
    ids=str,
)
def test_the_sense_of_values(values: list[object], sense: Sense | None) -> None:
    assert sense_of_values(values) is sense


def test_the_sense_of_texts_that_spell_moments() -> None:
    read: Callable[..., Sense | None] = sense_of_values
    assert read(["2026-01-01"], moments_as_texts=True) is Sense.TEXT
