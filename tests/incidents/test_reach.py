"""Who has heard of an incident, in words."""

from __future__ import annotations

import pytest

from airflow_dre.incidents.reach import NO_ROUTE, Delivered, explain_reach


def opened(route: str, status: str, error: str | None = None, event: str = "opened") -> Delivered:
    """Return a message."""
    return Delivered(route=route, event=event, status=status, error=error)


@pytest.mark.parametrize(
    ("messages", "state", "reason"),
    [
        pytest.param([], "nobody", NO_ROUTE, id="no route"),
        pytest.param([opened("a", "sent", event="resolved")], "nobody", NO_ROUTE, id="only the end was told"),
        pytest.param([opened("a", "sent"), opened("b", "sent")], "told", "Told a, b.", id="all have heard"),
        pytest.param(
            [opened("a", "pending")],
            "waiting",
            "Still to be sent to a: the next task that reports, or the monitor, sends it.",
            id="recorded by a Dag processor",
        ),
        pytest.param(
            [opened("a", "pending", "the receiver answered HTTP 503"), opened("b", "sent")],
            "waiting",
            "Still to be sent to a: the receiver answered HTTP 503. Told b.",
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
            "Gave up a: the receiver answered HTTP 404. Still to be sent to b: x.",
            id="a receiver that says no",
        ),
        pytest.param([opened("a", "dead", "x"), opened("a", "sent")], "told", "Told a.", id="told anew"),
    ],
)
def test_how_far_the_news_came(messages: list[Delivered], state: str, reason: str) -> None:
    found = explain_reach(messages, {"a", "b"})
    assert (found.state, found.reason) == (state, reason)


def test_without_any_route_the_reason_says_so() -> None:
    assert "(none is configured yet)" in explain_reach([opened("a", "pending")], set()).reason
