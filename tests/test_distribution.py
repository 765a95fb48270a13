"""Tests of the wheel and the sdist: what is in them, and that the wheel works where it is installed."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from airflow_dre.store.schema import revisions
from tests.packages import run_with_packages

pytest.importorskip("hatchling", reason="hatchling builds the wheel: `make setup` installs it")
ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "airflow_dre"
UI = PACKAGE / "ui"
Content = dict[str, bytes]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and the sdist, and return their folder."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=200)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Content:
    """Return the files of the wheel by name."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def sdist(built: Path) -> Content:
    """Return the files of the sdist by name, without its only folder."""
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        assert all(member.isfile() for member in archive)
        opened = {member.name.partition("/")[2]: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in opened.items() if file}


def names_in(folder: Path, pattern: str = "*") -> set[str]:
    """Return the names of the files below a folder of the project."""
    return {str(path.relative_to(ROOT)) for path in folder.rglob(pattern) if path.is_file()}


def modules() -> set[str]:
    """Return the names of the modules of the package."""
    return {name for name in names_in(PACKAGE, "*.py") if not name.startswith("airflow_dre/ui/node_modules/")}


def test_the_wheel_has_the_package_and_the_built_pages_and_nothing_else(wheel: Content) -> None:
    pages = names_in(UI / "dist")
    assert "airflow_dre/ui/dist/main.js" in pages
    package = {name for name in wheel if name.startswith("airflow_dre/")}
    assert package == modules() | pages | {"airflow_dre/py.typed", "airflow_dre/slo/windows/workbook.toml"}
    kept = {name.partition(".dist-info/")[2] for name in set(wheel) - package}
    licenses = {"licenses/LICENSE", "licenses/NOTICE", "licenses/licenses/pages.txt"}
    assert kept == {"METADATA", "WHEEL", "RECORD", "entry_points.txt"} | licenses


def test_the_wheel_has_every_migration(wheel: Content) -> None:
    versions = [name.rpartition("/")[2] for name in wheel if name.startswith("airflow_dre/store/migrations/versions/0")]
    assert sorted(name[:4] for name in versions) == list(revisions())
    assert "airflow_dre/store/migrations/env.py" in wheel


def test_the_sdist_has_what_the_wheel_is_made_of_and_no_tests(wheel: Content, sdist: Content) -> None:
    roots = {name.partition("/")[0] for name in sdist}
    texts = {"CHANGELOG.md", "LICENSE", "NOTICE", "README.md"}
    assert roots == {"airflow_dre", "licenses", "pyproject.toml", ".gitignore", "PKG-INFO"} | texts
    assert {name for name in wheel if name.startswith("airflow_dre/")} <= set(sdist)
    assert names_in(UI / "src") <= set(sdist), "the sources of the pages"
    assert [name for name in sdist if re.search(r"(^|/)(tests|node_modules|\.venv[^/]*)/", name)] == []


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_no_file_names_a_folder_of_this_machine_or_a_package_index(kind: str, request: pytest.FixtureRequest) -> None:
    content: Content = request.getfixturevalue(kind)
    folders = {str(ROOT), str(Path.home()), sys.prefix} - {"/"}
    address = re.compile("|".join([*map(re.escape, sorted(folders)), r"https?://[\w.:@-]+/(?:[\w./-]+/)?simple\b"]).encode())
    assert {name: found for name, text in content.items() if (found := address.findall(text))} == {}


def test_the_entry_points_of_an_installed_wheel_are_its_own(wheel: Content, tmp_path: Path) -> None:
    for name, content in wheel.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    script = """
import importlib.metadata, sys
from pathlib import Path
for group in ("airflow.plugins", "airflow.policy", "apache_airflow_provider"):
    for point in importlib.metadata.entry_points(group=group):
        if point.value.startswith("airflow_dre."):
            made = point.load()
            module = made if group == "airflow.policy" else sys.modules[made.__module__]
            print(group, point.name, Path(module.__file__).parent.parent)
from airflow_dre.provider import get_provider_info
from airflow_dre.store.schema import revisions
print(get_provider_info()["package-name"], len(revisions()))
"""
    printed = run_with_packages(tmp_path, script, PYTHONSAFEPATH="1").stdout.splitlines()
    assert printed == [
        f"airflow.plugins data_reliability {tmp_path}",
        f"airflow.policy data_reliability {tmp_path}",
        f"apache_airflow_provider provider_info {tmp_path}",
        f"airflow-dre {len(revisions())}",
    ]
