"""Routes that cannot work, receivers that hang, senders that vanish, and secrets that must not show."""

from __future__ import annotations

import json
import logging
import multiprocessing
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from airflow_dre.clock import now
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.retry import Attempt
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.services.incidents.delivery import add_default_routes, deliver, flush
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.store.outbox import claim, settle
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store, open_store
from airflow_dre.store.tables import incident_event, outbox

T = datetime(2026, 1, 1, tzinfo=UTC)
Configure = Callable[..., Any]


def problem(*routes: str, number: int = 0, title: str = "broken") -> Delivery:
    """Return a failed task of Dag ``d``."""
    fact = Signal(
        cause=PipelineCause(dag_id="d", task_id=f"t{number}"),
        event=Event.TASK_FAILED,
        at=T,
        title=title,
        routes=routes,
        origin=Origin(dag_id="d", run_id="r", task_id=f"t{number}", map_index=-1, try_number=1),
    )
    return Delivery(signals=(fact,))


def messages(store: Store) -> list[Any]:
    """Return the outbox."""
    with store.database.read() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.id)).all())


def said(store: Store) -> str:
    """Return all text that a person may see."""
    with store.database.read() as connection:
        events = connection.execute(select(incident_event.c.summary, incident_event.c.detail)).all()
    return "\n".join([*(f"{event.summary} {event.detail}" for event in events), *(str(row.last_error) for row in messages(store))])


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_receiver_that_refuses_the_message_hears_no_more_and_the_next_message_goes(
    store: Store, receiver: Any, settings_for: Configure, status: int
) -> None:
    receiver.answers = [(status, {})]
    settings = settings_for({"oncall": {"url": receiver.url}})
    store.deliver(problem("oncall"))
    assert dispatch_outbox(store, settings).dead == 1
    recovered = (
        problem()
        .signals[0]
        .__class__(cause=PipelineCause(dag_id="d", task_id="t0"), event=Event.TASK_SUCCEEDED, at=T + timedelta(hours=1), title="fine")
    )
    store.deliver(Delivery(signals=(recovered,)))
    assert dispatch_outbox(store, settings).sent == 1
    assert [row.status for row in messages(store)] == ["dead", "sent"]


def test_an_http_date_says_when_to_come_back(store: Store, receiver: Any, settings_for: Configure) -> None:
    receiver.answers = [(503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)})]
    store.deliver(problem("oncall"))
    dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}}))
    (row,) = messages(store)
    assert row.status == "pending"
    assert timedelta(minutes=18) < row.not_before - now() <= timedelta(minutes=20)


def test_waits_double_up_to_a_quarter_of_an_hour(store: Store, settings_for: Configure) -> None:
    store.deliver(problem("oncall"))
    settings = settings_for({"oncall": {"url": "http://127.0.0.1:1/"}})
    waits = []
    for _ in range(9):
        before = now()
        assert dispatch_outbox(store, settings).waiting == 1
        waits.append(round((messages(store)[0].not_before - before).total_seconds(), -1))
        with store.database.write() as connection:
            connection.execute(update(outbox).values(not_before=T))
    assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_task_does_not_wait_longer_than_it_may(store: Store, silent: str, settings_for: Configure) -> None:
    store.deliver(Delivery(signals=tuple(fact for n in range(5) for fact in problem("oncall", number=n).signals)))
    started = time.monotonic()
    told = dispatch_outbox(store, settings_for({"oncall": {"url": silent}}, send_seconds=1.5))
    assert time.monotonic() - started < 4
    assert 1 <= told.waiting <= 2
    assert [row.status for row in messages(store)] == ["pending"] * 5
    assert messages(store)[0].last_error == "no answer from the receiver: ReadTimeout"


def test_one_route_that_hangs_or_is_wrong_does_not_keep_the_others(store: Store, receiver: Any, settings_for: Configure) -> None:
    settings = settings_for({"good": {"url": receiver.url}, "down": {"url": "http://127.0.0.1:1/"}, "fax": {"channel": "fax"}})
    store.deliver(problem("down", "fax", "good", "unknown"))
    told = dispatch_outbox(store, settings)
    assert (told.sent, told.waiting, told.dead) == (1, 3, 0)
    assert len(receiver.requests) == 1


