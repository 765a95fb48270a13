"""Types of columns of texts, guessed from the first rows, and from all rows where a later value is of another type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.guesses import (
    NOTHING,
    SCREENED,
    TESTS,
    TEXT,
    FileType,
    Spelling,
    all_fit,
    decided,
    screened,
    screens_of,
    tests_of,
    types_of,
)
from airflow_dre.engines.duckdb.reasons import spoils_every_scan
from airflow_dre.sql.names import quoted

TEXTS = "data as text"
"""The view of every column of a file as text."""
SAMPLE = 2_048
"""Number of rows from which types are guessed first."""


def sampled_types(database: DuckDB, columns: Sequence[str], spelling: Spelling) -> tuple[dict[str, FileType], bool]:
    """Return the types of the first values of columns of the view :data:`TEXTS`, and whether there are no others.

    A few tests suffice for most columns. The others need those of every type.

    :raises duckdb.Error: no statement about the rows can be answered.
    """
    if not columns:
        return {}, True
    kinds: dict[str, FileType | None] = dict.fromkeys(columns)
    screens = [] if spelling.date or spelling.timestamp else [screen for column in columns for screen in screens_of(column, spelling)]
    found = _aggregate(database, [exp.Count(this=exp.Star()), *screens], sample=True)
    if found is not None and screens:
        kinds = {column: screened(found[1 + place * SCREENED :][:SCREENED]) for place, column in enumerate(columns)}
    unknown = [column for column, kind in kinds.items() if kind is None]
    decided_kinds = _decide(database, unknown, spelling, sample=True) if unknown else {}
    return {column: kind or decided_kinds[column] for column, kind in kinds.items()}, found is not None and int(str(found[0])) < SAMPLE


def types_of_all_rows(database: DuckDB, kinds: Mapping[str, FileType], spelling: Spelling) -> dict[str, FileType]:
    """Return the types of all values of columns of the view :data:`TEXTS`.

    :param kinds: the types of the first values. Only columns where they do not hold are guessed again.
    :raises duckdb.Error: no statement about the rows can be answered.
    """
    wrong = [column for column, fits in _confirm(database, kinds, spelling).items() if not fits]
    return {**kinds, **(_decide(database, wrong, spelling) if wrong else {})}


def _decide(database: DuckDB, columns: Sequence[str], spelling: Spelling, *, sample: bool = False) -> dict[str, FileType]:
    kinds = types_of(spelling)
    tests = [test for column in columns for test in tests_of(column, kinds, spelling)]
    found = _aggregate(database, tests, sample=sample)
    if found is None:
        if len(columns) == 1:
            return {columns[0]: TEXT}
        return {column: kind for each in columns for column, kind in _decide(database, [each], spelling, sample=sample).items()}
    size = len(kinds) + TESTS
    return {column: decided(found[place * size : (place + 1) * size], kinds) for place, column in enumerate(columns)}


def _confirm(database: DuckDB, kinds: Mapping[str, FileType], spelling: Spelling) -> dict[str, bool]:
    """Return by column whether a type holds for all rows. A text always does."""
    typed = {column: kind for column, kind in kinds.items() if kind is not TEXT}
    if not typed:
        return {}
    tests = {
        column: exp.EQ(this=exp.Count(this=exp.column(column, quoted=True)), expression=exp.Literal.number(0))
        if kind is NOTHING
        else all_fit(kind, column, spelling)
        for column, kind in typed.items()
    }
    found = _aggregate(database, list(tests.values()))
    return dict.fromkeys(typed, False) if found is None else {column: fits is not False for column, fits in zip(tests, found, strict=True)}


def _aggregate(database: DuckDB, tests: Sequence[exp.Expr], *, sample: bool = False) -> tuple[object, ...] | None:
    """Return aggregates of all rows or a sample of them, or None where a value cannot be read.

    :raises duckdb.Error: no statement about the rows can be answered.
    """
    import duckdb

    rows: exp.Expr = exp.Table(this=quoted(TEXTS))
    if sample:
        rows = exp.select("*").from_(rows).limit(SAMPLE).subquery("sample")
    try:
        (found,) = database.fetch_all(exp.select(*[exp.alias_(test, f"t{place}") for place, test in enumerate(tests)]).from_(rows))
    except duckdb.Error as error:
        if spoils_every_scan(error):
            raise
        return None
    return found
