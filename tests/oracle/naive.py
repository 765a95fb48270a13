"""The oracle: what each kind of check must find in a list of rows, worked out in plain Python, one row after the other.

Nothing of ``airflow_dre`` is used. A few questions only the database can answer, and are asked by one plain query each: its regular
expressions, its JSON, conditions and expressions that a Dag author writes; and whether it can answer at all
(``SUM`` of integers beyond 64 bits, the variance of 1e308). Texts need none: all three databases of the tests order them by code point.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from tests.oracle.tables import COLUMNS, PARENT, SQL_TYPES, Type
from tests.oracle.world import CannotAnswer, World, quoted, spelled

Rows = Sequence[Mapping[str, Any]]
RANK = ["skipped", "passed", "warned", "errored", "failed"]
EPSILON = Fraction(2) ** -52


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What must be found; several outcomes or counts only where rounding may tip it."""

    outcomes: frozenset[str]
    violations: frozenset[int | None] = frozenset([None])
    rows: int | None = None
    observed: Any = None
    tolerance: Fraction = Fraction(0)
    """How far a floating number may lie from ``observed``."""
    any_observed: bool = False
    """The database's own habit decides what is observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a check is asked with."""

    kind: str
    given: Mapping[str, Any]
    world: World
    remembered: str | None

    @property
    def where(self) -> str | None:
        """The check's own row filter."""
        return self.given.get("where")

    @property
    def column(self) -> str:
        """Its only column."""
        return str(self.given["column"])


def one(*outcomes: str) -> frozenset[str]:
    """A set of outcomes."""
    return frozenset(outcomes)


SKIPPED = Finding(outcomes=one("skipped"))


# Values and their order


