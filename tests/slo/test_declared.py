"""SLOs as they are declared: defaults, documents that hold them whole, and refusals."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from airflow_dre.errors import DefinitionError
from airflow_dre.slo import (
    SLO,
    budget_alert,
    burn_alert,
    checks_passed,
    dag_runs_succeeded,
    fresh_slices,
    rows_passed,
    runs_passed,
    weighted,
    worst_of,
)
from airflow_dre.slo.document import from_document, to_document
from airflow_dre.slo.indicators import EventKind, Indicator
from airflow_dre.slo.objective import Budgeting, Missing

ROWS = rows_passed("flights")


@pytest.mark.parametrize(
    ("sli", "missing", "budgeting", "slices"),
    [
        (fresh_slices("hourly"), Missing.BAD, Budgeting.TIMESLICES, timedelta(minutes=15)),
        (rows_passed("flights"), Missing.IGNORE, Budgeting.OCCURRENCES, timedelta(minutes=1)),
        (checks_passed(dag_id="load"), Missing.IGNORE, Budgeting.OCCURRENCES, timedelta(minutes=1)),
        (runs_passed(suite="load.check"), Missing.IGNORE, Budgeting.OCCURRENCES, timedelta(minutes=1)),
        (dag_runs_succeeded("load"), Missing.IGNORE, Budgeting.OCCURRENCES, timedelta(minutes=1)),
    ],
)
def test_what_did_not_arrive_is_bad_and_proves_nothing_about_rows(
    sli: Indicator, missing: Missing, budgeting: Budgeting, slices: timedelta
) -> None:
    found = SLO("a", sli=sli, target="99%").definition
    assert (found.objective.missing, found.objective.budgeting, found.slice) == (missing, budgeting, slices)


EVERY = [
    SLO("a", sli=ROWS, target="99.9%"),
    SLO("b", sli=fresh_slices("hourly"), target=0.95, window="month", time_zone="Europe/Berlin", slice="5m", slice_target="90%"),
    SLO("c", sli=worst_of("a", "b"), window="week", alerts="budget"),
    SLO("d", sli=weighted({"a": 3, "b": 1}), target="99%", alerts=["workbook", budget_alert("10%")], routes="oncall"),
    SLO(
        "e",
        sli=runs_passed(dag_id="load"),
        target="2/3",
        every="1d",
        missing="bad",
        min_events=3,
        owner="ann",
        description="d",
        runbook="r",
    ),
    SLO(
        "f",
        sli=rows_passed(check="c", namespace="postgres://db", dimension="accuracy"),
        target="99%",
        alerts=[burn_alert("own", long="2h", short="10m", budget="3%", severity="low")],
    ),
]


@pytest.mark.parametrize("slo", EVERY, ids=repr)
def test_a_document_holds_the_whole_definition(slo: SLO) -> None:
    assert from_document(to_document(slo.definition)) == slo.definition


def test_an_author_sees_the_numbers_as_written() -> None:
    found = SLO("a", sli=ROWS, target=99.9 / 100).definition
    assert found.objective.target == Fraction("0.9990000000000001") or found.objective.target == Fraction(999, 1000)
    assert SLO("a", sli=ROWS, target="99.9 %").definition.objective.target == Fraction(999, 1000)
    (alert,) = SLO("a", sli=ROWS, target="99%", alerts=[burn_alert("own", long="1h", short="5m", budget=0.02)]).definition.alerts.burn
    assert alert.budget == Fraction(1, 50)


GOOD: dict[str, Any] = {"name": "a", "sli": ROWS, "target": "99%"}


@pytest.mark.parametrize(
    ("given", "argument", "allowed"),
    [
        ({"name": "Flights OK"}, "name", "small letters"),
        ({"name": "-a"}, "name", "begin and end with a letter or digit"),
        ({"name": "a" * 64}, "name", "at most 63"),
        ({"sli": "rows"}, "sli", "rows_passed('flights')"),
        ({"target": "100%"}, "target", "less than 100 %: an objective of 100 % has no error budget"),
        ({"target": 1}, "target", "less than 100 %"),
        ({"target": "99"}, "target", "a percentage such as '99.9%'"),
        ({"target": 0}, "target", "between 0 and 1"),
        ({"target": None}, "target", "a percentage"),
        ({"target": True}, "target", "a percentage"),
        ({"sli": worst_of("a", "b")}, "target", "nothing beside worst_of(...)"),
        ({"window": "fortnight"}, "window", "day, week, month, quarter or year"),
        ({"window": "400d"}, "window", "at most 366 days"),
        ({"window": "90s"}, "window", "whole minutes"),
        ({"window": "month", "time_zone": "Europe/Berln"}, "time_zone", "did you mean 'Europe/Berlin'?"),
        ({"time_zone": "Europe/Berlin"}, "time_zone", "nothing beside a duration"),
        ({"budgeting": "timeslices"}, "budgeting", "did you mean time_slices?"),
        ({"slice": "90s"}, "slice", "whole minutes"),
        ({"slice_target": "90%"}, "slice_target", "only time_slices"),
        ({"slice_target": "110%", "budgeting": "time_slices"}, "slice_target", "from 0 to 1"),
        ({"missing": "poor"}, "missing", "bad, good, ignore"),
        ({"missing": "bad"}, "every", "for example '1d'"),
        ({"every": "often"}, "every", "a positive duration"),
        ({"min_events": 0}, "min_events", "a whole number from 1"),
        ({"alerts": "workbok"}, "alerts", "did you mean workbook?"),
        ({"alerts": [1]}, "alerts", "burn_alert(...)"),
        ({"alerts": ["workbook", "workbook"]}, "alerts", "different names"),
        ({"routes": {"a": "b"}}, "routes", "names of routes"),
        ({"routes": [1]}, "routes", "names of routes"),
        ({"owner": 1}, "owner", "text"),
    ],
)
def test_a_mistake_is_refused_with_what_is_allowed(given: dict[str, Any], argument: str, allowed: str) -> None:
    with pytest.raises(DefinitionError) as error:
        SLO(**{**GOOD, **given})
    assert {problem.argument for problem in error.value.problems} == {argument}
    assert allowed in error.value.problems[0].allowed


def test_all_mistakes_of_one_slo_are_reported_at_once() -> None:
    with pytest.raises(DefinitionError) as error:
        SLO("A", sli=ROWS, target="100%", window="x", every="y")
    assert [problem.argument for problem in error.value.problems] == ["name", "window", "every", "target"]


def test_an_unknown_argument_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(DefinitionError, match="did you mean target?"):
        SLO("a", sli=ROWS, targe="99%")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (rows_passed, "at least one of table, suite, check, dag_id"),
        (lambda: rows_passed(namespace="postgres://db"), "at least one of"),
        (lambda: rows_passed(""), "text that is not empty"),
        (lambda: fresh_slices(" "), "text that is not empty"),
        (lambda: worst_of("a"), "two or more different names"),
        (lambda: worst_of("a", "a"), "two or more different names"),
        (lambda: weighted({"a": 1, "b": 0}), "a whole number from 1"),
        (lambda: weighted(["a"]), "weights by name"),  # type: ignore[arg-type]
        (lambda: burn_alert("x", long="1h", short="2h", budget="2%"), "shorter than `long`"),
        (lambda: burn_alert("x", long="1 hour", short="5m", budget="2%"), "a positive duration"),
        (lambda: burn_alert("x", long="1h", short="5m", budget="0%"), "more than 0"),
        (lambda: burn_alert("x", long="1h", short="5m", budget="2%", severity="hi"), "low, medium, high, critical"),
        (lambda: budget_alert("100%"), "less than 1"),
    ],
)
def test_a_part_that_is_not_what_it_must_be_is_refused(call: Any, words: str) -> None:
    with pytest.raises(DefinitionError, match=".*") as error:
        call()
    assert words in str(error.value)


def test_an_indicator_reads_as_words() -> None:
    assert rows_passed("flights", check="not_null(carrier)").words == "rows passed of table flights, check not_null(carrier)"
    assert fresh_slices("hourly").words == "fresh slices of SLA hourly"
    assert dag_runs_succeeded("load").words == "successful runs of Dag load"
    assert EventKind.FRESH.missing is Missing.BAD
