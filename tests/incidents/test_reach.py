"""Routes that have heard of an incident, in words."""

from __future__ import annotations

import pytest

from airflow_dre.incidents.reach import NO_ROUTE, Delivered, ReachState, explain_reach


def opened(route: str, status: str, error: str | None = None, event: str = "opened") -> Delivered:
    """Return a message."""
    return Delivered(route=route, event=event, status=status, error=error)


@pytest.mark.parametrize(
    ("messages", "state", "reason"),
    [
        pytest.param([], ReachState.NO_ROUTE, NO_ROUTE, id="no route"),
        pytest.param([opened("a", "sent", event="resolved")], ReachState.NO_ROUTE, NO_ROUTE, id="only the end was reported"),
        pytest.param([opened("a", "sent"), opened("b", "sent")], ReachState.NOTIFIED, "Notified a, b.", id="all have heard"),
        pytest.param(
            [opened("a", "pending")],
            "waiting",
            "Still to be sent to a: the next task that reports, or the monitor, sends it.",
            id="recorded by a Dag processor",
        ),
        pytest.param(
            [opened("a", "pending", "the receiver answered HTTP 503"), opened("b", "sent")],
            "waiting",
            "Still to be sent to a: the receiver answered HTTP 503. Notified b.",
            id="a receiver that is down",
        ),
        pytest.param(
            [opened("oncal", "pending", "1 problem")],
            "waiting",
            "Still to be sent to oncal: [dre] routes has no usable route of this name (a, b).",
            id="a route that is not configured",
        ),
        pytest.param(
            [opened("a", "dead", "the receiver answered HTTP 404"), opened("b", "pending", "x"), opened("a", "sent", event="resolved")],
            "failed",
            "Not sent to a: the receiver answered HTTP 404. Still to be sent to b: x.",
            id="a receiver that refuses",
        ),
        pytest.param([opened("a", "dead", "x"), opened("a", "sent")], ReachState.NOTIFIED, "Notified a.", id="notified again"),
    ],
)
def test_how_far_the_news_came(messages: list[Delivered], state: str, reason: str) -> None:
    found = explain_reach(messages, {"a", "b"})
    assert (found.state, found.reason) == (state, reason)


def test_without_any_route_the_reason_says_so() -> None:
    assert "(no route is configured)" in explain_reach([opened("a", "pending")], set()).reason
