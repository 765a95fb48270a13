"""Channels of other packages that break their contract, and keep no other message from being sent and settled."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from airflow_dre.clock import now
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.retry import GIVE_UP_AFTER
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.services.checkup import find_banner
from airflow_dre.services.incidents.dispatch import dispatch_outbox
from airflow_dre.services.incidents.routes import LEAST_TO_OPEN, RouteUnreadable, is_usable, open_channel
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import outbox
from tests.packages import install_package

T = datetime(2026, 1, 1, tzinfo=UTC)
Configure = Callable[..., Any]
CHANNELS = """
import time
from datetime import timedelta
from types import SimpleNamespace

from airflow_dre.channels.channel import ChannelType, ChannelUnusable
from airflow_dre.errors import QuarantineError
from airflow_dre.incidents.retry import Attempt


def sends(**fields):
    return ChannelType(open=lambda route, options: SimpleNamespace(send=lambda notice, deadline: Attempt(**fields)))


def leave(*_):
    raise SystemExit("password=s3cretpassw0rd")


def refuse(*_):
    raise QuarantineError("password=s3cretpassw0rd")


def leak(*_):
    raise ChannelUnusable("the pager refuses password=s3cretpassw0rd")


def interrupt(*_):
    raise KeyboardInterrupt


SECONDS = sends(delivered=False, retryable=True, error="later", retry_after=30)
WORDLESS = sends(delivered=False, retryable=True, error=None)
FOREVER = sends(delivered=False, retryable=True, error="later", retry_after=timedelta.max)
UNSURE = sends(delivered="yes", error="")
SENT_WORDLESS = sends(delivered=True, error=None, retry_after=30)
QUITTER = ChannelType(open=lambda *_: SimpleNamespace(send=leave))
LEAVER, REFUSER, LEAKER = ChannelType(open=leave), ChannelType(open=refuse), ChannelType(open=leak)
SLEEPER = ChannelType(open=lambda *_: time.sleep(20))
INTERRUPTER = ChannelType(open=interrupt)
"""
NAMES = ["seconds", "wordless", "forever", "unsure", "sent_wordless", "quitter", "leaver", "refuser", "leaker", "sleeper", "interrupter"]
MODULES = {
    "__init__": CHANNELS,
    "exits": "raise SystemExit(0)",
    "connects": "raise OSError('cannot connect to https://acme:s3cretpassw0rd@pager.example/, password=s3cretpassw0rd')",
}
ENTRY_POINTS = "\n".join(
    [
        "[airflow_dre.channels]",
        *(f"acme_{name} = acme_channels:{name.upper()}" for name in NAMES),
        *(f"acme_{name} = acme_channels.{name}:CHANNEL" for name in ("exits", "connects")),
    ]
)


@pytest.fixture(autouse=True)
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package whose channels break their contract."""
    install_package(tmp_path / "site", "acme-channels", ENTRY_POINTS, MODULES)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))


def failure(*routes: str) -> Delivery:
    """Return a failed task."""
    origin = Origin(dag_id="d", run_id="r", task_id="t", map_index=-1, try_number=1)
    cause = PipelineCause(dag_id="d", task_id="t")
    return Delivery(signals=(Signal(cause=cause, event=Event.TASK_FAILED, at=T, title="broken", routes=routes, origin=origin),))


def routes_by(*channels: str) -> dict[str, dict[str, Any]]:
    """Return a route of the same name for each foreign channel."""
    return {name: {"channel": f"acme_{name}"} for name in channels}


def messages(store: Store) -> dict[str, Any]:
    """Return the outbox by route."""
    with store.database.read() as connection:
        return {row.route: row for row in connection.execute(select(outbox))}


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        pytest.param("seconds", "the channel returned an invalid Attempt: retry_after is of type int", id="seconds for a timedelta"),
        pytest.param("wordless", "the channel returned an invalid Attempt: error is of type NoneType", id="no text of the error"),
        pytest.param("unsure", "the channel returned an invalid Attempt: delivered is of type str", id="a text for a truth"),
        pytest.param("quitter", "the message could not be sent: SystemExit", id="it ends the process"),
    ],
)
def test_an_attempt_that_is_not_valid_is_a_failed_one_and_the_others_are_settled(
    store: Store, receiver: Any, settings_for: Configure, channel: str, error: str
) -> None:
    settings = settings_for({**routes_by(channel), "good": {"url": receiver.url}})
    store.deliver(failure(channel, "good"))
    sent = dispatch_outbox(store, settings)
    assert (sent.sent, sent.waiting) == (1, 1)
    found = messages(store)
    assert (found[channel].status, found[channel].last_error) == ("pending", error)
    assert found["good"].status == "sent"


