"""The benchmark of one new partition runs, at a tiny size. Its bound is asserted by ``make bench``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent.parent.parent / "benchmarks" / "incremental.py"


@pytest.mark.postgres
def test_one_new_day_is_measured_beside_a_look_at_every_row() -> None:
    command = [sys.executable, str(PROGRAM), "--rows", "400", "--sizes", "2,4", "--rounds", "1", "--buffers", "128MB", "--no-bounds"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    *curve, line = done.stdout.splitlines()
    assert [words.split()[:2] for words in curve] == [["partitions", "2"], ["partitions", "4"], ["index", "4"]]
    found = json.loads(line)
    assert (found["partitions"], found["rows"], found["checks"]) == (4, 400, 44)
    assert [point["partitions"] for point in found["curve"]] == [2, 4]
    assert all(found[name] > 0 for name in ("new_s", "full_s", "ratio_to_full", "index_new_s", "index_full_s", "index_ratio_to_full"))
