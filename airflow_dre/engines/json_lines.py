"""JSON lines: what their values say of themselves, and what DuckDB only guesses of them."""

from __future__ import annotations

from sqlglot import exp

from airflow_dre.engines.duckdb import DuckDB
from airflow_dre.engines.file_formats import CSV, Readable
from airflow_dre.engines.file_guesses import NOTHING, TYPES, FileType
from airflow_dre.engines.reading import APART, describe, reading
from airflow_dre.errors import QueryFailed

_TOLD = {"BIGINT": "BIGINT", "UBIGINT": "HUGEINT", "HUGEINT": "HUGEINT", "BOOLEAN": "BOOLEAN"}
_GUESSED = ("DOUBLE", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
"""A double may be a number that it does not hold; a moment is a text that DuckDB read as one."""
_TEXTS = ("VARCHAR", "UUID")
_LONGEST_LINE = 8 * 1024**2
"""Bytes of a first line that is looked at; DuckDB takes sixteen times as many for it."""


def type_to_read(kind: str) -> str:
    """Return the type to read a column by that DuckDB takes for one of a kind."""
    return "VARCHAR" if is_guessed(kind) or kind in _TEXTS else kind


def is_guessed(kind: str) -> bool:
    """Return whether values are read as texts and seen in the senses of checks."""
    return kind in _GUESSED or known_type(kind) is not None


def known_type(kind: str) -> FileType | None:
    """Return the type that all values of a column have for sure; None where it is not known or they are no scalars."""
    if kind == NOTHING.name:
        return NOTHING
    return next((each for each in TYPES if each.name == _TOLD.get(kind)), None)


def described_json(database: DuckDB, readable: Readable) -> list[tuple[str, str]]:
    """Return the columns of JSON lines as DuckDB takes them.

    :raises QueryFailed: a file is one array and no lines.
    """
    import duckdb

    options = {name: value for name, value in readable.options.items() if name != "types"}
    try:
        columns = describe(database, reading(readable.form, readable.files, {**options, **APART}))
    except duckdb.Error:
        _refuse_arrays(database, readable)
        raise
    if [name for name, _ in columns] == ["json"]:
        _refuse_arrays(database, readable)
    return columns


def _refuse_arrays(database: DuckDB, readable: Readable) -> None:
    import duckdb

    lines = {"delim": "\x01", "quote": "", "escape": "", "header": False, "auto_detect": False, "max_line_size": _LONGEST_LINE}
    if "compression" in readable.options:
        lines["compression"] = readable.options["compression"]
    for file in readable.files:
        relation = reading(CSV, [file], {**lines, **APART, "columns": {"line": "VARCHAR"}, "strict_mode": False})
        try:
            first = database.ask(exp.select("line").from_(relation).limit(1))
        except duckdb.Error:  # the error that led here says more
            continue
        if first and str(first[0][0] or "").lstrip("\ufeff \t").startswith("["):
            raise QueryFailed(f"{file} is one JSON array and not JSON lines: write one object to a line")
