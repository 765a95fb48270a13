"""JSON lines: types that their values have, and types that DuckDB only guesses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlglot import exp
from sqlglot.errors import ParseError

from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.formats import CSV, JSON_LINES, Format, Readable
from airflow_dre.engines.duckdb.guesses import EXACT, NOTHING, TYPES, FileType, filled
from airflow_dre.engines.duckdb.reading import APART, describe_relation, reading
from airflow_dre.errors import QueryFailed
from airflow_dre.sql.names import quoted

_CERTAIN = {"BIGINT": "BIGINT", "UBIGINT": "HUGEINT", "HUGEINT": "HUGEINT", "BOOLEAN": "BOOLEAN"}
_GUESSED = ("DOUBLE", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
"""Types of which DuckDB is not certain: a double may be a rounded number, and a moment is a text."""
_TEXTS = ("VARCHAR", "UUID")
_OBJECTS = Format("objects", "read_json_objects", (), {}, {"format": "newline_delimited"})
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_DIGITS = "-?[0-9]+(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?"
_LINES = 1000
"""Most lines with long numbers whose columns are searched for."""
_MALFORMED = re.compile(r"Malformed JSON in file .*, at byte \d+ in line (\d+): ([A-Za-z ()-]+)")
_LACKED = re.compile(r'Referenced column "((?:[^"]|"")+)" not found|does not have a column named "((?:[^"]|"")+)"')
_MARK = "byte order mark"
_MIXED = "JSON"
"""DuckDB's type of a column of values of several kinds."""
_SCALARS = "VARCHAR,BIGINT,UBIGINT,HUGEINT,DOUBLE,BOOLEAN,NULL"
_LONGEST_LINE = 8 * 1024**2
"""Most bytes of a line that is read as text. DuckDB allocates sixteen times as many for it."""


def type_to_read(kind: str) -> str:
    """Return the type to read a column of DuckDB's type ``kind`` by."""
    return "VARCHAR" if is_guessed(kind) or kind in _TEXTS else kind


def is_guessed(kind: str) -> bool:
    """Return whether values are read as texts, in the senses of checks."""
    return kind in _GUESSED or known_type(kind) is not None


def known_type(kind: str) -> FileType | None:
    """Return the certain type of all values of a column, or None where it is not known or they are not scalars."""
    if kind == NOTHING.name:
        return NOTHING
    return next((each for each in TYPES if each.name == _CERTAIN.get(kind)), None)


def described_json(database: DuckDB, readable: Readable) -> list[tuple[str, str]]:
    """Return the columns of JSON lines with DuckDB's types. Columns of mixed numbers, texts and booleans have a guessed type.

    Files without a line have no columns.

    :raises QueryFailed: a file is one array instead of lines, or a line of it is not JSON.
    """
    import duckdb

    options = {name: value for name, value in readable.options.items() if name != "types"}
    source = reading(readable.form, readable.files, {**options, **APART})
    try:
        columns = describe_relation(database, source)
    except duckdb.Error as error:
        _refuse_arrays(database, readable)
        if (reason := explain_malformed(database, readable, error)) is not None:
            raise QueryFailed(reason) from error
        raise
    if [name for name, _ in columns] == ["json"]:
        _refuse_arrays(database, readable)
        if holds_no_line(database, readable):
            return []
    scalars = _of_scalars(database, source, [name for name, kind in columns if kind == _MIXED])
    return [(name, _GUESSED[0] if name in scalars else kind) for name, kind in columns]


def _of_scalars(database: DuckDB, source: exp.Expr, mixed: Sequence[str]) -> set[str]:
    """Return those of the columns of mixed values that hold neither lists nor objects."""
    if not mixed:
        return set()
    kinds = [exp.Anonymous(this="JSON_TYPE", expressions=[exp.column(name, quoted=True)]) for name in mixed]
    allowed = [exp.Literal.string(kind) for kind in _SCALARS.split(",")]
    (found,) = database.fetch_all(
        exp.select(*[exp.LogicalAnd(this=exp.In(this=kind, expressions=allowed)) for kind in kinds]).from_(source)
    )
    return {name for name, all_scalars in zip(mixed, found, strict=True) if all_scalars}


