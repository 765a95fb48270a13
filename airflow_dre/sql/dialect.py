"""What differs between databases. A dialect is a value that states differences, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

from airflow_dre.checks.metrics import Unit
from airflow_dre.checks.rules import Kind


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a database cannot do, and why."""

    reason: str


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
    timeout: Callable[[int], str] | None = None
    """Statement that ends every later one of the session after so many milliseconds; None: the driver is asked to interrupt it."""
    regex: Callable[[exp.Expr, str], exp.Expr] | Refusal
    """Whether a regular expression is found anywhere in a text."""
    lookaround: bool = True
    """Its regular expressions know lookahead and references back."""
    json: Callable[[exp.Expr], exp.Expr] | Refusal
    """Whether a text is one JSON document; never NULL for a text."""
    reads: Callable[[exp.Expr, Kind], exp.Expr] | None
    """Whether a text can be read as a type, never NULL for a text; None: by regular expressions."""
    start_of: Callable[[exp.Expr, Unit], exp.Expr]
    """The beginning of the calendar unit of a timestamp."""
    filter_clause: bool = False
    """COUNT(*) FILTER (WHERE ...) is known, and counts for less than COUNT(CASE WHEN ... END)."""
    nulls_by_filter: bool = False
    """Counting NULLs by a filter costs less than COUNT(*) - COUNT(column)."""
    catalogue_is_cheap: bool = False
    """A look at the catalogue costs next to nothing, so that it comes before the scan wherever types make a difference."""
    variance: type[exp.Func] | None = exp.Variance
    """Variance of a sample as an aggregate; None: worked out from sums."""
    quantile_is_aggregate: bool = False
    """PERCENTILE_CONT and PERCENTILE_DISC are aggregates, which share the scan; otherwise rows are numbered."""
    distinct_shares_scan: bool = False
    """COUNT(DISTINCT ...) in the common scan costs less than a grouping of its own."""
    columns: Callable[[tuple[str, ...]], exp.Expr]
    """SELECT of the names and types of a table's columns, in their order."""
    constraints: Callable[[tuple[str, ...]], exp.Expr] | None = None
    """SELECT of the constraints of a table that the database enforces, as rows of kind, name and column; None: it enforces none."""
    length: Callable[[exp.Expr], exp.Expr] = lambda value: exp.Length(this=value)
    """Number of characters of a text."""
