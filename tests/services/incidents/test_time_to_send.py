"""No task waits longer for receivers than ``[dre] send_seconds``, whatever they do and however many they are."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.services.incidents import dispatch
from airflow_dre.services.incidents.delivery import deliver, flush
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.store.outbox import LEASE
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import outbox

T = datetime(2026, 1, 1, tzinfo=UTC)
Configure = Callable[..., Any]


@pytest.fixture
def dripping() -> Iterator[str]:
    """Yield a receiver that answers a header at a time, without end."""
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def drip(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-Header: a\r\n")
                time.sleep(0.1)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    with server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def failures(*routes: str, number: int = 1) -> Delivery:
    """Return failed tasks of Dag ``d``, each an incident of its own."""
    return Delivery(
        signals=tuple(
            Signal(
                cause=PipelineCause(dag_id="d", task_id=f"t{index}"),
                event=Event.TASK_FAILED,
                at=T,
                title="broken",
                routes=routes,
                origin=Origin(dag_id="d", run_id="r", task_id=f"t{index}", map_index=-1, try_number=1),
            )
            for index in range(number)
        )
    )


def test_an_exchange_is_over_long_before_its_lease() -> None:
    assert LEASE.total_seconds() / 4 > dispatch.MOST_SECONDS * 2


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
@pytest.mark.parametrize(("routes", "number"), [(1, 6), (12, 1), (3, 3)])
def test_a_round_keeps_its_time_to_a_second(
    store: Store, settings_for: Configure, dripping: str, silent: str, seconds: float, routes: int, number: int
) -> None:
    urls = [dripping, silent]
    settings = settings_for({f"r{index}": {"url": urls[index % 2]} for index in range(routes)}, send_seconds=seconds)
    store.deliver(failures(*settings.routes, number=number))
    started = time.monotonic()
    told = dispatch_outbox(store, settings)
    assert time.monotonic() - started < seconds + 4  # 1 on a machine that does nothing else
    assert told.sent == 0
    assert told.waiting >= 1


def test_no_time_is_no_message(store: Store, receiver: Any, settings_for: Configure) -> None:
    store.deliver(failures("oncall"))
    dispatch_outbox(store, settings_for({"oncall": {"url": receiver.url}}, send_seconds=0.0))
    assert receiver.requests == []


@pytest.mark.parametrize("seconds", [1.0, 5.0])
def test_a_good_receiver_hears_although_others_hang(
    store: Store, receiver: Any, settings_for: Configure, dripping: str, silent: str, seconds: float
) -> None:
    routes = {"a": {"url": dripping}, "b": {"url": silent}, "c": {"url": receiver.url}}
    store.deliver(failures(*routes))
    assert dispatch_outbox(store, settings_for(routes, send_seconds=seconds)).sent == 1
    with store.database.read() as connection:
        statuses = connection.execute(select(outbox.c.route, outbox.c.status, outbox.c.attempts).order_by(outbox.c.id)).all()
    assert [tuple(row) for row in statuses] == [("a", "pending", 1), ("b", "pending", 1), ("c", "sent", 1)]


@pytest.mark.parametrize("act", ["keep", "flush"])
def test_tasks_and_the_monitor_keep_it_too(store: Store, store_url: str, settings_for: Configure, dripping: str, act: str) -> None:
    settings = settings_for({"oncall": {"url": dripping}}, store_url=store_url, send_seconds=1.0)
    started = time.monotonic()
    if act == "keep":
        deliver(failures("oncall", number=4), settings)
    else:
        store.deliver(failures("oncall", number=4))
        flush(settings, seconds=1.0)
    assert time.monotonic() - started < 6
