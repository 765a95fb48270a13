"""The first row of CSV files. DuckDB itself skips leading lines with fewer columns than those below, without a message."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from airflow_dre.engines.duckdb.connection import DuckDB
from airflow_dre.engines.duckdb.formats import CSV, Readable
from airflow_dre.engines.duckdb.reading import APART, reading
from airflow_dre.errors import QueryFailed

_LINES = {"delim": "\x01", "quote": "", "escape": "", "header": False, "auto_detect": False, "strict_mode": False}
"""Options that read a file line by line."""
_KEPT = ("compression", "encoding", "max_line_size")
_FEWEST = 8
"""Lines that are read at first."""
_MOST = 4_096


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of the rows of one file."""

    skip: int | None
    """Lines above the rows. None: unknown, since the file is broken."""
    columns: tuple[str, ...] | None
    """Names of the columns. None: DuckDB did not read all lines below."""


def beginning_of(database: DuckDB, readable: Readable, file: str) -> Beginning:
    """Return the beginning of a CSV file's rows, below the lines that an author skips and the empty lines that follow."""
    import duckdb

    given = int(readable.options.get("skip", 0))
    skipped, columns = 0, None
    if not given and not readable.options.get("null_padding"):
        try:
            skipped, columns = _sniffed(database, readable, file)
        except duckdb.Error:
            return Beginning(None, None)
        if not skipped:
            return Beginning(0, columns)
    empty = _empty_lines(database, readable, file, given)
    return Beginning(given + empty, columns if skipped == empty else None)


def with_beginnings(readable: Readable, beginnings: Mapping[str, Beginning]) -> Readable:
    """Return files with an option for the lines above their rows.

    :raises QueryFailed: a file has another number of them than the first.
    """
    known = {file: each.skip for file, each in beginnings.items() if each.skip is not None}
    if not known:
        return readable
    first, *others = known
    for file in others:
        if known[file] != known[first]:
            raise QueryFailed(
                f"{file} begins with {_counted(known[file])} above the names of its columns, and {first} with {_counted(known[first])}: "
                "files that are read together have the same number"
            )
    if not known[first] and readable.options.get("null_padding"):  # with which skip=0 is stricter than no skip
        return readable
    return replace(readable, options={**readable.options, "skip": known[first]})


def _counted(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines or 'no'} lines"


def _sniffed(database: DuckDB, readable: Readable, file: str) -> tuple[int, tuple[str, ...]]:
    """Return the number of lines that DuckDB would skip, and the names of the columns that it would read."""
    options: dict[str, Any] = {**readable.options, **APART, "all_varchar": True}
    _, *settings = reading(readable.form, [file], options).expressions
    sniffer = exp.Anonymous(this="sniff_csv", expressions=[exp.Literal.string(glob.escape(file)), *settings])
    ((skipped, columns),) = database.fetch_all(exp.select("SkipRows", "Columns").from_(sniffer))
    return int(skipped), tuple(str(column["name"]) for column in columns)


def _empty_lines(database: DuckDB, readable: Readable, file: str, above: int) -> int:
    """Return the number of empty lines directly below the skipped lines."""
    kept = {name: value for name, value in readable.options.items() if name in _KEPT}
    lines = reading(CSV, [file], {**_LINES, **kept, **APART, "columns": {"line": "VARCHAR"}})
    most = _FEWEST
    while True:
        with database.in_order() as ordered:
            found = [line for (line,) in ordered.fetch_all(exp.select("line").from_(lines.copy()).limit(most).offset(above))]
        filled = next((place for place, line in enumerate(found) if line is not None), None)
        if filled is not None or len(found) < most or most >= _MOST:
            return len(found) if filled is None else filled
        most = _MOST
