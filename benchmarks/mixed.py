"""The mixed suite of 60 checks: ours, the best SQL by hand, Great Expectations and Soda Core 4, on the server that ``one_scan.py`` started.

Database time is the sum of what the server logs for each statement between the call and its end (``log_min_duration_statement = 0``), for
all alike, and nothing else is connected. Seconds go from the call to the stored result, imports done: ours from the declared checks to the
rows of a SQLite results store, Great Expectations' from the suite to its result, Soda's from its two files to its result. Soda Core comes
under the Elastic License 2.0, so it is measured in a virtual environment of its own and is no dependency of anything here.

All take turns, in rounds; each figure is the median of its turns. ``queries`` counts every statement that is more than a setting, queries
of the catalogue included.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mixed_checks
import mixed_tools
from server import Server

BOUNDS = {"ratio_to_hand": 1.15, "ratio_to_fastest_db": 1.0, "ratio_to_fastest": 1.0}
_DURATION = re.compile(r"duration: ([0-9.]+) ms")
_STATEMENT = re.compile(r"duration: [0-9.]+ ms  (?:statement|execute [^:]*): (?!BEGIN|COMMIT|ROLLBACK|SET|SHOW)")


class ServerLog:
    """Statements that the server has logged since the last call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = path.stat().st_size

    def read(self) -> tuple[float, int]:
        """Return seconds in the database, and statements that were more than a setting."""
        with self._path.open(encoding="utf-8", errors="replace") as file:
            file.seek(self._seen)
            text = file.read()
            self._seen = file.tell()
        return sum(map(float, _DURATION.findall(text))) / 1000, len(_STATEMENT.findall(text))


@dataclass
class Contender:
    """Someone who does the work, and what it took."""

    work: Callable[[], float]
    """Does it once, and returns the seconds."""
    seconds: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    queries: int = 0

    def take_turn(self, log: ServerLog) -> None:
        """Do the work, and note what it took."""
        log.read()
        self.seconds.append(self.work())
        database, self.queries = log.read()
        self.database.append(database)


def timed(work: Callable[[], object]) -> float:
    """Return seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def ours(hook: Any, folder: Path) -> Callable[[], float]:
    """Run our suite, as ``QualityCheckOperator`` runs and keeps it."""
    from dataclasses import replace

    from airflow_dre.checks.declared.parse import parse_checks
    from airflow_dre.config import read_settings
    from airflow_dre.engines.warehouse import opened
    from airflow_dre.services.incidents.delivery import deliver
    from airflow_dre.services.quality.report import render_report
    from airflow_dre.services.quality.run import Suite, run_suite
    from airflow_dre.services.quality.signal import delivery_of
    from airflow_dre.sql.dialects import find_dialect
    from airflow_dre.sql.scope import Scope
    from airflow_dre.values.dataset import DatasetName

    settings = replace(read_settings(), store_url=f"sqlite:///{folder / 'results.db'}", spool_folder=folder / "spool")

    def work() -> None:
        checks = parse_checks(mixed_tools.our_checks())
        scope = Scope(("wide_mixed",), None, find_dialect("postgres"))
        suite = Suite(name="mixed", dataset=DatasetName("postgres://bench", "wide_mixed"), scope=scope, checks=checks)
        with opened(hook) as warehouse:
            run = run_suite(suite, warehouse, datetime.now(UTC)).record
        render_report(run)
        deliver(delivery_of(run), settings)
        assert len(run.results) == mixed_checks.CHECKS, len(run.results)
        broken = [(found.definition.name, found.reason) for found in run.results if found.outcome.value != "passed"]
        assert not broken, broken

    return lambda: timed(work)


def hand(hook: Any) -> Callable[[], float]:
    """Return the same numbers by hand."""
    statements = mixed_tools.by_hand()

    def work() -> None:
        with contextlib.closing(hook.get_conn()) as connection, contextlib.closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    return lambda: timed(work)


def great_expectations(url: str) -> Callable[[], float]:
    """Return the suite of Great Expectations."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_sql("mixed", connection_string=url).add_table_asset("wide_mixed", table_name="wide_mixed")
    definition = asset.add_batch_definition_whole_table("all")

    def work() -> None:
        suite = gx.ExpectationSuite(name="mixed", expectations=mixed_tools.gx_expectations())
        result = definition.get_batch().validate(suite)
        assert result.success, [found.expectation_config for found in result.results if not found.success]

    return lambda: timed(work)


