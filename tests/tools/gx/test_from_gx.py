"""``from_gx``: what becomes of each expectation, of suites in all their forms, and what is refused in which words."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pytest
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import Column
from hypothesis import given
from hypothesis import strategies as st

from airflow_dre import checks as c
from airflow_dre.checks import from_gx
from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.checks.declared.parse import parse_checks
from airflow_dre.checks.kinds.rows import LimitedCheck
from airflow_dre.checks.thresholds import Limit
from airflow_dre.errors import DefinitionError
from airflow_dre.tools.expectations.conditions import where_of
from airflow_dre.tools.expectations.translations import TRANSLATIONS
from airflow_dre.tools.gx.reading.suites import NOT_NATIVE


def one(kind: str, **kwargs: Any) -> dict[str, Any]:
    """Return an expectation in the form of 1.x."""
    return {"type": kind, "kwargs": kwargs}


def read(kind: str, **kwargs: Any) -> list[Declaration]:
    """Return the checks of one expectation without their tags."""
    return [
        Declaration(found.kind, {name: value for name, value in found.arguments.items() if name != "tags"})
        for found in from_gx([one(kind, **kwargs)], table='"t"', order_by="id", now=datetime(2024, 1, 1))
    ]


def refusal(kind: str, **kwargs: Any) -> str:
    """Return the reason why one expectation is refused."""
    with pytest.raises(DefinitionError) as error:
        from_gx([one(kind, **kwargs)])
    (problem,) = error.value.problems
    assert problem.where == f"expectations[0] {kind}"
    return f"{problem.argument}: {problem.allowed}"


BINS = {"bins": [0, 1, 2], "weights": [0.5, 0.5]}
FAILS: dict[str, Any] = {"if_empty": "fail"}


@pytest.mark.parametrize(
    ("kind", "kwargs", "expected"),
    [
        ("expect_column_values_to_not_be_null", {"column": "a"}, [c.not_null("a")]),
        ("expect_column_values_to_not_be_null", {"column": "a", "mostly": 0.95}, [c.not_null("a", fail_above="5%")]),
        ("expect_column_values_to_be_null", {"column": "a", "mostly": 0}, [c.null("a", fail_above="100%")]),
        ("expect_column_values_to_be_unique", {"column": "a"}, [c.unique("a")]),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 1, "max_value": 5}, [c.between("a", 1, 5)]),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 1, "strict_min": True}, [c.between("a", 1, inclusive="high")]),
        (
            "expect_column_values_to_be_between",
            {"column": "a", "max_value": 1, "strict_max": True},
            [c.between("a", high=1, inclusive="low")],
        ),
        (
            "expect_column_values_to_be_between",
            {"column": "a", "min_value": 1, "max_value": 5, "strict_min": True, "strict_max": True},
            [c.between("a", 1, 5, inclusive="neither")],
        ),
        (
            "expect_column_values_to_be_between",
            {"column": "a", "min_value": "2020-01-01T05:00:00", "max_value": "Feb 3, 2021 12:00:01"},
            [c.between("a", "2020-01-01 05:00:00", "2021-02-03 12:00:01")],
        ),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": float("-inf"), "max_value": 3}, [c.between("a", high=3)]),
        ("expect_column_values_to_be_in_set", {"column": "a", "value_set": [1, None, 2]}, [c.in_set("a", [1, 2])]),
        ("expect_column_values_to_be_in_set", {"column": "a", "value_set": []}, [c.null("a")]),
        ("expect_column_values_to_not_be_in_set", {"column": "a", "value_set": ["x"]}, [c.not_in_set("a", ["x"])]),
        ("expect_column_values_to_not_be_in_set", {"column": "a", "value_set": [None]}, [c.not_null("a", fail_above="100%")]),
        ("expect_column_values_to_match_regex", {"column": "a", "regex": "^x"}, [c.matches("a", "^x")]),
        ("expect_column_values_to_match_regex_list", {"column": "a", "regex_list": ["x", "y"]}, [c.matches("a", ["x", "y"])]),
        (
            "expect_column_values_to_match_regex_list",
            {"column": "a", "regex_list": ["x", "y"], "match_on": "all"},
            [c.matches("a", ["x", "y"], every=True)],
        ),
        ("expect_column_values_to_not_match_regex", {"column": "a", "regex": "x"}, [c.not_matches("a", "x")]),
        ("expect_column_values_to_not_match_regex_list", {"column": "a", "regex_list": ["x"]}, [c.not_matches("a", ["x"])]),
        ("expect_column_values_to_match_like_pattern", {"column": "a", "like_pattern": "x%"}, [c.like("a", "x%")]),
        (
            "expect_column_values_to_match_like_pattern_list",
            {"column": "a", "like_pattern_list": ["x%", "%y"], "match_on": "all"},
            [c.like("a", ["x%", "%y"], every=True)],
        ),
        ("expect_column_values_to_not_match_like_pattern", {"column": "a", "like_pattern": "x%"}, [c.not_like("a", "x%")]),
        ("expect_column_values_to_not_match_like_pattern_list", {"column": "a", "like_pattern_list": ["x%"]}, [c.not_like("a", ["x%"])]),
        ("expect_column_value_lengths_to_equal", {"column": "a", "value": 3}, [c.length("a", equals=3)]),
        (
            "expect_column_value_lengths_to_be_between",
            {"column": "a", "min_value": 1, "max_value": 5.0, "strict_min": True, "strict_max": True},
            [c.length("a", at_least=2, at_most=4)],
        ),
        (
            "expect_column_value_z_scores_to_be_less_than",
            {"column": "a", "threshold": 2, "double_sided": False},
            [c.z_scores("a", within=2.0, two_sided=False, strictly=True)],
        ),
        (
            "expect_column_value_z_scores_to_be_less_than",
            {"column": "a", "threshold": -2, "double_sided": True},
            [c.z_scores("a", within=2.0, strictly=True)],
        ),
        ("expect_column_values_to_be_increasing", {"column": "a", "strictly": True}, [c.increasing("a", order_by="id", strictly=True)]),
        ("expect_column_values_to_be_decreasing", {"column": "a"}, [c.decreasing("a", order_by="id")]),
        ("expect_column_values_to_be_json_parseable", {"column": "a"}, [c.json_valid("a")]),
        ("expect_column_values_to_be_of_type", {"column": "a", "type_": "INTEGER"}, [c.schema_is({"a": ["INTEGER"]}, extra=True)]),
        ("expect_column_type_to_be", {"column": "a", "type_": "INTEGER"}, [c.schema_is({"a": ["INTEGER"]}, extra=True)]),
        (
            "expect_column_values_to_be_in_type_list",
            {"column": "a", "type_list": ["DOUBLE_PRECISION", "FLOAT"]},
            [c.schema_is({"a": ["DOUBLE_PRECISION", "DOUBLE PRECISION", "FLOAT"]}, extra=True)],
        ),
        ("expect_column_values_to_be_in_type_list", {"column": "a", "type_list": None}, [c.not_null("a", fail_above="100%")]),
        (
            "expect_column_pair_values_a_to_be_greater_than_b",
            {"column_A": "a", "column_B": "b", "or_equal": True},
            [c.compare("a", ">=", "b", nulls="skip_all")],
        ),
        (
            "expect_column_pair_values_to_be_equal",
            {"column_A": "a", "column_B": "b", "ignore_row_if": "either_value_is_missing"},
            [c.compare("a", "==", "b")],
        ),
        (
            "expect_column_pair_values_to_be_equal",
            {"column_A": "a", "column_B": "b", "ignore_row_if": "neither"},
            [c.compare("a", "==", "b", nulls="keep")],
        ),
        (
            "expect_column_pair_values_to_be_in_set",
            {"column_A": "a", "column_B": "b", "value_pairs_set": [[1, 2], [None, 3]]},
            [c.tuple_in_set("a", "b", values=[[1, 2], [None, 3]], nulls="skip_all")],
        ),
        (
            "expect_column_pair_values_to_be_in_set",
            {"column_A": "a", "column_B": "b", "value_pairs_set": [[1, 2], [None, 3]], "ignore_row_if": "either_value_is_missing"},
            [c.tuple_in_set("a", "b", values=[[1, 2]])],
        ),
        (
            "expect_column_pair_values_to_be_in_set",
            {"column_A": "a", "column_B": "a", "value_pairs_set": [[1, 1], [1, 2]]},
            [c.in_set("a", [1])],
        ),
        ("expect_compound_columns_to_be_unique", {"column_list": ["a", "b"]}, [c.unique("a", "b", nulls="skip_all")]),
        (
            "expect_compound_columns_to_be_unique",
            {"column_list": ["a", "b"], "mostly": 0.5},
            [c.unique("a", "b", fail_above="50%", nulls="skip_all")],
        ),
        (
            "expect_select_column_values_to_be_unique_within_record",
            {"column_list": ["a", "b"], "ignore_row_if": "never"},
            [c.all_differ("a", "b", nulls="keep")],
        ),
        (
            "expect_multicolumn_sum_to_equal",
            {"column_list": ["a", "b"], "sum_total": 4, "ignore_row_if": "any_value_is_missing"},
            [c.sum_equals("a", "b", total=4)],
        ),
        ("expect_column_distinct_values_to_be_in_set", {"column": "a", "value_set": [1]}, [c.in_set("a", [1])]),
        ("expect_column_distinct_values_to_contain_set", {"column": "a", "value_set": [1]}, [c.has_values("a", [1])]),
        ("expect_column_distinct_values_to_equal_set", {"column": "a", "value_set": [1]}, [c.in_set("a", [1]), c.has_values("a", [1])]),
        (
            "expect_column_proportion_of_non_null_values_to_be_between",
            {"column": "a", "min_value": 0.9, "max_value": 0.95},
            [c.not_null("a", fail_above="10%"), c.null("a", fail_above="95%"), c.row_count(at_least=1)],
        ),
        ("expect_column_mean_to_be_between", {"column": "a", "min_value": 1}, [c.mean("a", at_least=1, **FAILS)]),
        ("expect_column_mean_to_be_between", {"column": "a"}, [c.distinct_count("a", at_least=1)]),
        (
            "expect_column_median_to_be_between",
            {"column": "a", "min_value": 1, "max_value": 2, "strict_min": True, "strict_max": True},
            [c.median("a", more_than=1, less_than=2, **FAILS)],
        ),
        ("expect_column_stdev_to_be_between", {"column": "a", "max_value": 1}, [c.stddev("a", at_most=1, **FAILS)]),
        ("expect_column_sum_to_be_between", {"column": "a", "max_value": 1}, [c.total("a", at_most=1, **FAILS)]),
        ("expect_column_min_to_be_between", {"column": "a", "max_value": 1}, [c.column_min("a", at_most=1, **FAILS)]),
        ("expect_column_max_to_be_between", {"column": "a", "max_value": 1}, [c.column_max("a", at_most=1, **FAILS)]),
        ("expect_column_unique_value_count_to_be_between", {"column": "a", "min_value": 2}, [c.distinct_count("a", at_least=2)]),
        ("expect_column_unique_value_count_to_be_between", {"column": "a"}, [c.not_null("a", fail_above="100%")]),
        ("expect_column_proportion_of_unique_values_to_be_between", {"column": "a", "max_value": 1}, [c.unique_ratio("a", at_most=1)]),
        (
            "expect_column_proportion_of_unique_values_to_be_between",
            {"column": "a", "min_value": 0.5},
            [c.unique_ratio("a", at_least=0.5, **FAILS)],
        ),
        (
            "expect_column_quantile_values_to_be_between",
            {"column": "a", "quantile_ranges": {"quantiles": [0.1, 0.5], "value_ranges": [[None, 3], [2, 4]]}},
            [
                c.quantile("a", 0.1, interpolate=False, at_most=3, name="quantile(a, 0.1)", **FAILS),
                c.quantile("a", 0.5, interpolate=False, at_least=2, at_most=4, name="quantile(a, 0.5)", **FAILS),
            ],
        ),
        (
            "expect_column_most_common_value_to_be_in_set",
            {"column": "a", "value_set": [1]},
            [c.most_common("a", [1], ties=False, **FAILS)],
        ),
        (
            "expect_column_most_common_value_to_be_in_set",
            {"column": "a", "value_set": [1], "ties_okay": True},
            [c.most_common("a", [1], **FAILS)],
        ),
        (
            "expect_column_kl_divergence_to_be_less_than",
            {"column": "a", "partition_object": {"values": ["x"], "weights": [1]}, "threshold": 0.1, "tail_weight_holdout": 0.25},
            [c.distribution("a", {"x": 0.75}, others=0.25, at_most=0.1, **FAILS)],
        ),
        (
            "expect_column_kl_divergence_to_be_less_than",
            {"column": "a", "partition_object": BINS, "threshold": 0.1, "tail_weight_holdout": 0.5},
            [c.distribution("a", {"edges": [0, 1, 2], "weights": [0.25, 0.25]}, others=[0.25, 0.25], at_most=0.1, **FAILS)],
        ),
        (
            "expect_column_kl_divergence_to_be_less_than",
            {
                "column": "a",
                "partition_object": {"bins": [0, 1, 2, 3], "weights": [0.5, 0, 0.25], "tail_weights": [0.25, 0]},
                "threshold": 1,
                "internal_weight_holdout": 0.5,
            },
            [c.distribution("a", {"edges": [0, 1, 2, 3], "weights": [0.25, 0.5, 0.125]}, others=[0.25, 0], at_most=1, **FAILS)],
        ),
        (
            "expect_column_kl_divergence_to_be_less_than",
            {
                "column": "a",
                "partition_object": {"bins": [float("-inf"), 1, 2], "weights": [0.5, 0.5]},
                "threshold": 1,
                "tail_weight_holdout": 0.5,
            },
            [c.distribution("a", {"edges": [float("-inf"), 1, 2], "weights": [0.25, 0.25]}, others=[0, 0.5], at_most=1, **FAILS)],
        ),
        ("expect_column_kl_divergence_to_be_less_than", {"column": "a"}, [c.not_null("a", fail_above="100%")]),
        ("expect_column_kl_divergence_to_be_less_than", {"column": "a", "threshold": 1}, [c.not_null("a", fail_above="100%")]),
        ("expect_column_to_exist", {"column": "a"}, [c.schema_is(["a"], extra=True)]),
        ("expect_column_to_exist", {"column": "a", "column_index": -1}, [c.schema_is(["a"], extra=True, places={"a": -1})]),
        ("expect_table_column_count_to_be_between", {"min_value": 1, "max_value": 3}, [c.column_count(at_least=1, at_most=3)]),
        ("expect_table_column_count_to_equal", {"value": 3}, [c.column_count(equals=3)]),
        ("expect_table_columns_to_match_ordered_list", {"column_list": ["a", "b"]}, [c.schema_is(["a", "b"], ordered=True)]),
        ("expect_table_columns_to_match_ordered_list", {"column_list": None}, [c.column_count(at_least=0)]),
        ("expect_table_columns_to_match_set", {"column_set": ["a", '"b"']}, [c.schema_is(["a", "b"], any_case=True)]),
        ("expect_table_columns_to_match_set", {"column_set": ["a"], "exact_match": False}, [c.schema_is(["a"], extra=True, any_case=True)]),
        ("expect_table_columns_to_match_set", {"column_set": ["a"], "exact_match": None}, [c.schema_is(["a"], extra=True, any_case=True)]),
        ("expect_table_columns_to_match_set", {"column_set": None}, [c.column_count(equals=0)]),
        ("expect_table_row_count_to_be_between", {}, [c.row_count(at_least=0)]),
        ("expect_table_row_count_to_be_between", {"min_value": 1, "strict_min": True}, [c.row_count(more_than=1)]),
        ("expect_table_row_count_to_equal", {"value": 3}, [c.row_count(equals=3)]),
        ("expect_table_row_count_to_equal_other_table", {"other_table_name": "o"}, [c.row_count(same_as="o")]),
        (
            "unexpected_rows_expectation",
            {"unexpected_rows_query": "SELECT * FROM {batch} WHERE a > 1"},
            [c.failed_rows_sql('SELECT * FROM "t" WHERE a > 1')],
        ),
    ],
)
def test_an_expectation_in_our_words(kind: str, kwargs: dict[str, Any], expected: list[Declaration]) -> None:
    assert read(kind, **kwargs) == expected
    parse_checks(expected)


def test_every_expectation_of_great_expectations_is_known() -> None:
    known = {kind for kind in gx.expectations.registry.list_registered_expectation_implementations() if not kind.startswith("expect_batch")}
    assert known - TRANSLATIONS.keys() - NOT_NATIVE.keys() - {"expect_query_results_to_match_comparison"} == set()
    assert not TRANSLATIONS.keys() & NOT_NATIVE.keys()


@pytest.mark.parametrize(
    ("kind", "kwargs", "words"),
    [
        (
            "expect_column_values_to_be_not_null",
            {"column": "a"},
            "type: did you mean expect_column_values_to_be_null or expect_column_values_to_not_be_null or ",
        ),
        ("nonsense", {}, "type: An expectation that Great Expectations 1.24 knows"),
        (
            "expect_column_values_to_match_json_schema",
            {"column": "a"},
            "type: an expectation with a native form: databases cannot validate",
        ),
        (
            "expect_column_values_to_be_increasing",
            {"column": "a"},
            "order_by: from_gx(..., order_by=...): rows have no order",
        ),
        (
            "unexpected_rows_expectation",
            {"unexpected_rows_query": "SELECT 1 FROM {batch}"},
            "unexpected_rows_query: from_gx(..., table=...)",
        ),
        ("expect_column_values_to_not_be_null", {}, "column: text that is not empty"),
        ("expect_column_values_to_not_be_null", {"column": "a", "mostley": 1}, "mostley: one of "),
        (
            "expect_column_values_to_not_be_null",
            {"column": "a", "mostly": 1.1},
            "mostly: a number, greater than or equal to 0 and less than or",
        ),
        ("expect_column_values_to_not_be_null", {"column": "a", "mostly": True}, "mostly: a number"),
        ("expect_column_values_to_be_between", {"column": "a"}, "min_value: min_value and max_value cannot both be None"),
        (
            "expect_column_values_to_be_between",
            {"column": "a", "min_value": 2, "max_value": "2020-01-01"},
            "min_value: of the same kind as max_value",
        ),
        ("expect_table_column_count_to_be_between", {"min_value": 2, "max_value": 1}, "min_value: at most max_value"),
        ("expect_table_row_count_to_be_between", {"min_value": 2, "max_value": 1}, "min_value: at most max_value"),
        ("expect_column_distinct_values_to_contain_set", {"column": "a"}, "value_set: a list of values"),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": [1]}, "min_value: a finite number, a date or text"),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": 1, "strict_min": "yes"}, "strict_min: true or false"),
        ("expect_column_values_to_be_in_set", {"column": "a", "value_set": 3}, "value_set: a list of values"),
        ("expect_column_values_to_be_in_set", {"column": "a", "value_set": None}, "value_set: a list of values"),
        ("expect_column_values_to_be_between", {"column": "a", "min_value": "x"}, "min_value: a number, or text that spells one, a date"),
        ("expect_column_unique_value_count_to_be_between", {"column": "a", "min_value": "2020-01-01"}, "min_value: a number"),
        ("expect_column_values_to_be_of_type", {"column": "a", "type_": None}, "type_: the name of a type"),
        ("expect_column_values_to_not_be_in_set", {"column": "a"}, "value_set: a list of values"),
        (
            "expect_column_values_to_match_regex",
            {"column": "a", "regex": "("},
            "pattern: a regular expression, or a list of them: '(' is invalid",
        ),
        ("expect_column_values_to_match_regex_list", {"column": "a", "regex_list": []}, "regex_list: a list of at least 1 texts"),
        ("expect_column_values_to_match_regex_list", {"column": "a", "regex_list": ["x"], "match_on": "some"}, "match_on: any or all"),
        ("expect_column_values_to_match_like_pattern", {"column": "a", "like_pattern": "x", "escape": "!"}, "escape: no escape character"),
        (
            "expect_column_value_lengths_to_be_between",
            {"column": "a", "min_value": 1.5},
            "min_value: a whole number: bounds of a count must be",
        ),
        ("expect_column_value_z_scores_to_be_less_than", {"column": "a", "threshold": -1}, "threshold: a number from 1e-09"),
        (
            "expect_column_pair_values_to_be_equal",
            {"column_A": "a", "column_B": "b", "ignore_row_if": "x"},
            "ignore_row_if: both_values_are",
        ),
        ("expect_compound_columns_to_be_unique", {"column_list": ["a"]}, "column_list: a list of at least 2 texts"),
        ("expect_multicolumn_sum_to_equal", {"column_list": ["a", "b"]}, "sum_total: a number"),
        ("expect_column_sum_to_be_between", {"column": "a"}, "min_value: min_value and max_value cannot both be None"),
        ("expect_column_most_common_value_to_be_in_set", {"column": "a"}, "value_set: a list of values"),
        (
            "expect_column_quantile_values_to_be_between",
            {"column": "a", "quantile_ranges": {"quantiles": [0.5], "value_ranges": [[2, 1]]}},
            "quantile_ranges: quantile_ranges must consist of ordered pairs",
        ),
        (
            "expect_column_quantile_values_to_be_between",
            {"column": "a", "quantile_ranges": {"quantiles": [1.5], "value_ranges": [[1, 2]]}},
            "at: a share from 0 to 1",
        ),
        (
            "expect_column_kl_divergence_to_be_less_than",
            {"column": "a", "threshold": 1, "partition_object": {"values": [1], "weights": [0.5]}},
            "partition_object: a partition",
        ),
        ("expect_table_row_count_to_equal", {"value": "x"}, "value: a whole number"),
        ("expect_table_row_count_to_equal", {}, "value: a whole number"),
        ("expect_table_columns_to_match_ordered_list", {"column_list": ["a", "a"]}, "column_list: names that differ"),
        (
            "expect_table_columns_to_match_set",
            {"column_set": ["a"], "row_condition": 'col("a")>1', "condition_parser": "great_expectations"},
            "row_condition: no row condition: the check reads no rows",
        ),
        (
            "expect_column_values_to_not_be_null",
            {"column": "a", "row_condition": "a > 1", "condition_parser": "bad_parser"},
            "row_condition: a condition that SQL can express: condition_parser 'bad_parser' is not one of great_expectations, ",
        ),
        (
            "expect_column_values_to_not_be_null",
            {"column": "a", "row_condition": "a.str.len() > 1", "condition_parser": "pandas"},
            "row_condition: a condition that SQL can express: 'a.str.len()' is not a column",
        ),
        (
            "expect_column_mean_to_be_between",
            {"column": "a", "min_value": {"$PARAMETER": "rows * 2"}},
            "min_value: a name among parameters=, or a formula",
        ),
        ("expect_column_mean_to_be_between", {"column": "a", "min_value": {"$PARAMETER": "now()"}}, "min_value: a name among parameters="),
    ],
)
def test_a_refusal_says_what_is_allowed(kind: str, kwargs: dict[str, Any], words: str) -> None:
    assert refusal(kind, **kwargs).startswith(words)


def test_all_refusals_are_told_at_once() -> None:
    suite = [
        one("expect_column_values_to_match_strftime_format", column="a", strftime_format="%Y"),
        one("expect_column_values_to_not_be_null", column="a"),
        one("expect_column_pair_cramers_phi_value_to_be_less_than", column_A="a", column_B="b"),
        one("expect_column_values_to_not_be_null", column="a", mostly=2),
    ]
    with pytest.raises(DefinitionError) as error:
        from_gx(suite)
    assert [problem.where for problem in error.value.problems] == [
        "expectations[0] expect_column_values_to_match_strftime_format",
        "expectations[2] expect_column_pair_cramers_phi_value_to_be_less_than",
        "expectations[3] expect_column_values_to_not_be_null",
    ]
    assert "GXCheckOperator" in str(error.value)


@pytest.mark.parametrize(
    ("suite", "allowed"),
    [
        (3, "an ExpectationSuite, its JSON"),
        ({"name": "s"}, "it has no 'expectations'"),
        ("no/such/file.json", "No such file"),
        ('{"expectations": [', "not JSON"),
        ([3], "an expectation: an object of Great Expectations, or a dict"),
        ([{"type": "expect_column_to_exist", "kwargs": []}], None),
        ([{"type": "expect_column_to_exist", "kwargs": 3}], "kwargs: a dict of arguments"),
    ],
)
def test_what_is_no_suite_is_refused(suite: object, allowed: str | None) -> None:
    with pytest.raises(DefinitionError) as error:
        from_gx(suite)
    assert allowed is None or allowed in str(error.value)


def test_objects_and_both_forms_of_json_say_the_same(tmp_path: Path) -> None:
    expectation = gxe.ExpectColumnValuesToBeBetween(column="a", min_value=1, max_value=5, mostly=0.9, strict_min=True)
    kwargs = {"column": "a", "min_value": 1, "max_value": 5, "mostly": 0.9, "strict_min": True}
    kind = "expect_column_values_to_be_between"
    old = {"expectation_type": kind, "kwargs": kwargs}
    path = tmp_path / "suite.json"
    path.write_text(json.dumps({"name": "s", "expectations": [old]}))
    expected = [
        c.between("a", 1, 5, inclusive="high", fail_above="10%", tags=["gx:0:expect_column_values_to_be_between"]),
    ]
    for suite in (
        gx.ExpectationSuite(name="s", expectations=[expectation]),
        [expectation],
        expectation,
        expectation.configuration,
        [one(kind, **kwargs)],
        {"expectations": [old]},
        old,
        path,
        str(path),
        path.read_text(),
        json.dumps([old]),
    ):
        assert from_gx(suite) == expected


def test_an_object_tells_its_condition_dates_severity_and_notes() -> None:
    expectation = gxe.ExpectColumnValuesToBeBetween(
        column="a",
        min_value=datetime(2020, 1, 1),
        max_value=datetime(2021, 1, 1),
        row_condition=(Column("b") > 5) & (Column("C c").is_not_null()) & Column("d").is_in(["x", "it's"]),
        severity=FailureSeverity.WARNING,
        meta={"name": "in 2020"},
        notes=["because", "of that"],
    )
    assert from_gx([expectation]) == [
        c.between(
            "a",
            "2020-01-01 00:00:00",
            "2021-01-01 00:00:00",
            where="""("b" > 5 AND "C c" IS NOT NULL AND "d" IN ('x', 'it''s'))""",
            severity="warn",
            description="because\nof that",
            tags=["gx:0:expect_column_values_to_be_between"],
            name="in 2020: between(a)",
        )
    ]


@pytest.mark.parametrize(("severity", "ours"), [("critical", None), ("warning", "warn"), ("info", "warn"), (None, None)])
def test_severity(severity: str | None, ours: str | None) -> None:
    (found,) = from_gx([{**one("expect_column_to_exist", column="a"), "severity": severity}])
    assert found.arguments.get("severity") == ours


def test_the_parts_of_one_expectation_carry_its_tag_and_names_are_their_own() -> None:
    ranges = {"quantiles": [0.1, 0.9], "value_ranges": [[0, 1], [2, 3]]}
    suite = [
        one("expect_column_mean_to_be_between", column="a", min_value=1),
        one("expect_column_quantile_values_to_be_between", column="a", quantile_ranges=ranges),
        one("expect_column_mean_to_be_between", column="a", max_value=9),
    ]
    found = from_gx(suite)
    assert [check.arguments["tags"] for check in found] == [
        ["gx:0:expect_column_mean_to_be_between"],
        ["gx:1:expect_column_quantile_values_to_be_between"],
        ["gx:1:expect_column_quantile_values_to_be_between"],
        ["gx:2:expect_column_mean_to_be_between"],
    ]
    names = [check.name for check in parse_checks(found)]
    assert names == ["mean(a)", "quantile(a, 0.1)", "quantile(a, 0.9)", "mean(a) (2)"]


def test_texts_of_a_suite_are_no_templates() -> None:
    (found,) = from_gx([one("expect_column_values_to_match_regex", column="a", regex="{{ 7 }}")])
    assert not found.templated
    assert found.rendered(lambda text: text.replace("7", "8")) is found


@pytest.mark.parametrize(
    ("condition", "parser", "sql"),
    [
        ('col("a") > 5', None, '"a" > 5'),
        ('col("a")<= -5.5', "great_expectations", '"a" <= -5.5'),
        ('col("My col") == "x y"', "great_expectations__experimental__", "\"My col\" = 'x y'"),
        ("col(\"a\") != 'x'", "great_expectations", "\"a\" <> 'x'"),
        ('col("a").notNull()', "great_expectations", '"a" IS NOT NULL'),
        ('col("a") >= date("2020-01-01")', "great_expectations", "\"a\" >= '2020-01-01'"),
        ("a > 5 AND b IS NULL", "spark", "a > 5 AND b IS NULL"),
        ('a == "x" and not b > 2', "pandas", '("a" = \'x\' AND NOT ("b" > 2))'),
        ("(a == 1) & (`b c` < 2.5) | ~(d >= 3)", "pandas", '(("a" = 1 AND "b c" < 2.5) OR NOT ("d" >= 3))'),
        ("x!=1 & w!=6", "pandas", '(("x" <> 1 OR "x" IS NULL) AND ("w" <> 6 OR "w" IS NULL))'),
        ("1 < a <= b", "pandas", '("a" > 1 AND "a" <= "b")'),
        ("a.isnull() or b.notna()", "pandas", '("a" IS NULL OR "b" IS NOT NULL)'),
        ("a in [1, 2] and b.isin(['x'])", "pandas", '("a" IN (1, 2) AND "b" IN (\'x\'))'),
        ("a not in (1, 2)", "pandas", '("a" NOT IN (1, 2) OR "a" IS NULL)'),
        ({"type": "comparison", "column": {"name": "a"}, "operator": "NOT_IN", "parameter": [1, 2]}, None, '"a" NOT IN (1, 2)'),
        (
            {
                "type": "or",
                "conditions": [
                    {"type": "comparison", "column": {"name": "a"}, "operator": "!=", "parameter": True},
                    {"type": "nullity", "column": {"name": "b"}, "is_null": True},
                ],
            },
            None,
            '("a" <> TRUE OR "b" IS NULL)',
        ),
        ('col("user") == "ann"', None, "\"user\" = 'ann'"),
        ('col("current_date") > 1', None, '"current_date" > 1'),
        ('order > 1 and `a"b` == 2', "pandas", '("order" > 1 AND "a""b" = 2)'),
        ({"type": "pass_through", "pass_through_filter": "a == 1"}, "pandas", '"a" = 1'),
    ],
)
def test_a_row_condition_in_sql(condition: object, parser: str | None, sql: str) -> None:
    assert where_of(condition, parser) == sql


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("low", 3),
        ("low * 2 + 1", 7),
        ("2 ^ 3 - -1", 9),
        ("trunc(low / 2)", 1),
        ("datetime(2003, 1, 2)", datetime(2003, 1, 2)),
        ("now() - timedelta(weeks=52 * 2)", datetime(2022, 1, 3)),
        ("days", ["mon", "tue"]),
    ],
)
def test_a_suite_parameter(formula: str, value: object) -> None:
    suite = [one("expect_column_values_to_be_in_set", column="a", value_set={"$PARAMETER": formula})]
    if not isinstance(value, list):
        suite = [one("expect_column_values_to_be_between", column="a", min_value={"$PARAMETER": formula})]
    (found,) = from_gx(suite, parameters={"low": 3, "days": ["mon", "tue"]}, now=datetime(2024, 1, 1))
    assert found.arguments.get("low", found.arguments.get("values")) == value


@pytest.mark.parametrize("formula", ["open('x')", "().__class__", "a.b", "[1]", "low if low else 1", "1 / 0", "lambda: 1", "now"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(DefinitionError, match="a name among parameters="):
        from_gx([one("expect_column_mean_to_be_between", column="a", min_value={"$PARAMETER": formula})], parameters={"low": 1})


@st.composite
def shares(draw: st.DrawFn) -> float | Decimal | int:
    """Return numbers from 0 to 1 that are written with the digits they have."""
    share = draw(st.decimals(0, 1, places=10))
    found: list[float | Decimal | int] = [share, float(share), draw(st.decimals(0, 1, places=40)), draw(st.integers(0, 1))]
    return draw(st.sampled_from(found))


def limit(mostly: float | Decimal | int) -> Limit:
    """Return the limit of wrong rows."""
    (check,) = parse_checks(from_gx([one("expect_column_values_to_not_be_null", column="a", mostly=mostly)]))
    assert isinstance(check, LimitedCheck)
    return check.fail_above


@given(shares(), st.integers(1, 10**9), st.data())
def test_mostly_is_an_exact_limit(mostly: float | Decimal | int, rows: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, rows))
    assert limit(mostly).exceeded(wrong, rows) == (Fraction(rows - wrong, rows) < Fraction(str(mostly)))


@given(st.integers(1, 10**6), st.data())
def test_mostly_that_is_a_quotient_is_met_by_that_quotient_and_by_no_row_less(rows: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(1, rows))
    assert not limit(right / rows).exceeded(rows - right, rows)
    assert limit(right / rows).exceeded(rows - right + 1, rows)


@pytest.mark.parametrize(
    ("kind", "kwargs", "types"),
    [
        ("expect_column_values_to_be_of_type", {"type_": "int"}, ["bigint"]),
        ("expect_column_values_to_be_of_type", {"type_": "object"}, ["varchar", "date"]),
        ("expect_column_values_to_be_in_type_list", {"type_list": ["str", "int64"]}, ["varchar", "int64"]),
    ],
)
def test_types_of_frames_are_those_of_their_columns(kind: str, kwargs: dict[str, Any], types: list[str]) -> None:
    (found,) = from_gx([one(kind, column="a", **kwargs)], types_of="pandas")
    assert found.arguments["columns"] == {"a": types}
    (plain,) = from_gx([one(kind, column="a", **kwargs)])
    assert plain.arguments["columns"] != {"a": types}


def test_types_of_spark_are_those_of_its_sql() -> None:
    (found,) = from_gx(
        [one("expect_column_values_to_be_in_type_list", column="a", type_list=["IntegerType", "LongType"])], types_of="spark"
    )
    assert found.arguments["columns"] == {"a": ["int", "bigint"]}


def test_types_of_nobody_are_refused() -> None:
    with pytest.raises(DefinitionError, match="from_gx: invalid types_of='polars'. Allowed: pandas, spark"):
        from_gx([one("expect_column_to_exist", column="a")], types_of="polars")
