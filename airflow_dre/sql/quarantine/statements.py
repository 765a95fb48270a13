"""The statements of one transaction that take the rows which break checks into a quarantine table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import reduce

from sqlglot import exp

from airflow_dre.sql import names
from airflow_dre.sql.dialect import Writing
from airflow_dre.sql.names import column, quoted
from airflow_dre.sql.predicates import any_of
from airflow_dre.sql.rendering import call
from airflow_dre.sql.scope import Scope

MARK = "dre_"
"""Prefix of the names of our own columns."""
OWN_COLUMNS = {
    "dre_row_id": "TEXT",
    "dre_batch": "TEXT",
    "dre_mode": "TEXT",
    "dre_checks": "TEXT",
    "dre_dataset": "TEXT",
    "dre_suite": "TEXT",
    "dre_dag_id": "TEXT",
    "dre_run_id": "TEXT",
    "dre_task_id": "TEXT",
    "dre_map_index": "INT",
    "dre_quarantined_at": "TIMESTAMPTZ",
    "dre_review": "TEXT",
}
"""The columns that a quarantine table has in addition to those of its source, with their types."""
_PICKED = "dre_picked"
_PLAIN_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*(?:\( ?\d+ ?(?:, ?\d+ ?)?\))?")


class Mode(StrEnum):
    """The fate of a failing row in its table."""

    COPY = "copy"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingCheck:
    """A check and the condition of the rows that break it."""

    check_id: str
    name: str
    condition: exp.Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The origin of the rows of one quarantine, which each row carries."""

    batch: str
    dataset: str
    suite: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineQuery:
    """The rows of a table that break one check or several, and the table that they go to."""

    source: Scope
    columns: tuple[tuple[str, str], ...]
    """Names and types of the source's columns."""
    target: tuple[str, ...]
    mode: Mode
    checks: tuple[FailingCheck, ...]
    provenance: Provenance
    at: datetime
    writing: Writing

    @property
    def column_names(self) -> list[str]:
        """The names of the source's columns."""
        return [name for name, _ in self.columns]

    def condition(self) -> exp.Expr:
        """Return the condition that a row breaks at least one of the checks."""
        return exp.paren(any_of([check.condition.copy() for check in self.checks]))

    def reasons(self) -> exp.Expr:
        """Return the checks that a row breaks, as the text of a JSON array of objects with id and name."""
        parts = [self._reason(check) for check in self.checks]
        return _joined(exp.Literal.string("["), call("SUBSTR", _joined(*parts), 2), exp.Literal.string("]"))

    def _reason(self, check: FailingCheck) -> exp.Expr:
        text = "," + json.dumps({"id": check.check_id, "name": check.name}, ensure_ascii=False)
        return exp.Case().when(check.condition.copy(), self.source.dialect.literals.text(text)).else_(exp.Literal.string(""))

    def address(self) -> str | None:
        """Return the hidden column that addresses a row, or None where each of its names is a column's."""
        taken = {name.casefold() for name in self.column_names}
        return next((name for name in self.writing.addresses if name not in taken), None)


def create(query: QuarantineQuery) -> exp.Expr:
    """Return the quarantine table, with the source's columns and our own."""
    table = names.quoted_table(query.target)
    if not query.writing.keeps_types:
        own = [exp.ColumnDef(this=quoted(name), kind=exp.DataType.build(kind)) for name, kind in OWN_COLUMNS.items()]
        defined = [exp.ColumnDef(this=quoted(name), kind=_declared(kind)) for name, kind in query.columns]
        return exp.Create(this=exp.Schema(this=table, expressions=[*defined, *own]), kind="TABLE")
    nothing = [exp.alias_(exp.cast(exp.Null(), kind), quoted(name)) for name, kind in OWN_COLUMNS.items()]
    empty = exp.select(*map(column, query.column_names), *nothing).from_(names.quoted_table(query.source.table)).where(exp.false())
    return exp.Create(this=table, kind="TABLE", expression=empty)


def _declared(kind: str) -> exp.DataType | None:
    """Return the type of a column as it was declared, or no type where it is not made of plain words and numbers.

    SQLite changes no value for that.
    """
    return exp.DataType(this=exp.DType.USERDEFINED, kind=kind) if _PLAIN_TYPE.fullmatch(kind) else None


def count(query: QuarantineQuery) -> exp.Expr:
    """Return the number of rows that were checked, and of those that break a check.

    Each has a WHERE of its own: PostgreSQL looks a key up in a hash table there, and in an aggregate it would scan for each row.
    """
    every = query.source.select(exp.Count(this=exp.Star()))
    broken = query.source.select(exp.Count(this=exp.Star()), extra=[query.condition()])
    return exp.select(every.subquery(), broken.subquery())


def forget_copies(query: QuarantineQuery) -> exp.Expr:
    """Delete what an earlier try of the same task instance copied."""
    text = query.source.dialect.literals.text
    same = [
        exp.EQ(this=column("dre_batch"), expression=text(query.provenance.batch)),
        exp.EQ(this=column("dre_mode"), expression=text(Mode.COPY)),
    ]
    return exp.delete(names.quoted_table(query.target)).where(*same)


