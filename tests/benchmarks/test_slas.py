"""The benchmark of a monitor with many SLAs runs, at a tiny size. It ends with an error where a tick changes what it must not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parent.parent.parent / "benchmarks" / "slas.py"


def test_a_monitor_sends_each_database_one_query_a_tick_and_writes_what_changed() -> None:
    command = [sys.executable, str(BENCHMARK), "--slas", "40", "--ticks", "55", "--no-bounds"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert (found["slas"], found["ticks"], found["queries_a_connection"]) == (40, 55, 1)
    assert all(found[f"{kind}_tick_s"] > 0 for kind in ("first", "quiet", "changing", "median"))
