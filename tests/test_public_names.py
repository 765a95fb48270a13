"""The public names that a Dag author imports, and the modules that they load in a Dag file."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from inspect import isfunction
from operator import attrgetter
from typing import Any

import pytest

import airflow_dre
from airflow_dre import checks
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.registry import CHECK_KINDS

HEAVY = {"alembic", "duckdb", "fastapi", "fsspec", "great_expectations", "pandas", "polars", "pyarrow", "sqlalchemy", "sqlglot"}
"""Packages that no Dag file may load through us."""

COMMON_SQL = ("airflow.providers.common", "deprecated", "more_itertools", "sqlparse", "wrapt")
"""The operators of common-sql and what they load. A Dag file that uses ours alone does not pay for them."""

IMPORTERS = ["from_column_mapping", "from_dbt", "from_gx"]
"""Names that declare checks of several kinds at once."""

HOMES = {
    "airflow_dre.deadline": ["dag_deadline", "from_sla_miss_callback", "task_deadline"],
    "airflow_dre.monitor": ["reliability_monitor"],
    "airflow_dre.notifications": ["open_incident", "record_cosmos_results", "record_dbt_results", "resolve_incident"],
    "airflow_dre.operators.dbt": ["DbtResultsOperator"],
    "airflow_dre.operators.gx": ["GXCheckOperator"],
    "airflow_dre.operators.quality": ["QualityCheckOperator"],
    "airflow_dre.operators.quarantine": ["QuarantineReleaseOperator"],
    "airflow_dre.sensors.freshness": ["FreshnessSensor"],
    "airflow_dre.operators.slo": ["SloGateOperator"],
    "airflow_dre.sla": ["FreshnessSLA"],
    "airflow_dre.slo.miss": ["SlaMiss"],
    "airflow_dre.slo.declared": ["SLO"],
}
"""The documented place of every public name."""


def run(program: str) -> Any:
    """Return the JSON that a program prints last in a fresh interpreter."""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return json.loads(ended.stdout.splitlines()[-1])


def loaded_by(*statements: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after these statements."""
    return set(run("\n".join([*statements, "import json, sys", "print(json.dumps(sorted(sys.modules)))"])))


def by_kind(name: str) -> tuple[bool, bool, str]:
    """Return the place of a name in ``__all__``: names in capitals, classes, then functions."""
    return not name.isupper(), not name[0].isupper(), name


@pytest.mark.parametrize("module", [airflow_dre, checks], ids=lambda module: module.__name__)
def test_public_names_are_sorted_and_different(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]
    assert names == sorted(set(names), key=by_kind)


def test_the_public_names_are_those_of_their_homes() -> None:
    assert airflow_dre.__all__ == sorted((name for names in HOMES.values() for name in names), key=by_kind)


@pytest.mark.parametrize(("home", "name"), [(home, name) for home, names in HOMES.items() for name in names])
def test_a_public_name_is_the_one_of_its_home(home: str, name: str) -> None:
    assert getattr(airflow_dre, name) is getattr(import_module(home), name)
    assert name in dir(airflow_dre)


def test_the_deadlines_keep_their_first_home() -> None:
    first = import_module("airflow_dre.sla")
    assert first.dag_deadline is airflow_dre.dag_deadline


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(AttributeError) as error:
        airflow_dre.QualityOperator  # noqa: B018
    known = (
        "DbtResultsOperator, FreshnessSLA, FreshnessSensor, GXCheckOperator, QualityCheckOperator, QuarantineReleaseOperator, SLO, "
        "SlaMiss, SloGateOperator, dag_deadline, from_sla_miss_callback, open_incident, record_cosmos_results, record_dbt_results, "
        "reliability_monitor, resolve_incident, task_deadline"
    )
    assert str(error.value) == f"module 'airflow_dre' has no attribute 'QualityOperator'. It has: {known}"


def test_every_kind_of_check_can_be_declared_and_read() -> None:
    assert checks.__all__ == sorted([*CHECK_KINDS, *IMPORTERS])
    homes = [f"{checks.__name__}.declared.functions", f"{checks.__name__}.declared.measures", "airflow_dre.tools.from_other_tools"]
    found = {
        name: value for home in homes for name, value in vars(import_module(home)).items() if isfunction(value) and value.__module__ == home
    }
    assert checks.__all__ == sorted(name for name in found if not name.startswith("_"))
    assert all(getattr(checks, name) is found[name] for name in checks.__all__)