@contextlib.contextmanager
def soda(connection: dict[str, Any], interpreter: Path, folder: Path) -> Iterator[Callable[[], float]]:
    """Run Soda Core in a process of its own."""
    source, contract = folder / "source.yml", folder / "contract.yml"
    source.write_text(mixed_tools.soda_source(connection))
    contract.write_text(mixed_tools.soda_contract())
    command = [str(interpreter), str(Path(__file__).with_name("soda_side.py")), str(source), str(contract)]
    environment = os.environ | {"SODA_CORE_TELEMETRY_ENABLED": "false"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        commands, answers = process.stdin, process.stdout
        assert commands is not None
        assert answers is not None
        answers.readline()

        def work() -> float:
            print("again", file=commands, flush=True)
            found = json.loads(answers.readline())
            expected = mixed_tools.done("soda")
            assert (found["checks"], found["passed"]) == (expected, expected), found
            return float(found["seconds"])

        yield work
        commands.close()


def find_soda(folder: Path) -> Path | None:
    """Return the interpreter of a virtual environment that has Soda Core 4, or None, loudly."""
    interpreter = folder / "bin" / "python"
    if interpreter.exists() and subprocess.run([str(interpreter), "-c", "import soda_postgres"], check=False).returncode == 0:
        return interpreter
    print(f"SODA CORE WAS NOT MEASURED: {folder} does not have it.", file=sys.stderr)
    return None


def install_soda(folder: Path) -> Path | None:
    """Return the interpreter of a new virtual environment with Soda Core 4, or None, loudly, where it cannot be had."""
    venv.create(folder, with_pip=True)
    interpreter = folder / "bin" / "python"
    command = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "soda-postgres>=4,<5"]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode == 0:
        return interpreter
    print(f"SODA CORE WAS NOT MEASURED: it cannot be installed.\n{installed.stderr[-2000:]}", file=sys.stderr)
    return None


def run(server: Server, rows: int, rounds: int, folder: Path, soda_venv: Path | None) -> dict[str, Any]:
    """Measure all, on the table that ``mixed_checks.fill`` made."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET log_min_duration_statement = 0")
        admin.execute("SELECT pg_reload_conf()")
    interpreter = find_soda(soda_venv) if soda_venv is not None else install_soda(folder / "soda")
    contenders = {"ours": Contender(ours(server.hook, folder)), "hand": Contender(hand(server.hook))}
    contenders["gx"] = Contender(great_expectations(server.sqlalchemy_url))
    with contextlib.ExitStack() as stack:
        if interpreter is not None:
            contenders["soda"] = Contender(stack.enter_context(soda(server.connection, interpreter, folder)))
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        for name in ("hand", "ours"):
            contenders[name].work()
        log = ServerLog(server.folder / "log")
        for _ in range(rounds):
            for name in ("ours", "hand", "ours", "hand", "gx", "soda"):
                if name in contenders:
                    contenders[name].take_turn(log)
    return summary(rows, contenders)


def summary(rows: int, contenders: dict[str, Contender]) -> dict[str, Any]:
    """Return the figures of one line."""
    seconds = {name: statistics.median(found.seconds) for name, found in contenders.items()}
    database = {name: statistics.median(found.database) for name, found in contenders.items()}
    peers = [name for name in contenders if name not in ("ours", "hand")]
    line: dict[str, Any] = {"rows": rows, "checks": mixed_checks.CHECKS, "queries": contenders["ours"].queries}
    for name in contenders:
        line |= {f"{name}_db_s": round(database[name], 3), f"{name}_s": round(seconds[name], 3)}
    line["ratio_to_hand"] = round(database["ours"] / database["hand"], 3)
    line["ratio_to_fastest_db"] = round(database["ours"] / min(database[name] for name in peers), 3)
    line["ratio_to_fastest"] = round(seconds["ours"] / min(seconds[name] for name in peers), 3)
    line["queries_of"] = {name: found.queries for name, found in contenders.items() if name != "ours"}
    line["not_done"] = {name: mixed_tools.NOT_DONE[name] for name in peers} | ({} if "soda" in contenders else {"soda": "not installed"})
    return line


def missed(line: dict[str, Any]) -> list[str]:
    """Return the bounds that a line misses."""
    return [f"{name} ({bound})" for name, bound in BOUNDS.items() if line[name] > bound]
