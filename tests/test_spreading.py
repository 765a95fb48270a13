"""Tests that share what is slow to start stay together, and nothing that was started outlives a process that is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.spreading import EARLY, WHOLE, place_of, unit_of
from tests.stack.conftest import OUTLIVE

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        pytest.param("tests/stack/test_a.py::test_x", "tests/stack/test_b.py::test_y[z]", True, id="one folder that is whole"),
        pytest.param("tests/oracle/test_a.py::test_x", "tests/conformance/test_gx.py::test_y", True, id="what needs one Spark"),
        pytest.param("tests/sql/test_a.py::test_x[a::b/c]", "tests/sql/test_a.py::TestY::test_z", True, id="one file"),
        pytest.param("tests/sql/test_a.py::test_x", "tests/sql/test_b.py::test_x", False, id="two files"),
        pytest.param("tests/stack/test_a.py::test_x", "tests/shell/test_a.py::test_x", False, id="two folders"),
    ],
)
def test_what_one_process_runs(one: str, other: str, together: bool) -> None:
    assert (unit_of(one) == unit_of(other)) is together


def test_what_takes_long_begins_first() -> None:
    ids = ["tests/sql/test_a.py::test_x", "tests/shell/test_a.py::test_x", "tests/stack/test_a.py::test_x"]
    assert sorted(ids, key=place_of) == ids[::-1]


@pytest.mark.parametrize("start", [*WHOLE, *EARLY])
def test_what_is_named_is_there(start: str) -> None:
    assert list(ROOT.glob(f"{start}*"))


def test_a_started_program_ends_with_whoever_started_it() -> None:
    program = subprocess.Popen(["sleep", "60"], start_new_session=True)
    holder = ["import subprocess, sys", f"subprocess.Popen([sys.executable, '-c', {OUTLIVE!r}, '{program.pid}'], stdin=subprocess.PIPE)"]
    killed = subprocess.run([sys.executable, "-c", "\n".join([*holder, "import os", "os.kill(os.getpid(), 9)"])], timeout=30, check=False)
    assert killed.returncode == -9
    assert program.wait(15) == -15
