"""Records made from the results of Great Expectations."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from airflow_dre.checks.outcomes import Outcome
from airflow_dre.services.gx import identify, records_of
from airflow_dre.tools.gx.running.results import Validation


def validation(kind: str, *, by_row: bool = False, success: bool = True, **more: Any) -> Validation:
    """Return a validation whose arguments are as they were declared."""
    arguments = more.pop("arguments", {})
    given = {"id": "0", "severity": "critical", "declared": arguments, **more}
    return Validation(kind=kind, by_row=by_row, success=success, arguments=arguments, **given)


VERDICTS = {
    "all rows meet it": ({"elements": 5, "missing": 2, "unexpected": 0}, {}, Outcome.PASSED, "all 3 rows meet it"),
    "some may break it": ({"elements": 4, "unexpected": 1}, {"mostly": 0.7}, Outcome.PASSED, "1 of 4 rows (25%) break it"),
    "too many break it": (
        {"elements": 4, "unexpected": 2, "success": False},
        {"mostly": 0.7},
        Outcome.FAILED,
        "2 of 4 rows (50%) break it, more than 30%",
    ),
    "a warning": (
        {"elements": 4, "unexpected": 2, "success": False, "severity": "info"},
        {},
        Outcome.WARNED,
        "2 of 4 rows (50%) break it, more than 0",
    ),
    "no rows": ({"elements": 0, "unexpected": None}, {}, Outcome.SKIPPED, "no rows to check"),
    "rows without a value": ({"elements": 3, "missing": 3, "unexpected": 0}, {}, Outcome.SKIPPED, "no rows to check"),
    "no rows, and yet no success": ({"elements": 0, "success": False}, {}, Outcome.FAILED, "no row breaks it, more than 0"),
    "an exception": ({"error": "no such column: a", "success": False}, {}, Outcome.ERRORED, "no such column: a"),
    "a value without bounds": (
        {"observed": "INTEGER", "success": False},
        {"type_": "TEXT"},
        Outcome.FAILED,
        "found INTEGER, expected type_='TEXT'",
    ),
    "nothing that may be shown": ({"success": False}, {"type_": "TEXT"}, Outcome.FAILED, "not met"),
    "a day": ({"observed": date(2026, 1, 2)}, {"max_value": date(2026, 1, 3)}, Outcome.PASSED, "2026-01-02 is within its bounds"),
    "no value": ({"nothing": True, "success": False}, {"min_value": 1.0}, Outcome.FAILED, "no value is not at least 1"),
}


@pytest.mark.parametrize(("found", "arguments", "outcome", "reason"), VERDICTS.values(), ids=VERDICTS)
def test_a_verdict_is_great_expectations_own(found: dict[str, Any], arguments: dict[str, Any], outcome: Outcome, reason: str) -> None:
    (record,) = records_of([validation("expect_it", by_row="elements" in found, arguments=arguments, **found)])
    assert (record.outcome, record.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("kind", "by_row", "changed", "same"),
    [
        ("expect_column_values_to_be_between", True, {"mostly": 0.1}, True),
        ("expect_column_values_to_be_between", True, {"max_value": 1}, False),
        ("expect_column_mean_to_be_between", False, {"max_value": 1}, True),
        ("expect_column_mean_to_be_between", False, {"column": "b"}, False),
        ("expect_column_mean_to_be_between", False, {"row_condition": "a > 1"}, False),
        ("expect_table_row_count_to_equal", False, {"value": 7}, True),
        ("expect_column_quantile_values_to_be_between", False, {"quantile_ranges": {"quantiles": [0.5], "value_ranges": [[9, 9]]}}, True),
        ("expect_column_quantile_values_to_be_between", False, {"quantile_ranges": {"quantiles": [0.6], "value_ranges": [[1, 2]]}}, False),
    ],
)
def test_an_identity_says_what_is_asked_and_not_how_strictly(kind: str, by_row: bool, changed: dict[str, Any], same: bool) -> None:
    first = {"column": "a", "max_value": 3, "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[1, 2]]}}
    one, other = (identify(validation(kind, by_row=by_row, arguments=given)) for given in (first, {**first, **changed}))
    assert (one == other) is same
    assert len(one) == 16


def test_a_new_name_may_keep_the_old_identity() -> None:
    named = [validation("expect_it", meta=meta) for meta in ({"name": "old"}, {"name": "new", "previous_name": "old"}, {"name": "new"})]
    old, kept, new = (identify(one) for one in named)
    assert old == kept != new


def test_equal_questions_are_told_apart() -> None:
    first, second, third = records_of([validation("expect_it")] * 3)
    assert len({first.check_id, second.check_id, third.check_id}) == 3


@pytest.mark.parametrize(
    ("kind", "dimension"),
    [
        ("expect_column_values_to_not_be_null", "completeness"),
        ("expect_compound_columns_to_be_unique", "uniqueness"),
        ("expect_table_row_count_to_equal", "coverage"),
        ("expect_column_pair_values_to_be_equal", "consistency"),
        ("expect_column_mean_to_be_between", "accuracy"),
        ("expect_column_values_to_match_regex", "conformity"),
    ],
)
def test_the_dimension_of_an_expectation(kind: str, dimension: str) -> None:
    (record,) = records_of([validation(kind)])
    assert record.definition.dimension == dimension
