"""Burn rates and the alerts over two windows."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from airflow_dre.incidents.notify_options import SEVERITIES
from airflow_dre.slo.burn_rate import LEAST_EVENTS, burn_rate, has_enough_events, read_alerts, workbook_alerts
from airflow_dre.slo.objective import EventCount, Missing, Objective

MONTH = timedelta(days=30)
OBJECTIVE = Objective(target=Fraction(999, 1000))
CLEAN, ALL_BAD = [EventCount(100, 100)], [EventCount(0, 100)]


def test_the_alerts_of_the_workbook_are_ordered_from_the_fastest() -> None:
    alerts = workbook_alerts()
    assert [alert.name for alert in alerts] == ["page_fast", "page_slow", "ticket_fast", "ticket_slow"]
    assert [float(alert.factor(MONTH)) for alert in alerts] == [14.4, 6, 3, 1]
    assert [alert.long / alert.short for alert in alerts] == [12] * 4
    assert {alert.severity for alert in alerts} <= set(SEVERITIES)


@pytest.mark.parametrize(
    ("long", "short", "due"),
    [
        (ALL_BAD, ALL_BAD, True),
        (ALL_BAD, CLEAN, False),
        (CLEAN, ALL_BAD, False),
        ([], ALL_BAD, False),
        (ALL_BAD, [EventCount(0, 0)], False),
    ],
    ids=["both burn", "it has ended", "it has just begun", "nothing happened", "nothing happened lately"],
)
def test_an_alert_is_due_where_both_windows_burn(long: list[EventCount], short: list[EventCount], due: bool) -> None:
    assert workbook_alerts()[0].is_due(OBJECTIVE, MONTH, long, short) is due


@pytest.mark.parametrize(("bad", "due"), [(143, False), (144, False), (145, True)])
def test_the_rate_itself_is_allowed(bad: int, due: bool) -> None:
    events = [EventCount(10_000 - bad, 10_000)]
    assert workbook_alerts()[0].is_due(OBJECTIVE, MONTH, events, events) is due


@pytest.mark.parametrize(
    ("hours", "windows"),
    [(0, [(60, 5), (360, 30), (1440, 120), (4320, 360)]), (1, [(180, 60), (360, 60), (1440, 120), (4320, 360)]), (24, [(4320, 1440)] * 4)],
    ids=["no period", "hourly", "daily"],
)
def test_windows_hold_enough_runs_of_a_check(hours: int, windows: list[tuple[int, int]]) -> None:
    sized = [alert.sized(timedelta(hours=hours)) for alert in workbook_alerts()]
    assert [(alert.long // timedelta(minutes=1), alert.short // timedelta(minutes=1)) for alert in sized] == windows
    assert [alert.name for alert in sized] == [alert.name for alert in workbook_alerts()]


def test_few_events_are_too_few_for_a_rate() -> None:
    daily = Objective(target=Fraction(99, 100), missing=Missing.BAD)
    assert burn_rate(daily, [EventCount(0, 1), EventCount(1, 1), EventCount(1, 1)]) == Fraction(100, 3)
    assert not has_enough_events(daily, [EventCount(1, 1)] * (LEAST_EVENTS - 1))
    assert has_enough_events(daily, [EventCount(1, 1)] * (LEAST_EVENTS - 1) + [EventCount(0, 0)]), "one that is missing is a bad one"


def test_a_window_that_is_no_duration_is_named() -> None:
    alert = {"name": "mine", "severity": "high", "long": "1 fortnight", "short": "5m", "budget_percent": 2}
    with pytest.raises(ValueError, match="alert 'mine': `long` and `short` must be durations such as 1h"):
        read_alerts({"alert": [alert]})
