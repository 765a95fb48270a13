"""How the arguments of each kind of check are read."""

from __future__ import annotations

import math
import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeGuard
from zoneinfo import ZoneInfo

from airflow_dre.checks import rules
from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.arguments import Arguments
from airflow_dre.checks.kinds import metrics as numbers
from airflow_dre.checks.kinds import ordered
from airflow_dre.checks.kinds.distribution import Distance, Distribution, HasValues, MostCommonIn
from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE, Fresh
from airflow_dre.checks.kinds.rows import RowCheck
from airflow_dre.checks.kinds.schema import SchemaIs, SchemaUnchanged
from airflow_dre.checks.kinds.tables import FailedRows, ForeignKey, NoGaps, SameRowCount, Steps, Unique, ZScores
from airflow_dre.values.calendar import Unit
from airflow_dre.values.instants import DURATION_ALLOWED, read_zone, zone_allowed
from airflow_dre.values.numbers import as_number
from airflow_dre.values.scalars import Literal, is_literal

_REFERENCE = re.compile(r'(.+)\.("(?:[^"]|"")+"|[^."]+)')
_BROKEN_EVERYWHERE = ("unterminated", "missing )", "unbalanced", "nothing to repeat", "bad character range", "missing group name")
_SQL_SELECT = "one read-only SELECT"


def _column(a: Arguments) -> str:
    return a.text("column", "the name of a column")


def _rule(make: Callable[[Arguments], rules.Rule]) -> Callable[[Arguments], Check]:
    return lambda a: RowCheck(rule=replace(make(a), by_kind=a.by_kind), **a.limit_arguments())


def _between(a: Arguments) -> rules.Rule:
    low, high = a.bound("low"), a.bound("high")
    if low is None and high is None and not a.problems:
        a.refuse("low", "a finite number, a date or text; at least one of low and high")
    a.ordered("low", low, high, "at most high")
    ends = a.take("inclusive")
    if ends not in (None, "both", "low", "high", "neither"):
        a.refuse("inclusive", "both, low, high, neither")
    elif ends not in (None, "both") and low is not None and low == high:
        a.refuse("inclusive", "both, or low below high: no value lies between them")
    return rules.Within(
        column=_column(a), low=low, high=high, low_belongs=ends in (None, "both", "low"), high_belongs=ends in (None, "both", "high")
    )


def _patterns(a: Arguments, argument: str, allowed: str) -> tuple[str, ...]:
    value = a.take(argument)
    if isinstance(value, str) and value:
        return (value,)
    return a.some_texts(argument, allowed)


def _regexes(a: Arguments) -> tuple[str, ...]:
    allowed = "a regular expression, or a list of them"
    found = _patterns(a, "pattern", allowed)
    for pattern in found:
        if (why := why_broken(pattern)) is not None:
            a.refuse("pattern", f"{allowed}: {pattern!r} is none ({why})")
    return found


