"""The benchmark of deferred sensors runs, at a small size. Its bars are asserted by ``make bench``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent.parent.parent / "benchmarks" / "sensors.py"


@pytest.mark.postgres
def test_sensors_in_one_loop_ask_about_each_table_once_a_tick() -> None:
    command = [sys.executable, str(PROGRAM), "--sensors", "60", "--tables", "9", "--interval", "2", "--ticks", "1", "--no-bounds"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["sensors"], found["tables"], found["tables_asked"], found["fired"]) == (60, 9, 9, 21)
    assert found["as_expected"] == 1
    assert 0 < found["most_a_tick"] <= 1
    assert all(found[name] > 0 for name in ("worst_delay_ms", "p99_delay_ms", "idle_delay_ms", "start_delay_ms", "statements_a_tick"))
