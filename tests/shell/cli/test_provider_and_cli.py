"""Output of Airflow's own commands about the package, each in a process of its own that starts warm, and of ``airflow dre``."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa

from airflow_dre import config
from airflow_dre.cli import get_dre_cli_commands
from airflow_dre.provider import get_provider_info
from airflow_dre.store.schema import head

pytestmark = pytest.mark.airflow
OPTIONS = get_provider_info()["config"]["dre"]["options"]
Cli = Callable[..., "subprocess.CompletedProcess[str]"]
VAULT = """
from airflow.secrets.base_secrets import BaseSecretsBackend


class Vault(BaseSecretsBackend):
    def __init__(self, **held):
        self.held = held

    def get_config(self, key):
        return self.held.get(key)
"""


@pytest.fixture
def airflow(world: Path, commands: Path) -> Cli:
    """Run ``airflow`` with arguments, and with changes to the environment: None takes a variable away."""

    def run(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        wanted = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **changes}
        env = {name: value for name, value in wanted.items() if value is not None}
        command = [str(commands / "airflow"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, env=env, check=False)

    return run


def test_the_information_is_what_airflow_accepts() -> None:
    schema = json.loads((files("airflow") / "provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)
    (entry,) = entry_points(group="apache_airflow_provider", name="provider_info").select(value="airflow_dre.provider:get_provider_info")
    assert entry.load()() == get_provider_info()
    assert entry.dist is not None
    assert entry.dist.name == get_provider_info()["package-name"] == "airflow-dre"


def named(value: Any) -> list[str]:
    """Return every dotted name of this package in the information."""
    if isinstance(value, dict):
        return [name for item in value.values() for name in named(item)]
    if isinstance(value, list):
        return [name for item in value for name in named(item)]
    return [value] if isinstance(value, str) and value.startswith("airflow_dre.") else []


@pytest.mark.parametrize("name", named(get_provider_info()))
def test_everything_it_names_can_be_imported(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        assert callable(getattr(import_module(module), attribute))


def test_providers_get(airflow: Cli) -> None:
    done = airflow("providers", "get", "airflow-dre", "--full", "--output", "json")
    assert done.returncode == 0, done.stderr
    (shown,) = json.loads(done.stdout)
    assert (shown["package-name"], shown["name"]) == ("airflow-dre", "Data Reliability")
    assert shown["description"] == get_provider_info()["description"].rstrip(".")
    for part in ("operators", "sensors", "triggers", "notifications", "task-decorators", "extra-links", "cli"):
        assert str(shown[part]) == str(get_provider_info()[part])


def test_config_list_describes_every_option(airflow: Cli) -> None:
    done = airflow("config", "list", "--section", "dre", "--defaults", "--show-values")
    assert done.returncode == 0, done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    for name, option in OPTIONS.items():
        default = option["default"].replace("{AIRFLOW_HOME}", os.environ["AIRFLOW_HOME"])
        assert f"# {name} = {default}".rstrip() in lines
        assert option["description"] in done.stdout
        assert f"# Variable: AIRFLOW__DRE__{name.upper()}" in done.stdout
    assert {name for name, option in OPTIONS.items() if option.get("sensitive")} == {"sql_alchemy_conn", "routes"}
    retention = {"sample_retention", "forget_after", "retention"}
    folders = {"spool_folder", "slas_folder"}
    others = {"duckdb_memory_limit", "default_routes", "watch_dags", "send_seconds", "keep_tests", *folders, *retention}
    assert tuple(OPTIONS) == config.OPTIONS
    assert set(OPTIONS) == {"sql_alchemy_conn", "routes", *others}


def test_plugins(airflow: Cli) -> None:
    done = airflow("plugins", "--output", "json")
    assert done.returncode == 0, done.stderr
    (shown,) = [plugin for plugin in json.loads(done.stdout) if plugin["name"] == "data_reliability"]
    assert [(app["url_prefix"], app["name"]) for app in shown["fastapi_apps"]] == [("/dre", "Data Reliability")]
    assert [(page["destination"], page["url_route"], page["bundle_url"]) for page in shown["react_apps"]] == [
        ("nav", "reliability", "dre/static/main.js"),
        ("task_instance", "reliability-results", "dre/static/main.js"),
    ]
    assert shown["listeners"] == ["airflow_dre.listeners.assets", "airflow_dre.listeners.runs", "airflow_dre.listeners.starting"]


@pytest.mark.usefixtures("fresh_home")
def test_the_embedded_store_from_the_command_line(airflow: Cli, world: Path) -> None:
    before = airflow("dre", "db", "check")
    assert before.returncode == 0, "it is made and migrates itself at first use"
    assert f"The results store at sqlite:///{world}/dre.db is made at first use and migrates itself." in before.stdout
    migrated = airflow("dre", "db", "migrate")
    assert (migrated.returncode, migrated.stdout.splitlines()[-1]) == (
        0,
        f"The results store at sqlite:///{world}/dre.db is at revision {head()}.",
    )
    (world / "spool").mkdir()
    (world / "spool" / "host-1.jsonl").write_text("{}\n")
    after = airflow("dre", "db", "check")
    assert after.returncode == 0, after.stderr
    assert f"The results store at sqlite:///{world}/dre.db is at revision {head()}." in after.stdout
    assert f"{world}/spool may be written to; spool files waiting: 1." in after.stdout


@pytest.mark.postgres
def test_a_postgres_store_from_the_command_line_by_command_and_by_secret(airflow: Cli, world: Path, postgres_url: str) -> None:
    bare = sa.make_url(postgres_url)
    url = bare.set(password="hunter2").render_as_string(hide_password=False)  # this server trusts everybody, whatever they say
    by_command: dict[str, str | None] = {
        "AIRFLOW__DRE__SQL_ALCHEMY_CONN": None,
        "AIRFLOW__DRE__SQL_ALCHEMY_CONN_CMD": f"echo {quoted(url)}",
    }
    shown = bare.set(password="x").render_as_string()
    before = airflow("dre", "db", "check", **by_command)
    assert before.returncode == 1
    assert f"The results store at {shown} is at revision none; needed: {head()}. Run `airflow dre db migrate`." in before.stderr
    migrated = airflow("dre", "db", "migrate", **by_command)
    assert migrated.returncode == 0, migrated.stderr
    assert migrated.stdout.splitlines()[-1] == f"The results store at {shown} is at revision {head()}."
    (world / "vault.py").write_text(VAULT)
    by_secret: dict[str, str | None] = {
        "AIRFLOW__DRE__SQL_ALCHEMY_CONN": None,
        "AIRFLOW__DRE__SQL_ALCHEMY_CONN_SECRET": "dre_store",
        "AIRFLOW__SECRETS__BACKEND": "vault.Vault",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({"dre_store": url}),
        "PYTHONPATH": str(world),
    }
    after = airflow("dre", "db", "check", **by_secret)
    assert after.returncode == 0, after.stderr
    assert f"The results store at {shown} is at revision {head()}." in after.stdout
    assert "hunter2" not in "".join(done.stdout + done.stderr for done in (before, migrated, after))


def quoted(text: str) -> str:
    """Quote a text for a shell."""
    return "'" + text + "'"


def refusal(command: str) -> str:
    """Return the message with which a command of ``airflow dre db`` stops: Python prints it and exits with 1."""
    (group,) = get_dre_cli_commands()
    (database,) = [section for section in group.subcommands if section.name == "db"]
    (found,) = [action for action in database.subcommands if action.name == command]
    with pytest.raises(SystemExit) as exit_:
        found.func(None)
    assert isinstance(exit_.value.code, str)
    return exit_.value.code


def test_a_store_that_cannot_be_made_is_said_without_a_traceback(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (world / "file").touch()
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", f"sqlite:///{world}/file/dre.db")
    for command in ("migrate", "check"):
        assert refusal(command).startswith(f"the results store at sqlite:///{world}/file/dre.db ")


@pytest.mark.parametrize("command", ["check", "migrate"])
def test_a_store_that_does_not_answer_is_said_without_its_password(world: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", "postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    said = refusal(command)
    assert said.startswith("the results store at postgresql+psycopg://dre:***@127.0.0.1:1/dre does not answer")
    assert "hunter2" not in said
