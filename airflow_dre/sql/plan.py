"""The plan of a suite, in which metrics that can share a scan are in one SELECT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard, TypeVar

from sqlglot import exp

from airflow_dre.checks.metrics import (
    DistinctCount,
    DuplicateCount,
    GroupBy,
    Metric,
    MostCommon,
    OtherRowCount,
    PerSegment,
    Quantile,
    RepeatCount,
    SqlMetric,
    Variance,
)
from airflow_dre.checks.segments import MOST
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.expressions import expression
from airflow_dre.sql.queries import incomplete_of, key_groups, most_common_query, query_of, sorted_quantiles
from airflow_dre.sql.raw import read_metric
from airflow_dre.sql.readings import by_as_read, metric_as_read
from airflow_dre.sql.scope import Scope
from airflow_dre.sql.splits import split_of

M = TypeVar("M", bound=Metric)
MOST_ROWS = 200_000
"""Most rows of a list, such as the days of :func:`~airflow_dre.checks.no_gaps`: nine times the hours of 2.5 years."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and, column by column, the metrics it answers."""

    sql: str
    metrics: tuple[Metric, ...]
    by: GroupBy | None = None
    """The column, or the expression, whose values come first in each of its rows. None: it returns one row, or the rows of one list."""
    branches: bool = False
    """It returns a row for each count of keys: its index and the count. Quantiles are last among the metrics, in a row without an index."""

    @property
    def lists(self) -> bool:
        """True where all of its rows answer its metrics. Each of several metrics of one column has a last column of its own."""
        return self.metrics[0].lists_rows

    @property
    def looks_up(self) -> bool:
        """True where it reads only the catalogue, and no row of a table."""
        return self.metrics[0].reads_catalogue

    @property
    def most_rows(self) -> int:
        """Most rows that are fetched. One row above the limit shows that there are too many."""
        if self.lists:
            return MOST_ROWS + 1
        if self.branches:
            return len(self.metrics)
        if self.by is None:  # a SELECT of the Dag author may return more than the one row that is wanted
            return 2 if isinstance(self.metrics[0], SqlMetric) else 1
        return MOST + 1


def plan(metrics: Iterable[Metric], scope: Scope) -> tuple[Statement, ...]:
    """Return the fewest statements that answer ``metrics``: each metric is queried once, however many checks need it.

    :raises DefinitionError: SQL of the Dag author is invalid, or the database does not support a metric.
    """
    found: list[Statement] = []
    for split, asked in _by_segment(metrics).items():
        by, statements = by_as_read(split, scope.readings), list[Statement]()
        shared = [metric for metric in asked if shares_scan(metric, scope.dialect, by)]
        for batch in _batches(shared, scope.dialect.limits.columns - (by is not None)):
            statements += _scans(batch, scope, by)
        sorting = [metric for metric in asked if _sorts_apart(metric, scope.dialect)]
        distinct = [metric for metric in asked if by is None and _counts_distinct(metric, scope.dialect)]
        statements += _sorts(sorting, distinct, scope, by)
        keyed: dict[tuple[object, ...], list[DuplicateCount | DistinctCount]] = {}
        frequent: dict[tuple[str, str | None], list[MostCommon]] = {}
        for metric in asked:
            if metric in (*shared, *sorting, *distinct):
                continue
            if isinstance(metric, (DuplicateCount, DistinctCount)):
                keyed.setdefault((metric.columns, metric.where, incomplete_of(metric, scope.dialect)), []).append(metric)
            elif isinstance(metric, MostCommon):
                frequent.setdefault((metric.column, metric.where), []).append(metric)
            else:
                statements.append(_statement(query_of(metric_as_read(metric, scope.readings), scope, by), [metric], scope, by))
        for key in keyed.values():
            as_read = [metric_as_read(metric, scope.readings) for metric in key]
            statements.append(_statement(key_groups(as_read, scope, by), key, scope, by))
        for group in frequent.values():
            for batch in _batches(group, scope.dialect.limits.columns - 3):
                read = [metric_as_read(metric, scope.readings) for metric in batch]
                statements.append(_statement(most_common_query(read, scope, by), batch, scope, by))
        found += statements if by == split else [replace(statement, by=split) for statement in statements]
    return tuple(found)


def _expression(metric: Metric, scope: Scope) -> exp.Expr:
    return expression(metric_as_read(metric, scope.readings), scope)


def scan(metrics: Sequence[Metric], scope: Scope, by: GroupBy | None = None) -> Statement:
    """Return one pass over the rows that answers all of ``metrics``, for each value of ``by``."""
    columns = [exp.alias_(_expression(metric, scope), f"m{index}", copy=False) for index, metric in enumerate(metrics)]
    if all(isinstance(metric, OtherRowCount) for metric in metrics):
        return _statement(exp.select(*columns), metrics, scope, by)  # without an aggregate it would return a row for each row, or no row
    if by is None:
        return _statement(scope.select(*columns), metrics, scope, by)
    split = split_of(by, scope.dialect)
    return _statement(scope.select(exp.alias_(split, "segment"), *columns).group_by(split.copy(), copy=False), metrics, scope, by)


