"""Options of a task that say who hears of its problems."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.notify_options import NotifyOptions, options_of_callbacks, read_notify_options
from airflow_dre.incidents.signals import Event, Severity, Signal

T = datetime(2026, 1, 1, tzinfo=UTC)


def signal(event: Event, **changes: Any) -> Signal:
    """Return a signal about one suite."""
    values: dict[str, Any] = {"cause": DataCause(namespace="n", name="t", suite="s"), "event": event, "at": T, "title": "x"} | changes
    return Signal(**values)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(
            {"severity": "hihg"}, "incident_severity='hihg'. Allowed: low, medium, high, critical (did you mean 'high'?)", id="a slip"
        ),
        pytest.param(
            {"severity": "HIGH"}, "incident_severity='HIGH'. Allowed: low, medium, high, critical (did you mean 'high'?)", id="case"
        ),
        pytest.param({"severity": 3}, "incident_severity=3. Allowed: low, medium, high, critical", id="a number"),
        pytest.param({"severity": ["high"]}, "incident_severity=['high']. Allowed: low, medium, high, critical", id="a list"),
        pytest.param({"notify_on": "warn"}, "notify_on='warn'. Allowed: failed, warned, never (did you mean 'warned'?)", id="an outcome"),
        pytest.param({"notify_on": None}, "notify_on=None. Allowed: failed, warned, never", id="None"),
        pytest.param({"routes": [" "]}, "routes=[' ']. Allowed: names of routes", id="a blank"),
        pytest.param({"routes": {"a": {"url": "x"}}}, "routes='(a mapping)'. Allowed: names of routes", id="routes themselves"),
        pytest.param({"routes": 5}, "routes=5. Allowed: names of routes", id="no names"),
        pytest.param({"routes": ["a", None]}, "routes=['a', None]. Allowed: names of routes", id="None among names"),
    ],
)
def test_each_mistake_names_the_argument_and_what_is_allowed(given: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError) as error:
        read_notify_options("Task check", **given)
    assert str(error.value) == f"1 problem in the definition:\n- Task check: invalid {message}"


def test_all_mistakes_are_listed_at_once() -> None:
    with pytest.raises(DefinitionError) as error:
        read_notify_options("Task check", routes=[""], severity="x", notify_on="y")
    assert [problem.argument for problem in error.value.problems] == ["incident_severity", "routes", "notify_on"]


@pytest.mark.parametrize(
    ("routes", "read"),
    [
        pytest.param("oncall", ("oncall",), id="one route as text"),
        pytest.param(["a", "b"], ("a", "b"), id="a list"),
        pytest.param((name for name in "ab"), ("a", "b"), id="a generator"),
        pytest.param((), (), id="none"),
    ],
)
def test_routes_are_names_in_any_form(routes: Any, read: tuple[str, ...]) -> None:
    assert read_notify_options("Task check", routes=routes).routes == read


@pytest.mark.parametrize("event", Event)
def test_only_problems_are_addressed(event: Event) -> None:
    (addressed,) = NotifyOptions(routes=("a", "b"), severity=Severity.HIGH).address([signal(event, routes=("b",))])
    assert (addressed.routes, addressed.severity) == ((("b", "a"), Severity.HIGH) if event.firing else (("b",), None))


@pytest.mark.parametrize("event", Event)
def test_never_drops_problems_and_keeps_recoveries(event: Event) -> None:
    assert NotifyOptions(notify_on="never").address([signal(event)]) == (() if event.firing else (signal(event),))


def test_no_severity_leaves_that_of_the_signal() -> None:
    (addressed,) = NotifyOptions().address([signal(Event.STALE, severity=Severity.LOW)])
    assert addressed.severity is Severity.LOW


def test_callbacks_add_routes_and_the_highest_severity_where_the_task_sets_none() -> None:
    others = [NotifyOptions(routes=("a", "b"), severity=Severity.LOW), NotifyOptions(routes=("b", "c"), severity=Severity.HIGH)]
    assert NotifyOptions(routes=("z",)).joined_with(others) == NotifyOptions(routes=("z", "a", "b", "c"), severity=Severity.HIGH)
    assert NotifyOptions(severity=Severity.LOW).joined_with(others).severity is Severity.LOW
    assert NotifyOptions().joined_with([]) == NotifyOptions()


@pytest.mark.parametrize(
    ("callbacks", "found"),
    [
        pytest.param(None, 0, id="none"),
        pytest.param(print, 0, id="a function"),
        pytest.param(SimpleNamespace(notify_options="x"), 0, id="an attribute of another meaning"),
        pytest.param(SimpleNamespace(notify_options=NotifyOptions()), 1, id="one callback"),
        pytest.param(
            [print, SimpleNamespace(notify_options=NotifyOptions()), SimpleNamespace(notify_options=NotifyOptions())], 2, id="a list"
        ),
    ],
)
def test_which_callbacks_open_incidents(callbacks: Any, found: int) -> None:
    assert len(options_of_callbacks(callbacks)) == found
