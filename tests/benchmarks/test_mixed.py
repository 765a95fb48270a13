"""The mixed suite asks every tool the same, and goes on without Soda Core where that cannot be had."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def in_benchmarks(program: str) -> str:
    """Return the output of a program that is kept beside the benchmarks."""
    done = subprocess.run([sys.executable, "-c", program], cwd=BENCHMARKS, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_tool_is_asked_all_that_it_has_a_check_for() -> None:
    counts = json.loads(
        in_benchmarks(
            "import json, mixed_tools as tools\n"
            "contract = json.loads(tools.soda_contract())\n"
            "soda = len(contract['checks']) + sum(len(column['checks']) for column in contract['columns'])\n"
            "print(json.dumps([len(tools.our_checks()), soda, tools.done('soda'), len(tools.gx_expectations()), tools.done('gx')]))"
        ).splitlines()[-1]
    )
    ours, soda, soda_done, gx, gx_done = counts
    assert ours == 60
    assert soda == soda_done == 56
    assert gx_done == 59
    assert gx == gx_done - 2, "one expectation asks for both quantiles of a column"


@pytest.mark.postgres
def test_the_mixed_suite_is_measured_without_soda_too(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "one_scan.py"), "--rows", "2000", "--rounds", "1", "--only", "mixed", "--no-bounds"]
    done = subprocess.run([*command, "--soda-venv", str(tmp_path)], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert f"SODA CORE WAS NOT MEASURED: {tmp_path} does not have it." in done.stderr
    line = json.loads(done.stdout.splitlines()[-1])
    assert (line["rows"], line["checks"], line["queries"]) == (2000, 60, 4), "the catalogue, the scan, what sorts, the foreign key"
    assert line["not_done"] == {"gx": {"foreign key": 1}, "soda": "not installed"}
    assert line["ours_db_s"] <= line["ours_s"]
