"""The benchmark of the store runs, at a tiny size. Its bars are asserted by ``make bench``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent.parent.parent / "benchmarks" / "store.py"


@pytest.mark.postgres
def test_the_store_is_measured() -> None:
    command = [sys.executable, str(PROGRAM), "--results", "4000", "--writes", "10", "--reads", "3", "--no-bounds"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    *tables, line = done.stdout.splitlines()
    assert [words.split()[0] for words in tables[1:]] == [
        "dre_suite_run",
        "dre_result",
        "dre_check_definition",
        "dre_statement",
        "dre_suite_head",
    ]
    found = json.loads(line)
    assert (found["results"], found["checks"], found["tables"]) == (4000, 40, 4)
    assert all(found[name] > 0 for name in ("bytes_per_result", "write_p95_ms", "overview_ms", "all_trends_ms", "ranked_ms"))
