"""The benchmark of objectives runs, at a tiny size. Its bars are asserted by ``make bench``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent.parent.parent / "benchmarks" / "slos.py"


def test_the_second_evaluation_reads_only_what_is_new() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM), "--results", "20000"], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["results"], found["slos"], found["new_runs"], found["read"], found["read_quiet"]) == (20_000, 20, 2, 2, 0)
