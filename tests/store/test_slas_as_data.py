"""SLAs in the store: declarations, memories, history and calls, and the gaps and costs of monitors."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import pytest
import sqlalchemy as sa

from airflow_dre.incidents.identity import DataCause, Promise
from airflow_dre.store.database import Database
from airflow_dre.store.declarations import declare, declared_mark, declared_slas, find_declarations
from airflow_dre.store.last_events import read_last_events
from airflow_dre.store.monitors import Monitor, add_cost, find_monitor, read_costs, read_gaps, save_gap, save_look, save_monitor
from airflow_dre.store.records import (
    Delivery,
    LastEvent,
    MonitorCost,
    NewCall,
    NewSlaState,
    StoredCall,
    StoredDeclaration,
    StoredGap,
    StoredInterval,
)
from airflow_dre.store.retention import prune_events, prune_promises
from airflow_dre.store.schema import downgrade, migrate
from airflow_dre.store.sla_calls import GIVE_UP_AFTER, LEASE, add_calls, claim_sla_call, count_due, failing_calls, settle_call
from airflow_dre.store.sla_history import Stretches, end_history, read_intervals, read_several, save_stretches
from airflow_dre.store.sla_memory import read_memories
from airflow_dre.store.slas import drop_sla
from airflow_dre.store.store import Store
from airflow_dre.store.tables import sla, sla_call, sla_interval
from tests.sla_states import keep_states, sla_state

T = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cause_of(name: str) -> DataCause:
    """Return the cause of an SLA."""
    return DataCause(namespace="sqlite:///w", name="main.t", suite=name, promise=Promise.SLA)


def state_of(name: str, **values: Any) -> NewSlaState:
    """Return what a look found about an SLA."""
    return sla_state(cause_of(name), T, **values)


def write(store: Store, states: list[NewSlaState]) -> list[str]:
    """Keep states, and return the names of those that were kept."""
    return keep_states(store.database, *states)


def test_a_memory_is_replaced_by_the_look_that_knew_it(store: Store) -> None:
    assert write(store, [state_of("a"), state_of("b")]) == ["a", "b"]
    with store.database.read() as connection:
        found = read_memories(connection, [cause_of("a").fingerprint, cause_of("c").fingerprint])
    (memory,) = found.values()
    assert (memory.state, memory.revision, memory.memory, memory.declared_at) == ("met", 1, '{"state":"met"}', T)
    assert write(store, [state_of("a", revision=1, state="missed"), state_of("b", revision=0)]) == ["a"], "b was written by another look"
    with store.database.read() as connection:
        found = read_memories(connection, [cause_of(name).fingerprint for name in "ab"])
    assert {memory.state: memory.revision for memory in found.values()} == {"missed": 2, "met": 1}


def test_an_sla_of_the_version_before_has_no_memory_and_is_replaced(store: Store) -> None:
    cause = cause_of("old")
    old: dict[str, Any] = {"fingerprint": cause.fingerprint, "namespace": cause.namespace, "name": cause.name, "sla": "old"}
    old |= {"state": "missed", "since": T, "reason": "late", "newest": None, "max_age_seconds": 60.0, "evaluated_at": T, "called_back": 1}
    with store.database.write() as connection:
        connection.execute(sa.insert(sla).values(**old))
    with store.database.read() as connection:
        memory = read_memories(connection, [cause.fingerprint])[cause.fingerprint]
    assert (memory.memory, memory.revision, memory.state, memory.called_back) == (None, 0, "missed", 1)
    assert write(store, [state_of("old")]) == ["old"]


def test_history_is_extended_in_place(store: Store) -> None:
    print_of = cause_of("a").fingerprint
    steps = [
        Stretches(print_of, None, (StoredInterval(state="met", since=T, until=None),)),
        Stretches(print_of, T + HOUR, (StoredInterval(state="missed", since=T + HOUR, until=None, due=T + HOUR, incident_id=3),)),
        Stretches(
            print_of,
            T + 2 * HOUR,
            (
                StoredInterval(state="not_watched", since=T + 2 * HOUR, until=T + 3 * HOUR),
                StoredInterval(state="met", since=T + 3 * HOUR, until=None),
            ),
        ),
    ]
    for step in steps:
        with store.database.write() as connection:
            save_stretches(connection, [step])
    with store.database.read() as connection:
        whole = read_intervals(connection, print_of, T, T + 9 * HOUR)
        later = read_intervals(connection, print_of, T + 2 * HOUR, T + 3 * HOUR)
        several = read_several(connection, [print_of, "0" * 64], T, T + 9 * HOUR)
    assert [(one.state, one.since, one.until) for one in whole] == [
        ("met", T, T + HOUR),
        ("missed", T + HOUR, T + 2 * HOUR),
        ("not_watched", T + 2 * HOUR, T + 3 * HOUR),
        ("met", T + 3 * HOUR, None),
    ]
    assert (whole[1].due, whole[1].incident_id) == (T + HOUR, 3)
    assert [one.state for one in later] == ["not_watched"]
    assert several == {print_of: whole, "0" * 64: []}
    with store.database.write() as connection:
        end_history(connection, print_of, T + 4 * HOUR)
    with store.database.read() as connection:
        assert read_intervals(connection, print_of, T, T + 9 * HOUR)[-1].until == T + 4 * HOUR


def call_of(name: str, key: str = "k", **values: Any) -> NewCall:
    """Return a call about an SLA."""
    common: dict[str, Any] = {"kind": "miss", "callback": "page", "place": 0, "details": {"sla": name}, "created_at": T}
    return NewCall(key=key, fingerprint=cause_of(name).fingerprint, dag_id="monitor", sla=name, **{**common, **values})


def claim(store: Store, at: datetime) -> StoredCall | None:
    """Take a call."""
    with store.database.write() as connection:
        return claim_sla_call(connection, "monitor", at)


def test_a_call_is_kept_once_and_claimed_by_one(store: Store) -> None:
    for _ in range(2):
        with store.database.write() as connection:
            add_calls(connection, [call_of("a"), call_of("b", key="l")])
    with store.database.read() as connection:
        assert (count_due(connection, "monitor", T), count_due(connection, "other", T)) == (2, 0)
    found: list[StoredCall | None] = []
    threads = [threading.Thread(target=lambda: found.append(claim(store, T))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(call.sla for call in found if call is not None) == ["a", "b"]
    assert claim(store, T + LEASE - timedelta(seconds=1)) is None
    again = claim(store, T + LEASE + timedelta(seconds=1))
    assert again is not None and (again.sla, again.attempts) == ("a", 2), "the worker that had it is gone"


def test_a_callable_that_raises_is_called_again_later_and_is_given_up_at_last(store: Store) -> None:
    with store.database.write() as connection:
        add_calls(connection, [call_of("a")])
    at, pauses = T, []
    for _ in range(3):
        call = claim(store, at)
        assert call is not None
        with store.database.write() as connection:
            assert settle_call(connection, call, "ValueError: no line", at) == "pending"
        assert claim(store, at) is None
        with store.database.read() as connection:
            (failing,) = failing_calls(connection, [cause_of("a").fingerprint])
            assert failing_calls(connection) == [failing]
        pauses.append(failing.not_before - at)
        at = failing.not_before
    assert pauses == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert failing.error == "ValueError: no line"
    call = claim(store, T + GIVE_UP_AFTER)
    assert call is not None
    with store.database.write() as connection:
        assert settle_call(connection, call, "ValueError: no line", T + GIVE_UP_AFTER) == "dead"
    assert claim(store, T + 2 * GIVE_UP_AFTER) is None


def test_a_call_that_returned_at_last_shows_no_error(store: Store) -> None:
    with store.database.write() as connection:
        add_calls(connection, [call_of("a")])
    for error in ("ValueError: no line", None):
        call = claim(store, T + HOUR)
        assert call is not None
        with store.database.write() as connection:
            settle_call(connection, call, error, T)
    with store.database.read() as connection:
        assert failing_calls(connection) == []
        assert [row.status for row in connection.execute(sa.select(sla_call))] == ["done"]


def declared(name: str, mark: str = "1", at: datetime = T) -> StoredDeclaration:
    """Return an SLA as data."""
    return StoredDeclaration(sla=name, digest=mark, declared={"max_age": mark}, source=None, declared_at=at)


def test_declarations_are_replaced_and_keep_their_first_moment(store: Store) -> None:
    with store.database.write() as connection:
        save_monitor(connection, Monitor(dag_id="m", looked_at=T, due_at=None, watches=()))
        assert declare(connection, "m", [declared("a"), declared("b")])
        first = declared_mark(connection, "m")
        assert not declare(connection, "m", [declared("a"), declared("b")])
        assert declared_mark(connection, "m") == first
        assert declare(connection, "m", [declared("b", "2", T + HOUR), declared("c", at=T + HOUR)])
        assert declared_mark(connection, "m") != first
    with store.database.read() as connection:
        found = declared_slas(connection, "m")
        assert find_declarations(connection, [("m", "b"), ("m", "a"), (None, "c")]) == {("m", "b"): found[0]}
    assert [(one.sla, one.declared["max_age"], one.declared_at) for one in found] == [("b", "2", T), ("c", "1", T + HOUR)]


def test_the_cost_of_a_run_is_summed_and_gaps_are_kept(store: Store) -> None:
    first = MonitorCost(dag_id="m", run_id="r", began_at=T, ended_at=T, worker_seconds=1.5, wakes=1, looks=0, look_seconds=0.0)
    more = MonitorCost(
        dag_id="m", run_id="r", began_at=T + HOUR, ended_at=T + HOUR, worker_seconds=0.5, wakes=1, looks=60, look_seconds=3.0
    )
    with store.database.write() as connection:
        add_cost(connection, first)
        add_cost(connection, more)
        save_gap(connection, StoredGap(dag_id="m", since=T, until=T + HOUR))
        save_monitor(connection, Monitor(dag_id="m", looked_at=T, due_at=None, watches=(("a", "w/t"),), problems=("a.yaml: no",)))
        save_look(connection, "m", T + HOUR, T + 2 * HOUR, 0.25)
        save_look(connection, "m", T, T + HOUR, 9.0)
    with store.database.read() as connection:
        (cost,) = read_costs(connection, T + HOUR)
        assert read_costs(connection, T + 2 * HOUR) == []
        assert read_gaps(connection, ["m"], T, T + HOUR) == read_gaps(connection, None, T, T + HOUR) != []
        assert read_gaps(connection, ["m"], T + HOUR, T + 2 * HOUR) == read_gaps(connection, [], T, T + HOUR) == []
        found = find_monitor(connection, "m")
        assert find_monitor(connection, "n") is None
    assert (cost.worker_seconds, cost.wakes, cost.looks, cost.look_seconds, cost.ended_at) == (2.0, 2, 60, 3.0, T + HOUR)
    assert found is not None
    assert (found.looked_at, found.look_seconds, found.problems, found.watches) == (T + HOUR, 0.25, ("a.yaml: no",), (("a", "w/t"),))


def test_what_is_old_is_deleted_and_what_goes_on_stays(store: Store) -> None:
    print_of = cause_of("a").fingerprint
    write(store, [state_of("a")])
    with store.database.write() as connection:
        old = StoredInterval(state="met", since=T, until=T + HOUR)
        save_stretches(connection, [Stretches(print_of, None, (old, StoredInterval(state="missed", since=T + HOUR, until=None)))])
        add_calls(connection, [call_of("a"), call_of("a", key="l")])
        call = claim_sla_call(connection, "monitor", T)
        assert call is not None
        settle_call(connection, call, None, T)
        save_gap(connection, StoredGap(dag_id="m", since=T, until=T + HOUR))
        add_cost(
            connection, MonitorCost(dag_id="m", run_id="r", began_at=T, ended_at=T, worker_seconds=1, wakes=1, looks=0, look_seconds=0)
        )
    assert prune_promises(store.database, T) == 0
    assert prune_promises(store.database, T + 2 * HOUR) == 4
    with store.database.write() as connection:
        assert [row.state for row in connection.execute(sa.select(sla_interval))] == ["missed"]
        assert [row.status for row in connection.execute(sa.select(sla_call))] == ["pending"]
        drop_sla(connection, cause_of("a"), T + 3 * HOUR)
        assert [row.until for row in connection.execute(sa.select(sla_interval))] == [T + 3 * HOUR]
        assert [(row.status, row.error) for row in connection.execute(sa.select(sla_call))] == [("dead", "the SLA is no longer declared")]


def test_last_events_are_deleted_unless_an_sla_watches_them(store: Store) -> None:
    long = "s3://bucket/" + "x" * 2000
    old: list[tuple[Literal["asset", "dag"], str]] = [("dag", "a0"), ("dag", "load"), ("asset", "load"), ("asset", long)]
    old += [("asset", f"a{number}") for number in range(6)]
    watched: list[dict[str, Any]] = [{"asset": "a1"}, {"dag": "load"}, {"asset": long}, {"table": "t"}]
    slas = [msgspec.structs.replace(declared(f"s{number}"), declared={"arguments": given}) for number, given in enumerate(watched)]
    store.deliver(Delivery(last_events=tuple(LastEvent(kind=kind, name=name, happened_at=T) for kind, name in old)))
    store.deliver(Delivery(last_events=(LastEvent(kind="asset", name="a5", happened_at=T + 2 * HOUR),)))
    with store.database.write() as connection:
        save_monitor(connection, Monitor(dag_id="m", looked_at=T, due_at=None, watches=()))
        declare(connection, "m", [*slas, declared("of another version")])
    assert prune_events(store.database, T) == 0
    assert prune_events(store.database, T + HOUR, most=3) == 3
    assert prune_events(store.database, T + HOUR) == 3
    assert prune_events(store.database, T + HOUR) == 0
    with store.database.read() as connection:
        assert read_last_events(connection, old).keys() == {("asset", "a1"), ("asset", "a5"), ("dag", "load"), ("asset", long)}


@pytest.mark.parametrize("max_age", [None, 5.0])
def test_an_older_version_reads_what_is_left_of_an_sla(store_url: str, max_age: float | None) -> None:
    database = Database(store_url)
    migrate(database)
    keep_states(database, state_of("a", max_age_seconds=max_age))
    downgrade(database, "0015")
    with database.read() as connection:
        assert connection.scalar(sa.select(sla.c.max_age_seconds)) == (max_age or 0.0)
    migrate(database)
    with database.read() as connection:
        assert read_memories(connection, [cause_of("a").fingerprint])[cause_of("a").fingerprint].memory is None
    database.engine.dispose()
