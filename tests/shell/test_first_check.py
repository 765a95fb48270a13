"""The page "Ten minutes to a first check", run as a reader runs it: its files are saved and its commands are entered in a shell."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from airflow_dre.store.database import open_database
from airflow_dre.store.tables import incident, suite_run
from tests.warm import warm_airflow

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "first-check.md").read_text()
FILES = dict(re.findall(r"[Ss]ave this as\s+`([\w/.]+)`[^`]*?\n\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^```bash\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MARK = "@@ block {} ended with "


@dataclass
class Followed:
    """Results of a reader who followed the page."""

    home: Path
    outputs: list[tuple[int, str]]
    """Exit code and output of each block of commands."""
    messages: list[dict[str, Any]]


@pytest.fixture(scope="module")
def followed(airflow_database: None, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Follow the page in a fresh Airflow home."""
    home = tmp_path_factory.mktemp("first-check")
    shutil.copy(Path(os.environ["AIRFLOW_HOME"]) / "airflow.db", home / "airflow.db")
    for name, text in FILES.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)
    with warm_airflow(tmp_path_factory.mktemp("commands"), environment(home), runs_tasks=True) as commands:
        return follow(home, {**environment(home), "PATH": f"{commands}:{environment(home)['PATH']}"})


def follow(home: Path, environment: dict[str, str]) -> Followed:
    """Enter the commands of the page in a shell."""
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVER, str(home / "heard")], stdout=subprocess.PIPE, text=True)
    try:
        assert receiver.stdout is not None
        port = receiver.stdout.readline().strip()
        script = "".join(f"{block}code=$?; echo; echo '{MARK.format(n)}'$code\n" for n, block in enumerate(COMMANDS))
        done = subprocess.run(
            ["bash"],
            input=script.replace("localhost:9000", f"127.0.0.1:{port}"),
            cwd=home,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=580,
            check=False,
        )
    finally:
        receiver.terminate()
        receiver.communicate()
    parts = re.split(r"^@@ block \d+ ended with (\d+)$", done.stdout, flags=re.MULTILINE)
    outputs = [(int(code), text) for text, code in zip(parts[::2], parts[1::2], strict=False)]
    heard = home / "heard"
    return Followed(home, outputs, [json.loads(line) for line in heard.read_text().splitlines()] if heard.exists() else [])


RECEIVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1], "ab") as file:
            file.write(body + b"\\n")
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a reader: that of the tests without their settings of Airflow."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW__", "AIRFLOW_CONN"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        **kept,
        "PATH": path,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__OPENLINEAGE__DISABLED": "True",
    }


def test_every_file_and_command_of_the_page_is_known() -> None:
    assert list(FILES) == ["shop.py", "dags/first_check.py", "dags/reliability.py"]
    assert len(FILES) == PAGE.count("```python")
    assert len(COMMANDS) == 6


def test_every_extra_that_the_page_names_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = re.findall(r"\(`(?:'airflow-dre\[)?(\w+)(?:\]')?`\)", PAGE)
    assert named == ["postgres", "duckdb", "spark", "gx"]
    assert set(named) <= set(extras)


def test_trial_shows_why_the_gate_closes_and_keeps_nothing(followed: Followed) -> None:
    (shown,) = re.findall(r"^```\n(\d+ of .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    _, output = followed.outputs[1]
    assert shown in output
    assert "this is a test: no result is kept" in output


def test_configuration_is_found_right(followed: Followed) -> None:
    code, output = followed.outputs[3]
    assert (code, "Nothing is wrong." in output) == (0, True)
    assert "oncall has a receiver" in output


def test_real_runs_are_kept_and_told(followed: Followed) -> None:
    assert followed.outputs[5][0] == 0
    with open_database(f"sqlite:///{followed.home}/dre.db").read() as connection:
        outcomes = [row.outcome for row in connection.execute(select(suite_run).order_by(suite_run.c.measured_at))]
        (found,) = connection.execute(select(incident)).all()
    assert outcomes == ["failed", "warned"]
    assert found.resolved_at is not None
    assert re.search(r"incident `(.+?)` is opened", PAGE)[1] in found.title  # type: ignore[index]
    assert [message["status"] for message in followed.messages] == ["firing", "resolved"]
