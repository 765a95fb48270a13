"""A loud note at the end of a run on what was not there, so that a green run is not taken for a whole one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

import pytest


def reasons_of(reports: Sequence[pytest.TestReport]) -> dict[str, int]:
    """Return how many tests were skipped for each reason, most first."""
    reasons = [str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports if isinstance(report.longrepr, tuple)]
    return dict(Counter(reasons).most_common())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write a line for each reason, and on GitHub an annotation too."""
    reasons = reasons_of(terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("NOT RUN", red=True, bold=True)
    for reason, number in reasons.items():
        line = f"{number} test{'s' * (number > 1)}: {reason}"
        terminalreporter.write_line(line, yellow=True)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            terminalreporter.write_line(f"::warning title=Tests that did not run::{line.replace('%', '%25')}")
