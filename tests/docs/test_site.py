"""Tests of the documentation site: it is complete, leads somewhere and needs no network."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import airflow_dre
from airflow_dre import checks
from airflow_dre.decorators.quality import QualityCheckDecoratedOperator
from airflow_dre.operators.connected import ConnectedOperator
from airflow_dre.slo.deadline import DeadlineMiss
from airflow_dre.slo.miss import SlaMiss

ROOT = Path(__file__).parents[2]
MKDOCS = ROOT / ".venv-docs" / "bin" / "mkdocs"
OUTSIDE = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", "benchmarks/RESULTS.md"]
"""Files of the site that are no pages of ``docs/``."""
START = [ROOT / "README.md", ROOT / "docs" / "index.md"]
LOADS = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def build(root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a copy of the project."""
    if not MKDOCS.exists():
        pytest.skip(f"there is no MkDocs at {MKDOCS}: .ci/docs installs it")
    command: list[str | Path] = [MKDOCS, "build", "--strict", "--config-file", root / "mkdocs.yml", "--site-dir", folder]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def linked(page: Path) -> set[Path]:
    """Return the pages that a page links to."""
    return {(page.parent / link).resolve() for link in LINK.findall(page.read_text()) if link.endswith(".md")}


@pytest.mark.parametrize("start", START, ids=lambda path: path.name)
def test_every_page_is_reachable(start: Path) -> None:
    seen: set[Path] = set()
    waiting = {start}
    while waiting:
        page = waiting.pop()
        seen.add(page)
        waiting |= {each for each in linked(page) - seen if each.exists()}
    assert sorted(set((ROOT / "docs").rglob("*.md")) - seen - {ROOT / "docs" / "index.md"}) == []


def test_site_builds_without_a_warning(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert [page for page in sorted(pages) if not (site / page).exists()] == []


def test_broken_links_and_forgotten_pages_fail(tmp_path: Path) -> None:
    for name in ("docs", "dags_examples", "airflow_dre/errors.py", *OUTSIDE, "mkdocs.yml"):
        source, target = ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    for page in (tmp_path / "docs" / "reference").glob("*.md"):  # what is rendered from the sources takes most of the time
        page.write_text(re.sub(r"^:::.*\n(?:    .*\n)*|\]\(#airflow_dre[^)]*\)", "", page.read_text(), flags=re.MULTILINE))
    with (tmp_path / "docs" / "incidents.md").open("a") as text:
        text.write("\n[nowhere](nowhere.md) and [no heading](freshness.md#no-heading)\n")
    (tmp_path / "docs" / "forgotten.md").write_text("# Forgotten\n")
    built = build(tmp_path, tmp_path / "site")
    assert built.returncode == 1
    for fault in ("nowhere.md", "no-heading", "forgotten.md"):
        assert fault in built.stdout + built.stderr


def test_site_loads_nothing_from_the_network(site: Path) -> None:
    pages = {str(path.relative_to(site)): LOADS.findall(path.read_text()) for path in site.rglob("*.html")}
    styles = {
        str(path.relative_to(site)): re.findall(r"(?:url\(|@import )[\"']?((?:https?:)?//[^\"')]+)", path.read_text())
        for path in site.rglob("*.css")
    }
    assert len(pages) > 80
    assert {place: addresses for place, addresses in (pages | styles).items() if addresses} == {}


def test_search_finds_every_check(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text())
    titles = {entry["title"] for entry in index["docs"]}
    assert {path.stem for path in (ROOT / "docs" / "checks").glob("*.md")} <= titles


def arguments_of(thing: object) -> set[str]:
    """Return the arguments that we declare of a function or class, those of our base classes included."""
    if not inspect.isclass(thing):
        functions = [thing]
    else:
        functions = [
            vars(each)["__init__"] for each in thing.__mro__ if each.__module__.startswith("airflow_dre") and "__init__" in vars(each)
        ]
    named = [parameter for function in functions for parameter in inspect.signature(function).parameters.values()]  # type: ignore[arg-type]
    return {parameter.name for parameter in named if parameter.kind is not parameter.VAR_KEYWORD} - {"self"}


@pytest.fixture(scope="module")
def documented(site: Path) -> dict[str, set[str]]:
    """Return the arguments in the table of each name of the reference."""
    found: dict[str, set[str]] = {}
    for page in (site / "reference").glob("*.html"):
        for part in re.split(r'<h[1-6] id="', page.read_text())[1:]:
            name = part.split('"', 1)[0].rsplit(".", 1)[-1]
            found[name] = set(re.findall(r'<tr class="doc-section-item">\s*<td>\s*<code>\**(\w+)</code>', part))
    return found


PUBLIC = {
    **{name: getattr(airflow_dre, name) for name in airflow_dre.__all__ if name != "SlaMiss"},  # which a callback only reads
    "QualityCheckDecoratedOperator": QualityCheckDecoratedOperator,
}


@pytest.mark.parametrize("name", PUBLIC)
def test_reference_has_every_argument(documented: dict[str, set[str]], name: str) -> None:
    bases = (airflow_dre.QualityCheckOperator,) if name == "QualityCheckDecoratedOperator" else (ConnectedOperator,)
    inherited = [arguments_of(base) for base in bases if inspect.isclass(PUBLIC[name]) and issubclass(PUBLIC[name], base)]
    assert arguments_of(PUBLIC[name]).difference(*inherited) - documented[name] == set()
    assert documented["ConnectedOperator"] == arguments_of(ConnectedOperator)


@pytest.mark.parametrize("value", [SlaMiss, DeadlineMiss], ids=lambda value: value.__name__)
def test_reference_has_every_field_that_a_callback_reads(site: Path, value: Any) -> None:
    page = (site / "reference" / "freshness.html").read_text()
    path = f"{value.__module__}.{value.__name__}"
    assert [each.name for each in fields(value) if f'id="{path}.{each.name}"' not in page] == []


@pytest.mark.parametrize("kind", checks.__all__)
def test_reference_has_every_argument_of_a_check(documented: dict[str, set[str]], kind: str) -> None:
    assert arguments_of(getattr(checks, kind)) - documented[kind] == set()
