"""Everything that a user can write is documented, and what the documents show works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import airflow_dre
from airflow_dre import checks
from airflow_dre.cli import get_dre_cli_commands
from airflow_dre.provider import get_provider_info
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.dialects import CONNECTION_TYPES, DIALECTS
from airflow_dre.sql.rendering import UNLIMITED

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
OPTIONS = get_provider_info()["config"]["dre"]["options"]
BLOCKS = {
    f"{page.relative_to(ROOT)}:{text[: block.start()].count(chr(10)) + 2}": block[1]
    for page in PAGES
    for text in [page.read_text()]
    for block in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
}
RUN_ALL = """
import json, sys, traceback
failed = {}
for place, source in json.load(sys.stdin).items():
    try:
        exec(compile(source, place, "exec"), {"__name__": "documented"})
    except Exception:
        failed[place] = traceback.format_exc()
print(json.dumps(failed))
"""


def page(name: str) -> str:
    """Return the text of a page below docs/."""
    return (ROOT / "docs" / name).read_text()


@pytest.mark.parametrize("kind", checks.__all__)
def test_every_check_is_documented(kind: str) -> None:
    assert f"`{kind}(" in page("checks.md")


def options_of_all_checks() -> list[str]:
    """Return the options that the checks take in addition to their own arguments."""
    hints = [get_type_hints(getattr(checks, kind)).get("options") for kind in checks.__all__]
    return sorted({name for options in hints for kind in get_args(options) for name in get_type_hints(kind)})


@pytest.mark.parametrize("argument", options_of_all_checks())
def test_every_argument_of_a_check_is_documented(argument: str) -> None:
    assert f"`{argument}`" in page("checks.md")


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_documented_with_its_default(option: str) -> None:
    (row,) = [line for line in page("configuration.md").splitlines() if line.startswith(f"| `{option}` |")]
    default = OPTIONS[option]["default"]
    assert f"| `{default}` |" in row if default else "| none |" in row


def test_no_option_is_documented_that_does_not_exist() -> None:
    table = re.search(r"^\| option \|.*\n\|[-|]+\n((?:\| .*\n)+)", page("configuration.md"), re.MULTILINE)
    assert table
    assert sorted(re.findall(r"^\| `(\w+)` \|", table[1], re.MULTILINE)) == sorted(OPTIONS)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_is_documented_as_it_is(name: str) -> None:
    dialect, text = DIALECTS[name], page("dialects.md")
    (about, *refused, session) = [line for line in text.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
    conn_types = [conn_type for conn_type, known in CONNECTION_TYPES.items() if known == dialect]
    assert re.findall(r"`(\w+)`", about.split("|")[2]) == conn_types
    for refusal in (dialect.texts.regex, dialect.catalogue.columns, dialect.texts.json):
        assert not isinstance(refusal, Refusal) or any(f"| {refusal.reason} |" in line for line in refused)
    assert dialect.texts.lookaround or any("lookahead" in line for line in refused)
    _, _, guard, timeout, split, _ = [cell.strip() for cell in session.split("|")]
    assert (guard == "no") == (dialect.session.guard is None)
    assert guard.strip("`") in (dialect.session.guard or "no")
    if dialect.session.timeout is None:
        assert timeout in ("no", "the driver is interrupted")
    else:
        assert all(setting in dialect.session.timeout(1000) for setting in re.findall(r"`(\w+)`", timeout))
    assert (f"{dialect.limits.columns:,} columns" in split) == (dialect.limits.columns != UNLIMITED or name == "bigquery")
    assert ("M" in split) == (dialect.limits.bytes is not None)


def commands() -> Iterator[str]:
    """Yield every command that we add, as a person types it."""
    for group in get_dre_cli_commands():
        for section in group.subcommands:
            commands = getattr(section, "subcommands", None)
            yield from [f"airflow {group.name} {section.name}"] if commands is None else []
            yield from (f"airflow {group.name} {section.name} {command.name}" for command in commands or ())


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}`" in page("configuration.md")


@pytest.mark.parametrize("name", airflow_dre.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    assert any(re.search(rf"`{name}\b", path.read_text()) for path in (ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose)
    assert not [link for link in links if "://" not in link and not (path.parent / link).exists()]


def test_there_is_a_decision_for_each_that_the_design_makes() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, 27)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_when_it_is_violated(path: Path) -> None:
    assert re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) == ["Context", "Decision", "Consequences", "Violated when"]


DAG_FILES = {
    **{place: block for place, block in BLOCKS.items() if re.search(r"\b(reliability_monitor|DAG)\(|@dag\b", block)},
    **{str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "dags_examples").glob("*.py"))},
    "docstring of reliability_monitor": str(airflow_dre.reliability_monitor.__doc__).split("::")[1].split("Airflow reads")[0],
}


@pytest.mark.parametrize("place", DAG_FILES)
def test_airflow_reads_every_file_that_is_shown(tmp_path: Path, place: str) -> None:
    from airflow.utils.file import might_contain_dag

    shown = tmp_path / "watch.py"
    shown.write_text(DAG_FILES[place])
    assert might_contain_dag(str(shown), safe_mode=True)


@pytest.mark.parametrize("path", [path for path in PAGES if "dag = reliability_monitor" in path.read_text()], ids=lambda path: path.name)
def test_a_page_that_shows_a_monitor_names_the_word_that_airflow_looks_for(path: Path) -> None:
    assert re.search(r"eep the name `dag`", path.read_text())


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run each block of Python as a Dag file, all in one fresh interpreter with an empty Airflow home, and return the errors."""
    home = {**os.environ, "AIRFLOW_HOME": str(tmp_path_factory.mktemp("home"))}
    command = [sys.executable, "-c", RUN_ALL]
    done = subprocess.run(command, input=json.dumps(BLOCKS), capture_output=True, text=True, timeout=200, env=home, check=False)
    assert done.returncode == 0, done.stderr
    raised: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return raised


@pytest.mark.parametrize("place", BLOCKS)
def test_every_block_of_python_runs(failed: dict[str, str], place: str) -> None:
    assert failed.get(place) is None
