"""JSON lines: what their values say of themselves, and what DuckDB only guesses of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from airflow_dre.engines.duckdb import DuckDB
from airflow_dre.engines.file_formats import CSV, Format, Readable
from airflow_dre.engines.file_guesses import EXACT, NOTHING, TYPES, FileType, filled
from airflow_dre.engines.reading import APART, describe, reading
from airflow_dre.errors import QueryFailed

_TOLD = {"BIGINT": "BIGINT", "UBIGINT": "HUGEINT", "HUGEINT": "HUGEINT", "BOOLEAN": "BOOLEAN"}
_GUESSED = ("DOUBLE", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
"""A double may be a number that it does not hold; a moment is a text that DuckDB read as one."""
_TEXTS = ("VARCHAR", "UUID")
_OBJECTS = Format("objects", "read_json_objects", (), {}, {"format": "newline_delimited"})
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_DIGITS = "-?[0-9]+(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?"
_LINES = 1000
"""Lines with long numbers whose columns are looked for."""
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


def inexact_columns(database: DuckDB, readable: Readable, found: Mapping[str, str]) -> dict[str, str]:
    """Return the columns with a number of more digits than a double holds, each with a file that has one.

    :param found: names and types of the columns as DuckDB takes them.
    """
    suspects = {column for column, kind in found.items() if "DOUBLE" in kind}
    if not suspects:
        return {}
    kept = {name: value for name, value in readable.options.items() if name in ("compression", "maximum_object_size", "ignore_errors")}
    lines = reading(_OBJECTS, readable.files, {**kept, **APART, "filename": True})
    json_text = exp.column("json")
    long = exp.Anonymous(this="REGEXP_MATCHES", expressions=[json_text, exp.Literal.string("[0-9][0-9.]{16,}")])
    bare = exp.Anonymous(this="REGEXP_REPLACE", expressions=[json_text.copy(), *map(exp.Literal.string, (_QUOTED, '"', "g"))])
    numbers = exp.Anonymous(
        this="UNNEST", expressions=[exp.Anonymous(this="REGEXP_EXTRACT_ALL", expressions=[bare, exp.Literal.string(_DIGITS)])]
    )
    each = exp.select("filename", "json", exp.alias_(numbers, "x")).from_(lines).where(long).subquery("numbers")
    inexact = exp.Not(this=filled(EXACT, exp.column("x")))
    rows = database.ask(exp.select("filename", "json").distinct().from_(each).where(inexact).limit(_LINES))
    told: dict[str, str] = {}
    for file, line in rows:
        for column, value in json.loads(line, parse_float=_Number, parse_int=_Number).items():
            if column in suspects and _is_inexact(value):
                told.setdefault(column, str(file))
    return told


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _is_inexact(value: object, *, within: bool = False) -> bool:
    """Return whether a double holds a value otherwise than it is written; a whole number that lies in nothing is read as text."""
    if isinstance(value, _Number):
        whole = value.lstrip("-").isdigit()
        return (within or not whole) and Decimal(value) != Decimal(repr(float(value)))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_inexact(each, within=True) for each in inner)


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
