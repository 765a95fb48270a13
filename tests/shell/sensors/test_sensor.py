"""FreshnessSensor: three ways to wait, one outcome."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, Asset
from airflow.sdk.bases.operator import TriggerFailureReason
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSensorTimeout, TaskDeferred
from airflow.serialization.serialized_objects import LazyDeserializedDAG

from airflow_dre import FreshnessSensor
from airflow_dre.errors import DefinitionError
from airflow_dre.services.incidents.listening import record_asset_event
from airflow_dre.triggers.freshness import FreshnessTrigger
from tests.databases import sqlite_file

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
MODES: dict[str, dict[str, Any]] = {"poke": {"mode": "poke"}, "reschedule": {"mode": "reschedule"}, "deferrable": {"deferrable": True}}
by_mode = pytest.mark.parametrize("mode", MODES)


def sensor_of(mode: str, **arguments: Any) -> FreshnessSensor:
    """Return a quick sensor."""
    usual = {"task_id": "wait", "conn_id": "warehouse", "table": "good", "column": "created_at", "max_age": "1d"}
    return FreshnessSensor(**{**usual, "poke_interval": 0.2, "timeout": 0.7, **MODES[mode], **arguments})


def dag_of(name: str, mode: str, **arguments: Any) -> DAG:
    """Return a Dag that waits."""
    with DAG(name, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), params=arguments.pop("params", {})) as dag:
        sensor_of(mode, **arguments)
    return dag


def waited(sensor: FreshnessSensor) -> tuple[str, Any]:
    """Return the end of a sensor that only the scheduler and triggerer of Airflow wake: ``("returned", value)``, or an error and its text.

    This does what the scheduler does: it starts a rescheduled sensor again when its time has come, and fails a trigger that outlives its
    timeout.
    """
    began = datetime.now(UTC)
    context: Any = {"ti": SimpleNamespace(get_first_reschedule_date=lambda _: began)}
    try:
        while True:
            try:
                return "returned", sensor.execute(context)
            except AirflowRescheduleException as later:
                time.sleep(max(0.0, (later.reschedule_date - datetime.now(UTC)).total_seconds()))
    except TaskDeferred as deferred:
        return _resumed(sensor, deferred, context)
    except Exception as error:
        return type(error).__name__, str(error)


def _resumed(sensor: FreshnessSensor, deferred: TaskDeferred, context: Any) -> tuple[str, Any]:
    async def first_event() -> Any:
        assert deferred.timeout is not None
        return await asyncio.wait_for(anext(deferred.trigger.run()), timedelta_of(deferred.timeout).total_seconds())

    try:
        try:
            payload = asyncio.run(first_event()).payload
        except TimeoutError:
            return "returned", sensor.resume_execution("__fail__", {"error": TriggerFailureReason.TRIGGER_TIMEOUT}, context)
        return "returned", sensor.resume_execution(deferred.method_name, {"event": payload}, context)
    except Exception as error:
        return type(error).__name__, str(error)


def timedelta_of(value: Any) -> timedelta:
    """Return a timedelta, because Airflow takes seconds, too."""
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


def newest(world: Path, table: str) -> str:
    """Return the timestamp as the sensor reports it."""
    with sqlite_file(world / "w.db") as connection:
        (text,) = connection.execute(f"SELECT max(created_at) FROM {table}").fetchone()
    return datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat()


@by_mode
def test_a_fresh_table_ends_the_wait_with_the_same_value(run_dag: Run, world: Path, mode: str) -> None:
    finished = run_dag(
        dag_of(f"fresh_{mode}", mode, table="{{ params.table }}", max_age="{{ params.age }}", params={"table": "good", "age": "2h"})
    )
    (ti,) = finished.get_task_instances()
    assert ti.state == "success"
    assert ti.xcom_pull(task_ids="wait") == {"dataset": f"sqlite://{world}/w.db/main.good", "newest": newest(world, "good"), "fresh": True}


@by_mode
def test_a_table_that_becomes_fresh_ends_the_wait_with_the_same_value(run_dag: Run, world: Path, mode: str) -> None:
    def load() -> None:
        with sqlite_file(world / "w.db") as connection:
            connection.execute("INSERT INTO stale VALUES (2, datetime('now'))")

    loader = threading.Timer(1.0, load)
    loader.start()
    finished = run_dag(dag_of(f"becomes_{mode}", mode, table="stale", timeout=30))
    loader.join()
    (ti,) = finished.get_task_instances()
    assert ti.xcom_pull(task_ids="wait") == {
        "dataset": f"sqlite://{world}/w.db/main.stale",
        "newest": newest(world, "stale"),
        "fresh": True,
    }


CASES = [
    pytest.param({"table": "stale"}, "AirflowSensorTimeout", id="stale until the timeout"),
    pytest.param({"table": "stale", "soft_fail": True}, "AirflowSkipException", id="stale until the timeout, soft_fail"),
    pytest.param({"table": "good", "where": "id > 99"}, "AirflowSensorTimeout", id="no timestamp at all"),
    pytest.param({"table": "godo"}, "QueryFailed", id="a missing table"),
    pytest.param({"column": "craeted_at"}, "QueryFailed", id="a missing column"),
    pytest.param({"column": "craeted_at", "soft_fail": True}, "QueryFailed", id="a missing column, soft_fail"),
    pytest.param({"column": "craeted_at", "never_fail": True}, "AirflowSkipException", id="a missing column, never_fail"),
    pytest.param({"column": "craeted_at", "silent_fail": True}, "AirflowSensorTimeout", id="a missing column, silent_fail"),
    pytest.param({"column": "id"}, "QueryFailed", id="a column that holds no timestamps"),
    pytest.param({"table": "booked"}, "QueryFailed", id="a timestamp of the future"),
    pytest.param({"table": "booked", "future_tolerance": "1000000d"}, "returned", id="a future that is tolerated"),
    pytest.param({"conn_id": "gone"}, "WarehouseUnreachable", id="an unreachable warehouse"),
    pytest.param({"where": "1; DROP TABLE good"}, "DefinitionError", id="a row filter that is more than a condition"),
    pytest.param({"table": 'good"; DROP TABLE good; --'}, "DefinitionError", id="a table name that is more than a name"),
    pytest.param({"table": "good"}, "returned", id="fresh"),
]


@pytest.mark.parametrize(("arguments", "ends"), CASES)
def test_every_mode_ends_in_the_same_way(world: Path, arguments: dict[str, Any], ends: str) -> None:
    ended = {mode: waited(sensor_of(mode, **arguments)) for mode in MODES}
    assert {mode: how for mode, (how, _) in ended.items()} == dict.fromkeys(MODES, ends)
    if ends != "AirflowSensorTimeout" and not arguments.get("soft_fail"):
        assert len({str(said) for _, said in ended.values()}) == 1, ended
    assert "hunter2" not in str(ended)


SOURCES = [
    pytest.param({"table": "good", "expression": "created_at"}, "returned", "the newest row is", id="expression, fresh"),
    pytest.param({"table": "stale", "expression": "created_at"}, "AirflowSensorTimeout", "the newest row is", id="expression, stale"),
    pytest.param({"table": "good", "partition": "created_at"}, "returned", "the newest partition is", id="partition, fresh"),
    pytest.param({"table": "stale", "partition": "created_at"}, "AirflowSensorTimeout", "the newest partition is", id="partition, stale"),
    pytest.param(
        {"table": "good", "partition": "created_at", "where": "id > 99"}, "AirflowSensorTimeout", "no partition", id="no partition"
    ),
    pytest.param({"table": "good", "partition": "id"}, "QueryFailed", "is no day, hour, month or year", id="partition, no moment"),
    pytest.param(
        {"table": "stale", "metadata": "SELECT MAX(created_at) FROM good"}, "returned", "the last change is", id="metadata query, fresh"
    ),
    pytest.param(
        {"table": "good", "metadata": "SELECT MAX(created_at) FROM stale"}, "AirflowSensorTimeout", "the last change", id="metadata, stale"
    ),
    pytest.param({"table": "good", "metadata": True}, "DefinitionError", "invalid metadata=True", id="no metadata there"),
    pytest.param({"file": "{world}/fresh.csv"}, "returned", "the newest file is", id="file, fresh"),
    pytest.param({"file": "{world}/*.csv"}, "returned", "the newest file is", id="files, one is fresh"),
    pytest.param({"file": "{world}/stale.csv"}, "AirflowSensorTimeout", "the newest file is", id="file, stale"),
    pytest.param({"file": "{world}/nothing.csv"}, "AirflowSensorTimeout", "there is no file", id="no file"),
    pytest.param({"file": "{world}"}, "DefinitionError", "it is a folder", id="a folder"),
    pytest.param({"asset": Asset("loaded")}, "returned", "the last event is", id="asset, fresh"),
    pytest.param({"asset": "loaded"}, "returned", "the last event is", id="asset by name, fresh"),
    pytest.param({"asset": "never"}, "AirflowSensorTimeout", "no event of the asset is recorded", id="asset without an event"),
]


@pytest.mark.parametrize(("arguments", "ends", "reason"), SOURCES)
def test_every_source_ends_in_the_same_way_in_every_mode(world: Path, arguments: dict[str, Any], ends: str, reason: str) -> None:
    record_asset_event("loaded", "loaded")
    (world / "fresh.csv").write_text("x")
    (world / "stale.csv").write_text("x")
    os.utime(world / "stale.csv", (1_700_000_000, 1_700_000_000))
    if "file" in arguments:
        arguments = {"file": arguments["file"].format(world=world)}
    table = {"conn_id": "warehouse"} if "table" in arguments else {"conn_id": None, "table": None}
    sensors = {mode: sensor_of(mode, **{"column": None, **table, **arguments}) for mode in MODES}
    ended = {mode: waited(sensor) for mode, sensor in sensors.items()}
    assert {mode: how for mode, (how, _) in ended.items()} == dict.fromkeys(MODES, ends)
    if ends == "returned":
        assert len({str(said) for _, said in ended.values()}) == 1, ended
        assert all(said["fresh"] for _, said in ended.values())
        assert reason in sensors["poke"]._last
    else:
        assert all(reason in said for _, said in ended.values()), ended


@pytest.mark.parametrize(
    ("arguments", "problems"),
    [
        (
            {"file": "x.csv", "asset": "a"},
            ["invalid asset='a'. Allowed: only one of table, file, asset and dag; file is set"],
        ),
        (
            {"conn_id": "w", "table": "t", "column": "c", "partition": "p", "metadata": True},
            [
                "invalid partition='p'. Allowed: only one of column, expression, partition and metadata; column is set",
                "invalid metadata=True. Allowed: only one of column, expression, partition and metadata; column is set",
            ],
        ),
        (
            {"file": "x.csv", "column": "c", "where": "a = 1"},
            [
                "invalid column='c'. Allowed: no column with file: it is only for a table",
                "invalid where='a = 1'. Allowed: no where with file: it is only for a table",
            ],
        ),
        (
            {"conn_id": "w", "table": "t", "metadata": True, "where": "a = 1"},
            ["invalid where='a = 1'. Allowed: no where with metadata: it is about the whole table"],
        ),
        ({"asset": " "}, ["invalid asset=' '. Allowed: text that is not empty"]),
        (
            {"conn_id": "w", "table": "t", "partition": 5},
            ["invalid partition=5. Allowed: the name of the column that partitions the table"],
        ),
        (
            {},
            [
                *[f"invalid {name}=None. Allowed: text that is not empty" for name in ("conn_id", "table")],
                "invalid column=None. Allowed: text that is not empty, or one of expression, partition and metadata",
            ],
        ),
    ],
    ids=["two targets", "three values of a table", "a column of a file", "a condition with metadata", "no name", "no column", "nothing"],
)
def test_a_target_is_one_thing(arguments: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(DefinitionError) as error:
        FreshnessSensor(task_id="x", max_age="1h", **arguments)
    assert str(error.value).splitlines()[1:] == [f"- FreshnessSensor x: {problem}" for problem in problems]


@pytest.mark.parametrize(
    ("arguments", "ends"),
    [
        ({}, "QueryFailed"),
        ({"never_fail": True}, "AirflowSkipException"),
        ({"soft_fail": True}, "QueryFailed"),
        ({"silent_fail": True}, "AirflowSensorTimeout"),
    ],
)
def test_a_table_that_vanishes_while_waiting_ends_every_mode_in_the_same_way(world: Path, arguments: dict[str, Any], ends: str) -> None:
    def drop() -> None:
        with sqlite_file(world / "w.db") as connection:
            connection.execute("ALTER TABLE stale RENAME TO elsewhere")

    found = {}
    for mode in MODES:
        dropper = threading.Timer(0.4, drop)
        dropper.start()
        found[mode] = waited(sensor_of(mode, table="stale", timeout=1.5, **arguments))[0]
        dropper.join()
        with sqlite_file(world / "w.db") as connection:
            connection.execute("ALTER TABLE elsewhere RENAME TO stale")
    assert found == dict.fromkeys(MODES, ends)


@by_mode
@pytest.mark.parametrize(("soft_fail", "state"), [(False, "failed"), (True, "skipped")])
def test_the_timeout_is_not_retried(run_dag: Run, mode: str, soft_fail: bool, state: str) -> None:
    finished = run_dag(dag_of(f"times_out_{mode}_{state}", mode, table="stale", soft_fail=soft_fail, retries=3))
    (ti,) = finished.get_task_instances()
    assert (ti.state, ti.try_number) == (state, 1)


def test_the_timeout_of_the_trigger_is_that_of_the_sensor(world: Path) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        sensor_of("deferrable", table="stale", timeout=42).execute({})
    assert deferred.value.timeout == timedelta(seconds=42)


def test_a_trigger_ends_by_itself_where_nobody_ends_it(world: Path) -> None:
    """As in ``airflow tasks test``, which runs a trigger without a limit."""
    with pytest.raises(TaskDeferred) as deferred:
        sensor_of("deferrable", table="stale", timeout=0.5, poke_interval=30).execute({})

    async def event() -> Any:
        return await asyncio.wait_for(anext(deferred.value.trigger.run()), 20)

    assert asyncio.run(event()).payload == {"over": True}
    with pytest.raises(AirflowSensorTimeout, match="stale is stale"):
        sensor_of("deferrable", table="stale", timeout=0.5).execute_complete({}, {"over": True})


def test_a_trigger_survives_serialization() -> None:
    trigger = FreshnessTrigger(
        conn_id="w", table='odd."t;x"', column="c", max_age_seconds=90.5, where="x > 1", poke_interval=7.0, silent_fail=True
    )
    path, arguments = trigger.serialize()
    assert path == f"{FreshnessTrigger.__module__}.{FreshnessTrigger.__qualname__}"
    assert arguments == {
        "conn_id": "w",
        "table": 'odd."t;x"',
        "column": "c",
        "max_age_seconds": 90.5,
        "where": "x > 1",
        "poke_interval": 7.0,
        "silent_fail": True,
    }
    assert FreshnessTrigger(**arguments).serialize() == (path, arguments)
    later: dict[str, Any] = {
        "partition": "p",
        "metadata": True,
        "file": "f",
        "asset": "a",
        "expression": "x",
        "time_zone": "Asia/Tokyo",
        "future_tolerance_seconds": 1.0,
        "answer_seconds": 2.0,
        "reconnect_seconds": 3.0,
        "unreadable": "why",
        "wait_seconds": 4.0,
    }
    assert FreshnessTrigger(**arguments, **later).serialize() == (path, arguments | later)


def test_a_slow_warehouse_does_not_block_the_event_loop(world: Path) -> None:
    with sqlite_file(world / "w.db") as connection:
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000000)"
        connection.execute(f"CREATE VIEW slow AS {numbers} SELECT datetime('now') AS created_at FROM n")
    FreshnessTrigger("warehouse", "good", "created_at", 60.0)  # imports are not what is measured here
    asyncio.run(anext(FreshnessTrigger("warehouse", "good", "created_at", 6e6).run()))

    async def beside() -> tuple[float, list[float]]:
        beats = [time.perf_counter()]

        async def heart() -> None:
            while True:
                await asyncio.sleep(0.01)
                beats.append(time.perf_counter())

        beating = asyncio.create_task(heart())
        started = time.perf_counter()
        event = await anext(FreshnessTrigger("warehouse", "slow", "created_at", 6e6).run())
        took = time.perf_counter() - started
        beating.cancel()
        assert event.payload["summary"]["fresh"] is True
        return took, [after - before for before, after in itertools.pairwise(beats)]

    took, gaps = asyncio.run(beside())
    assert took > 0.5, "the query must be slow for this to show anything"
    assert max(gaps) < took / 2, f"the event loop was blocked for {max(gaps):.2f} s of {took:.2f} s"
    assert len(gaps) > 10


@pytest.mark.parametrize(
    ("given", "deferrable"), [({}, True), ({"deferrable": False}, False), ({"deferrable": True}, True)], ids=["the switch", "no", "yes"]
)
def test_the_switch_of_airflow_is_the_default(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], deferrable: bool) -> None:
    assert FreshnessSensor(task_id="x", conn_id="w", table="t", column="c", max_age="1h").deferrable is False
    monkeypatch.setenv("AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE", "True")
    assert FreshnessSensor(task_id="x", conn_id="w", table="t", column="c", max_age="1h", **given).deferrable is deferrable


def test_mistakes_are_found_when_the_dag_is_parsed() -> None:
    with pytest.raises(DefinitionError) as error:
        FreshnessSensor(task_id="x", conn_id="", table=" ", column=None, max_age="soon", where=5)  # type: ignore[arg-type]
    assert str(error.value).splitlines() == [
        "5 problems in the definition:",
        "- FreshnessSensor x: invalid conn_id=''. Allowed: text that is not empty",
        "- FreshnessSensor x: invalid table=' '. Allowed: text that is not empty",
        "- FreshnessSensor x: invalid column=None. Allowed: text that is not empty, or one of expression, partition and metadata",
        "- FreshnessSensor x: invalid max_age='soon'. Allowed: a positive duration such as '90m', '6h', '1d', '2w' or a timedelta",
        "- FreshnessSensor x: invalid where=5. Allowed: a SQL condition",
    ]


def test_what_a_template_renders_is_checked_when_the_task_runs(world: Path) -> None:
    sensor = sensor_of("poke", max_age="{{ params.age }}")
    sensor.max_age = "soon"
    assert waited(sensor)[0] == "DefinitionError"


@by_mode
def test_a_dag_with_the_sensor_survives_serialization(mode: str) -> None:
    again = LazyDeserializedDAG.from_dag(dag_of("serialized_wait", mode, max_age=timedelta(hours=1)))._real_dag
    assert again.task_ids == ["wait"]
