"""Each metric that shares a scan, as an expression in its SELECT."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import singledispatch

from sqlglot import exp

from airflow_dre.checks.metrics import (
    DistinctCount,
    KeyCount,
    Maximum,
    MaximumOf,
    Mean,
    Metric,
    Minimum,
    OtherRowCount,
    Quantile,
    RepeatCount,
    RowCount,
    SqlMetric,
    Total,
    Unreadable,
    ValueCount,
    Variance,
    Violations,
)
from airflow_dre.checks.rule import Nulls
from airflow_dre.checks.rules import HasNoValue, HasValue
from airflow_dre.checks.senses import Sense
from airflow_dre.sql import names
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.fitting import fitted, for_python, has_no_extremes, numeric_value
from airflow_dre.sql.names import column
from airflow_dre.sql.predicates import has_all, violation_of
from airflow_dre.sql.raw import read_condition, read_metric, read_row_expression
from airflow_dre.sql.scope import Scope


def filter_of(metric: Metric, dialect: Dialect) -> exp.Expr | None:
    """Return the check's own row filter."""
    if metric.where is None:
        return None
    return read_condition(metric.where, dialect.name, "check", "where").in_parentheses()


def all_of(*conditions: exp.Expr | None) -> exp.Expr:
    """Return the condition that all conditions are met, those left out that are absent."""
    return exp.and_(*[condition for condition in conditions if condition is not None])


def count_if(dialect: Dialect, *conditions: exp.Expr | None) -> exp.Expr:
    """Return the number of rows that meet every condition."""
    if dialect.aggregates.filter_clause:
        return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=all_of(*conditions)))
    return exp.Count(this=exp.Case().when(all_of(*conditions), exp.Literal.number(1)))


def value_if(keep: exp.Expr | None, value: exp.Expr) -> exp.Expr:
    """Return a value in the rows that meet a condition, elsewhere NULL."""
    return value if keep is None else exp.Case().when(keep, value)


@singledispatch
def expression(metric: Metric, scope: Scope) -> exp.Expr:
    """Return the aggregate that answers ``metric`` over the rows of a scan.

    :raises DefinitionError: the database does not support the metric, or SQL of the Dag author is invalid.
    """
    raise TypeError(f"{type(metric).__name__} has no expression for {scope.dialect.name}")


@expression.register
def _(metric: RowCount, scope: Scope) -> exp.Expr:
    keep = filter_of(metric, scope.dialect)
    return exp.Count(this=exp.Star()) if keep is None else count_if(scope.dialect, keep)


@expression.register
def _(metric: ValueCount, scope: Scope) -> exp.Expr:
    keep = filter_of(metric, scope.dialect)
    if keep is None and not scope.dialect.aggregates.nulls_by_filter:
        return exp.Count(this=column(metric.column))
    if keep is None:
        nulls = expression(Violations(rule=HasValue(column=metric.column)), scope)
        return exp.Sub(this=exp.Count(this=exp.Star()), expression=nulls)
    return count_if(scope.dialect, keep, *has_all([metric.column]))


@expression.register
def _(metric: KeyCount, scope: Scope) -> exp.Expr:
    present = has_all(metric.columns)
    if metric.nulls is Nulls.SKIP_ALL:
        present = [exp.paren(exp.or_(*present))]
    return count_if(scope.dialect, filter_of(metric, scope.dialect), *present)


@expression.register
def _(metric: Violations, scope: Scope) -> exp.Expr:
    keep = filter_of(metric, scope.dialect)
    if keep is None and isinstance(metric.rule, HasValue) and not scope.dialect.aggregates.nulls_by_filter:
        return exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Count(this=column(metric.rule.column)))
    if keep is None and isinstance(metric.rule, HasNoValue):
        return exp.Count(this=column(metric.rule.column))
    return count_if(scope.dialect, keep, violation_of(fitted(metric.rule, scope), scope.dialect))


@expression.register
def _(metric: Unreadable, scope: Scope) -> exp.Expr:
    if scope.readings is None or scope.readings.unreadable is None:
        raise TypeError(f"the type of {metric.column} was not guessed")
    text = scope.readings.name_of(metric.column, Sense.TEXT, of_value=False)
    return count_if(scope.dialect, filter_of(metric, scope.dialect), scope.readings.unreadable(text, metric.as_type))


