"""The benchmarks run, at a tiny size. What they measure is asserted by ``make bench``, on a quiet machine."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import sparks

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


@pytest.mark.parametrize("form", [pytest.param([], id="parquet"), pytest.param(["--csv"], id="csv")])
def test_files_are_read_in_one_query_beside_the_one_written_by_hand(
    form: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It runs in this process, which has imported Airflow already. It starts itself in a fresh one to measure the peak."""
    program = str(BENCHMARKS / "files.py")
    monkeypatch.setattr(sys, "argv", [program, "--rows", "4000", "--rounds", "1", "--no-bounds", *form])
    runpy.run_path(program, run_name="__main__")
    found: dict[str, float] = json.loads(capsys.readouterr().out.splitlines()[-1])
    figures = {"ours_s", "fused_s", "ratio_to_fused", "ratio_of_cpu", "peak_mib"}
    assert found.keys() == {"rows", "checks", "queries"} | figures
    assert (found["rows"], found["checks"], found["queries"]) == (4000, 44, 1)
    assert all(found[name] > 0 for name in figures)


def test_importing_the_public_names_loads_nothing_heavy() -> None:
    program: dict[str, Any] = runpy.run_path(str(BENCHMARKS / "import_cost.py"))
    found = program["measure"]()
    assert min(found["ours"], found["operator"], found["common_sql"]) > 0
    assert "airflow_dre.operators.quality" in found["modules"]
    assert program["find_forbidden"](found["modules"]) == []


def test_a_forbidden_package_is_found_by_its_modules() -> None:
    program: dict[str, Any] = runpy.run_path(str(BENCHMARKS / "import_cost.py"))
    modules = ["sqlglot.tokens", "sqlparse", "airflow.providers.common.sql.hooks", "airflow.providers.common", "duckdb_like", "re"]
    assert program["find_forbidden"](modules) == ["airflow.providers.common.sql", "sqlglot", "sqlparse"]


def test_spark_runs_one_job_beside_the_aggregation_by_hand() -> None:
    if why := sparks.why_missing():
        pytest.skip(why)
    command = [sys.executable, str(BENCHMARKS / "spark.py"), "--rows", "2000", "--rounds", "1", "--no-bounds"]
    quick = {**os.environ, "JAVA_TOOL_OPTIONS": sparks.JAVA, "PYSPARK_SUBMIT_ARGS": sparks.UNCOMPILED}
    done = subprocess.run(command, env=quick, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found: dict[str, float] = json.loads(line)
    assert found.keys() == {"rows", "checks", "jobs", "ours_s", "fused_s", "ratio_to_fused"}
    assert (found["rows"], found["checks"], found["jobs"]) == (2000, 44, 1)
