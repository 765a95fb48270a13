"""A table that grows by a day at a time and is judged as a whole: each run scans its own day only.

The states of the days before (counts, sums, extremes) are kept from their runs and merged, so that a check of the whole table costs what
a check of one day costs. A day that is run again, because rows came late, is scanned again. Once a month everything is scanned.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

from airflow.sdk import DAG, BaseHook, task

from airflow_dre import QualityCheckOperator
from airflow_dre.checks import between, distinct_count, fresh, mean, no_gaps, not_null, row_count, total, unique

CREATE = "CREATE TABLE IF NOT EXISTS orders_by_day (day TEXT, id INTEGER, customer INTEGER, amount INTEGER)"


def orders_of(day: date) -> list[tuple[str, int, int, int]]:
    """Return some orders of a day. On Sundays there are fewer."""
    number = 40 if day.isoweekday() == 7 else 100
    return [(day.isoformat(), n, (day.toordinal() * 7 + n * n) % 250, 5 + (n * 13) % 90) for n in range(number)]


with DAG(
    "orders_by_day",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    end_date=datetime(2026, 1, 31, tzinfo=UTC),
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=5)},
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as dag:

    @task
    def load_day(day: str) -> int:
        """Replace the day in table ``orders_by_day`` of connection ``warehouse``."""
        rows = orders_of(date.fromisoformat(day))
        with closing(sqlite3.connect(BaseHook.get_connection("warehouse").host or "", timeout=60)) as connection, connection:
            connection.execute(CREATE)
            connection.execute("DELETE FROM orders_by_day WHERE day = ?", (day,))
            connection.executemany("INSERT INTO orders_by_day VALUES (?, ?, ?, ?)", rows)
        return len(rows)

    check_orders = QualityCheckOperator(
        task_id="check_orders",
        conn_id="warehouse",
        table="orders_by_day",
        partition_by="day",
        partitions="{{ 'all' if data_interval_start.day == 1 else 'run' }}",
        suite="orders, all days",
        checks=[
            row_count(at_least=40),
            not_null("customer"),
            unique("day", "id"),
            between("amount", 1, 100),
            mean("amount", at_least=20, at_most=80),
            total("amount", at_least=1000),
            distinct_count("customer", approximate=True, at_least=20, at_most=250),
            no_gaps("day", every="day"),
            fresh("day", max_age="2d", as_of="{{ data_interval_end }}"),
        ],
    )

    load_day("{{ data_interval_start.strftime('%Y-%m-%d') }}") >> check_orders
