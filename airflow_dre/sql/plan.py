"""From the metrics of a suite to statements: everything that can share a scan travels in one SELECT."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from airflow_dre.checks.metrics import DuplicateCount, Metric, SqlMetric
from airflow_dre.errors import DefinitionError, Problem
from airflow_dre.sql import names
from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.expressions import expression, filter_of
from airflow_dre.sql.raw import read_condition, read_metric


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT and, column by column, the metrics it answers."""

    sql: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a suite looks at."""

    table: tuple[str, ...]
    where: str | None
    dialect: Dialect

    def condition(self) -> exp.Expr | None:
        """The row filter of the suite as a tree."""
        if self.where is None:
            return None
        return exp.paren(read_condition(self.where, self.dialect.name, "suite", "where"))

    def select(self, *columns: exp.Expr, extra: Iterable[exp.Expr | None] = ()) -> exp.Select:
        """SELECT ``columns`` from these rows, further narrowed by ``extra``."""
        query = exp.select(*columns).from_(names.table(self.table))
        conditions = [condition for condition in (self.condition(), *extra) if condition is not None]
        return query.where(*conditions) if conditions else query

    def render(self, query: exp.Expr) -> str:
        """The SQL text."""
        if self.dialect.unknown_quoted_is_text:
            _qualify_quoted(query)
        return query.sql(dialect=self.dialect.name)


def plan(metrics: Iterable[Metric], scope: Scope) -> tuple[Statement, ...]:
    """The fewest statements that answer ``metrics``: each metric is asked once, however many checks need it.

    :raises DefinitionError: SQL that a Dag author wrote is not what it must be.
    """
    asked = list(dict.fromkeys(metrics))
    shared = [metric for metric in asked if _shares_scan(metric, scope.dialect)]
    alone = [metric for metric in asked if metric not in shared]
    scans = [scan(batch, scope) for batch in _batches(shared, scope.dialect.max_columns)]
    return (*scans, *(_standing_alone(metric, scope) for metric in alone))


def scan(metrics: Sequence[Metric], scope: Scope) -> Statement:
    """One pass over the rows that answers all of ``metrics``."""
    columns = [exp.alias_(expression(metric, scope.dialect), f"m{place}") for place, metric in enumerate(metrics)]
    return Statement(scope.render(scope.select(*columns)), tuple(metrics))


def probe(scope: Scope) -> str:
    """A statement that reads no row and fails where the table or the row filter of the suite is wrong."""
    never = exp.EQ(this=exp.Literal.number(1), expression=exp.Literal.number(0))
    return scope.render(scope.select(exp.Literal.number(1), extra=[never]))


def _batches(metrics: Sequence[Metric], size: int) -> list[Sequence[Metric]]:
    return [metrics[start : start + size] for start in range(0, len(metrics), size)]


def _shares_scan(metric: Metric, dialect: Dialect) -> bool:
    match metric:
        case DuplicateCount():
            return False
        case SqlMetric(sql=sql, where=where):
            return where is None and not isinstance(read_metric(sql, dialect.name, "check metric_sql"), exp.Query)
        case _:
            return True


def _standing_alone(metric: Metric, scope: Scope) -> Statement:
    match metric:
        case DuplicateCount():
            query: exp.Expr = _duplicates(metric, scope)
        case SqlMetric():
            query = _own_select(metric, scope)
        case _:
            raise TypeError(f"{type(metric).__name__} shares a scan")
    return Statement(scope.render(query), (metric,))


def _duplicates(metric: DuplicateCount, scope: Scope) -> exp.Expr:
    """Sum of the sizes of all groups of two rows and more."""
    key = [names.column(name) for name in metric.columns]
    complete = [exp.Not(this=exp.Is(this=part.copy(), expression=exp.Null())) for part in key]
    size = exp.Count(this=exp.Star())
    groups = scope.select(exp.alias_(size, "n"), extra=[filter_of(metric, scope.dialect), *complete])
    groups = groups.group_by(*key).having(exp.GT(this=size.copy(), expression=exp.Literal.number(1)))
    total = exp.Coalesce(this=exp.Sum(this=exp.column("n")), expressions=[exp.Literal.number(0)])
    return exp.select(total).from_(groups.subquery("groups_of_rows"))


def _qualify_quoted(query: exp.Expr) -> None:
    """Put the table before every quoted column of a SELECT from one table, so that a missing column is an error and not a text."""
    for name in query.find_all(exp.Column):
        select = name.parent_select
        source = select.args.get("from_") if select is not None else None
        if select is None or select.args.get("joins") or not isinstance(source, exp.From) or not isinstance(source.this, exp.Table):
            continue
        if name.this.args.get("quoted") and not name.table:
            name.set("table", names.quoted(source.this.alias_or_name))


def _own_select(metric: SqlMetric, scope: Scope) -> exp.Expr:
    tree = read_metric(metric.sql, scope.dialect.name, "check metric_sql")
    if not isinstance(tree, exp.Query):
        return scope.select(tree, extra=[filter_of(metric, scope.dialect)])
    if metric.where is not None:
        problem = Problem("check metric_sql", "where", metric.where, "no where beside a whole SELECT: write it into the SELECT")
        raise DefinitionError([problem])
    return tree
