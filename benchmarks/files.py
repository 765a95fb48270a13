"""44 checks of 10,000,000 rows of Parquet through DuckDB, beside the same aggregates written by hand, and the memory they take.

The rows are those of ``one_scan.py``: 20 columns, numbers between texts of 32 characters, here in eight files of many row groups. Ours is
what a task does: find the files, compare their columns, plan, ask, judge, and all that a result keeps. *Fused* is one SELECT over
``read_parquet`` in a DuckDB of its own, as it comes. Both are measured in turn, each figure is the median; the memory is the peak of a
fresh process that runs our side only.

With ``--csv`` the rows are 1,000,000 of one CSV file, and *fused* declares the types of its columns, which ours finds out. What that
costs is bounded as time of all processors, since reading a CSV file is work for all of them.

Prints one JSON line; exits 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

ROWS = 10_000_000
ROUNDS = 10
FILES = 8
INTEGERS = [f"i{n}" for n in range(10)]
FLOATS = [f"f{n}" for n in range(4)]
TEXTS = [f"t{n}" for n in range(6)]
NOT_NULL = INTEGERS + FLOATS
BOUNDS = {"queries": 1, "ratio_to_fused": 1.15, "peak_mib": 1024}
CSV_ROWS = 1_000_000
CSV_BOUNDS = {"queries": 1, "ratio_of_cpu": 2.0, "peak_mib": 1024}
CSV_TYPES = {
    **dict.fromkeys(INTEGERS, "BIGINT"),
    **dict.fromkeys(FLOATS, "DOUBLE"),
    **dict.fromkeys(TEXTS, "VARCHAR"),
}


def fill(folder: Path, rows: int) -> None:
    """Write the files, the same for every run. Two of the texts have gaps."""
    import duckdb

    gaps = [("", "") if n < 4 else (f"CASE WHEN g % {n} > 0 THEN ", " END") for n in range(6)]
    texts = [f"{before}md5((g % {5000 + n})::VARCHAR){after} AS t{n}" for n, (before, after) in enumerate(gaps)]
    integers = [f"((g * {7 + n}) % {1000 + n})::INTEGER AS i{n}" for n in range(10)]
    floats = [f"((g * {3 + n}) % 977)::DOUBLE / {2 + n} AS f{n}" for n in range(4)]
    mixed = [column for group in zip_longest(texts, integers, floats) for column in group if column is not None]
    with duckdb.connect(":memory:", config={"temp_directory": str(folder)}) as database:
        for part in range(FILES):
            numbers = f"range({rows * part // FILES + 1}, {rows * (part + 1) // FILES + 1}) AS numbers(g)"
            database.execute(f"COPY (SELECT {', '.join(mixed)} FROM {numbers}) TO '{folder}/part-{part}.parquet' (ROW_GROUP_SIZE 122880)")


def as_csv(folder: Path) -> str:
    """Write the rows of the files into one CSV file, and return its path."""
    import duckdb

    path = f"{folder}/rows.csv"
    with duckdb.connect() as database:
        database.execute(f"COPY (FROM '{folder}/part-*.parquet') TO '{path}' (HEADER)")
    return path


def ours(pattern: str) -> tuple[Callable[[], object], Callable[[], int]]:
    """Run our suite, and return how many queries it took."""
    from airflow_dre.checks import column_max, column_min, mean, not_null
    from airflow_dre.checks.declared.parse import parse_checks
    from airflow_dre.services.quality.data import opened_data
    from airflow_dre.services.quality.run import Suite, run_suite
    from airflow_dre.services.quality.source import DataSpec

    declared = [not_null(name) for name in NOT_NULL]
    for name in INTEGERS:
        declared += [column_min(name, at_least=0), column_max(name, at_most=2000), mean(name, at_least=0, at_most=2000)]
    checks, queries = parse_checks(declared), [0]

    def work() -> None:
        with opened_data(pattern, DataSpec(subject="bench", task="bench.files")) as source:
            suite = Suite(name="bench", dataset=source.dataset, scope=source.scope, checks=checks)
            run = run_suite(suite, source.engine, datetime.now(UTC)).record
        assert len(run.results) == 44
        assert run.outcome.value == "passed", [result.reason for result in run.results]
        queries[0] = run.queries

    return work, lambda: queries[0]


def fused(pattern: str) -> Callable[[], object]:
    """Return the same aggregates, written by hand in the cheapest way we know."""
    import duckdb

    parts = ["COUNT(*)", *[f"COUNT({name})" for name in NOT_NULL], *[f"MIN({name}), MAX({name}), AVG({name})" for name in INTEGERS]]
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in CSV_TYPES.items())
    as_declared = f"read_csv('{pattern}', header = true, delim = ',', quote = '\"', escape = '\"', types = {{{types}}})"
    source = as_declared if pattern.endswith(".csv") else f"read_parquet('{pattern}')"
    sql = f"SELECT {', '.join(parts)} FROM {source}"

    def work() -> None:
        with duckdb.connect() as database:
            assert len(database.execute(sql).fetchall()[0]) == 45

    return work


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds of one run: on the clock, and of all processors, which others beside it change less."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - worked


def peak(pattern: str) -> float:
    """Return the most MiB that a fresh process takes, with the interpreter and all that is imported."""
    command = [sys.executable, str(Path(__file__).resolve()), "--only-ours", pattern]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def measure(pattern: str, rows: int, rounds: int) -> dict[str, Any]:
    """Return both sides in turn, and the memory of ours."""
    mine, queries = ours(pattern)
    by_hand = fused(pattern)
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "fused": []}
    for works in ({"ours": mine, "fused": by_hand}, *[{"fused": by_hand, "ours": mine}, {"ours": mine, "fused": by_hand}] * rounds):
        for name, work in works.items():
            taken[name].append(timed(work))
    seconds, cpu = (
        {name: statistics.median(each[place] for each in times[1:]) for name, times in taken.items()}  # the first reads from the disk
        for place in range(2)
    )
    return {
        "rows": rows,
        "checks": 44,
        "queries": queries(),
        "ours_s": round(seconds["ours"], 4),
        "fused_s": round(seconds["fused"], 4),
        "ratio_to_fused": round(seconds["ours"] / seconds["fused"], 3),
        "ratio_of_cpu": round(cpu["ours"] / cpu["fused"], 3),
        "peak_mib": round(peak(pattern), 1),
    }


def main() -> None:
    """Print the figures, and exit with 1 if a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, help=f"default: {ROWS}, and {CSV_ROWS} of CSV")
    parser.add_argument("--csv", action="store_true", help="read one CSV file")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    parser.add_argument("--only-ours", metavar="PATTERN", help="run our side once and print the peak memory in MiB")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dre-files-") as name:
        os.environ.setdefault("AIRFLOW_HOME", name)
        if given.only_ours:
            ours(given.only_ours)[0]()
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            return
        rows = given.rows or (CSV_ROWS if given.csv else ROWS)
        fill(Path(name), rows)
        found = measure(as_csv(Path(name)) if given.csv else f"{name}/part-*.parquet", rows, given.rounds)
    print(json.dumps(found))
    missed = [name for name, bound in (CSV_BOUNDS if given.csv else BOUNDS).items() if found[name] > bound]
    if missed and not given.no_bounds:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