def _aggregate(metric: Minimum | Maximum | Mean | Total | Variance, scope: Scope, function: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    value: exp.Expr = column(metric.column)
    if isinstance(metric, (Mean, Total, Variance)):
        value = numeric_value(value, metric.column, scope)
    return function(value_if(filter_of(metric, scope.dialect), value))


def _extreme(metric: Minimum | Maximum, scope: Scope, function: type[exp.AggFunc], share: str) -> exp.Expr:
    """Return MIN or MAX, or the quantile that is the same where they do not take the type."""
    if not has_no_extremes(metric.column, scope):
        return _aggregate(metric, scope, lambda value: function(this=value))
    at = exp.Literal.number(share)
    return percentile(Quantile(column=metric.column, at=Decimal(share), interpolate=False, where=metric.where), at, scope)


@expression.register
def _(metric: Minimum, scope: Scope) -> exp.Expr:
    return for_python(_extreme(metric, scope, exp.Min, "0"), metric.column, scope)


@expression.register
def _(metric: Maximum, scope: Scope) -> exp.Expr:
    return for_python(_extreme(metric, scope, exp.Max, "1"), metric.column, scope)


@expression.register
def _(metric: MaximumOf, scope: Scope) -> exp.Expr:
    value = read_row_expression(metric.sql, scope.dialect.name, "newest timestamp", "expression").in_parentheses()
    return exp.Max(this=value_if(filter_of(metric, scope.dialect), value))


@expression.register
def _(metric: Mean, scope: Scope) -> exp.Expr:
    if scope.type_of(metric.column) not in scope.dialect.aggregates.sums_small_integers:
        return _aggregate(metric, scope, scope.dialect.aggregates.mean)
    rows = expression(RowCount(where=metric.where), scope)
    nulls = expression(Violations(rule=HasValue(column=metric.column), where=metric.where), scope)
    total = exp.cast(_aggregate(metric, scope, scope.dialect.aggregates.total), "NUMERIC")
    values = exp.Anonymous(this="NULLIF", expressions=[exp.Sub(this=rows, expression=nulls), exp.Literal.number(0)])
    return exp.Div(this=total, expression=values)


@expression.register
def _(metric: Total, scope: Scope) -> exp.Expr:
    total = _aggregate(metric, scope, scope.dialect.aggregates.total)
    if metric.by_kind and scope.dialect.types.kinds_apart:
        return exp.Coalesce(this=total, expressions=[exp.Literal.number(0)])
    return total


@expression.register
def _(metric: Variance, scope: Scope) -> exp.Expr:
    if scope.dialect.aggregates.variance is not None:
        return _aggregate(metric, scope, scope.dialect.aggregates.variance)
    return _variance_of_sums(metric, scope)


def _variance_of_sums(metric: Variance, scope: Scope) -> exp.Expr:
    """Return the variance from the sums of d and d^2, where d is the distance from the mean of the same rows.

    (sum(d^2) - sum(d)^2 / n) / (n - 1); without the shift by the mean, large values would cancel each other's digits
    (T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance", 1983).
    """
    keep = filter_of(metric, scope.dialect)
    middle = scope.select(exp.Avg(this=column(metric.column)), extra=[keep]).subquery()
    shifted = exp.paren(exp.Sub(this=column(metric.column), expression=middle))
    shifted = exp.paren(exp.Mul(this=exp.Literal.number("1.0"), expression=shifted))
    return variance_of(value_if(keep, shifted))


def variance_of(d: exp.Expr) -> exp.Expr:
    """Return the variance of values, from their distances ``d`` from their mean."""
    n, total = exp.Count(this=d), exp.Sum(this=d.copy())
    squares = exp.Sum(this=exp.Mul(this=d.copy(), expression=d.copy()))
    square_of_sum = exp.Div(this=exp.Mul(this=total, expression=total.copy()), expression=n)
    below = exp.Anonymous(this="NULLIF", expressions=[exp.Sub(this=n.copy(), expression=exp.Literal.number(1)), exp.Literal.number(0)])
    return exp.Div(this=exp.paren(exp.Sub(this=squares, expression=square_of_sum)), expression=below)


@expression.register
def _(metric: Quantile, scope: Scope) -> exp.Expr:
    return for_python(percentile(metric, exp.Literal.number(str(metric.at)), scope), metric.column, scope)


def percentile(metric: Quantile, share: exp.Expr, scope: Scope) -> exp.Expr:
    """Return the quantile of a share, or the quantiles of an array of shares."""
    kind = exp.PercentileCont if metric.interpolate else exp.PercentileDisc
    inner = numeric_value(column(metric.column), metric.column, scope) if metric.interpolate else column(metric.column)
    value = value_if(filter_of(metric, scope.dialect), inner)
    return exp.WithinGroup(this=kind(this=share), expression=exp.Order(expressions=[exp.Ordered(this=value)]))


@expression.register
def _(metric: DistinctCount, scope: Scope) -> exp.Expr:
    (name,) = metric.columns
    return exp.Count(this=exp.Distinct(expressions=[value_if(filter_of(metric, scope.dialect), column(name))]))


@expression.register
def _(metric: RepeatCount, scope: Scope) -> exp.Expr:
    if scope.dialect.aggregates.fingerprint is None:
        raise TypeError(f"{scope.dialect.name} takes no fingerprints")
    names_of_key: list[exp.Expr] = [column(name) for name in metric.columns]
    fingerprint = names_of_key[0] if len(names_of_key) == 1 else scope.dialect.aggregates.fingerprint(names_of_key)
    complete = all_of(filter_of(metric, scope.dialect), *has_all(metric.columns))
    different = exp.Filter(this=exp.Count(this=exp.Distinct(expressions=[fingerprint])), expression=exp.Where(this=complete))
    return exp.Sub(this=count_if(scope.dialect, complete.copy()), expression=different)


@expression.register
def _(metric: OtherRowCount, scope: Scope) -> exp.Expr:
    other = names.split_table(metric.table, "check row_count", "same_as")
    return exp.select(exp.Count(this=exp.Star())).from_(names.quoted_table(other)).subquery()


@expression.register
def _(metric: SqlMetric, scope: Scope) -> exp.Expr:
    return read_metric(metric.sql, scope.dialect.name, "check metric_sql").sql()
