"""Reasons why DuckDB cannot read files and frames, with file, line and column, and without a value of a row."""

from __future__ import annotations

import re
from collections.abc import Collection

from airflow_dre.engines.refusals import first_line

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_FILE = re.compile(r"^ +file = (.+)$", re.MULTILINE)
_WIDTH = re.compile(r"^Expected Number of Columns: (\d+) Found: (\d+)$", re.MULTILINE)
_CONVERTED = re.compile(r"^Column (.+) is being converted as type (.+)$", re.MULTILINE)
_LINE_SIZE = re.compile(r"^Maximum line size of (\d+) bytes exceeded", re.MULTILINE)
_RAISED = re.compile(r"^(?:\w+\.)*([A-Z]\w*)(?=: |$)", re.MULTILINE)
_QUOTED = re.compile(r"['\"].*['\"]", re.DOTALL)
_NUMBERS = re.compile(r"\([^()]*\)|(?<![\w.])-?\d[\d.]*")
_NAMES_ONLY = ("BinderException", "CatalogException", "IOException", "NotImplementedException", "OutOfMemoryException", "ParserException")
"""Exceptions whose messages quote an author's words, files and sizes. Any other may quote a value of a row."""
_MEETS_NUMBERS = ("ConversionException", "OutOfRangeException")
_UNEVEN_LINES = "its lines end in different ways; set strict_mode to False in read_options if they may"
_LEAST_WORD = 2
"""Fewest characters of an author's word that may be quoted. A shorter one may be part of a value."""


def store_error(error: BaseException) -> str | None:
    """Return the name of the exception that the store of a file raised, or None where the error is DuckDB's own."""
    text = str(error)
    if type(error).__name__ != "Error" or "Traceback (most recent call last)" not in text:
        return None
    return next(reversed(_RAISED.findall(text)), "an exception")


def spoils_every_scan(error: BaseException) -> bool:
    """Return whether every statement about the files would fail, because a line of a CSV file is malformed."""
    text = str(error)
    return _LINE.search(text) is not None and _of_line(text) is not None and not _is_about_a_value(text)


def line_of(error: BaseException) -> str | None:
    """Return the line of a CSV file that an error is about, or None."""
    found = _LINE.search(str(error))
    return None if found is None else found[1]


def duckdb_reason(error: BaseException, files: Collection[str] = (), file: str = "a CSV file") -> str:
    """Return DuckDB's reason in one line.

    :param files: names that it may quote.
    :param file: the file that DuckDB read, for an error that does not name it.
    """
    text = str(error)
    if "CSV Parser state machine" in text:
        return f"{file}: {_UNEVEN_LINES}"
    line = _LINE.search(text)
    if line is not None:
        names = _FILE.findall(text)
        return f"{names[-1] if names else file}, line {line[1]}: {_of_line(text) or 'it cannot be read'}"
    line_of_error = first_line(error)
    kind = type(error).__name__
    return line_of_error if kind in _NAMES_ONLY else _without_values(line_of_error, files, numbers=kind in _MEETS_NUMBERS)


def _is_about_a_value(text: str) -> bool:
    return bool(_CONVERTED.search(text)) or "Invalid unicode" in text


def _of_line(text: str) -> str | None:
    """Return the mistake of a line. DuckDB quotes the line itself first, so that the last of several matches is not of a row."""
    if converted := _CONVERTED.findall(text):
        column, kind = converted[-1]
        return f"a value of column {column} is no {kind}; set types or all_varchar in read_options if it need not be one"
    if widths := _WIDTH.findall(text):
        expected, found = widths[-1]
        return f"{found} {'column' if found == '1' else 'columns'}, and not {expected}"
    if sizes := _LINE_SIZE.findall(text):
        return f"longer than {sizes[-1]} bytes; set max_line_size in read_options if it may be"
    if "Value with unterminated quote found." in text:
        return "a quote is not closed, or something follows it"
    if "Invalid unicode" in text:
        return "it is not UTF-8; set encoding in read_options if it is something else"
    return None


def _without_values(text: str, files: Collection[str], *, numbers: bool) -> str:
    held = [name for name in sorted(files, key=len, reverse=True) if len(name) >= _LEAST_WORD and name in text]
    for place, name in enumerate(held):
        text = re.sub(rf"(['\"]?){re.escape(name)}\1", f"\x00{chr(0xE000 + place)}\x00", text)
    text = _QUOTED.sub("…", text)
    if numbers:
        text = _NUMBERS.sub("…", text)
    for place, name in enumerate(held):
        text = text.replace(f"\x00{chr(0xE000 + place)}\x00", name)
    return text
