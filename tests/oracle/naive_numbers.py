"""The oracle for checks that bound a number: exact fractions, and how far a floating answer may lie from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle.naive_tables import keys_of
from tests.oracle.tables import COLUMNS, Type
from tests.oracle.verdicts import (
    EPSILON,
    RANK,
    SKIPPED,
    Finding,
    Question,
    Rows,
    bounded,
    is_floating,
    limited,
    literal_point,
    one,
    point,
    present,
)


def extreme(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if not values:
        return SKIPPED
    pick = min if question.kind == "column_min" else max
    return bounded(question, pick(values, key=point), floating=is_floating(question.column, question.world.dialect))


def _special(values: Sequence[Any]) -> float | None:
    """Return the sum where a value is infinite or no number."""
    odd = [float(value) for value in values if isinstance(value, (float, Decimal)) and not math.isfinite(value)]
    return sum(odd) if odd else None


def _floating_sum(question: Question, values: Sequence[Any]) -> bool:
    return any(isinstance(value, float) for value in values) or is_floating(question.column, question.world.dialect)


def total(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if not values:
        return SKIPPED
    if (odd := _special(values)) is not None:
        return _odd(question, odd)
    exact = sum(map(Fraction, values), Fraction(0))
    floating = _floating_sum(question, values)
    tolerance = len(values) * EPSILON * sum((abs(Fraction(value)) for value in values), Fraction(0)) if floating else Fraction(0)
    if floating and max(abs(exact), sum((abs(Fraction(value)) for value in values), Fraction(0))) > Fraction(1.7e308):
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)  # overflowed on the way, by its own order
    return bounded(question, exact, tolerance=_none_if_small(tolerance, values, exact), floating=floating)


def _none_if_small(tolerance: Fraction, values: Sequence[Any], exact: Fraction) -> Fraction:
    """Return no tolerance where every partial sum is a small multiple of a quarter, which floating numbers hold exactly."""
    quarters = all((Fraction(value) * 4).denominator == 1 and abs(Fraction(value)) < 2**40 for value in values)
    return Fraction(0) if quarters and (exact * 2**40).denominator == 1 else tolerance


def _odd(question: Question, value: float) -> Finding:
    """Return the verdict on a number, where NaN is skipped in SQLite because it is NULL there."""
    if math.isnan(value) and question.world.dialect == "sqlite":
        return SKIPPED
    return bounded(question, value)


def mean(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if not values:
        return SKIPPED
    if (odd := _special(values)) is not None:
        return _odd(question, odd)
    exact = sum(map(Fraction, values), Fraction(0)) / len(values)
    size = sum((abs(Fraction(value)) for value in values), Fraction(0))
    if size > Fraction(1.7e308):
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)
    tolerance = 2 * len(values) * EPSILON * size / len(values) + Fraction(1, 10**16)
    return bounded(question, exact, tolerance=_none_if_small(tolerance, values, exact), floating=True)


def stddev(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if len(values) < 2:
        return SKIPPED
    if _special(values) is not None:
        return bounded(question, math.nan)
    exact = [Fraction(value) for value in values]
    if max(map(abs, exact)) > Fraction(10) ** 150:
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)
    mean = sum(exact, Fraction(0)) / len(exact)
    deviation = _root(sum(((value - mean) ** 2 for value in exact), Fraction(0)) / (len(exact) - 1))
    largest = max(map(abs, exact))
    noise = 32 * len(exact) * EPSILON * (deviation + largest) + Fraction(10) ** -150
    return bounded(question, deviation, tolerance=noise, floating=True)


def quantile(question: Question, rows: Rows) -> Finding:
    values = sorted((row[question.column] for row in present(rows, question.column)), key=point)
    if COLUMNS[question.column] in (Type.DATE, Type.TIMESTAMP) and question.given.get("interpolate") is not False:
        return Finding(outcomes=one(*RANK), any_observed=True)  # a habit: whether days have a middle
    if not values:
        return SKIPPED
    share = Fraction(str(question.given.get("at", "0.5")))
    floating = is_floating(question.column, question.world.dialect)
    if question.given.get("interpolate") is False and question.world.dialect == "spark":
        exact = values[max(0, math.ceil(share * len(values)) - 1)]  # which Spark returns as a double
        if not math.isfinite(exact):
            return bounded(question, exact, floating=floating)
        return bounded(question, Fraction(exact), tolerance=abs(Fraction(exact)) * EPSILON, floating=True)
    if question.given.get("interpolate") is False:
        return bounded(question, values[max(0, math.ceil(share * len(values)) - 1)], floating=floating)
    place = share * (len(values) - 1)
    low, high = values[math.floor(place)], values[math.ceil(place)]
    if not all(math.isfinite(value) for value in (low, high)) or max(abs(low), abs(high)) > 10**300:
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)
    exact = Fraction(low) + (Fraction(high) - Fraction(low)) * (place - math.floor(place))
    tolerance = 8 * EPSILON * (abs(Fraction(low)) + abs(Fraction(high)))
    if COLUMNS[question.column] is Type.DECIMAL and question.world.dialect == "duckdb":
        tolerance += Fraction(1, 10**6)  # it rounds to the column's digits
    quarters = all((Fraction(value) * 4).denominator == 1 and abs(value) < 2**40 for value in (low, high))
    return bounded(question, exact, tolerance=Fraction(0) if quarters and share in (0, Fraction(1, 2), 1) else tolerance, floating=True)


def distinct(question: Question, rows: Rows) -> Finding:
    return bounded(question, len(set(keys_of(question, rows))))


def unique_ratio(question: Question, rows: Rows) -> Finding:
    keys = keys_of(question, rows)
    return bounded(question, len(set(keys)) / len(keys)) if keys else SKIPPED


def metric_sql(question: Question, rows: Rows) -> Finding:
    sql = question.given["sql"]
    if "by" in question.given and not rows:
        return SKIPPED  # a grouping has no row for it, not even to say 0
    if not sql.startswith("SELECT"):
        ids = ", ".join(str(row["id"]) for row in rows) or "NULL"
        sql = f"SELECT {sql} FROM t WHERE id IN ({ids})"
    found = question.world.ask(sql)
    value = found[0][0] if found else None
    if isinstance(value, str):
        try:
            number = Decimal(value.strip())
        except ArithmeticError:
            number = None
        if number is None or not number.is_finite():
            moment = None
            return Finding(outcomes=one("errored"), any_observed=True) if moment is None else SKIPPED
        return replace(bounded(question, number), any_observed=True)
    if isinstance(value, (date, datetime)):
        return Finding(outcomes=one("errored"), any_observed=True)
    tolerance = (
        len(rows) * EPSILON * abs(Fraction(value)) if isinstance(value, float) and math.isfinite(value) and "AVG" in sql else Fraction(0)
    )
    if isinstance(value, float) and "AVG" in sql and math.isfinite(value):
        tolerance = 2 * EPSILON * sum(abs(Fraction(row["x"])) for row in present(rows, "x")) + Fraction(10) ** -300
    return bounded(question, value, tolerance=tolerance)


def distribution(question: Question, rows: Rows) -> Finding:
    reference, column = question.given["reference"], question.column
    floating = is_floating(column, question.world.dialect)
    values = [point(row[column]) for row in present(rows, column)]
    if reference.keys() == {"edges", "weights"}:
        edges = [point(edge) for edge in reference["edges"]]
        weights = list(reference["weights"])
        bins = list(pairwise(edges))
        counts = [sum(low <= value < high or (high == edges[-1] and value == high) for value in values) for low, high in bins]
    else:
        weights = list(reference.values())
        counts = [sum(value == literal_point(key, floating=floating) for value in values) for key in reference]
    if not values:
        return SKIPPED
    below = sum(value < edges[0] for value in values) if "edges" in reference else 0
    counts, weights = [below, *counts, len(values) - sum(counts) - below], [0, *weights, 0]  # what lies outside was not expected
    p = [count / len(values) for count in counts]
    q = [weight / sum(weights) for weight in weights]
    kind = question.given["distance"]
    if kind == "ks":
        distance = max(abs(sum(p[:n]) - sum(q[:n])) for n in range(len(p) + 1))
    elif any(seen and not expected for seen, expected in zip(p, q, strict=True)):
        distance = math.inf
    elif kind == "kl":
        distance = sum(seen * math.log(seen / expected) for seen, expected in zip(p, q, strict=True) if seen)
    else:
        distance = sum(
            (len(values) * (seen - expected)) ** 2 / (len(values) * expected) for seen, expected in zip(p, q, strict=True) if expected
        )
    return bounded(question, distance, tolerance=Fraction(1, 10**12))


def z_scores(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if len(values) < 2:
        return limited(question, 0, len(values))
    if any(isinstance(value, (float, Decimal)) and not math.isfinite(value) for value in values):
        return Finding(outcomes=one("errored"), any_observed=True)
    exact = [Fraction(value) for value in values]
    if len(set(exact)) < 2:
        return limited(question, 0, len(exact))
    if max(map(abs, exact)) > Fraction(10) ** 150:
        return replace(limited(question, range(len(exact) + 1), len(exact)), outcomes=one("passed", "warned", "failed", "errored"))
    mean = sum(exact, Fraction(0)) / len(exact)
    variance = sum(((value - mean) ** 2 for value in exact), Fraction(0)) / (len(exact) - 1)
    reach = Fraction(question.given["within"]) * _root(variance)
    slack = 64 * len(exact) * EPSILON * (max(map(abs, exact)) * (1 + Fraction(question.given["within"])))
    two_sided = question.given.get("two_sided", True)

    def wrong(extra: Fraction) -> int:
        return sum(value > mean + reach + extra or (two_sided and value < mean - reach - extra) for value in exact)

    return limited(
        question, sorted({wrong(Fraction(0)), *range(wrong(slack), wrong(-slack) + 1)}, key=lambda n: n != wrong(Fraction(0))), len(exact)
    )


def _root(value: Fraction) -> Fraction:
    """Return the square root, to some 60 digits."""
    scale = 10**120
    return Fraction(math.isqrt(value.numerator * scale * 10**400 // value.denominator), 10**260)
