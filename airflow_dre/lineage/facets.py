"""Results of a suite as OpenLineage facets: assertions and metrics of the dataset, and the tests of the run."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from openlineage.client.event_v2 import InputDataset
from openlineage.client.facet_v2 import (
    InputDatasetFacet,
    RunFacet,
    data_quality_assertions_dataset,
    data_quality_metrics_input_dataset,
    test_run,
)

from airflow_dre.checks.outcomes import Outcome


class Defined(Protocol):
    """The part of a check's definition that facets need."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def severity(self) -> str: ...
    @property
    def where(self) -> str | None: ...
    @property
    def description(self) -> str | None: ...


class Judged(Protocol):
    """The part of a result that facets need."""

    @property
    def definition(self) -> Defined: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def reason(self) -> str: ...
    @property
    def expected(self) -> str: ...
    @property
    def observed(self) -> str | None: ...
    @property
    def value(self) -> float | None: ...
    @property
    def violations(self) -> int | None: ...
    @property
    def rows(self) -> int | None: ...


class Checked(Protocol):
    """The part of a suite run that facets need."""

    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def results(self) -> Sequence[Judged]: ...


_ANSWERED = (Outcome.PASSED, Outcome.WARNED, Outcome.FAILED)
_STATUS = {Outcome.PASSED: "pass", Outcome.WARNED: "fail", Outcome.FAILED: "fail", Outcome.ERRORED: "skip", Outcome.SKIPPED: "skip"}

_SAME = {
    "expect_table_row_count_to_be_between": "row_count",
    "expect_table_row_count_to_equal": "row_count",
    "expect_column_values_to_not_be_null": "not_null",
    "expect_column_min_to_be_between": "column_min",
    "expect_column_max_to_be_between": "column_max",
}
"""Expectations of Great Expectations that return the same number as a check of ours."""


def input_dataset(run: Checked) -> InputDataset:
    """Return the checked dataset with what was asserted and measured."""
    facets: dict[str, InputDatasetFacet] = {
        "dataQualityMetrics": _metrics(run),
        "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
            assertions=[_assertion(result) for result in run.results if result.outcome in _ANSWERED]
        ),
    }
    return InputDataset(namespace=run.namespace, name=run.name, inputFacets=facets)


def run_facets(*runs: Checked) -> dict[str, RunFacet]:
    """Return every check of the suite runs in a task's run as a test, including errored and skipped ones."""
    tests = [
        test_run.TestExecution(
            name=result.definition.name,
            status=_STATUS[result.outcome],
            severity=_severity(result),
            type=result.definition.kind,
            description=f"{result.outcome.value}: {result.reason}",
            expected=result.expected or None,
            actual=result.observed,
        )
        for run in runs
        for result in run.results
    ]
    return {"test": test_run.TestRunFacet(tests=tests)}


def _assertion(result: Judged) -> data_quality_assertions_dataset.Assertion:
    columns = result.definition.columns
    return data_quality_assertions_dataset.Assertion(
        assertion=result.definition.kind,
        success=result.outcome is Outcome.PASSED,
        column=columns[0] if len(columns) == 1 else None,
        severity=_severity(result),
        name=result.definition.name,
        description=result.definition.description or result.reason,
        expected=result.expected,
        actual=result.observed,
    )


def _severity(result: Judged) -> str:
    return "warn" if result.outcome is Outcome.WARNED else result.definition.severity


def _is_finite(value: float | None) -> bool:
    """Return whether JSON can hold the value: it knows neither infinity nor not-a-number."""
    return value is not None and math.isfinite(value)


def _metrics(run: Checked) -> data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet:
    """Return numbers about the whole scan, without those of checks that filter rows."""
    columns: dict[str, dict[str, Any]] = defaultdict(dict)
    row_count = None
    for result in run.results:
        definition = result.definition
        if definition.where is not None or result.outcome not in (*_ANSWERED, Outcome.SKIPPED):
            continue
        match _SAME.get(definition.kind, definition.kind):
            case "row_count" | "rows" if result.rows is not None:
                row_count = result.rows
            case "not_null" if result.rows is not None:
                row_count = result.rows
                columns[definition.columns[0]]["nullCount"] = result.violations
            case "column_min" if _is_finite(result.value):
                columns[definition.columns[0]]["min"] = result.value
            case "column_max" if _is_finite(result.value):
                columns[definition.columns[0]]["max"] = result.value
            case _:
                pass
    metrics = {name: data_quality_metrics_input_dataset.ColumnMetrics(**found) for name, found in columns.items()}
    return data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(columnMetrics=metrics, rowCount=row_count)
