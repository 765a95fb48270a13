"""Tests of the note on tests that did not run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE = """
import pytest

@pytest.mark.skipif(True, reason="no cases in /cases: set CASES")
@pytest.mark.parametrize("number", [1, 2])
def test_one(number): ...

def test_other(): pytest.skip("100% away")

def test_that_runs(): ...
"""


def end_of_run(folder: Path, module: str, workers: str, **environment: str) -> str:
    """Run a module of tests and return what is written."""
    (folder / "test_some.py").write_text(module)
    plugins = ["-p", "xdist", "-p", "tests.skipping", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, "-n", workers, "test_some.py"]
    alone = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "GITHUB_ACTIONS": "false"}
    whole = {**os.environ, **alone, **environment}
    ran = subprocess.run(command, cwd=folder, env=whole, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_what_did_not_run_is_named_at_the_end_of_a_run_that_passes(tmp_path: Path) -> None:
    written = end_of_run(tmp_path, MODULE, "1")
    assert "NOT RUN" in written
    assert written.index("NOT RUN") < written.index("2 tests: no cases in /cases: set CASES\n") < written.index("1 test: 100% away\n")
    assert "::warning" not in written


def test_github_shows_it_beside_the_run(tmp_path: Path) -> None:
    written = end_of_run(tmp_path, MODULE, "0", GITHUB_ACTIONS="true")
    assert "\n::warning title=Tests that did not run::2 tests: no cases in /cases: set CASES\n" in written
    assert "\n::warning title=Tests that did not run::1 test: 100%25 away\n" in written


def test_a_whole_run_says_nothing_of_it(tmp_path: Path) -> None:
    assert "NOT RUN" not in end_of_run(tmp_path, "def test_that_runs(): ...", "0")
