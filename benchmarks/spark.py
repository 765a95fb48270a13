"""44 checks of a wide table on a local Spark: ours, and the aggregation that an expert would write by hand.

Spark makes the rows with ``range`` and writes them as Parquet; both sides read them as one DataFrame of one session. After each ran a few
times to warm Java up, they are measured in turn, so that a machine that gets busier or quieter does so for both; each figure is the median
of its runs. Ours is all that a task does with a DataFrame: its view, the session's settings, the plan, the judgement and everything that a
result keeps. *Jobs* are those that Spark counts for our suite.

Prints one JSON line; exits 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROWS = 10_000_000
ROUNDS = 14
WARM = 6
"""Runs of each before any is measured: the JVM compiles the code that Spark writes for each statement, and is slow until it has."""
INTEGERS = [f"i{n}" for n in range(10)]
FLOATS = [f"f{n}" for n in range(4)]
NOT_NULL = INTEGERS + FLOATS
BOUNDS = {"jobs": 1, "ratio_to_fused": 1.15}
GROUP = "ours"


def started(folder: Path) -> Any:
    """Return a local Spark with its usual settings."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").appName("benchmark").config("spark.sql.warehouse.dir", str(folder / "warehouse"))
    for name, value in {"ui.enabled": "false", "ui.showConsoleProgress": "false", "driver.memory": "3g", "log.level": "ERROR"}.items():
        builder = builder.config(f"spark.{name}", value)
    return builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()


def filled(session: Any, rows: int, folder: Path) -> Any:
    """Return the table, written and read again: numbers between texts, as in a table of events. Two of the texts have gaps."""
    integers = [f"id * {7 + n} % {1000 + n} AS i{n}" for n in range(10)]
    floats = [f"id * {3 + n} % 977 / {2 + n} AS f{n}" for n in range(4)]
    texts = [f"CASE WHEN {n} < 4 OR id % 7 > 0 THEN SUBSTRING(MD5(STRING(id % {5000 + n})), 1, 8) END AS t{n}" for n in range(6)]
    path = str(folder / "wide")
    session.range(0, rows, 1, 8).selectExpr(*integers, *floats, *texts).write.parquet(path)
    return session.read.parquet(path)


def ours(frame: Any) -> Callable[[], object]:
    """Run our suite."""
    from airflow_dre.checks import column_max, column_min, mean, not_null
    from airflow_dre.checks.declared.parse import parse_checks
    from airflow_dre.services.quality.run import Suite, run_suite
    from airflow_dre.services.quality.spark_sources import opened_spark_frame
    from airflow_dre.values.dataset import DatasetName

    declared = [not_null(name) for name in NOT_NULL]
    for name in INTEGERS:
        declared += [column_min(name, at_least=0), column_max(name, at_most=2000), mean(name, at_least=0, at_most=2000)]
    checks = parse_checks(declared)

    def work() -> None:
        with opened_spark_frame(frame, "data", DatasetName("dataframe", "bench"), None, None) as source:
            suite = Suite(name="bench", dataset=source.dataset, scope=source.scope, checks=checks)
            run = run_suite(suite, source.engine, datetime.now(UTC)).record
        assert len(run.results) == 44
        assert (run.outcome.value, run.queries) == ("passed", 1), run

    return work


def fused(session: Any, frame: Any) -> Callable[[], object]:
    """Return the same aggregates as one SELECT, written by hand."""
    frame.createOrReplaceTempView("wide")
    parts = ["COUNT(*)", *[f"COUNT({name})" for name in NOT_NULL], *[f"MIN({name}), MAX({name}), AVG({name})" for name in INTEGERS]]
    sql = f"SELECT {', '.join(parts)} FROM wide"

    def work() -> None:
        (row,) = session.sql(sql).collect()
        assert len(row) == 45

    return work


def timed(work: Callable[[], object]) -> float:
    """Return seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def counted_jobs(session: Any, work: Callable[[], object]) -> int:
    """Count the jobs that Spark runs for something."""
    session.sparkContext.setJobGroup(GROUP, GROUP)
    try:
        work()
        return len(session.sparkContext.statusTracker().getJobIdsForGroup(GROUP))
    finally:
        session.sparkContext.setLocalProperty("spark.jobGroup.id", None)


def run(session: Any, rows: int, rounds: int, folder: Path) -> dict[str, float | int]:
    """Measure both."""
    frame = filled(session, rows, folder)
    mine, reference = ours(frame), fused(session, frame)
    for _ in range(min(WARM, 2 * rounds)):
        reference()
        mine()
    jobs = counted_jobs(session, mine)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds):
        for is_ours in (True, False) if number % 2 else (False, True):  # whichever comes first meets the other's garbage
            taken[is_ours].append(timed(mine if is_ours else reference))
    seconds, hand = statistics.median(taken[True]), statistics.median(taken[False])
    return {
        "rows": rows,
        "checks": 44,
        "jobs": jobs,
        "ours_s": round(seconds, 3),
        "fused_s": round(hand, 3),
        "ratio_to_fused": round(seconds / hand, 3),
    }


def main() -> None:
    """Print the figures, and exit with 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        session = started(Path(folder))
        try:
            found = run(session, options.rows, options.rounds, Path(folder))
        finally:
            session.stop()
    print(json.dumps(found), flush=True)
    missed = [f"{name} ({most})" for name, most in BOUNDS.items() if found[name] > most]
    if missed and not options.no_bounds:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
