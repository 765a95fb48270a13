"""A thousand deferred FreshnessSensors in one event loop: the worst delay of the loop, and the queries that the databases see.

The triggers are those of a triggerer, created one after the other as it does, over tables in SQLite, DuckDB and PostgreSQL. Each table is
waited for by several. After some ticks one table of each database is loaded, and the waits for it must end.

- *worst_delay_ms* is the longest time by which a task that sleeps 2 ms wakes late while all wait; *idle_delay_ms* is the same on an empty
  loop, which the machine adds, and *start_delay_ms* the same in the first interval, when the process imports drivers, which has no bar.
- *most_a_tick* is the most queries of one table by tick, counted by the databases: a trace of SQLite, the statistics of PostgreSQL, and the
  statements that DuckDB's driver gets.
- *statements_a_tick* is the most statements that a connection is sent by tick.

Prints one JSON object; exits 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.sdk import Connection
from airflow.sdk.log import configure_logging
from server import Server, served

from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.triggers.freshness import FreshnessTrigger

SENSORS, TABLES, INTERVAL, TICKS = 1000, 300, 10.0, 6
KINDS = ("sqlite", "duckdb", "postgres")
BEAT = 0.002
BARS = {"worst_delay_ms": 100.0, "most_a_tick": 1.0}
_TABLE = re.compile(r'FROM "(t\d+)"')


class Counted:
    """Queries of each table, by kind of database, and statements of each kind."""

    def __init__(self) -> None:
        self.tables: Counter[tuple[str, str]] = Counter()
        self.statements: Counter[str] = Counter()

    def add(self, kind: str, sql: str) -> None:
        """Count a statement and the tables in it."""
        self.tables.update((kind, table) for table in _TABLE.findall(sql))


class DuckHook(DbApiHook):
    """A hook of DuckDB, as its provider writes it, that counts statements."""

    conn_name_attr = "duck_conn_id"
    conn_type = "duckdb"
    counted = Counted()

    def get_conn(self) -> Any:
        """Open the file."""
        return _CountedDuck(duckdb.connect(str(self.get_connection(self.get_conn_id()).host)))


class _CountedDuck:
    """A connection of DuckDB that counts what it executes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str) -> Any:
        """Count a statement and execute it."""
        DuckHook.counted.add("duckdb", sql)
        return self._connection.execute(sql)


def count(counted: Counted) -> None:
    """Let the databases and the package count from now on."""
    DuckHook.counted = counted
    connect, fetch_rows = sqlite3.connect, Warehouse.fetch_rows
    get_hook: Callable[..., Any] = Connection.get_hook

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(lambda sql: counted.add("sqlite", sql))
        return connection

    def hook_of(self: Connection, **options: Any) -> Any:
        return DuckHook(duck_conn_id=self.conn_id) if self.conn_type == "duckdb" else get_hook(self, **options)

    def fetch_and_count(self: Warehouse, sql: str, most: int) -> Any:
        counted.statements[self.name] += 1
        return fetch_rows(self, sql, most)

    replaced: list[tuple[object, str, object]] = [
        (sqlite3, "connect", traced),
        (Connection, "get_hook", hook_of),
        (Warehouse, "fetch_rows", fetch_and_count),
    ]
    for owner, name, counting in replaced:
        setattr(owner, name, counting)


def fill(folder: Path, server: Server, tables: int) -> None:
    """Create the tables, a third in each database, and the connections."""
    for kind in ("sqlite", "duckdb"):
        os.environ[f"AIRFLOW_CONN_{kind.upper()}"] = json.dumps({"conn_type": kind, "host": str(folder / f"{kind}.db")})
    os.environ["AIRFLOW_CONN_POSTGRES"] = json.dumps(server.connection)
    for number in range(tables):
        execute(folder, server, KINDS[number % 3], f"CREATE TABLE t{number} (id INTEGER, loaded_at TIMESTAMP)")


def execute(folder: Path, server: Server, kind: str, sql: str) -> None:
    """Run a statement outside of what is counted."""
    if kind == "postgres":
        with psycopg.connect(server.address, autocommit=True) as connection:
            connection.execute(sql.encode())
    elif kind == "duckdb":
        with duckdb.connect(str(folder / "duckdb.db")) as duck:
            duck.execute(sql)
    else:
        lite = sqlite3.Connection(folder / "sqlite.db", isolation_level=None)
        lite.execute(sql)
        lite.close()


