"""Rounds: one query a connection, each bad target named, and nothing that hangs delays anything else."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import fsspec
import psycopg
import pytest
from airflow.sdk.io import attach

from airflow_dre.services.slo import rounds
from airflow_dre.services.slo.rounds import ask_rounds, observe
from airflow_dre.services.slo.targets import FileTarget, MetadataTarget, PartitionTarget, TableTarget, Target
from airflow_dre.slo.observation import Observation
from tests.services.slo.conftest import CONNECTION, RoundWarehouse

pytestmark = pytest.mark.airflow
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT_NINE = Observation(newest=datetime(2026, 3, 2, 9, tzinfo=UTC))


def of_table(table: str = "orders", column: str | None = "created_at", **options: str) -> TableTarget:
    """Return a target of the warehouse."""
    return TableTarget(conn_id=CONNECTION, table=table, column=column, **options)


def fill(asked: RoundWarehouse) -> None:
    """Create a table with rows of two days."""
    asked.execute(
        "CREATE TABLE orders (id INTEGER, created_at TIMESTAMP, day VARCHAR(10), hour INTEGER, word VARCHAR(10), booked TIMESTAMP)"
    )
    asked.execute("INSERT INTO orders VALUES (1, '2026-03-01 23:30:00', '2026-03-01', 2026030123, 'x', NULL)")
    asked.execute("INSERT INTO orders VALUES (2, '2026-03-02 09:00:00', '20260302', 2026030209, 'y', '2027-01-01 00:00:00')")


def test_targets_of_a_connection_share_one_statement(asked: RoundWarehouse) -> None:
    fill(asked)
    wanted: dict[Target, Observation] = {
        of_table(): AT_NINE,
        of_table(time_zone="Asia/Tokyo"): Observation(newest=datetime(2026, 3, 2, 0, tzinfo=UTC)),
        of_table(where="id = 1 -- the first"): Observation(newest=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)),
        of_table(where="id > 9"): Observation(),
        of_table(column=None, expression="CASE WHEN id = 2 THEN created_at END"): AT_NINE,
        of_table(column="booked"): Observation(
            unknown="orders: the newest row lies 304 d 12 h in the future (2027-01-01T00:00:00+00:00), where 5 min are tolerated, so that "
            "its age is not known: a wrong timestamp, or wall-clock time of another zone, which time_zone names"
        ),
        of_table(column="id"): Observation(unknown="orders: 2 is no timestamp: expected a date, a datetime or ISO 8601 text"),
        PartitionTarget(conn_id=CONNECTION, table="orders", partition="hour", time_zone="Europe/Berlin"): Observation(
            newest=datetime(2026, 3, 2, 8, tzinfo=UTC)
        ),
        PartitionTarget(conn_id=CONNECTION, table="orders", partition="day", where="id = 1"): Observation(
            newest=datetime(2026, 3, 1, tzinfo=UTC)
        ),
        PartitionTarget(conn_id=CONNECTION, table="orders", partition="word"): Observation(
            unknown="orders: 'y' is no day, hour, month or year: partition holds dates, such as 2026-01-31 or 20260131"
        ),
        MetadataTarget(conn_id=CONNECTION, table="orders", metadata="SELECT MIN(created_at) FROM orders -- loads"): Observation(
            newest=datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
        ),
    }
    assert observe([*wanted, *wanted], NOW) == wanted
    assert len(asked.statements) == 1


def test_questions_about_the_same_rows_share_a_scan(asked: RoundWarehouse) -> None:
    fill(asked)
    targets = [of_table(), of_table(column="booked"), of_table(where="id = 1"), of_table(column="booked", where="id = 1")]
    observe(targets, NOW)
    (statement,) = asked.statements
    assert statement.upper().count('FROM "ORDERS"') == 2


def test_a_thousand_tables_are_one_statement(asked: RoundWarehouse) -> None:
    asked.execute("; ".join(f"CREATE TABLE t{index} (arrived TIMESTAMP)" for index in range(1000)))
    asked.execute("INSERT INTO t7 VALUES ('2026-03-02 09:00:00')")
    targets = [of_table(f"t{index}", "arrived") for index in range(1000)]
    started = time.monotonic()
    found = observe(targets, NOW)
    assert time.monotonic() - started < 20
    assert len(asked.statements) == 1
    assert found == {target: AT_NINE if target.table == "t7" else Observation() for target in targets}


BAD = {
    "a missing column": of_table(column="craeted_at"),
    "a missing table": of_table("odrers"),
    "a condition of another table": of_table(where="nothing = 1"),
}


def test_bad_targets_are_named_and_the_others_answered(asked: RoundWarehouse) -> None:
    fill(asked)
    good = [of_table(where=f"id < {limit}") for limit in range(3, 20)]
    not_sql = of_table(where="id = 1; DROP TABLE orders")
    targets = [*good[:5], *BAD.values(), *good[5:], not_sql, of_table("orders.x.y.z")]
    first = observe(targets, NOW)
    before = len(asked.statements)
    again = observe(targets, NOW)
    assert {target: first[target] for target in good} == dict.fromkeys(good, AT_NINE)
    for name, target in BAD.items():
        reason = first[target].unknown
        assert reason is not None, name
        assert {"a missing column": "craeted_at", "a missing table": "odrers"}.get(name, "nothing") in reason
    assert "Allowed: one SQL condition without a semicolon" in str(first[not_sql].unknown)
    assert again == first
    assert len(asked.statements) - before == 1 + len(BAD), "the next round asks what failed apart"
    asked.execute("ALTER TABLE orders ADD COLUMN craeted_at TIMESTAMP")
    assert observe(targets, NOW)[BAD["a missing column"]] == Observation(), "it is asked again"
    before = len(asked.statements)
    observe(targets, NOW)
    assert len(asked.statements) - before == len(BAD), "and then together with the others"


def test_a_database_without_metadata_of_changes_says_so(asked: RoundWarehouse) -> None:
    fill(asked)
    target = MetadataTarget(conn_id=CONNECTION, table="orders")
    reason = observe([target], NOW)[target].unknown
    assert reason is not None
    assert "invalid metadata=True. Allowed: a SELECT of the moment, or column, expression, partition or file: " in reason


@pytest.mark.parametrize(
    ("own", "allowed"),
    [
        ("SELECT 1, 2", "one read-only SELECT of one value"),
        ("MAX(created_at)", "one read-only SELECT of one value"),
        ("DELETE FROM orders", "one read-only SELECT of one value"),
    ],
)
def test_a_metadata_query_is_one_value_that_only_reads(asked: RoundWarehouse, own: str, allowed: str) -> None:
    fill(asked)
    target = MetadataTarget(conn_id=CONNECTION, table="orders", metadata=own)
    assert allowed in str(observe([target], NOW)[target].unknown)


@pytest.mark.parametrize("asked", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_table_that_is_locked_costs_the_others_no_answer(asked: RoundWarehouse) -> None:
    fill(asked)
    asked.execute("CREATE TABLE busy (created_at TIMESTAMP)")
    others = [of_table(where=f"id < {limit}") for limit in range(3, 6)]
    targets = [*others, of_table("busy")]
    observe(targets, NOW)  # imports, and the name of the default schema, take their time once
    with psycopg.connect(asked.address) as held:
        held.execute("LOCK TABLE busy")
        first = observe(targets, NOW, answer_within=timedelta(seconds=6))
        before, started = len(asked.statements), time.monotonic()
        again, delays = dict[Target, Observation](), list[float]()
        for answers in ask_rounds(targets, timedelta(seconds=5)):
            again |= {target: answer.observe(NOW) for target, answer in answers.items()}
            delays.append(time.monotonic() - started)
        assert len(asked.statements) == before + 2
        assert delays[0] < 3 < delays[1], "the others do not wait for it again"
    for found in (first, again):
        assert {target: found[target] for target in others} == dict.fromkeys(others, AT_NINE)
        assert "statement timeout" in str(found[of_table("busy")].unknown)
    assert observe([of_table("busy")], NOW) == {of_table("busy"): Observation()}
    before = len(asked.statements)
    observe(targets, NOW)
    assert len(asked.statements) == before + 1, "it is asked with the others again"


def question_threads() -> int:
    """Return how many threads ask."""
    return sum(thread.name == "airflow-dre question" for thread in threading.enumerate())


@pytest.mark.parametrize("asked", ["sqlite"], indirect=True)
def test_a_connection_that_hangs_delays_no_other_and_is_not_asked_again_meanwhile(
    asked: RoundWarehouse, never_answers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(asked)
    hung = [TableTarget(conn_id=never_answers, table=f"t{index}", column="c") for index in range(3)]
    started = time.monotonic()
    threads = question_threads()
    asking = ask_rounds([*hung, of_table()], timedelta(seconds=2))
    yielded = [({target.watched for target in answers}, time.monotonic() - started) for answers in asking]
    assert [watched for watched, _ in yielded] == [{"dre_warehouse/orders"}, {"never_answers/t0", "never_answers/t1", "never_answers/t2"}]
    assert yielded[0][1] < 1.5, "the other connection is answered at once"
    assert question_threads() == threads + 1
    started = time.monotonic()
    found = observe([*hung, of_table()], NOW, answer_within=timedelta(seconds=60))
    assert time.monotonic() - started < 5
    assert found[of_table()] == AT_NINE
    assert "connection 'never_answers' does not answer: an earlier question to it waits" in str(found[hung[0]].unknown)
    assert question_threads() == threads + 1
    monkeypatch.setattr(rounds, "PATIENCE", 0.0)
    observe(hung, NOW, answer_within=timedelta(seconds=0.2))
    assert question_threads() == threads + 2, "after a long time the connection is tried once more"


def test_a_missing_connection_is_unknown() -> None:
    target = TableTarget(conn_id="no_such_connection", table="t", column="c")
    assert "no_such_connection" in str(observe([target], NOW)[target].unknown)


def test_the_newest_file_of_a_pattern_counts(tmp_path: Path) -> None:
    for name, hour in (("a.csv", 7), ("b.csv", 9), ("c.txt", 11)):
        (tmp_path / name).write_text("x")
        moment = datetime(2026, 3, 2, hour, tzinfo=UTC).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    one, several, none, folder, unknown = (
        FileTarget(file=str(file)) for file in (tmp_path / "a.csv", tmp_path / "*.csv", tmp_path / "d.csv", tmp_path, "nowhere://bucket/x")
    )
    found = observe([one, several, none, folder, unknown], NOW)
    assert (found[one], found[several], found[none]) == (Observation(newest=datetime(2026, 3, 2, 7, tzinfo=UTC)), AT_NINE, Observation())
    assert f"invalid file='{tmp_path}'. Allowed: a file, or a pattern such as '{tmp_path}/*': it is a folder" in str(found[folder].unknown)
    assert "invalid file='nowhere://bucket/x'" in str(found[unknown].unknown)


def test_the_time_of_an_object_is_that_of_its_store() -> None:
    store, bucket = fsspec.filesystem("memory"), f"b{uuid4().hex}"
    attach("memory", conn_id=bucket, fs=store)
    store.pipe(f"/{bucket}/day.csv", b"x")
    try:
        (found,) = observe([FileTarget(file=f"memory://{bucket}@{bucket}/*.csv")], datetime.now(UTC)).values()
        assert found.newest is not None
        assert abs(found.newest - datetime.now(UTC)) < timedelta(minutes=1)
    finally:
        store.rm(f"/{bucket}", recursive=True)
