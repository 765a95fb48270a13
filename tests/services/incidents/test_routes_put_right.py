"""Routes that could not be read and are mended hear of what is still live, and each route once."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from airflow.secrets import BaseSecretsBackend
from sqlalchemy import select, update

from airflow_dre.clock import now
from airflow_dre.errors import Problem
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.retry import GIVE_UP_AFTER
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.services.incidents.routes import RouteUnreadable, open_channel
from airflow_dre.store.incidents import resolve_by_hand
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, outbox

T = datetime(2026, 1, 1, tzinfo=UTC)
Configure = Callable[..., Any]


def failure(*routes: str, run: str = "r1", task: str = "t") -> Delivery:
    """Return a failed task of Dag ``d``."""
    origin = Origin(dag_id="d", run_id=run, task_id=task, map_index=-1, try_number=1)
    cause = PipelineCause(dag_id="d", task_id=task)
    return Delivery(signals=(Signal(cause=cause, event=Event.TASK_FAILED, at=T, title="broken", routes=routes, origin=origin),))


def messages(store: Store) -> list[Any]:
    """Return the outbox."""
    with store.database.read() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.id)).all())


def give_up(store: Store, settings: Any) -> None:
    """Try for so long that the messages are given up."""
    for _ in range(5):  # a round on a busy machine may leave a message to the next one
        with store.database.write() as connection:
            connection.execute(update(outbox).values(created_at=now() - GIVE_UP_AFTER - timedelta(minutes=1), not_before=T))
        if not dispatch_outbox(store, settings).dead:
            return


BROKEN = [
    pytest.param({}, {}, id="no such route"),
    pytest.param({"oncall": {"channel": "fax"}}, {}, id="an unknown channel"),
    pytest.param({"oncall": {}}, {}, id="no address"),
    pytest.param({"oncall": {"url": "ftp://x"}}, {}, id="no web address"),
    pytest.param({"oncall": {"url": "http://x:99999/"}}, {}, id="an invalid port"),
    pytest.param({"oncall": {"url": "http://x/", "headers": {"X": 5}}}, {}, id="an invalid header"),
    pytest.param({"oncall": {"conn_id": "no_such_connection"}}, {}, id="no such connection"),
    pytest.param(
        {}, {"broken_routes": {"oncall": Problem("[dre] routes", "oncall", "(not shown)", "an object")}}, id="a route that cannot be read"
    ),
]


@pytest.mark.parametrize(("routes", "changes"), BROKEN)
def test_a_route_that_is_put_right_hears_at_once_of_what_is_live(
    store: Store, receiver: Any, settings_for: Configure, routes: dict[str, Any], changes: dict[str, Any]
) -> None:
    broken, right = settings_for(routes, **changes), settings_for({"oncall": {"url": receiver.url}})
    store.deliver(failure("oncall"))
    assert dispatch_outbox(store, broken).waiting == 1
    (message,) = messages(store)
    assert (message.status, message.misrouted) == ("pending", 1)
    assert message.not_before > now() + timedelta(seconds=5), "it is tried again with growing waits"
    assert dispatch_outbox(store, right).sent == 1
    assert dispatch_outbox(store, right).sent == 0
    assert [told["status"] for told in receiver.messages] == ["firing"]


@pytest.mark.parametrize(("routes", "changes"), BROKEN)
def test_a_route_that_is_put_right_late_hears_of_what_is_still_live_and_of_nothing_else(
    store: Store, receiver: Any, settings_for: Configure, routes: dict[str, Any], changes: dict[str, Any]
) -> None:
    broken, right = settings_for(routes, **changes), settings_for({"oncall": {"url": receiver.url}})
    store.deliver(failure("oncall", task="live"))
    store.deliver(failure("oncall", task="over"))
    give_up(store, broken)
    assert [message.status for message in messages(store)] == ["dead", "dead"]
    with store.database.write() as connection:
        resolve_by_hand(connection, 2, actor="ann", note="", at=now())
    give_up(store, broken)
    for _ in range(2):
        dispatch_outbox(store, right)
    assert [(told["groupKey"].rpartition("/")[2], told["status"]) for told in receiver.messages] == [("1", "firing")]


def test_opened_and_resolved_while_a_route_was_broken_is_told_once_each(store: Store, receiver: Any, settings_for: Configure) -> None:
    store.deliver(failure("oncall"))
    dispatch_outbox(store, settings_for({}))
    with store.database.write() as connection:
        resolve_by_hand(connection, 1, actor="ann", note="", at=now())
    dispatch_outbox(store, settings_for({}))
    for _ in range(2):
        dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}}))
    assert [told["status"] for told in receiver.messages] == ["firing", "resolved"]


@pytest.mark.parametrize(
    ("answers", "heard"),
    [
        pytest.param([(400, {})], 2, id="the receiver refused the message: a new occurrence notifies it again"),
        pytest.param([(200, {})], 1, id="it was notified: a new occurrence sends it nothing"),
        pytest.param([(500, {})], 1, id="a message waits: a new occurrence queues no second one"),
    ],
)
def test_a_route_counts_as_told_only_when_it_was(
    store: Store, receiver: Any, settings_for: Configure, answers: list[Any], heard: int
) -> None:
    receiver.answers = list(answers)
    settings = settings_for({"oncall": {"url": receiver.url}})
    store.deliver(failure("oncall", run="r1"))
    dispatch_outbox(store, settings)
    store.deliver(failure("oncall", run="r1"))  # the same occurrence, reported by another messenger
    store.deliver(failure("oncall", run="r2"))
    dispatch_outbox(store, settings)
    assert len(receiver.requests) == heard
    assert len(messages(store)) == heard


def test_a_route_that_becomes_a_default_route_hears_of_what_is_live(store: Store, receiver: Any, settings_for: Configure) -> None:
    routes = {"oncall": {"url": receiver.url}, "team": {"url": receiver.url}}
    for task in ("live", "over"):
        store.deliver(failure("oncall", task=task))
    dispatch_outbox(store, settings_for(routes))
    with store.database.write() as connection:
        resolve_by_hand(connection, 2, actor="ann", note="", at=now())
    dispatch_outbox(store, settings_for(routes))
    for _ in range(2):
        dispatch_outbox(store, settings_for(routes, default_routes=("team", "oncall", "unknown")))
    told = [(one["groupKey"].rpartition("/")[2], one["status"]) for one in receiver.messages if one["receiver"] == "team"]
    assert told == [("1", "firing")]
    with store.database.read() as connection:
        assert connection.scalar(select(incident.c.routes).where(incident.c.id == 1)) == ["oncall", "team"]


def test_two_rounds_at_once_tell_a_default_route_once(store: Store, receiver: Any, settings_for: Configure) -> None:
    for number in range(5):
        store.deliver(failure(task=f"t{number}"))
    settings = settings_for({"team": {"url": receiver.url}}, default_routes=("team",))
    running = [threading.Thread(target=dispatch_outbox, args=(store, settings), kwargs={"seconds": 30}) for _ in range(3)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    keys = [told["groupKey"] for told in receiver.messages]
    assert len(keys) == len(set(keys)) == 5


def test_a_receiver_that_hangs_keeps_no_other_route_waiting(store: Store, receiver: Any, settings_for: Configure, silent: str) -> None:
    for number in range(4):
        store.deliver(failure("hanging", task=f"t{number}"))
    store.deliver(failure("oncall", task="last"))
    routes = {"hanging": {"url": silent}, "oncall": {"url": receiver.url}}
    started = time.monotonic()
    told = dispatch_outbox(store, settings_for(routes), seconds=12)
    assert (told.sent, told.waiting) == (1, 1)
    assert time.monotonic() - started < 8


class Backend(BaseSecretsBackend):
    """A secrets backend that calls a function of the test."""

    speak: Callable[[], Any]

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> Any:
        return type(self).speak() if conn_id == "receiver" else None


def broken_backend() -> Any:
    """Return a backend that is down."""
    raise RuntimeError("vault answered 503 to token s3cret")


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> type[Backend]:
    """Return the secrets backend as Airflow's own."""
    module = ModuleType("dre_test_backend")
    module.Backend = Backend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "dre_test_backend", module)
    for section in ("SECRETS", "WORKERS"):
        option = "BACKEND" if section == "SECRETS" else "SECRETS_BACKEND"
        monkeypatch.setenv(f"AIRFLOW__{section}__{option}", "dre_test_backend.Backend")
    return Backend


