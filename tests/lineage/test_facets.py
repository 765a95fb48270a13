"""The facets of results in OpenLineage: assertions and metrics of the dataset, and tests of the run."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from openlineage.client.serde import Serde

from airflow_dre import checks as c
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.errors import QueryFailed
from airflow_dre.lineage.facets import input_dataset, run_facets
from airflow_dre.services.quality.run import Suite, run_suite
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.scope import Scope
from airflow_dre.store.records import SuiteRunRecord
from airflow_dre.values.dataset import DatasetName
from airflow_dre.values.scalars import Scalar

NAME = DatasetName("sqlite:///w.db", "main.t")


class Memory:
    """A SQLite database in memory, as an engine."""

    name = "sqlite"

    def __init__(self, rows: list[tuple[Scalar, ...]]) -> None:
        self.queries = 0
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("CREATE TABLE t (id, amount, day)")
        self.connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)

    def fetch_rows(self, sql: str, most: int) -> list[tuple[Scalar, ...]]:
        """Return the first rows."""
        self.queries += 1
        try:
            return self.connection.execute(sql).fetchmany(most)
        except sqlite3.Error as error:
            raise QueryFailed(str(error)) from error


ROWS: list[tuple[Scalar, ...]] = [(1, 10, "2026-01-01"), (2, None, "2026-01-02"), (3, 30.5, "2026-01-03"), (4, 5, None)]


def ran(*declared: Declaration, rows: list[tuple[Scalar, ...]] = ROWS) -> SuiteRunRecord:
    """Return a suite run of these checks."""
    suite = Suite(name="s", dataset=NAME, scope=Scope(("t",), None, find_dialect("sqlite")), checks=parse_checks(declared))
    return run_suite(suite, Memory(rows), datetime(2026, 2, 1, tzinfo=UTC)).record


def written(facet: Any) -> dict[str, Any]:
    """Return a facet as it is sent, without its producer and without empty values."""
    plain: dict[str, Any] = bare(json.loads(Serde.to_json(facet)))
    return plain


def bare(value: Any) -> Any:
    """Return the value without nulls, empty objects and addresses of schemas."""
    if isinstance(value, dict):
        kept = {key: bare(item) for key, item in value.items() if not key.startswith("_") and item is not None}
        return {key: item for key, item in kept.items() if key == "columnMetrics" or item != {}}
    return [bare(item) for item in value] if isinstance(value, list) else value


def facets_of(run: SuiteRunRecord) -> dict[str, Any]:
    """Return the facets of the dataset that a run read."""
    facets = input_dataset(run).inputFacets
    assert facets is not None
    return dict(facets)


def assertions(run: SuiteRunRecord) -> list[dict[str, Any]]:
    """Return the assertions."""
    found: list[dict[str, Any]] = written(facets_of(run)["dataQualityAssertions"])["assertions"]
    return found


def metrics(run: SuiteRunRecord) -> dict[str, Any]:
    """Return the measured values."""
    return written(facets_of(run)["dataQualityMetrics"])


def executions(run: SuiteRunRecord) -> list[dict[str, Any]]:
    """Return the tests of the run."""
    found: list[dict[str, Any]] = written(run_facets(run)["test"])["tests"]
    return found


def test_the_dataset_has_the_name_of_the_suite_run() -> None:
    dataset = input_dataset(ran(c.not_null("id")))
    assert (dataset.namespace, dataset.name) == (NAME.namespace, NAME.name)


@pytest.mark.parametrize(
    ("declared", "assertion", "test"),
    [
        pytest.param(
            c.not_null("id"),
            {"success": True, "severity": "error", "expected": "at most 0 violating", "actual": "0"},
            {"status": "pass", "severity": "error", "description": "passed: all 4 rows meet it"},
            id="passed",
        ),
        pytest.param(
            c.not_null("amount", warn_above=0, fail_above="50%"),
            {"success": False, "severity": "warn", "expected": "at most 50% violating (warn above 0)", "actual": "25"},
            {"status": "fail", "severity": "warn", "description": "warned: 1 of 4 rows (25%) break it, more than 0"},
            id="warned",
        ),
        pytest.param(
            c.not_null("amount", severity="warn"),
            {"success": False, "severity": "warn", "expected": "at most 0 violating", "actual": "1"},
            {"status": "fail", "severity": "warn", "description": "warned: 1 of 4 rows (25%) break it, more than 0"},
            id="warned where it would fail but for its severity",
        ),
        pytest.param(
            c.not_null("amount"),
            {"success": False, "severity": "error", "expected": "at most 0 violating", "actual": "1"},
            {"status": "fail", "severity": "error", "description": "failed: 1 of 4 rows (25%) break it, more than 0"},
            id="failed",
        ),
        pytest.param(
            c.not_null("missing"),
            None,
            {"status": "skip", "severity": "error", "description": "errored: no such column: t.missing"},
            id="errored is no assertion",
        ),
        pytest.param(
            c.not_null("id", where="id > 9"),
            None,
            {"status": "skip", "severity": "error", "description": "skipped: no rows to check"},
            id="skipped is no assertion",
        ),
    ],
)
def test_outcomes(declared: Declaration, assertion: dict[str, Any] | None, test: dict[str, Any]) -> None:
    run = ran(declared)
    (told,) = executions(run)
    assert {key: told[key] for key in test} == test
    assert (told["name"], told["type"]) == (run.results[0].definition.name, "not_null")
    assert [{key: each[key] for key in assertion or ()} for each in assertions(run)] == ([] if assertion is None else [assertion])


@pytest.mark.parametrize(
    ("declared", "column"),
    [
        pytest.param(c.not_null("id"), "id", id="a check of one column names it"),
        pytest.param(c.unique("id", "day"), None, id="a check of two columns names none"),
        pytest.param(c.row_count(at_least=1), None, id="a check of the table names none"),
    ],
)
def test_the_column_of_an_assertion(declared: Declaration, column: str | None) -> None:
    assert assertions(ran(declared))[0].get("column") == column


def test_an_assertion_is_described_by_its_author_or_else_by_its_reason() -> None:
    described, plain = assertions(ran(c.not_null("id", description="Orders have numbers"), c.not_null("day", fail_above=1)))
    assert described["description"] == "Orders have numbers"
    assert plain["description"] == "1 of 4 rows (25%) break it"


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param([c.row_count(at_least=9)], {"rowCount": 4, "columnMetrics": {}}, id="row_count counts the rows"),
        pytest.param([c.rows("id > 0")], {"rowCount": 4, "columnMetrics": {}}, id="a row rule counts the rows"),
        pytest.param([c.not_null("amount")], {"rowCount": 4, "columnMetrics": {"amount": {"nullCount": 1}}}, id="not_null counts NULL"),
        pytest.param(
            [c.column_min("amount", at_least=0), c.column_max("amount", at_most=9), c.not_null("amount")],
            {"rowCount": 4, "columnMetrics": {"amount": {"min": 5, "max": 30.5, "nullCount": 1}}},
            id="several checks of one column are reported together",
        ),
        pytest.param([c.column_min("day", at_least="2026")], {"columnMetrics": {}}, id="a smallest text is no number"),
        pytest.param([c.mean("amount", at_least=0), c.unique("id")], {"columnMetrics": {}}, id="others have no field in the facet"),
        pytest.param([c.not_null("id", where="id > 1")], {"columnMetrics": {}}, id="a filtered check speaks of other rows"),
        pytest.param([c.row_count(at_least=1, where="id > 1")], {"columnMetrics": {}}, id="nor does its count of rows count"),
        pytest.param([c.not_null("missing")], {"columnMetrics": {}}, id="an errored check knows nothing"),
    ],
)
def test_metrics(declared: list[Declaration], expected: dict[str, Any]) -> None:
    assert metrics(ran(*declared)) == expected


def test_an_empty_table_has_no_rows_and_no_nulls() -> None:
    assert metrics(ran(c.not_null("id"), rows=[])) == {"rowCount": 0, "columnMetrics": {"id": {"nullCount": 0}}}


def test_an_infinite_value_is_left_out_since_json_has_none() -> None:
    run = ran(c.column_max("amount", at_most=1), c.column_min("amount", at_least=1), rows=[(1, float("inf"), None), (2, 5, None)])
    text = Serde.to_json(input_dataset(run))
    assert "Infinity" not in text
    assert metrics(run) == {"columnMetrics": {"amount": {"min": 5}}}
    assert assertions(run)[0]["actual"] == "inf"
