"""The data, the checks and the Dags of the fixture, made of public names alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, BaseOperator

from airflow_dre import (
    DbtResultsOperator,
    FreshnessSensor,
    FreshnessSLA,
    GXCheckOperator,
    QualityCheckOperator,
    QuarantineReleaseOperator,
    dag_deadline,
    open_incident,
    record_dbt_results,
    reliability_monitor,
    resolve_incident,
)
from airflow_dre import checks as c
from airflow_dre.decorators.quality import quality_check_task

HERE = "/proc/self/cwd"
"""The folder of the process, by an absolute name that is the same on each machine: SQLite datasets are named by the path of their file."""
START = datetime(2025, 1, 1, tzinfo=UTC)
MODIFIED = 1_762_000_000
"""When the files of visits were written: their partitions are versioned by it."""
CONNECTION = {"conn_type": "sqlite", "host": f"{HERE}/shop.db"}

ORDERS = [
    "id INTEGER", "customer INTEGER", "amount INTEGER", "net INTEGER", "tax INTEGER", "state TEXT", "note TEXT", "mail TEXT",
    "created_at TEXT",
]  # fmt: skip
ORDER_ROWS = [
    (1, 1, 10, 8, 2, "new", '{"a": 1}', "one", "2025-10-01 08:00:00"),
    (2, 1, None, 9, 1, "paid", "[]", "two", "2025-10-02 08:00:00"),
    (3, 2, 30, 25, 5, "paid", "", "three", "2025-10-03 08:00:00"),
    (3, 7, 40, 30, 5, "lost", "{", None, "2025-10-05 08:00:00"),
    (5, None, -1, -1, 0, "sent", "5", "five", "2025-10-05 09:00:00"),
]
DAYS = [(f"2025-10-0{day}", number, number * day, f"key {number}") for day in (1, 2, 3, 4) for number in range(1, 5)]
LATE = [("2025-10-05", number, number * 5, f"key {number}") for number in range(1, 5)]


def write_sources(folder: Path, *, late: bool = False) -> None:
    """Write the tables and files that the Dags check, and with ``late`` a partition more of each."""
    (folder / "shop.db").unlink(missing_ok=True)
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute(f"CREATE TABLE orders ({', '.join(ORDERS)})")
        connection.executemany(f"INSERT INTO orders VALUES ({', '.join('?' * len(ORDERS))})", ORDER_ROWS)
        connection.execute("CREATE TABLE customers AS SELECT 1 AS id UNION SELECT 2")
        connection.execute("CREATE TABLE days (day TEXT, id INTEGER, n INTEGER, word TEXT)")
        connection.executemany("INSERT INTO days VALUES (?, ?, ?, ?)", DAYS + (LATE if late else []))
        connection.execute("CREATE TABLE stale AS SELECT 1 AS id, '2001-01-01 00:00:00' AS created_at")
    connection.close()
    rows = DAYS + (LATE if late else [])
    for day in {row[0] for row in rows}:
        file = folder / "visits" / f"day={day}" / "part.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("id;n\n" + "".join(f"{row[1]};{row[2]}\n" for row in rows if row[0] == day))
        os.utime(file, (MODIFIED, MODIFIED))


def mend_orders(folder: Path) -> None:
    """Make the orders pass their suite."""
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("DELETE FROM orders WHERE id > 1")
    connection.close()


EVERY_KIND = [
    c.all_differ("id", "customer", "amount", fail_above=2, nulls="skip_all"),
    c.between("amount", 0, 35, warn_above=1, fail_above="50%"),
    c.between("amount", low=Decimal("-0.5"), inclusive="neither", where="state <> 'new'"),
    c.between("created_at", high=date(2030, 1, 1), by="state"),
    c.column_count(equals=9),
    c.column_max("amount", at_most=40, warn_at_most=35),
    c.column_max("created_at", at_most="2025-12-31", name="not of the future"),
    c.column_min("amount", at_least=0, where="amount > 0", severity="warn"),
    c.compare("net", "<=", "amount", nulls="keep"),
    c.decreasing("tax", order_by=["created_at", "id"], strictly=True, fail_above="80%"),
    c.distinct_count("id", "customer", at_least=2),
    c.distinct_count("mail", approximate=True, at_least=2, name="many receivers"),
    c.distribution("state", {"new": 0.25, "paid": 0.5, "sent": 0.25}, at_most=0.1, others=0.1),
    c.distribution("amount", {"edges": [0, 20, 50], "weights": [1, 3]}, distance="ks", at_most=0.5, warn_at_most=0.05),
    c.failed_rows_sql("SELECT id FROM orders WHERE amount < 0", fail_above="1%"),
    c.foreign_key("customer", to="customers.id", fail_above=3),
    c.fresh("created_at", max_age="1d", warn_age="12h", as_of="2025-10-05T12:00:00+00:00"),
    c.fresh(
        expression="datetime(created_at)", max_age=timedelta(days=2), as_of="2025-10-09", time_zone="Asia/Tokyo", future_tolerance="1h"
    ),
    c.has_values("state", ["new", "paid", "gone"]),
    c.in_set("state", ["new", "paid", "sent"], by="customer", warn_above=0, fail_above="60%"),
    c.in_set("id", {1, 2, 3, 5}, description="ids that were given", tags=["ids"], owner="shop", runbook="https://example.org/ids"),
    c.increasing("created_at", order_by="id"),
    c.json_valid("note", fail_above="50%"),
    c.length("mail", at_least=1, at_most=5),
    c.length("state", equals=4, severity="warn"),
    c.like("mail", "t%", every=True),
    c.like("mail", ["%e", "%o"], name="an ending"),
    c.matches("mail", ["^t", "o$"]),
    c.matches("mail", ["^t", "e"], every=True),
    c.mean("amount", more_than=1, less_than=Decimal("25.5"), warn_at_most=20),
    c.median("amount", at_least=1, if_empty="fail"),
    c.metric_sql("SUM(amount) * 1.0 / COUNT(*)", at_most=3.5),
    c.metric_sql("SELECT COUNT(*) FROM customers", equals=2),
    c.most_common("state", ["paid"]),
    c.most_common("state", ["new"], ties=False),
    c.no_gaps("created_at", every="day", fail_above="50%"),
    c.no_gaps("created_at", every="month", start="2025-09-15", end="2025-10-31"),
    c.not_empty("note", warn_above=0, fail_above="5%", dimension="conformity"),
    c.not_in_set("state", ["lost"], severity="warn"),
    c.not_like("mail", ["x%", "%y"]),
    c.not_matches("mail", "x"),
    c.not_null("amount"),
    c.not_null("amount", where="customer IS NOT NULL", warn_above="2%", fail_above="40%"),
    c.not_null("customer", by="state", previous_name="customers are known", name="a customer is known"),
    c.null("mail", fail_above="90%"),
    c.of_type("note", "integer", fail_above="100%"),
    c.quantile("amount", 0.9, at_most=50, interpolate=False),
    c.quantile("amount", 0.25, at_least=0),
    c.row_count(at_least=1, warn_at_least=10),
    c.row_count(same_as="customers", warn_above=1, fail_above=5),
    c.rows("amount >= net", severity="warn"),
    c.schema_is(
        {"id": "integer", "state": ["text", "varchar(5)"], "note": None}, extra=True, ordered=True, places={"id": 0}, any_case=True
    ),
    c.schema_is({"ID": "integer"}, extra=True, any_case=True),
    c.schema_is([column.split()[0] for column in ORDERS], name="these columns"),
    c.schema_unchanged(),
    c.stddev("amount", at_most=20),
    c.sum_equals("net", "tax", total=10, fail_above=3),
    c.total("amount", equals=79),
    c.tuple_in_set("id", "customer", values=[(1, 1), (2, 1), (3, None)], nulls="skip_all"),
    c.unique("id", "customer", fail_above=3),
    c.unique("id", nulls="keep"),
    c.unique_ratio("id", at_least=0.5, warn_at_least=0.9),
    c.unique_ratio("customer", approximate=True, at_least=0.1),
    c.z_scores("amount", within=1.5, fail_above="1%"),
    c.z_scores("amount", within=3, two_sided=False, strictly=True),
]
"""Every kind of check, with filters, segments and thresholds of each form."""

GX = [
    {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount", "mostly": 0.5}},
    {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "amount", "min_value": 0}, "severity": "warning"},
    {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}},
]
DBT = {
    "models": [
        {
            "name": "orders",
            "columns": [
                {"name": "id", "data_tests": ["unique", "not_null"]},
                {"name": "state", "data_tests": [{"accepted_values": {"arguments": {"values": ["new", "paid"]}}}]},
                {"name": "customer", "data_tests": [{"relationships": {"arguments": {"to": "ref('customers')", "field": "id"}}}]},
            ],
        }
    ]
}
MAPPING = {"amount": {"min": {"geq_to": 0}, "null_check": {"equal_to": 0}, "max": {"less_than": 50, "tolerance": 0.1}}}


def imported() -> list[Any]:
    """Return the checks that were written for other tools."""
    statements = {"all rows": {"check_statement": "amount IS NULL OR amount > net"}, "some": {"check_statement": "COUNT(*) > 1"}}
    return [*c.from_gx(GX), *c.from_dbt(DBT, model="orders"), *c.from_column_mapping(MAPPING, checks=statements)]


MERGING = [
    c.row_count(at_least=1),
    c.not_null("n"),
    c.not_null("n", where="id > 1", name="large ids"),
    c.between("n", 0, 100, warn_above="50%", fail_above="60%"),
    c.in_set("id", [1, 2, 3, 4]),
    c.rows("n >= id"),
    c.compare("id", "<=", "n"),
    c.column_min("n", at_least=0),
    c.column_max("n", at_most=100),
    c.mean("n", at_least=1),
    c.total("n", at_least=1),
    c.stddev("n", at_most=50),
    c.no_gaps("day", every="day"),
    c.fresh("day", max_age="30d", as_of="2025-10-06"),
    c.distribution("id", {1: 1, 2: 1, 3: 1, 4: 1}, at_most=0.1),
    c.has_values("id", [1, 4]),
    c.not_null("id", by="day"),
    c.unique("day", "id"),
    c.distinct_count("day", at_least=1),
    c.distinct_count("id", approximate=True, at_least=1),
    c.unique_ratio("id", approximate=True, at_least=0.1),
]
"""Checks that partitions answer together, with each way in which their states merge."""
TEXTS = [c.length("word", at_least=1), c.like("word", "key %"), c.not_empty("word"), c.column_max("word", at_most="z")]


def _fails() -> None:
    raise ValueError("the file of the day is not there")


class Fails(BaseOperator):
    """A task that fails without any data."""

    def execute(self, context: Any) -> None:
        """Fail."""
        _fails()


class Succeeds(BaseOperator):
    """A task that succeeds."""

    def execute(self, context: Any) -> None:
        """Do nothing."""


def orders_dag(checks: Sequence[Any] = EVERY_KIND) -> DAG:
    """Return the Dag whose suite has every kind of check and fails, or ``checks`` instead."""
    with DAG("shop_orders", schedule=None, start_date=START, on_failure_callback=open_incident(routes=["oncall"])) as dag:
        QualityCheckOperator(
            task_id="every_kind",
            conn_id="shop",
            table="orders",
            checks=checks,
            suite="orders",
            sample_rows=3,
            key_columns=["id"],
            mask_columns=["mail"],
            quarantine_to="orders_bad",
            routes=["oncall"],
            incident_severity="high",
            on_failure_callback=open_incident(severity="critical", routes=["desk"]),
            on_success_callback=resolve_incident(),
        )
    return dag


def small_dag() -> DAG:
    """Return a Dag whose suite fails until the orders are mended."""
    with DAG("shop_small", schedule=None, start_date=START, on_success_callback=resolve_incident()) as dag:
        QualityCheckOperator(
            task_id="check",
            conn_id="shop",
            table="orders",
            where="id < 100",
            checks=[c.not_null("amount"), c.unique("id"), c.row_count(at_least=1)],
            routes=["oncall"],
            on_failure_callback=open_incident(severity="high", routes=["oncall"]),
        )
    return dag


def imported_dag() -> DAG:
    """Return the Dag whose suite was written for other tools."""
    with DAG("shop_imported", schedule=None, start_date=START) as dag:
        arguments: dict[str, Any] = {"conn_id": "shop", "table": "orders", "fail_on": "never", "notify_on": "never"}
        QualityCheckOperator(task_id="check", checks=imported(), **arguments)
    return dag


def partitions_dag() -> DAG:
    """Return the Dag whose suites are answered from the states of partitions, of a table and of files."""
    with DAG("shop_partitions", schedule=None, start_date=START) as dag:
        changes = "SELECT day, COUNT(*) FROM days GROUP BY day"
        arguments: dict[str, Any] = {"partition_by": "day", "partitions": "changed"}
        QualityCheckOperator(task_id="table", conn_id="shop", table="days", checks=[*MERGING, *TEXTS], changes=changes, **arguments)
        QualityCheckOperator(
            task_id="files", data=f"{HERE}/visits/*/*.csv", dataset="visits", read_options={"delim": ";"}, checks=MERGING, **arguments
        )
        changes = "SELECT substr(day, 1, 7), COUNT(*) FROM days GROUP BY 1"
        QualityCheckOperator(
            task_id="expression",
            conn_id="shop",
            table="days",
            where="id > 0",
            checks=MERGING[:5],
            partition_by="substr(day, 1, 7)",
            partitions="changed",
            changes=changes,
        )
    return dag


def pipeline_dag() -> DAG:
    """Return a Dag with a task that fails, a deadline and a wait that runs out of time."""
    late = dag_deadline("2h", name="noon", severity="critical", routes=["oncall"])
    with DAG("shop_pipeline", schedule=None, start_date=START, deadline=late, on_failure_callback=open_incident(severity="low")) as dag:
        Fails(task_id="load", on_failure_callback=open_incident(severity="medium", routes=["oncall"]))
        waits: dict[str, Any] = {"timeout": 0.2, "poke_interval": 0.1, "routes": ["oncall"], "incident_severity": "low"}
        FreshnessSensor(task_id="wait", conn_id="shop", table="stale", column="created_at", max_age="1h", deferrable=False, **waits)
    return dag


def mended_pipeline_dag() -> DAG:
    """Return the same Dag with a task that succeeds."""
    with DAG("shop_pipeline", schedule=None, start_date=START, on_success_callback=resolve_incident()) as dag:
        Succeeds(task_id="load", on_success_callback=resolve_incident())
    return dag


def monitor_dag() -> DAG:
    """Return the monitor of a promise that is kept and of one that is not."""
    told = [open_incident(severity="critical", routes=["oncall"])]
    return reliability_monitor(
        [
            FreshnessSLA("stale hourly", conn_id="shop", table="stale", column="created_at", max_age="1h", on_miss=told),
            FreshnessSLA("orders of all times", conn_id="shop", table="orders", column="created_at", max_age="3650d", on_miss=told),
        ],
        dag_id="shop_monitor",
    )


def everything_dag() -> DAG:
    """Return a Dag of every operator and decorator of ours, which is only serialized."""
    told = record_dbt_results(target_path="dbt/target", conn_id="shop", routes=["oncall"])
    with DAG(
        "shop_everything",
        schedule="@daily",
        start_date=START,
        deadline=dag_deadline(timedelta(hours=1)),
        on_success_callback=resolve_incident(),
        on_failure_callback=open_incident(),
    ) as dag:
        shop: dict[str, Any] = {"conn_id": "shop", "table": "orders"}
        checks = QualityCheckOperator(task_id="check", checks=EVERY_KIND, on_failure_callback=open_incident(), **shop)
        gx = GXCheckOperator(task_id="expect", expectations=GX, **shop)
        found = DbtResultsOperator(
            task_id="dbt", target_path="dbt/target", conn_id="shop", on_failure_callback=told, on_success_callback=told
        )
        ask = QuarantineReleaseOperator(task_id="ask", quarantine_table="orders_bad", from_run="{{ run_id }}", **shop)
        wait = FreshnessSensor(task_id="wait", column="created_at", max_age="6h", deferrable=True, **shop)
        poked = FreshnessSensor(task_id="poke", column="created_at", max_age="6h", mode="reschedule", **shop)
        given = quality_check_task(lambda: [{"id": 1}], task_id="given", checks=[c.not_null("id")])()
        partial = QualityCheckOperator.partial(task_id="mapped", conn_id="shop", checks=[c.row_count(at_least=1)])
        mapped = partial.expand(table=["orders", "days"])
        [wait, poked] >> checks >> [gx, found, mapped] >> ask >> given
    return dag


DAGS: Mapping[str, Callable[[], DAG]] = {
    "shop_orders": orders_dag,
    "shop_small": small_dag,
    "shop_imported": imported_dag,
    "shop_partitions": partitions_dag,
    "shop_pipeline": pipeline_dag,
    "shop_monitor": monitor_dag,
    "shop_everything": everything_dag,
}
