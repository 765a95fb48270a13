"""What Airflow shows of the package: provider, configuration, command line, plugin, examples."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import airflow
import pytest
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from jsonschema import validate

import airflow_dre
from airflow_dre import checks
from airflow_dre.config import read_settings
from airflow_dre.errors import DefinitionError
from airflow_dre.provider import get_provider_info

ROOT = Path(__file__).parent.parent.parent
OPTIONS = get_provider_info()["config"]["dre"]["options"]


def cli(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run ``airflow``."""
    command = [str(Path(sys.executable).parent / "airflow"), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, "COLUMNS": "400", **changes}, check=False
    )


def test_the_provider_info_follows_airflows_schema_and_everything_it_names_exists() -> None:
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    info = get_provider_info()
    validate(info, schema)
    paths = [*info["notifications"], *info["extra-links"], *info["cli"]]
    for path in paths:
        module, name = path.rsplit(".", 1)
        assert hasattr(import_module(module), name)
    for kind in ("operators", "sensors", "triggers"):
        for group in info[kind]:
            for module in group["python-modules"]:
                import_module(module)


def test_the_entry_points_are_installed() -> None:
    (provider,) = [point for point in entry_points(group="apache_airflow_provider") if point.value.startswith("airflow_dre")]
    assert provider.load() is get_provider_info
    (plugin,) = [point for point in entry_points(group="airflow.plugins") if point.value.startswith("airflow_dre")]
    assert plugin.load().name == "data_reliability"


def test_airflow_lists_the_provider_the_plugin_and_every_option() -> None:
    assert "airflow-dre" in cli("providers", "get", "airflow-dre").stdout
    shown = cli("config", "list", "--section", "dre", "--include-descriptions", "--defaults").stdout
    for name, option in OPTIONS.items():
        assert f"{name} = " in shown
        assert option["description"].split(".")[0] in shown
        assert f"Default: {option['default'] or 'empty'}." in shown
    assert "data_reliability" in cli("plugins", "--output", "plain").stdout


def test_the_store_is_migrated_and_checked_from_the_command_line(tmp_path: Path) -> None:
    address = {"AIRFLOW__DRE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/r.db"}
    before = cli("dre", "db", "check", **address)
    assert (before.returncode, "Run `airflow dre db migrate`." in before.stderr) == (1, True)
    assert "is at revision 0001." in cli("dre", "db", "migrate", **address).stdout
    after = cli("dre", "db", "check", **address)
    assert (after.returncode, "needed: 0001; spool files waiting: 0." in after.stdout) == (0, True)
    down = cli("dre", "db", "check", AIRFLOW__DRE__SQL_ALCHEMY_CONN="postgresql+psycopg://dre:hunter2@127.0.0.1:1/dre")
    assert down.returncode == 1
    assert "does not answer" in down.stderr
    assert "hunter2" not in down.stdout + down.stderr


def test_the_store_address_has_airflows_usual_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW__DRE__SQL_ALCHEMY_CONN", raising=False)
    assert read_settings().store_url == f"sqlite:///{os.environ['AIRFLOW_HOME']}/dre.db"
    shown = cli("config", "get-value", "dre", "sql_alchemy_conn", AIRFLOW__DRE__SQL_ALCHEMY_CONN_CMD="echo sqlite:///from-a-command.db")
    assert "from-a-command.db" in shown.stdout or shown.returncode == 0


@pytest.mark.parametrize("text", ["{", "[]", '{"a": "https://x"}', '{"a": {"url": "https://s3cret"}}'])
def test_routes_that_cannot_be_read_are_refused_without_showing_them(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AIRFLOW__DRE__ROUTES", text)
    with pytest.raises(DefinitionError, match="a JSON object of routes by name") as error:
        read_settings()
    assert "s3cret" not in str(error.value)


def test_the_public_names_are_sorted_lazy_and_real() -> None:
    assert sorted(airflow_dre.__all__) == sorted(set(airflow_dre.__all__))
    for name in airflow_dre.__all__:
        assert getattr(airflow_dre, name).__module__.startswith("airflow_dre")
    assert checks.__all__ == sorted(checks.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'freshness_sla'. It has: FreshnessSLA"):
        _ = airflow_dre.freshness_sla


@pytest.mark.parametrize("path", sorted((ROOT / "dags_examples").glob("*.py")), ids=lambda path: path.stem)
def test_every_example_is_a_dag(path: Path) -> None:
    dags = [value for value in runpy.run_path(str(path)).values() if isinstance(value, DAG)]
    assert dags
    for dag in dags:
        assert LazyDeserializedDAG.from_dag(dag).dag_id == dag.dag_id


DOCS = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_every_snippet_of_the_docs_runs(path: Path) -> None:
    for block in path.read_text().split("```python\n")[1:]:
        exec(compile(block.split("```")[0], str(path), "exec"), {"__name__": "snippet"})


def test_every_name_is_documented() -> None:
    text = "\n".join(path.read_text() for path in DOCS)
    for name in (*airflow_dre.__all__, *checks.__all__, *OPTIONS, "airflow dre db migrate", "airflow dre db check"):
        assert name in text, name