@pytest.mark.parametrize(
    "declaration",
    [
        checks.between("a", 1, 2),
        checks.column_max("a"),
        checks.column_min("a"),
        checks.fresh("a", max_age="1d"),
        checks.in_set("a", [1]),
        checks.mean("a"),
        checks.metric_sql("a"),
        checks.not_null("a"),
        checks.row_count(),
        checks.rows("a"),
        checks.unique("a"),
    ],
    ids=repr,
)
def test_a_check_declares_its_own_kind(declaration: Declaration) -> None:
    assert repr(declaration).startswith(f"{declaration.kind}(")
    assert declaration.kind in CHECK_KINDS


def test_a_suite_of_another_tool_is_read_without_that_tool() -> None:
    suite = [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "a"}}]
    project = {"models": [{"name": "t", "columns": [{"name": "a", "tests": ["not_null"]}]}]}
    loaded = loaded_by("from airflow_dre.checks import *", f"from_gx({suite!r})", "from_column_mapping({})", f"from_dbt({project!r})")
    assert not {name.partition(".")[0] for name in loaded} & {*HEAVY, "airflow"}


def test_importing_the_checks_loads_no_importer() -> None:
    assert not {name for name in loaded_by("import airflow_dre.checks") if name.startswith("airflow_dre.checks.importers")}


def test_the_package_itself_loads_nothing() -> None:
    before = loaded_by("pass")
    ours = {name for name in loaded_by("import airflow_dre") - before if not name.startswith("airflow_dre")}
    assert {name.partition(".")[0] for name in ours} <= sys.stdlib_module_names


def test_no_public_name_is_loaded_before_it_is_used() -> None:
    assert {name for name in loaded_by("import airflow_dre") if name.startswith("airflow_dre")} == {"airflow_dre"}


def test_declaring_checks_loads_only_the_declarations() -> None:
    loaded = loaded_by("from airflow_dre import checks as c", "c.not_null('a'), c.row_count(at_least=1)")
    assert {name for name in loaded if name.startswith("airflow_dre")} == {
        "airflow_dre",
        "airflow_dre.checks",
        "airflow_dre.checks.declared",
        "airflow_dre.checks.declared.declaration",
        "airflow_dre.checks.declared.functions",
        "airflow_dre.checks.declared.measures",
        "airflow_dre.declaring",
        "airflow_dre.declaring.functions",
    }