def point(value: Any) -> Any:
    """The place of a value in the order of its kind: NaN equals itself and lies above everything; -0.0 is 0; moments are in UTC."""
    if isinstance(value, bool):
        return (0, Fraction(int(value)))
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        return (2, Fraction(0)) if math.isnan(value) else (1 if value > 0 else -1, Fraction(0))
    if isinstance(value, (int, float, Decimal, Fraction)):
        return (0, Fraction(value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def literal_point(value: Any, *, floating: bool) -> Any:
    """The place of a literal: beside a floating number it is one too; elsewhere ``0.1`` is a tenth, as it is spelled."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return point(float(value)) if floating else point(Decimal(repr(value)) if isinstance(value, float) else value)
    return point(value)


def is_floating(column: str, dialect: str) -> bool:
    """Whether a column holds floating numbers; SQLite keeps decimals as such."""
    return COLUMNS.get(column) is Type.DOUBLE or (dialect == "sqlite" and COLUMNS.get(column) is Type.DECIMAL)


def present(rows: Rows, *columns: str) -> list[Mapping[str, Any]]:
    """The rows in which every column has a value."""
    return [row for row in rows if all(row[name] is not None for name in columns)]


# Verdicts


def limited(question: Question, violations: int | Sequence[int], rows: int) -> Finding:
    """The verdict on wrong rows; several counts where rounding may tip a row."""
    counts = [violations] if isinstance(violations, int) else list(violations)
    if rows == 0:
        return Finding(outcomes=one("skipped"), violations=frozenset([0]), rows=0)
    fail, warn = question.given.get("fail_above", 0), question.given.get("warn_above")

    def above(count: int, limit: Any) -> bool:
        if isinstance(limit, str):
            return Fraction(count * 100, rows) > Fraction(limit.rstrip("%"))
        return bool(count > limit)

    outcomes = {"failed" if above(count, fail) else "warned" if warn is not None and above(count, warn) else "passed" for count in counts}
    percent = isinstance(fail, str) or isinstance(warn, str)
    observed = Fraction(counts[0] * 100, rows) if percent else counts[0]
    return Finding(
        outcomes=frozenset(outcomes),
        violations=frozenset(counts),
        rows=rows,
        observed=observed,
        tolerance=abs(Fraction(observed)) * EPSILON,
        any_observed=len(counts) > 1,
    )


def bounded(question: Question, value: Any, *, tolerance: Fraction = Fraction(0), floating: bool = False) -> Finding:
    """The verdict on a number, a moment or a text."""
    if value is None:
        return SKIPPED
    places = {point(value)}
    if tolerance and isinstance(value, (int, float, Fraction, Decimal)) and math.isfinite(value):
        places |= {point(Fraction(value) - tolerance), point(Fraction(value) + tolerance)}
    try:
        outcomes = frozenset(_verdict(question.given, place, value, floating=floating or isinstance(value, float)) for place in places)
    except TypeError:
        return Finding(outcomes=one("errored"), any_observed=True)
    return Finding(outcomes=outcomes, observed=value, tolerance=tolerance, rows=int(value) if question.kind == "row_count" else None)


def _verdict(given: Mapping[str, Any], place: Any, value: Any, *, floating: bool) -> str:
    def keeps(at_least: str, at_most: str, more_than: str = "", less_than: str = "") -> bool:
        def end(name: str) -> Any:
            bound = given.get("equals", given.get(name)) if name in ("at_least", "at_most") else given.get(name)
            return None if bound is None else literal_point(bound, floating=floating)

        if isinstance(value, (float, Decimal)) and math.isnan(value):
            return all(end(name) is None for name in (at_least, at_most, more_than, less_than))
        checks = [
            end(at_least) is None or place >= end(at_least),
            end(at_most) is None or place <= end(at_most),
            end(more_than) is None or place > end(more_than),
            end(less_than) is None or place < end(less_than),
        ]
        return all(checks)

    if not keeps("at_least", "at_most", "more_than", "less_than"):
        return "failed"
    return "passed" if keeps("warn_at_least", "warn_at_most") else "warned"


# Rules for one row


def rule(wrong: Callable[[Question], Callable[[Mapping[str, Any]], bool]], *needs: str) -> Callable[[Question, Rows], Finding]:
    """A kind that counts rows in which all needed columns have a value and ``wrong`` is true."""

    def find(question: Question, rows: Rows) -> Finding:
        names = [
            name for need in needs for name in ([question.given[need]] if isinstance(question.given[need], str) else question.given[need])
        ]
        looked = present(rows, *names)
        is_wrong = wrong(question)
        return limited(question, sum(is_wrong(row) for row in looked), len(looked))

    return find


def _outside(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    given, column = question.given, question.column
    floating = is_floating(column, question.world.dialect)
    low, high = (None if given.get(name) is None else literal_point(given[name], floating=floating) for name in ("low", "high"))
    ends = given.get("inclusive", "both")

    def wrong(row: Mapping[str, Any]) -> bool:
        here = point(row[column])
        below = low is not None and (here < low or (here == low and ends not in ("both", "low")))
        above = high is not None and (here > high or (here == high and ends not in ("both", "high")))
        return below or above

    return wrong


def _member(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    floating = is_floating(question.column, question.world.dialect)
    known = {literal_point(value, floating=floating) for value in question.given["values"]}
    return lambda row: point(row[question.column]) in known


def _tuple_member(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    columns = question.given["columns"]
    floating = [is_floating(name, question.world.dialect) for name in columns]
    known = {
        tuple(literal_point(part, floating=kind) for part, kind in zip(item, floating, strict=True)) for item in question.given["values"]
    }
    return lambda row: tuple(point(row[name]) for name in columns) in known


def _several(question: Question, ask: Callable[[str, str, str | None], dict[int, Any]]) -> Callable[[Mapping[str, Any]], bool]:
    given = question.given["pattern"]
    patterns = [given] if isinstance(given, str) else given
    truths = [ask(question.column, pattern, question.where) for pattern in patterns]
    enough = all if question.given.get("every") else any
    return lambda row: enough(truth[row["id"]] for truth in truths)


def _opposite(make: Callable[[Question], Callable[[Mapping[str, Any]], bool]]) -> Callable[[Question], Callable[[Mapping[str, Any]], bool]]:
    def wrong(question: Question) -> Callable[[Mapping[str, Any]], bool]:
        good = make(question)
        return lambda row: not good(row)

    return wrong


def _matching(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    return _several(question, question.world.search)


def _like(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    """Case does not count in SQLite, for the letters of ASCII; the backslash escapes everywhere."""
    folds = question.world.dialect == "sqlite"

    def ask(column: str, pattern: str, where: str | None) -> dict[int, Any]:
        fold = str.maketrans({chr(n): chr(n + 32) for n in range(65, 91)}) if folds else {}
        parts = re.findall(r"\\\\.|.", pattern.translate(fold), re.DOTALL)
        regex = "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
        found = question.world.rows(where)
        return {
            row["id"]: row[column] is not None and re.fullmatch(regex, row[column].translate(fold), re.DOTALL) is not None for row in found
        }

    return _several(question, ask)


def _wrong_length(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    given = question.given
    low, high = given.get("equals", given.get("at_least", 0)), given.get("equals", given.get("at_most", math.inf))
    return lambda row: not low <= len(row[question.column]) <= high


def _unreadable(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    readable = _READABLE[question.given["kind"]]
    return lambda row: not readable(row[question.column].strip(" \t\n\r\f\v"))


def _is_date(text: str) -> bool:
    if [len(part) for part in text.split("-")] != [4, 2, 2] or not _digits(text.replace("-", "")):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _digits(text: str) -> bool:
    return bool(text) and all(letter in "0123456789" for letter in text)


def _is_timestamp(text: str) -> bool:
    day, rest = text[:10], text[10:]
    if not _is_date(day) or not rest:
        return _is_date(day) and not rest
    found = re.match(r"[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[-+]\d\d(?::?\d\d)?)?$", rest, re.ASCII)
    return found is not None and int(found[1]) < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60


def _is_number(text: str) -> bool:
    if any(letter not in "0123456789.+-eE" for letter in text):
        return False
    try:
        float(text)
    except ValueError:
        return False
    return True


_READABLE: dict[str, Callable[[str], bool]] = {
    "integer": lambda text: _digits(text[1:] if text[:1] in ("-", "+") else text),
    "number": _is_number,
    "boolean": lambda text: text.lower() in {"true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0"},
    "date": _is_date,
    "timestamp": _is_timestamp,
    "uuid": lambda text: [len(part) for part in text.split("-")] == [8, 4, 4, 4, 12] and _hex(text.replace("-", "")),
}


def _hex(text: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in text)


def _no_json(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    column, world = question.column, question.world
    if world.dialect == "sqlite":
        return lambda row: not _is_json(row[column])
    condition = f"{quoted(column)} IS JSON" if world.dialect == "postgres" else f"json_valid({quoted(column)})"
    truth = world.truths(condition, question.where)
    return lambda row: not truth[row["id"]]


def _is_json(text: str) -> bool:
    def no(name: str) -> Any:
        raise ValueError(name)

    try:
        json.loads(text, parse_constant=no)
    except ValueError:
        return False
    return True


def _wrong_order(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    left, operator, right = (str(question.given[name]) for name in ("left", "operator", "right"))
    holds: dict[str, Callable[[Any, Any], bool]] = {
        "==": lambda one, other: one == other,
        "!=": lambda one, other: one != other,
        "<": lambda one, other: one < other,
        "<=": lambda one, other: one <= other,
        ">": lambda one, other: one > other,
        ">=": lambda one, other: one >= other,
    }
    return lambda row: not holds[operator](point(row[left]), point(row[right]))


def _sum_equals(question: Question, rows: Rows) -> Finding:
    """Asked of the database, whose addition may overflow or round."""
    columns, total = question.given["columns"], spelled(question.given["total"], question.world.dialect)
    sums = question.world.truths(f"{' + '.join(map(quoted, columns))} = {total}", question.where)
    looked = present(rows, *columns)
    return limited(question, sum(not sums[row["id"]] for row in looked), len(looked))


def _same_in_row(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    columns = question.given["columns"]
    return lambda row: any(point(row[one]) == point(row[other]) for one, other in combinations(columns, 2))


def _condition(question: Question) -> Callable[[Mapping[str, Any]], bool]:
    truth = question.world.truths(question.given["condition"], question.where)
    return lambda row: truth[row["id"]] is False


# Rules for several rows


def _keys(question: Question, rows: Rows) -> list[tuple[Any, ...]]:
    columns = question.given["columns"]
    return [tuple(point(row[name]) for name in columns) for row in present(rows, *columns)]


def _unique(question: Question, rows: Rows) -> Finding:
    keys = _keys(question, rows)
    counts = Counter(keys)
    return limited(question, sum(counts[key] > 1 for key in keys), len(keys))


def _foreign_key(question: Question, rows: Rows) -> Finding:
    wanted = [name.removeprefix("p.") for name in question.given["to"]]
    known = {tuple(point(part) for part in key) for key in question.world.parents(wanted) if None not in key}
    keys = _keys(question, rows)
    return limited(question, sum(key not in known for key in keys), len(keys))


def _steps(question: Question, rows: Rows) -> Finding:
    order = question.given["order_by"]
    names = [order] if isinstance(order, str) else order
    looked = present(rows, question.column)

    def place(row: Mapping[str, Any]) -> list[Any]:
        return [(1, 0) if row[name] is None else (0, point(row[name])) for name in names]

    ordered = [point(row[question.column]) for row in sorted(looked, key=place)]
    rising, strictly = question.kind == "increasing", bool(question.given.get("strictly"))
    wrong = sum((after < before if rising else after > before) or (strictly and after == before) for before, after in pairwise(ordered))
    return limited(question, wrong, len(looked))


def _z_scores(question: Question, rows: Rows) -> Finding:
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
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / (len(exact) - 1)
    reach = Fraction(question.given["within"]) * _root(variance)
    slack = 64 * len(exact) * EPSILON * (max(map(abs, exact)) * (1 + Fraction(question.given["within"])))
    two_sided = question.given.get("two_sided", True)

    def wrong(extra: Fraction) -> int:
        return sum(value > mean + reach + extra or (two_sided and value < mean - reach - extra) for value in exact)

    return limited(
        question, sorted({wrong(Fraction(0)), *range(wrong(slack), wrong(-slack) + 1)}, key=lambda n: n != wrong(Fraction(0))), len(exact)
    )


def _root(value: Fraction) -> Fraction:
    """The square root, to some 60 digits."""
    scale = 10**120
    return Fraction(math.isqrt(value.numerator * scale * 10**400 // value.denominator), 10**260)


def _same_row_count(question: Question, rows: Rows) -> Finding:
    ((other,),) = question.world.ask("SELECT COUNT(*) FROM p")
    if len(rows) == other == 0:
        return limited(question, 0, 0)
    return replace(limited(question, abs(len(rows) - other), max(other, 1)), rows=len(rows))


def _failed_rows(question: Question, rows: Rows) -> Finding:
    return limited(question, len(question.world.ask(question.given["sql"])), len(rows))


def _no_gaps(question: Question, rows: Rows) -> Finding:
    unit = question.given["every"]
    start, end = (None if question.given.get(name) is None else point(question.given[name]) for name in ("start", "end"))
    found = {_number(point(row[question.column]), unit) for row in present(rows, question.column)}
    first = _number(start, unit) if start is not None else min(found, default=None)
    last = _number(end, unit) if end is not None else max(found, default=None)
    if start is not None:
        found = {period for period in found if period >= _number(start, unit)}
    if end is not None:
        found = {period for period in found if period <= _number(end, unit)}
    if not found and (start is None or end is None):
        return limited(question, 0, 0)
    first = _number(start, unit) if start is not None else min(found)
    last = _number(end, unit) if end is not None else max(found)
    expected = range(first, last + 1)
    return limited(
        question, sum(period not in found for period in expected) if len(expected) < 10**6 else len(expected) - len(found), len(expected)
    )


def _number(moment: datetime, unit: str) -> int:
    """The number of a calendar unit, counted from the year 1; its first day was a Monday."""
    days = moment.toordinal() - 1
    month = (moment.year - 1) * 12 + moment.month - 1
    return {
        "hour": days * 24 + moment.hour, "day": days, "week": days // 7, "month": month, "quarter": month // 3, "year": moment.year,
    }[unit]  # fmt: skip


# Numbers


def _extreme(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if not values:
        return SKIPPED
    pick = min if question.kind == "column_min" else max
    return bounded(question, pick(values, key=point), floating=is_floating(question.column, question.world.dialect))


def _special(values: Sequence[Any]) -> float | None:
    """The sum where a value is infinite or no number."""
    odd = [float(value) for value in values if isinstance(value, (float, Decimal)) and not math.isfinite(value)]
    return sum(odd) if odd else None


def _floating_sum(question: Question, values: Sequence[Any]) -> bool:
    return any(isinstance(value, float) for value in values) or is_floating(question.column, question.world.dialect)


def _sum(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if not values:
        return SKIPPED
    if (odd := _special(values)) is not None:
        return _odd(question, odd)
    exact = sum(map(Fraction, values))
    floating = _floating_sum(question, values)
    tolerance = len(values) * EPSILON * sum(abs(Fraction(value)) for value in values) if floating else Fraction(0)
    if floating and max(abs(exact), sum(abs(Fraction(value)) for value in values)) > Fraction(1.7e308):
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)  # overflowed on the way, by its own order
    return bounded(question, exact, tolerance=_none_if_small(tolerance, values, exact), floating=floating)


def _none_if_small(tolerance: Fraction, values: Sequence[Any], exact: Fraction) -> Fraction:
    """No tolerance where every partial sum is a small multiple of a quarter, which floating numbers hold exactly."""
    quarters = all((Fraction(value) * 4).denominator == 1 and abs(Fraction(value)) < 2**40 for value in values)
    return Fraction(0) if quarters and (exact * 2**40).denominator == 1 else tolerance


def _odd(question: Question, value: float) -> Finding:
    """SQLite has no NaN: it is NULL there, and no value is skipped."""
    if math.isnan(value) and question.world.dialect == "sqlite":
        return SKIPPED
    return bounded(question, value)


def _mean(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if not values:
        return SKIPPED
    if (odd := _special(values)) is not None:
        return _odd(question, odd)
    exact = sum(map(Fraction, values)) / len(values)
    size = sum(abs(Fraction(value)) for value in values)
    if size > Fraction(1.7e308):
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)
    tolerance = 2 * len(values) * EPSILON * size / len(values) + Fraction(1, 10**16)
    return bounded(question, exact, tolerance=_none_if_small(tolerance, values, exact), floating=True)


def _stddev(question: Question, rows: Rows) -> Finding:
    values = [row[question.column] for row in present(rows, question.column)]
    if len(values) < 2:
        return SKIPPED
    if _special(values) is not None:
        return bounded(question, math.nan)
    exact = [Fraction(value) for value in values]
    if max(map(abs, exact)) > Fraction(10) ** 150:
        return Finding(outcomes=one("passed", "warned", "failed", "skipped"), any_observed=True)
    mean = sum(exact) / len(exact)
    deviation = _root(sum((value - mean) ** 2 for value in exact) / (len(exact) - 1))
    largest = max(map(abs, exact))
    noise = 32 * len(exact) * EPSILON * (deviation + largest) + Fraction(10) ** -150
    return bounded(question, deviation, tolerance=noise, floating=True)


def _quantile(question: Question, rows: Rows) -> Finding:
    values = sorted((row[question.column] for row in present(rows, question.column)), key=point)
    if not values:
        return SKIPPED
    share = Fraction(str(question.given.get("at", "0.5")))
    floating = is_floating(question.column, question.world.dialect)
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


def _distinct(question: Question, rows: Rows) -> Finding:
    return bounded(question, len(set(_keys(question, rows))))


def _unique_ratio(question: Question, rows: Rows) -> Finding:
    keys = _keys(question, rows)
    return bounded(question, len(set(keys)) / len(keys)) if keys else SKIPPED


def _metric_sql(question: Question, rows: Rows) -> Finding:
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


def _distribution(question: Question, rows: Rows) -> Finding:
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
    rest = len(values) - sum(counts)
    counts, weights = ([*counts, rest], [*weights, 0]) if rest else (counts, weights)
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


# Others


def _fresh(question: Question, rows: Rows) -> Finding:
    moments = [point(row[question.column]) for row in present(rows, question.column)]
    if not moments:
        return Finding(outcomes=one("failed"))
    age = max(point(question.given["as_of"]) - max(moments), timedelta(0))
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

    def longer(name: str) -> bool:
        text = question.given.get(name)
        return text is not None and age > int(text[:-1]) * units[text[-1]]

    outcome = "failed" if longer("max_age") else "warned" if longer("warn_age") else "passed"
    return Finding(outcomes=one(outcome), observed=Fraction(age // timedelta(microseconds=1), 10**6), tolerance=Fraction(1, 10**4))


def _has_values(question: Question, rows: Rows) -> Finding:
    looked = present(rows, question.column)
    floating = is_floating(question.column, question.world.dialect)
    held = {point(row[question.column]) for row in looked}
    wanted = {repr(value): value for value in question.given["values"]}
    distinct: list[Any] = []
    for value in wanted.values():
        if not any(value == other and isinstance(value, str) == isinstance(other, str) for other in distinct):
            distinct.append(value)
    missing = [value for value in distinct if literal_point(value, floating=floating) not in held]
    return Finding(outcomes=one("failed" if missing else "passed"), rows=len(looked), any_observed=True)


def _most_common(question: Question, rows: Rows) -> Finding:
    counts = Counter(point(row[question.column]) for row in present(rows, question.column))
    if not counts:
        return SKIPPED
    most = [value for value, count in counts.items() if count == max(counts.values())]
    floating = is_floating(question.column, question.world.dialect)
    known = {literal_point(value, floating=floating) for value in question.given["values"]}
    good = any(value in known for value in most) and (len(most) == 1 or question.given.get("ties") is not False)
    return Finding(outcomes=one("passed" if good else "failed"), any_observed=True)


def catalogue(dialect: str) -> dict[str, str]:
    """Names and types of the columns as the catalogue tells them."""
    told = {
        "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
        **({"TIMESTAMP": "timestamp without time zone"} if dialect == "postgres" else {}),
    }
    types = SQL_TYPES[dialect]
    found = {name: told.get(types[kind], types[kind]) for name, kind in COLUMNS.items()}
    return {name: kind.lower() for name, kind in found.items()} if dialect == "postgres" else found


_SAME_TYPES = [
    {"INTEGER"}, {"BIGINT", "int8"}, {"DOUBLE", "DOUBLE PRECISION"}, {"DECIMAL(24,6)"}, {"NUMERIC"}, {"TEXT"}, {"VARCHAR", "varchar(20)"},
    {"BOOLEAN"}, {"DATE"}, {"TIMESTAMP"}, {"TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"},
]  # fmt: skip


def _same_type(expected: str, found: str) -> bool:
    if expected == "varchar(20)":
        return False  # no column of the table has that length
    return (
        expected == found or any({expected, found} <= group for group in _SAME_TYPES) or (expected, found) == ("NUMERIC", "DECIMAL(24,6)")
    )


def _schema_is(question: Question, rows: Rows) -> Finding:
    given = question.given["columns"]
    wanted = given if isinstance(given, dict) else dict.fromkeys(given)
    here = {name: SQL_TYPES[question.world.dialect][kind] for name, kind in COLUMNS.items()}
    wrong = sum(kind is not None and not _same_type(kind, here[name]) for name, kind in wanted.items())
    if not question.given.get("extra"):
        wrong += len(here.keys() - wanted.keys())
    if not wrong and question.given.get("ordered") and [name for name in here if name in wanted] != list(wanted):
        wrong = 1
    return Finding(outcomes=one("failed" if wrong else "passed"), violations=frozenset([wrong]), any_observed=True)


def _schema_unchanged(question: Question, rows: Rows) -> Finding:
    changed = question.remembered == "other"
    return Finding(outcomes=one("failed" if changed else "passed"), violations=frozenset([1 if changed else 0]), any_observed=True)


FINDERS: dict[str, Callable[[Question, Rows], Finding]] = {
    "all_differ": rule(_same_in_row, "columns"),
    "between": rule(_outside, "column"),
    "column_count": lambda question, rows: bounded(question, len(COLUMNS)),
    "column_max": _extreme,
    "column_min": _extreme,
    "compare": rule(_wrong_order, "left", "right"),
    "decreasing": _steps,
    "distinct_count": _distinct,
    "distribution": _distribution,
    "failed_rows_sql": _failed_rows,
    "foreign_key": _foreign_key,
    "fresh": _fresh,
    "has_values": _has_values,
    "in_set": rule(_opposite(_member), "column"),
    "increasing": _steps,
    "json_valid": rule(_no_json, "column"),
    "length": rule(_wrong_length, "column"),
    "like": rule(_opposite(_like), "column"),
    "matches": rule(_opposite(_matching), "column"),
    "mean": _mean,
    "median": _quantile,
    "metric_sql": _metric_sql,
    "most_common": _most_common,
    "no_gaps": _no_gaps,
    "not_empty": rule(lambda question: lambda row: row[question.column] is None or row[question.column].strip(" ") == ""),
    "not_in_set": rule(_member, "column"),
    "not_like": rule(_like, "column"),
    "not_matches": rule(_matching, "column"),
    "not_null": rule(lambda question: lambda row: row[question.column] is None),
    "null": rule(lambda question: lambda row: row[question.column] is not None),
    "of_type": rule(_unreadable, "column"),
    "quantile": _quantile,
    "row_count": lambda question, rows: bounded(question, len(rows)),
    "rows": rule(_condition),
    "schema_is": _schema_is,
    "schema_unchanged": _schema_unchanged,
    "stddev": _stddev,
    "sum_equals": _sum_equals,
    "total": _sum,
    "tuple_in_set": rule(_opposite(_tuple_member), "columns"),
    "unique": _unique,
    "unique_ratio": _unique_ratio,
    "z_scores": _z_scores,
}
"""How each kind is worked out."""

_VARIANCE = {"sqlite": "AVG", "duckdb": "VAR_SAMP", "postgres": "VAR_SAMP"}


def attempts(question: Question) -> list[str]:
    """Aggregates that the database itself may refuse."""
    given, dialect = question.given, question.world.dialect
    column = quoted(given["column"]) if "column" in given else ""
    match question.kind:
        case "total":
            return [f"SUM({column})"]
        case "mean":
            return [f"AVG({column})"]
        case "stddev" | "z_scores":
            return [f"AVG({column})", f"{_VARIANCE[dialect]}({column})"]
        case "median" | "quantile" if dialect != "sqlite":
            smooth = given.get("interpolate") is not False
            return [f"{'PERCENTILE_CONT' if smooth else 'PERCENTILE_DISC'}({given.get('at', 0.5)}) WITHIN GROUP (ORDER BY {column})"]
        case "metric_sql" if not given["sql"].startswith("SELECT"):
            return [given["sql"]]
        case "not_null":
            return [f"COUNT({column})"] if given["column"] in COLUMNS else ["COUNT(t.nowhere)"]
        case _:
            return []


__all__ = ["COLUMNS", "FINDERS", "PARENT", "RANK", "CannotAnswer", "Finding", "Question", "attempts", "catalogue", "point"]
