"""Readers of the arguments of checks of several rows, of numbers, schemas and freshness."""

from __future__ import annotations

import math
import re
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeGuard
from zoneinfo import ZoneInfo

from airflow_dre.checks.check import Check
from airflow_dre.checks.declared.arguments import Arguments
from airflow_dre.checks.declared.kind import CheckKind
from airflow_dre.checks.kinds import metrics as numbers
from airflow_dre.checks.kinds import ordered
from airflow_dre.checks.kinds.distribution import Distance, Distribution, HasValues, MostCommonIn
from airflow_dre.checks.kinds.freshness import FUTURE_TOLERANCE, Fresh
from airflow_dre.checks.kinds.schema import SchemaIs, SchemaUnchanged
from airflow_dre.checks.kinds.tables import FailedRows, ForeignKey, NoGaps, SameRowCount, Steps, Unique, ZScores
from airflow_dre.values.calendar import Unit
from airflow_dre.values.instants import DURATION_ALLOWED, read_zone, zone_allowed
from airflow_dre.values.scalars import Literal, is_literal

_REFERENCE = re.compile(r'(.+)\.("(?:[^"]|"")+"|[^."]+)')
_SQL_SELECT = "one read-only SELECT"
BOUNDS = frozenset({"at_least", "at_most", "more_than", "less_than", "equals", "warn_at_least", "warn_at_most"})
"""Names of the bounds of a number."""


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
        column=a.column(),
        order_by=order_by,
        rising=rising,
        strictly=a.flag("strictly", usual=False),
        by_kind=a.by_kind,
        **a.limit_arguments(),
    )


def _z_scores(a: Arguments) -> Check:
    within = a.number("within", 1e-9, 1e9, "a number of standard deviations above 0")
    two_sided, strictly = a.flag("two_sided", usual=True), a.flag("strictly", usual=False)
    return ZScores(column=a.column(), within=within, two_sided=two_sided, strictly=strictly, **a.limit_arguments())


def _no_gaps(a: Arguments) -> Check:
    unit = a.choice("every", Unit)
    if unit is None and a.given.get("every") is None:
        a.refuse("every", ", ".join(item.value for item in Unit))
    start, end = a.moment("start"), a.moment("end")
    a.ordered("start", start, end, "at most end")
    return NoGaps(column=a.column(), unit=unit or Unit.DAY, start=start, end=end, **a.limit_arguments())


def _distinct(a: Arguments, kind: type[numbers.DistinctCheck]) -> Check:
    return kind(key=a.names("columns"), approximate=a.flag("approximate", usual=False), **a.bound_arguments())


def _row_count(a: Arguments) -> Check:
    if a.take("same_as") is None:
        return numbers.RowCountCheck(**a.bound_arguments())
    return SameRowCount(same_as=a.text("same_as", "the name of another table"), **a.limit_arguments())


def _quantile(a: Arguments) -> Check:
    at = a.number("at", 0, 1, "a share from 0 to 1, for example 0.95")
    interpolate = a.flag("interpolate", usual=True)
    return ordered.ColumnQuantile(column=a.column(), at=Decimal(str(at)), interpolate=interpolate, **a.bound_arguments())


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
        column=a.column(),
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
        a.refuse("others", "one weight for values, two weights (below, above) for edges, each 0 or more")
        return ()
    return tuple(float(weight) for weight in found if _is_weight(weight))


def _most_common(a: Arguments) -> Check:
    ties, empty = a.flag("ties", usual=True), a.if_empty()
    return MostCommonIn(column=a.column(), values=a.literals("values"), ties=ties, if_empty=empty, by_kind=a.by_kind, options=a.options())


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
        return a.column(), None
    if a.take("column") is not None:
        a.refuse("expression", "either column or expression")
    return None, expression


def _zone(a: Arguments) -> ZoneInfo | None:
    name = a.take("time_zone")
    zone = None if name is None else read_zone(name)
    if name is not None and zone is None:
        a.refuse("time_zone", zone_allowed(name))
    return zone


TABLE_KINDS = {
    "column_count": CheckKind(lambda a: numbers.ColumnCountCheck(**a.bound_arguments()), BOUNDS),
    "column_max": CheckKind(lambda a: ordered.ColumnMax(column=a.column(), **a.bound_arguments()), BOUNDS),
    "column_min": CheckKind(lambda a: ordered.ColumnMin(column=a.column(), **a.bound_arguments()), BOUNDS),
    "decreasing": CheckKind(lambda a: _steps(a, rising=False)),
    "distinct_count": CheckKind(lambda a: _distinct(a, numbers.DistinctCheck), BOUNDS),
    "distribution": CheckKind(_distribution, BOUNDS),
    "failed_rows_sql": CheckKind(lambda a: FailedRows(sql=a.text("sql", _SQL_SELECT), **a.limit_arguments())),
    "foreign_key": CheckKind(_foreign_key),
    "fresh": CheckKind(_fresh),
    "has_values": CheckKind(lambda a: HasValues(column=a.column(), values=a.literals("values"), by_kind=a.by_kind, options=a.options())),
    "increasing": CheckKind(lambda a: _steps(a, rising=True)),
    "mean": CheckKind(lambda a: numbers.ColumnMean(column=a.column(), **a.bound_arguments()), BOUNDS),
    "median": CheckKind(lambda a: ordered.ColumnMedian(column=a.column(), **a.bound_arguments()), BOUNDS),
    "metric_sql": CheckKind(
        lambda a: numbers.MetricSql(sql=a.text("sql", "an aggregate expression or one SELECT"), **a.bound_arguments()), BOUNDS
    ),
    "most_common": CheckKind(_most_common),
    "no_gaps": CheckKind(_no_gaps),
    "quantile": CheckKind(_quantile, BOUNDS | {"at"}),
    "row_count": CheckKind(_row_count, BOUNDS),
    "schema_is": CheckKind(_schema_is),
    "schema_unchanged": CheckKind(lambda a: SchemaUnchanged(options=a.options())),
    "stddev": CheckKind(lambda a: numbers.ColumnStddev(column=a.column(), **a.bound_arguments()), BOUNDS),
    "total": CheckKind(lambda a: numbers.ColumnTotal(column=a.column(), by_kind=a.by_kind, **a.bound_arguments()), BOUNDS),
    "unique": CheckKind(lambda a: Unique(key=a.names("columns"), nulls=a.nulls(), by_kind=a.by_kind, **a.limit_arguments())),
    "unique_ratio": CheckKind(lambda a: _distinct(a, numbers.UniqueRatio), BOUNDS),
    "z_scores": CheckKind(_z_scores, frozenset({"within"})),
}
"""Every other kind of check of this package."""