def _connection(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RECEIVER", json.dumps({"conn_type": "http", **parts}))


def test_an_airflow_connection_gives_address_headers_and_secret(
    store: Store, receiver: Any, settings_for: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, port = receiver.url.split("/")[2].split(":")
    extra = {"path": "/hook?token=s3cret", "headers": {"X-Team": "data"}}
    _connection(monkeypatch, host=host, schema="http", port=int(port), password="k3y", extra=extra)
    store.deliver(problem("oncall"))
    assert dispatch_outbox(store, settings_for({"oncall": {"conn_id": "receiver"}})).sent == 1
    headers, _ = receiver.requests[0]
    assert headers["X-Team"] == "data"
    assert headers["X-Dre-Signature"].startswith("sha256=")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        pytest.param(
            {"conn_id": "no_such_connection"},
            "invalid conn_id='no_such_connection'. Allowed: the id of a connection that exists",
            id="no id",
        ),
        pytest.param({"conn_id": "receiver"}, "invalid url=None. Allowed: url, or conn_id of an HTTP connection with a host", id="no host"),
        pytest.param({"url": 5}, "invalid url=None", id="a number for an address"),
        pytest.param({"url": "http://[::1?token=s3cret"}, "the address or a header of the receiver is not valid", id="no address"),
        pytest.param({"url": "http://x/", "headers": {"X": 5}}, "the address or a header of the receiver is not valid", id="no header"),
        pytest.param({"channel": "webhok", "url": "http://s3cret"}, "invalid channel='webhok'. Allowed: webhook", id="no channel"),
    ],
)
def test_a_route_that_cannot_work_says_why_and_shows_no_secret(
    store: Store,
    settings_for: Configure,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    options: dict[str, Any],
    error: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    _connection(monkeypatch, password="s3cret")
    store.deliver(problem("oncall"))
    assert dispatch_outbox(store, settings_for({"oncall": {"secret": "s3cret", **options}})).waiting == 1
    assert error in messages(store)[0].last_error
    assert "s3cret" not in said(store) + caplog.text


def test_an_unknown_route_names_those_there_are(store: Store, settings_for: Configure) -> None:
    store.deliver(problem("oncal"))
    dispatch_outbox(store, settings_for({"oncall": {"url": "http://s3cret/"}, "data": {"url": "http://s3cret/"}}))
    assert "[dre] routes: invalid route='oncal'. Allowed: data, oncall" in messages(store)[0].last_error
    assert "s3cret" not in said(store)


def test_nothing_that_is_sent_or_retried_shows_a_secret(
    store: Store, receiver: Any, settings_for: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = [(500, {}), (200, {}), (400, {})]
    settings = settings_for({"oncall": {"url": receiver.url, "secret": "s3cret", "headers": {"Authorization": "Bearer s3cret"}}})
    store.deliver(Delivery(signals=tuple(fact for n in range(3) for fact in problem("oncall", number=n).signals)))
    told = dispatch_outbox(store, settings)
    assert (told.sent, told.waiting, told.dead) == (1, 1, 1)
    assert "s3cret" not in said(store) + caplog.text
    with store.database.read() as connection:
        kinds = {row.kind for row in connection.execute(select(incident_event))}
    assert kinds == {"open", "notified", "notification_failed"}


def test_text_from_the_data_is_no_template_and_its_controls_are_escaped(store: Store, receiver: Any, settings_for: Configure) -> None:
    hostile = "{{ conn.warehouse.password }} {% raw %} <script> \u202e \U0001f600 \"'`$(x)"
    store.deliver(problem("oncall", title=hostile))
    dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}}))
    assert receiver.messages[0]["commonAnnotations"]["summary"] == hostile.replace("\u202e", "\\u202e")


