"""The rows that a metric counts as wrong, as a condition on the rows of the suite's table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from sqlglot import exp

from airflow_dre.checks.metrics import DuplicateCount, FailedRowCount, Metric, OrphanCount, PerSegment, StepCount, Violations
from airflow_dre.checks.rule import Nulls
from airflow_dre.sql import names
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.expressions import all_of, filter_of
from airflow_dre.sql.fitting import fitted
from airflow_dre.sql.names import column
from airflow_dre.sql.predicates import conditions_of_key, has_all, violation_of
from airflow_dre.sql.queries import incomplete_of
from airflow_dre.sql.readings import by_as_read, metric_as_read, rule_as_read
from airflow_dre.sql.scope import Scope


@singledispatch
def failing(metric: Metric, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    """Return the condition that is true for exactly the rows which ``metric`` counts, beside the row filter of the suite.

    A condition is for WHERE: that of a key holds a subquery, whose columns are named so that the table's own are seen through it.

    :param by: the column that splits the rows into segments.
    :raises DefinitionError: the database does not support the metric.
    """
    return Refusal(f"{type(metric).__name__} counts no rows of the table")


@failing.register
def _(metric: PerSegment, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    if not isinstance(metric.by, str):
        return Refusal("an expression splits the rows, which no check is judged by")
    by_read = by_as_read(metric.by, scope.readings)
    return failing(metric.metric, scope, by_read if isinstance(by_read, str) else None)


@failing.register
def _(metric: Violations, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    rule = fitted(rule_as_read(metric.rule, scope.readings), scope)
    return all_of(filter_of(metric, scope.dialect), violation_of(rule, scope.dialect))


@failing.register
def _(metric: DuplicateCount, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    """Return the condition that several rows, with ``by`` of one segment, share the complete key."""
    metric = metric_as_read(metric, scope.readings)
    key = [*metric.columns, *([by] if by is not None and by not in metric.columns else [])]
    incomplete = incomplete_of(metric, scope.dialect)
    complete = [filter_of(metric, scope.dialect), *conditions_of_key(metric.columns, incomplete)]
    several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    repeated = scope.select(*_named(key), extra=complete).group_by(*[column(name) for name in key]).having(several)
    parts = () if incomplete is Nulls.SKIP else metric.columns
    nullable = (*parts, *(() if by is None else (by,)))
    found = _key_is_in(key, repeated, nullable) if scope.readings is None else _is_one_of(key, repeated)
    return all_of(*(condition and condition.copy() for condition in complete), found)


@failing.register
def _(metric: OrphanCount, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    """Return the condition that the complete key is not in the parent."""
    parent = names.quoted_table(names.split_table(metric.parent, "check foreign_key", "to"))
    known = exp.select(*_named(metric.parent_columns)).from_(parent)
    complete = [filter_of(metric, scope.dialect), *has_all(metric.columns)]
    return all_of(*complete, exp.Not(this=_key_is_in(metric.columns, known)))


@failing.register
def _(metric: StepCount, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    return Refusal("a step is between two rows: neither of them alone is wrong")


@failing.register
def _(metric: FailedRowCount, scope: Scope, by: str | None = None) -> exp.Expr | Refusal:
    return Refusal("failed_rows_sql returns rows of its own SELECT, not of the table")


def _named(key: Sequence[str]) -> list[exp.Expr]:
    return [exp.alias_(column(name), _alias(index)) for index, name in enumerate(key)]


def _alias(index: int) -> str:
    return f"dre_key_{index}"


def _is_one_of(key: Sequence[str], keys: exp.Select) -> exp.Expr:
    """Return the condition that the row's key is one of ``keys``, as structs of DuckDB, which hold NULL for a value.

    DuckDB evaluates EXISTS anew for each row of a view that may raise an error, as those of guessed columns do.
    """
    row, known = (
        exp.Struct(
            expressions=[exp.PropertyEQ(this=exp.Literal.string(_alias(index)), expression=part) for index, part in enumerate(parts)]
        )
        for parts in ([column(name) for name in key], [exp.column(_alias(index)) for index in range(len(key))])
    )
    return exp.In(this=row, query=exp.select(known).from_(keys.subquery("dre_keys")).subquery())


def _key_is_in(key: Sequence[str], keys: exp.Select, nullable: Sequence[str] = ()) -> exp.Expr:
    """Return the condition that the row's key is one of ``keys``.

    EXISTS is used: NOT IN is never true beside a NULL, and not every database has IN of tuples.
    """
    same: list[exp.Expr] = []
    for index, name in enumerate(key):
        found = exp.column(_alias(index), table="dre_keys")
        equal: exp.Expr = exp.EQ(this=found, expression=column(name))
        if name in nullable:
            nothing = [exp.Is(this=value, expression=exp.Null()) for value in (found.copy(), column(name))]
            equal = exp.paren(exp.or_(equal, exp.paren(exp.and_(*nothing))))
        same.append(equal)
    one = exp.select(exp.Literal.number(1)).from_(keys.subquery("dre_keys")).where(*same)
    return exp.Exists(this=one)
