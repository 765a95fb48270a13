"""The meaning of an error of the results store for its record, read from SQLSTATE or SQLite's code and not from a driver's class."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DataError, DBAPIError, NotSupportedError, ProgrammingError

CONTENT = (ValueError, TypeError, OverflowError, RecursionError, LookupError, AttributeError)
"""Exceptions of Python for a value that cannot be sent: an integer out of range, half a surrogate pair, a NUL, too deep a text."""


class Fate(StrEnum):
    """The fate of the record."""

    REFUSED = "refused"
    """No other moment will take it."""
    SCHEMA = "schema"
    """The tables are not those of this version."""
    BUSY = "busy"
    """The store answers, and another moment may take it: a lock, a deadlock, a statement that took too long."""
    DOWN = "down"
    """The store takes nothing at all now."""


_STATES = {
    **dict.fromkeys(("42P01", "42703"), Fate.SCHEMA),  # undefined table, undefined column
    **dict.fromkeys(("42501", "25006"), Fate.DOWN),  # no privilege, read only: a replica after a failover
    **dict.fromkeys(("57014", "53200", "53400"), Fate.BUSY),  # canceled, no memory for this statement, a limit of the configuration
}
_CLASSES = {
    **dict.fromkeys(("22", "23", "54", "21"), Fate.REFUSED),  # data, constraints, limits of the program, too many rows
    **dict.fromkeys(("08", "28", "3D", "3F", "53", "57", "58", "F0"), Fate.DOWN),
}
_SQLITE = {
    **dict.fromkeys(("TOOBIG", "CONSTRAINT", "MISMATCH", "RANGE", "ERROR", "MISUSE"), Fate.REFUSED),
    **dict.fromkeys(("INTERRUPT", "SCHEMA", "NOMEM", "ABORT"), Fate.BUSY),
}
_SQLITE_CODES = {getattr(sqlite3, f"SQLITE_{name}"): verdict for name, verdict in _SQLITE.items()}


def fate_after(error: DBAPIError) -> Fate:
    """Return what an error of a driver means for the record.

    An error that is not known is of another moment: its record is kept and does not hold up those behind it.
    """
    cause = error.orig
    if error.connection_invalidated:
        return Fate.DOWN
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    if state is not None:
        return _STATES.get(state) or _CLASSES.get(state[:2], Fate.BUSY)
    if error.statement is None:  # it never came to a statement
        return Fate.DOWN
    return Fate.REFUSED if isinstance(error, (DataError, ProgrammingError, NotSupportedError)) else Fate.DOWN


def _of_sqlite(cause: sqlite3.Error) -> Fate:
    if "no such table" in str(cause) or "no such column" in str(cause) or "has no column named" in str(cause):
        return Fate.SCHEMA
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:  # raised in Python before SQLite was asked
        return Fate.REFUSED if isinstance(cause, (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)) else Fate.DOWN
    return _SQLITE_CODES.get(code & 0xFF, Fate.DOWN)
