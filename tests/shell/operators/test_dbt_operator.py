"""dbt's results as a Dag author meets them: the operator, and the callbacks of tasks that run dbt themselves."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, ObjectStoragePath
from openlineage.client.serde import Serde
from sqlalchemy import select

from airflow_dre import DbtResultsOperator, QualityCheckOperator, open_incident, record_cosmos_results, record_dbt_results
from airflow_dre.checks import from_dbt
from airflow_dre.errors import DefinitionError
from airflow_dre.store.tables import incident, result, suite_run
from tests.task_instances import task_instance

pytestmark = pytest.mark.airflow
Run = Callable[..., Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = "duckdb:///data/shop.duckdb"
BROKEN = ["main.broken", "main.customers", "main.orders"]


@pytest.fixture
def target(dbt_folder: Path, tmp_path: Path) -> Path:
    """Return the files of our dbt project as if dbt had written them just now."""
    write(dbt_folder, tmp_path / "target", good=False)
    return tmp_path / "target"


def write(dbt_folder: Path, folder: Path, *, good: bool) -> None:
    """Write both files, as they were or with every result good."""
    folder.mkdir(exist_ok=True)
    for name in ("run_results.json", "manifest.json"):
        document = json.loads((dbt_folder / "built" / name).read_text())
        document["metadata"]["generated_at"] = (datetime.now(UTC) + timedelta(minutes=2)).isoformat()
        for one in document["results"] if good and name == "run_results.json" else ():
            one |= {"status": "pass" if "test" in one["unique_id"].split(".")[0] else "success", "message": None, "failures": 0}
        (folder / name).write_text(json.dumps(document))


def dag_of(name: str, **arguments: Any) -> DAG:
    """Return a Dag with one task that keeps what dbt found."""
    with DAG(name, schedule=None, start_date=START, params=arguments.pop("params", {})) as dag:
        DbtResultsOperator(**{"task_id": "results", "namespace": PLACE, **arguments})
    return dag


@pytest.mark.parametrize(("fail_on", "state"), [("error", "failed"), ("never", "success")])
def test_everything_is_kept_before_the_task_decides(
    fail_on: str, state: str, target: Path, run_dag: Run, rows: Run, incidents: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "duckdb", "host": "/data/shop.duckdb"}))
    given = {"target_path": "{{ params.folder }}", "params": {"folder": str(target)}, "conn_id": "lake", "namespace": None}
    finished = run_dag(dag_of(f"dbt_{fail_on}", fail_on=fail_on, retries=2, **given))
    (ti,) = finished.get_task_instances()
    assert (ti.state, ti.try_number) == (state, 1), "bad data is not retried"
    kept = rows(suite_run)
    assert {(run.suite, run.dag_id, run.task_id) for run in kept} == {(f"dbt_{fail_on}.results", ti.dag_id, "results")}
    assert {run.namespace for run in kept} == {PLACE, "dbt"}
    assert len(kept) == 7 and len(rows(result)) == 30
    assert sorted((found.name, found.kind) for found in incidents()) == [(name, "data") for name in BROKEN], "one for each dataset"
    summary = ti.xcom_pull(task_ids="results")
    assert (summary["outcome"], summary["counts"]["failed"], summary["counts"]["errored"]) == ("failed", 4, 3)
    assert {part["dataset"]: part["outcome"] for part in summary["datasets"]}[f"{PLACE}/main.broken"] == "errored"


def executed(context: dict[str, Any] | None = None, **arguments: Any) -> tuple[DbtResultsOperator, BaseException | None]:
    """Return the operator after ``execute`` outside any run, and what it raised."""
    operator = DbtResultsOperator(**{"task_id": "results", "namespace": PLACE, **arguments})
    operator.dag = DAG("d", schedule=None)
    given: Any = {"ti": task_instance(task_id="results", xcom_push=lambda key, value: None), **(context or {})}
    try:
        operator.execute(given)
    except Exception as error:
        return operator, error
    return operator, None


def test_the_lineage_names_every_table_with_its_results(target: Path) -> None:
    operator, error = executed(target_path=ObjectStoragePath(f"file://{target}"))
    assert error is not None and "4 of 13 checks of orders do not let the task pass (fail_on='error'):" in str(error)
    assert "1 of 2 checks of broken do not let the task pass" in str(error)
    found = operator.get_openlineage_facets_on_complete(None)
    assert found is not None
    names = [(dataset.namespace, dataset.name) for dataset in found.inputs]
    assert len(names) == 6 and (PLACE, "main.orders") in names
    (orders,) = [dataset for dataset in found.inputs if dataset.name == "main.orders"]
    assertions = json.loads(Serde.to_json(orders))["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert {"assertion": "relationships", "column": "customer_id", "success": False}.items() <= next(
        one for one in assertions if one["name"].startswith("relationships_")
    ).items()
    assert len(found.run_facets["test"].tests) == 30
    fresh = DbtResultsOperator(task_id="t", target_path="/t", namespace=PLACE)
    assert fresh.get_openlineage_facets_on_complete(None).inputs == []


def test_yesterdays_results_are_not_taken_for_those_of_this_run(target: Path, rows: Run) -> None:
    context = {"dag_run": SimpleNamespace(start_date=datetime.now(UTC) + timedelta(days=1))}
    _, error = executed(context, target_path=target)
    assert "results of this Dag run: dbt wrote these at" in str(error) and "Did dbt run?" in str(error)
    _, error = executed(context, target_path=target, allow_stale=True, fail_on="never")
    assert error is None and len(rows(suite_run)) == 7


def test_an_invocation_that_ran_nothing_says_so(target: Path, rows: Run, capfd: Any) -> None:
    path = target / "run_results.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "results": []}))
    operator, error = executed(target_path=target)
    assert error is None
    assert operator.summary()["outcome"] == "skipped"
    assert "Nothing ran in the dbt invocation of" in "".join(capfd.readouterr())
    (row,) = rows(suite_run)
    assert (row.namespace, row.name, row.outcome) == ("dbt", "shop", "skipped")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "invalid arguments=''. Allowed: target_path, or run_results and manifest, or target_path and run_results"),
        ({"run_results": "a"}, "invalid arguments='run_results'"),
        ({"target_path": "t", "manifest": "m"}, "invalid arguments='manifest, target_path'"),
        ({"target_path": "t", "conn_id": "w"}, "Allowed: exactly one of conn_id"),
        ({"target_path": "t", "namespace": None}, "Allowed: exactly one of conn_id"),
        ({"target_path": "t", "fail_on": "bad"}, "invalid fail_on='bad'. Allowed: error, warn, never"),
    ],
    ids=str,
)
def test_mistakes_are_told_when_the_dag_is_parsed(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match="^1 problem in the definition:\n- DbtResultsOperator results: ") as error:
        DbtResultsOperator(**{"task_id": "results", "namespace": PLACE, **arguments})
    assert message in str(error.value)


def bash(name: str, target: Path, code: int, **more: Any) -> DAG:
    """Return a Dag whose task ends as ``dbt build`` does, with callbacks that record its results."""
    tell = record_dbt_results(target_path=target, namespace=PLACE, severity="high", routes=["oncall"])
    with DAG(name, schedule=None, start_date=START) as dag:
        BashOperator(task_id="dbt", bash_command=f"exit {code}", **{"on_failure_callback": tell, "on_success_callback": tell, **more})
    return dag


def test_a_failed_dbt_task_opens_the_incidents_of_its_tables_and_none_of_its_own(
    target: Path, dbt_folder: Path, run_dag: Run, rows: Run, incidents: Run, queued: Run
) -> None:
    assert run_dag(bash("dbt_in_bash", target, 1)).state == "failed"
    assert len(rows(suite_run)) == 7 and len(rows(result)) == 30
    opened = incidents()
    assert sorted((found.kind, found.name, found.suite, found.severity) for found in opened) == [
        ("data", name, "dbt_in_bash.dbt", "high") for name in BROKEN
    ]
    assert [message[:2] for message in queued()] == [("oncall", "opened")] * 3
    write(dbt_folder, target, good=True)
    assert run_dag(bash("dbt_in_bash", target, 0), day=2).state == "success"
    assert {found.status for found in incidents()} == {"resolved"} and len(incidents()) == 3


def test_a_callback_that_runs_twice_records_once(target: Path, rows: Run, incidents: Run) -> None:
    ti = task_instance(task_id="dbt", start_date=START, state="failed")
    tell = record_dbt_results(target_path=target, namespace=PLACE)
    for context in ({"ti": ti, "exception": RuntimeError("exit code 1")}, {"ti": ti}):  # in the worker, and in the Dag processor
        tell(context)
    assert len(rows(suite_run)) == 7
    assert sorted(found.name for found in incidents()) == BROKEN
    assert {found.occurrences for found in incidents()} == {1}


def test_a_try_that_will_be_repeated_is_recorded_and_is_no_failed_task(target: Path, rows: Run, incidents: Run) -> None:
    ti = task_instance(task_id="dbt", start_date=START, state="up_for_retry")
    record_dbt_results(target_path=target, namespace=PLACE)({"ti": ti, "exception": RuntimeError("exit code 1")})
    record_dbt_results(target_path=target / "gone", namespace=PLACE)({"ti": ti, "exception": RuntimeError("exit code 2")})
    assert len(rows(suite_run)) == 7
    assert {found.kind for found in incidents()} == {"data"}


@pytest.mark.parametrize("why", ["gone", "stale"])
def test_a_dbt_task_that_left_no_results_is_a_failed_task(
    why: str, target: Path, run_dag: Run, rows: Run, incidents: Run, caplog: pytest.LogCaptureFixture
) -> None:
    if why == "gone":
        (target / "manifest.json").unlink()
    else:
        path = target / "run_results.json"
        path.write_text(path.read_text().replace('"generated_at": "2', '"generated_at": "1', 1))
    assert run_dag(bash(f"dbt_{why}", target, 2)).state == "failed"
    (found,) = incidents()
    assert (found.kind, found.task_id) == ("pipeline", "dbt")
    assert rows(suite_run) == []
    said = {"gone": "it does not exist: did dbt run with this target folder?", "stale": "before this task began. Did dbt run?"}[why]
    assert "the results of dbt are not recorded" in caplog.text and said in caplog.text


def test_open_incident_after_the_results_adds_to_their_incidents(target: Path, run_dag: Run, incidents: Run) -> None:
    tell = record_dbt_results(target_path=target, namespace=PLACE)
    run_dag(bash("dbt_twice_told", target, 1, on_failure_callback=[tell, open_incident(severity="critical")]))
    assert sorted((found.kind, found.name, found.severity) for found in incidents()) == [("data", name, "critical") for name in BROKEN]


def test_cosmos_calls_back_with_the_folder_of_the_project(target: Path, rows: Run, caplog: pytest.LogCaptureFixture) -> None:
    ti = task_instance(dag_id="shop", task_id="orders.test", start_date=START)
    given: dict[str, Any] = {"namespace": PLACE, "routes": ["oncall"], "context": {"ti": ti}}  # Cosmos adds the context to callback_args
    record_cosmos_results(str(target.parent), **given)
    assert {run.suite for run in rows(suite_run)} == {"shop.orders.test"}
    assert {(found.name, tuple(found.routes)) for found in rows(select(incident))} == {(name, ("oncall",)) for name in BROKEN}
    with caplog.at_level(logging.ERROR):
        record_cosmos_results("/nowhere", **given)
    assert "dbt results of shop.orders.test: invalid manifest='/nowhere/target/manifest.json'" in caplog.text


def test_the_callback_refuses_mistakes_when_the_dag_is_parsed() -> None:
    with pytest.raises(DefinitionError, match="record_dbt_results: invalid conn_id=None. Allowed: exactly one of"):
        record_dbt_results(target_path="/t")
    with pytest.raises(DefinitionError, match="invalid severity='loud'"):
        record_dbt_results(target_path="/t", conn_id="w", severity="loud")


class DuckHook(DbApiHook):
    """A hook of DuckDB, as its provider writes it."""

    conn_name_attr = "conn_id"
    conn_type = "duckdb"

    def get_conn(self) -> Any:
        return duckdb.connect(self.get_connection("lake").host, read_only=True)


class DuckCheckOperator(QualityCheckOperator):
    """The operator where the provider of DuckDB is installed."""

    def get_db_hook(self) -> Any:
        return DuckHook()


@pytest.mark.parametrize(
    ("chosen", "table", "tests"),
    [
        ({"model": "customers"}, "customers", 4),
        ({"model": "orders"}, "orders", 10),
        ({"source": "raw.orders"}, "main_raw.raw_orders", 2),
    ],
    ids=str,
)
def test_the_tests_of_a_schema_yml_give_the_same_outcomes_here_as_in_dbt(
    chosen: dict[str, Any], table: str, tests: int, dbt_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_LAKE", json.dumps({"conn_type": "duckdb", "host": str(dbt_folder / "shop.duckdb")}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a test of the project is no native check
        declared = from_dbt(dbt_folder / "models" / "schema.yml", **chosen, unsupported="skip")
    native = DuckCheckOperator(task_id="check", conn_id="lake", table=table, checks=declared, fail_on="never")
    native.dag = DAG("d", schedule=None)
    ti = task_instance()
    native.execute({"ti": ti})
    operator, _ = executed(target_path=dbt_folder / "built", conn_id="lake", namespace=None, fail_on="never")
    assert native.suite_run is not None
    (theirs,) = [run for run in operator.suite_runs if run.name == native.suite_run.name]
    assert theirs.namespace == native.suite_run.namespace == f"duckdb://{dbt_folder}/shop.duckdb", "one name for one table"
    by_name = {one.definition.name: one for one in theirs.results}
    unnamed = {(one.definition.kind, one.definition.columns, one.definition.where): one for one in theirs.results}
    compared = 0
    for one in native.suite_run.results:
        asked = one.definition
        kind = next(tag for tag in asked.tags if tag.startswith("dbt:")).removeprefix("dbt:")
        same = by_name.get(asked.name) or unnamed[(kind, asked.columns, asked.where)]
        ours = "passed" if one.outcome.value == "skipped" else one.outcome.value
        assert (asked.name, ours) == (asked.name, same.outcome.value), (one.reason, same.reason)
        compared += 1
    assert compared == tests
