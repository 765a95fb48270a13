"""Messages of exceptions inside Great Expectations, with names and types and without the values of rows that many quote."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping

from airflow_dre.engines.refusals import first_line

_TRUSTED = ("great_expectations.", "psycopg.", "psycopg2.", "sqlalchemy.", "sqlite3.")
"""Packages whose messages quote tables, columns and operators. Messages of any other may quote a value of a row."""
_TYPES = {"NoneType", "Timestamp", "bool", "bytes", "date", "datetime", "dict", "float", "int", "list", "object", "str", "string", "tuple"}
_RAISED = re.compile(r"^(?:\w+\.)*[A-Z]\w*(?=: |$)", re.MULTILINE)
_DRIVER = re.compile(r"\((?:\w+\.)+\w+\) (.+)")
_QUOTED = re.compile(r"(['\"])(.*?)\1")
_FIRST_TO_LAST_QUOTE = re.compile(r"['\"].*['\"]")


def reason_for(message: str, trace: str, arguments: Mapping[str, object]) -> str:
    """Return the first line of ``message``, in the words of the driver, and without anything that may be row data.

    :param message: the message of the exception.
    :param trace: its traceback; its first exception is the cause of the others.
    :param arguments: the arguments of the expectation, which may be quoted.
    """
    line = first_line(Exception(message))
    found = _DRIVER.search(line)
    text = found[1] if found else line
    cause = _RAISED.search(trace)
    if cause is not None and cause[0].startswith(_TRUSTED) and "sqlalchemy.exc.DataError" not in trace:
        return text
    return _without_values(text, {*_TYPES, *_leaves(arguments)})


def gx_reason(error: Exception, arguments: Mapping[str, object] | None = None) -> str:
    """Return the reason of an exception, as :func:`reason_for`."""
    return reason_for(str(error), "".join(traceback.format_exception(error)), arguments or {})


def _without_values(text: str, known: set[str]) -> str:
    pieces = [found[2] for found in _QUOTED.finditer(text)]
    if any(piece not in known and any(character.isalnum() for character in piece) for piece in pieces):
        text = _FIRST_TO_LAST_QUOTE.sub("…", text)
    head, colon, _ = text.partition(": ")
    return f"{head}: …" if colon else head


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _leaves(item)
    else:
        yield str(value)
