"""The SELECT of each metric that needs a statement of its own, with one row for each segment of ``by``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import singledispatch

from sqlglot import exp

from airflow_dre.checks.metrics import (
    ColumnMetric,
    DistinctCount,
    DuplicateCount,
    FailedRowCount,
    GroupBy,
    Metric,
    MostCommon,
    OrphanCount,
    Periods,
    Quantile,
    Sketch,
    SqlMetric,
    StepCount,
    TableColumns,
    TableConstraints,
    Variance,
)
from airflow_dre.checks.rule import Nulls
from airflow_dre.checks.rules import OneOf
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql import names
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.expressions import count_if, filter_of, percentile, variance_of
from airflow_dre.sql.fitting import fitted, for_python, is_array
from airflow_dre.sql.names import column
from airflow_dre.sql.predicates import conditions_of_key, has_all, has_value, literal, require_supported
from airflow_dre.sql.raw import read_metric, read_rows
from airflow_dre.sql.rendering import by_value
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import split_of
from airflow_dre.values.sketches import KEPT_HASHES

_ONE = exp.Literal.number(1)
_ANY = Decimal(0)


@singledispatch
def query_of(metric: Metric, scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return the SELECT that answers ``metric``.

    :param by: a column: the first column of each row is then its value.
    :raises DefinitionError: SQL of the Dag author is invalid.
    """
    raise TypeError(f"{type(metric).__name__} has no SELECT of its own")


def _segment(by: GroupBy | None, scope: Scope) -> list[exp.Expr]:
    return [] if by is None else [exp.alias_(split_of(by, scope.dialect), "segment", quoted=False)]


def _with_value(metric: ColumnMetric, scope: Scope) -> list[exp.Expr | None]:
    return [filter_of(metric, scope.dialect), has_value(metric.column)]


def _splits(by: GroupBy | None, scope: Scope) -> list[exp.Expr]:
    return [] if by is None else [split_of(by, scope.dialect)]


def _outer(by: GroupBy | None) -> list[exp.Expr]:
    return [] if by is None else [exp.column("segment")]


def _groups(metric: Metric, key: Sequence[str], scope: Scope, by: GroupBy | None, *, several: bool = False) -> exp.Subquery:
    """Return the sizes ``n`` of the groups of rows with the same key."""
    size = exp.Count(this=exp.Star())
    complete = conditions_of_key(key, incomplete_of(metric, scope.dialect))
    grouped = scope.select(*_segment(by, scope), exp.alias_(size, "n"), extra=[filter_of(metric, scope.dialect), *complete])
    grouped = grouped.group_by(*_splits(by, scope), *[column(name) for name in key])
    if several:
        grouped = grouped.having(exp.GT(this=size.copy(), expression=_ONE.copy()))
    return grouped.subquery("groups_of_rows")


def incomplete_of(metric: Metric, dialect: Dialect) -> Nulls:
    """Return which incomplete keys count for a metric."""
    return metric.incomplete if isinstance(metric, DuplicateCount) and dialect.types.kinds_apart else Nulls.SKIP


def _summed(columns: Sequence[exp.Expr], source: exp.Subquery, by: GroupBy | None) -> exp.Select:
    query = exp.select(*_outer(by), *columns).from_(source)
    return query if by is None else query.group_by(*_outer(by))


def _or_zero(total: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=total, expressions=[exp.Literal.number(0)])


