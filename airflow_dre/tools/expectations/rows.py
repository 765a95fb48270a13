"""Expectations about the rows of a table, one by one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.tools.expectations.arguments import ExpectationArguments
from airflow_dre.tools.translation import Refused, check, limit_of

_LESS_THAN_A_ROW = Decimal("1e-14")
TranslateExpectation = Callable[[ExpectationArguments], list[Declaration]]
_PAIR = ("either_value_is_missing", "neither")
_ANYWHERE = "^"
_MANY = ("any_value_is_missing", "never")


def always(column: str, options: dict[str, object]) -> list[Declaration]:
    """Return a check that holds for any values, for an expectation that only needs the column to exist."""
    return [check("not_null", {**options, "fail_above": "100%"}, column=column)]


def never(column: str, options: dict[str, object]) -> list[Declaration]:
    """Return a check that every value of any type breaks, since no value differs from itself."""
    return [check("compare", options, left=column, operator="!=", right=column)]


def impossible(column: str, options: dict[str, object]) -> list[Declaration]:
    """Return a check that always fails, even on a table without rows, since there are never less than 0 values."""
    return [check("distinct_count", options, columns=[column], less_than=0)]


def _plain(kind: str) -> TranslateExpectation:
    return lambda a: [check(kind, a.row_options(), column=a.text("column"))]


def _between(a: ExpectationArguments) -> list[Declaration]:
    low, high, low_belongs, high_belongs = a.ends()
    if a.is_unbounded():
        return always(a.text("column"), a.row_options())
    if low is None and high is None:
        raise Refused("min_value", None, "min_value and max_value cannot both be None")
    if a.holds_nothing():  # Great Expectations refuses a reversed range, even for a table without rows
        return never(a.text("column"), a.row_options()) if low == high else impossible(a.text("column"), a.plain_options())
    inclusive = {(True, True): None, (True, False): "low", (False, True): "high", (False, False): "neither"}[low_belongs, high_belongs]
    return [check("between", a.row_options(), column=a.text("column"), low=low, high=high, inclusive=inclusive)]


def _in_set(a: ExpectationArguments) -> list[Declaration]:
    column, values, options = a.text("column"), a.values("value_set"), a.row_options()
    if values is None:
        raise Refused("value_set", values, "a list of values")
    if values:
        return [check("in_set", options, column=column, values=values)]
    if "fail_above" in options:  # the share is of the rows with a value, and that of a check of NULL would be of all rows
        return never(column, options)
    return [check("null", options, column=column)]


def _not_in_set(a: ExpectationArguments) -> list[Declaration]:
    column, values, options = a.text("column"), a.values("value_set"), a.row_options()
    if values is None:
        raise Refused("value_set", values, "a list of values")
    return [check("not_in_set", options, column=column, values=values)] if values else always(column, options)


def _patterns(a: ExpectationArguments, argument: str) -> str | list[str]:
    """Return the patterns. An empty regular expression is found in every text, like the start of a text."""
    given, several = a.take(argument), argument.endswith("_list")
    if argument.startswith("regex") and given == "":
        return _ANYWHERE
    if argument == "regex_list" and isinstance(given, (list, tuple)) and given and all(isinstance(item, str) for item in given):
        return [item or _ANYWHERE for item in given]
    return a.texts(argument) if several else a.text(argument)


def _pattern(kind: str, argument: str) -> TranslateExpectation:
    def translate(a: ExpectationArguments) -> list[Declaration]:
        if argument.startswith("like") and a.take("escape") is not None:
            raise Refused("escape", a.take("escape"), "no escape character: write a regular expression")
        found: object = _patterns(a, argument)
        every = None
        if argument.endswith("_list") and not kind.startswith("not_"):
            every = True if a.choice("match_on", ("any", "all")) == "all" else None
        return [check(kind, a.row_options(), column=a.text("column"), pattern=found, every=every)]

    return translate


def _length_between(a: ExpectationArguments) -> list[Declaration]:
    low, high = a.whole("min_value"), a.whole("max_value")
    strict_low, strict_high = a.flag("strict_min"), a.flag("strict_max")
    if low is None and high is None:
        raise Refused("min_value", None, "min_value and max_value cannot both be None")
    least = None if low is None else max(low + strict_low, 0)
    most = None if high is None else high - strict_high
    if most is not None and most < (least or 0):
        return never(a.text("column"), a.row_options())
    return [check("length", a.row_options(), column=a.text("column"), at_least=least, at_most=most)]


def _length_equal(a: ExpectationArguments) -> list[Declaration]:
    value = a.whole("value")
    if value is None:
        raise Refused("value", value, "a whole number")
    if value < 0:
        return never(a.text("column"), a.row_options())
    return [check("length", a.row_options(), column=a.text("column"), equals=value)]


def _z_scores(a: ExpectationArguments) -> list[Declaration]:
    two_sided = a.flag("double_sided")
    threshold = a.number("threshold", -1e9 if two_sided else 1e-9, 1e9)
    if not threshold:  # no distance is below 0
        return never(a.text("column"), a.row_options())
    return [
        check(
            "z_scores",
            a.row_options(),
            column=a.text("column"),
            within=abs(threshold),
            two_sided=None if two_sided else False,
            strictly=True,
        )
    ]


def _steps(kind: str) -> TranslateExpectation:
    def translate(a: ExpectationArguments) -> list[Declaration]:
        order = a.setting.order_by
        if order is None:
            raise Refused("order_by", None, "from_gx(..., order_by=...): rows have no order, so name the columns that order them")
        strictly = a.flag("strictly") or None
        return [check(kind, a.row_options(), column=a.text("column"), order_by=order, strictly=strictly)]

    return translate


def _greater(a: ExpectationArguments) -> list[Declaration]:
    operator = ">=" if a.flag("or_equal") else ">"
    nulls = a.nulls("both_values_are_missing", _PAIR)
    return [check("compare", a.row_options(), left=a.text("column_A"), operator=operator, right=a.text("column_B"), nulls=nulls)]


def _equal(a: ExpectationArguments) -> list[Declaration]:
    nulls = a.nulls("both_values_are_missing", _PAIR)
    return [check("compare", a.row_options(), left=a.text("column_A"), operator="==", right=a.text("column_B"), nulls=nulls)]


def _pair_in_set(a: ExpectationArguments) -> list[Declaration]:
    columns, pairs = [a.text("column_A"), a.text("column_B")], a.take("value_pairs_set")
    nulls, options = a.nulls("both_values_are_missing", _PAIR), a.row_options()
    if not isinstance(pairs, (list, tuple, set)) or not all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs):
        raise Refused("value_pairs_set", pairs, "a list of pairs of values")
    known = [pair for pair in pairs if nulls is not None or None not in pair]
    if columns[0] == columns[1]:
        values = [one for one, other in known if one == other and one is not None]
        return [check("in_set", options, column=columns[0], values=values)] if values else never(columns[0], options)
    return [check("tuple_in_set", options, columns=columns, values=known, nulls=nulls)]


def _compound(a: ExpectationArguments) -> list[Declaration]:
    nulls, columns = a.nulls("all_values_are_missing", _MANY), list(dict.fromkeys(a.texts("column_list", 2)))
    return [check("unique", a.row_options(), columns=columns, nulls=nulls)]


def _unique(a: ExpectationArguments) -> list[Declaration]:
    return [check("unique", a.row_options(), columns=[a.text("column")])]


def _sum(a: ExpectationArguments) -> list[Declaration]:
    total, nulls = a.number("sum_total", -1e300, 1e300), a.nulls("all_values_are_missing", _MANY)
    given = a.take("sum_total")
    return [check("sum_equals", a.row_options(), columns=a.texts("column_list", 2), total=given if given == total else total, nulls=nulls)]


def _differ(a: ExpectationArguments) -> list[Declaration]:
    nulls = a.nulls("all_values_are_missing", _MANY)
    return [check("all_differ", a.row_options(), columns=a.texts("column_list", 2), nulls=nulls)]


def _distinct_in_set(a: ExpectationArguments) -> list[Declaration]:
    column, values, options = a.text("column"), a.values("value_set"), a.options()
    if values is None:
        raise Refused("value_set", values, "a list of values")
    return [check("in_set", options, column=column, values=values)] if values else [check("null", options, column=column)]


def _distinct_contain(a: ExpectationArguments) -> list[Declaration]:
    """Return the check that a column has all values of a set. A NULL in the set is never found."""
    column, options, values, given = a.text("column"), a.options(), a.values("value_set"), a.take("value_set")
    if values is None:
        raise Refused("value_set", given, "a list of values")
    if isinstance(given, (list, tuple, set)) and None in given:
        return impossible(column, options)
    return [check("has_values", options, column=column, values=values)] if values else always(column, options)


def _distinct_equal(a: ExpectationArguments) -> list[Declaration]:
    return _distinct_in_set(a) + _distinct_contain(a)


def _share_of_values(a: ExpectationArguments) -> list[Declaration]:
    """Return checks of the share of rows with a value. The share of no rows is 0."""
    low, high = (_share(a, name) for name in ("min_value", "max_value"))
    _, _, low_belongs, high_belongs = a.ends()
    column, options = a.text("column"), a.options()
    least = None if low is None else low if low_belongs else low + _LESS_THAN_A_ROW
    most = None if high is None else high if high_belongs else high - _LESS_THAN_A_ROW
    if a.holds_nothing() or (least is not None and least > 1) or (most is not None and most < 0):
        return impossible(column, options)
    found = [] if least is None or least <= 0 else [check("not_null", options, limit_of(least), column=column)]
    if most is not None and most < 1:
        found.append(check("null", options, limit_of(1 - most), column=column))
    if least is not None and least > 0:
        found.append(check("row_count", options, at_least=1))
    return found or always(column, options)


def _share(a: ExpectationArguments, name: str) -> Decimal | None:
    value = a.ends()[0 if name == "min_value" else 1]
    if value is None:
        return None
    if not isinstance(value, (int, float, Decimal)):
        raise Refused(name, value, "a number")
    return Decimal(str(value))


ROWS: dict[str, TranslateExpectation] = {
    "expect_column_distinct_values_to_be_in_set": _distinct_in_set,
    "expect_column_distinct_values_to_contain_set": _distinct_contain,
    "expect_column_distinct_values_to_equal_set": _distinct_equal,
    "expect_column_pair_values_a_to_be_greater_than_b": _greater,
    "expect_column_pair_values_to_be_equal": _equal,
    "expect_column_pair_values_to_be_in_set": _pair_in_set,
    "expect_column_proportion_of_non_null_values_to_be_between": _share_of_values,
    "expect_column_value_lengths_to_be_between": _length_between,
    "expect_column_value_lengths_to_equal": _length_equal,
    "expect_column_value_z_scores_to_be_less_than": _z_scores,
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_decreasing": _steps("decreasing"),
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_be_increasing": _steps("increasing"),
    "expect_column_values_to_be_json_parseable": _plain("json_valid"),
    "expect_column_values_to_be_null": _plain("null"),
    "expect_column_values_to_be_unique": _unique,
    "expect_column_values_to_match_like_pattern": _pattern("like", "like_pattern"),
    "expect_column_values_to_match_like_pattern_list": _pattern("like", "like_pattern_list"),
    "expect_column_values_to_match_regex": _pattern("matches", "regex"),
    "expect_column_values_to_match_regex_list": _pattern("matches", "regex_list"),
    "expect_column_values_to_not_be_in_set": _not_in_set,
    "expect_column_values_to_not_be_null": _plain("not_null"),
    "expect_column_values_to_not_match_like_pattern": _pattern("not_like", "like_pattern"),
    "expect_column_values_to_not_match_like_pattern_list": _pattern("not_like", "like_pattern_list"),
    "expect_column_values_to_not_match_regex": _pattern("not_matches", "regex"),
    "expect_column_values_to_not_match_regex_list": _pattern("not_matches", "regex_list"),
    "expect_compound_columns_to_be_unique": _compound,
    "expect_multicolumn_sum_to_equal": _sum,
    "expect_multicolumn_values_to_be_unique": _differ,
    "expect_select_column_values_to_be_unique_within_record": _differ,
}
"""The translation of each expectation about rows."""
