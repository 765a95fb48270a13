"""What differs between databases. A dialect is a value that states differences, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_dre.errors import DefinitionError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One database's way of speaking SQL."""

    name: str
    """Its name in sqlglot."""
    max_columns: int
    """Most columns that one SELECT may give; a wider scan is split there and no sooner."""
    dates_are_text: bool = False
    """Dates and timestamps are stored as ISO 8601 text, so that they are compared as text."""
    unknown_quoted_is_text: bool = False
    """A quoted name that is no column is silently taken for a string, unless the table stands before it."""
    guard: str | None = None
    """Statement that makes a transaction refuse to write: the last line of defence behind the parser."""


DIALECTS = {
    "sqlite": Dialect(name="sqlite", max_columns=2000, dates_are_text=True, unknown_quoted_is_text=True, guard="PRAGMA query_only = ON"),
    "postgres": Dialect(name="postgres", max_columns=1664, guard="SET TRANSACTION READ ONLY"),
    "duckdb": Dialect(name="duckdb", max_columns=10_000),
}
"""``max_columns``: SQLITE_MAX_COLUMN of SQLite, MaxTupleAttributeNumber of PostgreSQL; DuckDB has no fixed limit."""
_ALIASES = {"postgresql": "postgres"}


def find_dialect(name: str) -> Dialect:
    """The dialect of an Airflow connection type or SQLAlchemy dialect name.

    :raises DefinitionError: there is none.
    """
    dialect = DIALECTS.get(_ALIASES.get(name, name))
    if dialect is None:
        raise DefinitionError([Problem("connection", "conn_type", name, f"one of {', '.join(sorted(DIALECTS))}")])
    return dialect
