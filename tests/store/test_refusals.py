"""A record that no store takes is set apart at once, named and counted. The records with it and behind it are written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, Text
from sqlalchemy.exc import DBAPIError

from airflow_dre.checks.outcomes import Segment
from airflow_dre.incidents.identity import DataCause, PipelineCause
from airflow_dre.incidents.signals import Event, Origin, Signal
from airflow_dre.store.aside import count_aside, describe_delivery
from airflow_dre.store.names import DATASET, ID, NAMESPACE, SUITE, Bound
from airflow_dre.store.records import Delivery, SuiteRunRecord
from airflow_dre.store.refusals import Fate, fate_after
from airflow_dre.store.store import Store
from airflow_dre.store.tables import incident, metadata, result
from airflow_dre.store.tables import suite_run as suite_run_table
from airflow_dre.store.tables.columns import Name, TextName
from airflow_dre.values.text_limits import escaped

Make = Callable[..., Any]
LONG = "".join(chr(0x20000 + number * 7919 % 40000) for number in range(9000))
"""Nothing that could be compressed, four bytes a character."""


def with_result(run: SuiteRunRecord, **changes: Any) -> SuiteRunRecord:
    """Return the run with other values in its result."""
    return replace(run, results=(replace(run.results[0], **changes),))


POISON = [
    pytest.param(lambda run: with_result(run, violations=2**63), id="an integer out of range"),
    pytest.param(lambda run: with_result(run, rows=-(2**200)), id="an integer far out of range"),
    pytest.param(lambda run: replace(run, measured_at=datetime(2026, 1, 1)), id="a moment without a time zone"),
    pytest.param(lambda run: replace(run, results=run.results * 2), id="one check twice"),
]
WRONG = [
    pytest.param(lambda run: with_result(run, outcome=None), id="nothing in the place of an outcome"),
    pytest.param(lambda run: replace(run, engine=None), id="nothing in the place of a name"),
    pytest.param(lambda run: replace(run, seconds=None), id="nothing in the place of a number"),
]
"""Values of another type: read back from the spool it is no record at all."""
MAY_BE_CUT = [
    pytest.param(lambda run: replace(run, name=LONG), id="a dataset without end"),
    pytest.param(lambda run: replace(run, namespace=LONG), id="a namespace without end"),
    pytest.param(lambda run: replace(run, suite=LONG), id="a suite without end"),
    pytest.param(lambda run: replace(run, namespace=LONG, name=LONG, suite=LONG), id="all of these without end"),
    pytest.param(lambda run: replace(run, origin=replace(run.origin, run_id=LONG, task_id=LONG)), id="ids without end"),
    pytest.param(lambda run: replace(run, engine=LONG, partition_key=LONG, dag_version=LONG, row_filter=LONG), id="the rest without end"),
    pytest.param(lambda run: replace(run, suite="a\x00b", name="\x00", namespace="n\x00"), id="NULs in names"),
    pytest.param(lambda run: replace(run, suite="a\ud800b", name="\udcff"), id="halves of surrogate pairs in names"),
    pytest.param(lambda run: with_result(run, reason=LONG, observed=LONG * 30, statement=LONG, unit=LONG), id="texts without end"),
    pytest.param(lambda run: with_result(run, reason="a\x00\ud800", observed="\x00", expected="\udfff"), id="NULs in texts"),
    pytest.param(
        lambda run: with_result(run, segments=(Segment(value="\x00\ud800", outcome=run.outcome, reason="\udfff"),)), id="NULs in segments"
    ),
    pytest.param(
        lambda run: with_result(run, definition=replace(run.results[0].definition, name="\x00\ud800", tags=("\udfff",))),
        id="NULs in a definition",
    ),
    pytest.param(lambda run: with_result(run, value=float("nan")), id="no number"),
    pytest.param(lambda run: with_result(run, value=float("inf")), id="a number without end"),
]


@pytest.mark.parametrize(
    ("spoil", "waits"),
    [
        pytest.param(one.values[0], waits, id=f"{one.id}, {'on replay' if waits else 'directly'}")
        for waits, given in ((False, POISON + WRONG), (True, POISON))
        for one in given
    ],
)
def test_what_no_store_takes_is_put_aside_and_costs_nothing_else(
    store: Store, suite_run: Make, signal: Make, rows: Make, spoil: Callable[[SuiteRunRecord], SuiteRunRecord], waits: bool
) -> None:
    poison = Delivery(run=spoil(suite_run("failed")), signals=(signal("checks_failed"),))
    if waits:
        store.spool.append(poison)
    else:
        store.deliver_or_spool(poison)
    for number in (2, 3):
        store.deliver_or_spool(Delivery(run=suite_run("passed", run=f"r{number}", at=-number)))
    assert {row.run_id for row in rows(store, suite_run_table)} == {"r2", "r3"}
    assert [row.status for row in rows(store, incident)] == ["open"], "the signal came with it, and is kept"
    assert store.spool.waiting() == []
    (kept,) = store.spool.folder.glob("*.unreadable")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(kept.read_bytes().splitlines()) == 1
    with store.database.read() as connection:
        assert count_aside(connection) == 1


@pytest.mark.parametrize("waits", [pytest.param(False, id="directly"), pytest.param(True, id="on replay")])
@pytest.mark.parametrize("spoil", MAY_BE_CUT)
def test_what_can_be_cut_or_replaced_is_kept(
    store: Store, suite_run: Make, rows: Make, spoil: Callable[[SuiteRunRecord], SuiteRunRecord], waits: bool
) -> None:
    delivery = Delivery(run=spoil(suite_run("failed")))
    if waits:
        store.spool.append(delivery)
        assert store.replay() == 1
    else:
        for _ in range(2):
            store.deliver_or_spool(delivery)
    assert len(rows(store, suite_run_table)) == len(rows(store, result)) == 1
    assert not store.spool.folder.exists() or list(store.spool.folder.iterdir()) == []


def test_a_cause_without_end_is_one_incident_that_ends(store: Store, rows: Make) -> None:
    """Keys and fingerprints are derived from the names that are kept."""
    cause = DataCause(namespace=LONG, name=LONG + "x", suite=LONG)
    pipeline = PipelineCause(dag_id=LONG, task_id="a\ud800")
    for at, event in enumerate((Event.CHECKS_FAILED, Event.CHECKS_FAILED, Event.CHECKS_PASSED)):
        origin = Origin(dag_id="d", run_id=f"r{at}", task_id="t", map_index=-1, try_number=1)
        fact = Signal(cause=cause, event=event, at=datetime(2026, 1, 1, at, tzinfo=UTC), title="t", origin=origin, routes=(LONG,))
        store.deliver_or_spool(Delivery(signals=(fact,)))
    failed = Signal(cause=pipeline, event=Event.TASK_FAILED, at=datetime(2026, 1, 1, tzinfo=UTC), title="t", origin=Origin(dag_id=LONG))
    store.deliver_or_spool(Delivery(signals=(failed,)))
    assert [(row.kind, row.status, row.occurrences) for row in rows(store, incident)] == [("data", "resolved", 2), ("pipeline", "open", 1)]


def test_a_line_that_cannot_be_read_is_counted_once(store: Store) -> None:
    store.spool.folder.mkdir()
    for _ in range(2):
        (store.spool.folder / "host-1.jsonl").write_text('{"run": 5}\n')
        assert store.replay() == 0
    with store.database.read() as connection:
        assert count_aside(connection) == 1


def test_what_is_put_aside_is_named_in_one_short_line(suite_run: Make, signal: Make) -> None:
    told = describe_delivery(Delivery(run=replace(suite_run("failed"), suite="s\n" * 99), signals=(signal("checks_failed"),) * 9))
    assert told.startswith(r"a run of suite 's\ns\n")
    assert len(told) < 700
    assert "\n" not in told


def states(*codes: str) -> list[Any]:
    """Return a table row for each SQLSTATE."""
    return [pytest.param(code, id=code) for code in codes]


def wrapped(code: str) -> DBAPIError:
    """Return an error as SQLAlchemy raises it."""
    kind = psycopg.errors.lookup(code)
    return DBAPIError("INSERT", {}, kind("no"))


@pytest.mark.parametrize("state", states("22001", "22003", "22021", "22P02", "22P05", "54000", "54001", "54023", "23502", "23514"))
def test_what_no_other_moment_takes_is_told_by_its_state(state: str) -> None:
    assert fate_after(wrapped(state)) is Fate.REFUSED


@pytest.mark.parametrize(
    "state",
    states("08006", "08001", "57P01", "57P02", "57P03", "53100", "53300", "25006", "28P01", "3D000", "42501", "58030")
    + states("40001", "40P01", "55P03", "57014", "53200", "XX000", "0A000", "P0001"),
)
def test_what_another_moment_may_take_is_told_by_its_state(state: str) -> None:
    assert fate_after(wrapped(state)) in (Fate.DOWN, Fate.BUSY)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        pytest.param(sqlite3.SQLITE_BUSY, Fate.DOWN, id="locked"),
        pytest.param(sqlite3.SQLITE_FULL, Fate.DOWN, id="the disk is full"),
        pytest.param(sqlite3.SQLITE_READONLY_DBMOVED, Fate.DOWN, id="read only"),
        pytest.param(sqlite3.SQLITE_CORRUPT, Fate.DOWN, id="damaged"),
        pytest.param(sqlite3.SQLITE_TOOBIG, Fate.REFUSED, id="too long"),
        pytest.param(sqlite3.SQLITE_CONSTRAINT_NOTNULL, Fate.REFUSED, id="a value is missing"),
    ],
)
def test_an_error_of_sqlite_is_told_by_its_code(code: int, verdict: Fate) -> None:
    error = sqlite3.OperationalError("no")
    error.sqlite_errorcode = code
    assert fate_after(DBAPIError("INSERT", {}, error)) is verdict


def test_a_record_that_the_store_puts_off_does_not_hold_up_those_behind_it(store: Store, suite_run: Make, rows: Make) -> None:
    """The first line fails at each attempt as if the store were down, and the store is not."""
    from airflow_dre.errors import StoreUnreachable

    for number in range(4):
        store.spool.append(Delivery(run=suite_run("passed", run=f"r{number}", at=number)))

    class Picky(Store):
        def deliver(self, delivery: Delivery) -> list[Any]:
            if delivery.run is not None and delivery.run.origin.run_id == "r0":
                raise StoreUnreachable("the server closed the connection")
            return super().deliver(delivery)

    assert Picky(store.database, store.spool).replay() == 3
    assert [row.run_id for row in rows(store, suite_run_table)] != []
    assert store.spool.count() == 1
    assert store.replay() == 1


def text_bytes(table: Table, column: Any) -> int:
    """Return the most bytes that a column can bring into an index."""
    kind = column.type
    if isinstance(kind, Name):
        return kind.bound.most_bytes
    assert not isinstance(kind, (Text, TextName)), f"{table.name}.{column.name} has no bound"
    length: int | None = getattr(kind, "length", None)
    return length * 4 if length else 16


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_no_entry_of_an_index_is_longer_than_postgresql_takes(table: Table) -> None:
    for columns in [list(table.primary_key), *(list(index.columns) for index in table.indexes)]:
        assert sum(text_bytes(table, column) for column in columns) < 2704 - 100, [column.name for column in columns]


@given(st.sampled_from([ID, NAMESPACE, DATASET, SUITE, Bound(16, 64)]), st.text(max_size=3000), st.text(max_size=3000))
def test_a_name_that_is_cut_fits_stays_and_stays_different(bound: Bound, one: str, other: str) -> None:
    kept = bound.cut(one)
    assert len(kept) <= bound.characters
    assert len(kept.encode()) <= bound.most_bytes
    assert bound.cut(kept) == kept
    if len(one) <= bound.characters and len(one.encode()) <= bound.most_bytes and escaped(one) == one:
        assert kept == one
    elif bound.cut(other) == kept:
        assert escaped(one + other) != one + other or one == other


def test_json_keeps_no_number_that_is_none(store: Store) -> None:
    from airflow_dre.store.tables import PlainJson

    kept = PlainJson().process_bind_param({"a\x00": [float("nan"), float("-inf"), 1.5, "\ud800"]}, None)  # type: ignore[arg-type]
    assert json.loads(json.dumps(kept, allow_nan=False)) == {"a\ufffd": [None, None, 1.5, "\ufffd"]}