def why_broken(pattern: str) -> str | None:
    """What is wrong with a regular expression in every flavour; None where some database may run it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except re.error as error:
        return error.msg if error.msg.startswith(_BROKEN_EVERYWHERE) else None
    return None


def _length(a: Arguments) -> rules.Rule:
    ends = {name: a.take(name) for name in ("at_least", "at_most", "equals")}
    for name, value in ends.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            a.refuse(name, "a whole number of characters, 0 or more")
    if a.problems:
        return rules.LengthWithin(column=_column(a))
    low, high, exact = (value if isinstance(value, int) else None for value in ends.values())
    if exact is not None and (low is not None or high is not None):
        a.refuse("equals", "equals alone, without at_least and at_most")
    if exact is None and low is None and high is None:
        a.refuse("at_least", "at least one of at_least, at_most, equals")
    a.ordered("at_least", low, high, "at most at_most")
    return rules.LengthWithin(column=_column(a), low=low if exact is None else exact, high=high if exact is None else exact)


def _of_type(a: Arguments) -> rules.Rule:
    kind = a.choice("kind", rules.TextType)
    if kind is None and a.given.get("kind") is None:
        a.refuse("kind", ", ".join(item.value for item in rules.TextType))
    return rules.ReadableAs(column=_column(a), as_kind=kind or rules.TextType.INTEGER)


def _compare(a: Arguments) -> rules.Rule:
    operator = a.choice("operator", rules.Operator)
    left, right = (a.text(name, "the name of a column") for name in ("left", "right"))
    return rules.Compares(left=left, operator=operator or rules.Operator.EQUAL, right=right, nulls=_nulls(a))


def _nulls(a: Arguments) -> rules.Nulls:
    return a.choice("nulls", rules.Nulls) or rules.Nulls.SKIP


def _sum_equals(a: Arguments) -> rules.Rule:
    total = a.literal("total")
    return rules.SumIs(columns=a.names("columns", 2), total=0 if total is None else total, nulls=_nulls(a))


def _tuple_in_set(a: Arguments) -> rules.Rule:
    columns, values, nulls = a.names("columns", 2), a.take("values"), _nulls(a)
    given = list(values) if isinstance(values, (list, tuple, set, frozenset)) else []
    good = [
        tuple(item)
        for item in given
        if isinstance(item, (list, tuple))
        and len(item) == len(columns)
        and all(is_literal(part) or (part is None and nulls is not rules.Nulls.SKIP) for part in item)
    ]
    if (not good and not a.by_kind) or len(good) < len(given):
        a.refuse("values", f"a list of tuples of {len(columns)} finite numbers, dates, booleans or texts, and None only beside nulls=")
    return rules.TupleOneOf(columns=columns, values=tuple(good), nulls=nulls)


def _foreign_key(a: Arguments) -> Check:
    key, to = a.names("columns"), a.take("to")
    allowed = "'table.column', or for several columns a list of them in the same table"
    given = (to,) if isinstance(to, str) else tuple(to) if isinstance(to, (list, tuple)) else ()
    found = [match for text in given if isinstance(text, str) and (match := _REFERENCE.fullmatch(text))]
    tables = {match[1] for match in found}
    if len(found) != len(given) or len(tables) != 1:
        a.refuse("to", allowed)
    elif key and len(found) != len(key):
        a.refuse("to", f"{allowed}: as many as there are columns ({len(key)})")
    columns = tuple(match[2][1:-1].replace('""', '"') if match[2].startswith('"') else match[2] for match in found)
    return ForeignKey(key=key, parent=next(iter(tables), ""), parent_key=columns, **a.limit_arguments())


def _steps(a: Arguments, *, rising: bool) -> Check:
    order = a.take("order_by")
    allowed = "one or more names of columns: the rows of a table have no order of their own"
    order_by = (order,) if isinstance(order, str) and order.strip() else a.some_texts("order_by", allowed)
    return Steps(
        column=_column(a),
        order_by=order_by,
        rising=rising,
        strictly=a.flag("strictly", usual=False),
        by_kind=a.by_kind,
        **a.limit_arguments(),
    )


def _z_scores(a: Arguments) -> Check:
    within = a.number("within", 1e-9, 1e9, "a number of standard deviations above 0")
    two_sided, strictly = a.flag("two_sided", usual=True), a.flag("strictly", usual=False)
    return ZScores(column=_column(a), within=within, two_sided=two_sided, strictly=strictly, **a.limit_arguments())


def _no_gaps(a: Arguments) -> Check:
    unit = a.choice("every", Unit)
    if unit is None and a.given.get("every") is None:
        a.refuse("every", ", ".join(item.value for item in Unit))
    start, end = a.moment("start"), a.moment("end")
    a.ordered("start", start, end, "at most end")
    return NoGaps(column=_column(a), unit=unit or Unit.DAY, start=start, end=end, **a.limit_arguments())


def _distinct(a: Arguments, kind: type[numbers.DistinctCheck]) -> Check:
    return kind(key=a.names("columns"), approximate=a.flag("approximate", usual=False), **a.bound_arguments())


def _row_count(a: Arguments) -> Check:
    if a.take("same_as") is None:
        return numbers.RowCountCheck(**a.bound_arguments())
    return SameRowCount(same_as=a.text("same_as", "the name of another table"), **a.limit_arguments())


def _quantile(a: Arguments) -> Check:
    at = a.number("at", 0, 1, "a share from 0 to 1, for example 0.95")
    interpolate = a.flag("interpolate", usual=True)
    return ordered.ColumnQuantile(column=_column(a), at=Decimal(str(at)), interpolate=interpolate, **a.bound_arguments())


def _is_weight(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= sys.float_info.max


def _are_bins(reference: object) -> TypeGuard[dict[str, list[float]]]:
    lists = isinstance(reference, dict) and all(isinstance(part, (list, tuple)) for part in reference.values())
    return lists and isinstance(reference, dict) and reference.keys() == {"edges", "weights"}


def _distribution(a: Arguments) -> Check:
    distance = a.choice("distance", Distance)
    reference = a.take("reference")
    allowed = 'a dict of value: weight, or {"edges": [...], "weights": [...]} with one edge more than weights, rising'
    edges: tuple[float, ...] = ()
    values: tuple[Literal, ...] = ()
    weights: tuple[object, ...] = ()
    if _are_bins(reference):
        edges, weights = tuple(reference["edges"]), tuple(reference["weights"])
    elif isinstance(reference, dict) and reference.keys() != {"edges", "weights"} and all(map(is_literal, reference)):
        values, weights = tuple(reference), tuple(reference.values())
    numeric = [float(weight) for weight in weights if _is_weight(weight)]
    if not weights or (edges and not (len(edges) == len(weights) + 1 and _are_edges(edges))):
        a.refuse("reference", allowed)
    elif len(numeric) < len(weights) or not 0 < sum(numeric) < math.inf:
        a.refuse("reference", f"{allowed}; weights of 0 and more, at least one above 0")
    if distance is Distance.KS and values:
        a.refuse("distance", "kl, chi_square: ks needs bins, which have an order")
    return Distribution(
        column=_column(a),
        distance=distance or Distance.KL,
        weights=tuple(numeric),
        values=values,
        edges=edges,
        others=_others(a, 2 if edges else 1),
        by_kind=a.by_kind,
        **a.bound_arguments(),
    )


def _are_edges(edges: tuple[object, ...]) -> bool:
    numbers = [edge for edge in edges if isinstance(edge, (int, float)) and not isinstance(edge, bool) and -math.inf <= edge <= math.inf]
    inner = [edge for edge in numbers if abs(edge) != math.inf]
    return len(numbers) == len(edges) and bool(inner) and all(low < high for low, high in pairwise(numbers))


def _others(a: Arguments, size: int) -> tuple[float, ...]:
    given = a.take("others")
    if given is None:
        return ()
    found = tuple(given) if isinstance(given, (list, tuple)) else (given,)
    if len(found) != size or not all(map(_is_weight, found)):
        a.refuse("others", "one weight beside values, two weights (below, above) beside edges, each 0 or more")
        return ()
    return tuple(float(weight) for weight in found if _is_weight(weight))


def _most_common(a: Arguments) -> Check:
    ties, empty = a.flag("ties", usual=True), a.if_empty()
    return MostCommonIn(column=_column(a), values=a.literals("values"), ties=ties, if_empty=empty, by_kind=a.by_kind, options=a.options())


def _schema_is(a: Arguments) -> Check:
    given = a.take("columns")
    allowed = "a list of names, or a dict of name: type, list of types, or None"
    pairs = dict.fromkeys(given) if isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given) else given
    columns: list[tuple[str, tuple[str, ...]]] = []
    if not isinstance(pairs, dict) or not pairs:
        a.refuse("columns", allowed)
        pairs = {}
    for name, types in pairs.items():
        listed = () if types is None else (types,) if isinstance(types, str) else types
        if not isinstance(name, str) or not isinstance(listed, (list, tuple)) or not all(isinstance(kind, str) for kind in listed):
            a.refuse("columns", allowed)
            break
        columns.append((name, tuple(listed)))
    return SchemaIs(
        expected_columns=tuple(columns),
        ordered=a.flag("ordered", usual=False),
        extra=a.flag("extra", usual=False),
        places=_places(a, {name for name, _ in columns}),
        any_case=a.flag("any_case", usual=False),
        options=a.options(),
    )


def _places(a: Arguments, names: set[str]) -> tuple[tuple[str, int], ...]:
    given = a.take("places")
    if given is None:
        return ()
    places = given if isinstance(given, dict) else {}
    found = tuple((name, place) for name, place in places.items() if name in names and type(place) is int)
    if not found or len(found) < len(places):
        a.refuse("places", "a dict of column: place, from 0, for columns that are among columns")
    return found


def _fresh(a: Arguments) -> Check:
    age = a.duration("max_age")
    if age is None and a.given.get("max_age") is None:
        a.refuse("max_age", DURATION_ALLOWED)
    warn = a.duration("warn_age")
    if warn is not None and age is not None and warn > age:
        a.refuse("warn_age", "at most max_age: a warning comes before a failure")
    column, expression = _newest(a)
    return Fresh(
        column=column,
        expression=expression,
        max_age=age or timedelta(0),
        warn_age=warn,
        as_of=a.moment("as_of"),
        time_zone=_zone(a),
        future_tolerance=a.duration("future_tolerance") or FUTURE_TOLERANCE,
        options=a.options(),
    )


def _newest(a: Arguments) -> tuple[str | None, str | None]:
    """Return the column or the expression that holds the timestamp of a row."""
    expression = a.optional_text("expression")
    if expression is None:
        return _column(a), None
    if a.take("column") is not None:
        a.refuse("expression", "either column or expression")
    return None, expression


def _zone(a: Arguments) -> ZoneInfo | None:
    name = a.take("time_zone")
    zone = None if name is None else read_zone(name)
    if name is not None and zone is None:
        a.refuse("time_zone", zone_allowed(name))
    return zone


READERS: dict[str, Callable[[Arguments], Check]] = {
    "all_differ": _rule(lambda a: rules.AllDiffer(columns=a.names("columns", 2), nulls=_nulls(a))),
    "between": _rule(_between),
    "column_count": lambda a: numbers.ColumnCountCheck(**a.bound_arguments()),
    "column_max": lambda a: ordered.ColumnMax(column=_column(a), **a.bound_arguments()),
    "column_min": lambda a: ordered.ColumnMin(column=_column(a), **a.bound_arguments()),
    "compare": _rule(_compare),
    "decreasing": lambda a: _steps(a, rising=False),
    "distinct_count": lambda a: _distinct(a, numbers.DistinctCheck),
    "distribution": _distribution,
    "failed_rows_sql": lambda a: FailedRows(sql=a.text("sql", _SQL_SELECT), **a.limit_arguments()),
    "foreign_key": _foreign_key,
    "fresh": _fresh,
    "has_values": lambda a: HasValues(column=_column(a), values=a.literals("values"), by_kind=a.by_kind, options=a.options()),
    "in_set": _rule(lambda a: rules.OneOf(column=_column(a), values=a.literals("values"))),
    "increasing": lambda a: _steps(a, rising=True),
    "json_valid": _rule(lambda a: rules.IsJson(column=_column(a))),
    "length": _rule(_length),
    "like": _rule(lambda a: rules.Like(column=_column(a), patterns=_likes(a), every=a.flag("every", usual=False))),
    "matches": _rule(lambda a: rules.Matches(column=_column(a), patterns=_regexes(a), every=a.flag("every", usual=False))),
    "mean": lambda a: numbers.ColumnMean(column=_column(a), **a.bound_arguments()),
    "median": lambda a: ordered.ColumnMedian(column=_column(a), **a.bound_arguments()),
    "metric_sql": lambda a: numbers.MetricSql(sql=a.text("sql", "an aggregate expression or one SELECT"), **a.bound_arguments()),
    "most_common": _most_common,
    "no_gaps": _no_gaps,
    "not_empty": _rule(lambda a: rules.HasText(column=_column(a))),
    "not_in_set": _rule(lambda a: rules.NoneOf(column=_column(a), values=a.literals("values"))),
    "not_like": _rule(lambda a: rules.LikeNot(column=_column(a), patterns=_likes(a))),
    "not_matches": _rule(lambda a: rules.MatchesNot(column=_column(a), patterns=_regexes(a))),
    "not_null": _rule(lambda a: rules.HasValue(column=_column(a))),
    "null": _rule(lambda a: rules.HasNoValue(column=_column(a))),
    "of_type": _rule(_of_type),
    "quantile": _quantile,
    "row_count": _row_count,
    "rows": _rule(lambda a: rules.Holds(condition=a.text("condition", "a SQL condition"))),
    "schema_is": _schema_is,
    "schema_unchanged": lambda a: SchemaUnchanged(options=a.options()),
    "stddev": lambda a: numbers.ColumnStddev(column=_column(a), **a.bound_arguments()),
    "sum_equals": _rule(lambda a: _sum_equals(_number(a, "total"))),
    "total": lambda a: numbers.ColumnTotal(column=_column(a), by_kind=a.by_kind, **a.bound_arguments()),
    "tuple_in_set": _rule(_tuple_in_set),
    "unique": lambda a: Unique(key=a.names("columns"), nulls=_nulls(a), by_kind=a.by_kind, **a.limit_arguments()),
    "unique_ratio": lambda a: _distinct(a, numbers.UniqueRatio),
    "z_scores": _z_scores,
}
"""Every kind of check and how its arguments are read."""


def _number(a: Arguments, argument: str) -> Arguments:
    """Return the same arguments, once it was noted that one of them is no number."""
    if (value := a.given.get(argument)) is not None and as_number(value) is None:
        a.refuse(argument, "a number")
    return a


def _likes(a: Arguments) -> tuple[str, ...]:
    return _patterns(a, "pattern", "a SQL LIKE pattern, or a list of them")
