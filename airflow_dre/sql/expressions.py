"""Each metric as an expression in the SELECT of a scan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatch

from sqlglot import exp

from airflow_dre.checks.metrics import (
    KeyCount,
    Literal,
    Maximum,
    Mean,
    Metric,
    Minimum,
    NotInSetCount,
    NullCount,
    OutsideCount,
    RowCount,
    SqlMetric,
    UnmetCount,
    ValueCount,
)
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.names import column
from airflow_dre.sql.raw import read_condition, read_metric


def literal(value: Literal, dialect: Dialect) -> exp.Expr:
    """A value of a Dag author as a literal of the database."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, (int, float, Decimal)):
        return exp.convert(value)
    if isinstance(value, str):
        return exp.Literal.string(value)
    text = value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if dialect.dates_are_text:
        return exp.Literal.string(text)
    kind = _date_kind(value)
    return exp.cast(exp.Literal.string(text), kind)


def _date_kind(value: date) -> str:
    if not isinstance(value, datetime):
        return "DATE"
    return "TIMESTAMP" if value.tzinfo is None else "TIMESTAMPTZ"


def filter_of(metric: Metric, dialect: Dialect) -> exp.Expr | None:
    """The check's own row filter."""
    if metric.where is None:
        return None
    return exp.paren(read_condition(metric.where, dialect.name, "check", "where"))


def _both(*conditions: exp.Expr | None) -> exp.Expr:
    return exp.and_(*[condition for condition in conditions if condition is not None])


def _count(*conditions: exp.Expr | None) -> exp.Expr:
    return exp.Count(this=exp.Case().when(_both(*conditions), exp.Literal.number(1)))


@singledispatch
def expression(metric: Metric, dialect: Dialect) -> exp.Expr:
    """The aggregate that answers ``metric`` over the rows of a scan; a kind of metric without one is a mistake in this module."""
    raise TypeError(f"{type(metric).__name__} has no expression for {dialect.name}")


@expression.register
def _(metric: RowCount, dialect: Dialect) -> exp.Expr:
    keep = filter_of(metric, dialect)
    return exp.Count(this=exp.Star()) if keep is None else _count(keep)


@expression.register
def _(metric: ValueCount, dialect: Dialect) -> exp.Expr:
    keep = filter_of(metric, dialect)
    if keep is None:
        return exp.Count(this=column(metric.column))
    return _count(keep, _has_value(metric.column))


@expression.register
def _(metric: NullCount, dialect: Dialect) -> exp.Expr:
    keep = filter_of(metric, dialect)
    if keep is None:
        return exp.Sub(this=exp.Count(this=exp.Star()), expression=exp.Count(this=column(metric.column)))
    return _count(keep, exp.Is(this=column(metric.column), expression=exp.Null()))


@expression.register
def _(metric: OutsideCount, dialect: Dialect) -> exp.Expr:
    low, high = literal(metric.low, dialect), literal(metric.high, dialect)
    inside = exp.Between(this=column(metric.column), low=low, high=high)
    return _count(filter_of(metric, dialect), exp.Not(this=inside))


@expression.register
def _(metric: NotInSetCount, dialect: Dialect) -> exp.Expr:
    values = [literal(value, dialect) for value in metric.values]
    return _count(filter_of(metric, dialect), exp.Not(this=exp.In(this=column(metric.column), expressions=values)))


@expression.register
def _(metric: UnmetCount, dialect: Dialect) -> exp.Expr:
    condition = read_condition(metric.condition, dialect.name, "check rows", "condition")
    return _count(filter_of(metric, dialect), exp.Not(this=exp.paren(condition)))


@expression.register
def _(metric: KeyCount, dialect: Dialect) -> exp.Expr:
    return _count(filter_of(metric, dialect), *[_has_value(name) for name in metric.columns])


def _has_value(name: str) -> exp.Expr:
    return exp.Not(this=exp.Is(this=column(name), expression=exp.Null()))


def _aggregate(metric: Minimum | Maximum | Mean, dialect: Dialect, function: Callable[..., exp.Expr]) -> exp.Expr:
    keep = filter_of(metric, dialect)
    value: exp.Expr = column(metric.column)
    return function(this=value if keep is None else exp.Case().when(keep, value))


@expression.register
def _(metric: Minimum, dialect: Dialect) -> exp.Expr:
    return _aggregate(metric, dialect, exp.Min)


@expression.register
def _(metric: Maximum, dialect: Dialect) -> exp.Expr:
    return _aggregate(metric, dialect, exp.Max)


@expression.register
def _(metric: Mean, dialect: Dialect) -> exp.Expr:
    return _aggregate(metric, dialect, exp.Avg)


@expression.register
def _(metric: SqlMetric, dialect: Dialect) -> exp.Expr:
    return read_metric(metric.sql, dialect.name, "check metric_sql")
