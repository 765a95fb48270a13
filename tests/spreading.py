"""Division of the tests among several processes: ``pytest -n 3``, as ``make test`` calls it. Without ``-n`` nothing here has an effect.

Fixtures that last for a module or a session are made once in each process that needs them, so a file stays in one process, and files
that share what is slow to start do too.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

SPARK = (
    "tests/engines/spark/",
    "tests/oracle/",
    "tests/conformance/test_gx.py",
    "tests/services/quarantine/test_spark_quarantine.py",
    "tests/shell/operators/test_spark.py",
)
WHOLE = {"tests/stack/": "Airflow", **dict.fromkeys(SPARK, "Spark")}
"""Programs that one process starts for the files whose paths begin so: it runs all of these files."""
EARLY = (
    "tests/stack/",
    *SPARK,
    "tests/shell/",
    "tests/store/",
    "tests/conformance/",
    "tests/services/",
    "tests/benchmarks/",
    "tests/privacy/",
    "tests/checks/test_laws.py",
)
"""Beginnings of paths of what takes long, the longest first: at the end only short files are left, so that no process waits long."""
NOTES = pytest.StashKey[list[tuple[str, bool]]]()
"""Lines for the end of the whole run, each with whether it is of use only where something failed."""


def unit_of(nodeid: str) -> str:
    """Return the unit of tests that one process runs together with a test."""
    return next((started for start, started in WHOLE.items() if nodeid.startswith(start)), nodeid.partition("::")[0])


def place_of(nodeid: str) -> int:
    """Return its place among those that begin early."""
    return next((place for place, start in enumerate(EARLY) if nodeid.startswith(start)), len(EARLY))


def note(config: pytest.Config, line: str, after_failure: bool = False) -> None:
    """Print a line at the end of the test run, in the process with the terminal.

    With ``after_failure`` the line is printed only if a test failed.
    """
    config.stash.setdefault(NOTES, []).append((line, after_failure))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first, unless one process has all tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place_of(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Assign whole units in the order of the tests, unless ``--dist`` asks for something else."""
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    config.option.loadscopereorder = False
    return Units(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the notes of this process to the one that prints."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["notes"] = session.config.stash.get(NOTES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """Take the notes of a process that ends."""
    for line, after_failure in getattr(node, "workeroutput", {}).get("notes", []):
        note(node.config, line, after_failure)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Print the notes."""
    for line, after_failure in config.stash.get(NOTES, []):
        if exitstatus or not after_failure:
            terminalreporter.write_line(line)
