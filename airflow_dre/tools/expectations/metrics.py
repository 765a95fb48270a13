"""Expectations about one number of a column, and about its distribution."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

from airflow_dre.checks.declared.declaration import Declaration
from airflow_dre.tools.expectations.arguments import ExpectationArguments
from airflow_dre.tools.expectations.rows import TranslateExpectation, always, impossible
from airflow_dre.tools.translation import Refused, check
from airflow_dre.values.instants import to_instant

_LOWEST = -sys.float_info.max
_EARLIEST = date(1, 1, 1)
_FAILS = {"if_empty": "fail"}
"""Great Expectations fails where a column without a value has no such number."""


def _bounded(kind: str, *, both_may_be_missing: bool = True) -> TranslateExpectation:
    def translate(a: ExpectationArguments) -> list[Declaration]:
        bounds, column, options = a.bounds(), a.text("column"), a.options()
        if a.holds_nothing():
            return [
                check(
                    kind, options, _FAILS, column=column, less_than=_LOWEST if isinstance(a.ends()[0], (int, float, Decimal)) else _EARLIEST
                )
            ]
        if bounds:
            return [check(kind, options, bounds, _FAILS, column=column)]
        if both_may_be_missing or a.is_unbounded():
            return [check("distinct_count", options, columns=[column], at_least=1)]
        raise Refused("min_value", None, "min_value and max_value cannot both be None")

    return translate


def _of_numbers(a: ExpectationArguments) -> dict[str, object]:
    """Return bounds of a count or a share.

    :raises Refused: one of them is not a number.
    """
    for name, end in zip(("min_value", "max_value"), a.ends()[:2], strict=True):
        if end is not None and not isinstance(end, (int, float, Decimal)):
            raise Refused(name, end, "a number")
    return a.bounds()


def _distinct_count(a: ExpectationArguments) -> list[Declaration]:
    bounds, column, options = _of_numbers(a), a.text("column"), a.options()
    if a.holds_nothing():
        return impossible(column, options)
    return [check("distinct_count", options, bounds, columns=[column])] if bounds else always(column, options)


def _unique_ratio(a: ExpectationArguments) -> list[Declaration]:
    """Return a check of the ratio of unique values. In Great Expectations the ratio of no values is 0."""
    bounds, column, options = _of_numbers(a), a.text("column"), a.options()
    if a.holds_nothing():
        return impossible(column, options)
    if not bounds:
        return always(column, options)
    low = a.take("min_value")
    zero_is_in = low is None or (isinstance(low, (int, float)) and (low < 0 or (low == 0 and not a.flag("strict_min"))))
    return [check("unique_ratio", options, bounds, {} if zero_is_in else _FAILS, columns=[column])]


def _most_common(a: ExpectationArguments) -> list[Declaration]:
    values = a.values("value_set")
    if values is None:
        raise Refused("value_set", values, "a list of values")
    ties = None if a.flag("ties_okay") else False
    if not values:
        return impossible(a.text("column"), a.options())
    return [check("most_common", a.options(), _FAILS, column=a.text("column"), values=values, ties=ties)]


def _quantiles(a: ExpectationArguments) -> list[Declaration]:
    """Return one check for each quantile, which is a value of the column, as of SQL's PERCENTILE_DISC."""
    given, column, options = a.take("quantile_ranges"), a.text("column"), a.options()
    a.take("allow_relative_error")
    if not isinstance(given, Mapping) or not {"quantiles", "value_ranges"} <= given.keys():
        raise Refused("quantile_ranges", given, 'a dict {"quantiles": [...], "value_ranges": [[low, high], ...]}')
    quantiles, ranges = given["quantiles"], given["value_ranges"]
    if not isinstance(quantiles, (list, tuple)) or not isinstance(ranges, (list, tuple)) or len(quantiles) != len(ranges):
        raise Refused("quantile_ranges", given, "as many value_ranges as quantiles")
    if not ranges:
        return always(column, options)
    found: list[Declaration] = []
    for at, ends in zip(quantiles, ranges, strict=True):
        low, high = ends if isinstance(ends, (list, tuple)) and len(ends) == 2 else (None, None)
        if ends not in ([low, high], (low, high)) or (low is not None and high is not None and not _ordered(low, high)):
            raise Refused("quantile_ranges", given, "quantile_ranges must consist of ordered pairs")
        named = {**options, "name": f"quantile({column}, {at})"}
        if low is None and high is None:
            found.append(check("distinct_count", named, columns=[column], at_least=1))
        else:
            found.append(check("quantile", named, _FAILS, column=column, at=at, interpolate=False, at_least=low, at_most=high))
    return found


def _ordered(low: object, high: object) -> bool:
    numbers = [end for end in (low, high) if isinstance(end, (int, float)) and not isinstance(end, bool)]
    if len(numbers) == 2:
        return numbers[0] <= numbers[1]
    moments = [moment for end in (low, high) if isinstance(end, str) and (moment := to_instant(end))]
    return len(moments) == 2 and moments[0] <= moments[1]


