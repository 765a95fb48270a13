"""Messages leave in order, are retried when that can help, and show no secret."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from airflow_dre.channels.http import SIGNATURE, TIMESTAMP
from airflow_dre.clock import now
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.store.installation import read_installation_id
from airflow_dre.store.outbox import claim
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident_event, outbox

T = datetime(2026, 1, 1, tzinfo=UTC)


def tell(
    store: Store, event: Event = Event.CHECKS_FAILED, *, hours: int = 0, routes: tuple[str, ...] = ("oncall",), title: str = "bad"
) -> None:
    """Record a signal that queues a message."""
    fact = Signal(
        cause=DataCause(namespace="postgres://db:5432", name="shop.public.orders", suite="orders"),
        event=event,
        at=T + timedelta(hours=hours),
        title=title,
        routes=routes,
        origin=Origin(dag_id="d", run_id=f"r{hours}", task_id="t", map_index=-1, try_number=1),
    )
    store.deliver(Delivery(signals=(fact,)))


def messages(store: Store) -> list[Any]:
    """Return the outbox."""
    with store.database.read() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.id)).all())


def test_a_message_that_waits_since_the_version_before_is_sent(store: Store, receiver: Any, settings_for: Callable[..., Any]) -> None:
    tell(store)
    older = {"title": "bad, as it was", "explanation": {"reasons": ["because"], "broken": 1, "checks": 2, "first_hand": True}}
    left_out = ("installation", "promise", "deadline", "map_index")
    with store.database.write() as connection:
        message = connection.execute(select(outbox.c.message)).scalar_one()
        written = {**{name: value for name, value in message.items() if name not in left_out}, **older}
        connection.execute(update(outbox).values(message=written))
    assert dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}})).sent == 1
    (sent,) = receiver.messages
    assert sent["groupKey"] == "airflow-dre/incident/1"
    assert sent["alerts"][0]["startsAt"] == "2026-01-01T00:00:00+00:00"
    annotations = sent["alerts"][0]["annotations"]
    assert (annotations["summary"], annotations["description"], annotations["broken_checks"]) == ("bad, as it was", "because", "1 of 2")


def test_a_message_of_a_version_that_is_not_known_waits_and_keeps_no_other(
    store: Store, receiver: Any, settings_for: Callable[..., Any]
) -> None:
    tell(store)
    with store.database.write() as connection:
        connection.execute(update(outbox).values(message={"format": 2}))
    tell(store, hours=1, routes=("other",))
    routes = {name: {"url": receiver.url} for name in ("oncall", "other")}
    sent = dispatch_outbox(store, settings_for(routes))
    assert (sent.sent, sent.waiting) == (1, 1)
    assert [message.last_error for message in messages(store)] == ["the message could not be sent: ValueError", None]


def due_now(store: Store) -> None:
    """Let waiting messages be due."""
    with store.database.write() as connection:
        connection.execute(update(outbox).values(not_before=T))


def test_a_message_is_an_alertmanager_webhook_in_order_with_one_key(store: Store, receiver: Any, settings_for: Callable[..., Any]) -> None:
    settings = settings_for({"oncall": {"url": receiver.url, "secret": "k3y", "headers": {"X-Team": "data"}}})
    hostile = "{{ conn.warehouse.password }} & <b>"
    tell(store, title=hostile)
    tell(store, Event.CHECKS_PASSED, hours=1)
    assert dispatch_outbox(store, settings).sent == 2
    opened, resolved = receiver.messages
    assert (opened["version"], opened["status"], resolved["status"]) == ("4", "firing", "resolved")
    with store.database.read() as connection:
        assert opened["groupKey"] == resolved["groupKey"] == f"airflow-dre/{read_installation_id(connection)}/incident/1"
    assert opened["alerts"][0]["fingerprint"] == resolved["alerts"][0]["fingerprint"]
    assert opened["commonLabels"] == {
        "alertname": "checks_failed",
        "dag_id": "d",
        "dataset": "postgres://db:5432/shop.public.orders",
        "kind": "data",
        "severity": "medium",
        "suite": "orders",
        "task_id": "t",
    }
    assert opened["commonAnnotations"]["summary"] == hostile
    assert (opened["alerts"][0]["endsAt"], resolved["alerts"][0]["endsAt"]) == ("0001-01-01T00:00:00Z", "2026-01-01T01:00:00+00:00")
    assert opened["externalURL"] == "http://airflow.example/plugin/reliability/incidents/1"
    headers, body = receiver.requests[0]
    signed = headers[TIMESTAMP].encode() + b"." + body
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"k3y", signed, hashlib.sha256).hexdigest()
    assert headers["X-Team"] == "data"


@pytest.mark.parametrize(
    ("status", "headers", "state", "least_wait"),
    [
        pytest.param(202, {}, "sent", 0, id="2xx is delivered"),
        pytest.param(302, {"Location": "http://127.0.0.1:1/"}, "pending", 9, id="redirects are not followed"),
        pytest.param(400, {}, "dead", 0, id="400 cannot be helped"),
        pytest.param(404, {}, "pending", 9, id="404 can be mended"),
        pytest.param(429, {"Retry-After": "120"}, "pending", 119, id="429 waits as long as it asks"),
        pytest.param(500, {}, "pending", 9, id="500 is tried again"),
        pytest.param(503, {"Retry-After": "soon"}, "pending", 9, id="an unreadable wait is our own"),
    ],
)
def test_the_retry_rule(
    store: Store, receiver: Any, settings_for: Callable[..., Any], status: int, headers: dict[str, str], state: str, least_wait: int
) -> None:
    receiver.answers = [(status, headers)]
    tell(store)
    before = now()
    dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}}))
    (message,) = messages(store)
    assert (message.status, message.attempts, len(receiver.requests)) == (state, 1, 1)
    if state == "pending":
        assert message.not_before - before >= timedelta(seconds=least_wait)


def test_a_receiver_that_answers_500_gets_both_messages_later_in_order(
    store: Store, receiver: Any, settings_for: Callable[..., Any]
) -> None:
    receiver.answers = [(500, {})]
    settings = settings_for({"oncall": {"url": receiver.url}})
    tell(store)
    tell(store, Event.CHECKS_PASSED, hours=1)
    assert dispatch_outbox(store, settings).waiting == 1
    assert len(receiver.requests) == 1, "the second message waits for the first"
    due_now(store)
    assert dispatch_outbox(store, settings).sent == 2
    assert [message["status"] for message in receiver.messages] == ["firing", "firing", "resolved"]


def test_no_answer_shows_neither_address_nor_token(
    store: Store, settings_for: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    tell(store)
    dispatch_outbox(store, settings_for({"oncall": {"url": "http://127.0.0.1:1/hook?token=s3cret"}}))
    (message,) = messages(store)
    assert (message.status, message.last_error) == ("pending", "no answer from the receiver: ConnectError")
    assert "s3cret" not in caplog.text


def test_after_a_day_a_message_is_dead_and_the_timeline_says_so(store: Store, settings_for: Callable[..., Any]) -> None:
    tell(store)
    with store.database.write() as connection:
        connection.execute(update(outbox).values(created_at=now() - timedelta(hours=25)))
    assert dispatch_outbox(store, settings_for({"oncall": {"url": "http://127.0.0.1:1/"}})).dead == 1
    with store.database.read() as connection:
        kinds = [row.kind for row in connection.execute(select(incident_event).order_by(incident_event.c.id))]
    assert kinds == ["open", "notification_failed"]


@pytest.mark.parametrize(
    ("routes", "error"),
    [
        pytest.param({"mail": {"url": "http://x"}}, "invalid route='oncall'. Allowed: mail", id="an unknown route"),
        pytest.param({"oncall": {"channel": "fax"}}, "invalid channel='fax'. Allowed: webhook", id="an unknown channel"),
        pytest.param({"oncall": {}}, "invalid url=None. Allowed: url, or conn_id of an HTTP connection with a host", id="no address"),
        pytest.param(
            {"oncall": {"url": "ftp://x"}}, "invalid url='(not shown)'. Allowed: an address that starts with", id="no web address"
        ),
    ],
)
def test_a_route_that_cannot_work_may_be_put_right_and_says_what_is_allowed(
    store: Store, settings_for: Callable[..., Any], routes: dict[str, dict[str, Any]], error: str
) -> None:
    tell(store)
    assert dispatch_outbox(store, settings_for(routes)).waiting == 1
    assert error in messages(store)[0].last_error


def test_two_dispatchers_send_each_message_once(store: Store, receiver: Any, settings_for: Callable[..., Any]) -> None:
    settings = settings_for({f"r{n}": {"url": receiver.url} for n in range(20)})
    tell(store, routes=tuple(f"r{n}" for n in range(20)))
    running = [threading.Thread(target=dispatch_outbox, args=(store, settings), kwargs={"seconds": 30}) for _ in range(2)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert sorted(message["receiver"] for message in receiver.messages) == sorted(f"r{n}" for n in range(20))


def test_a_sender_that_vanished_holds_its_message_for_two_minutes(store: Store) -> None:
    tell(store)
    with store.database.write() as connection:
        assert claim(connection, now()) is not None
        assert claim(connection, now()) is None
        again = claim(connection, now() + timedelta(minutes=3))
    assert again is not None
    assert again.attempts == 2
