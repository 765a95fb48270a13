"""Spellings of days, due moments and promises, and the messages about wrong ones."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given

from airflow_dre.errors import DefinitionError
from airflow_dre.slo.arguments import as_plain, promise_arguments, read_promise
from airflow_dre.slo.calendars import AllOf, AnyOf, Except, ListedDays, MonthEdges, WorkingDays
from airflow_dre.slo.promise import FreshnessPromise
from airflow_dre.slo.schedule import AfterPeriod, Cron, TimesOfDay
from airflow_dre.slo.spellings import read_days, read_due
from airflow_dre.values.calendar import Unit
from tests.examples import tries
from tests.slo.promises import BERLIN, WEEKDAYS, promises, times_of

SUNDAY = read_days("sunday")


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("weekdays", WEEKDAYS),
        ("weekdays & working_days:DE-BY", AllOf((WEEKDAYS, WorkingDays("DE", "BY")))),
        ("month_ends of weekdays", MonthEdges(last=True, of=WEEKDAYS)),
        (
            ["weekdays", "2026-12-24", date(2026, 12, 31)],
            AnyOf((WEEKDAYS, ListedDays(frozenset({date(2026, 12, 24), date(2026, 12, 31)})))),
        ),
        (["sunday"], SUNDAY),
        (date(2026, 12, 24), ListedDays(frozenset({date(2026, 12, 24)}))),
    ],
)
def test_days_are_read(value: object, days: object) -> None:
    assert read_days(value) == days


@pytest.mark.parametrize(
    ("value", "due"),
    [
        ("8:05", times_of("08:05")),
        ("08:05:30", times_of("08:05:30")),
        (time(8, 5), times_of("08:05")),
        (["20:00", time(8)], times_of("08:00", "20:00")),
        ("0 8 * * 1-5", Cron("0 8 * * 1-5")),
        ("@daily", Cron("@daily")),
        ("3h after day", AfterPeriod(timedelta(hours=3), Unit.DAY)),
        ("0m after hour", AfterPeriod(timedelta(0), Unit.HOUR)),
        ("1.5d after month", AfterPeriod(timedelta(hours=36), Unit.MONTH)),
    ],
)
def test_due_moments_are_read(value: object, due: TimesOfDay | Cron | AfterPeriod) -> None:
    assert read_due(value) == due


@pytest.mark.parametrize(
    ("given", "argument", "allowed"),
    [
        ({}, "max_age", "a positive duration such as '90m', '6h', '1d', '2w' or a timedelta; or set due"),
        ({"max_age": "6 hours"}, "max_age", "a positive duration"),
        ({"due": "24:00"}, "due", "times of day from '00:00' to '23:59:59'; the end of a day is '0m after day'"),
        ({"due": "08:60"}, "due", "times of day from '00:00'"),
        ({"due": "eight"}, "due", "a time of day such as '08:00' or a list of them, a cron expression"),
        ({"due": "61 8 * * *"}, "due", "([61 8 * * *] is not acceptable, out of range)"),
        ({"due": "0 8 * * 1-5 30"}, "due", "(it has 6 fields)"),
        ({"due": "0 8 31 2 *"}, "due", "a cron expression that names a day of the calendar"),
        ({"due": "3 hours after day"}, "due", "a duration of at most 366 days and a period"),
        ({"due": "400d after day"}, "due", "a duration of at most 366 days and a period"),
        ({"due": datetime(2026, 1, 1, 8)}, "due", "no datetime: a time of day such as '08:00'"),
        ({"due": time(8, tzinfo=BERLIN)}, "due", "times of day without a time zone: name it by due_time_zone or time_zone"),
        ({"due": ["08:00", "0 8 * * *"]}, "due", "only times of day such as '08:00' in a list"),
        ({"due": []}, "due", "a time of day such as '08:00'"),
        ({"due": 630}, "due", "a time of day such as '08:00'"),
        ({"due": "08:00", "time_zone": "Europe/Berln"}, "time_zone", "did you mean 'Europe/Berlin'?"),
        ({"due": "08:00", "due_time_zone": "CEST"}, "due_time_zone", "an IANA time zone"),
        ({"max_age": "1h", "due_time_zone": "Europe/Berlin"}, "due_time_zone", "no due_time_zone without due, days or except_days"),
        ({"due": "08:00", "days": "weekday"}, "days", "did you mean 'weekdays'?"),
        ({"due": "08:00", "days": "working_days"}, "days", "did you mean 'working_days'? "),
        ({"due": "08:00", "days": "working_days:ZZ"}, "days", "working_days with the code of a country: AD, AE"),
        ({"due": "08:00", "days": "working_days:Germany"}, "days", "did you mean 'DE'? working_days with the code of a country: AD, AE"),
        ({"due": "08:00", "days": "holidays:united-states"}, "days", "did you mean 'US'? holidays with the code of a country: AD, AE"),
        ({"due": "08:00", "days": "working_days:DE-BYY"}, "days", "did you mean 'BY'? working_days:DE with one of its parts: BB, BE"),
        ({"due": "0 8 * *"}, "due", "such as '3h after day' (it has 4 fields)"),
        ({"due": "08:00", "days": "working_days:DE-XX"}, "days", "working_days:DE with one of its parts: BB, BE"),
        ({"due": "08:00", "days": "holidays:de"}, "days", "did you mean 'DE'?"),
        ({"due": "08:00", "days": "market_days:XNYSE"}, "days", "did you mean 'XNYS'?"),
        ({"due": "08:00", "days": datetime(2026, 1, 1)}, "days", "dates without a time, or 'every_day'"),
        ({"due": "08:00", "days": "2026-02-29"}, "days", "a date such as '2026-12-24'"),
        ({"due": "08:00", "days": []}, "days", "or a list"),
        ({"due": "08:00", "except_days": 5}, "except_days", "'every_day', 'weekdays'"),
        ({"due": "1d after month", "days": "weekdays"}, "days", "no days with due='1d after month'"),
        ({"max_age": "1h", "warn_before": "1h"}, "warn_before", "a duration that is shorter than max_age"),
        ({"max_age": "1h", "grace": "-5m"}, "grace", "a positive duration"),
        ({"max_age": "1h", "repeat_every": "0m"}, "repeat_every", "a positive duration"),
        ({"max_age": "1h", "grace": "60w"}, "grace", "a duration of at most 366 days"),
    ],
    ids=str,
)
def test_a_wrong_promise_is_refused_by_name_and_value(given: dict[str, Any], argument: str, allowed: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_promise("FreshnessSLA orders", given)
    (problem,) = refused.value.problems
    assert (problem.where, problem.argument, problem.value) == ("FreshnessSLA orders", argument, given.get(argument))
    assert allowed in problem.allowed


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(DefinitionError) as refused:
        read_promise("FreshnessSLA orders", {"due": "25:00", "days": "weekday", "grace": "soon", "time_zone": "Mars"})
    assert [problem.argument for problem in refused.value.problems] == ["due", "days", "grace", "time_zone"]


def test_a_calendar_whose_package_is_missing_is_refused_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(DefinitionError, match=r"a calendar whose package is installed; package holidays .* 'airflow-dre\[calendars\]'"):
        read_promise("FreshnessSLA orders", {"due": "08:00", "days": "working_days:DE"})


def test_a_promise_is_read() -> None:
    given = {
        "max_age": "9h",
        "due": "08:00",
        "days": "weekdays",
        "except_days": ["2026-12-24"],
        "time_zone": "UTC",
        "due_time_zone": "Europe/Berlin",
        "warn_before": "30m",
        "grace": "5m",
        "repeat_every": timedelta(hours=1),
    }
    assert read_promise("FreshnessSLA orders", given) == FreshnessPromise(
        max_age=timedelta(hours=9),
        due=times_of("08:00"),
        days=Except(WEEKDAYS, ListedDays(frozenset({date(2026, 12, 24)}))),
        zone=BERLIN,
        warn_before=timedelta(minutes=30),
        grace=timedelta(minutes=5),
        repeat_every=timedelta(hours=1),
    )


@pytest.mark.parametrize(
    "given",
    [
        {"max_age": timedelta(hours=1, milliseconds=500)},
        {"due": time(8), "days": [date(2026, 12, 24), "monday"], "except_days": {date(2026, 12, 28)}},
        {"due": (time(8), "20:00"), "grace": timedelta(0), "repeat_every": timedelta(minutes=90)},
    ],
)
def test_arguments_as_plain_values_make_the_same_promise(given: dict[str, object]) -> None:
    plain = {name: as_plain(value) for name, value in given.items()}
    assert all(isinstance(value, (str, list)) for value in plain.values())
    assert read_promise("FreshnessSLA", plain) == read_promise("FreshnessSLA", given)


EVERYTHING = [
    {"max_age": "90m", "grace": "0m", "repeat_every": "1d"},
    {"due": "08:00", "days": "weekdays", "time_zone": "Europe/Berlin", "warn_before": "30m"},
    {"due": ["08:00", "20:00:30"], "days": ["weekends", "2026-12-24", "2026-12-31", "month_ends of working_days:DE-BY"], "max_age": "1.5h"},
    {"due": "0 8 * * 1-5", "days": "market_days:XNYS & weekdays", "except_days": "month_starts", "due_time_zone": "America/New_York"},
    {"due": "3h after day", "except_days": ["holidays:FR", "monday & 2026-12-28"]},
    {"due": "0m after month", "time_zone": "UTC"},
    {"max_age": "1h", "days": "every_day"},
]


@pytest.mark.parametrize("arguments", EVERYTHING, ids=str)
def test_a_promise_is_spelled_as_it_is_read(arguments: dict[str, object]) -> None:
    promise = read_promise("FreshnessSLA", arguments)
    assert read_promise("FreshnessSLA", json.loads(json.dumps(promise_arguments(promise)))) == promise


@tries(60)
@given(promises())
def test_every_promise_is_spelled_as_it_is_read(promise: FreshnessPromise) -> None:
    if isinstance(promise.due, AfterPeriod) and promise.due.unit not in (Unit.HOUR, Unit.DAY):
        promise = replace(promise, days=None)
    if promise.due is None and promise.warn_before == promise.max_age:
        promise = replace(promise, warn_before=None)
    assert read_promise("FreshnessSLA", promise_arguments(promise)) == promise
