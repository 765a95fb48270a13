"""``airflow dre db check`` and ``airflow dre check-config``: one line for each mistake, no traceback, no secret, whatever is wrong."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from airflow_dre.cli import get_dre_cli_commands
from airflow_dre.listeners import starting
from airflow_dre.store.database import Database
from airflow_dre.store.schema import downgrade, head, migrate
from tests.databases import sqlite_file

pytestmark = pytest.mark.airflow
Said = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[[str], Said]:
    """Return a function that runs ``db check`` or ``check-config`` and returns its exit code, output and final error."""

    def command(name: str) -> Said:
        (group,) = get_dre_cli_commands()
        found = [*group.subcommands, *(each for one in group.subcommands for each in getattr(one, "subcommands", ()))]
        (action,) = [each for each in found if each.name == name]
        capsys.readouterr()
        try:
            action.func(None)
        except SystemExit as ended:
            return 1, capsys.readouterr().out, str(ended)
        return 0, capsys.readouterr().out, ""

    return command


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Yield the address of a server that accepts connections and sends nothing."""
    server = socket.create_server(("127.0.0.1", 0))
    yield f"127.0.0.1:{server.getsockname()[1]}"
    server.close()


STORE = "AIRFLOW__DRE__SQL_ALCHEMY_CONN"
ROUTES = "AIRFLOW__DRE__ROUTES"
ONCALL = json.dumps({"oncall": {"channel": "webhook", "url": "https://example.org/hook?token=s3cret"}})
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "an invalid URL": ({STORE: "warehouse"}, "sql_alchemy_conn"),
    "a word with a colon": ({STORE: "s3cret:"}, "sql_alchemy_conn"),
    "MySQL": ({STORE: "mysql://u:s3cret@127.0.0.1/x"}, "address"),
    "another driver": ({STORE: "oracle+cx_oracle://u:s3cret@127.0.0.1/x"}, "address"),
    "a database that does not exist": ({STORE: "nosuch://u:s3cret@h/x"}, "address"),
    "a server that is not there": ({STORE: "postgresql+psycopg://u:s3cret@127.0.0.1:1/x"}, "does not answer"),
    "a host that is not there": ({STORE: "postgresql+psycopg://u:s3cret@no-such-host.invalid/x"}, "does not answer"),
    "a password that is not encoded": ({STORE: "postgresql+psycopg://u:s3cret@a@h:5432/x"}, "results store"),
    "a file for a folder": ({STORE: "sqlite:////dev/null/dre.db"}, "cannot be made"),
    "routes that are no JSON": ({ROUTES: "{oncall: 's3cret'}"}, "invalid routes="),
    "routes that are a list": ({ROUTES: '["s3cret"]'}, "invalid routes="),
    "a route that is a text": ({ROUTES: '{"oncall": "https://s3cret"}'}, "route: oncall: "),
    "a route without a channel": ({ROUTES: '{"oncall": {"url": "https://s3cret"}}'}, "route: oncall: "),
    "an unknown channel": ({ROUTES: '{"oncall": {"channel": "pigeon", "url": "https://s3cret"}}'}, "invalid channel='pigeon'"),
    "a route without an address": ({ROUTES: '{"oncall": {"channel": "webhook"}}'}, "route: oncall: "),
    "a route with another address": ({ROUTES: '{"oncall": {"channel": "webhook", "url": "ftp://s3cret"}}'}, "route: oncall: "),
    "a connection that is not there": ({ROUTES: '{"oncall": {"channel": "webhook", "conn_id": "nowhere"}}'}, "nowhere"),
    "an unknown default route": ({ROUTES: ONCALL, "AIRFLOW__DRE__DEFAULT_ROUTES": "oncal"}, "invalid default_routes='oncal'"),
    "seconds that are words": ({"AIRFLOW__DRE__SEND_SECONDS": "soon"}, "invalid send_seconds='soon'"),
    "an invalid retention": ({"AIRFLOW__DRE__SAMPLE_RETENTION": "forever"}, "invalid sample_retention='forever'"),
    "an invalid amount of memory": ({"AIRFLOW__DRE__DUCKDB_MEMORY_LIMIT": "lots"}, "invalid duckdb_memory_limit='lots'"),
    "neither True nor False": ({"AIRFLOW__DRE__KEEP_TESTS": "maybe"}, "invalid keep_tests='maybe'. Allowed: True or False"),
    "a misspelled option": ({"AIRFLOW__DRE__DEFAULT_ROUTE": "oncall"}, "[dre] default_route is no option: did you mean default_routes?"),
    "a command that fails": ({"AIRFLOW__DRE__ROUTES_CMD": "/bin/false s3cret"}, "invalid routes="),
    "a spool that is a file": ({"AIRFLOW__DRE__SPOOL_FOLDER": "/dev/null"}, "spool: /dev/null is not a folder"),
    "a spool below a file": ({"AIRFLOW__DRE__SPOOL_FOLDER": "/dev/null/spool"}, "spool: /dev/null/spool cannot be made"),
}


