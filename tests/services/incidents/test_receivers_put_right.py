"""A receiver that refuses a message counts as notified only once it took one, and hears of what is live once it is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from airflow_dre.clock import now
from airflow_dre.incidents.identity import PipelineCause
from airflow_dre.incidents.retry import FIRST_WAIT, GIVE_UP_AFTER, LONGEST_WAIT
from airflow_dre.incidents.signals import Event, Origin, Severity, Signal
from airflow_dre.services.incidents.dispatch import Dispatched, dispatch_outbox
from airflow_dre.store.incidents import resolve_by_hand
from airflow_dre.store.records import Delivery
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident_event, outbox

T = datetime(2026, 1, 1, tzinfo=UTC)
Configure = Callable[..., Any]
FINAL = [400, 406, 409, 411, 412, 413, 415, 416, 417, 422]
HELPED = [
    *(300, 301, 302, 303, 304, 307, 308),
    *(401, 402, 403, 404, 405, 407, 408, 410, 414, 421, 423, 424, 425, 426, 428, 429, 431, 451, 499),
    *(500, 501, 502, 503, 504, 505, 507, 511, 520, 599),
]


def failure(*, run: str = "r1", task: str = "t", severity: Severity | None = None) -> Delivery:
    """Return a failed task of Dag ``d``, which notifies route ``oncall``."""
    origin = Origin(dag_id="d", run_id=run, task_id=task, map_index=-1, try_number=1)
    cause = PipelineCause(dag_id="d", task_id=task)
    problem = Signal(
        cause=cause, event=Event.TASK_FAILED, at=T, title=f"{task} broke", routes=("oncall",), origin=origin, severity=severity
    )
    return Delivery(signals=(problem,))


def messages(store: Store) -> list[Any]:
    """Return the outbox."""
    with store.database.read() as connection:
        return list(connection.execute(select(outbox).order_by(outbox.c.id)).all())


def later(store: Store, passed: timedelta) -> None:
    """Let time pass for the messages."""
    with store.database.write() as connection:
        for row in connection.execute(select(outbox)).all():
            moved = {"created_at": row.created_at - passed, "not_before": row.not_before - passed}
            connection.execute(update(outbox).where(outbox.c.id == row.id).values(**moved))


def resolve(store: Store, incident_id: int) -> None:
    """Resolve an incident as a person does."""
    with store.database.write() as connection:
        resolve_by_hand(connection, incident_id, actor="ann", note="", at=now())


def heard(receiver: Any, start: int = 0) -> list[tuple[str, str]]:
    """Return incident and status of the messages that a receiver got."""
    return [(told["groupKey"].rpartition("/")[2], told["status"]) for told in receiver.messages[start:]]


def rounds(store: Store, settings: Any) -> Dispatched:
    """Dispatch until nothing is due: a receiver that is slow once waits for the next round."""
    done = [dispatch_outbox(store, settings, probe=True)]
    while done[-1] != Dispatched():
        done.append(dispatch_outbox(store, settings, probe=True))
    return Dispatched(**{name: sum(getattr(one, name) for one in done) for name in ("sent", "waiting", "dead")})


def test_what_can_be_put_right_is_tried_again_and_told_once(store: Store, receiver: Any, settings_for: Configure) -> None:
    receiver.answers = [(status, {"Location": "http://127.0.0.1:1/"}) for status in HELPED]
    settings = settings_for({"oncall": {"url": receiver.url}})
    for status in HELPED:
        store.deliver(failure(task=str(status)))
    assert rounds(store, settings).waiting == len(HELPED)
    shown = [(message.status, message.last_error) for message in messages(store)]
    assert shown == [("pending", f"the receiver answered HTTP {status}") for status in HELPED]
    assert dispatch_outbox(store, settings, probe=True).sent == 0, "the usual wait holds"
    later(store, FIRST_WAIT)
    assert rounds(store, settings).sent == len(HELPED)
    assert sorted(heard(receiver)) == sorted([(str(number + 1), "firing") for number in range(len(HELPED))] * 2)


def test_what_refuses_the_content_is_final_is_shown_and_is_told_at_the_next_change(
    store: Store, receiver: Any, settings_for: Configure
) -> None:
    receiver.answers = [(status, {}) for status in FINAL]
    settings = settings_for({"oncall": {"url": receiver.url}})
    for status in FINAL:
        store.deliver(failure(task=str(status)))
    assert rounds(store, settings).dead == len(FINAL)
    later(store, 2 * GIVE_UP_AFTER)
    assert dispatch_outbox(store, settings, probe=True).sent == 0
    assert [message.last_error for message in messages(store)] == [f"the receiver answered HTTP {status}" for status in FINAL]
    for status in FINAL:
        store.deliver(failure(task=str(status), run="r2", severity=Severity.CRITICAL))
    assert rounds(store, settings).sent == len(FINAL)
    assert heard(receiver) == [(str(number + 1), "firing") for number in range(len(FINAL))] * 2


@pytest.mark.parametrize("status", [302, 403, 500])
def test_a_receiver_that_is_put_right_late_hears_of_everything_that_is_live(
    store: Store, receiver: Any, settings_for: Configure, status: int
) -> None:
    receiver.answers = [(status, {})] * 6
    settings = settings_for({"oncall": {"url": receiver.url}})
    for task in ("one", "over", "two"):
        store.deliver(failure(task=task))
    dispatch_outbox(store, settings)
    later(store, GIVE_UP_AFTER + timedelta(minutes=1))
    assert dispatch_outbox(store, settings).dead == 3, "the stated end"
    resolve(store, 2)
    with store.database.write() as connection:  # the end of what it never heard of
        connection.execute(outbox.delete().where(outbox.c.event == "resolved"))
    told = len(receiver.requests)
    assert told == 6
    assert dispatch_outbox(store, settings).sent == 0, "a task does not try before its time"
    assert dispatch_outbox(store, settings, probe=True).sent == 2
    assert dispatch_outbox(store, settings, probe=True).sent == 0
    assert heard(receiver, told) == [("1", "firing"), ("3", "firing")]


def test_a_task_tries_where_no_monitor_does_with_one_message_and_says_so_once(store: Store, receiver: Any, settings_for: Configure) -> None:
    receiver.answers = [(403, {})] * 7
    settings = settings_for({"oncall": {"url": receiver.url}})
    for task in ("one", "two"):
        store.deliver(failure(task=task))
    dispatch_outbox(store, settings)
    later(store, GIVE_UP_AFTER + timedelta(minutes=1))
    dispatch_outbox(store, settings)
    for _ in range(3):
        later(store, LONGEST_WAIT)
        assert dispatch_outbox(store, settings).dead == 1
        assert dispatch_outbox(store, settings).dead == 0
    later(store, LONGEST_WAIT)
    assert dispatch_outbox(store, settings).sent == 2
    with store.database.read() as connection:
        kinds = [row.kind for row in connection.execute(select(incident_event).order_by(incident_event.c.incident_id, incident_event.c.id))]
    assert kinds == ["open", "notification_failed", "notified"] * 2


def test_another_message_that_is_taken_brings_back_those_that_were_given_up(store: Store, receiver: Any, settings_for: Configure) -> None:
    receiver.answers = [(404, {})] * 2
    settings = settings_for({"oncall": {"url": receiver.url}})
    store.deliver(failure(task="old"))
    dispatch_outbox(store, settings)
    later(store, GIVE_UP_AFTER + timedelta(minutes=1))
    dispatch_outbox(store, settings)
    store.deliver(failure(task="new"))
    assert dispatch_outbox(store, settings).sent == 2
    assert heard(receiver, 2) == [("2", "firing"), ("1", "firing")]


def test_the_end_of_an_incident_that_was_told_of_is_told_once_the_receiver_is_put_right(
    store: Store, receiver: Any, settings_for: Configure
) -> None:
    receiver.answers = [(200, {}), (401, {}), (401, {})]
    settings = settings_for({"oncall": {"url": receiver.url}})
    store.deliver(failure())
    dispatch_outbox(store, settings)
    resolve(store, 1)
    dispatch_outbox(store, settings)
    later(store, GIVE_UP_AFTER + timedelta(minutes=1))
    assert dispatch_outbox(store, settings).dead == 1
    for _ in range(2):
        dispatch_outbox(store, settings, probe=True)
    assert heard(receiver, 3) == [("1", "resolved")]
