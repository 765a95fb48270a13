"""``make demo``: twelve months of real flights through a real Airflow, then the UI.

Everything lives in ``.demo``, or the folder ``DEMO_HOME``: Airflow's database, the warehouse and the results, all SQLite. Set
``DEMO_ONCE=1`` to exit after the summary.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("DEMO_HOME") or ROOT / ".demo")
RUNS = 12
PATIENCE_SECONDS = 900
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class OnCall(BaseHTTPRequestHandler):
    """The person who carries the pager: every message is printed."""

    def do_POST(self) -> None:
        """Take one message."""
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        alert = message["alerts"][0]
        say(f"  on call hears: {message['status'].upper()} {alert['annotations']['summary']}")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Suppress the log of requests."""


def say(text: str = "") -> None:
    """Print at once."""
    print(text, flush=True)


def free_port(wanted: int = 0) -> int:
    """Return ``wanted`` if it is free, else any free port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def environment(port: int, pager: int) -> dict[str, str]:
    """Return Airflow's settings for the demo: embedded defaults, loopback only, every user is an admin."""
    address = f"http://localhost:{port}"
    settings = {
        "API__BASE_URL": address,
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "CORE__DAGS_FOLDER": str(HOME / "dags"),
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "DRE__ROUTES": json.dumps({"oncall": {"channel": "webhook", "url": f"http://127.0.0.1:{pager}/"}}),
        "LOGGING__LOGGING_LEVEL": "WARNING",
        "OPENLINEAGE__NAMESPACE": "demo",
        "OPENLINEAGE__TRANSPORT": json.dumps({"type": "file", "log_file_path": str(HOME / "openlineage.jsonl"), "append": True}),
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "TRIGGERER__DEFAULT_CAPACITY": "20",
    }
    warehouse = json.dumps({"conn_type": "sqlite", "host": str(HOME / "warehouse.db")})
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    given = {f"AIRFLOW__{name}": value for name, value in settings.items()}
    return {**inherited, **given, "AIRFLOW_HOME": str(HOME), "AIRFLOW_CONN_WAREHOUSE": warehouse, "PATH": path}


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Return rows of a SQLite file that another process writes, or none while it does not exist."""
    if not database.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []


def finished_runs() -> int:
    """Return the number of runs of the Dag that have ended."""
    found = rows(HOME / "airflow.db", "SELECT COUNT(*) FROM dag_run WHERE dag_id = 'flights_monthly' AND state IN ('success', 'failed')")
    return int(found[0][0]) if found else 0


def checked_months() -> list[tuple[Any, ...]]:
    """Return month, outcome, score and checks of each suite run, with the share of cancelled flights."""
    return rows(
        HOME / "dre.db",
        """SELECT s.data_interval_start, s.outcome, s.score, r.rows, r.value,
                  (SELECT COUNT(*) FROM dre_result AS a WHERE a.run_key = s.key)
           FROM dre_suite_run AS s JOIN dre_result AS r ON r.run_key = s.key
           JOIN dre_check_definition AS d ON d.digest = r.definition_digest
           WHERE json_extract(d.definition, '$.name') = 'not_null(dep_time)' ORDER BY s.data_interval_start""",
    )


def wait_until_up(airflow: subprocess.Popen[bytes], address: str) -> None:
    """Wait for the API server."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if airflow.poll() is not None:
            raise SystemExit(f"Airflow stopped early; see {HOME / 'airflow.log'}")
        with contextlib.suppress(URLError, OSError), urlopen(f"{address}/api/v2/version", timeout=5):
            return
        time.sleep(1)
    raise SystemExit(f"Airflow did not answer within 180 s; see {HOME / 'airflow.log'}")


def watch(airflow: subprocess.Popen[bytes]) -> None:
    """Print each month as its checks come in, until all runs have ended."""
    until, printed = time.monotonic() + PATIENCE_SECONDS, 0
    while finished_runs() < RUNS:
        if airflow.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"The runs did not finish; see {HOME / 'airflow.log'} and {HOME / 'logs'}")
        printed = print_new(printed)
        time.sleep(1)
    print_new(printed)


def print_new(printed: int) -> int:
    """Print the months after the first ``printed``, and return the number of all."""
    months = checked_months()
    for number, (start, outcome, score, seen, cancelled, _) in enumerate(months[printed:], printed + 1):
        month = MONTHS[int(str(start)[5:7]) - 1]
        say(f"[{number:2}/{RUNS}] {month} 2013: {seen:6} flights, {cancelled:5.2f} % cancelled, score {score:5.1f}, {outcome}")
    return len(months)


def summarize(address: str) -> None:
    """Print incidents and addresses, and a last line for a machine."""
    months = checked_months()
    checks = sum(row[5] for row in months)
    incidents = rows(HOME / "dre.db", "SELECT id, title, status, opened_at, resolved_at, occurrences FROM dre_incident ORDER BY id")
    say()
    for number, title, status, *_ in incidents:
        say(f"Incident {number}: {title} ({status})")
        say(f"  {address}/plugin/reliability/incidents/{number}")
    say(f"Overview:  {address}/plugin/reliability")
    say(f"OpenLineage events: {HOME / 'openlineage.jsonl'}")
    resolved = sum(1 for row in incidents if row[2] == "resolved")
    noun = "incident" if len(incidents) == 1 else "incidents"
    say(f"{finished_runs()} runs, {checks} checks, {len(incidents)} {noun} opened, {resolved} resolved")


def stop(airflow: subprocess.Popen[bytes]) -> None:
    """End Airflow with all its processes."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(airflow.pid, ending)
        until = time.monotonic() + 15
        while time.monotonic() < until and group_lives(airflow):
            time.sleep(0.2)


def group_lives(airflow: subprocess.Popen[bytes]) -> bool:
    """Return whether a process of Airflow's group is left."""
    airflow.poll()
    try:
        os.killpg(airflow.pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextlib.contextmanager
def served_demo() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start Airflow, run the twelve months, and yield Airflow's process and address. End all processes afterwards."""
    started = time.monotonic()
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "dags").mkdir(parents=True)
    shutil.copy(ROOT / "dags_examples" / "flights_monthly.py", HOME / "dags")
    pager = ThreadingHTTPServer(("127.0.0.1", 0), OnCall)
    threading.Thread(target=pager.serve_forever, daemon=True).start()
    port = free_port(8080)
    address = f"http://localhost:{port}"
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))
    say("Starting Airflow (about 40 seconds) ...")
    command = [str(Path(sys.executable).parent / "airflow"), "standalone"]
    with (HOME / "airflow.log").open("wb") as log:
        airflow = subprocess.Popen(
            command, env=environment(port, pager.server_port), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        wait_until_up(airflow, address)
        say(f"Airflow is up at {address} after {time.monotonic() - started:.0f} s. Loading, checking and publishing {RUNS} months:")
        watch(airflow)
        say(f"\nAll done after {time.monotonic() - started:.0f} s.")
        yield airflow, address
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        stop(airflow)
        pager.shutdown()


def main() -> None:
    """Run the demo, and serve the UI until Ctrl-C unless ``DEMO_ONCE`` is 1."""
    once = os.environ.get("DEMO_ONCE") == "1"
    with served_demo() as (airflow, address):
        summarize(address)
        if not once:
            say("The UI is served until Ctrl-C.")
        while not once and airflow.poll() is None:
            time.sleep(1)


if __name__ == "__main__":
    main()