def inexact_columns(database: DuckDB, readable: Readable, found: Mapping[str, str]) -> dict[str, str]:
    """Return the columns with a number of more digits than a double holds, each with a file that has one.

    :param found: names and DuckDB's types of the columns.
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
    rows = database.fetch_all(exp.select("filename", "json").distinct().from_(each).where(inexact).limit(_LINES))
    inexact_in: dict[str, str] = {}
    for file, line in rows:
        for column, value in json.loads(line, parse_float=_Number, parse_int=_Number).items():
            if column in suspects and _is_inexact(value):
                inexact_in.setdefault(column, str(file))
    return inexact_in


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _is_inexact(value: object, *, within: bool = False) -> bool:
    """Return whether a double does not hold a value as it is written.

    A whole number outside of lists and objects is read as text.
    """
    if isinstance(value, _Number):
        whole = value.lstrip("-").isdigit()
        return (within or not whole) and Decimal(value) != Decimal(repr(float(value)))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_inexact(each, within=True) for each in inner)


def _refuse_arrays(database: DuckDB, readable: Readable) -> None:
    import duckdb

    for file in readable.files:
        try:
            first = database.fetch_all(exp.select("line").from_(_lines_of(readable, file)).where(_IS_FILLED).limit(1))
        except duckdb.Error:  # the error that led here is more precise
            continue
        if first and str(first[0][0] or "").lstrip("\ufeff \t").startswith("["):
            raise QueryFailed(f"{file} is one JSON array instead of JSON lines: write one object to a line")


def holds_no_line(database: DuckDB, readable: Readable) -> bool:
    """Return whether there is no line in any of the files."""
    return not any(
        database.fetch_all(exp.select(exp.Literal.number(1)).from_(_lines_of(readable, file)).where(_IS_FILLED).limit(1))
        for file in readable.files
    )


def create_empty_view(database: DuckDB, name: str, types: Mapping[str, str]) -> None:
    """Create a view without a row.

    :param types: types of its columns, by name.
    """
    columns = [exp.alias_(_nothing_of(kind), quoted(column)) for column, kind in types.items()]
    database.create_view(name, exp.select(*(columns or [exp.alias_(exp.Null(), "json")])).where(exp.false()).subquery("nothing"))


def _nothing_of(kind: str) -> exp.Expr:
    if kind == NOTHING.name:
        return exp.Null()
    try:
        return exp.Cast(this=exp.Null(), to=exp.DataType.build(kind, dialect="duckdb", udt=True))
    except ParseError as none:
        raise QueryFailed(f"types of read_options: {kind} is not a type of DuckDB") from none


def add_column(database: DuckDB, name: str, error: BaseException) -> bool:
    """Add the column that a statement lacked to a view without a row. Any column of such a view is empty.

    :return: whether the column was added.
    """
    found = _LACKED.search(str(error))
    if found is None:
        return False
    columns = [column for column, _ in describe_relation(database, exp.Table(this=quoted(name)))]
    lacked = (found[1] or found[2]).replace('""', '"')
    if lacked.casefold() in {column.casefold() for column in columns}:
        return False
    rows = exp.select("*", exp.alias_(exp.Null(), quoted(lacked))).from_(exp.Table(this=quoted(name)))
    types = dict(describe_relation(database, rows.subquery("rows")))
    create_empty_view(database, name, types)
    return True


def explain_malformed(database: DuckDB, readable: Readable, error: BaseException) -> str | None:
    """Return the line that is not JSON, or None for another error.

    DuckDB ignores the empty lines above it, and counts one too many.
    """
    found = _MALFORMED.search(str(error))
    file = next((each for each in readable.files if each in str(error)), None)
    if readable.form is not JSON_LINES or found is None or file is None:
        return None
    if _MARK in found[2]:
        return f"{file} begins with a {_MARK}, which JSON lines do not have: write it as UTF-8 without one"
    place = exp.alias_(exp.Window(this=exp.RowNumber()), "place")
    lines = exp.select(place, "line").from_(_lines_of(readable, file)).subquery("lines")
    wanted = exp.select("place").from_(lines).where(_IS_FILLED).order_by("place").limit(1).offset(max(0, int(found[1]) - 2))
    with database.in_order() as ordered:
        rows = ordered.fetch_all(wanted)
    return f"{file}{f', line {rows[0][0]}' if rows else ''}: it is not JSON: {found[2].strip()}"


_IS_FILLED = exp.NEQ(this=exp.Trim(this=exp.column("line")), expression=exp.Literal.string(""))


def _lines_of(readable: Readable, file: str) -> exp.Expr:
    """Return the lines of a file as texts."""
    options: dict[str, object] = {"delim": "\x01", "quote": "", "escape": "", "header": False, "auto_detect": False, "strict_mode": False}
    if "compression" in readable.options:
        options["compression"] = readable.options["compression"]
    return reading(CSV, [file], {**options, **APART, "max_line_size": _LONGEST_LINE, "columns": {"line": "VARCHAR"}})