def test_many_connections_that_hang_cost_one_round(
    store: Store, settings_for: Configure, monkeypatch: pytest.MonkeyPatch, backend: type[Backend]
) -> None:
    monkeypatch.setattr(backend, "speak", staticmethod(lambda: time.sleep(20)), raising=False)
    routes = {f"r{number}": {"conn_id": "receiver"} for number in range(8)}
    store.deliver(failure(*routes))
    started = time.monotonic()
    assert dispatch_outbox(store, settings_for(routes), seconds=1).sent == 0
    assert time.monotonic() - started < 6


@pytest.mark.parametrize(
    ("speak", "error"),
    [
        pytest.param(lambda: time.sleep(20), "it took more than 0.5 s", id="it hangs"),
        pytest.param(broken_backend, "cannot be read|a connection that exists", id="it is down"),
    ],
)
def test_a_secrets_backend_never_costs_more_than_its_time(
    settings_for: Configure, monkeypatch: pytest.MonkeyPatch, backend: type[Backend], speak: Callable[[], Any], error: str
) -> None:
    monkeypatch.setattr(backend, "speak", staticmethod(speak), raising=False)
    started = time.monotonic()
    with pytest.raises(RouteUnreadable, match=error) as told:
        open_channel("oncall", settings_for({"oncall": {"conn_id": "receiver"}}), 0.5)
    assert time.monotonic() - started < 3
    assert "s3cret" not in str(told.value)


def test_a_connection_without_json_in_its_extra_is_a_route_that_cannot_be_read(
    store: Store, settings_for: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RECEIVER", json.dumps({"conn_type": "http", "host": "x", "extra": "{no json"}))
    store.deliver(failure("oncall"))
    assert dispatch_outbox(store, settings_for({"oncall": {"conn_id": "receiver"}})).waiting == 1


def test_a_route_by_connection_is_asked_again_by_the_monitor_and_not_by_every_task(
    store: Store, receiver: Any, settings_for: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for({"oncall": {"conn_id": "receiver"}})
    store.deliver(failure("oncall"))
    dispatch_outbox(store, settings)
    monkeypatch.setenv("AIRFLOW_CONN_RECEIVER", json.dumps({"conn_type": "http", "host": receiver.url, "schema": "http"}))
    assert dispatch_outbox(store, settings).sent == 0
    assert dispatch_outbox(store, settings, probe=True).sent == 1
