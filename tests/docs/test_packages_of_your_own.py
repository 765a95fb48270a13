"""Tests that the packages on the pages for contributors work once they are installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "contributing"
CHECK = """
import json, sqlite3
from datetime import UTC, datetime

from acme_checks import percentage
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.engines.warehouse import Warehouse
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.values.dataset import DatasetName

class Hook:
    conn_type = "sqlite"
    def get_conn(self):
        connection = sqlite3.connect(":memory:")
        connection.executescript("CREATE TABLE t (rate REAL); INSERT INTO t VALUES (50), (120), (NULL)")
        return connection

checks = parse_checks([percentage("rate"), percentage("rate", most=110, fail_above="50%")])
suite = Suite(name="s", dataset=DatasetName("n", "t"), scope=Scope(("t",), None, find_dialect("sqlite")), checks=checks)
results = run_suite(suite, Warehouse(Hook()), datetime.now(UTC)).record.results
print(json.dumps([[each.outcome.value, each.reason] for each in results]))
"""
DIALECT = """
import json

from airflow_dre import checks as c
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.plan import plan
from airflow_dre.sql.scope import Scope

checks = parse_checks([c.row_count(at_least=1), c.matches("code", "^A"), c.column_count(equals=2)])
metrics = [metric for check in checks for metric in check.metrics()]
print(json.dumps([statement.sql for statement in plan(metrics, Scope(("orders",), None, find_dialect("clickhouse")))]))
"""
CHANNEL = """
import json
from datetime import UTC, datetime

from sqlalchemy import select

from airflow_dre.config import read_settings
from airflow_dre.incidents.identity import DataCause
from airflow_dre.incidents.signals import Event, Signal
from airflow_dre.services.incidents.delivery import deliver, flush
from airflow_dre.services.wiring import store_of
from airflow_dre.store.records import Delivery
from airflow_dre.store.tables import outbox

cause = DataCause(namespace="n", name="shop.orders", suite="s")
signal = Signal(cause=cause, event=Event.CHECKS_FAILED, at=datetime.now(UTC), title="1 of 2 failed", routes=("oncall",))
deliver(Delivery(signals=(signal,)), read_settings())
flush(read_settings())
with store_of(read_settings()).database.read() as connection:
    (row,) = connection.execute(select(outbox)).all()
print(json.dumps([row.status, row.last_error]))
"""


def section(page: str) -> str:
    """Return the section of a page about packages of your own."""
    found = re.search(r"^## From a package of your own\n(.*?)^## ", (PAGES / page).read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/contributing/{page} has no section 'From a package of your own'"
    return found[1]


def code(page: str, language: str) -> str:
    """Return the only block of a language in that section."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", section(page), re.MULTILINE | re.DOTALL)
    return str(block)


def install(page: str, folder: Path) -> None:
    """Write the module of a page and the metadata that an installer makes of its entry points."""
    ((group, entries),) = tomllib.loads(code(page, "toml"))["project"]["entry-points"].items()
    ((name, value),) = entries.items()
    info = folder / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    (folder / f"{value.partition(':')[0]}.py").write_text(code(page, "python"))


def run(page: str, script: str, folder: Path, **environment: str) -> Any:
    """Return the last line that a script prints in a fresh process in which the package of a page is installed."""
    install(page, folder)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    whole = {**os.environ, "AIRFLOW_HOME": str(folder), "PYTHONPATH": path, **environment}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=200, check=False, env=whole)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_the_check_of_the_page_runs_in_a_suite(tmp_path: Path) -> None:
    assert run("add-a-check.md", CHECK, tmp_path) == [
        ["failed", "1 of 2 rows (50%) break it, more than 0"],
        ["passed", "1 of 2 rows (50%) break it"],
    ]


def test_the_dialect_of_the_page_renders_a_suite(tmp_path: Path) -> None:
    scan, columns = run("add-a-dialect.md", DIALECT, tmp_path)
    assert re.search(r"COUNT\(\*\).*match\(.code., '\^A'\)", scan, re.IGNORECASE)
    assert "currentDatabase()" in columns


@pytest.mark.parametrize(
    ("folder", "outcome", "lines"),
    [
        pytest.param(
            "",
            ["sent", None],
            ["opened medium 1 of 2 failed (http://airflow/plugin/reliability/incidents/1)"],
            id="a file to write to",
        ),
        pytest.param("missing", ["pending", "cannot write the logbook: No such file or directory"], [], id="a folder that does not exist"),
    ],
)
def test_the_channel_of_the_page_delivers_a_message(tmp_path: Path, folder: str, outcome: list[str | None], lines: list[str]) -> None:
    book = tmp_path / folder / "incidents"
    routes = code("add-a-channel.md", "ini").partition("routes = ")[2].strip().replace("/var/log/incidents", str(book))
    settings = {"AIRFLOW__DRE__ROUTES": routes, "AIRFLOW__DRE__SEND_SECONDS": "30", "AIRFLOW__API__BASE_URL": "http://airflow"}
    assert run("add-a-channel.md", CHANNEL, tmp_path, **settings) == outcome
    assert (book.read_text().splitlines() if book.exists() else []) == lines
