"""Columns of text files: read as texts, guessed, and queried through views in every sense that a check may need.

A type is guessed from the first rows. A statement that meets a value of another type fails. Then all rows are read and the views are
created again. A file whose first rows show its types is therefore read only once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlglot import exp

from airflow_dre.checks.senses import Sense
from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.declared_types import DECLARED, declared_value, unreadable
from airflow_dre.engines.duckdb.formats import JSON_LINES, Readable
from airflow_dre.engines.duckdb.guesses import (
    INEXACT,
    MISFIT,
    FileType,
    Spelling,
    does_not_fit,
    in_sense,
    misfit_of,
    spelling_of,
    typed_value,
)
from airflow_dre.engines.duckdb.reading import describe_relation, reading
from airflow_dre.engines.duckdb.sampling import TEXTS, sampled_types, types_of_all_rows
from airflow_dre.sql.names import quoted
from airflow_dre.sql.readings import Guess, Readings

READ = "data as read"
"""The view of every column with its guessed type and in every sense."""
_OF_TYPES = ("BinderException", "ConversionException", "InvalidInputException", "OutOfRangeException")
"""Errors of a statement of an author that expects another type, before any value is read."""
_MISFIT = re.compile(rf"{MISFIT} (\d+) (\w+)")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Values of a column that a check cannot read in its sense."""

    column: str
    condition: exp.Expr
    """The condition of the rows to blame."""
    name: str
    """The name of the type that the values are not."""
    kind: str
    """The same type as DuckDB calls it."""
    declared: bool = False
    """True if an author declared the type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTypes:
    """The columns without a certain type, and the types that are known of columns."""

    guessed: Sequence[str]
    """The columns without a declared type."""
    known: Mapping[str, FileType] = field(default_factory=dict)
    """Types of the columns that need no guess."""
    declared: Mapping[str, FileType] = field(default_factory=dict)
    """Types that an author declared for columns that are read as texts first."""


@dataclass(slots=True)
class TextColumns:
    """The columns of a view of texts and their types."""

    database: DuckDB
    name: str
    """The name of the view that an author's SQL reads."""
    columns: Sequence[str]
    kinds: dict[str, FileType]
    """Types by column, of guessed columns only."""
    spelling: Spelling
    readable: Readable
    """The files."""
    declared: Mapping[str, FileType]
    """Types that an author declared, by column, for columns that are read as texts first."""
    unsure: Collection[str]
    """Columns whose later values may be of another type."""
    readings: Readings = field(init=False)

    def __post_init__(self) -> None:
        """Create the views."""
        guesses = {column.casefold(): kind.guess for column, kind in self.kinds.items()}
        names = _names(self.columns, tuple(self.kinds))
        unreadable_as = partial(_unreadable, self.spelling)
        self.readings = Readings(READ, guesses, names, tuple(self.kinds), unreadable_as, as_written=self._is_number_by_guess)
        self._create_views()

    def _is_number_by_guess(self, column: str) -> bool:
        """Return whether a column holds numbers with a point or an exponent. ``column`` is in lower case."""
        kinds = {name.casefold(): kind for name, kind in self.kinds.items()}
        found = kinds.get(column)
        if found is None or self.readable.form is JSON_LINES:
            return False
        return found.guess is Guess.NUMBER and found.name not in ("BIGINT", "HUGEINT")

    def concerned(self, error: BaseException) -> bool:
        """Return whether a type that is not sure may have made a statement fail."""
        return bool(self.unsure) and (_MISFIT.search(str(error)) is not None or type(error).__name__ in _OF_TYPES)

    def settle(self) -> bool:
        """Guess the types from all rows, create the views again, and return whether a type changed.

        :raises duckdb.Error: no statement about the rows can be answered.
        """
        found = types_of_all_rows(self.database, {column: self.kinds[column] for column in self.unsure}, self.spelling)
        changed = {column: kind for column, kind in found.items() if kind != self.kinds[column]}
        self.kinds.update(changed)
        self.unsure = ()
        self.readings.learn({column.casefold(): kind.guess for column, kind in changed.items()})
        self._create_views()
        return bool(changed)

    def _create_views(self) -> None:
        places = {column: place for place, column in enumerate(self.kinds)}
        typed = {
            column: typed_value(column, self.kinds[column], self.spelling, places[column] if column in self.unsure else None)
            if column in self.kinds
            else exp.column(column, quoted=True)
            for column in self.columns
        }
        typed |= {column: declared_value(place, column, kind, self.spelling) for place, (column, kind) in enumerate(self.declared.items())}
        names = self.readings.names
        senses = [
            exp.alias_(in_sense(places[column], column, kind, sense, self.spelling), quoted(names[column.casefold(), sense]))
            for column, kind in self.kinds.items()
            for sense in Sense
        ]
        for view, selected in ((self.name, [*typed.values()]), (READ, [*typed.values(), *senses])):
            self.database.create_view(view, exp.Table(this=quoted(TEXTS)), selected)

    def misfit(self, error: BaseException) -> Misfit | None:
        """Return the values that an error is about, or None for another error."""
        found = _MISFIT.search(str(error))
        if found is None or found[2] == INEXACT:
            return None
        if found[2] == DECLARED:
            column, kind = list(self.declared.items())[int(found[1])]
            return Misfit(column, does_not_fit(column, kind, self.spelling), kind.name, kind.name, declared=True)
        column = list(self.kinds)[int(found[1])]
        return Misfit(column, *misfit_of(column, Sense(found[2]), self.spelling))

    def rounded(self, error: BaseException) -> str | None:
        """Return the column whose rounded numbers an error is about, or None for another error."""
        found = _MISFIT.search(str(error))
        return list(self.kinds)[int(found[1])] if found is not None and found[2] == INEXACT else None


def view_texts(database: DuckDB, name: str, readable: Readable, columns: Sequence[str], types: ColumnTypes) -> TextColumns:
    """Guess the types of columns of the view :data:`TEXTS`, and create the views that read them.

    :param name: name of the view that an author's SQL reads.
    :param columns: the columns of the view.
    :param types: which of them are guessed, known or declared.
    """
    spelling = spelling_of(readable.options)
    unknown = [column for column in types.guessed if column not in types.known]
    found, are_all = sampled_types(database, unknown, spelling)
    kinds = {column: {**found, **types.known}[column] for column in types.guessed}
    return TextColumns(database, name, columns, kinds, spelling, readable, types.declared, () if are_all else unknown)


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


def view_all_as_texts(database: DuckDB, readable: Readable, declared: Mapping[str, FileType]) -> list[str]:
    """Create the view of texts, and return the names of its columns.

    With ``ignore_errors`` it lacks the rows that declared types do not hold.
    """
    rows = reading(readable.form, readable.files, readable.as_texts)
    if declared and readable.options.get("ignore_errors"):
        spelling = spelling_of(readable.options)
        wrong = [does_not_fit(column, kind, spelling) for column, kind in declared.items()]
        rows = exp.select("*").from_(rows).where(*[exp.Not(this=exp.paren(each)) for each in wrong]).subquery("rows")
    database.create_view(TEXTS, rows)
    return [column for column, _ in describe_relation(database, exp.Table(this=quoted(TEXTS)))]
