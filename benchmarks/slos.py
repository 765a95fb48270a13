"""1,000 objectives over 1,000,000 results: the time of the first evaluation, and of the next one, which reads only what is new.

The store holds 1,000 tables with a suite of 10 checks each and 100 runs of each suite, one every seven hours. It is embedded (SQLite), or
with ``--store postgresql`` on a server. Each table has an objective: of the rows of all its checks, of its checks, of its runs, or of the
rows of one check by name. Then

- *first* is ``evaluate_objectives`` when nothing was counted yet: it reads every result,
- *next* is the same after one more run of every tenth suite, and
- *quiet* is the same with nothing new.

*read* is the number of suite runs that *next* counted, which must be those that are new. ``first_cpu_s`` is the time of the
processor in *first*, for a machine on which others work. Prints one JSON object, and exits 1 if a bar is
missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server import served
from sqlalchemy import text

from airflow_dre.checks.outcomes import Outcome, Range
from airflow_dre.config import read_settings
from airflow_dre.incidents.signals import Origin
from airflow_dre.services.slo.objectives import Evaluated, declare_objectives, evaluate_objectives
from airflow_dre.services.wiring import Wiring
from airflow_dre.slo import SLO, checks_passed, rows_passed, runs_passed
from airflow_dre.store.limits import MIGRATION
from airflow_dre.store.records import Definition, ResultRecord, SuiteRunRecord
from airflow_dre.store.results import save_suite_run
from airflow_dre.store.schema import migrate
from airflow_dre.store.slos import read_slos

RESULTS = 1_000_000
CHECKS = 10
"""Checks of a suite."""
RUNS = 100
"""Runs of a suite."""
BARS = {"first_s": 5.0, "next_s": 5.0, "quiet_s": 5.0}
PAUSE = timedelta(hours=7)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

KEY = "substr('00000000' || CAST(n.value AS TEXT), length(CAST(n.value AS TEXT)) + 1) || substr({}, 9)"
"""A key that mixes the runs of all suites, as digests do."""
NUMBERS = "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value + 1 < :runs)"
EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', r.measured_at, (-n.value * :minutes) || ' minutes')",
    "postgresql": "r.measured_at - n.value * :minutes * INTERVAL '1 minute'",
}
"""The moment of a repeated run, by database."""
REPEAT_RUNS = """
INSERT INTO dre_suite_run {numbers}
SELECT {key}, r.namespace, r.name, r.suite, r.dag_id, 'run ' || CAST(n.value AS TEXT), r.task_id, r.map_index, r.try_number, r.dag_version,
       r.data_interval_start, r.data_interval_end, r.partition_key, r.row_filter, r.engine, r.outcome, r.score, r.counts, r.queries,
       {earlier}, r.seconds