def _divergence(a: ExpectationArguments) -> list[Declaration]:
    """Return a check of the distance to a distribution.

    Great Expectations scales the expected weights down by what it holds out, and distributes that to bins without an expected weight.
    """
    column, options, given = a.text("column"), a.options(), a.take("partition_object")
    tail, inner = (a.number(f"{part}_weight_holdout", 0, 1, 0.0) for part in ("tail", "internal"))
    bucketize = a.take("bucketize_data", True)
    for name in ("min_value", "max_value"):  # of the pictures of profiling
        a.take(name)
    has_threshold = a.take("threshold") is not None
    if given is not None:
        _partition(given)
    if given is None or not has_threshold:  # without a partition the column is compared with itself, and without a threshold never fails
        return always(column, options)
    threshold = a.number("threshold", 0, math.inf)
    weights, values, edges, tails = _partition(given)
    if tail and tails:
        raise Refused("tail_weight_holdout", tail, "0 where the partition has tail_weights")
    bound = {**options, **_FAILS, "column": column, "distance": "kl", "at_most": threshold}
    if values:
        if inner:
            raise Refused("internal_weight_holdout", inner, "0 for values: a weight can be held out inside of bins only")
        kept = [weight * (1 - tail) for weight in weights]
        return [check("distribution", bound, reference=dict(zip(values, kept, strict=True)), others=tail or None)]
    if bucketize is False:
        raise Refused("bucketize_data", bucketize, "true for bins")
    reference = {"edges": edges, "weights": _scaled(weights, tail, inner)}
    return [check("distribution", bound, reference=reference, others=_tails(given, edges, tails, tail))]


def _scaled(weights: list[float], tail: float, inner: float) -> list[float]:
    """Return the weights of bins, scaled down by what is held out, with the inner part of it in bins without an expected weight."""
    kept = [weight * (1 - tail - inner) for weight in weights]
    empty = kept.count(0)
    return [inner / empty if inner and not weight else weight for weight in kept]


def _tails(given: object, edges: list[float], tails: list[float], tail: float) -> list[float]:
    """Return the weights below and above the bins."""
    open_low, open_high = (math.isinf(edge) for edge in (edges[0], edges[-1]))
    if tails and (open_low or open_high):
        raise Refused("partition_object", given, "no tail_weights with an infinite edge")
    if tail and open_low and open_high:
        raise Refused("tail_weight_holdout", tail, "0 with two infinite edges")
    if tails:
        return tails
    if open_low:
        return [0.0, tail]
    return [tail, 0.0] if open_high else [tail / 2, tail / 2]


def _partition(given: object) -> tuple[list[float], list[object], list[float], list[float]]:
    """Return weights, values, edges, and the weights of the tails."""
    allowed = 'a partition {"values": [...], "weights": [...]} or {"bins": [...], "weights": [...]}, whose weights add up to 1'
    if not isinstance(given, Mapping):
        raise Refused("partition_object", given, f"{allowed}: there is nothing to compare with")
    weights, values, edges, tails = (_list(given.get(part)) for part in ("weights", "values", "bins", "tail_weights"))
    numeric = [float(weight) for weight in (*weights, *tails) if isinstance(weight, (int, float)) and weight >= 0]
    if len(numeric) != len(weights) + len(tails) or not math.isclose(math.fsum(numeric), 1, rel_tol=1e-5, abs_tol=1e-8):
        raise Refused("partition_object", given, allowed)
    if values and (len(values) != len(weights) or tails):
        raise Refused("partition_object", given, allowed)
    bins = [float(edge) for edge in edges if isinstance(edge, (int, float))]
    rising = all(low < high for low, high in pairwise(bins))
    if not values and (len(bins) != len(edges) or len(bins) != len(weights) + 1 or not rising or len(tails) not in (0, 2)):
        raise Refused("partition_object", given, f"{allowed}; bins rise and are one more than weights, tail_weights are two")
    return numeric[: len(weights)], values, bins, numeric[len(weights) :]


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


METRICS: dict[str, TranslateExpectation] = {
    "expect_column_kl_divergence_to_be_less_than": _divergence,
    "expect_column_max_to_be_between": _bounded("column_max", both_may_be_missing=False),
    "expect_column_mean_to_be_between": _bounded("mean"),
    "expect_column_median_to_be_between": _bounded("median"),
    "expect_column_min_to_be_between": _bounded("column_min", both_may_be_missing=False),
    "expect_column_most_common_value_to_be_in_set": _most_common,
    "expect_column_proportion_of_unique_values_to_be_between": _unique_ratio,
    "expect_column_quantile_values_to_be_between": _quantiles,
    "expect_column_stdev_to_be_between": _bounded("stddev"),
    "expect_column_sum_to_be_between": _bounded("total", both_may_be_missing=False),
    "expect_column_unique_value_count_to_be_between": _distinct_count,
}
"""The translation of each expectation about a number."""
