"""Every spelling that the page about SLAs shows is read, and its YAML declares SLAs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from airflow_dre.services.slo.declared_sla import SLA_ARGUMENTS
from airflow_dre.services.slo.files import read_sla_files
from airflow_dre.slo.arguments import PROMISE_ARGUMENTS
from airflow_dre.slo.spellings import read_days, read_due

PAGE = (Path(__file__).parents[2] / "docs" / "sla.md").read_text()
_, BY_WHEN, DAYS = (re.split("^## ", PAGE, flags=re.MULTILINE)[number] for number in (1, 2, 3))
SHOWN_DAYS = re.findall(r'^\| `"([^`]+)"`', DAYS, re.MULTILINE) + re.findall(r', `"([^`]+)"` \|', DAYS)
SHOWN_DUE = re.findall(r'`(?:due=)?"(\d\d:\d\d|[^"`]+ after [a-z]+|[^"`]+ \* \*[^"`]*)"', PAGE)


@pytest.mark.parametrize("days", SHOWN_DAYS)
def test_days_of_the_page_are_read(days: str) -> None:
    assert read_days(days).of_year(2026)


@pytest.mark.parametrize("due", sorted(set(SHOWN_DUE)))
def test_due_moments_of_the_page_are_read(due: str) -> None:
    read_due(due)


def test_page_shows_every_kind_of_days_and_every_argument() -> None:
    assert len(SHOWN_DAYS) >= 12
    assert {"08:00", "3h after day", "0 8 * * 1-5"} <= set(SHOWN_DUE)
    assert read_days(date(2026, 12, 24)) == read_days("2026-12-24")
    missing = [name for name in (*PROMISE_ARGUMENTS, *SLA_ARGUMENTS) if f"`{name}" not in PAGE and f"{name}=" not in PAGE]
    assert missing == []


def test_yaml_of_the_page_declares_slas(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "page.yaml").write_text(block)
    found = read_sla_files(tmp_path)
    assert (len(found.slas), found.problems) == (2, [])
