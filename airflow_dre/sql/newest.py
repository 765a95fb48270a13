"""Statements that find the newest values of many tables at once, each as a SELECT of one value in parentheses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from airflow_dre.checks.metrics import Maximum, MaximumOf
from airflow_dre.errors import DefinitionError
from airflow_dre.sql.dialect import Dialect, Refusal
from airflow_dre.sql.dialects import find_dialect
from airflow_dre.sql.plan import plan
from airflow_dre.sql.raw import read_value
from airflow_dre.sql.scope import Scope
from airflow_dre.values.scalars import Row, Scalar

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COLUMN, _PARTS = "dre_column", ("dre_part_0", "dre_part_1", "dre_part_2")
_WHOLE = re.compile(r"[+-]?\d+")
_PLACEHOLDER = re.compile("dre_column|dre_part_[012]")


@dataclass(frozen=True, slots=True)
class NewestQuestion:
    """The largest value of a column or an expression over the rows of a table, or a whole SELECT."""

    table: tuple[str, ...]
    value: Maximum | MaximumOf | str
    """A metric, or a SELECT of one value."""
    where: str | None = None

    @property
    def scan(self) -> tuple[tuple[str, ...], str | None] | None:
        """The rows that are read, so that questions about the same rows share a scan. None: a SELECT of its own."""
        return None if isinstance(self.value, str) else (self.table, self.where)


def most_questions(dialect: Dialect) -> int:
    """Return how many questions one statement may hold."""
    return min(dialect.limits.questions, dialect.limits.columns)


def select_one(question: NewestQuestion, conn_type: str) -> str:
    """Return the SELECT that answers one question.

    :param conn_type: the type of its connection, by which the dialect is found.
    :raises DefinitionError: the row filter or the expression is invalid.
    """
    if isinstance(question.value, str):
        return question.value
    if isinstance(question.value, Maximum) and question.where is None:
        names = (*question.table, question.value.column)
        if all(_PLAIN.fullmatch(name) for name in names):
            return _filled(question.table, question.value.column, conn_type)
    return _planned((question.value,), question.table, question.where, conn_type)


@lru_cache(maxsize=64)
def select_all(questions: tuple[NewestQuestion, ...], conn_type: str) -> str:
    """Return one SELECT that answers the questions. Those about the same rows share a scan.

    :raises DefinitionError: a row filter or an expression is invalid.
    """
    if len(questions) == 1:
        return select_one(questions[0], conn_type)
    scans: dict[object, list[int]] = {}
    for index, question in enumerate(questions):
        scans.setdefault(question.scan or index, []).append(index)
    sources, shared = [("", "")] * len(questions), list[str]()
    for indexes in scans.values():
        if len(indexes) == 1:
            sources[indexes[0]] = ("m0", f"({select_one(questions[indexes[0]], conn_type)})")
            continue
        name = f"dre_scan_{len(shared)}"
        shared.append(f"{name} AS ({_shared([questions[index] for index in indexes], conn_type)})")
        for place, index in enumerate(indexes):
            sources[index] = (f"m{place}", name)
    selected = _in_rows(sources) if find_dialect(conn_type).limits.questions_are_rows else _in_columns(sources)
    return f"WITH {', '.join(shared)} {selected}" if shared else selected


def values_of(rows: Sequence[Row], count: int, dialect: Dialect) -> Sequence[Scalar]:
    """Return the answers to ``count`` questions from the rows of their statement, in the order of the questions."""
    if count == 1 or not dialect.limits.questions_are_rows:
        return rows[0] if rows else (None,) * count
    values: list[Scalar] = [None] * count
    for index, text, kind in rows:
        if isinstance(index, int) and isinstance(text, str):
            values[index] = int(text) if _WHOLE.fullmatch(text) and "INT" in str(kind) else text
    return values


def most_rows(count: int, dialect: Dialect) -> int:
    """Return how many rows the statement of ``count`` questions has."""
    return count if dialect.limits.questions_are_rows else 1


def _in_columns(sources: Sequence[tuple[str, str]]) -> str:
    """Return a SELECT with a column for each question."""
    columns = (source if source.startswith("(") else f"({exp.select(name).from_(source).sql()})" for name, source in sources)
    return "SELECT " + ", ".join(f"{column} AS c{index}" for index, column in enumerate(columns))


def _in_rows(sources: Sequence[tuple[str, str]]) -> str:
    """Return a SELECT with a row for each question: its index, the value as text and the type of the value."""
    pattern = "SELECT {} AS place, CAST({} AS VARCHAR) AS value, TYPEOF({}) AS kind FROM {} AS asked"
    return " UNION ALL ".join(pattern.format(index, name, name, source) for index, (name, source) in enumerate(sources))


def last_change(table: tuple[str, ...], own: str | None, dialect: Dialect, subject: str) -> str:
    """Return the SELECT of the moment at which a table was last changed.

    :param own: a SELECT of the author; None: from what the database keeps.
    :raises DefinitionError: the SELECT does more than read one value, or the database keeps no such moment.
    """
    if own is not None:
        written = read_value(own, dialect.name, subject, "metadata")
        return f"SELECT {exp.paren(written.sql()).sql(dialect=dialect.name)} AS m0"
    known = dialect.catalogue.last_modified
    found = known if isinstance(known, Refusal) else known(table)
    if isinstance(found, Refusal):
        allowed = f"a SELECT of the moment, or column, expression, partition or file: {found.reason}"
        raise DefinitionError.about(subject, "metadata", True, allowed)
    return dialect.rewrite(found).sql(dialect=dialect.name)


def _shared(questions: Sequence[NewestQuestion], conn_type: str) -> str:
    values = tuple(question.value for question in questions if not isinstance(question.value, str))
    return _planned(values, questions[0].table, questions[0].where, conn_type)


@lru_cache(maxsize=20_000)
def _planned(values: tuple[Maximum | MaximumOf, ...], table: tuple[str, ...], where: str | None, conn_type: str) -> str:
    (statement,) = plan(values, Scope(table, where, find_dialect(conn_type)))
    return statement.sql


@lru_cache(maxsize=20_000)
def _filled(table: tuple[str, ...], column: str, conn_type: str) -> str:
    """Return the plan of a column with a plain name, which costs a hundredth of planning it anew."""
    template = _template(len(table), conn_type)
    names = dict(zip((*_PARTS[: len(table)], _COLUMN), (*table, column), strict=True))
    return _PLACEHOLDER.sub(lambda found: names[found[0]], template)


@lru_cache(maxsize=100)
def _template(parts: int, conn_type: str) -> str:
    """Return the plan of a table whose name has so many parts. Its names are quoted, so that others fit in their places."""
    return _planned((Maximum(column=_COLUMN),), _PARTS[:parts], None, conn_type)
