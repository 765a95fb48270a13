"""A program that runs one Dag of quality checks with Airflow's real OpenLineage listener.

The listener writes its events to a file. ``test_openlineage.py`` starts the program as a process of its own, because OpenLineage's pool of
processes keeps the interpreter from ending.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

home = Path(sys.argv[1])
dag_id = "lineage_of_quality"

with sqlite3.connect(home / "shop.db") as warehouse:
    warehouse.execute("CREATE TABLE orders (id INTEGER, amount INTEGER, day TEXT)")
    warehouse.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(1, 10, "2026-01-01"), (2, None, "2026-01-02"), (3, 30, "2026-01-03")])
    warehouse.execute('CREATE TABLE "odd; name" AS SELECT * FROM orders')
    warehouse.execute("CREATE TABLE no_rows (id INTEGER)")

from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.models.serialized_dag import SerializedDagModel
from airflow.sdk import DAG
from airflow.serialization.definitions.dag import SerializedDAG
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from airflow.utils.session import create_session

from airflow_dre import GXCheckOperator, QualityCheckOperator
from airflow_dre.checks import column_max, column_min, fresh, in_set, mean, not_null, row_count, unique

with DAG(dag_id, schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    QualityCheckOperator(
        task_id="passing",
        conn_id="shop",
        table="orders",
        checks=[
            row_count(at_least=1, description="Somebody buys something"),
            not_null("id"),
            unique("id", "day"),
            column_min("amount", at_least=10),
            column_max("amount", at_most=30),
            mean("amount", equals=20),
            in_set("id", [1], where="id = 1", name="the first"),
        ],
    )
    QualityCheckOperator(
        task_id="warning",
        conn_id="shop",
        table="orders",
        checks=[not_null("amount", warn_above="2%", fail_above="50%"), not_null("amount", severity="warn", name="mild")],
    )
    QualityCheckOperator(
        task_id="failing",
        conn_id="shop",
        table="orders",
        checks=[not_null("amount"), row_count(at_least=1), in_set("missing", [1]), fresh("day", max_age="1d", as_of="2026-02-01")],
    )
    QualityCheckOperator(task_id="odd_name", conn_id="shop", table='main."odd; name"', checks=[row_count(equals=3)])
    QualityCheckOperator(task_id="empty", conn_id="shop", table="no_rows", checks=[not_null("id")])
    GXCheckOperator(
        task_id="expecting",
        conn_id="shop",
        table="orders",
        expectations=[
            {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3}},
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount", "mostly": 0.5}, "notes": "Some pay later"},
            {"type": "expect_column_max_to_be_between", "kwargs": {"column": "amount", "max_value": 9}, "severity": "warning"},
            {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "day", "value_set": ["2026-01-01"]}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "missing"}},
        ],
    )

DagBundlesManager().sync_bundles_to_db()
lazy = LazyDeserializedDAG.from_dag(dag)
with create_session() as session:
    SerializedDAG.bulk_write_to_db("dags-folder", None, [lazy], session=session)
    session.commit()
    SerializedDagModel.write_dag(lazy, bundle_name="dags-folder", session=session)
dag.test(logical_date=datetime(2026, 1, 1, tzinfo=UTC))


def ended() -> bool:
    """Return whether the event of the end of the run, which another process writes, is there."""
    lines = (home / "events.jsonl").read_text().splitlines()
    return any(event["job"]["name"] == dag_id and event["eventType"] == "FAIL" for event in map(json.loads, lines))


for _ in range(100):
    if ended():
        break
    time.sleep(0.1)
sys.stdout.flush()
for helper in multiprocessing.active_children():  # OpenLineage's pool
    helper.kill()
    helper.join(5)
os._exit(0)
