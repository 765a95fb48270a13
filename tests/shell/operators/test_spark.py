"""Spark as a Dag author meets it: frames of functions, tables of connections, and a server that is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk import DAG, task

from airflow_dre import QualityCheckOperator
from airflow_dre import checks as c
from airflow_dre.store.tables import incident, result, suite_run
from tests.sparks import free_port

pytestmark = pytest.mark.airflow
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_frames_and_tables_are_checked_where_they_are(
    run_dag: Callable[..., Any],
    rows: Callable[[Any], list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    spark: Any,
    spark_connect: Any,
    spark_and_server: tuple[Any, str],
) -> None:
    host, _, port = spark_and_server[1].removeprefix("sc://").partition(":")
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "spark_connect", "host": host, "port": int(port)}))
    monkeypatch.setenv("AIRFLOW_CONN_NOWHERE", json.dumps({"conn_type": "spark_connect", "host": host, "port": free_port()}))
    monkeypatch.setenv("AIRFLOW_CONN_OWN", json.dumps({"conn_type": "spark", "host": "local[2]"}))
    spark.sql("CREATE TABLE orders USING parquet AS SELECT id, id * 2 AS amount FROM range(5)")
    checks = [c.row_count(equals=5), c.not_null("id"), c.failed_rows_sql("SELECT * FROM data WHERE id > 3", fail_above=1)]
    with DAG("sparks", schedule=None, start_date=START) as dag:
        QualityCheckOperator(task_id="classic", data=lambda: spark.range(5), checks=checks, dataset="numbers")
        QualityCheckOperator(task_id="own", conn_id="own", table="orders", where="amount < {{ 6 + 2 }}", checks=[c.row_count(equals=4)])
        QualityCheckOperator(task_id="table", conn_id="lake", table="default.orders", checks=[c.unique("id"), c.mean("amount", equals=4)])
        again: dict[str, Any] = {"retries": 1, "retry_delay": timedelta(0)}
        QualityCheckOperator(task_id="gone", conn_id="nowhere", table="orders", checks=[c.unique("id")], **again)

        @task.quality_check(checks=[*checks, c.mean("id", at_least=3)])
        def connect() -> Any:
            return spark_connect.range(5)

        connect()
    try:
        finished = run_dag(dag)
    finally:
        spark.sql("DROP TABLE orders")
    states = {ti.task_id: (ti.state, ti.try_number) for ti in finished.get_task_instances()}
    assert states == {
        "classic": ("success", 1),
        "own": ("success", 1),
        "table": ("success", 1),
        "connect": ("failed", 1),
        "gone": ("failed", 2),
    }
    found = {row.task_id: (row.namespace, row.name, row.engine, row.outcome) for row in rows(suite_run)}
    assert found == {
        "classic": ("dataframe", "numbers", "spark", "passed"),
        "own": ("spark://local", "spark_catalog.default.orders", "spark", "passed"),
        "table": (f"spark://{host}:{port}", "spark_catalog.default.orders", "spark", "passed"),
        "connect": ("dataframe", "sparks.connect", "spark", "failed"),
    }
    assert {row.outcome for row in rows(result) if row.definition["kind"] == "failed_rows_sql"} == {"passed"}
    assert [row.name for row in rows(incident) if row.namespace == "dataframe"] == ["sparks.connect"]
    assert not spark.sparkContext._jsc.sc().isStopped(), "a context that was there before goes on"