IMPORTS = {
    "the package": "import airflow_dre",
    "checks": "from airflow_dre.checks import not_null",
    "operators": "from airflow_dre.operators.quality import QualityCheckOperator",
    "operators of quarantine": "from airflow_dre.operators.quarantine import QuarantineReleaseOperator",
    "operators of Great Expectations": "from airflow_dre.operators.gx import GXCheckOperator",
    "decorators": "from airflow_dre.decorators.quality import quality_check_task",
    "operators of dbt": "from airflow_dre.operators.dbt import DbtResultsOperator",
    "sensors": "from airflow_dre.sensors.freshness import FreshnessSensor",
    "notifications": "from airflow_dre.notifications import open_incident, resolve_incident",
    "sla": "from airflow_dre.sla import FreshnessSLA, dag_deadline",
    "deadline": "from airflow_dre.deadline import dag_deadline, from_sla_miss_callback, task_deadline",
    "monitor": "from airflow_dre.monitor import reliability_monitor",
    "everything at once": "from airflow_dre import *",
    "a Dag with checks": """
with DAG("d", start_date=datetime(2026, 1, 1), on_failure_callback=open_incident(severity="high", routes=["a"])):
    QualityCheckOperator(task_id="q", conn_id="w", table="t", checks=[not_null("a")], on_success_callback=resolve_incident())
""",
    "a Dag with files": """
with DAG("f", start_date=datetime(2026, 1, 1)):
    QualityCheckOperator(task_id="q", data="x/{{ ds }}.csv", read_options={"delim": ";"}, checks=[not_null("a")])
    quality_check_task(lambda: "x.csv", task_id="r", checks=[not_null("a")])()
""",
    "a Dag with results of dbt": """
with DAG("t", start_date=datetime(2026, 1, 1)):
    callback = record_dbt_results(target_path="/dbt/target", conn_id="w", routes=["a"])
    DbtResultsOperator(task_id="r", target_path="/dbt/target", namespace="postgres://db:5432", on_failure_callback=callback)
""",
    "a Dag with expectations": """
with DAG("e", start_date=datetime(2026, 1, 1)):
    expectations = [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "a"}}]
    GXCheckOperator(task_id="q", conn_id="w", table="t", expectations=expectations)
""",
    "a Dag with freshness": """
with DAG("w", start_date=datetime(2026, 1, 1)):
    FreshnessSensor(task_id="s", conn_id="w", table="t", column="c", max_age="1h")
reliability_monitor([FreshnessSLA("hourly", conn_id="w", table="t", column="c", max_age="1h")])
""",
    "a Dag with a review": """
with DAG("v", start_date=datetime(2026, 1, 1)):
    QuarantineReleaseOperator(task_id="r", conn_id="w", table="t", quarantine_table="bad")
""",
}
"""Statements of Dag files, one after the other in one interpreter."""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """Return the modules that each statement adds to those of Airflow's SDK and of the statements before it."""
    program = ["import json, sys", "from datetime import datetime", "import airflow.sdk", "from airflow.sdk import DAG, BaseOperator"]
    program += ["known, new = set(sys.modules), {}", "def note(label):", "    new[label] = sorted(set(sys.modules) - known)"]
    program += ["    known.update(sys.modules)"]
    for label, statement in IMPORTS.items():
        program += [statement, f"note({label!r})"]
    found = run("\n".join([*program, "print(json.dumps(new))"]))
    return {label: set(names) for label, names in found.items()}


def test_an_operator_that_checks_a_table_loads_neither_masks_nor_engines() -> None:
    constructed = 'QualityCheckOperator(task_id="q", conn_id="w", table="t", checks=[not_null("a")])'
    loaded = loaded_by("from airflow_dre import QualityCheckOperator", "from airflow_dre.checks import not_null", constructed)
    assert not {name for name in loaded if name.startswith(("airflow_dre.privacy.masking", "airflow_dre.engines"))}


def test_an_operator_without_slips_and_partitions_pays_for_neither() -> None:
    constructed = 'QualityCheckOperator(task_id="q", conn_id="w", table="t", checks=[not_null("a")])'
    before = loaded_by("import airflow.sdk", "from airflow.sdk import BaseOperator", "BaseOperator(task_id='plain')")
    loaded = loaded_by("from airflow_dre import QualityCheckOperator", "from airflow_dre.checks import not_null", constructed) - before
    assert not {name for name in loaded if name in ("difflib", "airflow_dre.partitions.merging", "airflow_dre.partitions.values")}


def test_the_deadlines_are_imported_without_their_decisions() -> None:
    assert "airflow_dre.slo.deadline" not in loaded_by("from airflow_dre import *")


def test_the_miss_of_a_deadline_is_imported_from_both_of_its_homes() -> None:
    assert import_module("airflow_dre.deadline").DeadlineMiss is import_module("airflow_dre.slo.deadline").DeadlineMiss
    with pytest.raises(AttributeError, match=r"module 'airflow_dre\.deadline' has no attribute 'DeadlineMis'"):
        attrgetter("DeadlineMis")(import_module("airflow_dre.deadline"))


@pytest.mark.parametrize("label", IMPORTS)
def test_a_dag_file_loads_no_heavy_package_through_us(loaded: dict[str, set[str]], label: str) -> None:
    assert not {name.partition(".")[0] for name in loaded[label]} & HEAVY


@pytest.mark.parametrize("label", IMPORTS)
def test_a_dag_file_does_not_load_common_sql_through_us(loaded: dict[str, set[str]], label: str) -> None:
    assert not [name for name in sorted(loaded[label]) if name.startswith(COMMON_SQL)]
