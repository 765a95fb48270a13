"""Everything that a sensor can wait for: rows, a partition, a load that is recorded elsewhere, a file and an asset.

All five wait in the triggerer and hold no worker. The three about the warehouse share one query a minute.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Asset, task

from airflow_dre import FreshnessSensor

WAIT: dict[str, Any] = {"deferrable": True, "poke_interval": 60, "timeout": timedelta(hours=3).total_seconds()}

with DAG(
    "wait_for_everything",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as dag:
    rows = FreshnessSensor(
        task_id="rows",
        conn_id="warehouse",
        table="orders",
        column="created_at",
        where="country = 'DE'",
        time_zone="Europe/Berlin",
        max_age="1h",
        **WAIT,
    )
    partition = FreshnessSensor(task_id="partition", conn_id="warehouse", table="events", partition="day", max_age="1d", **WAIT)
    load = FreshnessSensor(
        task_id="load",
        conn_id="warehouse",
        table="customers",
        metadata="SELECT MAX(finished_at) FROM etl_loads WHERE target = 'customers'",
        max_age="6h",
        **WAIT,
    )
    file = FreshnessSensor(task_id="file", file="/data/landing/orders/*.csv", max_age="6h", **WAIT)
    asset = FreshnessSensor(task_id="asset", asset=Asset("prices", uri="s3://lake/prices"), max_age="2h", **WAIT)

    @task
    def build_report() -> None:
        """Build what needs all of them."""

    [rows, partition, load, file, asset] >> build_report()
