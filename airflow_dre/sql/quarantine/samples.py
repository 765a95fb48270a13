"""A few of the rows that a metric counts as wrong: one statement that names its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch

from sqlglot import exp

from airflow_dre.checks.metrics import FailedRowCount, Metric, PerSegment, Violations
from airflow_dre.sql.dialect import Refusal
from airflow_dre.sql.names import column, quoted
from airflow_dre.sql.quarantine.failing import failing
from airflow_dre.sql.raw import read_condition, read_rows
from airflow_dre.sql.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleQuery:
    """A statement and what its columns are."""

    sql: str
    columns: tuple[str, ...]
    sources: tuple[frozenset[str], ...]
    """For each column the names of all that its values are made of, its own included."""


@singledispatch
def sample_of(metric: Metric, scope: Scope, columns: Sequence[str], most: int) -> SampleQuery | Refusal:
    """Return the statement that fetches ``most`` of the rows that ``metric`` counts as wrong.

    :param columns: the columns to fetch, without duplicates. Those that the metric's own SQL names are added.
    :raises DefinitionError: the database does not support the metric.
    """
    condition = failing(metric, scope)
    if isinstance(condition, Refusal):
        return condition
    known = {name.lower() for name in columns}
    named = [name for name in _named_in(metric, scope) if name.name.lower() not in known]
    if not columns and not named:
        return Refusal("the check names no columns: set key_columns")
    given = [column(name) for name in columns] + [exp.Column(this=name) for name in named]
    names = (*columns, *(name.name for name in named))
    query = scope.select(*given, extra=[condition]).limit(most)
    return SampleQuery(sql=scope.render(query), columns=names, sources=tuple(frozenset([name]) for name in names))


@sample_of.register
def _(metric: FailedRowCount, scope: Scope, columns: Sequence[str], most: int) -> SampleQuery | Refusal:
    """Return the author's SELECT, with only the given columns where it selects ``*``."""
    written = read_rows(metric.sql, scope.dialect.name, "check failed_rows_sql")
    tree = written.tree
    if not isinstance(tree, exp.Query):
        raise TypeError("a SELECT is a query")
    outputs = [select.unalias() if isinstance(select, exp.Column) else select for select in tree.selects]
    starred = any(select.is_star for select in outputs)
    if starred:
        kept = [(quoted(name), frozenset([name, *_closure(tree, [name])])) for name in columns]
    else:
        kept = [(name, frozenset([name.name, *sources])) for name, sources in _outputs(tree)]
    if not kept:
        return Refusal("its SELECT names no columns: name them, or set key_columns")
    given = [exp.Column(this=name.copy()) for name, _ in kept]
    query = written.selected_from("failed_rows", lambda rows: exp.select(*given).from_(rows).limit(most))
    return SampleQuery(sql=scope.render(query), columns=tuple(name.name for name, _ in kept), sources=tuple(sources for _, sources in kept))


def _named_in(metric: Metric, scope: Scope) -> list[exp.Identifier]:
    """Return the columns of the table that a condition of the author names, spelled as there."""
    counted = metric.metric if isinstance(metric, PerSegment) else metric
    if not isinstance(counted, Violations):
        return []
    conditions = counted.rule.sql_conditions.items()
    trees = [read_condition(text, scope.dialect.name, f"check {counted.rule.kind}", argument).tree for argument, text in conditions]
    found = [name for tree in trees for name in tree.find_all(exp.Column) if name.find_ancestor(exp.Query) is None]
    own = {name.name.lower(): name.this.copy() for name in found if isinstance(name.this, exp.Identifier)}
    return list(own.values())


def _outputs(tree: exp.Query) -> Iterator[tuple[exp.Identifier, set[str]]]:
    """Yield the named columns of a SELECT, each with all names that its values come from, in any branch of a UNION."""
    branches = list(_branches(tree))
    for index, select in enumerate(branches[0].selects):
        name = select.args.get("alias") if isinstance(select, exp.Alias) else select.this if isinstance(select, exp.Column) else None
        if isinstance(name, exp.Identifier):
            parts = [branch.selects[index] for branch in branches if index < len(branch.selects)]
            yield name, _closure(tree, [used.name for part in parts for used in part.find_all(exp.Column)])


def _branches(tree: exp.Expr) -> Iterator[exp.Query]:
    if isinstance(tree, exp.SetOperation):
        yield from _branches(tree.left)
        yield from _branches(tree.right)
    elif isinstance(tree, exp.Subquery):
        yield from _branches(tree.this)
    elif isinstance(tree, exp.Query):
        yield tree


def _closure(tree: exp.Query, names: Sequence[str]) -> set[str]:
    """Return the names and all that they mean inside the SELECT, which is every name in it where columns are renamed."""
    everything = {used.name for used in tree.find_all(exp.Column)}
    untraced = any(alias.args.get("columns") for alias in tree.find_all(exp.TableAlias)) or tree.find(exp.SetOperation, exp.Pivot)
    if untraced:
        return {*names, *everything}
    made_of: dict[str, set[str]] = {}
    for alias in tree.find_all(exp.Alias):
        made_of.setdefault(alias.alias.lower(), set()).update(used.name for used in alias.this.find_all(exp.Column))
    known, new = set(names), list(names)
    while new:
        further = made_of.get(new.pop().lower(), set()) - known
        known |= further
        new += further
    return known