def postgres_scans(server: Server) -> Counter[tuple[str, str]]:
    """Return how often PostgreSQL has scanned each table."""
    with psycopg.connect(server.address) as connection:
        return Counter(
            {("postgres", name): scans for name, scans in connection.execute("SELECT relname, seq_scan FROM pg_stat_user_tables")}
        )


class Heart:
    """A task that sleeps shortly, and how late it woke."""

    def __init__(self) -> None:
        self.delays: list[float] = []

    async def beat(self) -> None:
        """Sleep again and again."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(BEAT)
            self.delays.append(time.perf_counter() - began - BEAT)

    def worst_ms(self) -> float:
        """Return the longest delay."""
        return round(max(self.delays) * 1000, 1)

    def p99_ms(self) -> float:
        """Return the delay that one wake in a hundred exceeds."""
        return round(sorted(self.delays)[len(self.delays) * 99 // 100] * 1000, 1)


async def watched(seconds: float) -> Heart:
    """Return the delays of a loop with nothing else to do."""
    heart = Heart()
    task = asyncio.create_task(heart.beat())
    await asyncio.sleep(seconds)
    task.cancel()
    return heart


async def waits(folder: Path, server: Server, options: argparse.Namespace) -> dict[str, float]:
    """Run the triggers, and return the figures."""
    counted, heart = Counted(), Heart()
    idle = await watched(min(options.interval, 5.0))
    count(counted)
    before = postgres_scans(server)
    beating = asyncio.create_task(heart.beat())
    began, tasks = asyncio.get_running_loop().time(), []
    for number in range(options.sensors):
        table = number % options.tables
        trigger = FreshnessTrigger(KINDS[table % 3], f"t{table}", "loaded_at", 3600.0, poke_interval=options.interval)
        tasks.append(asyncio.create_task(anext(trigger.run())))
        await asyncio.sleep(0)
    await asyncio.sleep(options.interval)
    start, heart.delays = heart.worst_ms(), []
    await asyncio.sleep(options.interval * options.ticks)
    early = sum(task.done() for task in tasks)
    for number in range(3):
        moment = "CURRENT_TIMESTAMP" if number == 0 else "CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"
        await asyncio.to_thread(execute, folder, server, KINDS[number], f"INSERT INTO t{number} VALUES (1, {moment})")
    await asyncio.sleep(options.interval * 2)
    ticks = int(asyncio.get_running_loop().time() // options.interval - began // options.interval) + 1
    beating.cancel()
    ended = [task.result().payload["summary"]["fresh"] for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(1.5)  # for the statistics of the sessions that have ended
    counted.tables += postgres_scans(server) - before
    expected = sum(number % options.tables < 3 for number in range(options.sensors))
    return {
        "sensors": options.sensors,
        "tables": options.tables,
        "ticks": ticks,
        "fired": len(ended),
        "as_expected": int(early == 0 and len(ended) == expected and all(ended)),
        "worst_delay_ms": heart.worst_ms(),
        "p99_delay_ms": heart.p99_ms(),
        "idle_delay_ms": idle.worst_ms(),
        "start_delay_ms": start,
        "tables_asked": len(counted.tables),
        "most_a_tick": round(max(counted.tables.values()) / ticks, 2),
        "statements_a_tick": round(max(counted.statements.values()) / ticks, 2),
    }


def main() -> None:
    """Print the figures. Exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sensors", type=int, default=SENSORS)
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--interval", type=float, default=INTERVAL, help="seconds between two ticks")
    parser.add_argument("--ticks", type=int, default=TICKS, help="ticks before a table of each database is loaded")
    parser.add_argument("--no-bounds", action="store_true", help="print the figures and exit 0")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served() as server:
        configure_logging(json_output=True, output=(Path(folder) / "triggerer.log").open("wb"))  # as a triggerer logs
        fill(Path(folder), server, options.tables)
        found = asyncio.run(waits(Path(folder), server, options))
    missed = [f"{name} {found[name]} (at most {bar:g})" for name, bar in BARS.items() if found[name] > bar]
    missed += [] if found["as_expected"] else ["a wait ended too early or not at all"]
    print(json.dumps(found), flush=True)
    if missed and not options.no_bounds:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
