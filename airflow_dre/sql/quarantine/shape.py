"""The fit of an existing table for the rows of another, by the columns of both."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_dre.sql.dialect import Dialect
from airflow_dre.sql.quarantine.statements import OWN_COLUMNS

Columns = Sequence[tuple[str, str]]
_AFFINITIES = (
    ("INT", "INTEGER"),
    ("CHAR", "TEXT"),
    ("CLOB", "TEXT"),
    ("TEXT", "TEXT"),
    ("BLOB", "BLOB"),
    ("REAL", "REAL"),
    ("FLOA", "REAL"),
    ("DOUB", "REAL"),
)
"""Marks of declared types and their affinities, in the order of https://sqlite.org/datatype3.html#determination_of_column_affinity."""


def shape_mismatch(source: Columns, target: Columns, source_name: str, dialect: Dialect) -> str | None:
    """Return what a quarantine table must change to take the rows of a source, or None where it fits."""
    wanted, there = dict(source), dict(target)
    missing_own = [name for name in OWN_COLUMNS if name not in there]
    missing = [f"{name} {kind}".strip() for name, kind in source if name not in there]
    other = [name for name in there if name not in wanted and name not in OWN_COLUMNS]
    unlike = [
        f"{name} {there[name]} where {source_name} has {kind}"
        for name, kind in source
        if name in there and _kind(there[name], dialect) != _kind(kind, dialect)
    ]
    if not (missing_own or missing or other or unlike):
        return None
    appeared = "" if missing_own else f", which {source_name} has (were they added after the quarantine was made? add them there too)"
    found = [
        f"it lacks {', '.join([*missing, *missing_own])}{appeared}" if missing or missing_own else "",
        f"it has {', '.join(other)}, which {source_name} has not" if other else "",
        f"it has {', '.join(unlike)}" if unlike else "",
    ]
    expected = f"a table with the columns of {source_name} ({', '.join(wanted)}) and {', '.join(OWN_COLUMNS)}, or one that is not there yet"
    return f"{expected}: {'; '.join(part for part in found if part)}"


def why_not_back(source: Columns, target: Columns, source_name: str, dialect: Dialect) -> str | None:
    """Return why the rows of a quarantine table cannot go back, or None where they can.

    Columns that were added to the source since get their defaults.
    """
    wanted, there = dict(source), dict(target)
    missing_own = [name for name in OWN_COLUMNS if name not in there]
    if missing_own:
        return f"a table that quarantine_to made: it lacks {', '.join(missing_own)}"
    gone = [name for name in there if name not in wanted and name not in OWN_COLUMNS]
    unlike = [
        f"{name} is {there[name]} there and {wanted[name]} in {source_name}"
        for name in there
        if name in wanted and _kind(there[name], dialect) != _kind(wanted[name], dialect)
    ]
    found = [f"{source_name} has no {', '.join(gone)}" if gone else "", *unlike]
    return f"a table whose columns {source_name} has: {'; '.join(part for part in found if part)}" if gone or unlike else None


def _kind(declared: str, dialect: Dialect) -> str:
    """Return a type as far as it changes values: of SQLite its affinity."""
    text = declared.upper()
    if dialect.name != "sqlite":
        return text
    return next((affinity for mark, affinity in _AFFINITIES if mark in text), "NUMERIC" if text else "BLOB")
