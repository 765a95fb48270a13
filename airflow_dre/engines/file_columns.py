"""Columns of files of texts: read as texts, guessed from all rows, and seen through views in every sense that a check may speak in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlglot import exp

from airflow_dre.engines.declared_types import DECLARED, declared_value, unreadable
from airflow_dre.engines.duckdb import DuckDB
from airflow_dre.engines.duckdb_reasons import spoils_every_scan
from airflow_dre.engines.file_formats import Readable
from airflow_dre.engines.file_guesses import (
    INEXACT,
    MISFIT,
    NOTHING,
    TESTS,
    TEXT,
    FileType,
    Spelling,
    all_fit,
    decided,
    does_not_fit,
    in_sense,
    misfit_of,
    spelling_of,
    tests_of,
    types_of,
    value_of,
)
from airflow_dre.sql.names import quoted
from airflow_dre.sql.readings import Readings, Sense

TEXTS = "data as text"
"""The view that holds every column of a file as its text."""
READ = "data as read"
"""The view that holds every column with its guessed type and in every sense."""
_SAMPLE = 2_048
"""Rows from which candidates are taken, which all rows then have to meet."""
_MISFIT = re.compile(rf"{MISFIT} (\d+) (\w+)")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Values of a column that do not have the sense in which a check speaks of it."""

    column: str
    condition: exp.Expr
    """Of the rows to blame."""
    name: str
    """What the values are not."""
    kind: str
    """The type of DuckDB that they are not."""
    declared: bool = False
    """Whether an author said that they are of it."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    """The columns of a view of texts and the types that all their values have."""

    kinds: Mapping[str, FileType]
    """By name; only those that were guessed."""
    spelling: Spelling
    readable: Readable
    """The files."""
    readings: Readings
    declared: Mapping[str, FileType] = field(default_factory=dict)
    """By name; those that an author declared, and that are read as texts first."""

    def misfit(self, error: BaseException) -> Misfit | None:
        """Return the values that an error is about; None where it is about something else."""
        found = _MISFIT.search(str(error))
        if found is None or found[2] == INEXACT:
            return None
        if found[2] == DECLARED:
            column, kind = list(self.declared.items())[int(found[1])]
            return Misfit(column, does_not_fit(column, kind, self.spelling), kind.name, kind.name, declared=True)
        column = list(self.kinds)[int(found[1])]
        return Misfit(column, *misfit_of(column, Sense(found[2]), self.spelling))

    def rounded(self, error: BaseException) -> str | None:
        """Return the column that an error is about since its numbers were rounded; None where it is about something else."""
        found = _MISFIT.search(str(error))
        return list(self.kinds)[int(found[1])] if found is not None and found[2] == INEXACT else None


def look_at_texts(
    database: DuckDB,
    name: str,
    readable: Readable,
    columns: Sequence[str],
    guessed: Sequence[str],
    known: Mapping[str, FileType] | None = None,
    declared: Mapping[str, FileType] | None = None,
) -> TextColumns:
    """Guess the types of columns of the view :data:`TEXTS`, and make the views that read them.

    :param name: name of the view that an author's SQL reads.
    :param columns: the columns of the view.
    :param guessed: those whose types are not declared.
    :param known: the types of those that need no guess.
    :param declared: the types that an author declared for columns that are read as texts first.
    """
    declared = declared or {}
    spelling, known = spelling_of(readable.options), known or {}
    found = {**guess_types(database, [column for column in guessed if column not in known], spelling), **known}
    kinds = {column: found[column] for column in guessed}
    names = _names(columns, guessed)
    typed = {
        column: value_of(column, kinds[column], spelling) if column in kinds else exp.column(column, quoted=True) for column in columns
    }
    typed |= {column: declared_value(place, column, kind, spelling) for place, (column, kind) in enumerate(declared.items())}
    senses = [
        exp.alias_(in_sense(place, column, kinds[column], sense, spelling), quoted(names[column.casefold(), sense]))
        for place, column in enumerate(kinds)
        for sense in Sense
    ]
    for view, selected in ((name, [*typed.values()]), (READ, [*typed.values(), *senses])):
        database.look_through(view, exp.Table(this=quoted(TEXTS)), selected)
    guesses = {column.casefold(): kind.guess for column, kind in kinds.items()}
    return TextColumns(kinds, spelling, readable, Readings(READ, guesses, names, tuple(kinds), partial(_unreadable, spelling)), declared)


def _unreadable(spelling: Spelling, column: str, kind: str) -> exp.Expr:
    return unreadable(column, kind, spelling)


def _names(columns: Sequence[str], guessed: Sequence[str]) -> dict[tuple[str, Sense], str]:
    taken = {column.casefold() for column in columns}
    names: dict[tuple[str, Sense], str] = {}
    for column in guessed:
        for sense in Sense:
            name = f"{column} as {sense.value}"
            while name.casefold() in taken:
                name += "_"
            taken.add(name.casefold())
            names[column.casefold(), sense] = name
    return names


def guess_types(database: DuckDB, columns: Sequence[str], spelling: Spelling) -> dict[str, FileType]:
    """Return the types that all values of columns of the view :data:`TEXTS` have.

    A sample gives candidates, one look at all rows confirms them, and only columns where it does not are looked at once more.
    """
    if not columns:
        return {}
    kinds = _decide(database, columns, spelling, sample=True)
    wrong = [column for column, fits in _confirm(database, kinds, spelling).items() if not fits]
    return {**kinds, **(_decide(database, wrong, spelling) if wrong else {})}


def _decide(database: DuckDB, columns: Sequence[str], spelling: Spelling, *, sample: bool = False) -> dict[str, FileType]:
    kinds = types_of(spelling)
    tests = [test for column in columns for test in tests_of(column, kinds, spelling)]
    found = _ask(database, tests, sample=sample)
    if found is None:
        if len(columns) == 1:
            return {columns[0]: TEXT}
        return {column: kind for each in columns for column, kind in _decide(database, [each], spelling, sample=sample).items()}
    size = len(kinds) + TESTS
    return {column: decided(found[place * size : (place + 1) * size], kinds) for place, column in enumerate(columns)}


def _confirm(database: DuckDB, kinds: Mapping[str, FileType], spelling: Spelling) -> dict[str, bool]:
    """Return whether the candidates hold for all rows; a text always does."""
    asked = {column: kind for column, kind in kinds.items() if kind is not TEXT}
    if not asked:
        return {}
    tests = {
        column: exp.EQ(this=exp.Count(this=exp.column(column, quoted=True)), expression=exp.Literal.number(0))
        if kind is NOTHING
        else all_fit(kind, column, spelling)
        for column, kind in asked.items()
    }
    found = _ask(database, list(tests.values()))
    return dict.fromkeys(asked, False) if found is None else {column: fits is not False for column, fits in zip(tests, found, strict=True)}


def _ask(database: DuckDB, tests: Sequence[exp.Expr], *, sample: bool = False) -> tuple[object, ...] | None:
    """Return the answers about all rows or a sample of them; None where a value cannot be read at all.

    :raises duckdb.Error: no statement about the rows can be answered.
    """
    import duckdb

    rows: exp.Expr = exp.Table(this=quoted(TEXTS))
    if sample:
        rows = exp.select("*").from_(rows).limit(_SAMPLE).subquery("sample")
    try:
        (found,) = database.ask(exp.select(*[exp.alias_(test, f"t{place}") for place, test in enumerate(tests)]).from_(rows))
    except duckdb.Error as error:
        if spoils_every_scan(error):
            raise
        return None
    return found