def test_a_sender_whose_lease_ran_out_does_not_speak_for_the_one_that_took_over(store: Store) -> None:
    store.deliver(problem("oncall"))
    with store.database.write() as connection:
        slow = claim(connection, now())
        quick = claim(connection, now() + timedelta(minutes=3))
        assert slow is not None
        assert quick is not None
        settle(connection, slow, Attempt(delivered=False, retryable=True, error="late"), now())
    assert messages(store)[0].claimed_until is not None, "the one that took over holds it still"
    with store.database.write() as connection:
        settle(connection, quick, Attempt(delivered=True), now())
        settle(connection, slow, Attempt(delivered=False, error="very late"), now())
    assert [(row.status, row.last_error) for row in messages(store)] == [("sent", None)]


def test_no_message_overtakes_an_earlier_one_of_its_incident_that_is_being_sent(store: Store) -> None:
    store.deliver(problem("a", "b"))
    recovery = Signal(cause=PipelineCause(dag_id="d", task_id="t0"), event=Event.TASK_SUCCEEDED, at=T + timedelta(hours=1), title="fine")
    store.deliver(Delivery(signals=(recovery,)))
    with store.database.write() as connection:
        claimed = [claim(connection, now()) for _ in range(3)]
    assert [(one.route, one.event) if one else None for one in claimed] == [("a", "opened"), ("b", "opened"), None]


def test_four_processes_send_each_message_once_and_in_order(
    store: Store, store_url: str, receiver: Any, settings_for: Configure, tmp_path: Path
) -> None:
    settings = settings_for({"oncall": {"url": receiver.url}})
    for number in range(12):
        store.deliver(problem("oncall", number=number))
        recovery = Signal(
            cause=PipelineCause(dag_id="d", task_id=f"t{number}"), event=Event.TASK_SUCCEEDED, at=T + timedelta(hours=1), title="fine"
        )
        store.deliver(Delivery(signals=(recovery,)))
    store.database.engine.dispose()
    fork = multiprocessing.get_context("fork")

    def send() -> None:
        own = open_store(store_url, tmp_path / "spool")
        while any(row.status == "pending" for row in messages(own)):
            dispatch_outbox(own, settings, seconds=20)

    running = [fork.Process(target=send) for _ in range(4)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
        assert process.exitcode == 0
    told = [(message["groupKey"], message["status"]) for message in receiver.messages]
    assert len(told) == len(set(told)) == 24
    for number in range(1, 13):
        (key,) = {key for key, _ in told if key.endswith(f"/incident/{number}")}
        assert told.index((key, "firing")) < told.index((key, "resolved"))


def test_keeping_tells_default_routes_once_and_a_store_that_is_down_tells_nobody(
    store: Store, store_url: str, receiver: Any, settings_for: Configure, tmp_path: Path
) -> None:
    routes = {"oncall": {"url": receiver.url}, "team": {"url": receiver.url}}
    settings = settings_for(routes, store_url=store_url, default_routes=("team", "oncall"), spool_folder=tmp_path / "spool")
    deliver(problem("oncall"), settings)
    assert sorted(message["receiver"] for message in receiver.messages) == ["oncall", "team"]
    down = settings_for(routes, store_url="postgresql+psycopg://x:y@127.0.0.1:1/z", spool_folder=tmp_path / "spool")
    assert deliver(problem("oncall", number=1), down) == []
    assert len(receiver.requests) == 2
    written, told = flush(settings)
    assert (written, told.sent) == (1, 1)
    assert len(receiver.requests) == 3


def test_recoveries_get_no_default_routes() -> None:
    fact = Signal(cause=PipelineCause(dag_id="d"), event=Event.RUN_SUCCEEDED, at=T, title="fine")
    assert add_default_routes(Delivery(signals=(fact,)), ("team",)).signals[0].routes == ()


def test_dispatching_from_a_store_that_is_down_is_quiet_and_sends_nothing(
    settings_for: Configure, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    down = open_store("postgresql+psycopg://dre:s3cret@127.0.0.1:1/dre", tmp_path)
    told = dispatch_outbox(down, settings_for({}))
    assert (told.sent, told.waiting, told.dead) == (0, 0, 0)
    assert "messages wait until the results store is back" in caplog.text
    assert "s3cret" not in caplog.text
