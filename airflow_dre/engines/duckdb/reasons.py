"""What DuckDB says about files and frames that it cannot read: which file, line and column, and never a value of a row."""

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
"""Exceptions whose messages name what an author wrote, files, and sizes; everything else may quote a value that it met."""
_MEETS_NUMBERS = ("ConversionException", "OutOfRangeException")
_UNEVEN_LINES = "its lines end in different ways; say strict_mode False in read_options if they may"
_LEAST_WORD = 2
"""Characters of a word of an author that may be quoted; a shorter one may be part of a value."""


def store_error(error: BaseException) -> str | None:
    """Return the kind of exception that the store of a file raised while DuckDB read from it; None where it was DuckDB's own."""
    said = str(error)
    if type(error).__name__ != "Error" or "Traceback (most recent call last)" not in said:
        return None
    return next(reversed(_RAISED.findall(said)), "an exception")


def spoils_every_scan(error: BaseException) -> bool:
    """Return whether every statement about the files would fail, because a line of a CSV file has no columns."""
    said = str(error)
    return _LINE.search(said) is not None and _of_line(said) is not None and not _is_about_a_value(said)


def line_of(error: BaseException) -> str | None:
    """Return the line of a CSV file that an error is about; None where it names none."""
    found = _LINE.search(str(error))
    return None if found is None else found[1]


def reason_of(error: BaseException, files: Collection[str] = (), file: str = "a CSV file") -> str:
    """Why DuckDB refused, in one line.

    :param files: names that it may quote.
    :param file: the one that it was reading, where it does not name it.
    """
    said = str(error)
    if "CSV Parser state machine" in said:
        return f"{file}: {_UNEVEN_LINES}"
    line = _LINE.search(said)
    if line is not None:
        names = _FILE.findall(said)
        return f"{names[-1] if names else file}, line {line[1]}: {_of_line(said) or 'it cannot be read'}"
    text = first_line(error)
    kind = type(error).__name__
    return text if kind in _NAMES_ONLY else _without_values(text, files, numbers=kind in _MEETS_NUMBERS)


def _is_about_a_value(said: str) -> bool:
    return bool(_CONVERTED.search(said)) or "Invalid unicode" in said


def _of_line(said: str) -> str | None:
    """What is wrong with a line. The line itself is quoted first, so that the last of several matches is not of a row."""
    if converted := _CONVERTED.findall(said):
        column, kind = converted[-1]
        return f"a value of column {column} is no {kind}; say types or all_varchar in read_options if it need not be one"
    if widths := _WIDTH.findall(said):
        expected, found = widths[-1]
        return f"{found} {'column' if found == '1' else 'columns'}, and not {expected}"
    if sizes := _LINE_SIZE.findall(said):
        return f"longer than {sizes[-1]} bytes; say max_line_size in read_options if it may be"
    if "Value with unterminated quote found." in said:
        return "a quote is not closed, or something follows it"
    if "Invalid unicode" in said:
        return "it is not UTF-8; say encoding in read_options if it is something else"
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
