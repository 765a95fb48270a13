"""Both suites of ``one_scan.py`` run at a tiny size. The mixed one asks every tool the same, and goes on without Soda Core."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def test_every_tool_is_asked_all_that_it_has_a_check_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import mixed_tools as tools

    contract = json.loads(tools.soda_contract())
    assert len(tools.our_checks()) == 60
    assert len(contract["checks"]) + sum(len(column["checks"]) for column in contract["columns"]) == tools.done("soda") == 56
    assert tools.done("gx") == 59
    assert len(tools.gx_expectations()) == 59 - 2, "one expectation asks for both quantiles of a column"


@dataclass
class Measured:
    """Output of the program that measures both suites."""

    lines: list[dict[str, Any]]
    errors: str
    soda: Path
    """The folder that has no Soda Core."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Measure both suites, without Soda Core."""
    soda = tmp_path_factory.mktemp("soda")
    command = [sys.executable, str(BENCHMARKS / "one_scan.py"), "--rows", "2000", "--rounds", "1", "--no-bounds", "--soda-venv", str(soda)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]  # others write warnings there, PySpark for one
    return Measured(lines, done.stderr, soda)


@pytest.mark.postgres
def test_one_scan_compares_four_ways_to_ask(measured: Measured) -> None:
    found = measured.lines[0]
    times = {"ours_s", "fused_s", "common_sql_s", "gx_s", "ratio_to_fused", "speedup_common_sql", "speedup_gx"}
    assert found.keys() == {"rows", "checks", "queries"} | times
    assert (found["rows"], found["checks"], found["queries"]) == (2000, 44, 1)
    assert all(found[name] > 0 for name in times)


@pytest.mark.postgres
def test_the_mixed_suite_is_measured_without_soda_too(measured: Measured) -> None:
    assert f"SODA CORE WAS NOT MEASURED: {measured.soda} does not have it." in measured.errors
    _, line = measured.lines
    assert (line["rows"], line["checks"], line["queries"]) == (2000, 60, 4), "the catalogue, the scan, what sorts, the foreign key"
    assert line["not_done"] == {"gx": {"foreign key": 1}, "soda": "not installed"}
    assert line["ours_db_s"] <= line["ours_s"]