def quantiles(metrics: Sequence[Quantile], scope: Scope, by: GroupBy | None = None) -> Statement:
    """Return one pass that sorts each column once, whatever the number of its quantiles."""
    return _statement(_sorted(metrics, scope, by), metrics, scope, by)


def _sorted(metrics: Sequence[Quantile], scope: Scope, by: GroupBy | None) -> exp.Select:
    return sorted_quantiles([metric_as_read(metric, scope.readings) for metric in metrics], scope, by)


def _sorts(sorting: Sequence[Quantile], distinct: Sequence[Metric], scope: Scope, by: GroupBy | None) -> list[Statement]:
    """Return the metrics that sort as branches of one statement, each with a worker of its own: counts of keys, and all quantiles."""
    if not distinct:
        return [quantiles(sorting, scope, by)] if sorting else []
    if len(distinct) == 1 and not sorting:
        return [scan(distinct, scope)]
    nothing = [exp.Null() for _ in sorting]
    parts = [
        scope.select(exp.alias_(exp.Literal.number(index), "place"), exp.alias_(_expression(metric, scope), "keys"), *nothing)
        for index, metric in enumerate(distinct)
    ]
    if sorting:  # first, since there the columns of a UNION get their types
        unknown = [exp.alias_(exp.cast(exp.Null(), kind), name) for kind, name in (("INT", "place"), ("BIGINT", "keys"))]
        found = [exp.column(f"m{index}") for index in range(len(sorting))]
        parts.insert(0, exp.select(*unknown, *found).from_(_sorted(sorting, scope, None).subquery("quantiles")))
    whole: exp.Expr = parts[0]
    for part in parts[1:]:
        whole = exp.Union(this=whole, expression=part, distinct=False)
    return [Statement(scope.render(whole), (*distinct, *sorting), branches=True)]


def _scans(metrics: Sequence[Metric], scope: Scope, by: GroupBy | None) -> list[Statement]:
    """Return one pass, or as many as the length of a statement demands."""
    whole, middle = scan(metrics, scope, by), len(metrics) // 2
    longest = scope.dialect.limits.bytes
    if longest is None or middle == 0 or len(whole.sql.encode()) <= longest:
        return [whole]
    return [*_scans(metrics[:middle], scope, by), *_scans(metrics[middle:], scope, by)]


def one(metric: Metric, scope: Scope, by: GroupBy | None = None) -> Statement:
    """Return the statement of one metric."""
    (statement,) = plan([metric if by is None else PerSegment(by=by, metric=metric)], scope)
    return statement


def probe(scope: Scope) -> str:
    """Return a statement that reads no row and fails where the table or the row filter of the suite is wrong."""
    never = exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
    return scope.render(scope.select(exp.Literal.number(1), extra=[never]))


def _statement(query: exp.Expr, metrics: Sequence[Metric], scope: Scope, by: GroupBy | None) -> Statement:
    statement = Statement("", tuple(metrics), by)
    if (statement.lists or by is not None) and isinstance(query, exp.Select):
        query = query.limit(statement.most_rows, copy=False)
    return Statement(scope.render(query), tuple(metrics), by)


def _by_segment(metrics: Iterable[Metric]) -> dict[GroupBy | None, list[Metric]]:
    """Return the metrics by the column that splits the rows, each metric once."""
    found: dict[GroupBy | None, dict[Metric, None]] = {}
    for metric in metrics:
        if isinstance(metric, PerSegment):
            found.setdefault(metric.by, {})[metric.metric] = None
        elif not metric.reads_history:
            found.setdefault(None, {})[metric] = None
    return {by: list(asked) for by, asked in found.items()}


def _batches(metrics: Sequence[M], size: int) -> list[Sequence[M]]:
    return [metrics[start : start + size] for start in range(0, len(metrics), size)]


def shares_scan(metric: Metric, dialect: Dialect, by: GroupBy | None) -> bool:
    """Return whether a metric shares the common scan."""
    match metric:
        case Quantile():
            return dialect.aggregates.quantile_is_aggregate and not dialect.aggregates.sorts_apart
        case Variance():
            return dialect.aggregates.variance is not None or by is None
        case SqlMetric(sql=sql, where=where):
            return where is None and not isinstance(read_metric(sql, dialect.name, "check metric_sql").tree, exp.Query)
        case _:
            return metric.shares_scan


def _sorts_apart(metric: Metric, dialect: Dialect) -> TypeGuard[Quantile]:
    return isinstance(metric, Quantile) and dialect.aggregates.quantile_is_aggregate and dialect.aggregates.sorts_apart


def _counts_distinct(metric: Metric, dialect: Dialect) -> bool:
    """Return whether COUNT(DISTINCT ...) counts different keys."""
    if dialect.aggregates.fingerprint is None:
        return False
    return isinstance(metric, RepeatCount) or (isinstance(metric, DistinctCount) and len(metric.columns) == 1)