def copy(query: QuarantineQuery) -> exp.Expr:
    """Insert the failing rows, which stay where they are."""
    selected = query.source.select(*map(column, query.column_names), *_own(query, query.reasons()), extra=[query.condition()])
    return _insert(query, selected)


def copy_once(query: QuarantineQuery) -> exp.Expr:
    """Insert the failing rows unless the batch is there already, where an earlier copy cannot be deleted."""
    extra = [query.condition(), exp.Not(this=exp.Exists(this=_batch(query, exp.Literal.number(1))))]
    return _insert(query, query.source.select(*map(column, query.column_names), *_own(query, query.reasons()), extra=extra))


def count_batch(query: QuarantineQuery) -> exp.Expr:
    """Return the number of rows of a batch."""
    return _batch(query, exp.Count(this=exp.Star()))


def _batch(query: QuarantineQuery, what: exp.Expr) -> exp.Select:
    same = exp.EQ(this=column("dre_batch"), expression=query.source.dialect.literals.text(query.provenance.batch))
    return exp.select(what).from_(names.quoted_table(query.target)).where(same)


def move_at_once(query: QuarantineQuery) -> exp.Expr:
    """Delete the failing rows and insert exactly those that were deleted, in one statement that returns both counts."""
    conditions = [condition for condition in (query.source.condition(), query.condition()) if condition is not None]
    gone = exp.delete(names.quoted_table(query.source.table)).where(*conditions)
    reasons = exp.alias_(query.reasons(), quoted("dre_checks"))
    gone.set("returning", exp.Returning(expressions=[*map(column, query.column_names), reasons]))
    taken = exp.select(*map(column, query.column_names), *_own(query, column("dre_checks"))).from_("dre_gone")
    kept = _insert(query, taken)
    kept.set("returning", exp.Returning(expressions=[exp.Literal.number(1)]))
    numbers = [exp.select(exp.Count(this=exp.Star())).from_(name).subquery() for name in ("dre_gone", "dre_kept")]
    return exp.select(*numbers).with_("dre_gone", as_=gone).with_("dre_kept", as_=kept)


def probe_address(query: QuarantineQuery, address: str) -> exp.Expr:
    """Select nothing from a table, which fails where its rows have no addresses."""
    return exp.select(exp.column(address)).from_(names.quoted_table(query.source.table)).where(exp.false())


def pick(query: QuarantineQuery, address: str) -> exp.Expr:
    """Note the addresses of the failing rows, so that no condition is evaluated twice: its result may have changed by then."""
    picked = query.source.select(
        exp.alias_(exp.column(address), "address"), exp.alias_(query.reasons(), "dre_checks"), extra=[query.condition()]
    )
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    return exp.Create(this=exp.to_table(_PICKED), kind="TABLE", expression=picked, properties=temporary)


def insert_picked(query: QuarantineQuery, address: str) -> exp.Expr:
    """Insert the rows whose addresses were noted."""
    given = [exp.column(quoted(name), table="dre_source") for name in query.column_names]
    own = _own(query, exp.column("dre_checks", table=_PICKED))
    source = exp.alias_(names.quoted_table(query.source.table), "dre_source", table=True)
    same = exp.EQ(this=exp.column(address, table="dre_source"), expression=exp.column("address", table=_PICKED))
    return _insert(query, exp.select(*given, *own).from_(source).join(exp.to_table(_PICKED), on=same))


def delete_picked(query: QuarantineQuery, address: str) -> exp.Expr:
    """Delete the rows whose addresses were noted."""
    noted = exp.select("address").from_(_PICKED)
    return exp.delete(names.quoted_table(query.source.table)).where(exp.In(this=exp.column(address), query=noted.subquery()))


def _insert(query: QuarantineQuery, selected: exp.Expr) -> exp.Insert:
    into = exp.Schema(this=names.quoted_table(query.target), expressions=[quoted(name) for name in (*query.column_names, *OWN_COLUMNS)])
    return exp.Insert(this=into, expression=selected)


def _own(query: QuarantineQuery, reasons: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the values of our own columns, in their order."""
    dialect, origin = query.source.dialect, query.provenance
    texts = (origin.dataset, origin.suite, origin.dag_id, origin.run_id, origin.task_id)
    yield query.writing.row_id()
    yield from (dialect.literals.text(origin.batch), dialect.literals.text(query.mode), reasons)
    yield from (exp.Null() if text is None else dialect.literals.text(text) for text in texts)
    yield exp.Null() if origin.map_index is None else exp.convert(origin.map_index)
    yield dialect.literals.moment(query.at)
    yield exp.Null()


def _joined(*parts: exp.Expr) -> exp.Expr:
    return reduce(lambda before, part: exp.DPipe(this=before, expression=part, safe=True), parts)


def find_own(columns: Sequence[tuple[str, str]]) -> list[str]:
    """Return columns of a source that are named as only our own may be."""
    return [name for name, _ in columns if name.casefold().startswith(MARK)]