@pytest.mark.parametrize("command", ["check", "check-config"])
@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_is_one_line_that_says_what_to_do(
    what: str, command: str, run: Callable[[str], Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables, said = WRONG[what]
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, shown, wrong = run(command)
    assert code == 1
    assert any(said in line for line in wrong.splitlines()), wrong
    assert "Traceback" not in shown + wrong
    assert "s3cret" not in shown + wrong


def test_a_server_that_says_nothing_takes_seconds(run: Callable[[str], Said], silent_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORE, f"postgresql+psycopg://u:s3cret@{silent_server}/x")
    began = time.monotonic()
    code, _, wrong = run("check")
    assert code == 1
    assert "does not answer" in wrong
    assert time.monotonic() - began < 15


@pytest.mark.usefixtures("fresh_home")
@pytest.mark.parametrize("command", ["check", "check-config"])
def test_a_fresh_home_is_right_and_stays_as_it_is(run: Callable[[str], Said], world: Path, command: str) -> None:
    code, shown, wrong = run(command)
    assert (code, wrong) == (0, "")
    assert "is made at first use and migrates itself" in shown
    assert not (world / "dre.db").exists()
    assert not (world / "spool").exists()


def test_an_older_file_migrates_itself(run: Callable[[str], Said], world: Path) -> None:
    database = Database(f"sqlite:///{world}/dre.db")
    migrate(database)
    downgrade(database, "0003")
    code, shown, _ = run("check")
    assert code == 0
    assert f"is at revision 0003, and migrates itself to {head()} at first use." in shown


def test_a_newer_file_is_wrong(run: Callable[[str], Said], world: Path) -> None:
    migrate(Database(f"sqlite:///{world}/dre.db"))
    with sqlite_file(world / "dre.db") as connection:
        connection.execute("UPDATE dre_alembic_version SET version_num = '9999'")
    code, _, wrong = run("check")
    assert code == 1
    assert "9999" in wrong


def test_everything_that_is_right_is_said_by_check_config(run: Callable[[str], Said], world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {"oncall": {"channel": "webhook", "conn_id": "pager"}, "team": {"channel": "webhook", "url": "https://example.org/s3cret"}}
    monkeypatch.setenv(ROUTES, json.dumps(routes))
    monkeypatch.setenv("AIRFLOW__DRE__DEFAULT_ROUTES", "oncall")
    monkeypatch.setenv("AIRFLOW_CONN_PAGER", json.dumps({"conn_type": "http", "host": "https://pager.example.org", "password": "s3cret"}))
    (world / "spool").mkdir(mode=0o700)
    (world / "spool" / "host-1.jsonl").write_text("{}\n")
    code, shown, wrong = run("check-config")
    assert (code, wrong) == (0, "")
    for line in (
        "ok     route            oncall has a receiver.",
        "ok     route            team has a receiver.",
        "ok     default route    oncall hears of every incident.",
        "ok     option           [dre] send_seconds can be read.",
        f"note   spool            {world}/spool may be written to; spool files waiting: 1.",
        "Nothing is wrong.",
    ):
        assert any(each.startswith(line) for each in shown.splitlines()), shown
    assert "s3cret" not in shown


def test_a_message_that_waits_shows_that_no_monitor_runs(run: Callable[[str], Said], world: Path) -> None:
    migrate(Database(f"sqlite:///{world}/dre.db"))
    assert run("check-config")[0] == 0
    with sqlite_file(world / "dre.db") as connection:
        columns = "fingerprint, kind, event, status, severity, title, routes, occurrences, opened_at, last_problem_at"
        values = "'f', 'data', 'stale', 'open', 'high', 't', '[]', 1, '2026-01-01', '2026-01-01'"
        connection.execute(f"INSERT INTO dre_incident ({columns}) VALUES ({values})")
        columns = "incident_id, route, event, message, status, attempts, created_at, not_before"
        connection.execute(
            f"INSERT INTO dre_outbox ({columns}) VALUES (1, 'oncall', 'opened', '{{}}', 'pending', 0, '2026-01-01', '2026-01-01')"
        )
    code, _, wrong = run("check-config")
    assert code == 1
    assert "monitor: a message waits since 2026-01-01T00:00+00:00" in wrong
    assert "Is the Dag of reliability_monitor() there, unpaused and running?" in wrong
    assert run("check")[0] == 0


def test_the_start_of_the_scheduler_logs_each_mistake_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv(ROUTES, '{"oncall": "https://s3cret"}')
    monkeypatch.setenv("AIRFLOW__DRE__SEND_SECONDS", "soon")
    monkeypatch.setenv(STORE, "warehouse:s3cret")
    caplog.set_level(logging.ERROR)
    starting.on_starting(SimpleNamespace(job_type="TriggererJob"))
    starting.on_starting(object())
    assert not [record for record in caplog.records if record.name == starting.__name__]
    starting.on_starting(SimpleNamespace(job_type="SchedulerJob"))
    lines = [record.getMessage() for record in caplog.records if record.name == starting.__name__]
    for said in ("send_seconds='soon'", "oncall", "sql_alchemy_conn"):
        assert len([line for line in lines if said in line]) == 1, lines
    assert "s3cret" not in "".join(lines)


def test_nothing_stops_the_scheduler(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    class Strange:
        @property
        def job_type(self) -> str:
            raise RuntimeError("strange")

    starting.on_starting(Strange())
    assert "could not be checked" in caplog.text
