"""On Great Expectations' own cases, GXCheckOperator has the outcomes of Great Expectations called directly."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest
from airflow.sdk import DAG
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import list_registered_expectation_implementations

from airflow_dre import GXCheckOperator
from airflow_dre.checks.outcomes import Outcome
from airflow_dre.errors import DefinitionError
from airflow_dre.tools.gx.running.expectations import read_expectations
from tests.databases import sqlite_file
from tests.task_instances import task_instance

HERE = Path(__file__).resolve()
NOT_ASKED = {"catch_exceptions", "result_format"}
SAID: dict[Outcome, bool | str] = {
    Outcome.PASSED: True,
    Outcome.SKIPPED: True,
    Outcome.FAILED: False,
    Outcome.WARNED: False,
    Outcome.ERRORED: "raised",
}


def cases_folder() -> Path:
    """Return the folder of the cases of Great Expectations."""
    if given := os.environ.get("DRE_CONFORMANCE_GX"):
        return Path(given)
    return Path(os.environ.get("DRE_CONFORMANCE") or HERE.parents[2].parent / "shared" / "conformance") / "gx"


FILES = sorted(cases_folder().glob("*/*.json"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"no cases in {cases_folder()}: set DRE_CONFORMANCE or DRE_CONFORMANCE_GX")


@pytest.fixture(scope="module")
def context() -> Any:
    """Return the context of those who call Great Expectations directly."""
    return gx.get_context(mode="ephemeral")


@pytest.fixture(params=["pandas", "sqlite"])
def backend(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of the backend, with a connection ``cases`` to the database."""
    monkeypatch.setenv("AIRFLOW_CONN_CASES", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "cases.db")}))
    name: str = request.param
    return name


def typed(data: dict[str, list[Any]], types: dict[str, Any]) -> pd.DataFrame:
    """Return the data with instants where the types of the case name them."""
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in data.items()}).infer_objects()
    for column, kind in types.items():
        if column in frame and str(kind).lower().startswith(("date", "timestamp")):
            frame[column] = pd.to_datetime(frame[column], format="mixed", errors="coerce")
    return frame


def tables_of(dataset: dict[str, Any], backend: str) -> dict[str, tuple[pd.DataFrame, dict[str, str]]]:
    """Return every table of a case with the types of its columns, the one that is checked first."""
    tables = dataset["data"] if isinstance(dataset["data"], list) else [dataset]
    found = {}
    for position, table in enumerate(tables):
        types = (table.get("schemas") or {}).get(backend, {})
        found[table.get("dataset_name") or f"t{position}"] = (typed(table["data"], types), types)
    return found


def direct(batch: Any, expectation: Any) -> bool | str:
    """Return the outcome of Great Expectations."""
    try:
        result = batch.validate(expectation)
    except Exception:
        return "raised"
    infos = [result.exception_info] if "raised_exception" in result.exception_info else result.exception_info.values()
    return "raised" if any(info["raised_exception"] for info in infos) else bool(result.success)


def through_the_operator(expectations: list[Any], **arguments: Any) -> list[bool | str]:
    """Return the outcomes of the operator, in the same words."""
    operator = GXCheckOperator(task_id="check", expectations=expectations, dag=DAG("cases", schedule=None), **arguments)
    ti = task_instance(dag_id="cases")
    return [SAID[result.outcome] for result in operator.measure({"ti": ti}).results]


def readable(kind: str, tests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield title, declaration and object of every case that Great Expectations can read. What it refuses, we refuse."""
    for case in tests:
        declared: dict[str, Any] = {"type": kind, "kwargs": {name: value for name, value in case["in"].items() if name not in NOT_ASKED}}
        try:
            expectation = ExpectationConfiguration(**declared).to_domain_obj()
        except Exception:
            with pytest.raises(DefinitionError):
                read_expectations([declared], "case")
        else:
            yield case["title"], declared, expectation


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_operator_agrees_with_great_expectations(path: Path, backend: str, context: Any, tmp_path: Path) -> None:
    cases = json.loads(path.read_text())
    if cases["expectation_type"] not in list_registered_expectation_implementations():
        pytest.skip(f"Great Expectations {gx.__version__} has no {cases['expectation_type']}")
    compared = 0
    for number, dataset in enumerate(cases["datasets"]):
        tables = tables_of(dataset, backend)
        name = next(iter(tables))
        source, arguments = f"{path.stem}_{number}_{backend}_{tmp_path.name}", {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if backend == "pandas":
                asset = context.data_sources.add_pandas(source).add_dataframe_asset("cases")
                batch = asset.get_batch(asset.build_batch_request({"dataframe": tables[name][0]}))
                arguments = {"dataframe": tables[name][0]}
            else:
                with sqlite_file(tmp_path / "cases.db") as connection:
                    for table, (frame, types) in tables.items():
                        frame.to_sql(table, connection, index=False, dtype=types or None)
                asset = context.data_sources.add_sqlite(source, connection_string=f"sqlite:///{tmp_path}/cases.db").add_table_asset(name)
                batch = asset.get_batch(asset.build_batch_request())
                arguments = {"conn_id": "cases", "table": name}
            asked = list(readable(cases["expectation_type"], dataset["tests"]))
            said = [(title, direct(batch, expectation)) for title, _, expectation in asked]
        if asked:
            ours = through_the_operator([declared for _, declared, _ in asked], **arguments)
            assert [(title, verdict) for (title, _), verdict in zip(said, ours, strict=True)] == said
            compared += len(asked)
    print(f"{compared} cases of {path.stem} on {backend}")