def key_groups(metrics: Sequence[DuplicateCount | DistinctCount], scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return the metrics of one key and filter, from one grouping."""
    first = metrics[0]
    several = all(isinstance(metric, DuplicateCount) for metric in metrics)
    n = exp.column("n")
    columns: list[exp.Expr] = []
    for metric in metrics:
        if isinstance(metric, DistinctCount):
            columns.append(exp.Count(this=exp.Star()))
        elif several:
            columns.append(_or_zero(exp.Sum(this=n.copy())))
        else:
            repeated = exp.Case().when(exp.GT(this=n.copy(), expression=_ONE.copy()), n.copy())
            columns.append(_or_zero(exp.Sum(this=repeated)))
    return _summed(columns, _groups(first, first.columns, scope, by, several=several), by)


def sorted_quantiles(metrics: Sequence[Quantile], scope: Scope, by: GroupBy | None) -> exp.Select:
    """Return all quantiles from one pass, those of the same values from one sort."""
    sorts: dict[Quantile, list[Quantile]] = {}
    for metric in metrics:
        sorts.setdefault(replace(metric, at=_ANY), []).append(metric)
    inner: list[exp.Expr] = []
    picked: dict[Quantile, exp.Expr] = {}
    for number, group in enumerate(sorts.values()):
        if is_array(group[0].column, scope):
            inner += [
                exp.alias_(percentile(metric, exp.Literal.number(str(metric.at)), scope), f"q{number}_{index}")
                for index, metric in enumerate(group)
            ]
            picked |= {metric: exp.column(f"q{number}_{index}") for index, metric in enumerate(group)}
            continue
        shares = exp.Array(expressions=[exp.Literal.number(str(metric.at)) for metric in group])
        inner.append(exp.alias_(percentile(group[0], shares, scope), f"q{number}"))
        for index, metric in enumerate(group, start=1):
            picked[metric] = exp.Bracket(this=exp.column(f"q{number}"), expressions=[exp.Literal.number(index)], offset=1)
    sorted_once = scope.select(*_segment(by, scope), *inner)
    if by is not None:
        sorted_once = sorted_once.group_by(split_of(by, scope.dialect))
    columns = [exp.alias_(for_python(picked[metric], metric.column, scope), f"m{index}") for index, metric in enumerate(metrics)]
    return exp.select(*_outer(by), *columns).from_(sorted_once.subquery("sorted"))


@query_of.register
def _(metric: Sketch, scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return the smallest of the different hashes, joined into one text."""
    hashed = require_supported(scope.dialect.aggregates.hash, "check distinct_count", "approximate", True)(
        [column(name) for name in metric.columns]
    )
    keys = scope.select(
        *_segment(by, scope), exp.alias_(hashed, "h"), extra=[filter_of(metric, scope.dialect), *has_all(metric.columns)]
    ).distinct()
    place = exp.Window(this=exp.RowNumber(), partition_by=_outer(by), order=by_value(exp.column("h")))
    ranked = exp.select(*_outer(by), "h", exp.alias_(place, "place")).from_(keys.subquery("hashes"))
    smallest = exp.LTE(this=exp.column("place"), expression=exp.Literal.number(KEPT_HASHES))
    strung = exp.GroupConcat(this=exp.cast(exp.column("h"), "TEXT"), separator=exp.Literal.string(","))
    query = exp.select(*_outer(by), exp.alias_(strung, "sketch")).from_(ranked.subquery("ranked")).where(smallest)
    return query if by is None else query.group_by(*_outer(by))


@query_of.register
def _(metric: OrphanCount, scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return an anti-join: rows of the child without a parent.

    Every database reads either table once, whatever their sizes.
    """
    parent = exp.alias_(names.quoted_table(names.split_table(metric.parent, "check foreign_key", "to")), "parent", table=True)
    keys = [exp.alias_(column(name), f"k{index}") for index, name in enumerate(metric.columns)]
    child = scope.select(*_segment(by, scope), *keys, extra=[filter_of(metric, scope.dialect), *has_all(metric.columns)])
    found = [exp.Column(this=names.quoted(name), table=exp.to_identifier("parent")) for name in metric.parent_columns]
    same = [exp.EQ(this=name, expression=exp.column(f"k{index}", table="child")) for index, name in enumerate(found)]
    segment = [] if by is None else [exp.column("segment", table="child")]  # the parent may have a column of that name
    query = exp.select(*segment, exp.Count(this=exp.Star())).from_(child.subquery("child"))
    query = query.join(parent, on=exp.and_(*same), join_type="left").where(exp.Is(this=found[0].copy(), expression=exp.Null()))
    return query.group_by(*segment) if segment else query


@query_of.register
def _(metric: StepCount, scope: Scope, by: GroupBy | None) -> exp.Expr:
    value = column(metric.column)
    window = exp.Window(
        this=exp.Lag(this=value.copy()),
        partition_by=_splits(by, scope),
        order=exp.Order(expressions=[exp.Ordered(this=column(name)) for name in metric.order_by]),
    )
    inner = scope.select(
        *_segment(by, scope),
        exp.alias_(value, "v"),
        exp.alias_(window, "v_before"),
        extra=_with_value(metric, scope),
    )
    kinds: dict[tuple[bool, bool], type[exp.Binary]] = {
        (True, False): exp.LT,
        (True, True): exp.LTE,
        (False, False): exp.GT,
        (False, True): exp.GTE,
    }
    wrong = kinds[metric.rising, metric.strictly](this=exp.column("v"), expression=exp.column("v_before"))
    return _summed([count_if(scope.dialect, wrong)], inner.subquery("steps"), by)


def most_common_query(metrics: Sequence[MostCommon], scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return the most common values of one column from one grouping, with a column for each list that shows whether it holds the value."""
    first = metrics[0]
    value, size = column(first.column), exp.Count(this=exp.Star())
    grouped = scope.select(
        *_segment(by, scope),
        exp.alias_(value, "v"),
        exp.alias_(size, "n"),
        extra=_with_value(first, scope),
    )
    grouped = grouped.group_by(*_splits(by, scope), column(first.column))
    most = exp.Window(this=exp.Max(this=exp.column("n")), partition_by=_outer(by))
    ranked = exp.select(*_outer(by), "v", "n", exp.alias_(most, "most")).from_(grouped.subquery("frequencies"))
    known = [_is_known(metric, scope) for metric in metrics]
    return (
        exp.select(*_outer(by), for_python(exp.column("v"), first.column, scope), "n", *known)
        .from_(ranked.subquery("ranked"))
        .where(exp.EQ(this=exp.column("n"), expression=exp.column("most")))
    )


def _is_known(metric: MostCommon, scope: Scope) -> exp.Expr:
    """Return 1 where the value ``v`` is one of a list, as the database sees it, and otherwise 0."""
    zero = exp.Literal.number(0)
    rule = fitted(OneOf(column=metric.column, values=metric.known, by_kind=metric.by_kind), scope)
    if not rule.values:
        return zero
    listed = exp.In(this=exp.column("v"), expressions=[literal(one, scope.dialect) for one in rule.values])
    return exp.Case().when(listed, _ONE.copy()).else_(zero)


@query_of.register
def _(metric: Periods, scope: Scope, by: GroupBy | None) -> exp.Expr:
    start = scope.dialect.start_of(column(metric.column), metric.unit)
    query = scope.select(*_segment(by, scope), exp.alias_(start, "period"), extra=_with_value(metric, scope))
    return query.distinct()


@query_of.register
def _(metric: Quantile, scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return a quantile from numbered rows, for databases without such an aggregate.

    PERCENTILE_CONT lies at row 1 + at * (n - 1) and is interpolated between its neighbours; PERCENTILE_DISC is the first row whose
    number is at least at * n (ISO/IEC 9075-2, inverse distribution functions).
    """
    value, segment = column(metric.column), _splits(by, scope)
    number = exp.Window(this=exp.RowNumber(), partition_by=segment, order=by_value(value.copy()))
    size = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[item.copy() for item in segment])
    inner = scope.select(
        *_segment(by, scope),
        exp.alias_(value, "v"),
        exp.alias_(number, "place"),
        exp.alias_(size, "n"),
        extra=_with_value(metric, scope),
    )
    share, n, place = exp.Literal.number(str(metric.at)), exp.column("n"), exp.column("place")
    if metric.interpolate:
        distance = exp.Abs(
            this=exp.Sub(
                this=place,
                expression=exp.paren(_plus_one(exp.Mul(this=share, expression=exp.paren(exp.Sub(this=n, expression=_ONE.copy()))))),
            )
        )
        weight = exp.paren(exp.Sub(this=_ONE.copy(), expression=distance))
        near = exp.LT(this=distance.copy(), expression=_ONE.copy())
        picked: exp.Expr = exp.Sum(this=exp.Case().when(near, exp.Mul(this=exp.cast(exp.column("v"), "DOUBLE"), expression=weight)))
    else:
        reached = exp.GTE(this=place, expression=exp.Mul(this=share, expression=n))
        picked = exp.Min(this=exp.Case().when(reached, exp.column("v")))
    picked = for_python(picked, metric.column, scope)
    return _summed([picked], inner.subquery("numbered"), by)


@query_of.register
def _(metric: Variance, scope: Scope, by: GroupBy | None) -> exp.Expr:
    """Return each value's distance from the mean of its own segment, not of all rows, whose digits would cover those of a small segment."""
    value, segment = column(metric.column), _splits(by, scope)
    mean = exp.Window(this=exp.Avg(this=value.copy()), partition_by=segment)
    distance = exp.Mul(this=exp.Literal.number("1.0"), expression=exp.paren(exp.Sub(this=value, expression=mean)))
    inner = scope.select(*_segment(by, scope), exp.alias_(distance, "d"), extra=_with_value(metric, scope))
    return _summed([variance_of(exp.column("d"))], inner.subquery("distances"), by)


def _plus_one(value: exp.Expr) -> exp.Expr:
    return exp.Add(this=_ONE.copy(), expression=value)


@query_of.register
def _(metric: TableColumns, scope: Scope, by: GroupBy | None) -> exp.Expr:
    columns = require_supported(
        scope.dialect.catalogue.columns, "check schema_is, schema_unchanged or column_count", "table", ".".join(scope.table)
    )
    if scope.readings is None:
        return columns(scope.table)
    names = [exp.Literal.string(name) for name in scope.readings.columns]
    guessed = exp.In(this=exp.column("column_name"), expressions=names) if names else exp.false()
    return exp.select("column_name", "column_type", exp.alias_(guessed, "guessed")).from_(exp.Subquery(this=columns(scope.table)))


@query_of.register
def _(metric: TableConstraints, scope: Scope, by: GroupBy | None) -> exp.Expr:
    if scope.dialect.catalogue.constraints is None:
        return exp.select(exp.Null(), exp.Null(), exp.Null()).where(exp.false())
    return scope.dialect.catalogue.constraints(scope.table)


@query_of.register
def _(metric: FailedRowCount, scope: Scope, by: GroupBy | None) -> exp.Expr:
    written = read_rows(metric.sql, scope.dialect.name, "check failed_rows_sql")
    return written.selected_from("failed_rows", lambda rows: scope.dialect.rewrite(exp.select(exp.Count(this=exp.Star())).from_(rows)))


@query_of.register
def _(metric: SqlMetric, scope: Scope, by: GroupBy | None) -> exp.Expr:
    written = read_metric(metric.sql, scope.dialect.name, "check metric_sql")
    if not isinstance(written.tree, exp.Query):
        query = scope.select(*_segment(by, scope), written.sql(), extra=[filter_of(metric, scope.dialect)])
        return query if by is None else query.group_by(split_of(by, scope.dialect))
    whole = {"where": metric.where, "by": by}
    problems = [
        Problem("check metric_sql", argument, value, f"no {argument} together with a whole SELECT: write it into the SELECT")
        for argument, value in whole.items()
        if value is not None
    ]
    if problems:
        raise DefinitionError(problems)
    # A statement of SQLite begins with no parenthesis, which a query of one value may be put into.
    return exp.select(written.in_parentheses()) if isinstance(written.tree, exp.Subquery) else written.sql()