def test_a_message_that_was_delivered_is_not_sent_again_for_an_invalid_error(store: Store, settings_for: Configure) -> None:
    store.deliver(failure("sent_wordless"))
    assert dispatch_outbox(store, settings_for(routes_by("sent_wordless"))).sent == 1


def test_no_receiver_is_waited_for_longer_than_a_message_is_kept(store: Store, settings_for: Configure) -> None:
    store.deliver(failure("forever"))
    assert dispatch_outbox(store, settings_for(routes_by("forever"))).waiting == 1
    wait = messages(store)["forever"].not_before - now()
    assert GIVE_UP_AFTER - timedelta(minutes=5) < wait <= GIVE_UP_AFTER


def test_a_message_whose_outcome_the_store_refuses_leaves_no_other_unsettled(
    store: Store, receiver: Any, settings_for: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    refuse = {
        "sqlite": "CREATE TRIGGER refuse BEFORE UPDATE ON dre_outbox WHEN NEW.route = 'a' AND NEW.status = 'sent' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END",
        "postgresql": "ALTER TABLE dre_outbox ADD CONSTRAINT refuse CHECK (route <> 'a' OR status <> 'sent')",
    }
    store.deliver(failure("a", "b"))
    with store.database.write() as connection:
        connection.execute(text(refuse[connection.dialect.name]))
    with caplog.at_level(logging.ERROR):
        sent = dispatch_outbox(store, settings_for({name: {"url": receiver.url} for name in "ab"}))
    assert (sent.sent, len(receiver.requests)) == (1, 2)
    assert {name: row.status for name, row in messages(store).items()} == {"a": "pending", "b": "sent"}
    (line,) = caplog.messages
    assert line.startswith("airflow-dre: the outcome of message 1 to route 'a' could not be kept: ")


UNREADABLE = [
    pytest.param("leaver", "channel 'acme_leaver' of route 'leaver' cannot be opened: SystemExit", id="open ends the process"),
    pytest.param("refuser", "channel 'acme_refuser' of route 'refuser' cannot be opened: QuarantineError", id="an error of ours"),
    pytest.param("leaker", "the pager refuses password=***", id="a reason with a secret"),
    pytest.param(
        "exits", "the entry point acme_exits = acme_channels.exits:CHANNEL of acme-channels 1.0 does not load: SystemExit: 0", id="import"
    ),
    pytest.param("connects", "does not load: OSError: cannot connect to https://", id="an import with a secret"),
]


@pytest.mark.parametrize(("channel", "error"), UNREADABLE)
def test_a_channel_that_cannot_be_opened_is_an_unreadable_route(
    store: Store, receiver: Any, settings_for: Configure, channel: str, error: str
) -> None:
    settings = settings_for({**routes_by(channel), "good": {"url": receiver.url}})
    assert not is_usable(channel, settings, 1)
    store.deliver(failure(channel))
    assert dispatch_outbox(store, settings).waiting == 1
    store.deliver(failure("good"))
    assert dispatch_outbox(store, settings).sent == 1, "the routes that are broken are read again before anything is sent"
    (row,) = [row for row in messages(store).values() if row.route == channel]
    (banner,) = [line for line in find_banner(settings) if line.startswith(f"[dre] routes {channel}: ")]
    for shown in (row.last_error, banner):
        assert error in shown
        assert "s3cret" not in shown


def test_a_channel_that_hangs_while_it_is_opened_costs_no_more_than_its_time(settings_for: Configure) -> None:
    started = time.monotonic()
    with pytest.raises(RouteUnreadable, match=f"'acme_sleeper' of route 'sleeper' cannot be opened: it took more than {LEAST_TO_OPEN:g} s"):
        open_channel("sleeper", settings_for(routes_by("sleeper")), 0.1)
    assert time.monotonic() - started < 5


def test_the_interrupt_of_a_person_passes(settings_for: Configure) -> None:
    with pytest.raises(KeyboardInterrupt):
        open_channel("interrupter", settings_for(routes_by("interrupter")), 1)
