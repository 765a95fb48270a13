"""Notices as Alertmanager webhooks."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from airflow_dre.channels.channel import ChannelUnusable
from airflow_dre.channels.webhook import open_webhook, render_payload
from airflow_dre.errors import DefinitionError
from airflow_dre.incidents.notice import Links, News, Notice, read_state, write_state

FACTS = {
    "fingerprint": "0123456789abcdef" * 4,
    "kind": "data",
    "event": "checks_failed",
    "title": "orders: 1 of 2 checks failed: not_null(a) {{ conn.x.password }}",
    "severity": "high",
    "status": "open",
    "namespace": "postgres://db:5432",
    "name": "shop.public.orders",
    "suite": "d.check",
    "dag_id": "d",
    "run_id": "r1",
    "task_id": "check",
    "occurrences": 2,
    "opened_at": "2026-01-01T00:00:00+00:00",
    "resolved_at": None,
}
LABELS = {
    "alertname": "checks_failed",
    "severity": "high",
    "kind": "data",
    "dataset": "postgres://db:5432/shop.public.orders",
    "suite": "d.check",
    "dag_id": "d",
    "task_id": "check",
}
ANNOTATIONS = {"summary": FACTS["title"], "incident": "7", "occurrences": "2", "run_id": "r1"}


def notice(facts: dict[str, Any], news: News = News.OPENED, link: str = "http://a") -> Notice:
    """Return a notice about an incident whose state the outbox holds."""
    state = read_state(facts)
    assert state is not None
    return Notice(news=news, incident_id=7, route="oncall", incident=state, links=Links(incident=link))


def test_the_payload_of_a_firing_alert_is_alertmanagers_version_4() -> None:
    payload = render_payload(notice(FACTS, link="http://a/incidents/7"))
    assert payload == {
        "version": "4",
        "groupKey": "airflow-dre/incident/7",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "oncall",
        "groupLabels": {"alertname": "checks_failed"},
        "commonLabels": LABELS,
        "commonAnnotations": ANNOTATIONS,
        "externalURL": "http://a/incidents/7",
        "alerts": [
            {
                "status": "firing",
                "labels": LABELS,
                "annotations": ANNOTATIONS,
                "startsAt": "2026-01-01T00:00:00+00:00",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://a/incidents/7",
                "fingerprint": "0123456789abcdef",
            }
        ],
    }


def test_two_installations_name_one_cause_by_two_keys_and_fingerprints() -> None:
    def names(installation: str | None) -> tuple[str, str]:
        facts = {**FACTS, "installation": installation}
        payload = render_payload(notice(facts))
        return payload["groupKey"], payload["alerts"][0]["fingerprint"]

    one, other, earlier = names("6f1c"), names("b2a9"), names(None)
    assert one[0] == "airflow-dre/6f1c/incident/7"
    assert len({one[1], other[1], earlier[1]}) == 3
    assert names("6f1c") == one
    assert earlier == ("airflow-dre/incident/7", "0123456789abcdef"), "an incident that an earlier version reported keeps its names"


def test_a_resolved_alert_ends_and_a_pipeline_has_no_dataset() -> None:
    facts = {**FACTS, "namespace": None, "name": None, "suite": None, "resolved_at": "2026-01-01T01:00:00+00:00"}
    payload = render_payload(notice(facts, News.RESOLVED))
    assert (payload["status"], payload["alerts"][0]["endsAt"]) == ("resolved", "2026-01-01T01:00:00+00:00")
    assert set(payload["commonLabels"]) == {"alertname", "severity", "kind", "dag_id", "task_id"}


def test_a_message_of_the_version_before_is_read_and_written_under_the_same_names() -> None:
    written = write_state(notice(FACTS).incident)
    assert {name: written[name] for name in FACTS} == FACTS
    assert set(written) - set(FACTS) == {"explanation", "installation", "promise", "map_index", "try_number", "deadline"}


@pytest.mark.parametrize(
    "changes", [{"severity": "unheard of"}, {"event": "unheard of"}, {"opened_at": "yesterday"}, {"title": None}, {"occurrences": "many"}]
)
def test_a_state_of_an_unknown_version_is_not_read(changes: dict[str, Any]) -> None:
    assert read_state({**FACTS, **changes}) is None


def test_the_body_of_a_notice_is_the_payload_in_the_order_of_its_names(receiver: Any) -> None:
    attempt = open_webhook("oncall", {"url": receiver.url}).send(notice(FACTS), time.monotonic() + 5)
    assert attempt.delivered
    (_, body) = receiver.requests[0]
    assert body == json.dumps(render_payload(notice(FACTS)), sort_keys=True).encode()


def test_a_deadline_that_is_over_is_an_attempt_that_failed(receiver: Any) -> None:
    attempt = open_webhook("oncall", {"url": receiver.url}).send(notice(FACTS), time.monotonic() - 1)
    assert (attempt.delivered, attempt.retryable) == (False, True)


@pytest.mark.parametrize("options", [{}, {"url": ""}, {"url": 5}])
def test_a_webhook_needs_an_address(options: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=r"\[dre\] routes oncall: invalid url=None\. Allowed: url, or conn_id of an HTTP connection"):
        open_webhook("oncall", options)


def test_an_address_that_no_message_can_go_to_is_refused_without_a_connection() -> None:
    with pytest.raises(ChannelUnusable, match="host or port"):
        open_webhook("oncall", {"url": "http://a b/"})
