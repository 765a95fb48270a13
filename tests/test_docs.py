"""Every public name is documented, and every snippet of the docs runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import airflow_dre
from airflow_dre import checks
from airflow_dre.provider import get_provider_info

ROOT = Path(__file__).parent.parent
DOCS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_every_snippet_runs(path: Path) -> None:
    for block in path.read_text().split("```python\n")[1:]:
        exec(compile(block.split("```")[0], str(path), "exec"), {"__name__": "snippet"})


def test_every_name_is_documented() -> None:
    text = "\n".join(path.read_text() for path in DOCS)
    options = get_provider_info()["config"]["dre"]["options"]
    for name in (*airflow_dre.__all__, *checks.__all__, *options, "airflow dre db migrate", "airflow dre db check"):
        assert name in text, name


def test_every_decision_says_when_it_is_violated() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert len(decisions) == 16
    for path in decisions:
        for heading in ("## Context", "## Decision", "## Consequences", "## Violated when"):
            assert heading in path.read_text(), path.name
