"""A running Airflow: the parts that ``airflow standalone`` runs, in a process group of their own, started once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import warm
from tests.spreading import note

HERE = Path(__file__).parent
OUTLIVE = """
import os, signal, sys, time

sys.stdin.read()
try:
    os.killpg(int(sys.argv[1]), signal.SIGTERM)
    time.sleep(20)
    os.killpg(int(sys.argv[1]), signal.SIGKILL)
except ProcessLookupError:
    pass
"""
"""Program of a process that ends a process group as soon as its input is closed, because pytest itself may be killed."""
ROUTES = ("oncall", "audit")
"""``oncall`` is named in the callbacks of the Dags, ``audit`` receives every message."""
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For requests without TLS: to load certificates for each of them would cost more than the request."""
PARTS = ("scheduler", "dag-processor", "api-server", "triggerer")
PASSWORDS = {"admin": "admin-pw", "vera": "vera-pw"}


@dataclass
class Stack:
    """A running Airflow and what surrounds it."""

    home: Path
    address: str
    told: list[dict[str, Any]]
    """The messages of the receiver, in order."""
    refusals: list[str]
    """Texts: for each one the next message to ``oncall`` that holds it is answered with 500."""
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, user: str) -> str:
        """Return a JWT."""
        if user not in self.tokens:
            body = {"username": user, "password": PASSWORDS[user]}
            answer = httpx.post(f"{self.address}/auth/token", json=body, timeout=30, verify=NO_CERTIFICATES)
            self.tokens[user] = answer.raise_for_status().json()["access_token"]
        return self.tokens[user]

    def call(self, method: str, path: str, *, user: str | None = "admin", **arguments: Any) -> httpx.Response:
        """Send an HTTP request as a user, or without one, and return the response."""
        headers = {**arguments.pop("headers", {}), **({"Authorization": f"Bearer {self.token(user)}"} if user else {})}
        return httpx.request(method, f"{self.address}/{path}", headers=headers, timeout=60, verify=NO_CERTIFICATES, **arguments)

    def trigger(self, dag_id: str, *, wait: timedelta = timedelta(0), **conf: Any) -> str:
        """Start a run, at the earliest after a wait."""
        body = {"logical_date": None, "conf": conf, "run_after": (datetime.now(UTC) + wait).isoformat()}
        return str(self.insist("POST", f"api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def insist(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """Ask Airflow's own API again while it answers 500: its SQLite database may be locked."""
        for _ in range(20):
            answer = self.call(method, path, **arguments)
            if answer.status_code != 500:
                break
            time.sleep(1)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def known(self) -> set[str]:
        """Return the ids of the Dags that Airflow has read."""
        return {found["dag_id"] for found in self.insist("GET", "api/v2/dags?limit=100")["dags"]}

    def state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        return str(self.insist("GET", f"api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def finish(self, dag_id: str, run_id: str, seconds: float = 180) -> str:
        """Wait until a run has ended, and return its state."""
        wait(lambda: self.has_ended(dag_id, run_id), seconds, f"run of {dag_id} to end")
        return self.state(dag_id, run_id)

    def tasks(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """Return the task instances of a run by id."""
        found = self.insist("GET", f"api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances")
        return {ti["task_id"]: ti for ti in found["task_instances"]}

    def returned(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """Return the value that a task returned."""
        path = f"api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        return self.insist("GET", path)["value"]

    def has_ended(self, dag_id: str, run_id: str) -> bool:
        """Return whether a run has ended. Airflow's own database is read: a request would cost much more for what is polled."""
        return self._found("dag_run WHERE dag_id = ? AND run_id = ? AND state IN ('success', 'failed')", dag_id, run_id)

    def in_state(self, dag_id: str, run_id: str, task_id: str, state: str) -> bool:
        """Return whether a task is in a state, by Airflow's own database."""
        return self._found("task_instance WHERE dag_id = ? AND run_id = ? AND task_id = ? AND state = ?", dag_id, run_id, task_id, state)

    def _found(self, rows: str, *values: str) -> bool:
        with contextlib.closing(sqlite3.connect(self.home / "airflow.db", timeout=30)) as connection:
            return connection.execute(f"SELECT 1 FROM {rows}", values).fetchone() is not None

    def rows(self, query: str) -> list[sqlite3.Row]:
        """Return rows of the results store."""
        with contextlib.closing(sqlite3.connect(self.home / "dre.db", timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query).fetchall()

    def incidents(self, condition: str) -> list[sqlite3.Row]:
        """Return the incidents that meet a SQL condition."""
        return self.rows(f"SELECT * FROM dre_incident WHERE {condition} ORDER BY id")

    def warehouse(self, statement: str) -> None:
        """Change the warehouse."""
        with contextlib.closing(sqlite3.connect(self.home / "w.db", timeout=30)) as connection, connection:
            connection.execute(statement)

    def pid(self, part: str) -> int:
        """Return the process of a part of Airflow."""
        return int((self.home / f"{part}.pid").read_text())

    def kill(self, part: str) -> int:
        """Kill a part of Airflow and its processes, and return its process. It is started again at once."""
        killed = self.pid(part)
        process = import_module("psutil").Process(killed)
        for each in [*process.children(recursive=True), process]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)
        return killed

    def messages_about(self, text: str, route: str = "oncall") -> list[dict[str, Any]]:
        """Return the messages to a route whose summary or labels contain a text, in order."""
        return [message for message in self.told if message["receiver"] == route and text in json.dumps(message)]

    def told_about(self, text: str, route: str = "oncall") -> list[str]:
        """Return the statuses of the messages to a route that contain a text."""
        return [message["status"] for message in self.messages_about(text, route)]


def wait(until: Callable[[], Any], seconds: float, what: str) -> None:
    """Poll until something is true."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.5)


def free_port() -> int:
    """Return a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(home: Path, port: int, receiver: int) -> dict[str, str]:
    """Return the environment of the stack."""
    address = f"http://127.0.0.1:{port}"
    options = {
        "API__BASE_URL": address,
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__WORKERS": "1",
        "API_AUTH__JWT_SECRET": "a secret that is long enough for every algorithm, and only for tests",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__DAGS_FOLDER": str(HERE / "dags"),
        "CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "14",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,vera:viewer",
        "DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "patience.CONNECT",
        "DRE__DEFAULT_ROUTES": "audit",
        "DRE__ROUTES": json.dumps({name: {"channel": "webhook", "url": f"http://127.0.0.1:{receiver}/{name}"} for name in ROUTES}),
        "LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        "LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "OPENLINEAGE__TRANSPORT": json.dumps({"type": "file", "log_file_path": str(home / "ol.jsonl"), "append": True}),
        "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "TRIGGERER__DEFAULT_CAPACITY": "20",
    }
    connections = {
        "AIRFLOW_CONN_WAREHOUSE": json.dumps({"conn_type": "sqlite", "host": str(home / "w.db")}),
        "AIRFLOW_CONN_GONE": json.dumps({"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "u", "password": "hunter2"}),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    given = {f"AIRFLOW__{name}": value for name, value in options.items()}
    path = os.pathsep.join([str(Path(sys.executable).parent), inherited.get("PATH", "")])
    return {**inherited, **given, **connections, "AIRFLOW_HOME": str(home), "PATH": path, "PYTHONPATH": str(HERE)}


def fill(path: Path) -> None:
    """Create the warehouse of the scenarios."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for table in ("orders", "bounced"):
            connection.execute(f"CREATE TABLE {table} (id INTEGER, amount INTEGER)")
            connection.execute(f"INSERT INTO {table} VALUES (1, 10), (2, NULL)")
        connection.execute("CREATE TABLE good AS SELECT 1 AS id, 5 AS amount, datetime('now') AS created_at")
        connection.execute("CREATE TABLE bad AS SELECT 1 AS id, NULL AS amount")
        connection.execute("CREATE TABLE old AS SELECT 1 AS id, datetime('now', '-9 days') AS created_at")
        connection.execute("CREATE TABLE soon AS SELECT * FROM old")
        connection.execute("CREATE TABLE stale AS SELECT 1 AS id, datetime('now', '-3 hours') AS created_at")
        connection.execute("CREATE TABLE kept_back AS SELECT 1 AS id, datetime('now', '+2 minutes') AS created_at")
        connection.execute("CREATE TABLE outlived AS SELECT 1 AS id, datetime('now') AS created_at")
        connection.execute("CREATE TABLE shown (id INTEGER, amount INTEGER, region TEXT)")
        empty = {55, 65, 81, 85, 88, 91, 95, 99}
        connection.executemany(
            "INSERT INTO shown VALUES (?, ?, ?)", [(n, None if n in empty else n, "east" if n % 4 else None) for n in range(1, 101)]
        )


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, airflow_template: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Start Airflow, wait until it is healthy and knows the Dags, and end it with all its processes."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that `timeout` leaves no Airflow behind
    home = tmp_path_factory.mktemp("airflow")
    note(request.config, f"Log of the running Airflow: {home / 'airflow.log'}", after_failure=True)
    (home / "passwords.json").write_text(json.dumps(PASSWORDS))
    fill(home / "w.db")
    shutil.copy(airflow_template, home)
    with contextlib.closing(sqlite3.connect(home / "airflow.db")) as metadata:
        metadata.execute("PRAGMA journal_mode=WAL")  # else Airflow's readers and writers block each other for seconds
    told: list[dict[str, Any]] = []
    refusals: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            here = message["receiver"] == "oncall"
            refused = next((text for text in refusals if here and text in json.dumps(message)), None)
            if refused is None:
                told.append(message)
            else:
                refusals.remove(refused)
            self.send_response(200 if refused is None else 500)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    running = Stack(home, f"http://127.0.0.1:{port}", told, refusals)
    command = [sys.executable, "-P", warm.__file__, "run together", *PARTS]
    environment = settings(home, port, server.server_port)
    with (home / "airflow.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    heir = subprocess.Popen([sys.executable, "-c", OUTLIVE, str(process.pid)], stdin=subprocess.PIPE, start_new_session=True)

    def stop() -> None:
        end(process.pid)
        process.wait(30)
        heir.communicate()
        server.shutdown()
        server.server_close()

    _ENDS.callback(stop)
    try:
        wait(lambda: process.poll() is not None or healthy(running), 180, "Airflow to be healthy")
        assert process.poll() is None, f"Airflow ended with {process.returncode} while it started"
        wait(lambda: running.known() >= {*STARTED, "reliability_monitor"}, 60, "the Dags to be known")
        yield running
    except AssertionError:
        print((home / "airflow.log").read_text()[-5000:])
        raise
    finally:
        _ENDS.close()


_ENDS = contextlib.ExitStack()
"""Stops of the running Airflow."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End Airflow after the last test of this folder: an idle one would take a tenth of the machine from the tests after it."""
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        _ENDS.close()


STARTED = [
    "by_hand",
    "failed_early",
    "due",
    "due_killed",
    "late",
    "worker_lost",
    "killed",
    "killed_and_told",
    "killed_for_access",
    "killed_for_pages",
    "bad_data",
    "bad_mapped",
    "flaky",
    "no_warehouse",
    "waits_deferrable",
    "waits_reschedule",
    "waits_poke",
]


@pytest.fixture(scope="session", autouse=True)
def runs(stack: Stack) -> dict[str, str]:
    """Start one run of each Dag, all at once. ``failed_early`` is marked failed before it starts, ``by_hand`` as soon as its task runs."""
    early = {"failed_early": stack.trigger("failed_early", wait=timedelta(minutes=1))}
    _fail_by_hand(stack, "failed_early", early["failed_early"])
    started = early | {dag_id: stack.trigger(dag_id) for dag_id in STARTED if dag_id not in early}
    for last in (50, 60, 70):
        stack.trigger("shown", last=last)
    wait(lambda: stack.in_state("by_hand", started["by_hand"], "sleep", "running"), 180, "the task of by_hand to run")
    _fail_by_hand(stack, "by_hand", started["by_hand"])
    return started


def _fail_by_hand(stack: Stack, dag_id: str, run_id: str) -> None:
    stack.insist("PATCH", f"api/v2/dags/{dag_id}/dagRuns/{run_id}", json={"state": "failed"})


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Return the folder of the screenshots, which is printed at the end."""
    folder = tmp_path_factory.mktemp("pictures")
    note(request.config, f"Screenshots of the pages: {folder}")
    return folder


def healthy(stack: Stack) -> bool:
    """Return whether all components answer."""
    try:
        found = httpx.get(f"{stack.address}/api/v2/monitor/health", timeout=5, verify=NO_CERTIFICATES).json()
    except (httpx.HTTPError, ValueError):
        return False
    return all(found[name]["status"] == "healthy" for name in ("metadatabase", "scheduler", "triggerer", "dag_processor"))


def end(group: int) -> None:
    """End a process group."""
    for ending, seconds in ((signal.SIGTERM, 20), (signal.SIGKILL, 10)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, ending)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(group, os.WNOHANG)
            try:
                os.killpg(group, 0)
            except ProcessLookupError:
                return
            time.sleep(0.2)
