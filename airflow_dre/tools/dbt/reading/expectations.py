"""The generic tests of dbt_expectations that have a native form, by way of the expectations that they are named after.

They differ from Great Expectations: NULL on one side of a comparison breaks nothing, an aggregate of no value does not fail, and NULL is
not a member of a set.
"""

from __future__ import annotations

from collections.abc import Callable

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.tools.dbt.reading.arguments import DbtArguments, Translated, TranslateTest, by_rows, by_values, literal_of, name_of, once
from airflow_dre.tools.expectations.arguments import ExpectationArguments, ExpectationSetting
from airflow_dre.tools.expectations.expectation import Expectation
from airflow_dre.tools.expectations.translations import TRANSLATIONS
from airflow_dre.tools.translation import Refused, check

_PREFIX = "dbt_expectations."
_GROUPED = "no groups: set by='column' in a check of your own"
_FLAGS = "no flags: write them into the regular expression as the database does"
_RANGES = ("min_value", "max_value")
_PAIRS = {"expect_column_pair_values_A_to_be_greater_than_B": "expect_column_pair_values_a_to_be_greater_than_b"}
_ROWS = (
    "expect_column_pair_values_A_to_be_greater_than_B",
    "expect_column_pair_values_to_be_equal",
    "expect_column_value_lengths_to_be_between",
    "expect_column_value_lengths_to_equal",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_null",
    "expect_column_values_to_match_like_pattern",
    "expect_column_values_to_match_like_pattern_list",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_match_regex_list",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_not_match_like_pattern",
    "expect_column_values_to_not_match_like_pattern_list",
    "expect_column_values_to_not_match_regex",
    "expect_column_values_to_not_match_regex_list",
)
_VALUES = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique", "expect_column_distinct_values_to_contain_set")
_ONCE = (
    "expect_column_max_to_be_between",
    "expect_column_mean_to_be_between",
    "expect_column_median_to_be_between",
    "expect_column_min_to_be_between",
    "expect_column_stdev_to_be_between",
    "expect_column_sum_to_be_between",
    "expect_column_unique_value_count_to_be_between",
    "expect_table_column_count_to_be_between",
    "expect_table_column_count_to_equal",
    "expect_table_row_count_to_be_between",
    "expect_table_row_count_to_equal",
)
_SETS = ("expect_column_distinct_values_to_be_in_set", "expect_column_distinct_values_to_equal_set", "expect_column_values_to_be_in_set")


def _expected(kind: str, a: DbtArguments) -> list[Declaration]:
    """Return the checks of the expectation of that name."""
    a.refuse_any("group_by", _GROUPED)
    a.refuse_any("flags", _FLAGS)
    a.flag("is_raw", usual=False)
    a.flag("quote_columns", usual=False)
    quoted = a.flag("quote_values", usual=True)
    given = {name: a.take(name) for name in a.test.arguments if name not in _OURS}
    if "value_set" in given:
        given["value_set"] = a.literals("value_set", quoted=quoted)
    if kind != "expect_table_column_count_to_equal":
        given |= {name: literal_of(name, given[name]) for name in (*_RANGES, "value") if given.get(name) is not None}
    given |= {name: name_of(name, given[name]) for name in ("column_A", "column_B") if name in given}
    if "column_list" in given:
        given["column_list"] = a.names("column_list")
    if a.flag("strictly", usual=False):
        given |= {"strict_min": True, "strict_max": True}
    if a.test.column is not None and "_column" in kind and "table_column" not in kind:
        given["column"] = a.column
    if "_not_match_" in kind and kind.endswith("_list") and given.pop("match_on", "any") != "all":
        raise Refused("match_on", "any", "all: not_matches and not_like let none of the patterns be found")
    if "pair" in kind:
        given["ignore_row_if"] = "either_value_is_missing"
    if given.get("row_condition") is not None:
        given["condition_parser"] = "spark"  # whose conditions are SQL
    name = _PAIRS.get(kind, kind)
    arguments = ExpectationArguments(Expectation(place=0, type=name, kwargs=given), ExpectationSetting(parameters={}))
    found = TRANSLATIONS[name](arguments)
    arguments.finish()
    return [_lenient(part) for part in found]


_OURS = {"flags", "group_by", "is_raw", "quote_columns", "quote_values", "strictly"}


_STRICTER = ("if_empty",)
"""Arguments that Great Expectations sets and dbt does not: an empty table fails."""


def _lenient(part: Declaration) -> Declaration:
    return Declaration(part.kind, {name: value for name, value in part.arguments.items() if name not in _STRICTER}, final=True)


def _as_expected(kind: str, counted: Callable[..., Translated]) -> TranslateTest:
    return lambda a: counted(*_expected(kind, a))


def _in_set(kind: str) -> TranslateTest:
    def translate(a: DbtArguments) -> Translated:
        found = _expected(kind, a)
        return by_values(*found, check("not_null", column=a.column, where=found[0].arguments.get("where")))

    return translate


def _distinct_count(bound: str) -> TranslateTest:
    def translate(a: DbtArguments) -> Translated:
        a.refuse_any("group_by", _GROUPED)
        value, where = literal_of("value", a.take("value")), a.take("row_condition")
        return once(check("distinct_count", {bound: value}, columns=[a.column], where=where))

    return translate


def _columns(ordered: bool | None, extra: bool | None) -> TranslateTest:
    def translate(a: DbtArguments) -> Translated:
        transform, columns = a.take("transform", "upper"), a.names("column_list")
        if transform not in ("upper", "lower"):
            raise Refused("transform", transform, "upper or lower: names are compared without regard to case")
        return once(check("schema_is", columns=columns, ordered=ordered, extra=extra, any_case=True))

    return translate


def _exists(a: DbtArguments) -> Translated:
    a.take("transform")
    a.refuse_any("column_index", "no place: write schema_is(..., places=...)")
    return once(check("schema_is", columns=[a.column], extra=True, any_case=True))


def _other_row_count(a: DbtArguments) -> Translated:
    for name in ("group_by", "compare_group_by", "compare_row_condition"):
        a.refuse_any(name, "nothing: the other table is counted whole")
    if a.take("factor", 1) != 1:
        raise Refused("factor", a.take("factor"), "1")
    where = a.take("row_condition")
    if where is not None:
        raise Refused("row_condition", where, "no condition, which dbt applies to both tables")
    return once(check("row_count", same_as=a.other_table("compare_model")))


EXPECTATIONS: dict[str, TranslateTest] = {
    **{_PREFIX + kind: _as_expected(kind, by_rows) for kind in _ROWS},
    **{_PREFIX + kind: _as_expected(kind, by_values) for kind in _VALUES},
    **{_PREFIX + kind: _as_expected(kind, once) for kind in _ONCE},
    **{_PREFIX + kind: _in_set(kind) for kind in _SETS},
    f"{_PREFIX}expect_column_distinct_count_to_be_greater_than": _distinct_count("more_than"),
    f"{_PREFIX}expect_column_distinct_count_to_be_less_than": _distinct_count("less_than"),
    f"{_PREFIX}expect_column_distinct_count_to_equal": _distinct_count("equals"),
    f"{_PREFIX}expect_column_to_exist": _exists,
    f"{_PREFIX}expect_table_columns_to_contain_set": _columns(None, True),
    f"{_PREFIX}expect_table_columns_to_match_ordered_list": _columns(True, None),
    f"{_PREFIX}expect_table_columns_to_match_set": _columns(None, None),
    f"{_PREFIX}expect_table_row_count_to_equal_other_table": _other_row_count,
}
"""The translation of each test of dbt_expectations."""
