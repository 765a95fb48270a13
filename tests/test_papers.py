"""Tests of the files that a repository and a package need beside their code."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
HOOKS = [hook for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for hook in repo["hooks"]]


def steps() -> list[dict[str, Any]]:
    """Return the steps of the only job of the workflow."""
    (job,) = WORKFLOW["jobs"].values()
    return list(job["steps"])


def test_ci_runs_every_python_that_is_allowed() -> None:
    (job,) = WORKFLOW["jobs"].values()
    low, high = map(int, re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["project"]["requires-python"]).groups())  # type: ignore[union-attr]
    assert job["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(low, high)]
    (python,) = [step for step in steps() if step.get("uses", "").startswith("actions/setup-python@")]
    assert python["with"]["python-version"] == "${{ matrix.python }}"


def test_ci_runs_what_a_reviewer_runs() -> None:
    assert steps()[-1] == {"run": ".ci/run"}
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_ci_installs_the_node_of_the_pages() -> None:
    (node,) = [step for step in steps() if step.get("uses", "").startswith("actions/setup-node@")]
    wanted = json.loads((ROOT / "airflow_dre" / "ui" / "package.json").read_text())["engines"]["node"]
    assert re.match(r">=(\d+)", wanted)[1] == node["with"]["node-version"]  # type: ignore[index]


def test_classifiers_name_every_python_that_is_allowed() -> None:
    (job,) = WORKFLOW["jobs"].values()
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert named == job["strategy"]["matrix"]["python"]


def test_hooks_run_the_tools_of_the_environment() -> None:
    assert {hook["id"] for hook in HOOKS} == {"ruff", "ruff-format", "mypy", "import-linter", "codespell"}
    assert all(hook["language"] == "system" and hook["entry"].startswith(".venv/bin/") for hook in HOOKS)


def test_hooks_run_what_the_checks_run() -> None:
    checks = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert checks
    in_make = {tuple(line.split()[:1]) for line in checks[1].replace("$(BIN)", ".venv/bin").splitlines()}
    assert in_make == {tuple(hook["entry"].split()[:1]) for hook in HOOKS}


def test_license_is_the_one_that_the_package_declares() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_package_ships_its_license_and_notice() -> None:
    patterns = PROJECT["project"]["license-files"]
    shipped = {str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)}
    assert shipped == {"LICENSE", "NOTICE", "licenses/pages.txt"}
    assert "licenses/pages.txt" in (ROOT / "NOTICE").read_text()


def bundled_packages() -> list[str]:
    """Return the packages that the pages depend on, without those that Airflow provides."""
    needed = json.loads((ROOT / "airflow_dre" / "ui" / "package.json").read_text())["dependencies"]
    hosts = (ROOT / "airflow_dre" / "ui" / "vite" / "host-globals.ts").read_text()
    return [name for name in needed if not re.search(rf'^  "?{re.escape(name)}"?: "', hosts, re.MULTILINE)]


@pytest.mark.parametrize("name", bundled_packages())
def test_license_of_every_bundled_package_is_shipped(name: str) -> None:
    version = json.loads((ROOT / "airflow_dre" / "ui" / "package.json").read_text())["dependencies"][name]
    assert re.search(rf"^{re.escape(name)} {re.escape(version)} \(", (ROOT / "licenses" / "pages.txt").read_text(), re.MULTILINE)


def test_index_of_decisions_is_complete() -> None:
    folder = ROOT / "docs" / "adr"
    rows = re.findall(r"^\| (\d{4}) \| \[(.+)\]\((.+)\) \| (.+?) \| .+ \|$", (folder / "index.md").read_text(), re.MULTILINE)
    expected = []
    for path in sorted(folder.glob("[0-9]*.md")):
        title = re.search(r"^# \d+\. (.+)$", path.read_text(), re.MULTILINE)
        status = re.search(r"^Status: ([^;\n]+)", path.read_text(), re.MULTILINE)
        assert title, path.name
        assert status, path.name
        expected.append((path.name[:4], title[1], path.name, status[1]))
    assert rows == expected


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_picture_of_the_layers_is_the_contract(page: str) -> None:
    (contract,) = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    drawn = re.findall(r"\|  (\w[\w |]*?) *\|$", (ROOT / page).read_text(), re.MULTILINE)
    assert drawn == contract["layers"]


def test_every_room_is_described() -> None:
    (contract,) = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    rooms = {room for layer in contract["layers"] for room in layer.split(" | ")} | {"ui"}
    table = re.findall(r"^\| (`.+?) \| ", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    assert {room for cell in table for room in re.findall(r"`(\w+)`", cell)} & rooms == rooms


def types_of_a_result() -> list[tuple[str, str]]:
    """Return the types that a result has on its way to the page, each with its maker, as the architecture names them."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    return re.findall(r"^\| `(airflow_dre\.[\w.]+\.[A-Z]\w+)` \| `(airflow_dre\.[\w.]+)` \| ", text, re.MULTILINE)


def load(name: str) -> object:
    """Import the object of a dotted name."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def test_a_result_has_at_most_four_types() -> None:
    assert 0 < len(types_of_a_result()) <= 4


@pytest.mark.parametrize(("name", "maker"), types_of_a_result())
def test_a_type_of_a_result_is_what_its_maker_returns(name: str, maker: str) -> None:
    kind, function = load(name), load(maker)
    assert isinstance(kind, type)
    assert inspect.isfunction(function)
    assert re.search(rf"\b{kind.__name__}\b", str(function.__annotations__["return"]))


def test_contributing_names_every_command() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+) ", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert set(targets) - {"help"} == {first or second for first, second in named}


def test_every_direct_dependency_has_a_lower_bound() -> None:
    project = PROJECT["project"]
    named = [*project["dependencies"], *(name for names in project["optional-dependencies"].values() for name in names)]
    assert [name for name in named if not re.search(r">=\d", name) and not name.startswith("airflow-dre[")] == []


NAMED = {
    (str(page.relative_to(ROOT)), path)
    for page in [ROOT / "CONTRIBUTING.md", ROOT / "NOTICE", *(ROOT / "docs").rglob("*.md")]
    for path in re.findall(r"`((?:airflow_dre|tests|docs|benchmarks|demo)/[\w./-]+)`", page.read_text())
}


@pytest.mark.parametrize(("page", "path"), sorted(NAMED))
def test_every_path_that_a_page_names_exists(page: str, path: str) -> None:
    assert (ROOT / path).exists()
