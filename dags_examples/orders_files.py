"""Orders that arrive as files: each day's is checked in the task that writes it, and the month's as one dataset.

The decorated function's path goes on to the next task only if the file is good. The second suite reads all files of the month through
one pattern; it names its ``dataset``, since its path changes from month to month and its history and incidents shall not.
"""

from __future__ import annotations

import csv
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, task

from airflow_dre import QualityCheckOperator
from airflow_dre.checks import between, in_set, no_gaps, not_null, row_count, unique

FOLDER = Path(os.environ.get("ORDERS_FOLDER") or Path(tempfile.gettempdir()) / "dre_orders")

with DAG(
    "orders_files",
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    tags=["example", "data reliability"],
    doc_md=__doc__,
) as dag:

    @task.quality_check(
        checks=[row_count(at_least=1), unique("id"), between("amount", 0, 10_000), in_set("currency", ["EUR", "USD"])],
        dataset="orders/day",
    )
    def extract(logical_date: datetime) -> str:
        """Write the orders of a day, and say where."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{logical_date:%Y-%m-%d}.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "ordered_at", "amount", "currency"])
            for hour in range(24):
                moment = logical_date + timedelta(hours=hour)
                writer.writerow([f"{moment:%j}-{hour}", f"{moment:%Y-%m-%d %H:%M:%S}", 10 + hour / 4, "EUR" if hour % 3 else "USD"])
        return str(path)

    @task
    def load(path: str) -> int:
        """Load a file that is good, and return the number of its lines."""
        return len(Path(path).read_text().splitlines()) - 1

    check_month = QualityCheckOperator(
        task_id="check_month",
        data=f"{FOLDER}/{{{{ logical_date.strftime('%Y-%m') }}}}-*.csv",
        dataset="orders/month",
        checks=[unique("id"), not_null("currency"), no_gaps("ordered_at", every="hour")],
    )

    load(extract()) >> check_month
