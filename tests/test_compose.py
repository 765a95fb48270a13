"""The compose file is valid, keeps to loopback, holds no secret, and runs commands that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.cli.cli_parser import get_parser
from jsonschema import Draft7Validator

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return the file, merges resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
    return loaded


def test_it_is_a_compose_file(compose: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "tests" / "data" / "compose-spec.json").read_text())
    assert not [error.message for error in Draft7Validator(schema).iter_errors(compose)]


def test_it_has_every_part_of_a_production_stack(compose: dict[str, Any]) -> None:
    parts = {
        "postgres",
        "redis",
        "init",
        "api-server",
        "scheduler",
        "dag-processor",
        "triggerer",
        "worker",
        "marquez",
        "marquez-web",
        "mailpit",
    }
    assert set(compose["services"]) == parts


def test_every_published_port_is_on_loopback(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_secret_is_required_from_outside() -> None:
    text = (ROOT / "docker-compose.yaml").read_text()
    named = set(re.findall(r"\$\{([A-Z_]+)", text)) - {"HOSTNAME"}
    required = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / "docker" / "example.env").read_text(), re.MULTILINE))
    assert named == example
    assert named - required == {"DAGS_FOLDER", "DRE_ROUTES"}


def test_the_results_store_is_not_airflows_database(compose: dict[str, Any]) -> None:
    environment = compose["services"]["scheduler"]["environment"]
    assert environment["AIRFLOW__DRE__SQL_ALCHEMY_CONN"].endswith("/dre")
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].endswith("/airflow")


@pytest.mark.parametrize(
    "command",
    [
        "db migrate",
        "dre db migrate",
        "api-server",
        "scheduler",
        "dag-processor",
        "triggerer",
        "jobs check --job-type SchedulerJob --hostname x",
    ],
)
def test_the_commands_exist(compose: dict[str, Any], command: str) -> None:
    text = json.dumps(compose)
    assert command.split(" --")[0] in text or f'["{command}"]' in text
    assert get_parser().parse_args(command.split())