FROM n CROSS JOIN dre_suite_run AS r
"""
REPEAT_RESULTS = """
INSERT INTO dre_result ({columns}) {numbers} SELECT {key}, {run_key}, {more} FROM n CROSS JOIN dre_result AS r
"""
REPEAT_EVENTS = """
INSERT INTO dre_slo_event (run_key, identity, minute) {numbers}
SELECT {run_key}, {run_key}, r.minute - n.value * :minutes FROM n CROSS JOIN dre_slo_event AS r
"""


def suite_run(table: int, at: datetime, run: str) -> SuiteRunRecord:
    """Return a run of the suite of a table. Every fiftieth table has a check that fails."""
    results = tuple(
        ResultRecord(
            check_id=f"{table:08x}{check:08x}",
            definition=Definition(name=f"check {check}", kind="not_null", columns=("a",), dimension="accuracy", severity="error"),
            outcome=Outcome.FAILED if check == 0 and table % 50 == 0 else Outcome.PASSED,
            reason="because",
            expected="at most 0 violating",
            observed="0",
            value=0.0,
            unit="rows",
            violations=int(check == 0 and table % 50 == 0),
            rows=1000,
            warn=Range(),
            fail=Range(high=0.0),
            statement=f"SELECT {table}",
        )
        for check in range(CHECKS)
    )
    failed = any(result.outcome is Outcome.FAILED for result in results)
    return SuiteRunRecord(
        namespace="postgres://db:5432",
        name=f"shop.public.table_{table}",
        suite=f"load_{table}.check",
        origin=Origin(dag_id=f"load_{table}", run_id=run, task_id="check", map_index=-1, try_number=1),
        engine="postgres",
        outcome=Outcome.FAILED if failed else Outcome.PASSED,
        score=100.0,
        queries=1,
        measured_at=at,
        seconds=0.1,
        results=results,
    )


def fill(wiring: Wiring, tables: int) -> None:
    """Write the newest run of each suite as a task does, and repeat it backwards in time."""
    database = wiring.store.database
    migrate(database)
    with database.write() as connection:
        for table in range(tables):
            save_suite_run(connection, suite_run(table, NOW - timedelta(minutes=table % 60), "run 0"))
    names: tuple[str, ...] = (
        "position",
        "check_id",
        "definition",
        "outcome",
        "reason",
        "expected",
        "observed",
        "value",
        "unit",
        "violations",
        "rows",
    )
    names += ("warn_low", "warn_high", "fail_low", "fail_high", "definition_digest", "statement_digest", "segments", "sample")
    filled = {"numbers": NUMBERS, "key": KEY.format("r.key"), "run_key": KEY.format("r.run_key")}
    given = {"runs": RUNS, "minutes": PAUSE // MINUTE}
    dialect = database.engine.dialect.name
    with database.write(MIGRATION) as connection:
        connection.execute(text(REPEAT_RUNS.format(earlier=EARLIER[dialect], **filled)), given)
        results = REPEAT_RESULTS.format(
            columns=", ".join(("key", "run_key", *names)), more=", ".join(f"r.{name}" for name in names), **filled
        )
        connection.execute(text(results), {"runs": RUNS})
        connection.execute(text(REPEAT_EVENTS.format(**filled)), given)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if dialect == "postgresql":  # as the server itself does sooner or later
            connection.execute(text("VACUUM ANALYZE"))


def objectives(tables: int) -> list[SLO]:
    """Return an objective for each table, of four kinds in turn."""
    found = []
    for table in range(tables):
        name = f"table_{table}"
        kinds = (rows_passed(name), checks_passed(name), runs_passed(name), rows_passed(name, check="check 0"))
        found.append(SLO(f"table-{table}", sli=kinds[table % 4], target="99%"))
    return found


def timed(wiring: Wiring, at: datetime) -> tuple[float, Evaluated]:
    """Return how long an evaluation takes, and what it found."""
    began = time.perf_counter()
    found = evaluate_objectives(wiring, at)
    return round(time.perf_counter() - began, 3), found


def measure(wiring: Wiring, tables: int) -> dict[str, float | int]:
    """Return the figures."""
    fill(wiring, tables)
    declare_objectives(wiring, "monitor", objectives(tables), NOW)
    began = time.process_time()
    first, found = timed(wiring, NOW)
    used = time.process_time() - began
    assert (found.objectives, found.counted) == (tables, tables * RUNS), found
    with wiring.store.database.write() as connection:
        fresh = [suite_run(table, NOW + MINUTE, "run new") for table in range(0, tables, 10)]
        for run in fresh:
            save_suite_run(connection, run)
    following, more = timed(wiring, NOW + MINUTE)
    quiet, none = timed(wiring, NOW + 2 * MINUTE)
    with wiring.store.database.read() as connection:
        states = [row.state for row in read_slos(connection)]
    return {
        "results": tables * RUNS * CHECKS,
        "slos": tables,
        "spent": states.count("spent"),
        "first_s": first,
        "first_cpu_s": round(used, 3),
        "next_s": following,
        "quiet_s": quiet,
        "new_runs": len(fresh),
        "read": more.counted,
        "read_quiet": none.counted,
    }


@contextlib.contextmanager
def address(kind: str, folder: str) -> Iterator[str]:
    """Yield the address of an empty store."""
    if kind == "sqlite":
        yield f"sqlite:///{Path(folder) / 'dre.db'}"
        return
    with served() as server:
        yield server.address.replace("postgresql://", "postgresql+psycopg://")


def main() -> None:
    """Print the figures, and exit with 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=RESULTS)
    parser.add_argument("--store", choices=sorted(EARLIER), default="sqlite", help="database of the store")
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, address(options.store, folder) as url:
        wiring = Wiring(replace(read_settings(), store_url=url, spool_folder=Path(folder) / "spool"))
        try:
            found = measure(wiring, options.results // (CHECKS * RUNS))
        finally:
            wiring.store.database.engine.dispose()
    print(json.dumps(found), flush=True)
    missed = [name for name, bar in BARS.items() if found[name] > bar]
    if (found["read"], found["read_quiet"]) != (found["new_runs"], 0):
        missed.append("read")
    if missed and not options.no_bounds:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
